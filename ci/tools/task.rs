//! The ten tasks: what every cell has to do, whatever it is bound with, and how a cell tells its outcome.

#![allow(dead_code)]

use std::fmt::Debug;
use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

/// Exits with 3 where the result is another: the cell runs, and does not do the task.
fn expect<T: PartialEq + Debug>(what: &str, found: T, expected: T) {
    if found != expected {
        println!("short {what}: {found:?} instead of {expected:?}");
        std::process::exit(3);
    }
}

/// Prints what one call costs: the least of many loops, which other programs disturb least.
fn price<T>(per_call: u32, mut call: impl FnMut() -> T) {
    const CALLS: u32 = 1000;
    let mut least = f64::INFINITY;
    for _ in 0..30 {
        let start = Instant::now();
        for _ in 0..CALLS {
            black_box(call());
        }
        let each = start.elapsed().as_nanos() as f64 / f64::from(CALLS * per_call);
        least = least.min(each);
    }
    println!("works {least:.1}");
}

/// Of a closure that changes what it has borrowed. The price is that of one call of the closure.
pub fn closure(sum_over: impl Fn(i32, &mut dyn FnMut(f64) -> f64) -> f64) {
    let (factor, mut calls) = (3.0, 0);
    let sum = sum_over(4, &mut |x| {
        calls += 1;
        factor * x
    });
    expect("the sum", sum, 18.0);
    expect("the calls", calls, 4);
    price(100, || sum_over(100, &mut |x| black_box(x)));
}

/// Of a type of Rust's behind a trait, which C++ takes for a class of its own.
pub trait Area {
    fn area(&self) -> f64;
}

pub fn trait_object(twice_area: impl Fn(&dyn Area) -> f64) {
    struct Square(f64);
    impl Area for Square {
        fn area(&self) -> f64 {
            self.0 * self.0
        }
    }
    expect("twice the area", twice_area(&Square(3.0)), 18.0);
    let square = Square(black_box(2.0));
    price(1, || twice_area(&square));
}

/// Of an exception whose number and text are wanted. The price is that of a call that throws nothing.
pub fn exception(root: impl Fn(f64) -> Result<f64, (i32, String)>) {
    expect("the root", root(4.0), Ok(2.0));
    expect("the error", root(-1.0), Err((42, "negative".to_owned())));
    price(1, || root(black_box(4.0)));
}

/// Of a text of Rust's that goes to C++ and one of C++'s that comes back.
pub fn string(greet: impl Fn(&str) -> String) {
    expect("the greeting", greet("Gr\u{fc}\u{df}e\0!"), "hello, Gr\u{fc}\u{df}e\0!".to_owned());
    price(1, || greet(black_box("you")));
}

/// Of every element of a vector of C++'s, read where it lies. The price is that of a vector of ten.
pub fn structs(each_point: impl Fn(i32, &mut dyn FnMut(f64, f64))) {
    let sum_over = |n| {
        let mut sum = 0.0;
        each_point(n, &mut |x, y| sum += x * y);
        sum
    };
    expect("the sum", sum_over(4), 28.0);
    expect("the sum of none", sum_over(0), 0.0);
    price(1, || sum_over(black_box(10)));
}

/// Of one template for two types.
pub fn template(largest_f64: impl Fn(&[f64]) -> f64, largest_i32: impl Fn(&[i32]) -> i32) {
    expect("the largest f64", largest_f64(&[1.0, 3.0, 2.0]), 3.0);
    expect("the largest i32", largest_i32(&[1, 3, 2]), 3);
    price(1, || largest_f64(black_box(&[1.0, 2.0])));
}

/// Of two functions with one name.
pub fn overloads(circle: impl Fn(f64) -> f64, rectangle: impl Fn(f64, f64) -> f64) {
    expect("the circle", circle(2.0), 12.0);
    expect("the rectangle", rectangle(2.0, 3.0), 6.0);
    price(1, || rectangle(black_box(2.0), 3.0));
}

/// Of a derived object: a function of its base, one of its own, and itself as its base, with a virtual function.
pub fn inheritance(of_a_bird: impl Fn(i32) -> (i32, i32, i32)) {
    expect("weight, wings, legs", of_a_bird(7), (7, 2, 20));
    price(1, || of_a_bird(black_box(7)));
}

/// Of what is awaited while a thread of C++'s makes it.
pub fn later<F: Future<Output = i32>>(square: impl Fn(i32) -> F) {
    expect("the square", block_on(square(7)), 49);
    println!("works");
}

/// Of an object that C++ makes and Rust ends. The price is that of making, calling once and ending.
pub fn ownership<T>(make: impl Fn(i32) -> T, next: impl Fn(&mut T) -> i32, live: impl Fn() -> i32) {
    let mut counter = make(5);
    expect("the first two", (next(&mut counter), next(&mut counter)), (5, 6));
    expect("the living", live(), 1);
    drop(counter);
    expect("the living after the end", live(), 0);
    price(1, || next(&mut make(1)));
}

/// What a completion callback keeps: the other half of a [`Promise`].
pub struct Done(Arc<Mutex<State>>);

pub struct Promise(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    result: Option<i32>,
    waker: Option<Waker>,
}

/// A channel for one number, as crates for async code have it.
pub fn oneshot() -> (Done, Promise) {
    let state = Arc::default();
    (Done(Arc::clone(&state)), Promise(state))
}

impl Done {
    pub fn with(&self, result: i32) {
        let mut state = self.0.lock().expect("no holder panics");
        state.result = Some(result);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }
}

impl Future for Promise {
    type Output = i32;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<i32> {
        let mut state = self.0.lock().expect("no holder panics");
        state.waker = Some(context.waker().clone());
        state.result.map_or(Poll::Pending, Poll::Ready)
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return result;
        }
        thread::park();
    }
}
