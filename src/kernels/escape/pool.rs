//! Points that wait for a lane of the SIMD body.

use super::rust::updates;
use super::view::{Pixels, Stretch};
use crate::Error;
use num_complex::Complex64;

/// The most lanes a vector of doubles has.
pub(super) const WIDEST: usize = 8;

/// The points of some pixels, with what a vector may read past their end. On the heap: the threads
/// that call may have little stack.
pub(super) struct Pool {
    pub(super) re: Vec<f64>,
    pub(super) im: Vec<f64>,
    /// Which count each belongs to.
    pub(super) whose: Vec<u32>,
    pub(super) len: usize,
}

/// The largest `|c|^2` of orbits that stay escaped; see the SIMD body.
const SAFE: f64 = 3.9999;

impl Pool {
    /// The most points a pool holds.
    pub(super) const MOST: usize = 8192;

    /// Room for the points of `pixels` pixels, or of [`Pool::MOST`] if that is less.
    ///
    /// # Errors
    /// [`Error::Memory`] when there is not enough.
    pub(super) fn for_pixels(pixels: usize) -> Result<Pool, Error> {
        let room = pixels.min(Pool::MOST);
        let (re, im) = (zeros(room + WIDEST)?, zeros(room + WIDEST)?);
        Ok(Pool { re, im, whose: zeros(room)?, len: 0 })
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

fn zeros<T: bytemuck::Zeroable>(len: usize) -> Result<Vec<T>, Error> {
    let bytes = len * size_of::<T>();
    let refused = |()| Error::Memory { bytes, purpose: "the points of pixels" };
    bytemuck::allocation::try_zeroed_vec(len).map_err(refused)
}
