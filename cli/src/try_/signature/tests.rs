use crate::try_::signature::*;

#[test]
fn a_signature_is_shown_as_it_can_be_typed() {
    for text in [
        "f64(n, *f64, *f64)",
        "void(n: i32, alpha: f64, x: *f32, y: *mut f32[2*n])",
        "u64(n)",
        "c64(n: u32, *c64, *out c64[(n*n)+1])",
        "i32(s: str)",
        "f64(n: i32, x: *f64, incx: i32 = 1, y: *f64, incy: i32 = 1)",
        "bool(m: usize = n/2, flag: bool = true, a: f64 = -2.5, b: f32 = 1e-7)",
        "f64()",
    ] {
        let signature = Signature::parse(text).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(signature.to_string(), text);
    }
    let loose = Signature::parse(" f64 ( n , *const  f64 [ n ] ) ").expect("read");
    assert_eq!(loose.to_string(), "f64(n, *f64)");
    let named = Signature::parse("f64(n: usize, len: n)").expect("read");
    assert_eq!(named.to_string(), "f64(n, len: usize = n)");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, part, at) in [
        ("", "a type was expected", 0),
        ("f64", "( was expected after the type of the result", 3),
        ("double(n, *f64)", "double is called f64 here", 0),
        ("f64(n, *double)", "double is called f64 here", 8),
        ("f64(n, *int32_t)", "int32_t is called i32 here", 8),
        ("f64(n, *uint8_t)", "uint8_t is called u8 here", 8),
        ("f64(n, *quad)", "quad is no type; there are f32, f64", 8),
        ("f64(n, *)", "a type was expected", 8),
        ("f64(n, *f64", ") was expected after a parameter", 11),
        ("f64(n *f64)", ") was expected after a parameter", 6),
        ("f64(n, *f64) x", "the end was expected", 13),
        ("f64(n, *f64[m])", "n or a number was expected", 12),
        ("f64(n, *f64[n)", "] was expected after the length", 13),
        ("f64(3: f64)", "3 is no name", 4),
        ("f64(a: f64 = x)", "a number was expected", 13),
        ("f64(n, )", "a type was expected", 7),
        ("void(n, *f64)", "nothing to compare", 0),
    ] {
        let why = Signature::parse(text).expect_err(text).to_string();
        assert!(why.contains(part), "{why}");
        assert_eq!(why.lines().last().expect("lines").find('^'), Some(2 + at), "{why}");
    }
    let many = format!("f64({}n)", "n, ".repeat(100));
    assert!(Signature::parse(&many).expect_err("many").to_string().contains("more than 64"));
}

#[test]
fn what_a_signature_implies() {
    let read = |text: &str| Signature::parse(text).expect(text);
    let axpy = read("void(n, alpha: f64, x: *f64, y: *mut f32)");
    assert!(axpy.is_in_place() && axpy.has_n());
    assert_eq!((axpy.outputs(), axpy.bytes(10)), (1, Some(120)));
    assert_eq!(axpy.compares_floats(), Some(F32));
    assert_eq!((axpy.label(1), axpy.label(0)), ("alpha".to_owned(), "argument 1".to_owned()));
    let count = read("u32(str, *out f64[n*n])");
    assert!(!count.is_in_place() && count.has_n());
    assert_eq!(count.bytes(10), Some(811));
    assert_eq!(count.bytes(1 << 40), None);
    assert_eq!((count.values(10), count.values(1 << 40)), (Some(101), None));
    assert!(!read("f64(f64)").has_n());
    assert_eq!(read("u32(n)").compares_floats(), None);
}

#[test]
fn the_table_of_types_is_in_the_order_of_the_types() {
    for row in SCALARS {
        assert_eq!(row.0.row().1, row.1);
    }
}
