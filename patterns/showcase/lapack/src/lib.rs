//! Page `fortran_abi` of the gallery over a LAPACK that is installed: the reference, or with the feature `openblas`
//! OpenBLAS; with 32-bit INTEGERs, or with the feature `ilp64` with 64-bit ones. Every one of these libraries has the
//! same names of symbols, so a program has one of them, and which one is for the build to know.

/// The page's pattern, with the library's symbols.
#[allow(unsafe_code)]
pub mod fortran_abi {
    include!(concat!(env!("OUT_DIR"), "/fortran_abi.rs"));
}

/// The build of the library.
#[cfg(feature = "ilp64")]
pub type Build = fortran_abi::Ilp64;
/// The build of the library.
#[cfg(not(feature = "ilp64"))]
pub type Build = fortran_abi::Lp64;

/// Where the library was found.
pub const FOLDER: &str = env!("AB_LAPACK_FOLDER");
