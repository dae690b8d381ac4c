//! Axes around a picture: the real part below, the imaginary part at the left.

use super::font;
use abreast::Error;
use abreast::kernels::escape::View;

type Rgb = [u8; 3];

const PAPER: Rgb = [255; 3];
const INK: Rgb = [40; 3];

/// Pixels, eight bits per colour, row after row, top row first.
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

impl Picture {
    /// An empty sheet.
    fn sheet(width: usize, height: usize) -> Result<Picture, Error> {
        let bytes = width.checked_mul(height).and_then(|area| area.checked_mul(PAPER.len()));
        let bytes = bytes.unwrap_or(usize::MAX);
        let mut pixels = Vec::new();
        if pixels.try_reserve_exact(bytes).is_err() {
            return Err(Error::Memory { bytes, purpose: "the picture with its axes" });
        }
        pixels.resize(bytes, PAPER[0]);
        Ok(Picture { width, height, pixels })
    }

    /// Draws a rectangle; what lies outside is cut off.
    fn fill(&mut self, left: usize, top: usize, width: usize, height: usize) {
        for y in top..(top + height).min(self.height) {
            for x in left..(left + width).min(self.width) {
                let at = (y * self.width + x) * INK.len();
                self.pixels[at..at + INK.len()].copy_from_slice(&INK);
            }
        }
    }

    /// Writes `text`, each pixel of the font `scale` pixels large.
    fn write(&mut self, text: &str, left: usize, top: usize, scale: usize) {
        for (k, character) in text.chars().enumerate() {
            for (x, y) in font::ink(character) {
                let x = left + (k * font::ADVANCE + x) * scale;
                self.fill(x, top + y * scale, scale, scale);
            }
        }
    }

    /// Puts `other` on this sheet.
    fn place(&mut self, other: &Picture, left: usize, top: usize) {
        for (y, row) in other.pixels.chunks_exact(other.width * PAPER.len()).enumerate() {
            let at = ((top + y) * self.width + left) * PAPER.len();
            self.pixels[at..at + row.len()].copy_from_slice(row);
        }
    }
}

/// One direction of a picture.
struct Axis {
    /// The number in the middle of it.
    center: f64,
    /// From one point to the next; a pixel has `smooth` of them.
    pitch: f64,
    points: u64,
    smooth: u64,
}

/// A number on an axis.
#[derive(Debug, PartialEq)]
struct Tick {
    /// Pixels from the axis' low end.
    at: usize,
    label: String,
}

impl Axis {
    /// Where a number lies.
    fn pixel(&self, number: f64) -> Option<usize> {
        let point = ((number - self.center) / self.pitch).round() + (self.points / 2) as f64;
        let inside = point >= 0.0 && point < self.points as f64;
        inside.then(|| (point as u64 / self.smooth) as usize)
    }

    /// Round numbers along the axis, as many as have room; `room` is what a label needs, in
    /// pixels. None where the numbers are too close for doubles to tell apart.
    fn ticks(&self, unit: &str, room: impl Fn(&str) -> usize) -> Vec<Tick> {
        let span = self.pitch * self.points as f64;
        // From a hundredth of the span on: finer would be a smear.
        let finest = (span / 100.0).log10().floor();
        if !finest.is_finite() {
            return Vec::new();
        }
        let steps = (0..3).flat_map(|more| [1, 2, 5].map(|digit| (digit, finest as i32 + more)));
        for (digit, power) in steps {
            let ticks = self.multiples(digit, power, unit);
            let widest = ticks.iter().map(|tick| room(&tick.label)).max().unwrap_or(0);
            if ticks.windows(2).all(|pair| pair[0].at + widest <= pair[1].at) {
                return ticks;
            }
        }
        Vec::new()
    }

    /// The multiples of `digit * 10^power` on this axis, low to high.
    fn multiples(&self, digit: i64, power: i32, unit: &str) -> Vec<Tick> {
        let number = |k: f64| format!("{}e{power}", k * digit as f64).parse::<f64>();
        let step = number(1.0).unwrap_or(0.0);
        let half = self.pitch * (self.points / 2) as f64;
        let (first, last) =
            (((self.center - half) / step).ceil(), ((self.center + half) / step).floor());
        // Beyond this a multiple is no longer the next number but one.
        if !(step > 0.0 && first.abs().max(last.abs()) < 1e15 && last - first <= 1000.0) {
            return Vec::new();
        }
        let all = (0..=(last - first) as u64).map(|k| first + k as f64);
        all.filter_map(|k| {
            let number = number(k).ok()?;
            Some(Tick { at: self.pixel(number)?, label: label(number, power, unit) })
        })
        .collect()
    }
}

