//! A kernel without its type: a line of the registry.

use super::case::{self, TypedCase};
use super::variant::check;
use super::{
    Arithmetic, Case, Choice, Chunked, Class, Finished, Param, Request, Variant, VariantInfo,
    Workload,
};
use crate::remote::Remote;
use crate::source::Source;
use crate::tasks::Fill;
use crate::{Error, Fault, Level, Plan, fpenv};

/// A hand-picked problem and its name.
pub type Named = (&'static str, Box<dyn Case>);

type Streamed =
    for<'s> fn(&Request, Option<u64>, &[&'s dyn Source]) -> Result<Box<dyn Chunked + 's>, Error>;

/// A kernel, found by name. Registries are plain slices of these, so a user's own kernels take
/// the same place as ours: `&[Entry::of::<MyKernel>()]`.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name: `dot_f32`.
    pub name: &'static str,
    /// The name it shares with kernels of other types: `dot`.
    pub family: &'static str,
    /// Its formula on one line.
    pub formula: &'static str,
    /// What its size means.
    pub unit: &'static str,
    /// Whether the bits depend on the level.
    pub class: Class,
    /// Its arguments besides `n` and `seed`.
    pub params: &'static [Param],
    /// The sizes the gate tries.
    pub sizes: &'static [u64],
    /// The sizes the comparison sweeps.
    pub sweep: &'static [u64],
    pub(super) remote: Remote,
    default: usize,
    variant: fn(usize) -> Option<VariantInfo>,
    address: fn(usize) -> Option<usize>,
    make: fn(&Request) -> Result<Box<dyn Case>, Error>,
    special: fn() -> Vec<Named>,
    streamed: Streamed,
    finish: fn(&[u8], &Plan, Fill<'_>) -> Result<Finished, Fault>,
    arithmetic: fn() -> Arithmetic,
}

impl Entry {
    /// The entry of the kernel `K`.
    pub const fn of<K: Workload>() -> Entry {
        Entry {
            name: K::NAME,
            family: K::FAMILY,
            formula: K::FORMULA,
            unit: K::UNIT,
            class: K::CLASS,
            params: K::PARAMS,
            sizes: K::SIZES,
            sweep: K::SWEEP,
            remote: Remote::of::<K>(),
            default: const { check::<K>() },
            variant: |i| K::VARIANTS.get(i).map(Variant::info),
            address: |i| K::VARIANTS.get(i).map(Variant::address),
            make: |request| Ok(Box::new(TypedCase::<K>::new(K::problem(request)?.complete()?))),
            special: || {
                let boxed =
                    |(name, problem)| -> Named { (name, Box::new(TypedCase::<K>::new(problem))) };
                K::special().into_iter().map(boxed).collect()
            },
            streamed: case::streamed::<K>,
            finish: case::finish::<K>,
            arithmetic: K::arithmetic,
        }
    }

    /// A problem made to order.
    ///
    /// # Errors
    /// An argument that the kernel does not take, or one that breaks a rule.
    pub fn case(&self, request: &Request) -> Result<Box<dyn Case>, Error> {
        self.check(request)?;
        // Operands are made with floating-point arithmetic, too.
        fpenv::within(|| (self.make)(request))
    }

