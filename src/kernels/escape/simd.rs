//! `escape` with explicit vectors: orbits in lanes, several vectors in flight, no lane idle, and
//! no test per update.
//!
//! One update is a chain of three dependent operations, so one vector would wait for itself most
//! of the time: [`CHAINS`] vectors are updated in turn. They make a block of [`BLOCK`] updates
//! without a test and are tested once at its end. Orbits that are done by then go to a queue with
//! the point where their block began, and the next pixels take their lanes at once. Whenever the
//! queue holds enough of them, those blocks are made again with a test after every update, which
//! gives the exact counts.
//!
//! # Why one test per block is enough
//! An orbit that has left the disc of radius 2 must not be back when the block ends. It is not if
//! `|c|^2 <= SAFE = 3.9999`, so `|c| < 1.99998`. Let `u = 2^-53`, and let a test have found
//! `re^2 + im^2 > 4`, rounded, so that `r = |z| >= 2 (1 - 2u)`. Exactly, the next point is
//! `|z^2 + c| >= r^2 - |c| > 2.00001` away from 0, and further the larger `r` is; the roundings of
//! the update move it by less than `8u (r^2 + |c|)`, far less than what is to spare. So its test,
//! too, finds more than 4, and so on. Once numbers overflow, a part of `z` is infinite or NaN;
//! then so is `re^2` or `im^2`, then the next `re`, for ever, and `re^2 + im^2 <= 4` stays false.
//!
//! Pixels beyond `SAFE` are counted by the plain loop, and so is a Julia set whose `c` is: nearly
//! all of their orbits escape at once.

use super::pool::{Pool, WIDEST};
use super::{Args, Escape, rust};
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use crate::{Chunk, Error};
use fearless_simd::{Select, Simd, SimdBase, SimdCvtTruncate, SimdMask};
use fearless_simd_macros::simd;

/// Vectors in flight: enough to hide the latency of an update, few enough for the registers.
const CHAINS: usize = 4;

/// Updates between two tests: more waste more on orbits that have escaped, fewer test more often.
const BLOCK: usize = 12;

pub(super) fn run(c: ChunkArgs<'_, '_, Escape>) -> Result<(), Error> {
    let pool = &mut *Pool::empty()?;
    at_level!(c.level, simd => match c.args.julia {
        0 => escape::<_, false>(simd, c.args, c.chunk, pool, c.out),
        _ if Pool::is_safe(c.args.c()) => escape::<_, true>(simd, c.args, c.chunk, pool, c.out),
        _ => rust::escape(simd, c.args, c.chunk, c.out),
    });
    Ok(())
}

#[simd]
fn escape<S: Simd, const JULIA: bool>(
    simd: S,
    args: &Args,
    chunk: Chunk,
    pool: &mut Pool,
    counts: &mut [u32],
) {
    let mut pixels = args.grid().pixels(chunk);
    for counts in counts.chunks_mut(Pool::MAX) {
        if JULIA {
            pool.fill(&mut pixels, counts.len());
        } else {
            pool.fill_safe(&mut pixels, args.max_iter as u32, counts);
        }
        Race::<S, JULIA>::new(simd, args, pool).run(counts);
    }
}

/// One vector of orbits.
#[derive(Clone, Copy)]
struct Chain<S: Simd> {
    re: S::f64s,
    im: S::f64s,
    c_re: S::f64s,
    c_im: S::f64s,
    /// The block that brings the orbit to `max_iter` updates, times [`PLACES`], plus the orbit's
    /// place in the pool.
    tag: S::f64s,
}

/// Above every place in a pool, and a power of 2.
const PLACES: u64 = (2 * Pool::MAX) as u64;

// Tags are exact: even if no orbit ever escapes, the blocks of a pool are few enough.
const _: () = {
    let blocks_each = u32::MAX as u64 / BLOCK as u64 + 1;
    let narrowest = 2 * CHAINS as u64;
    assert!((Pool::MAX as u64 / narrowest + 2) * blocks_each <= (1 << 53) / PLACES);
};

impl<S: Simd> Chain<S> {
    /// One update, given 2 re.
    #[inline(always)]
    fn update(&mut self, twice: S::f64s) {
        let (re2, im2) = (self.re * self.re, self.im * self.im);
        self.im = twice * self.im + self.c_im;
        self.re = re2 - im2 + self.c_re;
    }

    /// Which orbits are in the disc of radius 2?
    #[inline(always)]
    fn bounded(&self) -> S::mask64s {
        (self.re * self.re + self.im * self.im).simd_le(4.0)
    }
}

