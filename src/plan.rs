//! How work is cut. A plan depends on the problem only and never sees a worker count, which is
//! half of the reason why results do not change with the number of threads. (The other half is
//! [`fold`]: parts are combined in plan order by a fixed tree.)

mod fold;

pub use fold::{Trees, fold};

use crate::Error;
use bytemuck::{Pod, Zeroable};
use std::ops::Range;

/// A grid of `rows x cols` indices cut into tiles. A one-dimensional range is a grid of one column.
///
/// Plain bytes, 32 of them: nothing is stored per chunk, so a plan can be sent anywhere.
///
/// ```
/// use abreast::Plan;
/// let plan = Plan::tiles(5, 7, 2, 4)?; // 3 x 2 tiles, the last ones smaller
/// assert_eq!(plan.len(), 6);
/// let covered: u64 = (0..plan.len()).map(|i| plan.chunk(i).area()).sum();
/// assert_eq!(covered, 35); // nothing is dropped
/// # Ok::<(), abreast::Error>(())
/// ```
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
pub struct Plan {
    rows: u64,
    cols: u64,
    tile_rows: u64,
    tile_cols: u64,
}

/// One piece of a plan: rows `row .. row + rows` and columns `col .. col + cols`.
///
/// C and C++ see this struct as `ab_chunk`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
pub struct Chunk {
    /// Its place in the plan.
    pub index: u64,
    /// First row.
    pub row: u64,
    /// How many rows.
    pub rows: u64,
    /// First column.
    pub col: u64,
    /// How many columns.
    pub cols: u64,
}

/// What an output buffer holds and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One item per chunk: a partial result, folded by [`Kernel::finish`](crate::Kernel::finish).
    PerChunk,
    /// One item per index, chunk after chunk, written only.
    PerElement,
    /// One item per index, chunk after chunk, read and written: the output is also an input.
    InPlace,
}

impl Chunk {
    /// How many indices it covers.
    pub const fn area(&self) -> u64 {
        self.rows * self.cols
    }

    /// Its rows as indices of a slice: the range of a one-dimensional chunk.
    pub const fn range(&self) -> Range<usize> {
        self.row as usize..(self.row + self.rows) as usize
    }
}

impl Plan {
    /// Indices `0..n` in chunks of `chunk`.
    ///
    /// # Errors
    /// As [`Plan::tiles`].
    #[inline]
    pub fn range(n: u64, chunk: u64) -> Result<Plan, Error> {
        Self::tiles(n, 1, chunk, 1)
    }

    /// Whole rows, `band` of them at a time: the layout stays row-major.
    ///
    /// # Errors
    /// As [`Plan::tiles`].
    pub fn bands(rows: u64, cols: u64, band: u64) -> Result<Plan, Error> {
        Self::tiles(rows, cols, band, cols.max(1))
    }

    /// Tiles of `tile_rows x tile_cols`, those at the right and the bottom smaller.
    ///
    /// # Errors
    /// [`Error::Argument`] when a tile is empty, or when `rows * cols` is more elements than this
    /// machine can address.
    #[inline]
    pub fn tiles(rows: u64, cols: u64, tile_rows: u64, tile_cols: u64) -> Result<Plan, Error> {
        let area = rows.checked_mul(cols).filter(|area| *area <= i64::MAX as u64);
        if tile_rows == 0 || tile_cols == 0 || area.is_none() {
            return Err(Self::refusal(rows, cols, tile_rows));
        }
        Ok(Plan { rows, cols, tile_rows: tile_rows.min(rows.max(1)), tile_cols })
    }

    #[cold]
    fn refusal(rows: u64, cols: u64, tile_rows: u64) -> Error {
        if rows.checked_mul(cols).is_none_or(|area| area > i64::MAX as u64) {
            let rule = format!("the product must be at most {}", i64::MAX);
            return Error::argument("rows x cols", format!("{rows} x {cols}"), rule);
        }
        let name = if tile_rows == 0 { "tile_rows" } else { "tile_cols" };
        Error::argument(name, 0, "a chunk must hold at least one index")
    }

    /// The same problem in chunks of `chunk` rows. For kernels that fold rounded partial results
    /// this is another problem: the bits may change.
    ///
    /// # Errors
    /// [`Error::Argument`] when `chunk` is 0.
    pub fn with_chunk(self, chunk: u64) -> Result<Plan, Error> {
        Self::tiles(self.rows, self.cols, chunk, self.tile_cols)
    }

