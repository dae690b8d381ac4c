// Made by bindgen from csrc/**/*.h. Do not edit: scripts/bindings makes it anew.

pub const AB_OK: u32 = 0;
pub const AB_NO_MEMORY: u32 = 1;
pub const AB_LOWEST: u32 = 0;
pub const AB_V3: u32 = 3;
pub const AB_V4: u32 = 4;
pub const AB_LANES_F64: u32 = 64;
pub const AB_LANES_F32: u32 = 128;
pub type ab_status = i32;
pub type ab_level = i32;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct ab_chunk {
    pub index: u64,
    pub row: u64,
    pub rows: u64,
    pub col: u64,
    pub cols: u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of ab_chunk"][::core::mem::size_of::<ab_chunk>() - 40usize];
    ["Alignment of ab_chunk"][::core::mem::align_of::<ab_chunk>() - 8usize];
    ["Offset of field: ab_chunk::index"][::core::mem::offset_of!(ab_chunk, index) - 0usize];
    ["Offset of field: ab_chunk::row"][::core::mem::offset_of!(ab_chunk, row) - 8usize];
    ["Offset of field: ab_chunk::rows"][::core::mem::offset_of!(ab_chunk, rows) - 16usize];
    ["Offset of field: ab_chunk::col"][::core::mem::offset_of!(ab_chunk, col) - 24usize];
    ["Offset of field: ab_chunk::cols"][::core::mem::offset_of!(ab_chunk, cols) - 32usize];
};
unsafe extern "C" {
    pub fn ab_crossing_step(x: u64, y: u64) -> u64;
}
unsafe extern "C" {
    pub fn ab_crossing_slice(x: u64, y: *const u64, n: usize) -> u64;
}
unsafe extern "C" {
    pub fn ab_daxpy(level: ab_level, n: usize, alpha: f64, x: *const f64, y: *mut f64)
    -> ab_status;
}
unsafe extern "C" {
    pub fn ab_saxpy(level: ab_level, n: usize, alpha: f32, x: *const f32, y: *mut f32)
    -> ab_status;
}
unsafe extern "C" {
    pub fn ab_conditional_range_sum(level: ab_level, from: i64, to: i64) -> i64;
}
unsafe extern "C" {
    pub fn ab_ddot(level: ab_level, n: usize, x: *const f64, y: *const f64) -> f64;
}
unsafe extern "C" {
    pub fn ab_sdot(level: ab_level, n: usize, x: *const f32, y: *const f32) -> f32;
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct ab_view {
    pub center_re: f64,
    pub center_im: f64,
    pub extent_re: f64,
    pub extent_im: f64,
    pub c_re: f64,
    pub c_im: f64,
    pub width: u64,
    pub height: u64,
    pub max_iter: u64,
    pub julia: u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of ab_view"][::core::mem::size_of::<ab_view>() - 80usize];
    ["Alignment of ab_view"][::core::mem::align_of::<ab_view>() - 8usize];
    ["Offset of field: ab_view::center_re"][::core::mem::offset_of!(ab_view, center_re) - 0usize];
    ["Offset of field: ab_view::center_im"][::core::mem::offset_of!(ab_view, center_im) - 8usize];
    ["Offset of field: ab_view::extent_re"][::core::mem::offset_of!(ab_view, extent_re) - 16usize];
    ["Offset of field: ab_view::extent_im"][::core::mem::offset_of!(ab_view, extent_im) - 24usize];
    ["Offset of field: ab_view::c_re"][::core::mem::offset_of!(ab_view, c_re) - 32usize];
    ["Offset of field: ab_view::c_im"][::core::mem::offset_of!(ab_view, c_im) - 40usize];
    ["Offset of field: ab_view::width"][::core::mem::offset_of!(ab_view, width) - 48usize];
    ["Offset of field: ab_view::height"][::core::mem::offset_of!(ab_view, height) - 56usize];
    ["Offset of field: ab_view::max_iter"][::core::mem::offset_of!(ab_view, max_iter) - 64usize];
    ["Offset of field: ab_view::julia"][::core::mem::offset_of!(ab_view, julia) - 72usize];
};
unsafe extern "C" {
    pub fn ab_escape(
        level: ab_level,
        view: *const ab_view,
        chunk: *const ab_chunk,
        counts: *mut u32,
    );
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct ab_gemm_shape {
    pub m: i64,
    pub n: i64,
    pub k: i64,
    pub a_row: i64,
    pub a_col: i64,
    pub b_row: i64,
    pub b_col: i64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of ab_gemm_shape"][::core::mem::size_of::<ab_gemm_shape>() - 56usize];
    ["Alignment of ab_gemm_shape"][::core::mem::align_of::<ab_gemm_shape>() - 8usize];
    ["Offset of field: ab_gemm_shape::m"][::core::mem::offset_of!(ab_gemm_shape, m) - 0usize];
    ["Offset of field: ab_gemm_shape::n"][::core::mem::offset_of!(ab_gemm_shape, n) - 8usize];
    ["Offset of field: ab_gemm_shape::k"][::core::mem::offset_of!(ab_gemm_shape, k) - 16usize];
    ["Offset of field: ab_gemm_shape::a_row"]
        [::core::mem::offset_of!(ab_gemm_shape, a_row) - 24usize];
    ["Offset of field: ab_gemm_shape::a_col"]
        [::core::mem::offset_of!(ab_gemm_shape, a_col) - 32usize];
    ["Offset of field: ab_gemm_shape::b_row"]
        [::core::mem::offset_of!(ab_gemm_shape, b_row) - 40usize];
    ["Offset of field: ab_gemm_shape::b_col"]
        [::core::mem::offset_of!(ab_gemm_shape, b_col) - 48usize];
};
unsafe extern "C" {
    pub fn ab_dgemm(
        level: ab_level,
        shape: *const ab_gemm_shape,
        alpha: f64,
        a: *const f64,
        b: *const f64,
        beta: f64,
        c: *mut f64,
    ) -> ab_status;
}
unsafe extern "C" {
    pub fn ab_sgemm(
        level: ab_level,
        shape: *const ab_gemm_shape,
        alpha: f32,
        a: *const f32,
        b: *const f32,
        beta: f32,
        c: *mut f32,
    ) -> ab_status;
}
unsafe extern "C" {
    pub fn ab_pi(level: ab_level, seed: u64, from: u64, to: u64) -> u64;
}
unsafe extern "C" {
    pub fn ab_range_sum(level: ab_level, from: i64, to: i64) -> i64;
}
unsafe extern "C" {
    pub fn ab_range_sums(level: ab_level, n: usize, limits: *const i64, sums: *mut i64);
}
unsafe extern "C" {
    pub fn ab_range_sum_folded(n: i64) -> i64;
}
unsafe extern "C" {
    pub fn ab_dsum(level: ab_level, n: usize, x: *const f64) -> f64;
}
unsafe extern "C" {
    pub fn ab_ssum(level: ab_level, n: usize, x: *const f32) -> f32;
}
