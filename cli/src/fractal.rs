//! `abreast fractal`: a picture of the Mandelbrot set or of a Julia set, drawn by `escape`.

mod axes;
mod font;
mod palette;
mod shards;

pub use shards::Drawing;

use crate::args;
use crate::console::Console;
use crate::number;
use crate::output::{Format, Outputs, SOFTWARE};
use abreast::exec::{Control, Event, Executor};
use abreast::kernel::{Choice, Digest, Request};
use abreast::kernels::escape::{Escape, View};
use abreast::sample::fnv1a;
use abreast::{Error, Variant};
use anyhow::{Context, Result};
use axes::Picture;
use clap::{Args, ValueEnum};
use num_complex::Complex64;
use palette::Palette;
use serde::Serialize;
use std::borrow::Cow;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Set {
    Mandelbrot,
    Julia,
}

#[derive(Args)]
pub struct FractalArgs {
    /// Which set
    pub set: Set,
    /// The picture to write
    #[arg(short, long, value_name = "FILE.png")]
    pub output: PathBuf,
    /// The point in the middle
    #[arg(long, value_name = "RE+IMi", allow_hyphen_values = true)]
    pub center: Option<String>,
    /// How much of the plane is seen; one number E means E+Ei
    #[arg(long, value_name = "RE+IMi", allow_hyphen_values = true)]
    pub extent: Option<String>,
    /// Pixels across and down
    #[arg(long, value_name = "WxH")]
    pub size: Option<String>,
    /// The most updates per point
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub iter: Option<String>,
    /// The constant of a Julia set (default: -0.8+0.156i)
    #[arg(long, value_name = "RE+IMi", allow_hyphen_values = true)]
    pub c: Option<String>,
    /// Points per pixel, each way: more are smoother
    #[arg(long, value_name = "N", default_value = "3", allow_hyphen_values = true)]
    pub smooth: String,
    /// c, c-by-hand, cpp, rust or simd
    #[arg(long, default_value = "simd", value_name = "VARIANT")]
    pub variant: String,
    /// v1, v3, v4 or neon (default: the best one, or ABREAST_ISA)
    #[arg(long, value_name = "LEVEL")]
    pub isa: Option<String>,
    /// serial, threads (one per core) or threads:N
    #[arg(long, default_value = "threads", value_name = "PLACE")]
    pub exec: String,
    /// Draw axes around the picture: the real part below, the imaginary part at the left
    #[arg(long)]
    pub axes: bool,
    /// Overwrite a picture that abreast did not write
    #[arg(long)]
    pub force: bool,
    /// One JSON object instead of a line
    #[arg(long)]
    pub json: bool,
}

/// What `fractal --json` prints.
#[derive(Serialize)]
struct Drawn {
    schema: &'static str,
    /// The picture that was written.
    file: String,
    /// Points of the plane are real and imaginary part.
    center: [f64; 2],
    extent: [f64; 2],
    /// Pixels of the view across and down, without axes.
    size: [u64; 2],
    /// Points per pixel, each way.
    smooth: u64,
    iter: u64,
    /// The constant of a Julia set, null for Mandelbrot.
    c: Option<[f64; 2]>,
    variant: &'static str,
    level: &'static str,
    exec: String,
    /// The sum of all points' counts.
    value: u64,
    /// 64-bit FNV-1a of the counts' bytes.
    hash: String,
    /// How long the executor took for the counts.
    seconds: f64,
    /// Columns and rows of points that doubles can tell apart: of `size * smooth`.
    distinct: [u64; 2],
    /// What to know before the picture is trusted.
    warnings: Vec<String>,
}

/// The most points per pixel each way: beyond it nobody sees a difference.
const SMOOTHEST: u64 = 8;

pub fn fractal(args: &FractalArgs, console: &mut Console<'_>) -> Result<()> {
    let variant = Variant::<Escape>::named(&args.variant)?.name;
    let choice = Choice { variant, level: args::level(args.isa.as_deref())? };
    let executor = abreast::executors::parse(&args.exec)?;
    let view = view(args)?;
    let smooth = number::count("smooth", &args.smooth, 1)?;
    if smooth > SMOOTHEST {
        let rule = format!("must be at most {SMOOTHEST}");
        return Err(Error::argument("smooth", smooth, rule).into());
    }
    // What is wrong with the view is said of the view that was asked for, not of the finer one.
    Escape::job(&view)?;
    let fine = finer(&view, smooth)?;
    let mut outputs = Outputs::new(args.force);
    if args.json {
        outputs.prints("--json")?;
    }
    let mut output = outputs.claim("--output", &args.output, Format::Picture, console)?;
    check_room(&view, &fine)?;
    let warnings: Vec<String> = fine.caveat().into_iter().collect();
    warnings.iter().for_each(|warning| console.note(format!("Note: {warning}.")));

    let (counts, took) = counts(&fine, choice, &*executor, console)?;
    let palette = Palette::of(&counts, fine.max_iter)?;
    let pixels = palette.paint(&counts, fine.width as usize, smooth as usize)?;
    let mut picture = Picture { width: view.width as usize, height: view.height as usize, pixels };
    if args.axes {
        picture = axes::draw(&picture, &fine, smooth)?;
    }
    let written = png(&view, &picture).and_then(|file| output.write(file, console));

    let point = |z: Complex64| [z.re, z.im];
    let drawn = Drawn {
        schema: "abreast.fractal/2",
        file: args.output.display().to_string(),
        center: point(view.center),
        extent: point(view.extent),
        size: [view.width, view.height],
        smooth,
        iter: view.max_iter,
        c: view.julia.map(point),
        variant,
        level: choice.level.name(),
        exec: executor.name(),
        value: counts.iter().map(|count| u64::from(*count)).sum(),
        hash: format!("{:016x}", fnv1a(counts.bytes())),
        seconds: took.as_secs_f64(),
        distinct: fine.distinct().into(),
        warnings,
    };
    if args.json {
        console.json(&drawn)?;
    } else if written.is_ok() {
        console.aside(outputs.on_stdout(), |console| {
            console.say(format!(
                "{}: {} x {} pixels, {} updates, {} at {} on {}",
                output.file_name().unwrap_or("standard output"),
                picture.width,
                picture.height,
                drawn.value,
                drawn.variant,
                drawn.level,
                drawn.exec
            ))
        })?;
    }
    written
}