/// A number with the digits that its step of `10^power` asks for.
fn label(number: f64, power: i32, unit: &str) -> String {
    let text = match power {
        _ if number == 0.0 => "0".to_owned(),
        -9..=-1 => format!("{number:.*}", -power as usize),
        0..=5 => format!("{number}"),
        _ => format!("{number:e}"),
    };
    format!("{text}{unit}")
}

/// The picture with its axes. `fine` is the view of the points, `smooth` a pixel each way.
pub fn draw(picture: &Picture, fine: &View, smooth: u64) -> Result<Picture, Error> {
    let scale = (picture.width.min(picture.height) / 400).max(1);
    let (gap, tick) = (3 * scale, 4 * scale);
    let wide = |label: &str| label.chars().count() * font::ADVANCE * scale;
    let high = font::HEIGHT * scale;

    let pitch = f64::max(fine.extent.re / fine.width as f64, fine.extent.im / fine.height as f64);
    let axis = |center, points| Axis { center, pitch, points, smooth };
    let real = axis(fine.center.re, fine.width).ticks("", |label| wide(label) + 4 * gap);
    let imaginary = axis(fine.center.im, fine.height).ticks("i", |_| 4 * high);

    let widest = |ticks: &[Tick]| ticks.iter().map(|tick| wide(&tick.label)).max().unwrap_or(0);
    // Half of a number may stick out at each end of its axis.
    let left = (gap + widest(&imaginary) + gap + tick).max(widest(&real) / 2 + gap);
    let (top, right) = (high + gap, widest(&real) / 2 + gap);
    let bottom = tick + gap + high + gap;
    let mut sheet = Picture::sheet(left + picture.width + right, top + picture.height + bottom)?;
    let low = top + picture.height;
    let line = scale;
    sheet.fill(left - line, top - line, picture.width + 2 * line, picture.height + 2 * line);
    sheet.place(picture, left, top);
    for Tick { at, label } in &real {
        let x = left + at;
        sheet.fill(x - line / 2, low, line, tick);
        sheet.write(label, x - wide(label) / 2, low + tick + gap, scale);
    }
    for Tick { at, label } in &imaginary {
        let y = low - 1 - at;
        sheet.fill(left - tick, y - line / 2, tick, line);
        sheet.write(label, left - tick - gap - wide(label), y - high / 2, scale);
    }
    Ok(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(center: f64, pitch: f64, points: u64) -> Vec<(usize, String)> {
        let axis = Axis { center, pitch, points, smooth: 1 };
        let ticks = axis.ticks("", |label| 6 * label.len() + 12);
        ticks.into_iter().map(|tick| (tick.at, tick.label)).collect()
    }

    #[test]
    fn round_numbers_lie_at_their_pixels() {
        let want = [(0, "-2"), (50, "-1.5"), (100, "-1"), (150, "-0.5"), (200, "0")];
        let want = want.map(|(at, label)| (at, format!("{:.1}", label.parse::<f64>().unwrap())));
        let got = ticks(0.0, 0.01, 401);
        for (tick, want) in got.iter().zip(&want).take(4) {
            assert_eq!(tick, want);
        }
        assert_eq!(got[4], (200, "0".to_owned()));
        assert_eq!(got.last(), Some(&(400, "2.0".to_owned())));
    }

    #[test]
    fn deep_and_huge_views_have_numbers_that_differ() {
        for (center, pitch) in [(-0.743_643_9, 1e-9), (0.25, 1e-13), (0.0, 1e-30), (0.0, 1e200)] {
            let ticks = ticks(center, pitch, 900);
            assert!(ticks.len() >= 2, "{center} {pitch}: {ticks:?}");
            assert!(ticks.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1));
        }
    }

    #[test]
    fn where_doubles_end_there_are_no_numbers() {
        assert_eq!(ticks(-0.75, 5e-324, 900), []);
        assert_eq!(ticks(1e200, 1.0, 900), []);
        assert_eq!(ticks(0.0, f64::MAX, 900), []);
    }
}
