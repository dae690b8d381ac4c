//! The GNU Scientific Library, as far as `ab-gsl` needs it: declarations by hand, without a type of its own.
//!
//! Page `drift_triangle`: `tests/declarations.rs` has the C compiler compare all of it with the installed header.
#![no_std]
#![allow(non_camel_case_types, non_upper_case_globals, missing_docs, unsafe_code)]

use core::ffi::{c_char, c_double, c_int, c_void};
use core::marker::{PhantomData, PhantomPinned};

// Page `enums_as_integers`: codes come in as integers. A later GSL may have more of them.
pub const GSL_SUCCESS: c_int = 0;
pub const GSL_EDOM: c_int = 1;
pub const GSL_EINVAL: c_int = 4;
pub const GSL_EFAILED: c_int = 5;
pub const GSL_ENOMEM: c_int = 8;
pub const GSL_EBADFUNC: c_int = 9;
pub const GSL_EMAXITER: c_int = 11;
pub const GSL_EBADTOL: c_int = 13;
pub const GSL_EROUND: c_int = 18;
pub const GSL_ESING: c_int = 21;
pub const GSL_EDIVERGE: c_int = 22;

pub const GSL_INTEG_GAUSS21: c_int = 2;

// Page `layout_handshake`: the one struct whose fields we write.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct gsl_function {
    pub function: Option<unsafe extern "C" fn(x: c_double, params: *mut c_void) -> c_double>,
    pub params: *mut c_void,
}

// Page `opaque_handle`: GSL shows the fields of these, and its functions tell all that is needed. Not Send, Sync, Unpin.
macro_rules! opaque {
    ($($name:ident)*) => {$(
        #[repr(C)]
        pub struct $name {
            opaque: [u8; 0],
            marker: PhantomData<(*mut u8, PhantomPinned)>,
        }
    )*};
}
opaque!(gsl_integration_workspace gsl_root_fsolver gsl_root_fsolver_type);

pub type gsl_error_handler_t =
    unsafe extern "C" fn(reason: *const c_char, file: *const c_char, line: c_int, gsl_errno: c_int);

unsafe extern "C" {
    pub static gsl_version: *const c_char;
    pub static gsl_root_fsolver_brent: *const gsl_root_fsolver_type;

    pub fn gsl_set_error_handler(
        new_handler: Option<gsl_error_handler_t>,
    ) -> Option<gsl_error_handler_t>;
    pub fn gsl_error(reason: *const c_char, file: *const c_char, line: c_int, gsl_errno: c_int);
    pub fn gsl_strerror(gsl_errno: c_int) -> *const c_char;

    pub fn gsl_integration_workspace_alloc(n: usize) -> *mut gsl_integration_workspace;
    pub fn gsl_integration_workspace_free(w: *mut gsl_integration_workspace);
    pub fn gsl_integration_qag(
        f: *const gsl_function,
        a: c_double,
        b: c_double,
        epsabs: c_double,
        epsrel: c_double,
        limit: usize,
        key: c_int,
        workspace: *mut gsl_integration_workspace,
        result: *mut c_double,
        abserr: *mut c_double,
    ) -> c_int;

    pub fn gsl_root_fsolver_alloc(t: *const gsl_root_fsolver_type) -> *mut gsl_root_fsolver;
    pub fn gsl_root_fsolver_free(s: *mut gsl_root_fsolver);
    pub fn gsl_root_fsolver_set(
        s: *mut gsl_root_fsolver,
        f: *mut gsl_function,
        x_lower: c_double,
        x_upper: c_double,
    ) -> c_int;
    pub fn gsl_root_fsolver_iterate(s: *mut gsl_root_fsolver) -> c_int;
    pub fn gsl_root_fsolver_root(s: *const gsl_root_fsolver) -> c_double;
    pub fn gsl_root_fsolver_x_lower(s: *const gsl_root_fsolver) -> c_double;
    pub fn gsl_root_fsolver_x_upper(s: *const gsl_root_fsolver) -> c_double;
}