    /// A problem whose operands are read from `sources` while it runs, one for each operand in their order and, for
    /// a kernel that works in place, one for what it updates. They say how large it is; `chunk` is as in
    /// [`Case::set_chunk`]. Each chunk reads its own part of them where it runs: no more is in memory than the chunks
    /// at work need, and workers and ranks open [files](crate::source::RawFile) themselves. The bits are those of a
    /// run with the operands in memory.
    ///
    /// For kernels whose operands have one element per index
    /// ([`Operands::Elementwise`](super::Operands::Elementwise)).
    ///
    /// # Errors
    /// Any other kernel; sources that are too many or too few, of unequal lengths, or not of whole elements;
    /// an argument that the kernel does not take, or one that breaks a rule.
    ///
    /// ```
    /// use abreast::kernel::{Entry, Request};
    /// use abreast::source::{Formula, InMemory};
    /// use abreast::{Control, Executor, Threads, kernels::REGISTRY};
    ///
    /// let y: Vec<f64> = (0..300_000).map(|i| 1.0 / (i + 1) as f64).collect();
    /// let (x, y_there) = (Formula::new(300_000, |i| i as f64), InMemory::from(&y[..]));
    /// let dot = Entry::find(REGISTRY, "dot")?;
    /// let problem = dot.streamed(&Request::default(), None, &[&x, &y_there])?;
    /// let (plan, threads) = (problem.plan()?, Threads::new(2)?);
    /// let parts = problem.run_chunks(dot.choice()?, 0..plan.len(), &mut |tasks| {
    ///     threads.run(tasks, &Control::default()).map(drop)
    /// })?;
    /// let sum = dot.finish(&problem.args(), &plan, &mut |output| {
    ///     output.copy_from_slice(parts.as_slice());
    ///     Ok(())
    /// })?;
    /// let x: Vec<f64> = (0..300_000).map(f64::from).collect();
    /// assert_eq!(sum.value.to_string(), format!("{:?}", abreast::dot(&x, &y)?));
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    pub fn streamed<'s>(
        &self,
        request: &Request,
        chunk: Option<u64>,
        sources: &[&'s dyn Source],
    ) -> Result<Box<dyn Chunked + 's>, Error> {
        self.check(request)?;
        fpenv::within(|| (self.streamed)(request, chunk, sources))
    }

    /// Whether the kernel takes these arguments.
    fn check(&self, request: &Request) -> Result<(), Error> {
        let is_known = |name: &String| self.params.iter().any(|param| param.name == name);
        match request.given.iter().find(|(name, _)| !is_known(name)) {
            None => Ok(()),
            Some((name, value)) => {
                let rule = format!("{} does not take this argument", self.name);
                Err(Error::argument(name, value, rule))
            }
        }
    }

    /// The kernel's hand-picked hard problems.
    pub fn special(&self) -> Vec<Named> {
        fpenv::within(self.special)
    }

    /// Makes the result of a job whose chunks were done somewhere, by [`Chunked::run_chunks`] or by a
    /// [`RemoteJob`](crate::remote::RemoteJob): `fill` is given the bytes of the whole output buffer, in
    /// plan order. No operands are needed. The bits are those of a run in one piece.
    ///
    /// # Errors
    /// Scalars or a plan that are not this kernel's; [`Error::Memory`]; what `fill` reports.
    ///
    /// ```
    /// use abreast::kernel::{Entry, Request};
    /// use abreast::{Control, Executor, Serial, kernels::REGISTRY};
    ///
    /// let entry = Entry::find(REGISTRY, "dot")?;
    /// let (case, choice) = (entry.case(&Request::size(1_000_000))?, entry.choice()?);
    /// let spec = case.spec(choice)?;
    /// let mut shards = Vec::new();
    /// for i in 0..3 {
    ///     let chunks = spec.plan.shard(i, 3)?;
    ///     let bytes = case.chunked().run_chunks(choice, chunks, &mut |tasks| {
    ///         Serial.run(tasks, &Control::default()).map(drop)
    ///     })?;
    ///     shards.extend_from_slice(bytes.as_slice());
    /// }
    /// let finished = entry.finish(&spec.args, &spec.plan, &mut |output| {
    ///     output.copy_from_slice(&shards);
    ///     Ok(())
    /// })?;
    /// let whole = case.run(choice, 0, &mut |tasks| Serial.run(tasks, &Control::default()).map(drop))?;
    /// assert_eq!(finished.hash, whole.hash);
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    pub fn finish(&self, args: &[u8], plan: &Plan, fill: Fill<'_>) -> Result<Finished, Fault> {
        (self.finish)(args, plan, fill)
    }

    /// What the kernel computes with.
    pub fn arithmetic(&self) -> Arithmetic {
        (self.arithmetic)()
    }

    /// Its variants, in the order of every table.
    pub fn variants(&self) -> impl Iterator<Item = VariantInfo> + use<> {
        (0..).map_while(self.variant)
    }

    /// The variant that is used when none is named.
    pub fn default_variant(&self) -> VariantInfo {
        (self.variant)(self.default).expect("the table has been checked")
    }

    /// The variant called `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`], with the nearest name.
    pub fn variant(&self, name: &str) -> Result<VariantInfo, Error> {
        let known = self.variants().find(|variant| variant.name == name);
        known.ok_or_else(|| Error::unknown("variant", name, self.variants().map(|v| v.name)))
    }

    /// Where the machine code of the variant called `name` begins in this process: for who looks at it.
    ///
    /// # Errors
    /// As [`Entry::variant`].
    pub fn address(&self, name: &str) -> Result<usize, Error> {
        let row = self.variants().position(|variant| variant.name == name);
        let known = row.and_then(self.address);
        known.ok_or_else(|| Error::unknown("variant", name, self.variants().map(|v| v.name)))
    }

    /// Its default variant at the [chosen](Level::chosen) level.
    ///
    /// # Errors
    /// As [`Level::chosen`].
    pub fn choice(&self) -> Result<Choice, Error> {
        Ok(Choice { variant: self.default_variant().name, level: Level::chosen()? })
    }

    /// The entry called `name` in `registry`.
    ///
    /// # Errors
    /// [`Error::Unknown`], with the nearest name.
    pub fn find<'r>(registry: &'r [Entry], name: &str) -> Result<&'r Entry, Error> {
        let known = registry.iter().find(|entry| entry.name == name);
        known.ok_or_else(|| Error::unknown("kernel", name, registry.iter().map(|e| e.name)))
    }
}
