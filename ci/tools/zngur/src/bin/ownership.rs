//! The address of the object, and an owner whose drop calls C++.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

pub struct Owner(usize);

impl Drop for Owner {
    fn drop(&mut self) {
        // SAFETY: made by C++, and not used any more.
        unsafe { generated::end(self.0) };
    }
}

fn next(owner: &mut Owner) -> i32 {
    // SAFETY: it lives, and nobody else has it.
    unsafe { generated::next(owner.0) }
}

fn main() {
    task::ownership(|first| Owner(generated::make(first)), next, generated::living);
}
