//! `--asm`: the machine code after the comparison.

use crate::{BRIEF, Bench, DOT, DOT_C, Said, three_languages};

/// What comes after the comparison, without what it warns of.
fn code(said: &Said) -> &str {
    let at = said.out.find(" variant ").expect("a table of counts");
    &said.out[at..]
}

#[test]
fn the_loops_of_the_functions_follow_and_their_counts_are_the_same_again() {
    let bench = three_languages();
    let args = ["dot.c", "dot.cpp", "dot.rs", "--sig", DOT, "--asm=256", "--cflags", "-O1"];
    let said = bench.brief(&args);
    said.ends_with(0).has(&["all three agree on"]);
    let first = code(&said);
    assert!(first.contains("dot: calls at n = 256 and 512"), "{first}");
    for name in ["dot.c", "dot.cpp", "dot.rs"] {
        assert!(first.contains(&format!("\n{name}: dot, ")), "{name} in\n{first}");
    }
    let row = first.lines().find(|line| line.starts_with(" dot.c ")).expect("a row");
    let cells: Vec<&str> = row.split_whitespace().collect();
    // Six instructions at least: load, multiply, add, count, compare, jump. No call of anybody.
    let number = |i: usize| cells[i].parse::<f64>().expect("a number");
    assert!(cells[1..3] == ["xmm", "scalar"] && (4.0..12.0).contains(&number(3)), "{row}");
    assert_eq!((number(4), number(5), number(6)), (number(3), 1.0, 0.0), "{row}");
    assert!(first.contains("mulsd") && first.contains("jne"), "{first}");
    assert_eq!(code(&bench.brief(&args)), first);
}

#[test]
fn a_size_is_chosen_that_suits_the_signature() {
    let bench = Bench::with(&[("dot.c", DOT_C)]);
    let said = bench.brief(&["dot.c", "--asm", "--multiple-of", "8"]);
    said.ends_with(0).has(&["dot: calls at n = 2048 and 4096"]);
}

#[test]
fn what_cannot_be_counted_is_said_before_anything_is_timed() {
    let bench = three_languages();
    bench.write("one.c", "double one(double x) { return x + 1; }\n");
    for (args, sentence) in [
        (&["dot.c", "--asm=0"][..], "asm = 0: must be at least 1"),
        (&["dot.c", "--asm=many"], "asm = many"),
        (&["dot.c", "--asm=2^63"], "twice as much is too much"),
        (&["dot.c", "--asm=2^40"], "does not fit in memory"),
        (&["dot.c", "--asm=9", "--multiple-of", "8", "--sizes", "8"], "a multiple of 8"),
        (&["dot.c", "--asm", "--json"], "--asm prints on stdout"),
        (&["one.c", "--asm"], "--asm needs a parameter that depends on n"),
    ] {
        let said = bench.run(&[args, &BRIEF[..3]].concat());
        said.ends_with(2).has(&[sentence]);
        assert_eq!(said.out, "", "{args:?}");
    }
}

#[test]
fn a_function_that_crashes_is_named_and_the_others_are_counted() {
    let broken = DOT_C.replace("double sum = 0;", "double sum = 0; *(volatile int *)0 = 1;");
    let bench = Bench::with(&[("dot.c", DOT_C), ("broken.c", &broken)]);
    let said = bench.brief(&["dot.c", "broken.c", "--sig", DOT, "--asm"]);
    said.ends_with(1).has(&["broken.c: it ended its process (SIGSEGV)"]);
    assert!(code(&said).contains("\ndot.c: dot, "), "{}", said.out);
}
