//! How a scaling run is put together. No test depends on how fast this machine is.

use super::*;
use crate::harness::model::Standing;
use crate::kernels::REGISTRY;

fn options(threads: &[usize]) -> ScaleOptions {
    ScaleOptions {
        n: Some(70_000),
        threads: threads.to_vec(),
        budget: Some(Duration::from_millis(20)),
        ..ScaleOptions::new().unwrap()
    }
}

fn entry() -> &'static Entry {
    Entry::find(REGISTRY, "dot").unwrap()
}

/// A gate that has tried something, and found this.
fn report(asked: &Asked<'_>, findings: Vec<Finding>) -> GateReport {
    let (kernel, accuracy) = (asked.entry.name, Vec::new());
    GateReport { kernel, seed: 42, cases: 1, runs: 1, accuracy, findings }
}

fn run(threads: &[usize]) -> Scale {
    let options = options(threads);
    let asked = Asked::new(entry(), &options).unwrap();
    measured(&asked, &options, report(&asked, Vec::new()), &mut |_| ())
}

#[test]
fn one_thread_is_the_first_point_of_both_lines_and_every_count_has_its_own() {
    let scale = run(&[3, 2, 2]);
    assert!(scale.agreed && scale.findings.is_empty(), "{:?}", scale.findings);
    for points in [&scale.strong, &scale.weak] {
        let threads: Vec<usize> = points.iter().map(|point| point.threads).collect();
        assert_eq!(threads, [1, 2, 3]);
        assert!(points[0].to_one.is_none() && points[0].speed_up.value == 1.0);
        for point in &points[1..] {
            let ratio = point.to_one.expect("a ratio").value;
            assert!(ratio > 0.0 && point.seconds.value > 0.0, "{point:?}");
            assert!(
                (point.efficiency.value * point.threads as f64 / point.speed_up.value - 1.0).abs()
                    < 1e-9
            );
        }
    }
    assert!(scale.noise.is_some() && scale.rounds > 0);
    assert!(scale.weak.iter().all(|point| point.serial.is_none()));
}

#[test]
fn more_threads_than_cores_are_said_and_are_no_finding() {
    let cores = Cores::here().allowed;
    let scale = run(&[cores + 1]);
    let wanted = format!("{} threads share {cores} cores", cores + 1);
    assert!(scale.warnings.iter().any(|w| w.contains(&wanted)), "{:?}", scale.warnings);
    assert!(scale.verdict.is_empty(), "{:?}", scale.verdict);
    assert!(scale.strong[1].serial.is_none());
}

#[test]
fn what_the_gate_does_not_let_pass_is_not_timed() {
    let options = options(&[2]);
    let asked = Asked::new(entry(), &options).unwrap();
    let refused = refusal(entry(), "n = 0", "the sum of nothing was 1");
    let scale = measured(&asked, &options, report(&asked, vec![refused]), &mut |_| ());
    assert!(!scale.agreed && scale.strong.is_empty() && scale.findings.len() == 1);
    let (page, picture) = (html(&scale), svg(&scale));
    assert!(page.contains("the sum of nothing was 1") && !page.contains("<figure>"), "{page}");
    assert!(picture.contains("Nothing was timed."), "{picture}");
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_timed() {
    let refused = |change: &dyn Fn(&mut ScaleOptions)| {
        let mut options = options(&[2]);
        change(&mut options);
        Asked::new(entry(), &options).map(drop).unwrap_err().to_string()
    };
    let unknown = refused(&|options| options.variant = Some("simdd".to_owned()));
    assert!(unknown.contains("did you mean 'simd'?"), "{unknown}");
    let many = refused(&|options| options.threads = vec![5000]);
    assert_eq!(many, "threads = 5000: must be at most 4096");
    let huge = refused(&|options| options.n = Some(u64::MAX));
    assert!(huge.starts_with("sizes = ") && huge.contains("must be at most"), "{huge}");
    let rule = room(3 << 30, 4, Some(8 << 30)).unwrap_err().to_string();
    assert!(rule.contains("each has 3 GiB of its own, and the machine has 8 GiB"), "{rule}");
    assert!(room(3 << 30, 2, Some(8 << 30)).is_ok() && room(3 << 30, 99, None).is_ok());
}

#[test]
fn few_cores_are_all_shown_and_of_many_the_powers_of_two() {
    assert_eq!((up_to(1), up_to(3)), (vec![1], vec![1, 2, 3]));
    assert_eq!(up_to(24), [1, 2, 4, 8, 16, 24]);
}

/// A run in which two threads have this ratio, with these ends.
fn said(ratio: f64, ends: (f64, f64), weak: bool) -> Scale {
    let mut scale = run(&[2]);
    scale.environment.machine.load = None;
    scale.environment.machine.cores.allowed = 2;
    let scaling = if weak { Scaling::Weak } else { Scaling::Strong };
    let mut to_one = abreast_compare::ratio::Ratio::new(ratio, Some(ends));
    to_one.judge(0.01, 1.0, 1);
    let seconds = Estimate::new(1.0, None);
    let point = Point::of(scaling, 2, seconds, Some(to_one), 2);
    let (used, other) = if weak {
        (&mut scale.weak, &mut scale.strong)
    } else {
        (&mut scale.strong, &mut scale.weak)
    };
    used[1] = point;
    other.truncate(1);
    scale.verdict = show::verdict(&scale);
    scale
}

#[test]
fn what_is_within_the_noise_is_no_finding_and_what_is_not_has_its_nearer_end() {
    let sentence = |scale: &Scale| scale.verdict.join("|");
    let faster = sentence(&said(1.8, (1.7, 1.9), false));
    assert!(faster.contains("at least 1.70 times as fast as one (1.70-1.90)"), "{faster}");
    assert!(faster.contains("Karp and Flatt: 5.3 %-17.6 %"), "{faster}");
    let same = sentence(&said(1.02, (0.9, 1.1), false));
    assert!(same.contains("indistinguishable from one") && !same.contains("Karp"), "{same}");
    let slower = sentence(&said(0.5, (0.4, 0.6), false));
    assert!(slower.contains("slower than one, at most 0.60 times"), "{slower}");
    let quiet = sentence(&said(1.0, (0.99, 1.01), true));
    assert!(quiet.contains("do not disturb each other"), "{quiet}");
    let disturbed = sentence(&said(0.5, (0.4, 0.8), true));
    assert!(disturbed.contains("at least 1.25 times as long as one alone"), "{disturbed}");
    let mut busy = said(1.8, (1.7, 1.9), false);
    busy.environment.machine.load = Some(9.0);
    assert!(show::verdict(&busy)[0].contains("busy machine"), "{:?}", show::verdict(&busy));
}

#[test]
fn the_table_marks_what_is_no_difference_and_the_picture_has_bands_and_whole_threads() {
    let scale = said(1.02, (0.9, 1.1), false);
    let rows = cells(&scale);
    assert_eq!(rows[1].1, Some(Standing::Same));
    assert_eq!(rows[1].0[7], "", "no part of what is no speed-up is serial");
    assert!(rows[1].0[4].ends_with('=') && rows[1].0[5] == "0.90-1.10", "{:?}", rows[1].0);
    let picture = svg(&scale);
    for part in
        ["opacity=\"0.2\"", ">\n1\n<", ">\n2\n<", "threads", "Speed-up over one thread: dot at n"]
    {
        assert!(picture.contains(part), "{part}: {picture}");
    }
    assert!(!picture.contains(">\n1.0"), "{picture}");
    let page = html(&scale);
    assert!(page.starts_with(HTML_BEGINS) && page.contains("<figure>"), "{page}");
}
