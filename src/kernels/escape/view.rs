//! What part of the plane is looked at, and the checks it must pass.

use crate::kernel::{Param, Request};
use crate::{Chunk, Error};
use bytemuck::{Pod, Zeroable};
use num_complex::Complex64;
use std::str::FromStr;

/// A view of the complex plane: where, how large, how fine, and of which fractal.
///
/// Pixel `(i, j)`, column `i` and row `j`, is the point
/// `center + ((i - width / 2) + (j - height / 2) i) * pitch` with halves of integers and
/// `pitch = max(extent.re / width, extent.im / height)`: pixels are square, and the whole extent
/// is in the picture. Rows go up the imaginary axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The point in the middle.
    pub center: Complex64,
    /// How much of the plane must be in the picture, across and down.
    pub extent: Complex64,
    /// Pixels across.
    pub width: u64,
    /// Pixels down.
    pub height: u64,
    /// The most updates that a pixel makes.
    pub max_iter: u64,
    /// `None` for Mandelbrot: `z` starts at 0 and `c` is the pixel. `Some(c)` for the Julia set of
    /// `c`: `z` starts at the pixel.
    pub julia: Option<Complex64>,
}

impl View {
    /// The whole Mandelbrot set.
    pub const MANDELBROT: View = View {
        center: Complex64::new(-0.75, 0.0),
        extent: Complex64::new(3.0, 2.5),
        width: 1200,
        height: 1000,
        max_iter: 1000,
        julia: None,
    };

    /// A view on the edge of the Mandelbrot set: 1024 x 1024 pixels whose counts add up to
    /// 85 654 943 updates.
    pub const LESSON: View = View {
        center: Complex64::new(-1.1195, 0.2718),
        extent: Complex64::new(0.005, 0.005),
        width: 1024,
        height: 1024,
        max_iter: 1024,
        julia: None,
    };

    /// How many of the columns, and of the rows, lie at points of their own: fewer than there are
    /// when the view is so small that doubles cannot tell its points apart.
    ///
    /// ```
    /// use abreast::kernels::escape::View;
    /// assert_eq!(View::LESSON.distinct(), (1024, 1024));
    /// let extent = num_complex::Complex64::new(1e-14, 1e-14);
    /// let deep = View { extent, width: 200, height: 150, ..View::LESSON };
    /// assert!(deep.distinct().0 < 100);
    /// ```
    pub fn distinct(&self) -> (u64, u64) {
        let grid = Args::from(self).grid();
        // Points of a row go one way, so equal ones are neighbours.
        let count = |many: u64, at: &dyn Fn(u64) -> f64| {
            let apart = (1..many).filter(|i| at(i - 1) != at(*i)).count() as u64;
            apart + u64::from(many > 0)
        };
        let across = count(self.width, &|col| grid.point(col, 0).re);
        (across, count(self.height, &|row| grid.point(0, row).im))
    }

    /// What to know before a picture of this view is trusted: that doubles cannot tell all of its
    /// points apart.
    pub fn caveat(&self) -> Option<String> {
        let (columns, rows) = self.distinct();
        (columns < self.width || rows < self.height).then(|| {
            format!(
                "double precision cannot tell all points of this view apart: {columns} of {} columns \
                 and {rows} of {} rows differ",
                self.width, self.height
            )
        })
    }

    /// This view with what `request` gives by name (see [`PARAMS`]) in place of its own.
    ///
    /// # Errors
    /// [`Error::Argument`] for text of another form.
    pub fn with(mut self, request: &Request) -> Result<View, Error> {
        if let Some(Size { width, height }) = request.parse("size", "WxH, as in 1920x1080")? {
            (self.width, self.height) = (width, height);
        }
        self.center = request.complex("center")?.unwrap_or(self.center);
        self.extent = request.complex("extent")?.map_or(self.extent, square);
        self.max_iter = request.parse("iter", "a whole number")?.unwrap_or(self.max_iter);
        self.julia = request.complex("c")?.or(self.julia);
        Ok(self)
    }
}

/// The arguments by name, as the command line has them.
pub const PARAMS: &[Param] = &[
    Param { name: "center", form: "RE+IMi", help: "the point in the middle" },
    Param { name: "extent", form: "RE+IMi", help: "how much is seen; one number E means E+Ei" },
    Param { name: "size", form: "WxH", help: "pixels across and down" },
    Param { name: "iter", form: "N", help: "the most updates per pixel" },
    Param { name: "c", form: "RE+IMi", help: "the constant of a Julia set; without: Mandelbrot" },
];

/// A single number is an extent both ways.
fn square(extent: Complex64) -> Complex64 {
    if extent.im == 0.0 { Complex64::new(extent.re, extent.re) } else { extent }
}

/// `WxH`.
struct Size {
    width: u64,
    height: u64,
}

impl FromStr for Size {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (width, height) = text.split_once(['x', 'X']).ok_or(())?;
        let number = |text: &str| text.trim().parse().map_err(|_| ());
        Ok(Size { width: number(width)?, height: number(height)? })
    }
}

