//! `abreast fractal`: a picture of the Mandelbrot set or of a Julia set, drawn by `escape`.

mod palette;

use crate::args;
use crate::console::{Console, Output};
use crate::number;
use abreast::exec::{self, Control, Event};
use abreast::kernel::Ask;
use abreast::kernels::escape::{Escape, View};
use abreast::{Body, Error, How};
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use num_complex::Complex64;
use palette::Palette;
use std::path::PathBuf;

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
    #[arg(long, value_name = "N", default_value = "3")]
    pub smooth: String,
    /// c, c-by-hand, cpp, rust or simd
    #[arg(long, default_value = "simd")]
    pub body: String,
    /// baseline, v3, v4 or neon (default: the best one, or ABREAST_ISA)
    #[arg(long, value_name = "LEVEL")]
    pub isa: Option<String>,
    /// serial, threads (one per core) or threads:N
    #[arg(long, default_value = "threads", value_name = "PLACE")]
    pub exec: String,
    /// Overwrite a picture that abreast did not write
    #[arg(long)]
    pub force: bool,
}

/// The most points per pixel each way: beyond it nobody sees a difference.
const SMOOTHEST: u64 = 8;

pub fn fractal(args: &FractalArgs, console: &mut Console<'_>) -> Result<()> {
    let how = How { body: Body::parse(&args.body)?, level: args::level(args.isa.as_deref())? };
    let place = abreast::place::parse(&args.exec)?;
    let view = view(args)?;
    let smooth = number::count("smooth", &args.smooth, 1)?;
    if smooth > SMOOTHEST {
        let rule = format!("must be at most {SMOOTHEST}");
        return Err(Error::argument("smooth", smooth, rule).into());
    }
    let fine = finer(&view, smooth)?;
    let output = Output::claim(&args.output, args.force)?;

    let bar = console.progress(fine.height);
    let on_event = |event: Event| {
        if let Event::End { .. } = event {
            bar.inc(1);
        }
    };
    let job = abreast::kernel::Job::<Escape>::new((&fine).into(), ())?;
    bar.set_length(job.plan().len() as u64);
    let control = Control { on_event: Some(&on_event), ..Control::default() };
    let counts = exec::run::<Escape>(&*place, how, &control, (&fine).into(), ())?;
    bar.finish_and_clear();

    let palette = Palette::of(&counts, fine.max_iter);
    let pixels = palette.paint(&counts, fine.width as usize, smooth as usize);
    output.write(png(&view, &pixels)?)?;
    let updates: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    console.say(format!(
        "{}: {} x {} pixels, {updates} updates, {how} on {}",
        args.output.display(),
        view.width,
        view.height,
        place.name(),
        how = format_args!("{} at {}", how.body, how.level),
    ))
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
        ("size", args.size.clone()),
        ("iter", iter.map(|iter| iter.to_string())),
        ("c", args.c.clone()),
    ];
    let given = given.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?)));
    own.with(&Ask { given: given.collect(), ..Ask::default() })
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
fn png(view: &View, pixels: &[u8]) -> Result<Vec<u8>> {
    let rule = "must be at most 2147483647 pixels a side for a picture";
    let side = |size: u64| i32::try_from(size).map_err(|_| Error::argument("size", size, rule));
    let mut file = Vec::new();
    let mut encoder =
        png::Encoder::new(&mut file, side(view.width)? as u32, side(view.height)? as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder.set_compression(png::Compression::High);
    encoder.add_text_chunk("Software".to_owned(), "abreast".to_owned())?;
    let what = view.julia.map_or("Mandelbrot".to_owned(), |c| format!("Julia, c = {c}"));
    let shown = format!(
        "{what}; center {}, extent {}, {} updates",
        view.center, view.extent, view.max_iter
    );
    encoder.add_text_chunk("Description".to_owned(), shown)?;
    let mut writer = encoder.write_header().context("the picture")?;
    writer.write_image_data(pixels).context("the picture")?;
    writer.finish().context("the picture")?;
    Ok(file)
}
