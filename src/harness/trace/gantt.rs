//! A Gantt chart as an SVG file that needs nothing else.

use super::{Digest, Span, last_end};
use crate::exec::Executor;
use abreast_compare::html::escape;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

const WIDTH: f64 = 960.0;
const LEFT: f64 = 82.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 64.0;
const ROW: f64 = 28.0;
/// Attempts of which each gets a bar of its own, whatever its width.
const MANY: usize = 2000;
/// Pixels of one letter, roughly.
const LETTER: f64 = 6.6;

/// Colours that people who see colours differently can tell apart (Okabe and Ito's, without those too dark for
/// black letters).
const COLOURS: [&str; 6] = ["#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00"];

/// A unit of which the time is some, but not thousands.
pub(super) fn fitting(time: Duration) -> (Duration, &'static str) {
    match time.as_nanos() {
        0..2_000 => (Duration::from_nanos(1), "ns"),
        2_000..2_000_000 => (Duration::from_micros(1), "µs"),
        2_000_000..2_000_000_000 => (Duration::from_millis(1), "ms"),
        _ => (Duration::from_secs(1), "s"),
    }
}

/// The chart of `spans`, which ran on `place`.
pub(super) fn draw(
    spans: &[Span],
    executor: &dyn Executor,
    unit: Duration,
    unit_name: &str,
) -> String {
    let (executor, width) = (escape(&executor.name()), executor.width());
    let slots: Vec<usize> =
        spans.iter().map(|span| span.slot).collect::<BTreeSet<_>>().into_iter().collect();
    let kinds: Vec<&str> = spans.iter().map(kind).collect::<BTreeSet<_>>().into_iter().collect();
    let chart = Chart {
        unit: unit.as_secs_f64().max(1e-9),
        unit_name,
        end: last_end(spans).as_secs_f64().max(1e-9),
        bottom: TOP + ROW * slots.len() as f64,
    };
    let height = chart.bottom + 44.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>abreast: {} tasks on {}</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"22\" font-size=\"15\">{} tasks on {}, {} {}</text>\n",
        spans.len(),
        executor,
        spans.len(),
        executor,
        number(chart.end / chart.unit),
        escape(unit_name),
    );
    chart.axis(&mut svg);
    chart.legend(&mut svg, &kinds);
    for (row, slot) in slots.iter().enumerate() {
        let y = TOP + ROW * (row as f64 + 0.5) + 4.0;
        let name = super::lane_name(*slot, width);
        svg += &format!(
            "<text class=\"slot\" x=\"{}\" y=\"{y}\" text-anchor=\"end\">{name}</text>\n",
            LEFT - 8.0
        );
    }
    let bars = chart.bars(spans);
    if bars.len() < spans.len() {
        svg += &format!(
            "<text class=\"merged\" x=\"{}\" y=\"22\" text-anchor=\"end\" fill=\"#555\">\
             bars below a pixel are merged: {} for {} attempts</text>\n",
            WIDTH - RIGHT,
            bars.len(),
            spans.len(),
        );
    }
    for (span, count) in bars {
        let row = slots.binary_search(&span.slot).unwrap_or_default();
        let hue = kinds.binary_search(&kind(&span)).unwrap_or_default();
        chart.bar(&mut svg, &span, count, row, COLOURS[hue % COLOURS.len()]);
    }
    svg + "</svg>\n"
}

/// What tasks that do the same are called: the name without its number.
fn kind(span: &Span) -> &str {
    let stem = span.name.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    if stem.is_empty() { &span.name } else { stem }
}

struct Chart<'c> {
    unit: f64,
    unit_name: &'c str,
    end: f64,
    bottom: f64,
}

