use crate::try_::declared::*;

/// The signature of the function f in a source, or what is not clear.
fn read(kind: FileKind, text: &str) -> Result<String, String> {
    let found = Declared::find(kind, text, "f").ok_or("nothing found")?;
    found.signature().map(|signature| signature.to_string())
}

#[test]
fn plain_definitions_in_c_and_cpp_are_understood() {
    for (text, expected) in [
        ("double f(size_t n, const double *x, const double *y) {", "f64(n, x: *f64, y: *f64)"),
        (
            "void f(int n, float a, const float *restrict x, float *y)\n{",
            "void(n: i32, a: f32, x: *f32, y: *mut f32)",
        ),
        ("unsigned long long f(unsigned count) {", "u64(count: u32 = n)"),
        (
            "#include <x.h>\n/* f(int) { */ // f(a) {\nstatic int g;\nint64_t f(long len, int32_t const x[]) {",
            "i64(len: i64 = n, x: *i32)",
        ),
        ("extern \"C\" double f(std::size_t n, const double* x) noexcept {", "f64(n, x: *f64)"),
        ("int f(const char *s) {", "i32(s: str)"),
        ("double complex f(size_t n, const double complex *z) {", "c64(n, z: *c64)"),
        ("double g(double x) { return f(x); }\ndouble f(double x) { return x; }", "f64(x: f64)"),
        ("double f(void) {", "f64()"),
        ("char a = '\"'; char *b = \"\\\"f(\"; double ns::f(double x) {", "f64(x: f64)"),
        ("double f(size_t, const double*) {", "f64(n, *f64)"),
        ("namespace a { double f(size_t n, const double *x) {", "f64(n, x: *f64)"),
        ("int h(int a) { if (a) { } }\nbool f(bool a, uint8_t b) {", "bool(a: bool, b: u8)"),
    ] {
        assert_eq!(read(FileKind::Cpp, text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn plain_definitions_in_rust_are_understood() {
    for (text, expected) in [
        (
            "#[no_mangle]\npub unsafe extern \"C\" fn f(n: usize, x: *const f64, y: *mut f32) -> f64 {",
            "f64(n, x: *f64, y: *mut f32)",
        ),
        ("pub extern \"C\" fn f(mut n: u32) -> u64 {", "u64(n: u32)"),
        (
            "extern \"C\" fn f(s: *const std::ffi::c_char, _: f64,\n) -> core::ffi::c_int\n{",
            "i32(s: str, f64)",
        ),
    ] {
        assert_eq!(read(FileKind::Rust, text).as_deref(), Ok(expected), "{text}");
    }
    let found = Declared::find(FileKind::Rust, "#[no_mangle] pub fn f(n: usize) -> u64 { 0 }", "f");
    assert!(!found.expect("found").is_extern_c);
}

#[test]
fn what_is_not_clear_is_left_to_the_person() {
    for (kind, text) in [
        (FileKind::C, "double f(int n, const double *x, int incx) {"),
        (FileKind::C, "double f(const double *x) {"),
        (FileKind::C, "double f(size_t n, double **x) {"),
        (FileKind::C, "double f(size_t n, struct point *x) {"),
        (FileKind::C, "double f(int n, double (*g)(double)) {"),
        (FileKind::C, "double f(size_t n, const double *x);"),
        (FileKind::C, "void f(size_t n, const double *x) {"),
        (FileKind::C, "double *f(size_t n) {"),
        (FileKind::Rust, "extern \"C\" fn f(x: &[f64]) -> f64 {"),
        (FileKind::Rust, "extern \"C\" fn g(n: usize) -> f64 { f(n) }"),
        (FileKind::Object, "double f(int n) {"),
        (FileKind::C, ""),
        (FileKind::C, "/* f("),
        (FileKind::C, "double f(size_t n, /* \" */ char"),
    ] {
        assert!(read(kind, text).is_err(), "{text}: {:?}", read(kind, text));
    }
}

#[test]
fn another_signature_than_the_declared_one_is_seen() {
    let text = "double f(size_t n, const double *x, double *y) {";
    let found = Declared::find(FileKind::C, text, "ns::f").expect("found");
    let fits = |text: &str| found.fits(&Signature::parse(text).expect(text));
    assert!(fits("f64(n, *f64, *mut f64)") && fits("f64(n, *f64, *out f64[2*n])"));
    assert!(fits("f64(u64 = 7, *f64, *f64)") && fits("void(n, *f64, *mut f64)"));
    for text in
        ["f64(n: i32, *f64, *f64)", "f32(n, *f64, *f64)", "f64(n, *f64)", "f64(n, *f32, *f64)"]
    {
        assert!(!fits(text), "{text}");
    }
}