/// Orbits that are done, by column.
struct Queue {
    /// Where the last block began.
    re: [f64; QUEUE],
    im: [f64; QUEUE],
    /// Blocks to `max_iter` that were left after it, times [`PLACES`], plus the place in the pool.
    left: [f64; QUEUE],
    len: usize,
}

/// Room for what one block can add to a queue that is all but ready, and for one vector past it.
const QUEUE: usize = (2 * CHAINS + 1) * WIDEST;

/// How the orbits of one pool stand.
struct Race<'p, S: Simd, const JULIA: bool> {
    simd: S,
    pool: &'p Pool,
    /// The first place of the pool whose orbit has not begun.
    next: usize,
    /// Lanes that have an orbit.
    live: usize,
    /// Blocks made.
    now: f64,
    /// Blocks that hold `max_iter` updates.
    blocks: f64,
    max_iter: u64,
    idle: Chain<S>,
    two: S::f64s,
    forever: S::f64s,
    zero: S::f64s,
}

impl<'p, S: Simd, const JULIA: bool> Race<'p, S, JULIA> {
    #[inline(always)]
    fn new(simd: S, args: &Args, pool: &'p Pool) -> Self {
        let v = |x: f64| S::f64s::splat(simd, x);
        Race {
            simd,
            pool,
            next: 0,
            live: 0,
            now: 0.0,
            blocks: args.max_iter.div_ceil(BLOCK as u64) as f64,
            max_iter: args.max_iter,
            idle: Chain {
                re: v(0.0),
                im: v(0.0),
                c_re: v(args.c_re),
                c_im: v(args.c_im),
                tag: v(0.0),
            },
            // Hidden from the compiler, which would turn x * 2 into x + x; see `block`.
            two: v(std::hint::black_box(2.0)),
            forever: v(f64::INFINITY),
            zero: v(0.0),
        }
    }

    #[inline(always)]
    fn run(&mut self, counts: &mut [u32]) {
        let mut queue = Queue { re: [0.0; QUEUE], im: [0.0; QUEUE], left: [0.0; QUEUE], len: 0 };
        let mut chains = [self.idle; CHAINS];
        for chain in &mut chains {
            self.refill(chain, S::mask64s::splat(self.simd, true), S::f64s::LEN);
        }
        while self.live > 0 {
            let mut start = [(self.zero, self.zero); CHAINS];
            for (start, chain) in start.iter_mut().zip(&chains) {
                *start = (chain.re, chain.im);
            }
            let going = self.block(&mut chains);
            let all = going.iter().fold(going[0], |all, one| all & *one);
            if all.all_true() {
                continue;
            }
            for q in 0..CHAINS {
                self.relay(&mut chains[q], start[q], !going[q], &mut queue);
            }
            if queue.len >= CHAINS * S::f64s::LEN {
                self.replay(&mut queue, counts);
            }
        }
        while queue.len > 0 {
            self.replay(&mut queue, counts);
        }
    }

    /// A block of updates. Which orbits are not done after it?
    ///
    /// Half the updates double by adding, half by multiplying: of the other six operations three
    /// are additions and three multiplications, and many CPUs have as many adders as multipliers.
    #[inline(always)]
    fn block(&mut self, chains: &mut [Chain<S>; CHAINS]) -> [S::mask64s; CHAINS] {
        for _ in 0..BLOCK / 2 {
            for step in 0..2 {
                for (q, chain) in chains.iter_mut().enumerate() {
                    let re = chain.re;
                    chain.update(if (q + step) % 2 == 0 { re + re } else { re * self.two });
                }
            }
        }
        self.now += 1.0;
        let after = S::f64s::splat(self.simd, (self.now + 1.0) * PLACES as f64);
        let mut going = [S::mask64s::splat(self.simd, true); CHAINS];
        for (going, chain) in going.iter_mut().zip(chains) {
            *going = chain.bounded() & chain.tag.simd_ge(after);
        }
        going
    }

    /// Queues the orbits that are done and gives their lanes to the next points.
    #[inline(always)]
    fn relay(
        &mut self,
        chain: &mut Chain<S>,
        start: (S::f64s, S::f64s),
        done: S::mask64s,
        queue: &mut Queue,
    ) {
        let (at, left) = (queue.len, chain.tag - self.now * PLACES as f64);
        start.0.compress(done).store_slice(&mut queue.re[at..at + S::f64s::LEN]);
        start.1.compress(done).store_slice(&mut queue.im[at..at + S::f64s::LEN]);
        left.compress(done).store_slice(&mut queue.left[at..at + S::f64s::LEN]);
        let n = done.to_bitmask().count_ones() as usize;
        queue.len += n;
        self.live -= n;
        self.refill(chain, done, n);
    }

