//! Names that nothing answers to, counts and sizes that cannot be, for whatever is registered.

use crate::names;
use abreast::exec::{self, Threads};
use abreast::kernel::{Entry, Request};
use abreast::kernels::REGISTRY;
use abreast::level::Isa;
use abreast::{Error, Level, Plan, executors};

/// Asserts that the name is unknown, and that the nearest known one is suggested.
#[track_caller]
fn suggests<T: std::fmt::Debug>(result: Result<T, Error>, given: &str, nearest: &str) {
    let sentence = result.expect_err("unknown").to_string();
    assert!(sentence.contains(&format!("'{given}'")), "{sentence}");
    assert!(sentence.contains(&format!("did you mean '{nearest}'?")), "{sentence}");
}

#[test]
fn a_misspelt_name_gets_the_nearest_one() {
    suggests(Isa::parse("v11"), "v11", "v1");
    suggests(Level::named("v33"), "v33", "v3");
    suggests(exec::parse("thread").map(|_| ()), "thread", "threads");
    suggests(exec::parse("seral").map(|_| ()), "seral", "serial");
    suggests(executors::parse("gaph").map(|_| ()), "gaph", "graph");
    suggests(executors::parse("thread").map(|_| ()), "thread", "threads");
    for entry in REGISTRY {
        let typo = format!("{}x", entry.name);
        suggests(Entry::find(REGISTRY, &typo).map(|found| found.name), &typo, entry.name);
        assert_eq!(Entry::find(REGISTRY, entry.name).unwrap().name, entry.name);
        for variant in entry.variants() {
            let typo = format!("{}z", variant.name);
            let sentence = entry.variant(&typo).expect_err("unknown").to_string();
            let known = entry.variants().map(|variant| variant.name);
            let suggested = known.into_iter().any(|name| sentence.ends_with(&format!("'{name}'?")));
            assert!(suggested && sentence.contains(&typo), "{sentence}");
            assert_eq!(entry.variant(variant.name).unwrap(), variant);
        }
    }
}

#[test]
fn a_name_like_no_other_gets_the_list() {
    for strange in ["", "fast fourier transform", "\u{0}", "ядро", "💥"] {
        let sentence = Entry::find(REGISTRY, strange).unwrap_err().to_string();
        assert!(REGISTRY.iter().all(|entry| sentence.contains(entry.name)), "{sentence}");
        assert!(Level::named(strange).is_err());
        assert!(REGISTRY.iter().all(|entry| entry.variant(strange).is_err()));
        assert!(exec::parse(strange).is_err());
        let sentence = executors::parse(strange).map(|_| ()).unwrap_err().to_string();
        assert!(sentence.contains("threads, ") && sentence.ends_with(", graph"), "{sentence}");
    }
}

#[test]
fn a_count_of_threads_that_cannot_be_is_refused() {
    for count in [0, Threads::MAX + 1, 1_000_000, usize::MAX] {
        let refusal = Threads::new(count).unwrap_err();
        names(&refusal, "threads", &count.to_string(), "must be between 1 and 4096");
        assert_eq!(exec::parse(&format!("threads:{count}")).err(), Some(refusal));
    }
    for count in ["", "-1", "two", "1.5", "1e3", " 2", "99999999999999999999999"] {
        for name in ["threads", "graph"] {
            let refusal = executors::parse(&format!("{name}:{count}")).err().expect("refused");
            names(&refusal, name, count, "must be a whole number");
        }
    }
    names(&exec::parse("serial:3").err().unwrap(), "serial", "3", "takes no count");
    names(&executors::parse("graph:0").err().unwrap(), "graph", "0", "between 1 and 4096");
    for name in ["threads:3", "graph:3", "locked:threads:3", "sim:3"] {
        let executor = executors::parse(name).unwrap();
        assert_eq!((&executor.name()[..], executor.width()), (name, 3));
    }
    let locked = |inner: &str| exec::parse(&format!("locked:{inner}")).err().unwrap();
    names(&exec::parse("locked").err().unwrap(), "locked", "", "which executor");
    names(&locked("locked:serial"), "locked", "locked:serial", "one lock");
    names(&locked("threads:0"), "threads", "0", "between 1 and");
    names(&exec::parse("sim:0").err().unwrap(), "sim", "0", "between 1 and");
    names(&exec::parse("sim:two").err().unwrap(), "sim", "two", "a whole number");
    if cfg!(feature = "aio") {
        names(&exec::parse("async:0").err().unwrap(), "async", "0", "between 1 and");
        names(&exec::parse("async:x").err().unwrap(), "async", "x", "a whole number");
    }
}

