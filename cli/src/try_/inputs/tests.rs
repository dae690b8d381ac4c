use crate::try_::inputs::*;

fn signature() -> Signature {
    Signature::parse("void(n, x: *f64, k: *u8, z: *c32, s: str, y: *mut f32)").expect("read")
}

fn inits(text: &str) -> Inits {
    Inits::parse(&[text.to_owned()], &signature()).unwrap_or_else(|why| panic!("{why}"))
}

fn floats(text: &str, seed: u64) -> Vec<f64> {
    let mut bytes = [0; 8 * 1000];
    inits(text).fill(1, Scalar::F64, seed, &mut bytes);
    bytes.as_chunks().0.iter().map(|bytes| f64::from_ne_bytes(*bytes)).collect()
}

fn octets(text: &str) -> Vec<u8> {
    let mut bytes = [0; 1000];
    inits(text).fill(2, Scalar::U8, 7, &mut bytes);
    bytes.to_vec()
}

#[test]
fn every_way_to_make_numbers_gives_what_it_says() {
    let within = |text: &str, low: f64, high: f64| {
        let all = floats(text, 7);
        assert!(all.iter().all(|x| (low..high).contains(x)), "{text}");
        assert!(all.iter().any(|x| *x < low + (high - low) / 10.0), "{text}");
        assert!(all.iter().any(|x| *x >= high - (high - low) / 10.0), "{text}");
        all
    };
    within("uniform", 0.0, 1.0);
    within("uniform:-1..1", -1.0, 1.0);
    assert!(within("ints:-5..5", -5.0, 5.0).iter().all(|x| x.fract() == 0.0));
    assert!(floats("zeros", 7).iter().all(|x| *x == 0.0));
    assert!(floats("x=ones", 7).iter().all(|x| *x == 1.0));
    assert_eq!(floats("2=ramp", 7)[..3], [0.0, 1.0, 2.0]);
    let normal = floats("normal", 7);
    let mean = normal.iter().sum::<f64>() / 1000.0;
    let square = normal.iter().map(|x| x * x).sum::<f64>() / 1000.0;
    assert!(mean.abs() < 0.2 && (square - 1.0).abs() < 0.3, "{mean} {square}");
    assert!(octets("uniform").contains(&255) && octets("normal").contains(&0));
    assert_eq!(octets("ramp")[255..258], [255, 0, 1], "what does not fit begins again");
    assert!(octets("ints:3..5").iter().all(|k| *k == 3 || *k == 4));
}

#[test]
fn the_seed_and_the_place_decide() {
    assert_eq!(floats("uniform", 7), floats("uniform", 7));
    assert_ne!(floats("uniform", 7), floats("uniform", 8));
    let mut letters = [[0; 100]; 2];
    text(4, 7, &mut letters[0]);
    text(4, 8, &mut letters[1]);
    assert_ne!(letters[0], letters[1]);
    assert!(letters[0].iter().all(|c| c.is_ascii_lowercase() || *c == b' '));
    let one = inits("uniform").single(1, Scalar::I32, 3);
    let one = i32::from_ne_bytes(one[..4].try_into().expect("four"));
    assert!((1..9).contains(&one), "{one}");
}

#[test]
fn the_last_word_about_a_parameter_counts() {
    let texts = ["zeros,x=ramp".to_owned(), "y=ones".to_owned()];
    let all = Inits::parse(&texts, &signature()).expect("read");
    use Init::{Ones, Ramp, Zeros};
    assert_eq!(all.0, [Zeros, Ramp, Zeros, Zeros, Zeros, Ones]);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, part, at) in [
        ("random", "\"random\" is no way to make inputs; there are uniform", 0),
        ("q=ramp", "has no parameter q", 0),
        ("9=ramp", "has no parameter 9", 0),
        ("x=", "is no way to make inputs", 2),
        ("s=zeros", "text is always letters", 0),
        ("x=uniform:3..1", "a range was expected", 10),
        ("uniform:a..b", "a range was expected", 8),
        ("uniform:0..inf", "a range was expected", 8),
        ("zeros ones", ", was expected", 6),
    ] {
        let why = Inits::parse(&[text.to_owned()], &signature()).expect_err(text).to_string();
        assert!(why.contains(part), "{why}");
        assert_eq!(why.lines().last().expect("lines").find('^'), Some(2 + at), "{why}");
    }
}

#[test]
fn a_count_that_a_type_cannot_hold_is_none() {
    assert_eq!(put_count(Scalar::I8, 127).map(|slot| slot[0]), Some(127));
    assert_eq!(put_count(Scalar::I8, 128), None);
    assert_eq!(put_count(Scalar::I32, 1 << 31), None);
    let wide = put_count(Scalar::U64, u64::MAX).expect("fits");
    assert_eq!(wide[..8], [255; 8]);
}
