//! A problem whose operands are read while it runs, by each chunk those that it needs.

use super::{Chunked, Drive, OUTPUT};
use crate::kernel::job::Streamed;
use crate::kernel::{Choice, Kernel, Layout, Operands, Request, Slices, Variant, Workload};
use crate::sample::{Aligned, fnv1a};
use crate::source::{self, Source, refused};
use crate::{Error, Fault, Plan, fpenv};
use std::marker::PhantomData;
use std::ops::Range;

/// A problem of an elementwise kernel.
pub(super) struct Stream<'s, K: Workload> {
    args: K::Args,
    plan: Plan,
    /// One for each operand.
    operands: Vec<&'s dyn Source>,
    /// What the output of an in-place kernel begins with.
    start: Option<&'s dyn Source>,
    kernel: PhantomData<fn() -> K>,
}

impl<'s, K: Workload> Stream<'s, K> {
    fn new(
        request: &Request,
        chunk: Option<u64>,
        sources: &[&'s dyn Source],
    ) -> Result<Self, Error> {
        let sizes = sizes::<K>();
        let n = elements::<K>(sources, &sizes)?;
        let args = K::args(&Request { n: i64::try_from(n).ok(), ..request.clone() })?;
        let own = Plan::range(n, chunk_rows::<K>(&args, n)?)?;
        let (operands, start) = sources.split_at(K::Input::SIZES.len());
        Ok(Stream {
            args,
            plan: chunk.map_or(Ok(own), |chunk| own.with_chunk(chunk))?,
            operands: operands.to_vec(),
            start: start.first().copied(),
            kernel: PhantomData,
        })
    }
}

impl<K: Workload> Chunked for Stream<'_, K> {
    fn plan(&self) -> Result<Plan, Error> {
        Ok(self.plan)
    }

    fn args(&self) -> Vec<u8> {
        bytemuck::bytes_of(&self.args).to_vec()
    }

    fn inputs_hash(&self) -> Result<u64, Error> {
        let sources = self.operands.iter().chain(&self.start);
        let hashes: Vec<u64> =
            sources.map(|source| source::fingerprint(*source)).collect::<Result<_, Error>>()?;
        Ok(fnv1a(bytemuck::cast_slice(&hashes)))
    }

    fn run_chunks(
        &self,
        choice: Choice,
        chunks: Range<usize>,
        drive: Drive<'_>,
    ) -> Result<Aligned<u8>, Fault> {
        let _usual = fpenv::Guard::enter();
        let Stream { args, plan, .. } = *self;
        let operands = self.operands.iter().map(|source| Box::new(*source) as Box<dyn Source + '_>);
        let job = Streamed::<K> {
            args,
            plan,
            variant: Variant::named(choice.variant)?,
            level: choice.level,
            operands: operands.collect(),
        };
        let mut bytes = Aligned::zeroed(job.items(&chunks) * size_of::<K::Item>(), OUTPUT)?;
        let items = bytemuck::cast_slice_mut(bytes.as_mut_slice());
        drive(&job.tasks_of(chunks, self.start, items)?)?;
        Ok(bytes)
    }
}

/// See [`Entry::streamed`](crate::kernel::Entry::streamed).
pub(in crate::kernel) fn streamed<'s, K: Workload>(
    request: &Request,
    chunk: Option<u64>,
    sources: &[&'s dyn Source],
) -> Result<Box<dyn Chunked + 's>, Error> {
    let wanted = sizes::<K>().len();
    if wanted == 0 || K::OPERANDS != Operands::Elementwise {
        let rule = "its chunks do not read slices of operands, which is what a source gives";
        return Err(Error::argument("kernel", K::NAME, rule));
    }
    if sources.len() != wanted {
        let last = match K::LAYOUT {
            Layout::InPlace => ", the last of which is what it updates",
            Layout::PerChunk | Layout::PerElement => "",
        };
        let rule = format!("{} needs {wanted}{last}", K::NAME);
        return Err(Error::argument("sources", sources.len(), rule));
    }
    Ok(Box::new(Stream::<K>::new(request, chunk, sources)?))
}

