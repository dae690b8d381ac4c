//! The lazy graph: what runs, how often, in what shape, and what happens when a node goes wrong.

mod faults;
mod kernels;
mod looks;
mod shape;

use abreast::exec::{Control, Executor, Serial, Threads};
use abreast::graph::{Computed, Delayed, Graph};
use std::sync::Once;

fn executors() -> Vec<Box<dyn Executor>> {
    let threads = [1, 2, 5].map(|n| Box::new(Threads::new(n).unwrap()) as Box<dyn Executor>);
    std::iter::once(Box::new(Serial) as Box<dyn Executor>).chain(threads).collect()
}

fn here<T: Send + Sync + 'static>(graph: &Graph<'_>, want: Delayed<T>) -> Computed<T> {
    graph.compute(&Serial, &Control::default(), want).expect("nothing goes wrong")
}

/// Keeps the seeded panics, and only those, from filling the screen.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !panic.payload_as_str().unwrap_or_default().starts_with("seeded") {
                usual(panic);
            }
        }));
    });
}
