use super::*;
use crate::executors;
use crate::kernels::REGISTRY;

fn measured(rise: Option<u64>, peak: Option<u64>) -> Measured {
    let allocations = Some(Allocations { count: 2, bytes: 96, peak });
    Measured { n: 10, operands: 160, output: 80, rise, allocations }
}

#[test]
fn what_is_beyond_the_output_is_never_below_nothing() {
    let found = measured(Some(4096), Some(100));
    assert_eq!((found.beyond(), found.heap_beyond()), (Some(4016), Some(20)));
    let found = measured(Some(64), Some(64));
    assert_eq!((found.beyond(), found.heap_beyond()), (Some(0), Some(0)));
    let found = measured(None, None);
    assert_eq!((found.beyond(), found.heap_beyond()), (None, None));
}

#[test]
fn the_numbers_of_the_system_are_read_with_their_unit() {
    let text = "Name:\tabreast\nVmHWM:\t    2048 kB\nVmRSS:\t     512 kB\n";
    assert_eq!(field_of(text, "VmRSS"), Some(512 << 10));
    assert_eq!(field_of(text, "VmHWM"), Some(2 << 20));
    assert_eq!((field_of(text, "Vm"), field_of("", "VmRSS")), (None, None));
}

#[test]
fn one_call_is_made_and_its_operands_and_output_are_told_apart() {
    let entry = Entry::find(REGISTRY, "axpy").unwrap();
    let (n, request) = request(entry, Some(1000), 42).unwrap();
    let executor = executors::parse("threads:2").unwrap();
    let mut calls = 0;
    let found = measure_here(entry, entry.choice().unwrap(), &*executor, &request, |call| {
        calls += 1;
        call();
        None
    });
    let found = found.unwrap();
    assert_eq!((n, found.n, calls), (1000, 1000, 1));
    assert_eq!((found.output, found.operands % 8000), (8000, 0), "{found:?}");
    let unknown = Choice { variant: "none", ..entry.choice().unwrap() };
    let refused = measure_here(entry, unknown, &*executor, &request, |call| {
        call();
        None
    });
    assert!(matches!(refused, Err(Fault::Refused(_))), "{refused:?}");
}

#[test]
fn the_table_has_the_reason_of_who_failed_and_the_picture_whole_ticks() {
    let curve = |top: u64| {
        let sample = |i: u64| Sample { seconds: 0.01 * i as f64, bytes: top * i };
        (0..4).map(sample).collect::<Vec<_>>()
    };
    let row = |variant: &str, found| Row {
        variant: variant.to_owned(),
        exec: "serial".to_owned(),
        found,
        curve: curve(1 << 20),
    };
    let memory = Memory {
        kernel: "dot",
        level: "v3",
        size: 1_000_000,
        created: String::new(),
        rows: vec![
            row("c", Ok(measured(Some(8192), Some(90)))),
            row("rust", Err("crashed with signal 11".to_owned())),
        ],
        notes: vec!["a note".to_owned()],
    };
    let first = cells(&memory.rows[0]);
    assert_eq!(first, ["c", "serial", "160 B", "80 B", "7.92 KiB", "10 B", "2 / 96 B"]);
    assert!(cells(&memory.rows[1])[2].contains("signal 11"));
    let (picture, page) = (svg(&memory), html(&memory));
    for part in ["memory in use, MiB", "c on serial", ">\n20\n<", "ms"] {
        assert!(picture.contains(part), "{part}: {picture}");
    }
    assert!(page.starts_with(HTML_BEGINS) && page.contains("a note"), "{page}");
    assert!(page.contains("crashed with signal 11") && page.contains("<figure>"), "{page}");
    let nothing = Memory { rows: Vec::new(), ..memory };
    assert!(svg(&nothing).contains("Nothing was seen.") && !html(&nothing).contains("<figure>"));
}
