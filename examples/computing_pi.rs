//! Episode "computing pi": random points, one integer.
//!
//! Of n random points in a square, those in the quarter circle are about pi / 4. What to look at:
//!
//! - before anything is made faster, a profile says where the time goes;
//! - random number i is a function of i, not of a state that somebody has advanced, so the count is
//!   **one integer** whatever variant, level, executor and chunk size;
//! - the same algorithm over whole arrays of points gives that integer too, for 16 n bytes more;
//! - what each variant costs per point, and what the first call costs that the second does not.
//!
//! `cargo run --release --example computing_pi`

mod common;
#[cfg(all(
    any(target_os = "linux", target_os = "macos"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
#[path = "computing_pi/profile.rs"]
mod profile;

use abreast::exec::{Executor, worker_main};
use abreast::kernels::REGISTRY;
use abreast::kernels::pi::{self, Pi};
use abreast::sample::splitmix64;
use abreast::{Choice, Error, Fault, Kernel, Level, Variant, executors};
use common::so;
use peak_alloc::PeakAlloc;
use std::f64::consts::PI;
use std::time::{Duration, Instant};

/// Knows how many bytes this program holds, and how many it has held at most.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const SEED: u64 = 1;
const MILLION: u64 = 1_000_000;
const HITS_IN_A_MILLION: u64 = 784_429;

fn main() -> Result<(), Fault> {
    worker_main(REGISTRY);
    // Before anything else has run, so that it is cold.
    let cold = timed(|| abreast::pi_hits(MILLION, SEED))?;
    where_the_time_goes();
    estimates()?;
    // Before there are other threads, whose memory would be counted too.
    whole_arrays()?;
    variant_by_variant()?;
    cold_and_warm(cold)?;
    one_integer()
}

/// The straightforward program, of which nothing has been made faster yet.
#[cfg(all(
    any(target_os = "linux", target_os = "macos"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
fn where_the_time_goes() {
    println!("Profile first: pi from whole arrays of points\n");
    // By the amount of work, not by the clock: a busy machine takes as many samples.
    let profile = profile::of(|| (0..20).for_each(|_| assert!(vectorised(4 * MILLION) > 0)));
    let Some(profile) = profile else {
        println!("no samples can be taken here\n");
        return;
    };
    let shares = [("drawing points", "draw"), ("counting those inside", "count_inside")]
        .map(|(what, function)| (what, profile.share_of(&format!("computing_pi::{function}"))));
    for (what, share) in shares {
        println!("{what:22} {:>3.0} %", 100.0 * share);
    }
    let off = profile.may_be_off_by();
    println!(
        "of {} samples, so each share may be off by {:.0} points",
        profile.samples,
        100.0 * off
    );
    let [(first, most), (second, less)] = shares;
    so(match () {
        () if most - less > 2.0 * off => format!("{first} is what to make faster, not {second}\n"),
        () if less - most > 2.0 * off => format!("{second} is what to make faster, not {first}\n"),
        () => "neither of the two is known to take more time\n".to_owned(),
    });
}

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos"),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
fn where_the_time_goes() {
    println!("no samples can be taken here\n");
}

/// More points, a smaller error: a hundred times as many for one more digit.
fn estimates() -> Result<(), Fault> {
    println!("pi from n random points; the standard error is 1.64 / sqrt(n)\n");
    println!(
        "{:>11}  {:>10}  {:>9}  {:>9}  {:>14}",
        "n", "hits", "4 hits/n", "error", "standard error"
    );
    for n in [100, 10_000, MILLION, 100_000_000] {
        let hits = abreast::pi_hits(n, SEED)?;
        let (estimate, standard) = (4.0 * hits as f64 / n as f64, 1.64 / (n as f64).sqrt());
        let error = estimate - PI;
        println!("{n:>11}  {hits:>10}  {estimate:>9.6}  {error:>9.6}  {standard:>14.6}");
        assert!(error.abs() < 4.0 * standard);
    }
    assert_eq!(abreast::pi_hits(100_000_000, SEED)?, 78_543_406);
    so("one more digit takes a hundred times as many points");
    Ok(())
}

/// As an array language does it: all x, all y, and only then the test of all of them.
fn whole_arrays() -> Result<(), Fault> {
    println!("\nthe same points as whole arrays, and as they are needed\n");
    println!("{:>9}  {:>10}  {:>15}  {:>15}", "n", "hits", "arrays hold", "streaming holds");
    for n in [MILLION, 4 * MILLION] {
        let (vectorised, arrays) = with_peak(|| vectorised(n));
        let (streamed, streaming) = with_peak(|| abreast::pi_hits(n, SEED));
        println!("{n:>9}  {vectorised:>10}  {arrays:>13} B  {streaming:>13} B");
        assert_eq!(vectorised, streamed?);
        // Two arrays of 8 bytes a point; streaming keeps one count per chunk.
        assert_eq!(arrays as u64, 16 * n);
        assert!(streaming < 1024);
    }
    so("whole arrays hold 16 bytes for each point, which nobody needs once it is counted");
    Ok(())
}

fn vectorised(n: u64) -> u64 {
    let x = draw(n, |bits| bits >> 32);
    let y = draw(n, |bits| bits & 0xFFFF_FFFF);
    count_inside(&x, &y)
}

// A profile sees functions: these must not become part of another one.

#[inline(never)]
fn draw(n: u64, half: fn(u64) -> u64) -> Vec<u64> {
    (0..n).map(|i| half(splitmix64(SEED, i))).collect()
}

#[inline(never)]
fn count_inside(x: &[u64], y: &[u64]) -> u64 {
    // The radius is 2^32: a sum of squares that overflows 64 bits lies outside.
    x.iter().zip(y).filter(|(x, y)| (*x * *x).checked_add(*y * *y).is_some()).count() as u64
}

/// What `work` returns, and how many bytes it held at most.
fn with_peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let made = work();
    (made, MEMORY.peak_usage() - before)
}

/// The same count by each variant, at the lowest level and at the best.
fn variant_by_variant() -> Result<(), Fault> {
    const N: u64 = 4 * MILLION;
    let (low, best) = (Level::available()[0], Level::best());
    println!("\nns per point, best of five, one thread\n");
    println!("{:>9}  {:>9}  {:>9}", "variant", low.name(), best.name());
    let expected = abreast::pi_hits(N, SEED)?;
    for variant in Pi::VARIANTS {
        print!("{:>9}", variant.name);
        for level in [low, best] {
            let job = Pi::job(N, SEED)?.level(level).variant(variant.name)?;
            let call = || job.call();
            assert_eq!(call()?, expected);
            print!("  {:>9.3}", best_of_five(call)?.as_secs_f64() * 1e9 / N as f64);
        }
        println!();
    }
    // The variants are plain functions too, at the level chosen for this machine.
    for variant in [pi::c, pi::c_by_hand, pi::cpp, pi::rust, pi::simd] {
        assert_eq!(variant(N, SEED)?, expected);
    }
    so("every variant counts the same hits; what differs is the time, and that with the level");
    Ok(())
}

fn best_of_five(mut call: impl FnMut() -> Result<u64, Error>) -> Result<Duration, Fault> {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        best = best.min(timed(&mut call)?);
    }
    Ok(best)
}

