//! Some chunks of a problem, and the result of all of them, wherever they were done.

use super::{Chunked, Drive, OUTPUT, TypedCase};
use crate::kernel::{Choice, Digest, Kernel, Layout, Number, Workload};
use crate::sample::{Aligned, fnv1a};
use crate::tasks::Fill;
use crate::{Error, Fault, Plan, fpenv, memory};
use std::borrow::Cow;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What came out of a problem whose chunks were done elsewhere: see [`Entry::finish`](crate::kernel::Entry::finish).
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The number, or an array's checksum: see [`Digest::value`].
    pub value: Number,
    /// 64-bit FNV-1a of the output bytes.
    pub hash: u64,
    /// The numbers to show, where the output alone would be misread: see [`Workload::named`].
    pub named: Vec<(&'static str, Number)>,
}

impl<K: Workload> Chunked for TypedCase<K> {
    fn plan(&self) -> Result<Plan, Error> {
        Ok(*self.job()?.plan())
    }

    fn args(&self) -> Vec<u8> {
        bytemuck::bytes_of(&self.problem.args).to_vec()
    }

    fn inputs_hash(&self) -> Result<u64, Error> {
        let operands = self.problem.operands().iter().map(|operand| fnv1a(operand.bytes()));
        let start = fnv1a(bytemuck::cast_slice(&self.problem.start));
        Ok(fnv1a(bytemuck::cast_slice(&operands.chain([start]).collect::<Vec<u64>>())))
    }

    fn run_chunks(
        &self,
        choice: Choice,
        chunks: Range<usize>,
        drive: Drive<'_>,
    ) -> Result<Aligned<u8>, Fault> {
        let _usual = fpenv::Guard::enter();
        let job = self.chosen(choice)?;
        let place = job.place_of(&chunks);
        let mut bytes = Aligned::zeroed(place.len() * size_of::<K::Item>(), OUTPUT)?;
        let items = bytemuck::cast_slice_mut(bytes.as_mut_slice());
        if K::LAYOUT == Layout::InPlace {
            items.copy_from_slice(&self.start(&job)?[place]);
        }
        drive(&job.tasks_of(chunks, items)?)?;
        Ok(bytes)
    }
}

/// See [`Entry::finish`](crate::kernel::Entry::finish).
pub(in crate::kernel) fn finish<K: Workload>(
    args: &[u8],
    plan: &Plan,
    fill: Fill<'_>,
) -> Result<Finished, Fault> {
    let _usual = fpenv::Guard::enter();
    let args: K::Args = bytemuck::try_pod_read_unaligned(args).map_err(|_| not_those::<K>(args))?;
    let mut items = memory::zeroed::<K::Item>(items_of::<K>(plan), OUTPUT)?;
    fill(bytemuck::cast_slice_mut(&mut items))?;
    // Scalars and plan came from somewhere else, and without operands nobody can say that they fit.
    let made = catch_unwind(AssertUnwindSafe(|| digest::<K>(&args, plan, items)));
    made.map_err(|_| {
        let rule = format!("{} makes no output of such a plan and its scalars", K::NAME);
        Error::argument("plan", format!("{plan:?}"), rule).into()
    })
}

fn not_those<K: Kernel>(args: &[u8]) -> Error {
    let rule = format!("the scalars of {} have {}", K::NAME, size_of::<K::Args>());
    Error::argument("args", format!("{} bytes", args.len()), rule)
}

fn items_of<K: Kernel>(plan: &Plan) -> usize {
    match K::LAYOUT {
        Layout::PerChunk => plan.len(),
        Layout::PerElement | Layout::InPlace => plan.area() as usize,
    }
}

fn digest<K: Workload>(args: &K::Args, plan: &Plan, items: Vec<K::Item>) -> Finished {
    let output = K::finish(args, plan, Cow::Owned(items));
    Finished { value: output.value(), hash: fnv1a(output.bytes()), named: K::named(args, &output) }
}
