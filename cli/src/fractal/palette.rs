//! From counts to colours: even to the eye, whatever the view.
//!
//! Counts are spread by rank, so that every view uses the whole scale however its counts are
//! distributed; half of the rank and half of the logarithm keeps neighbours apart without washing
//! out the structure. The scale is a path through OKLab (Ottosson, 2020), whose steps look equal.
//! Points that never left are almost black. Several points per pixel are averaged as light, not as
//! screen values.

use super::room;
use abreast::Error;

/// Red, green and blue as amounts of light.
type Light = [f32; 3];

/// Stations of the scale: lightness, chroma and hue in degrees, from the first to leave to the last.
const STATIONS: [[f32; 3]; 6] = [
    [0.18, 0.060, 270.0],
    [0.38, 0.120, 262.0],
    [0.62, 0.110, 228.0],
    [0.95, 0.050, 150.0],
    [0.80, 0.150, 78.0],
    [0.42, 0.140, 32.0],
];

/// Steps of the scale; more than the eye tells apart.
const STEPS: usize = 4096;

/// What never left.
const INSIDE: Light = [0.002, 0.002, 0.004];

/// The colour of every count of one picture.
pub struct Palette {
    scale: Vec<Light>,
    /// For every count up to the largest, how far along the scale it lies.
    place: Vec<(u32, f32)>,
    max_iter: u32,
}

impl Palette {
    /// The palette for a picture with these counts.
    ///
    /// # Errors
    /// [`Error::Memory`] when there is no room to sort them.
    pub fn of(counts: &[u32], max_iter: u64) -> Result<Palette, Error> {
        let mut sorted: Vec<u32> = room(counts.len(), "the counts in order")?;
        sorted.extend_from_slice(counts);
        sorted.sort_unstable();
        let mut tally = room(sorted.chunk_by(|a, b| a == b).count(), "the palette")?;
        tally.extend(sorted.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u64)));
        Palette::of_tally(&tally, max_iter)
    }

    /// The palette for a picture in which each of these counts, in order, is so many times.
    ///
    /// # Errors
    /// [`Error::Memory`] when there is no room for it.
    pub fn of_tally(tally: &[(u32, u64)], max_iter: u64) -> Result<Palette, Error> {
        let max_iter = u32::try_from(max_iter).unwrap_or(u32::MAX);
        let outside = &tally[..tally.partition_point(|(n, _)| *n < max_iter)];
        let of = outside.iter().map(|(_, times)| times).sum::<u64>().max(1) as f32;
        let logarithm = |n: u32| (n as f32 + 1.0).ln();
        let (low, high) = match (outside.first(), outside.last()) {
            (Some(first), Some(last)) => (logarithm(first.0), logarithm(last.0)),
            _ => (0.0, 1.0),
        };
        let mut place = room(outside.len(), "the palette")?;
        let mut seen = 0;
        for (count, times) in outside {
            let rank = (seen as f32 + *times as f32 / 2.0) / of;
            let height = (logarithm(*count) - low) / (high - low).max(f32::MIN_POSITIVE);
            place.push((*count, 0.5 * rank + 0.5 * height));
            seen += times;
        }
        let scale = (0..STEPS).map(|step| station(step as f32 / (STEPS - 1) as f32)).collect();
        Ok(Palette { scale, place, max_iter })
    }

    /// Averages `smooth x smooth` points per pixel; `width` is that of the counts. Eight bits per
    /// colour, row after row, top row first: the imaginary axis points up.
    ///
    /// # Errors
    /// [`Error::Memory`] when there is no room for the pixels.
    pub fn paint(&self, counts: &[u32], width: usize, smooth: usize) -> Result<Vec<u8>, Error> {
        let mut pixels = room(3 * (counts.len() / (smooth * smooth)), "the picture")?;
        for band in counts.chunks(width * smooth).rev() {
            for column in 0..width / smooth {
                let mut sum = [0.0; 3];
                for row in band.chunks(width) {
                    for count in &row[column * smooth..(column + 1) * smooth] {
                        let light = self.light(*count);
                        sum.iter_mut().zip(light).for_each(|(sum, part)| *sum += part);
                    }
                }
                pixels.extend(sum.map(|sum| screen(sum / (smooth * smooth) as f32)));
            }
        }
        Ok(pixels)
    }

    fn light(&self, count: u32) -> Light {
        if count >= self.max_iter {
            return INSIDE;
        }
        let found = self.place.binary_search_by_key(&count, |(known, _)| *known);
        let along = found.map_or(0.0, |i| self.place[i].1);
        self.scale[(along * (STEPS - 1) as f32) as usize]
    }
}

/// The scale at `along` in 0..=1: a smooth path through the stations.
fn station(along: f32) -> Light {
    let at = along * (STATIONS.len() - 1) as f32;
    let i = (at as usize).min(STATIONS.len() - 2);
    let t = at - i as f32;
    // Slows down at the stations, so that no edge shows there.
    let ease = t * t * (3.0 - 2.0 * t);
    let lab = |[lightness, chroma, hue]: [f32; 3]| {
        let (sin, cos) = hue.to_radians().sin_cos();
        [lightness, chroma * cos, chroma * sin]
    };
    let (from, to) = (lab(STATIONS[i]), lab(STATIONS[i + 1]));
    light([0, 1, 2].map(|k| from[k] + ease * (to[k] - from[k])))
}

/// From OKLab to linear light in sRGB's primaries.
fn light([lightness, a, b]: [f32; 3]) -> Light {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_4 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ]
}

/// Light as a screen value: sRGB's curve, eight bits.
fn screen(light: f32) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let curve =
        if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (curve * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_is_white_and_black_is_black() {
        assert_eq!(light([1.0, 0.0, 0.0]).map(screen), [255; 3]);
        assert_eq!(light([0.0, 0.0, 0.0]).map(screen), [0; 3]);
    }

    #[test]
    fn later_counts_lie_further_along_and_the_inside_is_dark() {
        let counts: Vec<u32> = (1..=100).collect();
        let palette = Palette::of(&counts, 100).unwrap();
        assert!(palette.place.windows(2).all(|pair| pair[0].1 < pair[1].1));
        assert!(palette.place.iter().all(|(_, along)| (0.0..=1.0).contains(along)));
        assert_eq!(palette.light(100), INSIDE);
    }

    #[test]
    fn the_last_row_of_counts_is_the_first_of_the_picture() {
        let palette = Palette::of(&[1, 1, 9, 9], 9).unwrap();
        let pixels = palette.paint(&[1, 1, 9, 9], 2, 1).unwrap();
        assert_eq!(pixels[..3], INSIDE.map(screen));
        assert_ne!(pixels[6..9], INSIDE.map(screen));
    }

    #[test]
    fn a_picture_of_one_colour_is_no_trouble() {
        for counts in [[5; 4], [9; 4]] {
            let palette = Palette::of(&counts, 9).unwrap();
            assert_eq!(palette.paint(&counts, 2, 2).unwrap().len(), 3);
        }
    }
}
