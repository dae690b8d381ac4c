//! From counts to a picture: colours, axes, and the file.

use abreast::kernels::escape::View;

type Colour = [u8; 3];

const WHITE: Colour = [255; 3];
const BLACK: Colour = [0; 3];

/// Room for the axes: at the left, and everywhere else.
const LEFT: usize = 72;
const MARGIN: usize = 36;

/// The picture of a view with its axes, as a PNG file.
pub fn png(view: &View, counts: &[u32]) -> Vec<u8> {
    let (width, height) = (view.width as usize, view.height as usize);
    let mut picture = Picture::blank(LEFT + width + MARGIN, height + 2 * MARGIN);
    let palette = Palette::of(view, counts);
    for (j, row) in counts.chunks(width).enumerate() {
        for (i, count) in row.iter().enumerate() {
            // The imaginary axis points up.
            picture.set(LEFT + i, MARGIN + height - 1 - j, palette.colour(*count));
        }
    }
    picture.axes(view);
    picture.file()
}

/// Even steps to the eye: a path through the colour space OKLab whose lightness only grows, from a
/// dark blue to a light yellow, over the logarithm of the count. What never escapes is black.
struct Palette {
    low: f32,
    high: f32,
    most: u64,
}

impl Palette {
    fn of(view: &View, counts: &[u32]) -> Palette {
        let outside = || counts.iter().filter(|count| u64::from(**count) < view.max_iter);
        let logarithm = |count: Option<&u32>| count.map_or(0.0, |count| (*count as f32).ln());
        let (low, high) = (logarithm(outside().min()), logarithm(outside().max()));
        Palette { low, high, most: view.max_iter }
    }

    fn colour(&self, count: u32) -> Colour {
        if u64::from(count) >= self.most {
            return BLACK;
        }
        let along = ((count as f32).ln() - self.low) / (self.high - self.low).max(f32::EPSILON);
        let (lightness, chroma) = (0.25 + 0.7 * along, 0.12);
        let hue = (280.0 - 180.0 * along).to_radians();
        from_oklab(lightness, chroma * hue.cos(), chroma * hue.sin())
    }
}

/// To sRGB, by the matrices of the colour space's author (B. Ottosson, 2020).
fn from_oklab(lightness: f32, a: f32, b: f32) -> Colour {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let light = [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_4 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ];
    light.map(|light| {
        let light = light.clamp(0.0, 1.0);
        let curve = if light <= 0.003_130_8 {
            12.92 * light
        } else {
            1.055 * light.powf(1.0 / 2.4) - 0.055
        };
        (255.0 * curve).round() as u8
    })
}

struct Picture {
    width: usize,
    pixels: Vec<Colour>,
}

impl Picture {
    fn blank(width: usize, height: usize) -> Picture {
        Picture { width, pixels: vec![WHITE; width * height] }
    }

    fn set(&mut self, x: usize, y: usize, colour: Colour) {
        self.pixels[y * self.width + x] = colour;
    }

    /// Three ticks each: the real part below, the imaginary part at the left.
    fn axes(&mut self, view: &View) {
        let (width, height) = (view.width as usize, view.height as usize);
        let pitch = (view.extent.re / view.width as f64).max(view.extent.im / view.height as f64);
        let digits = 1 + (-(100.0 * pitch).log10()).ceil().max(0.0) as usize;
        let value = |center: f64, at: usize, of: usize| {
            format!("{:.digits$}", center + (at as f64 - (of / 2) as f64) * pitch)
        };
        for i in [0, width / 2, width - 1] {
            (0..6).for_each(|y| self.set(LEFT + i, MARGIN + height + y, BLACK));
            let text = value(view.center.re, i, width);
            self.text(LEFT + i - text_width(&text) / 2, MARGIN + height + 10, &text);
        }
        for j in [0, height / 2, height - 1] {
            let y = MARGIN + height - 1 - j;
            (1..=6).for_each(|x| self.set(LEFT - x, y, BLACK));
            let text = value(view.center.im, j, height);
            self.text((LEFT - 10).saturating_sub(text_width(&text)), y - 5, &text);
        }
    }

    /// Writes digits, twice as large as in [`glyph`].
    fn text(&mut self, x: usize, y: usize, text: &str) {
        for (k, letter) in text.chars().enumerate() {
            for (row, column) in (0..5).flat_map(|row| (0..3).map(move |column| (row, column))) {
                if glyph(letter) >> (3 * (4 - row) + 2 - column) & 1 == 0 {
                    continue;
                }
                for (down, right) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                    let (right, down) = (8 * k + 2 * column + right, 2 * row + down);
                    if x + right < self.width {
                        self.set(x + right, y + down, BLACK);
                    }
                }
            }
        }
    }

    fn file(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let height = self.pixels.len() / self.width;
        let mut encoder = png::Encoder::new(&mut file, self.width as u32, height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().expect("a vector takes every byte");
        writer.write_image_data(self.pixels.as_flattened()).expect("as many as the header says");
        writer.finish().expect("a vector takes every byte");
        file
    }
}

fn text_width(text: &str) -> usize {
    8 * text.len()
}

/// The shape of a letter, 3 x 5: one octal digit is one row.
fn glyph(letter: char) -> u16 {
    match letter {
        '0' => 0o75557,
        '1' => 0o26227,
        '2' => 0o71747,
        '3' => 0o71717,
        '4' => 0o55711,
        '5' => 0o74717,
        '6' => 0o74757,
        '7' => 0o71111,
        '8' => 0o75757,
        '9' => 0o75717,
        '-' => 0o00700,
        '.' => 0o00002,
        _ => 0,
    }
}
