//! Ratios as a map of colours: what is faster or slower, and how much, before a number is read.

use crate::format::ratio as digits;
use crate::html::Html;
use crate::ratio::{Ratio, Standing};

/// The colours, for a style sheet with `--good` and `--bad`.
pub const STYLE: &str = include_str!("heat.css");

/// A cell: the number with its mark, the interval below it. The colour says how much; one that is not known to
/// be different has none.
pub fn cell(row: &mut Html, ratio: Option<&Ratio>) {
    let Some(ratio) = ratio else { return row.put("td", "heat none", "–") };
    row.tag("td", &format!("heat {}", class(ratio)), |cell| {
        let number = format!("{}×", digits(ratio.value));
        cell.put("strong", "", format!("{} {number}", ratio.standing.mark()).trim());
        if let (Some(low), Some(high)) = (ratio.low, ratio.high) {
            cell.put("small", "", format!("{}–{}", digits(low), digits(high)));
        }
    });
}

/// Half a doubling more is a stronger colour.
fn class(ratio: &Ratio) -> String {
    let strength = 1 + (2.0 * ratio.value.log2().abs()).floor().clamp(0.0, 3.0) as u32;
    match ratio.standing {
        Standing::Faster => format!("faster{strength}"),
        Standing::Slower => format!("slower{strength}"),
        Standing::Impossible => "impossible".to_owned(),
        Standing::Same | Standing::Layout | Standing::Unknown => "open".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stronger_colour_is_a_larger_difference_and_none_is_not_known() {
        let of = |value: f64, standing| class(&Ratio { standing, ..Ratio::new(value, None) });
        assert_eq!(of(1.1, Standing::Faster), "faster1");
        assert_eq!(of(2.1, Standing::Faster), "faster3");
        assert_eq!(of(50.0, Standing::Faster), "faster4");
        assert_eq!(of(0.6, Standing::Slower), "slower2");
        assert_eq!(of(0.6, Standing::Layout), "open");
        let mut html = Html::default();
        let ratio = Ratio::new(2.0, Some((1.9, 2.1)));
        cell(&mut html, Some(&Ratio { standing: Standing::Faster, ..ratio }));
        cell(&mut html, None);
        let html = html.finish();
        assert!(html.contains("2.00×</strong><small>1.90–2.10</small>"), "{html}");
        assert!(html.contains("<td class=\"heat none\">–</td>"), "{html}");
    }
}
