//! Kernels in a graph, here and as a worker process would run them; and any tasks as a graph.

use crate::executors;
use abreast::exec::{Control, Event, Executor, Report, Serial, Threads};
use abreast::graph::{Graph, Lowered};
use abreast::kernel::{ChunkArgs, Job, Kernel, Layout, Operands};
use abreast::kernels::REGISTRY;
use abreast::plan::fold;
use abreast::sample::Aligned;
use abreast::{Error, Fault, Plan, Remote, Tasks, Variant};
use std::borrow::Cow;
use std::sync::Mutex;

/// The product of all elements, in chunks of 64; a negative one is an error.
struct Product;

impl Kernel for Product {
    const NAME: &'static str = "product";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", product)];

    type Args = ();
    type Input<'i> = &'i [f64];
    type Item = f64;
    type Output = f64;

    fn plan((): &(), x: &[f64]) -> Result<Plan, Error> {
        match x.iter().find(|x| x.is_nan()) {
            Some(nan) => Err(Error::argument("x", nan, "must be a number")),
            None => Plan::range(x.len() as u64, 64),
        }
    }

    fn finish((): &(), _: &Plan, partials: Cow<'_, [f64]>) -> f64 {
        fold(partials.iter().copied(), |a, b| a * b).unwrap_or(1.0)
    }
}

fn product(c: ChunkArgs<'_, '_, Product>) -> Result<(), Error> {
    if let Some(x) = c.input.iter().find(|x| **x < 0.0) {
        return Err(Error::argument("x", x, "must not be negative"));
    }
    c.out[0] = c.input.iter().product();
    Ok(())
}

/// `out[i] += x[i]`, in place, ten at a time.
struct Add;

impl Kernel for Add {
    const NAME: &'static str = "add";
    const LAYOUT: Layout = Layout::InPlace;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", add)];

    type Args = ();
    type Input<'i> = &'i [i64];
    type Item = i64;
    type Output = Vec<i64>;

    fn plan((): &(), x: &[i64]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, 10)
    }

    fn finish((): &(), _: &Plan, items: Cow<'_, [i64]>) -> Vec<i64> {
        items.into_owned()
    }
}

fn add(c: ChunkArgs<'_, '_, Add>) -> Result<(), Error> {
    c.out.iter_mut().zip(c.input).for_each(|(out, x)| *out += x);
    Ok(())
}

/// Does every task that has a message as a worker process would, from bytes to bytes.
struct Shipping<'k> {
    remotes: &'k [Remote],
    shipped: Mutex<Vec<String>>,
}

impl Executor for Shipping<'_> {
    fn name(&self) -> String {
        "shipping".to_owned()
    }

    fn width(&self) -> usize {
        1
    }

    fn run(&self, tasks: &dyn Tasks, _: &Control<'_>) -> Result<Report, Fault> {
        for i in 0..tasks.len() {
            let Some(message) = tasks.message(i) else {
                let refused = tasks.receive(i, &mut |_| panic!("there is nothing to fill"));
                assert!(matches!(refused, Err(Fault::NotShippable { .. })));
                tasks.run(i)?;
                continue;
            };
            let remote = Remote::find(self.remotes, &message.job.kernel)?;
            let start = message.start.unwrap_or_else(|| vec![0xA5; message.bytes]);
            assert_eq!(start.len(), message.bytes);
            let mut out = Aligned::from(&start[..]);
            let job = remote.open(message.job)?;
            job.chunk(message.chunk, out.as_mut_slice())?;
            if i == 0 {
                let short = job.chunk(message.chunk, &mut out.clone().as_mut_slice()[1..]);
                let short = short.unwrap_err().to_string();
                assert!(short.contains("output"), "{short}");
                // What has not arrived may arrive again.
                let lost = Fault::Kernel { task: i, why: Error::argument("link", "cut", "seeded") };
                assert_eq!(tasks.receive(i, &mut |_| Err(lost.clone())), Err(lost.clone()));
            }
            tasks.receive(i, &mut |slice| {
                assert_eq!(slice.len(), message.bytes);
                slice.copy_from_slice(out.as_slice());
                Ok(())
            })?;
            self.shipped.lock().unwrap().push(tasks.name(i).into_owned());
        }
        Ok(Report { tasks: tasks.len(), ..Report::default() })
    }
}