/// A [`View`] as plain data: what C and C++ see as `ab_view`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Args {
    pub(super) center_re: f64,
    pub(super) center_im: f64,
    pub(super) extent_re: f64,
    pub(super) extent_im: f64,
    pub(super) c_re: f64,
    pub(super) c_im: f64,
    pub(super) width: u64,
    pub(super) height: u64,
    pub(super) max_iter: u64,
    pub(super) julia: u64,
}

impl From<&View> for Args {
    fn from(view: &View) -> Args {
        let c = view.julia.unwrap_or_default();
        Args {
            center_re: view.center.re,
            center_im: view.center.im,
            extent_re: view.extent.re,
            extent_im: view.extent.im,
            c_re: c.re,
            c_im: c.im,
            width: view.width,
            height: view.height,
            max_iter: view.max_iter,
            julia: view.julia.is_some().into(),
        }
    }
}

impl From<&Args> for View {
    fn from(args: &Args) -> View {
        View {
            center: Complex64::new(args.center_re, args.center_im),
            extent: Complex64::new(args.extent_re, args.extent_im),
            width: args.width,
            height: args.height,
            max_iter: args.max_iter,
            julia: (args.julia != 0).then(|| args.c()),
        }
    }
}

impl Args {
    /// Refuses what no picture can be made of.
    pub(super) fn check(&self) -> Result<(), Error> {
        let center = Complex64::new(self.center_re, self.center_im);
        let extent = Complex64::new(self.extent_re, self.extent_im);
        for (name, value) in [("center", center), ("extent", extent), ("c", self.c())] {
            if !value.is_finite() {
                return Err(Error::argument(name, value, "must be finite"));
            }
        }
        if !(extent.re > 0.0 && extent.im > 0.0) {
            return Err(Error::argument("extent", extent, "must be above 0, across and down"));
        }
        let area = self.width.checked_mul(self.height);
        if !area.is_some_and(|area| (1..=MAX_PIXELS).contains(&area)) {
            let size = format!("{}x{}", self.width, self.height);
            let rule = format!("must be between 1 and {MAX_PIXELS} pixels");
            return Err(Error::argument("size", size, rule));
        }
        if !(1..=u64::from(u32::MAX)).contains(&self.max_iter) {
            let rule = format!("must be between 1 and {}", u32::MAX);
            return Err(Error::argument("iter", self.max_iter, rule));
        }
        Ok(())
    }

    /// The constant of a Julia set.
    #[inline(always)]
    pub(super) fn c(&self) -> Complex64 {
        Complex64::new(self.c_re, self.c_im)
    }

    /// Where the pixels lie.
    #[inline(always)]
    pub(super) fn grid(&self) -> Grid {
        let across = self.extent_re / self.width as f64;
        let down = self.extent_im / self.height as f64;
        Grid {
            center: Complex64::new(self.center_re, self.center_im),
            pitch: if across > down { across } else { down },
            middle: ((self.width / 2) as i64, (self.height / 2) as i64),
        }
    }

    /// Where the orbit of a point starts, and the constant added in each update.
    #[inline(always)]
    pub(super) fn orbit(&self, point: Complex64) -> (Complex64, Complex64) {
        if self.julia != 0 { (point, self.c()) } else { (Complex64::new(0.0, 0.0), point) }
    }
}

/// As many pixels as a slice can have elements.
const MAX_PIXELS: u64 = i64::MAX as u64;

/// The pixels' points.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    center: Complex64,
    pitch: f64,
    middle: (i64, i64),
}

impl Grid {
    /// The point of the pixel in column `col` of row `row`.
    #[inline(always)]
    pub(super) fn point(&self, col: u64, row: u64) -> Complex64 {
        let re = self.center.re + (col as i64 - self.middle.0) as f64 * self.pitch;
        let im = self.center.im + (row as i64 - self.middle.1) as f64 * self.pitch;
        Complex64::new(re, im)
    }

    /// The pixels of a chunk, row after row.
    #[inline(always)]
    pub(super) fn pixels(self, chunk: Chunk) -> Pixels {
        Pixels {
            grid: self,
            row: chunk.row,
            col: chunk.col,
            cols: chunk.col..chunk.col + chunk.cols,
        }
    }
}

/// The pixels of a chunk that have not been taken yet.
pub(super) struct Pixels {
    grid: Grid,
    row: u64,
    col: u64,
    cols: std::ops::Range<u64>,
}

impl Pixels {
    /// Takes the next pixels of one row, at most `most` of them.
    #[inline(always)]
    pub(super) fn next(&mut self, most: usize) -> Stretch {
        let len = ((self.cols.end - self.col) as usize).min(most);
        let stretch = Stretch { grid: self.grid, row: self.row, col: self.col, len };
        self.col += len as u64;
        if self.col == self.cols.end {
            (self.row, self.col) = (self.row + 1, self.cols.start);
        }
        stretch
    }
}

/// Some pixels of one row.
pub(super) struct Stretch {
    grid: Grid,
    row: u64,
    col: u64,
    pub(super) len: usize,
}

impl Stretch {
    /// The point of pixel `k`.
    #[inline(always)]
    pub(super) fn point(&self, k: usize) -> Complex64 {
        self.grid.point(self.col + k as u64, self.row)
    }

    /// Pixel `k` alone.
    #[inline(always)]
    pub(super) fn only(&self, k: usize) -> Stretch {
        Stretch { col: self.col + k as u64, len: 1, ..*self }
    }
}