fn timed(call: impl FnOnce() -> Result<u64, Error>) -> Result<Duration, Fault> {
    let begin = Instant::now();
    std::hint::black_box(call()?);
    Ok(begin.elapsed())
}

/// A compiler that works while the program runs makes the first call slow. These variants are
/// compiled before; what is left is to ask the CPU what it can do and to fetch the code.
fn cold_and_warm(cold: Duration) -> Result<(), Fault> {
    let mut warm = Vec::new();
    for _ in 0..25 {
        warm.push(timed(|| abreast::pi_hits(MILLION, SEED))?);
    }
    warm.sort();
    let (least, most) = (warm[0], warm[warm.len() - 1]);
    println!(
        "\nthe first call of this program took {cold:.1?}, 25 later ones {least:.1?} to {most:.1?}"
    );
    so(match cold > most {
        true => format!("being first costs at least {:.1?}, once", cold - most),
        false => "being first costs nothing that can be told from the noise here".to_owned(),
    });
    Ok(())
}

/// Every variant, at every level, on every executor, cut every way.
fn one_integer() -> Result<(), Fault> {
    let mut executors = Vec::new();
    for name in ["serial", "threads:1", "threads:2", "threads:8", "graph:2", "procs:2"] {
        executors.push(executors::parse(name)?);
    }
    let chunks = [1000, 12_345, 262_144, MILLION];
    let mut runs = 0;
    for executor in &executors {
        for choice in Variant::<Pi>::choices() {
            for chunk in chunks {
                assert_eq!(hits(&**executor, choice, chunk)?, HITS_IN_A_MILLION);
                runs += 1;
            }
        }
    }
    let (variants, levels) = (Pi::VARIANTS.len(), Level::available().len());
    let (executors, chunks) = (executors.len(), chunks.len());
    println!(
        "\n{variants} variants x {levels} levels x {executors} executors x {chunks} chunk sizes:"
    );
    println!("{runs} runs, and each counts {HITS_IN_A_MILLION} hits in a million points.");
    assert_eq!(runs, variants * levels * executors * chunks);
    so("a random number that is a function of its index makes one integer of all of them");
    Ok(())
}

/// The hits in a million points, counted in chunks of `chunk`.
fn hits(executor: &dyn Executor, choice: Choice, chunk: u64) -> Result<u64, Fault> {
    Pi::job(MILLION, SEED)?.choose(choice)?.with_chunk(chunk)?.on(executor)
}
