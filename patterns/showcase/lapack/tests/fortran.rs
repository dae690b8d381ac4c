//! What page `fortran_abi` says of LAPACK is what LAPACK does.
#![allow(unsafe_code)]
// An INTEGER is an i64 in one of the builds.
#![allow(clippy::useless_conversion)]

use ab_lapack::fortran_abi::{Abi, Error, Matrix, Triangle, solve};
use ab_lapack::{Build, FOLDER};
use std::ffi::{CStr, c_char, c_void};
use std::sync::Mutex;

type Int = <Build as Abi>::Int;

// Page `fortran_abi`: no CHARACTER, so no length.
unsafe extern "C" {
    fn dgesv_(
        n: *const Int,
        nrhs: *const Int,
        a: *mut f64,
        lda: *const Int,
        ipiv: *mut Int,
        b: *mut f64,
        ldb: *const Int,
        info: *mut Int,
    );
    // Safe: writes three numbers.
    safe fn ilaver_(major: &mut Int, minor: &mut Int, patch: &mut Int);
}

/// The file that a function of the library is in.
fn file_of(function: *const c_void) -> String {
    // SAFETY: zero is a value of each of its fields.
    let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
    // SAFETY: any address, and a place for what is known of it.
    assert_ne!(unsafe { libc::dladdr(function, &mut info) }, 0, "no library has it");
    // SAFETY: a text that the loader keeps while the library is loaded.
    unsafe { CStr::from_ptr(info.dli_fname) }.to_string_lossy().into_owned()
}

#[test]
fn the_library_is_the_one_that_was_asked_for() {
    let file = file_of(dgesv_ as *const c_void);
    assert!(file.starts_with(FOLDER), "{file} is not in {FOLDER}");
    assert_eq!(file.contains("openblas"), cfg!(feature = "openblas"), "{file}");
    let (mut major, mut minor, mut patch) = (0, 0, 0);
    ilaver_(&mut major, &mut minor, &mut patch);
    println!("LAPACK {major}.{minor}.{patch} in {file}");
    assert_eq!((file_of(Build::POSV as *const c_void), major), (file, 3));
}

const OTHER: f64 = 777.0;

/// A[i][j] = min(i, j) + 1, whose inverse has whole numbers.
fn minimum(i: usize, j: usize) -> f64 {
    (i.min(j) + 1) as f64
}

/// n columns that begin `leading` numbers apart; what is not `within` is something else.
fn columns(
    n: usize,
    columns: usize,
    leading: usize,
    element: impl Fn(usize, usize) -> f64,
    within: impl Fn(usize, usize) -> bool,
) -> Vec<f64> {
    let places = (0..columns * leading).map(|at| (at % leading, at / leading));
    places.map(|(i, j)| if i < n && within(i, j) { element(i, j) } else { OTHER }).collect()
}

/// X[i][j] = i - j, and B = A X.
fn solution(i: usize, j: usize) -> f64 {
    i as f64 - j as f64
}

fn right_sides(n: usize, leading: usize) -> Vec<f64> {
    let product = |i, j| (0..n).map(|k| minimum(i, k) * solution(k, j)).sum();
    columns(n, 3, leading, product, |_, _| true)
}

#[track_caller]
fn assert_solved(b: &[f64], n: usize, leading: usize) {
    for (at, found) in b.iter().enumerate() {
        let (i, j) = (at % leading, at / leading);
        let right = if i < n { solution(i, j) } else { OTHER };
        assert!((found - right).abs() <= 1e-9 * n as f64, "row {i}, column {j} of {n}: {found}");
    }
}

#[test]
fn a_definite_system_is_solved_in_either_triangle_and_nothing_else_is_touched() {
    // 150 are more than a block of the library's.
    for (n, leading) in [(0, 1), (1, 1), (2, 5), (7, 9), (40, 40), (150, 153)] {
        for triangle in [Triangle::Lower, Triangle::Upper] {
            let within = |i, j| if triangle == Triangle::Lower { i >= j } else { i <= j };
            let mut a = columns(n, n, leading, minimum, within);
            let (mut b, before) = (right_sides(n, leading), a.clone());
            let view = Matrix::new(&mut a, n, n, leading).unwrap();
            solve::<Build>(triangle, view, Matrix::new(&mut b, n, 3, leading).unwrap()).unwrap();
            assert_solved(&b, n, leading);
            let others = |a: &[f64]| a.iter().filter(|x| **x == OTHER).count();
            assert_eq!(others(&a), others(&before), "outside of the triangle");
        }
    }
}

#[test]
fn a_minor_that_is_not_positive_is_named_and_b_unchanged() {
    let (mut a, mut b) = ([1.0, 2.0, 2.0, 1.0], [3.0, 4.0]);
    let view = Matrix::new(&mut a, 2, 2, 2).unwrap();
    let solved = solve::<Build>(Triangle::Lower, view, Matrix::new(&mut b, 2, 1, 2).unwrap());
    assert_eq!((solved, b), (Err(Error::NotPositive(2)), [3.0, 4.0]));
}

