//! Points that wait for a lane of the SIMD variant.

use super::rust::updates;
use super::view::{Pixels, Stretch};
use crate::Error;
use bytemuck::Zeroable;
use num_complex::Complex64;

/// The most lanes a vector of doubles has.
pub(super) const WIDEST: usize = 8;

/// The points of some pixels, with what a vector may read past their end.
#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
pub(super) struct Pool {
    pub(super) re: [f64; POOL],
    pub(super) im: [f64; POOL],
    /// Which count each belongs to.
    pub(super) whose: [u32; Pool::MAX],
    pub(super) len: usize,
}

const POOL: usize = Pool::MAX + WIDEST;

/// The largest `|c|^2` of orbits that stay escaped; see the SIMD variant.
const SAFE: f64 = 3.9999;

impl Pool {
    /// The most points a pool holds.
    pub(super) const MAX: usize = 8192;

    /// An empty pool, on the heap: a thread that calls may have less stack than it takes. Of fixed
    /// size, because the SIMD variant is an eighth slower when it has to load addresses and lengths.
    ///
    /// # Errors
    /// [`Error::Memory`] when there is not enough.
    pub(super) fn empty() -> Result<Box<Pool>, Error> {
        let refused =
            |()| Error::Memory { bytes: size_of::<Pool>(), purpose: "the points of pixels" };
        bytemuck::allocation::try_zeroed_box().map_err(refused)
    }

    /// Whether the orbits of this `c` stay escaped.
    #[inline(always)]
    pub(super) fn is_safe(c: Complex64) -> bool {
        c.norm_sqr() <= SAFE
    }

    /// Takes the next `len` points.
    #[inline(always)]
    pub(super) fn fill(&mut self, pixels: &mut Pixels, len: usize) {
        self.len = 0;
        while self.len < len {
            let stretch = pixels.next(len - self.len);
            self.add(&stretch, self.len);
        }
        self.close();
    }

    /// Takes the points of the next pixels, one for each of `counts`. Those that are not safe are
    /// counted at once, as constants of the Mandelbrot set.
    #[inline(always)]
    pub(super) fn fill_safe(&mut self, pixels: &mut Pixels, max_iter: u32, counts: &mut [u32]) {
        self.len = 0;
        let mut whose = 0;
        while whose < counts.len() {
            let stretch = pixels.next(counts.len() - whose);
            // A disc is convex: between two safe points all are safe.
            if Self::is_safe(stretch.point(0)) && Self::is_safe(stretch.point(stretch.len - 1)) {
                self.add(&stretch, whose);
                whose += stretch.len;
                continue;
            }
            for k in 0..stretch.len {
                if Self::is_safe(stretch.point(k)) {
                    self.add(&stretch.only(k), whose);
                } else {
                    counts[whose] = updates(Complex64::ZERO, stretch.point(k), max_iter);
                }
                whose += 1;
            }
        }
        self.close();
    }

    /// Adds points of one row, whose counts begin at `whose`.
    #[inline(always)]
    fn add(&mut self, stretch: &Stretch, whose: usize) {
        let at = self.len..self.len + stretch.len;
        for (k, re) in self.re[at.clone()].iter_mut().enumerate() {
            *re = stretch.point(k).re;
        }
        self.im[at.clone()].fill(stretch.point(0).im);
        for (k, count) in self.whose[at].iter_mut().enumerate() {
            *count = (whose + k) as u32;
        }
        self.len += stretch.len;
    }

    /// What lies past the end never escapes.
    #[inline(always)]
    fn close(&mut self) {
        self.re[self.len..][..WIDEST].fill(0.0);
        self.im[self.len..][..WIDEST].fill(0.0);
    }
}
