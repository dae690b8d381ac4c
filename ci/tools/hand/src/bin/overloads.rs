//! The mangled names: no function of C++ is needed.

#[path = "../../../task.rs"]
mod task;

unsafe extern "C" {
    #[link_name = "_Z4aread"]
    safe fn circle(radius: f64) -> f64;
    #[link_name = "_Z4areadd"]
    safe fn rectangle(width: f64, height: f64) -> f64;
}

fn main() {
    task::overloads(|radius| circle(radius), |width, height| rectangle(width, height));
}
