//! The plain call: `abreast::dot(&x, &y)`.
//!
//! Where one chunk makes one item, the common small problem, it makes no [`Job`]: that would be written
//! to memory and read again at once, which takes longer than the numbers.

use super::{ChunkArgs, Job, checked, items_of, not_in_place};
use crate::kernel::{Kernel, Variant};
use crate::{Error, Level, fpenv};
use bytemuck::Zeroable;
use std::borrow::Cow;

impl<'i, K: Kernel> Job<'i, K> {
    /// [`Job::call`] of a new job at the chosen level.
    ///
    /// # Errors
    /// As [`Job::new`] and [`Job::call`].
    #[inline]
    pub(in crate::kernel) fn plain(
        variant: &'static Variant<K>,
        args: K::Args,
        input: K::Input<'i>,
    ) -> Result<K::Output, Error> {
        const { not_in_place::<K>() };
        let level = Level::chosen()?;
        let Some(usual) = fpenv::Usual::enter() else {
            return apart(move || {
                fpenv::within(|| Self::planned(variant, level, args, input)?.call_here())
            });
        };
        let plan = checked::<K>(&args, input)?;
        match plan.only() {
            Some(chunk) if items_of::<K>(&chunk) == 1 => {
                let mut item = [K::Item::zeroed()];
                let (args, out) = (&args, &mut item[..]);
                (variant.run)(ChunkArgs { level, args, input, chunk, out, _from_job: () })?;
                match variant.is_traceless(&item) {
                    // To look at the modes again would wait for all arithmetic before it.
                    true => usual.leave(),
                    false => fpenv::settle_quickly(),
                }
                Ok(K::finish(args, &plan, Cow::Borrowed(&item)))
            }
            _ => apart(move || Job { plan, args, input, variant, level }.call_here()),
        }
    }

    /// As [`Job::plain`], into a buffer of the caller's.
    ///
    /// # Errors
    /// As [`Job::new`] and [`Job::call_into`].
    #[inline]
    pub(in crate::kernel) fn plain_into(
        variant: &'static Variant<K>,
        args: K::Args,
        input: K::Input<'i>,
        out: &mut [K::Item],
    ) -> Result<(), Error> {
        let level = Level::chosen()?;
        let Some(_usual) = fpenv::Usual::enter() else {
            return apart(move || {
                fpenv::within(|| Self::planned(variant, level, args, input)?.each(out))
            });
        };
        Self::plain_here(variant, level, &args, input, out)
    }

    /// As [`Job::plain_into`], where the floating-point environment is the usual one.
    #[inline]
    pub(crate) fn plain_here(
        variant: &'static Variant<K>,
        level: Level,
        args: &K::Args,
        input: K::Input<'i>,
        out: &mut [K::Item],
    ) -> Result<(), Error> {
        let plan = checked::<K>(args, input)?;
        match plan.only() {
            Some(chunk) if items_of::<K>(&chunk) == out.len() => {
                (variant.run)(ChunkArgs { level, args, input, chunk, out, _from_job: () })
            }
            _ => apart(move || Job { plan, args: *args, input, variant, level }.each(out)),
        }
    }
}

/// What is not the common small problem, out of its way.
#[inline(never)]
fn apart<R>(work: impl FnOnce() -> R) -> R {
    work()
}