    /// Rows of one chunk, the last ones aside.
    pub const fn chunk_rows(&self) -> u64 {
        self.tile_rows
    }

    /// Columns of one chunk, the last ones aside.
    pub const fn chunk_cols(&self) -> u64 {
        self.tile_cols
    }

    /// Rows of the whole grid.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Columns of the whole grid.
    pub const fn cols(&self) -> u64 {
        self.cols
    }

    /// Indices in the whole grid.
    pub const fn area(&self) -> u64 {
        self.rows * self.cols
    }

    /// Tiles beside each other in one band of tiles.
    const fn tiles_across(&self) -> u64 {
        self.cols.div_ceil(self.tile_cols)
    }

    /// How many chunks.
    pub const fn len(&self) -> usize {
        (self.rows.div_ceil(self.tile_rows) * self.tiles_across()) as usize
    }

    /// The chunk of a plan that has one: the common small problem, found without a division.
    #[inline]
    pub(crate) const fn only(&self) -> Option<Chunk> {
        let Plan { rows, cols, tile_rows, tile_cols } = *self;
        if rows == 0 || cols == 0 || rows > tile_rows || cols > tile_cols {
            return None;
        }
        Some(Chunk { index: 0, row: 0, rows, col: 0, cols })
    }

    /// Whether there is nothing to do.
    pub const fn is_empty(&self) -> bool {
        self.area() == 0
    }

    /// Chunk `i`, in order of rows first.
    ///
    /// # Panics
    /// When `i` is not below [`Plan::len`].
    pub fn chunk(&self, i: usize) -> Chunk {
        assert!(i < self.len(), "chunk {i} of a plan of {} chunks", self.len());
        let (down, across) = (i as u64 / self.tiles_across(), i as u64 % self.tiles_across());
        let (row, col) = (down * self.tile_rows, across * self.tile_cols);
        Chunk {
            index: i as u64,
            row,
            rows: self.tile_rows.min(self.rows - row),
            col,
            cols: self.tile_cols.min(self.cols - col),
        }
    }

    /// The chunks of shard `i` of `n`, which follow each other. Together the shards are the plan, and no
    /// two differ by more than one chunk.
    ///
    /// ```
    /// use abreast::Plan;
    /// let plan = Plan::range(1000, 100)?; // 10 chunks
    /// let shards: Vec<_> = (0..4).map(|i| plan.shard(i, 4)).collect::<Result<_, _>>()?;
    /// assert_eq!(shards, [0..2, 2..5, 5..7, 7..10]);
    /// # Ok::<(), abreast::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] when `n` is 0 or more than there are chunks (a plan without chunks has one
    /// shard), or when `i` is not below `n`.
    pub fn shard(&self, i: u64, n: u64) -> Result<Range<usize>, Error> {
        let chunks = self.len() as u64;
        let refuse = |rule| Err(Error::argument("shard", format!("{i}/{n}"), rule));
        if n == 0 {
            return refuse("there must be at least one shard".to_owned());
        }
        if n > chunks.max(1) {
            return refuse(format!("the plan has {chunks} chunks, and a shard has at least one"));
        }
        if i >= n {
            return refuse(format!(
                "shards are counted from 0, so the last of {n} is {}/{n}",
                n - 1
            ));
        }
        // Below the number of chunks, whatever the product is.
        let start = |i| (u128::from(i) * u128::from(chunks) / u128::from(n)) as usize;
        Ok(start(i)..start(i + 1))
    }

    /// How many indices the chunks before chunk `i` cover: where its slice begins in a buffer laid
    /// out chunk after chunk.
    pub fn offset(&self, i: usize) -> u64 {
        if i == self.len() {
            return self.area();
        }
        let chunk = self.chunk(i);
        chunk.row * self.cols + chunk.rows * chunk.col
    }

    /// Whether the buffer laid out chunk after chunk is already row-major.
    pub const fn is_row_major(&self) -> bool {
        self.tile_cols >= self.cols
    }

