//! The model on a made-up machine, and the loops on this one.

use super::*;

const LEVEL: &str = "v3";

fn known() -> Roofline {
    let memory =
        |bytes, gb_per_second| Bandwidth { level: LEVEL, threads: 1, bytes, gb_per_second };
    let peak =
        |arithmetic, fused, gflops| Peak { level: LEVEL, threads: 1, arithmetic, fused, gflops };
    Roofline {
        loads: vec![memory(1 << 14, 400.0), memory(1 << 20, 100.0)],
        copies: vec![memory(1 << 14, 200.0), memory(1 << 20, 50.0)],
        peaks: vec![peak("f64", false, 50.0), peak("f64", true, 100.0), peak("int", false, 80.0)],
        repeat: None,
    }
}

/// A call of one microsecond.
fn row(read: u64, written: u64, flops: u64, footprint: u64) -> Row {
    Row { read, written, flops, footprint, best_seconds: 1e-6, ..Row::blank(LEVEL) }
}

#[test]
fn the_nearest_limit_is_the_roof() {
    let share = |arithmetic, fused, row: &Row| {
        let share = known().share(arithmetic, fused, row).unwrap();
        ((share.share * 1000.0).round() / 1000.0, share.limit)
    };
    // In a microsecond this machine loads 400 000 bytes near and 100 000 far, writes a
    // quarter of that, and does 50 000 operations.
    let plain = |row: &Row| share(Arithmetic::F64, false, row);
    assert_eq!(plain(&row(200_000, 0, 1000, 1 << 13)), (0.5, Limit::Load));
    assert_eq!(plain(&row(80_000, 0, 1000, 1 << 22)), (0.8, Limit::Load));
    // Nearer to a mebibyte than to 16 KiB, but it may fit a cache that a mebibyte does not.
    assert_eq!(plain(&row(80_000, 0, 1000, 1 << 19)), (0.2, Limit::Load));
    assert_eq!(plain(&row(100_000, 90_000, 1000, 1 << 14)), (0.9, Limit::Copy));
    let busy = row(8, 8, 25_000, 1 << 14);
    assert_eq!(plain(&busy), (0.5, Limit::Arithmetic));
    assert_eq!(share(Arithmetic::F64, true, &busy), (0.25, Limit::Arithmetic));
    assert_eq!(share(Arithmetic::Int, true, &busy), (0.313, Limit::Arithmetic));
}

#[test]
fn what_was_not_measured_has_no_share() {
    let share = |roofline: &Roofline, row: Row| roofline.share(Arithmetic::F64, false, &row);
    assert_eq!(share(&known(), Row { threads: 2, ..row(1000, 0, 0, 1000) }), None);
    assert_eq!(share(&known(), row(0, 0, 0, 1000)), None);
    assert_eq!(share(&Roofline::default(), row(1000, 0, 0, 1000)), None);
}

#[test]
fn every_limit_of_this_machine_is_measured_and_positive() {
    let levels = Level::available();
    let roofline = limits(&levels, &[1, 2], 1 << 12, 1).unwrap();
    assert_eq!(roofline.loads.len(), levels.len() * 2 * 4); // 4, 8, 16 and 32 KiB
    let rates = roofline.loads.iter().chain(&roofline.copies).map(|b| b.gb_per_second);
    assert!(rates.chain(roofline.peaks.iter().map(|p| p.gflops)).all(|rate| rate > 0.0));
    for (level, threads) in levels.iter().flat_map(|level| [(level, 1), (level, 2)]) {
        let row = Row { threads, level: level.name(), ..row(64, 8, 9, 4096) };
        for arithmetic in [Arithmetic::F64, Arithmetic::F32, Arithmetic::Int] {
            assert!(roofline.share(arithmetic, true, &row).is_some(), "{level} on {threads}");
        }
    }
}

#[test]
fn the_better_of_two_measurements_counts() {
    let mut roofline = known();
    let mut again = known();
    again.loads[0].gb_per_second = 500.0;
    again.peaks[1].gflops = 90.0;
    roofline.raise(again);
    assert_eq!(roofline.loads[0].gb_per_second, 500.0);
    assert_eq!(roofline.peaks[1].gflops, 100.0);
    // Of seven limits five were the same again.
    assert_eq!(roofline.repeat, Some(1.0));
    let mut halved = known();
    let rates = halved.rates().map(|rate| *rate /= 2.0).count();
    roofline.raise(halved);
    assert_eq!((rates, roofline.repeat, roofline.peaks[1].gflops), (7, Some(0.5), 100.0));
}
