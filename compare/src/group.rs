//! What a user writes: a group of variants of one function.

use crate::agree::{Agree, Within};
use crate::allocations::Meter;
use crate::args::Options;
use crate::examine::fingerprint::{self, Fingerprint};
use crate::mode::Mode;
use crate::series::Series;
use crate::trials::{Origin, Trial};
use crate::variant::{Kind, Variant};
use crate::worker::caught;
use std::fmt::Display;
use std::time::Duration;

/// Makes an input for a setting of the parameters, a size and a seed.
pub(crate) type Make<I> = Box<dyn FnMut(usize, usize, u64) -> I>;
/// Makes a special input.
pub(crate) type Special<I> = Box<dyn Fn() -> I>;
/// Fills a part of an input with a number.
pub(crate) type Fill<I> = Box<dyn Fn(&mut I, f64)>;
type Count = Box<dyn Fn(u64) -> u64>;

/// Variants of one function, which get the same inputs and should give the same outputs.
///
/// See the [crate's documentation](crate) for an example.
#[must_use = "a group does nothing until its `main` is called"]
pub struct Group<I, O> {
    pub(crate) facts: Facts,
    pub(crate) make: Make<I>,
    pub(crate) variants: Vec<Variant<I, O>>,
    /// Each makes its special input anew.
    pub(crate) specials: Vec<Special<I>>,
    pub(crate) fingerprint: Fingerprint<I>,
    /// Fills what in-place variants only write.
    pub(crate) poison: Option<Fill<I>>,
}

/// What a group says about itself.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) name: String,
    pub(crate) sizes: Vec<usize>,
    /// Settings of the parameters: `alpha = 2.5`. One without a name when there are no parameters.
    pub(crate) settings: Vec<String>,
    pub(crate) specials: Vec<String>,
    pub(crate) variants: Vec<(String, Kind)>,
    pub(crate) skipped: Vec<(String, String)>,
    pub(crate) baseline: Option<String>,
    pub(crate) within: Within,
    pub(crate) bytes: Option<Count>,
    pub(crate) flops: Option<Count>,
    pub(crate) mode: Mode,
    /// Counts what a call allocates.
    pub(crate) meter: Option<Meter>,
    /// What is wrong with the way it was put together.
    pub(crate) mistakes: Vec<String>,
}

impl<I: 'static, O: Agree + 'static> Group<I, O> {
    /// A group whose inputs `make` makes from a size and a seed: the same ones for the same two
    /// numbers. `make` may panic for sizes that make no sense; those are then not tried.
    pub fn new(name: impl Into<String>, mut make: impl FnMut(usize, u64) -> I + 'static) -> Self {
        Group {
            facts: Facts { name: name.into(), settings: vec![String::new()], ..Facts::default() },
            make: Box::new(move |_, n, seed| make(n, seed)),
            variants: Vec::new(),
            specials: Vec::new(),
            fingerprint: Box::new(fingerprint::of_usual),
            poison: None,
        }
    }

    /// The sizes to time at: `[100, 10_000]`, [`pow2(4..=20)`](crate::sizes::pow2).
    pub fn sizes(mut self, sizes: impl IntoIterator<Item = usize>) -> Self {
        self.facts.set_sizes(sizes);
        self
    }

    /// Times each size on so many inputs, made from different seeds and taken in turn, call by call. Without
    /// this every call gets the same one, and the branch predictor learns what will come: right for a function
    /// whose path does not depend on values, wrong for a search, a parser or a sort. The gate tries all of
    /// them. `--inputs K` goes before this.
    pub fn inputs(mut self, count: usize) -> Self {
        self.facts.mode.inputs = count;
        self
    }

    /// Empties the caches before each call, by reading memory that they cannot hold, and times each call
    /// alone: the empty one too, whose time is then that of reading the clock. As `--cold`.
    pub fn cold(mut self) -> Self {
        self.facts.mode.cold = true;
        self
    }

    /// Times how long a result takes, not how often one can be had: each call needs the result of the one before,
    /// since where its input is, is computed from it. Without this a processor begins the next call before the
    /// last one has ended. Only for functions that return numbers and keep no copy of anything; the empty call's
    /// time is then that of the way from a result to the next input. As `--latency`.
    pub fn latency(mut self) -> Self {
        self.facts.mode.latency = true;
        self
    }

