//! A vector behind a pointer; its elements as a slice.

#[path = "../../../task.rs"]
mod task;

#[repr(C)]
struct Point {
    x: f64,
    y: f64,
}

#[repr(C)]
struct Points([u8; 0]);

unsafe extern "C" {
    fn glue_points(n: i32) -> *mut Points;
    fn glue_data(points: *const Points) -> *const Point;
    fn glue_size(points: *const Points) -> usize;
    fn glue_free(points: *mut Points);
}

fn each_point(n: i32, f: &mut dyn FnMut(f64, f64)) {
    // SAFETY: any number will do.
    let points = unsafe { glue_points(n) };
    // SAFETY: what has been made above.
    let (data, size) = unsafe { (glue_data(points), glue_size(points)) };
    if !data.is_null() {
        // SAFETY: as many as C++ says, and nobody changes them.
        let points = unsafe { std::slice::from_raw_parts(data, size) };
        points.iter().for_each(|point| f(point.x, point.y));
    }
    // SAFETY: not used any more.
    unsafe { glue_free(points) };
}

fn main() {
    task::structs(each_point);
}
