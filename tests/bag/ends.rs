//! What bags come to, beside the standard library's iterators over the same elements.

use crate::{PARTS, executors};
use abreast::Fault;
use abreast::bag::{Bag, Failed, Source};
use abreast::exec::{Control, Executor, Serial};
use abreast::plan::fold;
use abreast::sample::splitmix64;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs `check` for every executor and number of partitions.
fn everywhere(check: impl Fn(&dyn Executor, &Control<'_>, usize) -> Result<(), Fault>) {
    for executor in executors() {
        for parts in PARTS {
            let done = check(&*executor, &Control::default(), parts);
            done.unwrap_or_else(|fault| {
                panic!("{fault} with {parts} parts on {}", executor.name())
            });
        }
    }
}

fn words(count: u64) -> Vec<u64> {
    (0..count).map(|i| splitmix64(7, i) % 50).collect()
}

#[test]
fn ends_give_what_iterators_give_whatever_the_partitions() {
    for count in [0, 1, 5, 500] {
        let plain = words(count);
        let odd: Vec<u64> = plain.iter().map(|x| x + 1).filter(|x| x % 2 == 1).collect();
        everywhere(|executor, control, parts| {
            let bag = Bag::of(plain.clone(), parts)?.map(|x| x + 1).filter(|x| x % 2 == 1);
            assert_eq!(bag.collect(executor, control)?, odd);
            assert_eq!(bag.count(executor, control)?, odd.len());
            assert_eq!(bag.sum(executor, control)?, odd.iter().sum::<u64>());
            assert_eq!(bag.min(executor, control)?, odd.iter().min().copied());
            assert_eq!(bag.max(executor, control)?, odd.iter().max().copied());
            let mean = odd.iter().sum::<u64>() as f64 / odd.len() as f64;
            assert_eq!(bag.mean(executor, control)?, (!odd.is_empty()).then_some(mean));
            let xor = bag.fold(executor, control, || 0, |a, b| a ^ b, |a, b| a ^ b)?;
            assert_eq!(xor, odd.iter().fold(0, |a, b| a ^ b));
            for n in [0, 1, 3, odd.len(), usize::MAX] {
                assert_eq!(bag.take(executor, control, n)?, odd[..n.min(odd.len())]);
            }
            Ok(())
        });
    }
}

#[test]
fn adaptors_compose() {
    let text = "mary had a little lamb\r\n\nits fleece\nwas white as snow";
    let plain: Vec<char> =
        text.lines().flat_map(str::split_whitespace).flat_map(str::chars).collect();
    everywhere(|executor, control, parts| {
        let lines = Bag::lines(text, parts)?;
        assert_eq!(lines.collect(executor, control)?, text.lines().collect::<Vec<_>>());
        let words = lines.map(|line| line.split_whitespace().collect::<Vec<_>>()).flatten();
        assert_eq!(words.flat_map(str::chars).collect(executor, control)?, plain);
        let pairs = Bag::range(3..9, parts)?.map(|n| (n, n * n)).pluck(|pair| &pair.1);
        assert_eq!(pairs.collect(executor, control)?, [9, 16, 25, 36, 49, 64]);
        #[expect(clippy::reversed_empty_ranges, reason = "empty is what it must be")]
        let backwards = Bag::range(9..3, parts)?;
        assert_eq!(backwards.count(executor, control)?, 0);
        assert_eq!(Bag::range(0..u64::MAX, parts)?.take(executor, control, 2)?, [0, 1]);
        Ok(())
    });
}

#[test]
fn lines_are_cut_between_and_never_within() {
    for text in ["", "\n", "\n\n\n", "no end", "ä\nöü\n\nß", "one very long line\n.\n.\n.\n.\n"]
    {
        everywhere(|executor, control, parts| {
            let lines = Bag::lines(text, parts)?.collect(executor, control)?;
            assert_eq!(lines, text.lines().collect::<Vec<_>>(), "{text:?} in {parts}");
            Ok(())
        });
    }
}

#[test]
fn groups_and_frequencies_keep_the_order_of_first_appearance() {
    let plain = words(700);
    let mut first_seen = Vec::new();
    let mut groups: HashMap<u64, Vec<u64>> = HashMap::new();
    for (i, word) in plain.iter().enumerate() {
        groups
            .entry(*word)
            .or_insert_with(|| (first_seen.push(*word), Vec::new()).1)
            .push(i as u64);
    }
    everywhere(|executor, control, parts| {
        let numbers = Bag::range(0..700, parts)?;
        let grouped = numbers.group_by(executor, control, |i| plain[*i as usize])?;
        let expected = first_seen.iter().map(|word| (*word, groups[word].clone()));
        assert_eq!(grouped, expected.collect::<Vec<_>>());
        let counts = Bag::of(plain.clone(), parts)?.frequencies(executor, control)?;
        let expected = first_seen.iter().map(|word| (*word, groups[word].len()));
        assert_eq!(counts, expected.collect::<Vec<_>>());
        let one = Bag::range(0..700, parts)?.group_by(executor, control, |_| "all")?;
        assert_eq!(one, [("all", (0..700).collect())]);
        let none = Bag::range(0..0, parts)?.group_by(executor, control, |i| *i)?;
        assert_eq!(none, []);
        Ok(())
    });
}

#[test]
fn of_equal_elements_the_first_counts() {
    /// Equal by the first member alone.
    #[derive(Debug, Clone, Copy)]
    struct Tagged(u64, u64);
    impl PartialEq for Tagged {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for Tagged {}
    impl PartialOrd for Tagged {
        fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Tagged {
        fn cmp(&self, other: &Self) -> std::cmp::Ordering {
            self.0.cmp(&other.0)
        }
    }
    let tags = |list: &[Tagged]| list.iter().map(|t| (t.0, t.1)).collect::<Vec<_>>();
    let plain: Vec<Tagged> = words(700).into_iter().zip(0..).map(|(a, b)| Tagged(a, b)).collect();
    let mut sorted = plain.clone();
    sorted.sort_by_key(|t| Reverse(t.0));
    let least = plain.iter().min().unwrap().1;
    everywhere(|executor, control, parts| {
        let bag = Bag::of(plain.clone(), parts)?;
        for k in [0, 1, 40, 699, 700, usize::MAX] {
            let top = bag.topk(executor, control, k)?;
            assert_eq!(tags(&top), tags(&sorted[..k.min(700)]));
        }
        assert_eq!(bag.max(executor, control)?.unwrap().1, sorted[0].1);
        assert_eq!(bag.min(executor, control)?.unwrap().1, least);
        Ok(())
    });
}

#[test]
fn float_sums_never_depend_on_the_threads() {
    let plain: Vec<f64> = (0..10_000).map(|i| (i as f64).sin() * 1e3_f64.powi(i % 5)).collect();
    for parts in PARTS {
        let bag = Bag::of(plain.clone(), parts).unwrap();
        let run = |executor: &dyn Executor| {
            let control = Control::default();
            (bag.sum(executor, &control).unwrap(), bag.mean(executor, &control).unwrap().unwrap())
        };
        let serial = run(&Serial);
        for executor in executors() {
            let (sum, mean) = run(&*executor);
            assert_eq!(sum.to_bits(), serial.0.to_bits(), "{parts} on {}", executor.name());
            assert_eq!(mean.to_bits(), serial.1.to_bits(), "{parts} on {}", executor.name());
        }
    }
}

#[test]
fn a_float_sum_is_within_its_bound() {
    // One large number, then many that would each be lost beside it.
    let n = 1 << 20;
    let small = |i: u64| if i == 0 { 1e16 } else { 1.0 };
    let exact = 1e16 + (n - 1) as f64;
    for parts in PARTS {
        let sum = Bag::range(0..n, parts).unwrap().map(small);
        let sum = sum.sum(&Serial, &Control::default()).unwrap();
        // gamma(256 + 20) * sum |x|
        assert!(
            (sum - exact).abs() <= 276.0 * f64::EPSILON / 2.0 * exact * 1.01,
            "{sum} in {parts}"
        );
        assert!((sum - exact).abs() < 600.0, "{sum} in {parts}: no better than one after another");
    }
    let narrow = Bag::of(vec![0.1f32; 1000], 3).unwrap().sum(&Serial, &Control::default()).unwrap();
    assert_eq!(narrow, (f64::from(0.1f32) * 1000.0) as f32);
}

#[test]
fn a_reduction_by_twos_is_the_fold_and_by_more_a_flatter_tree() {
    let name = |letters: &mut dyn Iterator<Item = u64>| {
        letters.map(|i| char::from(b'a' + i as u8)).collect::<String>()
    };
    let join = |names: Vec<String>| format!("({})", names.join(" "));
    for parts in 1..26 {
        let bag = Bag::range(0..26, parts).unwrap();
        let run = |every| {
            let reduction = bag.reduction(name, join).split_every(every);
            reduction.compute(&Serial, &Control::default()).unwrap()
        };
        let pieces = bag.reduction(|part| vec![name(part)], |parts| parts.concat());
        let pieces = pieces.compute(&Serial, &Control::default()).unwrap();
        assert_eq!(pieces.len(), parts);
        assert_eq!(Some(run(2)), fold(pieces.clone(), |a, b| join(vec![a, b])));
        if parts > 1 {
            assert_eq!(run(usize::MAX), join(pieces));
        }
    }
    let bag = Bag::range(0..10, 10).unwrap();
    let tree =
        bag.reduction(name, join).split_every(4).compute(&Serial, &Control::default()).unwrap();
    assert_eq!(tree, "((a b c d) (e f g h) (i j))");
}

#[test]
fn nothing_runs_that_is_not_needed() {
    let seen = AtomicUsize::new(0);
    let bag = Bag::range(0..1000, 100).unwrap().map(|n| (seen.fetch_add(1, Ordering::SeqCst), n).1);
    assert_eq!(seen.load(Ordering::SeqCst), 0);
    for executor in executors() {
        seen.store(0, Ordering::SeqCst);
        assert_eq!(
            bag.take(&*executor, &Control::default(), 25).unwrap(),
            (0..25).collect::<Vec<_>>()
        );
        assert_eq!(seen.load(Ordering::SeqCst), 25, "{}", executor.name());
    }
    // Nor while somebody still looks for what may be enough.
    let slow = Bag::range(0..1000, 100).unwrap().map(|n| {
        if n == 0 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        (seen.fetch_add(1, Ordering::SeqCst), n).1
    });
    for executor in executors() {
        seen.store(0, Ordering::SeqCst);
        assert_eq!(slow.take(&*executor, &Control::default(), 1).unwrap(), [0]);
        assert_eq!(seen.load(Ordering::SeqCst), 1, "{}", executor.name());
    }
    seen.store(0, Ordering::SeqCst);
    assert_eq!(bag.filter(|n| n % 2 == 0).count(&Serial, &Control::default()).unwrap(), 500);
    assert_eq!(seen.load(Ordering::SeqCst), 1000);
}

#[test]
fn a_source_of_ones_own_is_a_bag() {
    /// Partition i holds i, i times.
    struct Stairs;
    impl Source for Stairs {
        type Item = u64;
        fn parts(&self) -> usize {
            5
        }
        fn part<'s>(&'s self, i: usize, failed: &'s Failed) -> impl Iterator<Item = u64> {
            if i == 3 {
                failed.because(abreast::Error::argument("stair", i, "is broken"));
            }
            std::iter::repeat_n(i as u64, i)
        }
    }
    let fault = Bag::new(Stairs).unwrap().count(&Serial, &Control::default()).unwrap_err();
    assert_eq!(fault.to_string(), "task 3: stair = 3: is broken");
    assert_eq!(Bag::new(Stairs).unwrap().take(&Serial, &Control::default(), 3).unwrap(), [1, 2, 2]);
}