    /// All inputs that are timed at a size.
    pub(crate) fn inputs_of(
        &mut self,
        setting: usize,
        n: usize,
        seed: u64,
    ) -> Result<Vec<I>, String> {
        caught(|| self.facts.mode.seeds(seed).map(|seed| (self.make)(setting, n, seed)).collect())
    }

    /// A function from an input to an output. It may keep state, such as a buffer, as long as the
    /// same input gives the same output.
    pub fn variant(mut self, name: impl Into<String>, run: impl FnMut(&I) -> O + 'static) -> Self {
        self.add(Variant::returning(name.into(), run));
        self
    }

    /// As [`variant`](Group::variant), for a function that may be called from several threads at
    /// once: the gate does that too, and every call must give the bits of a call alone.
    pub fn variant_shared(
        mut self,
        name: impl Into<String>,
        run: impl Fn(&I) -> O + Send + Sync + 'static,
    ) -> Self
    where
        I: Sync,
    {
        self.add(Variant::shared(name.into(), run));
        self
    }

    /// A function that is called in a loop of its own, compiled elsewhere. `run` makes the calls of the
    /// [`Series`] and returns the time of the calls alone and the last output; `empty` does the same without a
    /// function and returns the time. With `in_place` each call works on a copy.
    pub fn variant_looped(
        mut self,
        name: impl Into<String>,
        in_place: bool,
        run: impl FnMut(Series<'_, I>) -> (Duration, O) + 'static,
        empty: impl FnMut(Series<'_, I>) -> Duration + 'static,
    ) -> Self {
        self.add(Variant::looped(name.into(), in_place, run, empty));
        self
    }

    fn add(&mut self, variant: Variant<I, O>) {
        if variant.name.is_empty() {
            self.mistake("a variant has an empty name".to_owned());
        }
        self.facts.variants.push((variant.name.clone(), variant.kind));
        self.variants.push(variant);
    }

    fn mistake(&mut self, what: String) {
        self.facts.mistakes.push(what);
    }

    /// How close the outputs must be. Without this: [`Within::exact`].
    pub fn agree(mut self, within: Within) -> Self {
        self.facts.within = within;
        self
    }

    /// An input on which the variants must agree too: a hard one, one that once went wrong. It is
    /// not timed.
    pub fn special(mut self, name: impl Into<String>, input: I) -> Self
    where
        I: Clone,
    {
        self.facts.specials.push(name.into());
        self.specials.push(Box::new(move || input.clone()));
        self
    }

    /// Runs every size with each of these values of a parameter, which becomes the first part of
    /// the input: `|(alpha, (x, y))|`. Comes before variants and special inputs.
    pub fn params<P: Clone + Display + 'static>(
        mut self,
        name: &str,
        values: impl IntoIterator<Item = P>,
    ) -> Group<(P, I), O> {
        let values: Vec<P> = values.into_iter().collect();
        if !self.variants.is_empty() || !self.specials.is_empty() {
            self.mistake(format!("params({name:?}) must come before variants and special inputs"));
        }
        if values.is_empty() {
            self.mistake(format!("params({name:?}) has no values"));
        }
        let old = std::mem::take(&mut self.facts.settings);
        let setting = |before: &String, value: &P| match &before[..] {
            "" => format!("{name} = {value}"),
            before => format!("{before}, {name} = {value}"),
        };
        self.facts.settings =
            old.iter().flat_map(|o| values.iter().map(move |v| setting(o, v))).collect();
        let mut make = self.make;
        Group {
            facts: self.facts,
            make: Box::new(move |index, n, seed| {
                let (before, value) = (index / values.len(), index % values.len());
                (values[value].clone(), make(before, n, seed))
            }),
            variants: Vec::new(),
            specials: Vec::new(),
            fingerprint: Box::new(fingerprint::of_usual),
            poison: None,
        }
    }

    /// How many bytes a call reads and writes at size n: gives GB/s, and sizes that do not fit in
    /// memory are refused before anything is made.
    pub fn bytes(mut self, count: impl Fn(u64) -> u64 + 'static) -> Self {
        self.facts.bytes = Some(Box::new(count));
        self
    }

    /// How many floating-point operations a call takes at size n: gives GFLOP/s.
    pub fn flops(mut self, count: impl Fn(u64) -> u64 + 'static) -> Self {
        self.facts.flops = Some(Box::new(count));
        self
    }

    /// Leaves a variant out, if `condition` holds, for a reason that is shown.
    pub fn skip_if(
        mut self,
        name: impl Into<String>,
        condition: bool,
        reason: impl Into<String>,
    ) -> Self {
        let name = name.into();
        if condition {
            self.facts.skipped.push((name, reason.into()));
        }
        self
    }

    /// The variant that the others are compared with. Without this it is the first one.
    pub fn baseline(mut self, name: impl Into<String>) -> Self {
        self.facts.baseline = Some(name.into());
        self
    }
}

impl<I: Agree + 'static, O: Agree + 'static> Group<I, O> {
    /// Sees to it that no call changes the values of its input, as C may do through a pointer. This
    /// is done without asking for vectors of numbers, pairs and triples of these, and one number
    /// beside them.
    pub fn watch_inputs(mut self) -> Self {
        self.fingerprint = Box::new(|input| Some(fingerprint::fingerprint(input)));
        self
    }
}

impl<I: Agree + Clone + 'static> Group<I, I> {
    /// A function that changes its input. It runs on copies, which are made and dropped outside of
    /// the time; its output is what it leaves there, all of it.
    pub fn variant_mut(
        mut self,
        name: impl Into<String>,
        run: impl FnMut(&mut I) + 'static,
    ) -> Self {
        self.add(Variant::in_place(name.into(), run));
        self
    }