/// Bytes of an element of each operand, and of what is updated in place.
fn sizes<K: Kernel>() -> Vec<usize> {
    let start = (K::LAYOUT == Layout::InPlace).then_some(size_of::<K::Item>());
    K::Input::SIZES.iter().copied().chain(start).collect()
}

/// How many elements each source has.
fn elements<K: Kernel>(sources: &[&dyn Source], sizes: &[usize]) -> Result<u64, Error> {
    let count = |(source, size): (&&dyn Source, &usize)| {
        let (bytes, size) = (source.bytes(), *size as u64);
        let rule = || format!("has {bytes} bytes, and an element of {} has {size}", K::NAME);
        bytes
            .is_multiple_of(size)
            .then_some(bytes / size)
            .ok_or_else(|| refused(&source.name(), &rule()))
    };
    let counts: Vec<u64> = sources.iter().zip(sizes).map(count).collect::<Result<_, Error>>()?;
    let first = counts[0];
    match counts.iter().position(|count| *count != first) {
        None => Ok(first),
        Some(other) => {
            let (name, count) = (sources[other].name(), counts[other]);
            let rule = format!(
                "has {count} elements and {} has {first}: they must be equally long",
                sources[0].name()
            );
            Err(refused(&name, &rule))
        }
    }
}

/// A problem of so many elements shows how the kernel cuts longer ones.
const LONG: u64 = 1 << 22;