#[test]
fn what_an_integer_of_this_build_cannot_hold_is_refused() {
    let large = (1_usize << 32) + 1;
    let (mut a, mut b) = ([4.0], [8.0]);
    let view = Matrix::new(&mut a, 1, 1, large).unwrap();
    let solved = solve::<Build>(Triangle::Lower, view, Matrix::new(&mut b, 1, 1, 1).unwrap());
    match cfg!(feature = "ilp64") {
        true => assert_eq!((solved, b), (Ok(()), [2.0])),
        false => assert_eq!((solved, b), (Err(Error::TooLarge(large)), [8.0])),
    }
}

/// INFO of `dgesv_`, for matrices that lie in their slices.
fn general(n: usize, sides: usize, a: &mut [f64], b: &mut [f64], leading: usize) -> i64 {
    assert!(a.len() >= n * leading && b.len() >= sides * leading && leading >= n.max(1));
    let int = |size| Int::try_from(size).expect("small");
    let (n_int, sides, leading) = (int(n), int(sides), int(leading));
    let (mut pivots, mut info) = (vec![0; n], 7);
    // SAFETY: two matrices of these sizes, as asserted, and a pivot for each row; INTEGERs of this build.
    unsafe {
        dgesv_(
            &n_int,
            &sides,
            a.as_mut_ptr(),
            &leading,
            pivots.as_mut_ptr(),
            b.as_mut_ptr(),
            &leading,
            &mut info,
        );
    }
    info.into()
}

/// Page `library_threads`: on several threads OpenBLAS 0.3.21 takes half a MiB of stack for each level of its LU, and
/// the threads of Rust's tests, as all of its threads, have 2.
fn with_a_stack_of_8_mib(work: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(8 << 20);
        builder.spawn_scoped(scope, work).expect("a thread").join().expect("no panic");
    });
}

#[test]
fn a_general_system_is_solved_and_a_singular_one_is_named() {
    with_a_stack_of_8_mib(general_systems);
}

fn general_systems() {
    for (n, leading) in [(1, 1), (5, 7), (150, 151)] {
        let mut a = columns(n, n, leading, minimum, |_, _| true);
        let mut b = right_sides(n, leading);
        assert_eq!(general(n, 3, &mut a, &mut b, leading), 0);
        assert_solved(&b, n, leading);
    }
    let (mut a, mut b) = ([1.0, 2.0, 2.0, 4.0], [3.0, 4.0]);
    assert_eq!(general(2, 1, &mut a, &mut b, 2), 2, "U(2,2) is zero");
}

#[test]
fn rows_for_columns_solve_another_system_without_a_word() {
    // [[4, 2], [0, 1]] in rows is its transpose in columns.
    let (mut rows, mut b) = ([4.0, 2.0, 0.0, 1.0], [8.0, 3.0]);
    assert_eq!(general(2, 1, &mut rows, &mut b, 2), 0);
    assert_eq!(b, [2.0, -1.0], "and not [0.5, 3]");
}

/// What XERBLA was told.
static REFUSED: Mutex<Vec<(String, i64)>> = Mutex::new(Vec::new());

/// Page `error_handlers`: in place of the library's, which stops the program or prints. The name has its length behind
/// all other arguments: by value, and the library passes it.
///
/// # Safety
/// As LAPACK calls it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xerbla_(name: *const c_char, info: *const Int, length: usize) {
    // SAFETY: so many letters, as the convention says.
    let letters = unsafe { std::slice::from_raw_parts(name.cast::<u8>(), length) };
    // SAFETY: one INTEGER.
    let info = unsafe { *info };
    let name = String::from_utf8_lossy(letters).trim_end().to_owned();
    REFUSED.lock().expect("nobody panics with it").push((name, info.into()));
}

#[test]
fn an_argument_that_is_none_goes_to_xerbla_with_the_length_of_the_name() {
    let info = |uplo: &str, n: Int, leading: Int| {
        let (one, mut a, mut b, mut info) = (1, [4.0], [8.0], 7);
        let text = uplo.as_ptr().cast();
        let (a, b) = (a.as_mut_ptr(), b.as_mut_ptr());
        // SAFETY: one number each, of which none is used where an argument is refused.
        unsafe { (Build::POSV)(text, &n, &one, a, &leading, b, &one, &mut info, uplo.len()) };
        i64::from(info)
    };
    assert_eq!(
        [info("u", 1, 1), info("x", 1, 1), info("L", -1, 1), info("L", 1, 0)],
        [0, -1, -2, -5]
    );
    let refused = REFUSED.lock().expect("nobody panics with it").clone();
    assert_eq!(refused, [1, 2, 5].map(|argument| ("DPOSV".to_owned(), argument)));
}