#[test]
fn a_plan_that_cannot_be_is_refused() {
    let most = "must be at most 9223372036854775807";
    names(&Plan::range(1 << 63, 1).unwrap_err(), "rows x cols", "9223372036854775808 x 1", most);
    let product = "4294967296 x 4294967296";
    names(&Plan::bands(1 << 32, 1 << 32, 1).unwrap_err(), "rows x cols", product, most);
    names(&Plan::tiles(4, 4, 0, 1).unwrap_err(), "tile_rows", "0", "at least one index");
    names(&Plan::tiles(4, 4, 1, 0).unwrap_err(), "tile_cols", "0", "at least one index");
    names(&Plan::range(0, 0).unwrap_err(), "tile_rows", "0", "at least one index");
    // The largest there is, and the emptiest, are plans.
    assert_eq!(Plan::range(i64::MAX as u64, u64::MAX).unwrap().len(), 1);
    for empty in [Plan::tiles(u64::MAX, 0, 1, 1), Plan::tiles(0, u64::MAX, 1, u64::MAX)] {
        assert_eq!(empty.unwrap().len(), 0);
    }
}

#[test]
fn every_kernel_refuses_a_negative_size() {
    for entry in REGISTRY {
        for n in [-1, i64::MIN] {
            let refusal = entry.case(&Request { n: Some(n), ..Request::default() }).err();
            let refusal = refusal.unwrap_or_else(|| panic!("{} takes n = {n}", entry.name));
            let sentence = refusal.to_string();
            assert!(sentence.starts_with(&format!("n = {n}: ")), "{}: {sentence}", entry.name);
        }
    }
}

#[test]
fn every_kernel_survives_a_size_beyond_all_bounds() {
    for entry in REGISTRY {
        for n in [1 << 50, i64::MAX - 1, i64::MAX] {
            // A kernel without operands may well take it; the others say what is too much.
            let Err(refusal) = entry.case(&Request { n: Some(n), ..Request::default() }) else {
                continue;
            };
            let typed = matches!(refusal, Error::Argument { .. } | Error::Memory { .. });
            assert!(typed, "{} with n = {n}: {refusal:?}", entry.name);
        }
    }
}

#[test]
fn every_kernel_refuses_arguments_that_it_does_not_have() {
    let request = |name: &str, value: &str| Request {
        given: vec![(name.to_owned(), value.to_owned())],
        ..Request::size(8)
    };
    for entry in REGISTRY {
        let refusal = entry.case(&request("colour", "red")).err().expect("refused");
        names(&refusal, "colour", "red", &format!("{} does not take", entry.name));
        for param in entry.params {
            let refusal = entry.case(&request(param.name, "?")).err();
            let refusal = refusal.unwrap_or_else(|| panic!("{} {}", entry.name, param.name));
            let Error::Argument { argument, value, .. } = &refusal else { panic!("{refusal:?}") };
            assert_eq!((&argument[..], &value[..]), (param.name, "?"), "{}", entry.name);
        }
    }
}

#[test]
fn every_kernel_refuses_a_chunk_of_nothing() {
    for entry in REGISTRY {
        let mut case = entry.case(&Request::size(8)).unwrap();
        let sentence = case.set_chunk(0).expect_err(entry.name).to_string();
        assert!(sentence.contains(" = 0: "), "{}: {sentence}", entry.name);
    }
}