    /// From a buffer laid out chunk after chunk to a row-major one.
    ///
    /// # Panics
    /// When `items` does not hold [`Plan::area`] elements.
    pub fn assemble<T: Pod>(&self, items: &[T]) -> Vec<T> {
        assert_eq!(items.len() as u64, self.area(), "assemble: a buffer of another plan");
        if self.is_row_major() {
            return items.to_vec();
        }
        let mut out = vec![T::zeroed(); items.len()];
        self.rows_of_chunks(|at, row_major, len| {
            out[row_major..row_major + len].copy_from_slice(&items[at..at + len]);
        });
        out
    }

    /// The inverse of [`Plan::assemble`].
    ///
    /// # Panics
    /// When `items` does not hold [`Plan::area`] elements.
    pub fn disassemble<T: Pod>(&self, items: &[T]) -> Vec<T> {
        assert_eq!(items.len() as u64, self.area(), "disassemble: an array of another plan");
        if self.is_row_major() {
            return items.to_vec();
        }
        let mut out = vec![T::zeroed(); items.len()];
        self.rows_of_chunks(|at, row_major, len| {
            out[at..at + len].copy_from_slice(&items[row_major..row_major + len]);
        });
        out
    }

    /// For each row of each chunk: where it lies chunk-major, where row-major, and its length.
    fn rows_of_chunks(&self, mut each: impl FnMut(usize, usize, usize)) {
        for i in 0..self.len() {
            let chunk = self.chunk(i);
            let start = self.offset(i);
            for r in 0..chunk.rows {
                let at = start + r * chunk.cols;
                let row_major = (chunk.row + r) * self.cols + chunk.col;
                each(at as usize, row_major as usize, chunk.cols as usize);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn chunks_tile_the_grid_exactly(rows in 0u64..60, cols in 0u64..60, tr in 1u64..70, tc in 1u64..70) {
            let plan = Plan::tiles(rows, cols, tr, tc).unwrap();
            let mut seen = vec![0u8; plan.area() as usize];
            let mut end = 0;
            for i in 0..plan.len() {
                let c = plan.chunk(i);
                prop_assert_eq!(plan.offset(i), end);
                end += c.area();
                for r in c.row..c.row + c.rows {
                    for k in c.col..c.col + c.cols {
                        seen[(r * cols + k) as usize] += 1;
                    }
                }
            }
            prop_assert_eq!(end, plan.area());
            prop_assert!(seen.iter().all(|n| *n == 1));
        }

        #[test]
        fn assembling_undoes_disassembling(rows in 0u64..40, cols in 0u64..40, tr in 1u64..50, tc in 1u64..50) {
            let plan = Plan::tiles(rows, cols, tr, tc).unwrap();
            let grid: Vec<u64> = (0..plan.area()).collect();
            prop_assert_eq!(plan.assemble(&plan.disassemble(&grid)), grid);
        }

        #[test]
        fn shards_are_the_plan_in_order(len in 1u64..1 << 40, chunk in 1u64..1 << 20, n in 1u64..70) {
            let plan = Plan::range(len, chunk).unwrap();
            let n = n.min(plan.len() as u64);
            let mut end = 0;
            for shard in (0..n).map(|i| plan.shard(i, n).unwrap()) {
                prop_assert_eq!(shard.start, end);
                let few = plan.len() / n as usize;
                prop_assert!(shard.len() == few || shard.len() == few + 1);
                end = shard.end;
            }
            prop_assert_eq!(end, plan.len());
        }
    }

    #[test]
    fn a_shard_that_there_is_not_is_refused() {
        let refusal = |i, n| Plan::range(10, 3).unwrap().shard(i, n).unwrap_err().to_string();
        assert!(refusal(0, 0).starts_with("shard = 0/0: there must be at least one"));
        assert!(refusal(4, 4).contains("the last of 4 is 3/4"), "{}", refusal(4, 4));
        assert!(refusal(0, 5).contains("the plan has 4 chunks"), "{}", refusal(0, 5));
        assert!(refusal(u64::MAX, u64::MAX).contains("the plan has 4 chunks"));
        let empty = Plan::range(0, 3).unwrap();
        assert_eq!(empty.shard(0, 1), Ok(0..0));
        assert!(empty.shard(0, 2).is_err());
    }

    #[test]
    fn a_plan_that_cannot_be_addressed_is_refused() {
        let refusal = Plan::tiles(1 << 40, 1 << 40, 1, 1).unwrap_err().to_string();
        assert!(refusal.contains("1099511627776 x 1099511627776"), "{refusal}");
        assert!(Plan::range(10, 0).unwrap_err().to_string().contains("at least one"));
    }
}