impl Chart<'_> {
    fn x(&self, time: Duration) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * time.as_secs_f64() / self.end
    }

    fn axis(&self, svg: &mut String) {
        let last = self.end / self.unit;
        let step = step(last / 8.0);
        let ticks = (0..).map(|i| f64::from(i) * step).take_while(|tick| *tick <= last * 1.0001);
        for tick in ticks {
            let x = LEFT + (WIDTH - LEFT - RIGHT) * tick / last;
            let y = self.bottom;
            *svg += &format!(
                "<path d=\"M{x:.1} {TOP}V{y}\" stroke=\"#ddd\"/>\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                y + 16.0,
                number(tick)
            );
        }
        *svg += &format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
            (LEFT + WIDTH - RIGHT) / 2.0,
            self.bottom + 34.0,
            escape(self.unit_name)
        );
    }

    /// A square and a name for each kind of task, as many as fit.
    fn legend(&self, svg: &mut String, kinds: &[&str]) {
        let mut x = LEFT;
        for (kind, colour) in kinds.iter().zip(COLOURS.iter().cycle()) {
            let room = 26.0 + LETTER * kind.chars().count() as f64;
            if x + room > WIDTH - RIGHT {
                return;
            }
            *svg += &format!(
                "<rect x=\"{x:.1}\" y=\"36\" width=\"12\" height=\"12\" fill=\"{colour}\"/>\
                 <text x=\"{:.1}\" y=\"46\">{}</text>\n",
                x + 16.0,
                escape(kind)
            );
            x += room;
        }
    }

    /// What is drawn: every attempt, or, when they are very many, one bar for those of a slot that
    /// are narrower than a pixel, begin within the same pixel and would look the same.
    fn bars<'s>(&self, spans: &'s [Span]) -> Vec<(Cow<'s, Span>, usize)> {
        let mut bars: Vec<(Cow<'s, Span>, usize)> = Vec::new();
        let mut narrow = BTreeMap::new();
        for span in spans {
            let x = self.x(span.start);
            if spans.len() <= MANY || self.x(span.end) - x >= 1.0 {
                bars.push((Cow::Borrowed(span), 1));
                continue;
            }
            let alike = (span.slot, x as u64, kind(span), span.outcome.name());
            let at = *narrow.entry(alike).or_insert(bars.len());
            match bars.get_mut(at) {
                Some((bar, count)) => {
                    let bar = bar.to_mut();
                    (bar.start, bar.end) = (bar.start.min(span.start), bar.end.max(span.end));
                    *count += 1;
                }
                None => bars.push((Cow::Borrowed(span), 1)),
            }
        }
        bars
    }

    /// One bar, for `count` attempts.
    fn bar(&self, svg: &mut String, span: &Span, count: usize, row: usize, colour: &str) {
        let (x, y) = (self.x(span.start), TOP + ROW * row as f64 + 3.0);
        let width = (self.x(span.end) - x).max(0.6);
        let stroke = match span.outcome {
            // A white edge would be all that is seen of it.
            Digest::Done if count > 1 || width < 1.0 => "",
            Digest::Done => "stroke=\"white\" stroke-width=\"0.5\"",
            Digest::Failed | Digest::Lost => {
                "stroke=\"black\" stroke-width=\"2\" stroke-dasharray=\"4 2\" fill-opacity=\"0.4\""
            }
        };
        let at = |time: Duration| number(time.as_secs_f64() / self.unit);
        let name = match count {
            1 => escape(&span.name),
            _ => format!("{count} times {}", escape(kind(span))),
        };
        *svg += &format!(
            "<g class=\"bar\"><title>{name}: {}, from {} to {} {}</title>\
             <rect x=\"{x:.2}\" y=\"{y}\" width=\"{width:.2}\" height=\"{}\" fill=\"{colour}\" {stroke}/>",
            span.outcome.name(),
            at(span.start),
            at(span.end),
            escape(self.unit_name),
            ROW - 6.0,
        );
        if width > LETTER * span.name.chars().count() as f64 + 6.0 {
            *svg += &format!(
                "<text x=\"{:.2}\" y=\"{}\" text-anchor=\"middle\">{name}</text>",
                x + width / 2.0,
                y + 15.0
            );
        }
        *svg += "</g>\n";
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below `least`.
fn step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|k| k * power).into_iter().find(|s| *s >= least).unwrap_or(least)
}

/// At most four digits that say something.
fn number(value: f64) -> String {
    let executors = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        3
    };
    let text = format!("{value:.executors$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Serial;

    /// So many tasks one after another, each a microsecond, and a long one at the end.
    fn spans(count: usize) -> Vec<Span> {
        let micros = |i: usize| Duration::from_micros(i as u64);
        let span = |task: usize| Span {
            task,
            name: format!("{} {task}", if task.is_multiple_of(2) { "even" } else { "odd" }),
            slot: task / 10_000,
            start: micros(task),
            end: micros(if task + 1 == count { 2 * count } else { task + 1 }),
            outcome: if task == 5000 { Digest::Failed } else { Digest::Done },
        };
        (0..count).map(span).collect()
    }

    fn chart(spans: &[Span]) -> (String, usize) {
        let svg = draw(spans, &Serial, Duration::from_millis(1), "ms");
        let bars = svg.matches("class=\"bar\"").count();
        (svg, bars)
    }

    #[test]
    fn very_many_bars_are_merged_and_none_is_lost() {
        let spans = spans(20_000);
        let (svg, bars) = chart(&spans);
        // Two kinds, for each pixel of half the width, and some at the borders.
        assert!((600..1000).contains(&bars), "{bars} bars");
        assert!(svg.contains(&format!("merged: {bars} for 20000 attempts")));
        assert!(svg.contains("even 5000: failed, from 5 to 5.001 ms"), "the failure is seen");
        assert!(svg.contains("odd 19999: done"), "and the long one");
        let counts = svg.split("<title>").filter_map(|bar| bar.split_once(" times "));
        let counts: Vec<usize> = counts.filter_map(|(count, _)| count.parse().ok()).collect();
        let alone = bars - counts.len();
        assert_eq!(counts.iter().sum::<usize>() + alone, 20_000);
    }

    #[test]
    fn as_many_as_can_be_told_apart_are_all_there() {
        let (svg, bars) = chart(&spans(MANY));
        assert_eq!(bars, MANY);
        assert!(!svg.contains("merged"));
    }
}
