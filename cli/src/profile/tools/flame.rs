//! Samples as a flame graph.

use crate::output::Format;
use crate::profile::marks::Mark;
use crate::profile::stack::{Function, Language, Part, Samples, Stack};
use anyhow::{Context, Result};
use inferno::flamegraph::color::{BackgroundColor, Color, PaletteMap};
use inferno::flamegraph::{Options, from_lines};

const WIDTH: usize = 1200;

/// The picture. Threads stand at the bottom, and what a function calls stands on it.
pub fn draw(samples: &Samples, title: &str) -> Result<String> {
    let (mut colours, mut lines) = (PaletteMap::default(), Vec::new());
    // What stands below all threads.
    for name in ["", "all"] {
        colours.insert(name, GREY);
    }
    for stack in &samples.stacks {
        lines.push(line(stack, &mut colours));
    }
    lines.sort_unstable();
    let mut options = Options::default();
    options.title = title.to_owned();
    options.subtitle =
        Some("C blue, C++ green, Rust orange; threads, executor and tasks grey".into());
    options.image_width = Some(WIDTH);
    options.bgcolors = Some(BackgroundColor::Flat(Color { r: 255, g: 255, b: 255 }));
    options.palette_map = Some(&mut colours);
    options.deterministic = true;
    let mut svg = Vec::new();
    from_lines(&mut options, lines.iter().map(String::as_str), &mut svg)
        .context("the flame graph cannot be drawn")?;
    let svg = String::from_utf8(svg).context("the flame graph is not text")?;
    // A comment may not stand before the declaration, which UTF-8 can do without.
    let svg = svg.split_once("?>").map_or(&svg[..], |(_, rest)| rest.trim_start());
    Ok(Format::Flame.beginning().unwrap_or_default().to_owned() + svg)
}

/// `thread;outer;inner samples`.
fn line(stack: &Stack, colours: &mut PaletteMap) -> String {
    let mut line = named(&stack.thread, GREY, colours);
    for function in plain(&stack.frames) {
        let name = match Mark::of(&function.name) {
            Some(Mark::Task) => named(Part::Kernel.name(), GREY, colours),
            Some(Mark::Executor) => named(Part::Executor.name(), GREY, colours),
            Some(Mark::Run) | None => {
                named(&function.short_name(), colour(function.language), colours)
            }
        };
        line = line + ";" + &name;
    }
    format!("{line} {}", stack.samples)
}

fn named(name: &str, colour: Color, colours: &mut PaletteMap) -> String {
    // What separates frames.
    let name = name.replace(';', ",");
    colours.insert(&name, colour);
    name
}

const GREY: Color = Color { r: 205, g: 205, b: 205 };

fn colour(language: Language) -> Color {
    match language {
        Language::C => Color { r: 120, g: 170, b: 220 },
        Language::Cpp => Color { r: 120, g: 195, b: 150 },
        Language::Rust => Color { r: 235, g: 165, b: 100 },
    }
}

/// The frames without those outside of the run and those that only call the next one.
fn plain(frames: &[Function]) -> impl Iterator<Item = &Function> {
    let is_run = |frame: &Function| Mark::of(&frame.name) == Some(Mark::Run);
    let within = frames.iter().position(is_run).map_or(0, |run| run + 1);
    let last = frames.len().saturating_sub(1);
    let frames = frames.iter().enumerate().skip(within);
    frames.filter(move |(i, f)| *i == last || !only_calls(f)).map(|(_, frame)| frame)
}

/// Whether it is of the libraries that start threads and catch panics, or of this profile, and not of
/// anybody's work.
fn only_calls(function: &Function) -> bool {
    const OTHERS: [&str; 5] = ["std::", "core::", "alloc::", "_", "abreast_cli::profile::"];
    const STARTS: [&str; 3] = ["main", "clone3", "start_thread"];
    let name = function.name.trim_start_matches('<');
    Mark::of(name).is_none()
        && (STARTS.contains(&name) || OTHERS.iter().any(|prefix| name.starts_with(prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::stack::tests::stack;

    #[test]
    fn frames_that_only_call_are_left_out() {
        let names = |frames: &[&str]| -> Vec<String> {
            plain(&stack("t", frames, 1).frames).map(|f| f.name.clone()).collect()
        };
        assert_eq!(names(&["main", "run", "core::call", "pool", "ab_dot"]), ["pool", "ab_dot"]);
        assert_eq!(names(&["clone3", "<core::A as B>::call", "pool"]), ["pool"]);
        let of_this = "<abreast_cli::profile::marks::MarkedTasks as Tasks>::run";
        assert_eq!(names(&["pool", of_this, "ab_dot"]), ["pool", "ab_dot"]);
        assert_eq!(names(&["clone3", "core::slice::fill"]), ["core::slice::fill"]);
    }

    #[test]
    fn a_picture_is_marked_and_has_every_function_in_the_colour_of_its_language() {
        let mut stacks = vec![stack("abreast", &["run", "executor", "task", "a<b>;c"], 3)];
        stacks[0].frames[3].language = Language::Cpp;
        let svg = draw(&Samples { stacks, missed: 0 }, "cpp & c").unwrap();
        assert!(svg.starts_with(Format::Flame.beginning().unwrap()), "{svg}");
        for part in ["a&lt;b&gt;,c (3 samples", "rgb(120,195,150)", "cpp &amp; c", "executor (3"] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
    }
}