#[test]
fn a_kernel_in_a_graph_gives_the_bits_of_any_other_run() {
    let x: Vec<f64> = (0..1000).map(|i| 1.0 + f64::from(i) / 1000.0).collect();
    let remotes = [Remote::of::<Product>()];
    for len in [0, 1, 10, 64, 65, 1000] {
        let job = Job::<Product>::new((), &x[..len]).unwrap();
        let plain = job.call().unwrap();
        let graph = Graph::new();
        let call = graph.call(job).unwrap();
        let bits = graph.task("bits", call, |product| product.to_bits());
        for executor in executors() {
            let done = graph.compute(&*executor, &Control::default(), bits).unwrap();
            assert_eq!(done.value, plain.to_bits(), "{len} on {}", executor.name());
        }
        let shipping = Shipping { remotes: &remotes, shipped: Mutex::default() };
        let done = graph.compute(&shipping, &Control::default(), bits).unwrap();
        assert_eq!(done.value, plain.to_bits());
        let names: Vec<_> =
            (0..len.div_ceil(64)).map(|i| format!("{} {i}", Product::NAME)).collect();
        assert_eq!(shipping.shipped.into_inner().unwrap(), names);
    }
    let refusal = Job::<Product>::new((), &[f64::NAN]).err().expect("refused");
    assert!(refusal.to_string().contains("must be a number"));
}

#[test]
fn an_in_place_kernel_in_a_graph_begins_with_zeros() {
    let x: Vec<i64> = (0..55).collect();
    let graph = Graph::new();
    let call = graph.call(Job::<Add>::new((), &x).unwrap()).unwrap();
    let remotes = [Remote::of::<Add>()];
    let shipping = Shipping { remotes: &remotes, shipped: Mutex::default() };
    for executor in [&Serial as &dyn Executor, &Threads::new(3).unwrap(), &shipping] {
        assert_eq!(graph.compute(executor, &Control::default(), call).unwrap().value, x);
        // The second time too.
        assert_eq!(graph.compute(executor, &Control::default(), call).unwrap().value, x);
    }
    assert_eq!(shipping.shipped.into_inner().unwrap().len(), 2 * 6);
}

#[test]
fn a_kernel_that_fails_in_a_graph_names_its_chunk() {
    let mut x = vec![1.0; 640];
    x[200] = -1.0;
    let graph = Graph::new();
    let call = graph.call(Job::<Product>::new((), &x).unwrap()).unwrap();
    for executor in executors() {
        let fault = graph.compute(&*executor, &Control::default(), call).unwrap_err();
        assert_eq!(fault.to_string(), "task 3: 'product 3': x = -1: must not be negative");
    }
}

#[test]
fn every_kernel_of_the_registry_is_the_same_as_a_graph() {
    let options = abreast::harness::gate::GateOptions::quick();
    let executors: Vec<Box<dyn Executor>> = vec![
        Box::new(Serial),
        Box::new(Lowered(Serial)),
        Box::new(Lowered(Threads::new(3).unwrap())),
    ];
    for entry in REGISTRY {
        let table = abreast::harness::same_bits::same_bits(entry, &executors, &options).unwrap();
        assert!(table.same_bits(), "{table:#?}");
    }
}

#[test]
fn a_lowered_run_tells_of_its_tasks_and_not_of_the_joins() {
    struct Hundred;
    impl Tasks for Hundred {
        fn len(&self) -> usize {
            100
        }
        fn run(&self, _: usize) -> Result<(), Fault> {
            Ok(())
        }
    }
    let executor = Lowered(Threads::new(2).unwrap());
    let seen = Mutex::new(Vec::new());
    let listen = |event| {
        if let Event::End { task, .. } = event {
            seen.lock().unwrap().push(task);
        }
    };
    let control = Control { on_event: Some(&listen), ..Control::default() };
    assert_eq!(executor.run(&Hundred, &control).unwrap().tasks, 100);
    let mut seen = seen.into_inner().unwrap();
    seen.sort_unstable();
    assert_eq!(seen, (0..100).collect::<Vec<_>>());
}
