//! A vector behind a pointer; its elements as a slice.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

fn each_point(n: i32, f: &mut dyn FnMut(f64, f64)) {
    // SAFETY: any number will do.
    let points = unsafe { raw::glue_points(n) };
    // SAFETY: what has been made above.
    let (data, size) = unsafe { (raw::glue_data(points), raw::glue_size(points)) };
    if !data.is_null() {
        // SAFETY: as many as C++ says, and nobody changes them.
        let points = unsafe { std::slice::from_raw_parts(data, size) };
        points.iter().for_each(|point| f(point.x, point.y));
    }
    // SAFETY: not used any more.
    unsafe { raw::glue_free(points) };
}

fn main() {
    task::structs(each_point);
}