    /// Says which part of the input [`variant_mut`](Group::variant_mut) only writes:
    /// `.overwrites(|(_, y), value| y.fill(value))`. The gate fills it with NaN and with another
    /// number, and the output must not follow.
    pub fn overwrites(mut self, fill: impl Fn(&mut I, f64) + 'static) -> Self {
        self.poison = Some(Box::new(fill));
        self
    }
}

impl Facts {
    /// Sizes and baseline of the command line go before those of the group.
    pub(crate) fn take_options(&mut self, options: &Options) {
        if let Some(sizes) = &options.sizes {
            self.set_sizes(sizes.iter().copied());
        }
        self.baseline = options.baseline.clone().or(self.baseline.take());
        self.mode.inputs = options.inputs.unwrap_or(self.mode.inputs);
        self.mode.cold |= options.cold;
        self.mode.latency |= options.latency;
    }

    fn set_sizes(&mut self, sizes: impl IntoIterator<Item = usize>) {
        self.sizes = sizes.into_iter().collect();
        self.sizes.sort_unstable();
        self.sizes.dedup();
    }

    fn has(&self, variant: &str) -> bool {
        self.variants.iter().any(|(name, _)| name == variant)
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.variants.iter().map(|(name, _)| &name[..]).collect();
        names.join(", ")
    }

    /// Why nothing can be compared.
    pub(crate) fn mistakes(&self) -> Vec<String> {
        let mut found = self.mistakes.clone();
        if self.variants.is_empty() {
            found.push("has no variant".to_owned());
        }
        for (i, (name, _)) in self.variants.iter().enumerate() {
            if self.variants[..i].iter().any(|(other, _)| other == name) {
                found.push(format!("has two variants of the name {name}"));
            }
        }
        if self.sizes.is_empty() {
            found.push("has no sizes: add .sizes(..)".to_owned());
        }
        if let Some(name) = self.baseline.as_ref().filter(|name| !self.has(name)) {
            found.push(format!(
                "has no variant {name} to be the baseline; there are {}",
                self.names()
            ));
        }
        for (name, _) in self.skipped.iter().filter(|(name, _)| !self.has(name)) {
            found.push(format!("has no variant {name} to skip; there are {}", self.names()));
        }
        found.extend(self.mode.mistake(&self.variants));
        found.extend(self.within.mistake());
        found
    }

