//! Operands that are read chunk by chunk give the bits of those in memory.

use abreast::kernel::{Chunked, Entry, Request};
use abreast::kernels::REGISTRY;
use abreast::sample::{Sampled, splitmix64};
use abreast::source::{Formula, InMemory, Source};
use abreast::{Control, Executor, Serial, Threads};

fn entry(name: &str) -> &'static Entry {
    Entry::find(REGISTRY, name).unwrap()
}

/// The hash of a result that some shards make.
fn hash(entry: &Entry, problem: &dyn Chunked, shards: u64, executor: &dyn Executor) -> u64 {
    let (plan, choice) = (problem.plan().unwrap(), entry.choice().unwrap());
    let shards = shards.min(plan.len() as u64).max(1);
    let mut all = Vec::new();
    for chunks in (0..shards).map(|i| plan.shard(i, shards).unwrap()) {
        let mut drive =
            |tasks: &dyn abreast::Tasks| executor.run(tasks, &Control::default()).map(drop);
        all.extend_from_slice(problem.run_chunks(choice, chunks, &mut drive).unwrap().as_slice());
    }
    let fill = &mut |output: &mut [u8]| {
        output.copy_from_slice(&all);
        Ok(())
    };
    entry.finish(&problem.args(), &plan, fill).unwrap().hash
}

/// Sources with the numbers of the kernel's own sample of size `n`.
fn check(name: &str, n: u64, sources: &[&dyn Source]) {
    let (entry, threads) = (entry(name), Threads::new(2).unwrap());
    for chunk in [None, Some(1000)] {
        let problem = entry.streamed(&Request::default(), chunk, sources).unwrap();
        let mut case = entry.case(&Request::size(n)).unwrap();
        chunk.map_or(Ok(()), |chunk| case.set_chunk(chunk)).unwrap();
        assert_eq!(problem.plan().unwrap(), case.chunked().plan().unwrap(), "{name} {n}");
        let whole = hash(entry, case.chunked(), 1, &Serial);
        for shards in [1, 2, 3, 7] {
            let executors: [&dyn Executor; 2] = [&Serial, &threads];
            for executor in executors {
                let read = hash(entry, &*problem, shards, executor);
                assert_eq!(read, whole, "{name}, n {n}, {shards} shards, {}", executor.name());
            }
        }
    }
}

#[test]
fn the_bits_are_those_of_operands_in_memory_whatever_the_shards() {
    for n in [0, 1, 65_536, 65_537, 200_003] {
        let f64s = [42, !42].map(|seed| Formula::new(n, move |i| f64::drawn(seed, i)));
        let f32s = [42, !42].map(|seed| Formula::new(n, move |i| f32::drawn(seed, i)));
        let limits = Formula::new(n / 100, |i| (splitmix64(42, i) >> 54) as i64);
        check("dot", n, &[&f64s[0], &f64s[1]]);
        check("axpy", n, &[&f64s[0], &f64s[1]]);
        check("sum", n, &[&f64s[0]]);
        check("dot_f32", n, &[&f32s[0], &f32s[1]]);
        check("axpy_f32", n, &[&f32s[0], &f32s[1]]);
        check("sum_f32", n, &[&f32s[0]]);
        check("range_sums", n / 100, &[&limits]);
    }
}

#[test]
fn kernels_that_read_no_slices_and_arguments_they_do_not_take_are_refused() {
    let numbers = vec![1.0f64; 100];
    let x = InMemory::from(&numbers[..]);
    for name in ["gemm", "pi"] {
        let why = entry(name).streamed(&Request::default(), None, &[&x]).err().unwrap();
        assert!(why.to_string().contains("do not read slices of operands"), "{name}: {why}");
    }
    let given = Request { given: vec![("alpha".into(), "2".into())], ..Request::default() };
    assert!(entry("sum").streamed(&given, None, &[&x]).is_err());
    let wrong = Request { given: vec![("alpha".into(), "two".into())], ..Request::default() };
    assert!(entry("axpy").streamed(&wrong, None, &[&x, &x]).is_err());
    let limits = entry("range_sums").streamed(&Request::default(), None, &[&x]).unwrap();
    let done = limits.run_chunks(entry("range_sums").choice().unwrap(), 0..1, &mut |tasks| {
        Serial.run(tasks, &Control::default()).map(drop)
    });
    let why = done.expect_err("the bits of 1.0 are no limit of a range").to_string();
    assert!(why.starts_with("task 0: limits[0]"), "{why}");
}
