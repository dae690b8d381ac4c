//! Every kind of parameter reaches C as it should: each function checks what it gets.

use crate::Bench;

/// Runs a function compiled in two ways, of which the second one must give the same.
fn agrees(bench: &Bench, name: &str, text: &str, sig: &str, more: &[&str]) {
    bench.write(name, text);
    let words = [name, "--sig", sig, "--cflags", "-O0", "--cflags", "-O2"];
    let said = bench.brief(&[&words[..], more].concat());
    said.ends_with(0).has(&["both agree on"]);
}

#[test]
fn every_kind_of_parameter_arrives() {
    let bench = Bench::new();
    let head = "#include <stddef.h>\n#include <stdint.h>\n#include <stdbool.h>\n#include <string.h>\n#include <complex.h>\n";
    for (sig, text) in [
        (
            "void(n, alpha: f64, x: *f64, y: *mut f64)",
            "void f(size_t n, double a, const double *x, double *y) { for (size_t i = 0; i < n; i++) y[i] += a * x[i]; }",
        ),
        (
            "i32(n: i32, *f32, inc: i32 = 1, m: i64 = 2*n + 1)",
            "int f(int n, const float *x, int inc, int64_t m) { return inc == 1 && m == 2 * n + 1 ? n : -1; }",
        ),
        (
            "c64(n, *c64, *mut c64)",
            "double complex f(size_t n, const double complex *x, double complex *y) { double complex s = 0; for (size_t i = 0; i < n; i++) { s += x[i] * y[i]; y[i] = conj(x[i]); } return s; }",
        ),
        ("usize(str)", "size_t f(const char *s) { return strlen(s); }"),
        (
            "u64(n, *u8[n*n], *out i16[2*n])",
            "uint64_t f(size_t n, const uint8_t *x, int16_t *y) { uint64_t s = 0; for (size_t i = 0; i < n * n; i++) s += x[i]; for (size_t i = 0; i < 2 * n; i++) y[i] = (int16_t)i; return s; }",
        ),
        (
            "bool(flag: bool = true, a: f64 = -2.5, b: f32 = 0.5, i8 = 7)",
            "bool f(bool flag, double a, float b, int8_t c) { return flag && a == -2.5 && b == 0.5f && c == 7; }",
        ),
        (
            "f64(f64, f64, f64, f64, f64, f64, f64, f64, f64, n, n, n, n, n, n, n, c32)",
            "double f(double a, double b, double c, double d, double e, double g, double h, double i, double j, size_t k, size_t l, size_t m, size_t o, size_t p, size_t q, size_t r, float complex z) { return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * g + 7 * h + 8 * i + 9 * j + (double)(k + l + m + o + p + q + r) + crealf(z); }",
        ),
    ] {
        agrees(&bench, "f.c", &format!("{head}{text}\n"), sig, &[]);
    }
}

#[test]
fn inputs_are_made_as_asked_for() {
    let bench = Bench::new();
    // It crashes where the input is not what was asked for.
    let text = "#include <stddef.h>
double f(size_t n, const double *x, const int *k, double *y) {
    for (size_t i = 0; i < n; i++) {
        if (x[i] != (double)i || k[i] < 3 || k[i] > 4 || y[i] != 0) __builtin_trap();
        y[i] = x[i];
    }
    return n;
}\n";
    let sig = "f64(n, x: *f64, k: *i32, y: *mut f64)";
    agrees(&bench, "f.c", text, sig, &["--init", "zeros,x=ramp", "--init", "3=ints:3..5"]);
    bench
        .brief(&["f.c", "--sig", sig, "--init", "ones"])
        .ends_with(1)
        .has(&["f.c at n = 8", "SIGILL"]);
}

#[test]
fn how_close_results_must_be_is_asked_for() {
    let bench = Bench::with(&[
        ("a.c", "double f(double x) { return x; }\n"),
        ("b.c", "double f(double x) { return x * (1 + 1e-14); }\n"),
    ]);
    let run =
        |more: &[&str]| bench.brief(&[&["a.c", "b.c", "--init", "uniform:1..2"], more].concat());
    run(&[]).ends_with(0).has(&["within the bound only: b.c"]);
    run(&["--agree", "exact"]).ends_with(1).has(&["b.c at ", "where a.c gives"]);
    run(&["--agree", "1e-15"]).ends_with(1);
    run(&["--agree", "exact,abs=1e-9"]).ends_with(0);
}
