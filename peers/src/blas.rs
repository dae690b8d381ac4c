//! OpenBLAS and MKL, loaded while the program runs: whoever lacks them skips their rows.
#![allow(unsafe_code)]

use crate::matrix::Shape;
use libloading::Library;
use std::ffi::{CStr, c_char, c_int};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Where `peers/install` puts them: a folder for each.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/blas");

/// What makes a library use one thread, whoever loads it. Set before it is loaded, by the process above.
pub const ONE_THREAD: [(&str, &str); 4] = [
    ("OPENBLAS_NUM_THREADS", "1"),
    ("MKL_NUM_THREADS", "1"),
    ("MKL_THREADING_LAYER", "SEQUENTIAL"),
    ("OMP_NUM_THREADS", "2"),
];

/// A BLAS that can be installed.
struct Kind {
    name: &'static str,
    /// What its file's name begins with.
    file: &'static str,
    /// Where a system has it.
    of_system: &'static [&'static str],
    /// What stands before the names of its functions.
    prefixes: &'static [&'static str],
    /// The functions that return a text about the library: its version, and what it picked for this CPU.
    says: &'static [&'static str],
    /// The function that writes such a text.
    writes: Option<&'static str>,
}

const OPENBLAS: Kind = Kind {
    name: "OpenBLAS",
    file: "libscipy_openblas",
    of_system: &["libopenblas.so.0", "libopenblas.so"],
    prefixes: &["scipy_", ""],
    says: &["openblas_get_config", "openblas_get_corename"],
    writes: None,
};

const MKL: Kind = Kind {
    name: "MKL",
    file: "libmkl_rt.so",
    of_system: &["libmkl_rt.so.2", "libmkl_rt.so.3"],
    prefixes: &[""],
    says: &[],
    writes: Some("mkl_get_version_string"),
};

/// One library.
pub struct Blas {
    /// Where it is from, and what it says about itself.
    pub about: String,
    pub f64: Calls<f64>,
    pub f32: Calls<f32>,
}

/// Its functions for one type of numbers.
pub struct Calls<T> {
    dot: unsafe extern "C" fn(c_int, *const T, c_int, *const T, c_int) -> T,
    sum: Option<unsafe extern "C" fn(c_int, *const T, c_int) -> T>,
    axpy: unsafe extern "C" fn(c_int, T, *const T, c_int, *mut T, c_int),
    gemm: Gemm<T>,
}

type Gemm<T> = unsafe extern "C" fn(
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    T,
    *const T,
    c_int,
    *const T,
    c_int,
    T,
    *mut T,
    c_int,
);

/// CBLAS's names for "row after row" and "as it is".
const ROW_MAJOR: c_int = 101;
const NO_TRANSPOSE: c_int = 111;

pub fn openblas() -> Result<&'static Blas, &'static str> {
    static LOADED: OnceLock<Result<Blas, String>> = OnceLock::new();
    LOADED.get_or_init(|| load(&OPENBLAS)).as_ref().map_err(|why| &why[..])
}

pub fn mkl() -> Result<&'static Blas, &'static str> {
    static LOADED: OnceLock<Result<Blas, String>> = OnceLock::new();
    LOADED.get_or_init(|| load(&MKL)).as_ref().map_err(|why| &why[..])
}

fn load(kind: &Kind) -> Result<Blas, String> {
    let (library, from) = open(kind)?;
    // It stays: its functions are called until the process ends.
    let library: &'static Library = Box::leak(Box::new(library));
    let says = kind.says.iter().filter_map(|name| said(library, kind, name));
    let writes = kind.writes.iter().filter_map(|name| written(library, kind, name));
    let about: Vec<String> = says.chain(writes).collect();
    let missing = |what: &str| format!("{from} has no {what}");
    Ok(Blas {
        about: format!("{} ({from})", about.join("; ")).trim().to_owned(),
        f64: Calls::of(library, kind, 'd').map_err(missing)?,
        f32: Calls::of(library, kind, 's').map_err(missing)?,
    })
}

/// The library that was installed here, or else the system's.
fn open(kind: &Kind) -> Result<(Library, String), String> {
    let folder = PathBuf::from(FOLDER).join(kind.name.to_lowercase());
    let files =
        folder.read_dir().into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let is_it = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(kind.file))
    };
    let installed = files.filter(is_it);
    let of_system = kind.of_system.iter().map(PathBuf::from);
    let mut whys = Vec::new();
    for path in installed.chain(of_system) {
        // SAFETY: what a BLAS does when it is loaded is to look at the CPU and make its threads.
        match unsafe { Library::new(&path) } {
            Ok(library) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                return Ok((library, name));
            }
            Err(why) => whys.push(why.to_string()),
        }
    }
    let hint = format!("run peers/install {}", kind.name.to_lowercase());
    Err(match whys.iter().find(|why| why.contains(FOLDER)) {
        Some(why) => format!("{why}; {hint}"),
        None => format!("not installed: {hint}"),
    })
}