    /// The variants that are not skipped.
    pub(crate) fn present(&self) -> Vec<&str> {
        let skipped = |name: &str| self.skipped.iter().any(|(other, _)| other == name);
        self.variants.iter().map(|(name, _)| &name[..]).filter(|name| !skipped(name)).collect()
    }

    /// An input for people: `n = 64, alpha = 2.5`.
    pub(crate) fn label(&self, setting: usize, n: usize) -> String {
        match self.settings.get(setting).map_or("", |s| &s[..]) {
            "" => format!("n = {n}"),
            setting => format!("n = {n}, {setting}"),
        }
    }

    pub(crate) fn trial_label(&self, trial: &Trial) -> String {
        match trial.origin {
            Origin::Special => format!("the special input {}", self.specials[trial.n]),
            _ => format!("{}, seed {}", self.label(trial.setting, trial.n), trial.seed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group() -> Group<Vec<f64>, f64> {
        Group::new("sum", crate::inputs::uniform).sizes([4, 2, 4])
    }

    fn said(group: &Group<Vec<f64>, f64>) -> String {
        group.facts.mistakes().join("\n")
    }

    #[test]
    fn a_group_that_cannot_be_compared_says_why() {
        let sum = |x: &Vec<f64>| x.iter().sum::<f64>();
        assert!(said(&group()).contains("has no variant"));
        assert!(
            said(&group().variant("a", sum).variant("a", sum))
                .contains("two variants of the name a")
        );
        let unknown = group().variant("a", sum).baseline("c");
        assert!(said(&unknown).contains("no variant c to be the baseline; there are a"));
        let none = Group::new("sum", crate::inputs::uniform).variant("a", sum);
        assert!(said(&none).contains("has no sizes"));
        assert!(
            said(&group().variant("a", sum).skip_if("b", true, "why"))
                .contains("no variant b to skip")
        );
        assert!(said(&group().variant("a", sum).agree(Within::relative(2.0))).contains("below 1"));
        assert!(said(&group().variant("", sum)).contains("empty name"));
        assert!(said(&group().variant("a", sum).inputs(0)).contains("from 1 to 4096"));
        let kept = Group::new("copy", crate::inputs::uniform).sizes([4]).latency();
        let kept = kept.variant("a", Vec::clone).facts.mistakes().join("\n");
        assert!(kept.contains("latency, but a returns something that must be dropped"), "{kept}");
        let in_place = Group::new("sort", crate::inputs::uniform).sizes([4]).latency();
        let in_place = in_place.variant_mut("a", |x: &mut Vec<f64>| x.reverse()).facts.mistakes();
        assert!(in_place.join("\n").contains("a works on a copy"), "{in_place:?}");
        assert!(said(&group().variant("a", sum).latency().cold()).contains("follows no other"));
        assert_eq!(said(&group().variant("a", sum).latency()), "");
        assert_eq!(said(&group().variant("a", sum)), "");
    }

    #[test]
    fn parameters_multiply_and_each_setting_makes_its_input() {
        let mut group = Group::new("axpy", |n, seed| (n, seed))
            .params("alpha", [0.5, 2.0])
            .params("stride", [1, 2, 3])
            .variant("a", |(stride, (alpha, (n, _)))| *alpha * (*n * stride) as f64);
        assert_eq!(group.facts.settings.len(), 6);
        assert_eq!(group.facts.settings[4], "alpha = 2, stride = 2");
        assert_eq!((group.make)(4, 10, 7), (2, (2.0, (10, 7))));
        assert_eq!(group.facts.label(4, 10), "n = 10, alpha = 2, stride = 2");
        let late = group.params("late", [1]).facts.mistakes();
        assert!(late.join("\n").contains("must come before variants"), "{late:?}");
    }

    #[test]
    fn what_is_skipped_stays_in_the_list_but_is_not_run() {
        let group =
            group().variant("a", |_| 0.0).variant("b", |_| 0.0).skip_if("b", true, "no b here");
        assert_eq!(group.facts.present(), ["a"]);
        assert_eq!(group.facts.mistakes(), Vec::<String>::new());
        assert_eq!(group.facts.sizes, [2, 4]);
    }
}