/// Refuses before anything is computed a picture that there is no room for: the counts of all points,
/// twice while they are sorted, the picture, and the file.
fn check_room(view: &View, fine: &View) -> Result<(), Error> {
    let area =
        |view: &View| usize::try_from(view.width.saturating_mul(view.height)).unwrap_or(usize::MAX);
    let counts = area(fine).saturating_mul(2 * size_of::<u32>());
    let bytes = counts.saturating_add(area(view).saturating_mul(4 * 3));
    room::<u8>(bytes, "the picture").map(drop)
}

/// An empty vector with room for `len` elements, or the reason why there is none.
fn room<T>(len: usize, purpose: &'static str) -> Result<Vec<T>, Error> {
    let mut new = Vec::new();
    match new.try_reserve_exact(len) {
        Ok(()) => Ok(new),
        Err(_) => Err(Error::Memory { bytes: len.saturating_mul(size_of::<T>()), purpose }),
    }
}

/// The counts of all points, and how long they took; a progress line moves meanwhile.
fn counts(
    fine: &View,
    choice: Choice,
    executor: &dyn Executor,
    console: &Console<'_>,
) -> Result<(Vec<u32>, Duration)> {
    let job = Escape::job(fine)?.choose(choice)?;
    let bar = console.progress(job.plan().len() as u64);
    let on_event = |event: Event| {
        if let Event::End { .. } = event {
            bar.inc(1);
        }
    };
    let control = Control { on_event: Some(&on_event), ..Control::default() };
    let mut items = job.blank()?;
    let report = job.control(&control).on_into(executor, &mut items)?;
    bar.finish_and_clear();
    Ok((job.finish(Cow::Owned(items)), report.wall))
}

/// The view asked for: the set's own, with what the arguments say in its place.
fn view(args: &FractalArgs) -> Result<View, Error> {
    let own = match args.set {
        Set::Mandelbrot => View { width: 1200, height: 900, ..View::MANDELBROT },
        Set::Julia => View {
            center: Complex64::ZERO,
            extent: Complex64::new(3.2, 2.0),
            width: 1200,
            height: 750,
            julia: Some(Complex64::new(-0.8, 0.156)),
            ..View::MANDELBROT
        },
    };
    if args.set == Set::Mandelbrot
        && let Some(c) = &args.c
    {
        return Err(Error::argument("c", c, "belongs to a Julia set: abreast fractal julia"));
    }
    let iter = args.iter.as_deref().map(|text| number::whole("iter", text)).transpose()?;
    let given = [
        ("center", args.center.clone()),
        ("extent", args.extent.clone()),
        ("size", args.size.as_deref().map(|text| number::size("size", text)).transpose()?),
        ("iter", iter.map(|iter| iter.to_string())),
        ("c", args.c.clone()),
    ];
    let given = given.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?)));
    own.with(&Request { given: given.collect(), ..Request::default() })
}

/// The same view with `smooth` points per pixel each way.
fn finer(view: &View, smooth: u64) -> Result<View, Error> {
    let grow = |size: u64| size.checked_mul(smooth);
    match (grow(view.width), grow(view.height)) {
        (Some(width), Some(height)) => Ok(View { width, height, ..*view }),
        _ => {
            let size = format!("{}x{}", view.width, view.height);
            Err(Error::argument("size", size, "is more pixels than can be addressed"))
        }
    }
}

/// The picture as a PNG file that says what it shows.
fn png(view: &View, picture: &Picture) -> Result<Vec<u8>> {
    // The encoder has no way to say that there is no room for what it keeps.
    room::<u8>(picture.pixels.len().saturating_mul(3), "the picture's file")?;
    let mut file = Vec::new();
    let mut writer = png_writer(view, picture.width, picture.height, &mut file)?;
    writer.write_image_data(&picture.pixels).context("the picture")?;
    writer.finish().context("the picture")?;
    Ok(file)
}

/// A PNG file that has begun and says what it shows.
fn png_writer<W: Write>(
    view: &View,
    width: usize,
    height: usize,
    out: W,
) -> Result<png::Writer<W>> {
    let rule = "must be at most 2147483647 pixels a side for a picture";
    let side = |size: usize| i32::try_from(size).map_err(|_| Error::argument("size", size, rule));
    let mut encoder = png::Encoder::new(out, side(width)? as u32, side(height)? as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder.set_compression(png::Compression::High);
    encoder.add_text_chunk(SOFTWARE.0.to_owned(), SOFTWARE.1.to_owned())?;
    let what = view.julia.map_or("Mandelbrot".to_owned(), |c| format!("Julia, c = {c}"));
    let shown = format!(
        "{what}; center {}, extent {}, {} updates",
        view.center, view.extent, view.max_iter
    );
    encoder.add_text_chunk("Description".to_owned(), shown)?;
    encoder.write_header().context("the picture")
}