/// A function of the library, under any of its prefixes.
fn symbol<F: Copy>(library: &Library, kind: &Kind, name: &str) -> Option<F> {
    kind.prefixes.iter().find_map(|prefix| {
        // SAFETY: the caller names the type that the header of CBLAS declares.
        let found = unsafe { library.get::<F>(format!("{prefix}{name}").as_bytes()) };
        found.ok().map(|function| *function)
    })
}

/// What a function without arguments returns as a text.
fn said(library: &Library, kind: &Kind, name: &str) -> Option<String> {
    let say: unsafe extern "C" fn() -> *const c_char = symbol(library, kind, name)?;
    // SAFETY: it has no arguments.
    let text = unsafe { say() };
    // SAFETY: where it is not null it is a string that the library keeps.
    let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) });
    Some(text?.to_string_lossy().into_owned())
}

/// What a function writes into memory that it is given.
fn written(library: &Library, kind: &Kind, name: &str) -> Option<String> {
    let write: unsafe extern "C" fn(*mut c_char, c_int) = symbol(library, kind, name)?;
    let mut text = [0u8; 256];
    // SAFETY: it writes no more than the length that it is told, one less than there is.
    unsafe { write(text.as_mut_ptr().cast(), text.len() as c_int - 1) };
    let text = CStr::from_bytes_until_nul(&text).ok()?;
    Some(text.to_string_lossy().trim().to_owned())
}

impl<T: Copy + From<u8>> Calls<T> {
    /// The functions whose names have this letter. The error is the name that is missing.
    fn of(library: &Library, kind: &Kind, letter: char) -> Result<Calls<T>, &'static str> {
        let name = |function: &str| format!("cblas_{letter}{function}");
        Ok(Calls {
            dot: symbol(library, kind, &name("dot")).ok_or("cblas dot")?,
            sum: symbol(library, kind, &name("sum")),
            axpy: symbol(library, kind, &name("axpy")).ok_or("cblas axpy")?,
            gemm: symbol(library, kind, &name("gemm")).ok_or("cblas gemm")?,
        })
    }

    #[inline]
    pub fn dot(&self, x: &[T], y: &[T]) -> T {
        assert_eq!(x.len(), y.len());
        // SAFETY: both have so many numbers, one after another, which are only read.
        unsafe { (self.dot)(x.len() as c_int, x.as_ptr(), 1, y.as_ptr(), 1) }
    }

    pub fn has_sum(&self) -> bool {
        self.sum.is_some()
    }

    /// # Panics
    /// Where the library has no sum.
    #[inline]
    pub fn sum(&self, x: &[T]) -> T {
        let sum = self.sum.expect("whoever has none is skipped");
        // SAFETY: there are so many numbers, one after another, which are only read.
        unsafe { sum(x.len() as c_int, x.as_ptr(), 1) }
    }

    #[inline]
    pub fn axpy(&self, a: T, x: &[T], y: &mut [T]) {
        assert_eq!(x.len(), y.len());
        // SAFETY: both have so many numbers; x is only read and y is ours to write.
        unsafe { (self.axpy)(x.len() as c_int, a, x.as_ptr(), 1, y.as_mut_ptr(), 1) }
    }

    /// C <- A B for dense matrices that lie row after row.
    #[inline]
    pub fn gemm(&self, shape: Shape, a: &[T], b: &[T], c: &mut [T]) {
        shape.check(a.len(), b.len(), c.len());
        let [m, n, k] = [shape.m, shape.n, shape.k].map(|x| x as c_int);
        let (one, zero) = (T::from(1), T::from(0));
        // Of a matrix without columns it must be 1, too.
        let (of_a, of_b) = (k.max(1), n.max(1));
        // SAFETY: the three matrices fill their slices, and c is ours to write.
        unsafe {
            (self.gemm)(
                ROW_MAJOR,
                NO_TRANSPOSE,
                NO_TRANSPOSE,
                m,
                n,
                k,
                one,
                a.as_ptr(),
                of_a,
                b.as_ptr(),
                of_b,
                zero,
                c.as_mut_ptr(),
                of_b,
            );
        }
    }
}