    /// Gives the `n` lanes that are `free` to the next points of the pool.
    #[inline(always)]
    fn refill(&mut self, chain: &mut Chain<S>, free: S::mask64s, n: usize) {
        let re = self.load(&self.pool.re, self.next);
        let im = self.load(&self.pool.im, self.next);
        if JULIA {
            chain.re = re.expand_merge(free, chain.re);
            chain.im = im.expand_merge(free, chain.im);
        } else {
            chain.re = free.select(self.zero, chain.re);
            chain.im = free.select(self.zero, chain.im);
            chain.c_re = re.expand_merge(free, chain.c_re);
            chain.c_im = im.expand_merge(free, chain.c_im);
        }
        let first = (self.now + self.blocks) * PLACES as f64 + self.next as f64;
        let tag = self.load(&COUNT, 0) + first;
        let rest = self.pool.len - self.next;
        if rest >= S::f64s::LEN {
            chain.tag = tag.expand_merge(free, chain.tag);
        } else {
            let tag = self.load(&COUNT, 0).simd_lt(rest as f64).select(tag, self.forever);
            chain.tag = tag.expand_merge(free, chain.tag);
            // Lanes without an orbit are never done: 0^2 + 0 stays where it is.
            let without = chain.tag.simd_eq(self.forever);
            chain.c_re = without.select(self.zero, chain.c_re);
            chain.c_im = without.select(self.zero, chain.c_im);
        }
        self.next += n.min(rest);
        self.live += n.min(rest);
    }

    /// Takes the oldest orbits from the queue, makes their last block again and counts.
    #[inline(always)]
    fn replay(&mut self, queue: &mut Queue, counts: &mut [u32]) {
        let width = S::f64s::LEN;
        let mut left = [0; CHAINS * WIDEST];
        for q in 0..CHAINS {
            let vector = S::u64s::truncate_from(self.load(&queue.left, q * width));
            vector.store_slice(&mut left[q * width..(q + 1) * width]);
        }
        let mut chains = [self.idle; CHAINS];
        let mut made = [S::f64s::splat(self.simd, 1.0); CHAINS];
        for q in 0..CHAINS {
            chains[q].re = self.load(&queue.re, q * width);
            chains[q].im = self.load(&queue.im, q * width);
            if !JULIA {
                (chains[q].c_re, chains[q].c_im) = self.points(&left[q * width..(q + 1) * width]);
            }
        }
        for _ in 0..BLOCK {
            for (chain, made) in chains.iter_mut().zip(&mut made) {
                chain.update(chain.re + chain.re);
                *made = chain.bounded().select(*made + 1.0, *made);
            }
        }
        for q in 0..CHAINS {
            let made = S::u64s::truncate_from(made[q]);
            let ready = queue.len.saturating_sub(q * width).min(width);
            for (left, made) in left[q * width..][..ready].iter().zip(made.as_slice()) {
                let before = (self.blocks as u64 - 1 - left / PLACES) * BLOCK as u64;
                let whose = self.pool.whose[(left % PLACES) as usize];
                counts[whose as usize] = (before + made).min(self.max_iter) as u32;
            }
        }
        for column in [&mut queue.re, &mut queue.im, &mut queue.left] {
            column.copy_within(CHAINS * width..2 * CHAINS * width, 0);
        }
        queue.len = queue.len.saturating_sub(CHAINS * width);
    }

    /// The pool's points at the places in the low bits of `places`.
    #[inline(always)]
    fn points(&self, places: &[u64]) -> (S::f64s, S::f64s) {
        let (mut re, mut im) = ([0.0; WIDEST], [0.0; WIDEST]);
        for (k, place) in places.iter().enumerate() {
            re[k] = self.pool.re[(place % PLACES) as usize];
            im[k] = self.pool.im[(place % PLACES) as usize];
        }
        (self.load(&re, 0), self.load(&im, 0))
    }

    #[inline(always)]
    fn load(&self, from: &[f64], at: usize) -> S::f64s {
        S::f64s::from_slice(self.simd, &from[at..at + S::f64s::LEN])
    }
}

/// 0, 1, 2, ...
const COUNT: [f64; WIDEST] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
