//! The bits of every kernel are those of the file `hashes.txt`: the gate proves that variants agree
//! with each other today, this test that they agree with themselves of yesterday.
//!
//! A kernel whose bits change on purpose gets new lines in the same commit:
//! `ABREAST_RENEW_HASHES=1 cargo test --test hashes`. A new kernel is in the file from then on.

use abreast::harness::gate::GateOptions;
use abreast::harness::same_bits::same_bits;
use abreast::kernel::{Case, Choice, Class, Entry, Request};
use abreast::kernels::REGISTRY;
use abreast::{Error, Isa, Level, Tasks, exec, exec::Executor};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hashes.txt");

const HEAD: &str = "\
# 64-bit FNV-1a of the output bytes at seed 42, as `abreast run KERNEL --n N` prints it. Two hashes:
# at levels without and with fused multiply-add. `check` is the problem of `abreast check`.
";

/// Runs that take longer than about this many operations are left to the gate.
const MAX_WORK: u64 = 1 << 26;

/// `dot 1000 a0f41139e0cfdd5f`: the same at each level, or two hashes for a kernel that is fused.
fn line(entry: &Entry, problem: &str, hash: impl Fn(Level) -> String) -> String {
    let levels = Level::available();
    let side = |fma| {
        let mut levels = levels.iter().filter(|level| level.has_fma() == fma);
        let hashes: Vec<String> = levels.by_ref().map(|level| hash(*level)).collect();
        for hash in &hashes {
            assert_eq!(*hash, hashes[0], "{} {problem} by level", entry.name);
        }
        hashes.first().cloned()
    };
    let (without, with) = (side(false), side(true));
    let hashes = match entry.class {
        Class::SameBits => {
            let hashes: Vec<String> = without.into_iter().chain(with).collect();
            assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{} {problem}", entry.name);
            hashes[0].clone()
        }
        Class::Fused(_) | Class::Bounded(_) => {
            [without, with].map(|hash| hash.unwrap_or("?".into())).join(" ")
        }
    };
    format!("{} {problem} {hashes}", entry.name)
}

fn hash(entry: &Entry, case: &dyn Case, level: Level) -> String {
    let mut serial =
        |tasks: &dyn Tasks| exec::Serial.run(tasks, &exec::Control::default()).map(drop);
    let choice = Choice { variant: entry.default_variant().name, level };
    let answer = case.run(choice, 0x3F, &mut serial).expect("the gate passes");
    format!("{:016x}", answer.hash)
}

/// What the kernel has today.
fn lines(entry: &Entry) -> Vec<String> {
    let mut lines = Vec::new();
    for n in entry.sizes {
        let case = match entry.case(&Request::size(*n)) {
            Ok(case) => case,
            // A picture without pixels is none.
            Err(Error::Argument { .. }) if *n == 0 => continue,
            Err(why) => panic!("{} n = {n}: {why}", entry.name),
        };
        let cost = case.cost();
        if cost.flops.max(cost.elements) <= MAX_WORK {
            lines.push(line(entry, &n.to_string(), |level| hash(entry, &*case, level)));
        }
    }
    for (i, (name, case)) in entry.special().into_iter().enumerate() {
        let name = format!("special:{i}:{}", name.replace(' ', "-"));
        lines.push(line(entry, &name, |level| hash(entry, &*case, level)));
    }
    let serial = [abreast::executors::parse("serial").expect("an executor")];
    let table = same_bits(entry, &serial, &GateOptions::quick()).expect("a problem");
    lines.push(line(entry, "check", |level| {
        let row = table.rows.iter().find(|row| row.level == level.isa());
        row.expect("a row of each level").expected.clone()
    }));
    lines
}

/// Whether what the file says is what is computed here. A level that this CPU lacks is `?`.
fn agrees(kept: &str, today: &str) -> bool {
    let (mut kept, mut today) = (kept.split(' '), today.split(' '));
    loop {
        match (kept.next(), today.next()) {
            (None, None) => return true,
            (Some(kept), Some(today)) if kept == today || kept == "?" || today == "?" => {}
            _ => return false,
        }
    }
}

#[test]
fn no_kernel_changes_its_bits_unnoticed() {
    let today: Vec<String> = REGISTRY.iter().flat_map(lines).collect();
    if std::env::var_os("ABREAST_RENEW_HASHES").is_some() {
        assert_eq!(Level::available().len(), Isa::ALL.len() - 1, "a CPU with every level renews");
        std::fs::write(FILE, format!("{HEAD}{}\n", today.join("\n"))).expect("a writable file");
        return;
    }
    let kept = std::fs::read_to_string(FILE).expect("the file of hashes");
    let kept: Vec<&str> = kept.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(kept.len() > 300, "only {} hashes", kept.len());
    for kept in kept {
        let problem = |line: &str| line.split(' ').take(2).map(str::to_owned).collect::<Vec<_>>();
        let same = today.iter().find(|today| problem(today) == problem(kept));
        let today = same.unwrap_or_else(|| panic!("no longer computed: {kept}"));
        assert!(agrees(kept, today), "the file says {kept}\n  today it is {today}");
    }
}
