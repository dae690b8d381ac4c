//! Samples, the oracle and the cost of `escape`.

use super::{Args, Escape, PARAMS, View};
use crate::kernel::{Arithmetic, Cost, Expected, Input, Job, Kernel, Param, Request, Workload};
use crate::{Error, Level};
use num_complex::Complex64;

impl Workload for Escape {
    const FORMULA: &'static str = "updates z <- z^2 + c until |z| > 2";
    const UNIT: &'static str = "pixels";
    const PARAMS: &'static [Param] = PARAMS;
    const SIZES: &'static [u64] = &[1, 4, 9, 49, 64, 81, 961, 1024, 1089, 8281, 16_900, 66_049];
    const SWEEP: &'static [u64] = &[1 << 6, 1 << 8, 1 << 10, 1 << 12, 1 << 14, 1 << 16];

    /// `n` pixels are a square, as large as fits in `n`, of at most 256 updates each; without `n`
    /// it is [`View::LESSON`].
    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let mut view = View::LESSON;
        if request.n.is_some() {
            let side = request.length(0)?.isqrt();
            view = View { width: side, height: side, max_iter: 256, ..view };
        }
        let args = Args::from(&view.with(request)?);
        Ok(Input::new(Escape::plan(&args, ())?.area(), args))
    }

    fn arithmetic() -> Arithmetic {
        Arithmetic::F64
    }

    fn caveat(problem: &Input<Self>) -> Option<String> {
        View::from(&problem.args).caveat()
    }

    fn special() -> Vec<(&'static str, Input<Self>)> {
        let c = Complex64::new;
        let small = View { width: 61, height: 37, max_iter: 100, ..View::LESSON };
        let at = |center, extent| View { center, extent: c(extent, extent), ..small };
        let whole = at(c(-0.5, 0.0), 3.0);
        let julia = |constant| View { julia: Some(constant), ..at(c(0.0, 0.0), 4.0) };
        let views = [
            ("whole set", whole),
            ("interior only", at(c(-0.1, 0.1), 0.05)),
            ("real axis", View { height: 1, width: 301, ..at(c(-0.875, 0.0), 2.3) }),
            ("around |c| = 2", at(c(0.0, 0.0), 4.0)),
            ("the tip at -2", at(c(-2.0, 0.0), 1e-4)),
            ("far outside", at(c(1e200, -3.0), 1.0)),
            ("huge extent", at(c(0.0, 0.0), 1.7e308)),
            ("tiny extent", at(c(-0.75, 0.1), 5e-324)),
            ("one pixel", View { width: 1, height: 1, ..whole }),
            ("one column", View { width: 1, height: 83, ..whole }),
            ("a row longer than a band", View { width: 9001, height: 2, ..whole }),
            ("one update", View { max_iter: 1, ..whole }),
            ("two updates", View { max_iter: 2, ..whole }),
            ("whole blocks of updates", View { max_iter: 96, ..whole }),
            ("one more", View { max_iter: 97, ..whole }),
            ("Julia", julia(c(-1.1193, 0.2718))),
            ("Julia, 0 escapes", julia(c(1.0, 1.0))),
            ("Julia, a circle", julia(c(0.0, 0.0))),
            ("Julia, |c| = 2", julia(c(-2.0, 0.0))),
            ("Julia, dust that comes back", julia(c(-100.0, 0.0))),
            (
                "Julia, back to 0 and off again",
                View { extent: c(50.0, 50.0), ..julia(c(-100.0, 0.0)) },
            ),
        ];
        let problem = |view: &View| Input::new(view.width * view.height, Args::from(view));
        views.iter().map(|(name, view)| (*name, problem(view))).collect()
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        let args = &problem.args;
        let pixels = (0..args.height).flat_map(|j| (0..args.width).map(move |i| (i, j)));
        pixels.map(|(i, j)| Expected::Exact(count(args, i, j).into())).collect()
    }

    fn cost(problem: &Input<Self>) -> Cost {
        // The work depends on the picture, so the picture says how much it was.
        let job = Job::<Escape>::new(problem.args, ()).map(|job| job.level(Level::best()));
        let counts = job.and_then(|job| job.call()).unwrap_or_default();
        let updates = counts.iter().map(|n| u64::from(*n)).sum();
        Cost { read: 0, written: 4 * problem.n, flops: 8 * updates, elements: updates }
    }
}

/// The definition, word for word: one pixel, one test after every update.
fn count(args: &Args, i: u64, j: u64) -> u32 {
    let pitch = f64::max(args.extent_re / args.width as f64, args.extent_im / args.height as f64);
    let x = args.center_re + (i as f64 - (args.width / 2) as f64) * pitch;
    let y = args.center_im + (j as f64 - (args.height / 2) as f64) * pitch;
    let (mut re, mut im, c) =
        if args.julia == 0 { (0.0, 0.0, Complex64::new(x, y)) } else { (x, y, args.c()) };
    for n in 1..=args.max_iter as u32 {
        (re, im) = (re * re - im * im + c.re, 2.0 * re * im + c.im);
        let bounded = re * re + im * im <= 4.0;
        if !bounded {
            return n;
        }
    }
    args.max_iter as u32
}