/// How many rows the chunks of a problem of `n` elements have.
fn chunk_rows<K: Kernel>(args: &K::Args, n: u64) -> Result<u64, Error> {
    let of = |elements: u64| -> Result<u64, Error> {
        let room = |size: &usize| Aligned::<u8>::zeroed(size * elements as usize, "the operands");
        let zeros: Vec<Aligned<u8>> =
            K::Input::SIZES.iter().map(room).collect::<Result<_, Error>>()?;
        let slices: Vec<&[u8]> = zeros.iter().map(Aligned::as_slice).collect();
        let input = K::Input::from_bytes(&slices).expect("aligned, and of whole elements");
        Ok(K::plan(args, input)?.chunk_rows())
    };
    if n <= LONG {
        return of(n);
    }
    let (long, shorter) = (of(LONG)?, of(LONG / 2)?);
    let rule = "it cuts long problems into other chunks than short ones, and sources are read chunk by chunk";
    (long == shorter).then_some(long).ok_or_else(|| Error::argument("kernel", K::NAME, rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{ChunkArgs, Cost, Expected, Input, Variant};
    use crate::source::{Formula, InMemory};
    use crate::{Level, Tasks};
    use std::borrow::Cow;

    /// Adds to each element what stands at its place, and the place.
    struct Placed;

    impl Kernel for Placed {
        const NAME: &'static str = "placed";
        const LAYOUT: Layout = Layout::InPlace;
        const OPERANDS: Operands = Operands::Elementwise;
        const VARIANTS: &'static [Variant<Self>] =
            &[Variant::new("rust", |c: ChunkArgs<'_, '_, Placed>| {
                for (i, (out, x)) in c.out.iter_mut().zip(c.input).enumerate() {
                    *out += u64::from(*x) + c.chunk.row + i as u64;
                }
                Ok(())
            })];

        type Args = ();
        type Input<'i> = &'i [u32];
        type Item = u64;
        type Output = Vec<u64>;

        fn plan((): &(), x: &[u32]) -> Result<Plan, Error> {
            // Long problems in other chunks.
            Plan::range(x.len() as u64, if x.len() < 3_000_000 { 100 } else { 200 })
        }

        fn finish((): &(), _: &Plan, items: Cow<'_, [u64]>) -> Vec<u64> {
            items.into_owned()
        }
    }

    impl Workload for Placed {
        const FORMULA: &'static str = "y[i] + x[i] + i";

        fn problem(request: &Request) -> Result<Input<Self>, Error> {
            Ok(Input::new(request.length(0)?, ()))
        }

        fn oracle(_: &Input<Self>) -> Vec<Expected> {
            Vec::new()
        }

        fn cost(_: &Input<Self>) -> Cost {
            Cost::default()
        }
    }

    fn one_by_one(tasks: &dyn Tasks) -> Result<(), Fault> {
        (0..tasks.len()).try_for_each(|i| tasks.run(i))
    }

    #[test]
    fn each_chunk_reads_its_own_elements_and_stands_where_it_does_in_the_whole() {
        let n = 20_050u64;
        let (x, y) = (Formula::new(n, |i| 3 * i as u32), Formula::new(n, |i| i * i));
        let stream = Stream::<Placed>::new(&Request::default(), None, &[&x, &y]).unwrap();
        let choice = Choice { variant: "rust", level: Level::best() };
        for chunks in [0..201, 3..201, 3..4, 200..201] {
            let rows = 100 * chunks.start as u64..n.min(100 * chunks.end as u64);
            let expected: Vec<u64> = rows.map(|i| i * i + 4 * i).collect();
            let bytes = stream.run_chunks(choice, chunks, &mut one_by_one).unwrap();
            assert_eq!(bytemuck::cast_slice::<u8, u64>(bytes.as_slice()), expected);
        }
    }

    /// Long enough when the problem is made, and then too short.
    struct Shrunk(std::sync::atomic::AtomicBool);

    impl Source for Shrunk {
        fn name(&self) -> String {
            "shrunk".into()
        }

        fn bytes(&self) -> u64 {
            4000
        }

        fn fill(&self, at: u64, out: &mut [u8]) -> Result<(), Error> {
            match at < 2000 || !self.0.load(std::sync::atomic::Ordering::Relaxed) {
                true => {
                    out.fill(0);
                    Ok(())
                }
                false => Err(source::refused("shrunk", "has become shorter")),
            }
        }
    }

    #[test]
    fn what_cannot_be_read_any_more_is_the_fault_of_its_chunk() {
        let (x, y) = (Shrunk(true.into()), Formula::new(1000, |i| i));
        let stream = Stream::<Placed>::new(&Request::default(), None, &[&x, &y]).unwrap();
        let choice = Choice { variant: "rust", level: Level::best() };
        let fault = stream.run_chunks(choice, 2..10, &mut one_by_one).err().unwrap();
        let Fault::Kernel { task: 3, why } = fault else { panic!("{fault}") };
        assert!(why.to_string().contains("shrunk"), "{why}");
    }

    #[test]
    fn a_kernel_whose_chunks_depend_on_the_length_is_asked_with_all_of_it_or_refused() {
        let of = |n: u64| {
            let (x, y) = (Formula::new(n, |i| i as u32), Formula::new(n, |i| i));
            let stream = Stream::<Placed>::new(&Request::default(), None, &[&x, &y]);
            stream.map(|stream| stream.plan.chunk_rows()).map_err(|why| why.to_string())
        };
        assert_eq!((of(50), of(2_000_000), of(LONG)), (Ok(50), Ok(100), Ok(200)));
        assert!(of(LONG + 1).unwrap_err().contains("other chunks than short ones"));
    }

    #[test]
    fn sources_that_do_not_fit_are_refused_by_name() {
        let (x, y, bytes) = ([1u32; 100], [1u64; 99], [1u8; 401]);
        let (x, y, odd) =
            (InMemory::from(&x[..]), InMemory::from(&y[..]), InMemory::from(&bytes[..]));
        let said = |sources: &[&dyn Source]| {
            streamed::<Placed>(&Request::default(), None, sources).err().unwrap().to_string()
        };
        assert!(said(&[&x]).contains("placed needs 2, the last of which is what it updates"));
        assert!(said(&[&x, &y]).contains("has 99 elements and memory has 100"));
        assert!(said(&[&odd, &y]).contains("has 401 bytes, and an element of placed has 4"));
    }
}
