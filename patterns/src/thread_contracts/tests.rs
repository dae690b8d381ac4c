// Example: tests.

use super::*;
use std::sync::Arc;

/// Other numbers at every place and for every size, so that none is right by accident.
fn sample(n: usize) -> Vec<f64> {
    (0..n).map(|j| ((j * 37 + n * 11) % 101) as f64 / 7.0).collect()
}

/// Four threads, each with sizes of its own, against the plan on one thread: the same bits.
fn agrees_under_load(run: impl Fn(&[f64], &mut [f64]) -> Result<(), Error> + Sync) {
    thread::scope(|scope| {
        for t in 0..4 {
            let run = &run;
            scope.spawn(move || {
                for round in 0..1000 {
                    let x = sample(1 + (t * 5 + round) % 19);
                    let [mut got, mut right] = [vec![0.0; x.len()], vec![0.0; x.len()]];
                    run(&x, &mut got).unwrap();
                    Plan::new(x.len()).unwrap().run(&x, &mut right).unwrap();
                    let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                    assert_eq!(bits(&got), bits(&right), "n = {}", x.len());
                }
            });
        }
    });
}

#[test]
fn a_plan_serves_all_threads_at_once() {
    let plans: Vec<Plan> = (1..20).map(|n| Plan::new(n).unwrap()).collect();
    agrees_under_load(|x, out| plans[x.len() - 1].run(x, out));
}

#[test]
fn a_context_per_thread_needs_no_lock() {
    thread_local!(static CONTEXT: Context = Context::new().unwrap());
    agrees_under_load(|x, out| CONTEXT.with(|context| context.run(x, out)));
}

#[test]
fn a_global_plan_is_not_changed_before_it_has_run() {
    agrees_under_load(|x, out| Global.run(x, out));
}

#[test]
fn an_owner_serves_all_threads() {
    let owners: Vec<Owner> = (1..20).map(|n| Owner::new(n).unwrap()).collect();
    agrees_under_load(|x, out| {
        let (x, n) = (x.to_vec(), x.len());
        let mut given = vec![0.0; n];
        let run = move |affine: &mut Affine| affine.run(&x, &mut given).map(|()| given);
        out.copy_from_slice(&owners[n - 1].call(run)??);
        Ok(())
    });
}

#[test]
fn c_tells_the_wrong_thread() {
    struct Smuggled(*mut raw::ab_dct_affine);
    // SAFETY: the other thread calls what refuses other threads before it touches anything.
    unsafe impl Send for Smuggled {}
    let mut affine = Affine::new(1).unwrap();
    let smuggled = Smuggled(affine.handle.as_ptr());
    let codes = thread::spawn(move || {
        let (Smuggled(handle), mut out) = ({ smuggled }, 7.0);
        // SAFETY: alive while the test waits; one number each.
        let ran = unsafe { raw::ab_dct_affine_run(handle, &1.0, &mut out) };
        // SAFETY: refused, so it is still the test's.
        let freed = unsafe { raw::ab_dct_affine_free(handle) };
        (status(ran, 1), status(freed, 1), out)
    });
    assert_eq!(codes.join().unwrap(), (Err(Error::WrongThread), Err(Error::WrongThread), 7.0));
    assert_eq!(affine.run(&[2.0], &mut [0.0]), Ok(()));
}

#[test]
fn an_owner_survives_a_panic_and_refuses_itself() {
    let owner = Arc::new(Owner::new(1).unwrap());
    let panicked = catch_unwind(AssertUnwindSafe(|| owner.call(|_| panic!("in the job"))));
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"in the job"));
    let inner = owner.clone();
    assert_eq!(owner.call(move |_| inner.call(|_| ())), Ok(Err(Error::Nested)));
    let (last, (gone, ended)) = (owner.clone(), mpsc::channel());
    let jobs = owner.jobs.as_ref().unwrap().clone();
    drop(owner);
    // The last owner is dropped by its own thread, which then ends.
    jobs.send(Box::new(move |_| {
        drop(last);
        gone.send(()).unwrap();
    }))
    .unwrap();
    assert_eq!(ended.recv(), Ok(()));
}

#[test]
fn bad_sizes_are_refused_and_named() {
    assert_eq!(Plan::new(0).unwrap_err(), Error::Size(0));
    assert_eq!(Affine::new(65).unwrap_err().to_string(), "n = 65: must be 1 to 64");
    assert_eq!(Owner::new(65).unwrap_err(), Error::Size(65));
    assert_eq!(Global.run(&[], &mut []), Err(Error::Size(0)));
    let short = Err(Error::Length { name: "out", len: 1, n: 2 });
    assert_eq!(Context::new().unwrap().run(&[1.0; 2], &mut [0.0]), short);
    assert_eq!(Global.run(&[1.0; 2], &mut [0.0]), short);
    assert_eq!(Affine::new(2).unwrap().run(&[1.0; 2], &mut [0.0]), short);
    let plan = Plan::new(2).unwrap();
    assert_eq!(plan.run(&[1.0; 2], &mut [0.0]), short);
    let x = plan.run(&[1.0; 3], &mut [0.0; 2]).unwrap_err();
    assert_eq!(x.to_string(), "x has 3 numbers: must be 2");
    assert_eq!(status(-3, 1), Err(Error::Status(-3)));
}
