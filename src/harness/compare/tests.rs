//! The comparison's structure and honesty. No test depends on how fast this machine is.

mod layouts;

use super::*;
use crate::Choice;
use crate::Plan;
use crate::harness::gate::{Check, Finding};
use crate::harness::model::{EMPTY_CALL, Floor, Row, Standing, Untimed};
use crate::kernel::{
    ChunkArgs, Cost, Expected, Input, Kernel, Layout, Operands, Request, Variant, Workload,
};
use crate::kernels::REGISTRY;
use abreast_compare::starts::{Failure, FailureKind};
use std::borrow::Cow;

fn quick() -> CompareOptions {
    CompareOptions {
        sizes: Some(vec![100, 70_000]),
        threads: vec![1, 2],
        budget: Some(Duration::from_millis(40)),
        ..CompareOptions::quick().unwrap()
    }
}

/// A gate that finds what it is told to find, and no roofline: both have tests of their own.
#[derive(Default)]
struct Short {
    findings: Vec<Finding>,
}

impl Means for Short {
    fn gate(&self, entry: &Entry, options: &GateOptions, _: GateProgress<'_>) -> GateReport {
        assert!(options.variants.iter().any(|name| name == "c") && !options.levels.is_empty());
        GateReport {
            kernel: entry.name,
            seed: options.seed,
            cases: 1,
            runs: 1,
            accuracy: Vec::new(),
            findings: self.findings.clone(),
        }
    }
    fn roofline(&self, _: &[Level], _: &[usize]) -> Result<Roofline, Error> {
        Ok(Roofline::default())
    }
}

fn run_with(
    options: &CompareOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Comparison, Error> {
    compare_with(&Short::default(), &[&REGISTRY[0]], options, progress)
}

fn run(options: &CompareOptions) -> Comparison {
    run_with(options, &mut |_| ()).unwrap()
}

fn find<'t>(table: &'t KernelRows, variant: &str, level: Level, threads: usize, n: u64) -> &'t Row {
    let fits = |row: &&Row| {
        row.variant == variant && row.level == level.name() && row.threads == threads && row.n == n
    };
    let mut rows = table.rows.iter().filter(fits);
    let row =
        rows.next().unwrap_or_else(|| panic!("no row for {variant} at {level}, {threads}, {n}"));
    assert!(rows.next().is_none(), "two rows for {variant} at {level}, {threads}, {n}");
    row
}

#[test]
fn every_variant_has_its_row_with_the_ratios_that_make_sense() {
    let comparison = run(&quick());
    let table = &comparison.kernels[0];
    let (best, lowest) = (Level::chosen().unwrap(), Level::available()[0]);
    for n in [100, 70_000] {
        assert!(find(table, "c", lowest, 1, n).lowest);
        let empty = |threads| {
            table
                .rows
                .iter()
                .filter(move |row| (row.variant, row.threads, row.n) == (EMPTY_CALL, threads, n))
        };
        assert_eq!((empty(1).count(), empty(2).count()), (1, usize::from(n == 70_000)));
        for variant in REGISTRY[0].variants().map(|variant| variant.name) {
            let row = find(table, variant, best, 1, n);
            let share = empty(1).next().unwrap().median_seconds / row.median_seconds;
            assert_eq!(row.empty_share, Some(share));
            assert!(row.best_seconds > 0.0 && row.best_seconds <= row.median_seconds, "{row:?}");
            assert_eq!(row.to_baseline.is_some(), variant != "c");
            assert_eq!(row.to_lowest.is_some(), !row.lowest);
            assert!(row.thread_speed_up.is_none());
        }
    }
    for variant in REGISTRY[0].variants().map(|variant| variant.name) {
        let row = find(table, variant, best, 2, 70_000);
        assert!(row.thread_speed_up.is_some() && row.to_baseline.is_none());
    }
    assert!(!table.rows.iter().any(|row| row.threads == 2 && row.n == 100));
    assert_eq!((comparison.noise.pairs, comparison.starts), (2, 1), "this program is no worker");
}

/// Somebody who ends every start in which it is called.
struct Crashing(&'static str);

impl Means for Crashing {
    fn gate(&self, entry: &Entry, options: &GateOptions, tell: GateProgress<'_>) -> GateReport {
        Short::default().gate(entry, options, tell)
    }
    fn roofline(&self, _: &[Level], _: &[usize]) -> Result<Roofline, Error> {
        Ok(Roofline::default())
    }
    fn start(
        &self,
        entry: &Entry,
        job: &Job,
        start: &Start<'_>,
        begins: &mut dyn FnMut(&str),
    ) -> OneStart<CellTimes> {
        if self.0 == "everything" {
            return Err("a worker cannot be started: no more processes".to_owned());
        }
        let Some(who) = job.who.iter().position(|target| target.variant == self.0) else {
            return times::one_start(entry, job, start, begins);
        };
        begins("n = 100");
        let (what, kind) =
            ("crashed with SIGSEGV, while it was timed".to_owned(), FailureKind::Ended);
        Ok(Err(Failure { who, input: "n = 100".to_owned(), what, kind }))
    }
}

#[test]
fn who_crashes_while_it_is_timed_is_named_and_the_others_are_timed() {
    let levels = Level::available();
    let options = CompareOptions { levels: levels.clone(), threads: vec![1], ..quick() };
    let found = compare_with(&Crashing("rust"), &[&REGISTRY[0]], &options, &mut |_| ()).unwrap();
    let table = &found.kernels[0];
    assert!(!found.agreement.agreed && found.verdict[0].contains("rust at"), "{:?}", found.verdict);
    for level in levels {
        assert!(find(table, "cpp", level, 1, 70_000).to_lowest.is_some());
        assert!(table.rows.iter().all(|row| row.variant != "rust"));
        let of_level = |untimed: &&Untimed| untimed.level == level.name();
        let untimed = table.untimed.iter().find(of_level).expect("it is named");
        assert_eq!(untimed.variant, "rust");
        for words in ["n = 100", "ended its process", "SIGSEGV, while it was timed"] {
            assert!(untimed.why.contains(words), "{}", untimed.why);
        }
    }
}

#[test]
fn where_no_worker_can_be_started_nothing_is_timed_and_all_is_said() {
    let found = compare_with(&Crashing("everything"), &[&REGISTRY[0]], &quick(), &mut |_| ());
    let found = found.unwrap();
    let table = &found.kernels[0];
    assert!(table.rows.is_empty() && !found.agreement.agreed);
    assert!(found.verdict[0].contains(&format!("not timed: {}", table.kernel)));
    let names: Vec<&str> = table.untimed.iter().map(|untimed| untimed.variant).collect();
    assert!(["c", "c-by-hand", "cpp", "rust", "simd"].iter().all(|name| names.contains(name)));
    let is_said = |untimed: &Untimed| untimed.why.contains("a worker cannot be started");
    assert!(table.untimed.iter().all(is_said), "{:?}", table.untimed);
}

#[test]
fn the_baseline_and_its_twin_are_timed_even_when_nobody_asked_for_them() {
    let comparison =
        run(&CompareOptions { variants: vec!["simd".into()], threads: vec![], ..quick() });
    let variants: Vec<&str> = comparison.kernels[0].rows.iter().map(|row| row.variant).collect();
    assert!(
        variants.contains(&"c") && variants.contains(&"c-by-hand") && variants.contains(&"simd")
    );
    assert!(!variants.contains(&"rust") && !variants.contains(&"cpp"));
}

#[test]
fn an_unoptimised_build_is_refused_with_the_command_that_works() {
    for (assertions, opt_level) in
        [(true, "3"), (false, "0"), (false, "1"), (true, "0"), (false, "s")]
    {
        let refusal = refuse_unoptimised(assertions, opt_level).unwrap_err().to_string();
        assert!(refusal.contains("cargo run --release"), "{refusal}");
    }
    assert_eq!(refuse_unoptimised(false, "3"), Ok(()));
    assert_eq!(refuse_unoptimised(false, "2"), Ok(()));
}

#[test]
fn a_size_that_makes_no_sense_is_the_kernels_own_error() {
    let options = CompareOptions { sizes: Some(vec![u64::MAX / 2]), ..quick() };
    let refusal = run_with(&options, &mut |_| ());
    assert!(refusal.is_err());
}

#[test]
fn progress_ends_where_it_said_it_would() {
    let mut steps = Vec::new();
    let mut note = |p: Progress<'_>| steps.push((p.done, p.of));
    run_with(&quick(), &mut note).unwrap();
    assert_eq!(steps.first(), Some(&(1, 5)));
    assert_eq!(steps.last(), Some(&(5, 5)));
    assert!(steps.windows(2).all(|pair| pair[0].0 < pair[1].0));
}

#[test]
fn mixed_levels_more_threads_than_cores_and_load_are_warned_of() {
    let mut environment = Environment::here(1);
    environment.machine.load = Some(0.0);
    let options = CompareOptions { levels: vec![Level::best()], threads: vec![1], ..quick() };
    assert_eq!(warnings(&options, &environment), Vec::<String>::new());
    let two = vec![Level::best(); 2];
    let crowd = environment.machine.cores.allowed + 1;
    environment.machine.load = Some(crowd as f64);
    let all =
        warnings(&CompareOptions { levels: two, threads: vec![crowd], ..options }, &environment);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all[0].contains("levels") && all[1].contains("load") && all[2].contains("take turns"));
}

fn table_with(to_baseline: Ratio, floor: f64) -> KernelRows {
    let floor = Floor {
        n: 64,
        level: "v3",
        of: "c",
        twin: Some("c-by-hand"),
        ratio: floor,
        interval: None,
    };
    let row = Row { to_baseline: Some(to_baseline), ..Row::blank("v3") };
    KernelRows {
        rows: vec![row],
        floors: vec![floor],
        ..table(&REGISTRY[0], &Setup::new(&quick()))
    }
}

#[test]
fn inside_the_noise_floor_nothing_is_distinguishable() {
    let ratio = |low: f64, high: f64| Ratio::new((low + high) / 2.0, Some((low, high)));
    for (ratio, floor, distinguishable) in [
        (ratio(1.01, 1.03), 1.001, true),
        (ratio(1.01, 1.03), 1.02, false),
        (ratio(1.01, 1.03), 1.0 / 1.02, false),
        (ratio(0.95, 0.97), 1.02, true),
        (ratio(0.95, 0.985), 1.02, false),
        (ratio(0.99, 1.5), 1.0, false),
        (Ratio::new(3.0, None), 1.0, false),
    ] {
        let mut tables = [table_with(ratio, floor)];
        judge(&mut tables, 1, 1);
        assert_eq!(
            tables[0].rows[0].to_baseline.unwrap().is_distinguishable(),
            distinguishable,
            "{ratio:?} over {floor}"
        );
    }
}

#[test]
fn what_computes_beyond_the_roofline_is_impossible_unless_it_was_one_lucky_round() {
    use crate::harness::model::Share;
    use crate::harness::roofline::Limit;
    let computes = Limit::Arithmetic;
    for (share, limit, best, median, standing) in [
        (1.02, computes, 1e-5, 1e-5, Standing::Faster),
        (1.04, computes, 1e-5, 1e-5, Standing::Impossible),
        (1.3, computes, 1e-5, 1.4e-5, Standing::Faster),
        (83.0, computes, 1e-5, 1.2e-5, Standing::Impossible),
        // What a cache keeps from call to call is no wonder.
        (1.57, Limit::Load, 1e-5, 1e-5, Standing::Faster),
        (1.57, Limit::Copy, 1e-5, 1e-5, Standing::Faster),
    ] {
        let mut tables = [table_with(Ratio::new(1.5, Some((1.4, 1.6))), 1.001)];
        let row = &mut tables[0].rows[0];
        (row.best_seconds, row.median_seconds) = (best, median);
        row.roofline = Some(Share { share, limit });
        judge(&mut tables, 1, 1);
        let found = tables[0].rows[0].to_baseline.unwrap().standing;
        assert_eq!(found, standing, "{share} of the roofline");
        let said = verdict::kernel(&tables[0]).join("|");
        let is_said = said.contains("is not possible: its cost says that it reaches");
        assert_eq!(is_said, standing == Standing::Impossible, "{said}");
    }
}

#[test]
fn a_small_difference_in_a_short_call_has_no_direction() {
    for (low, high, seconds, standing) in [
        (1.05, 1.07, 1e-7, Standing::Layout),
        (1.05, 1.07, 1e-4, Standing::Faster),
        (1.5, 1.6, 1e-7, Standing::Faster),
        // The baseline's call is the short one.
        (0.85, 0.9, 1.1e-5, Standing::Layout),
    ] {
        let mut tables = [table_with(Ratio::new((low + high) / 2.0, Some((low, high))), 1.001)];
        tables[0].rows[0].median_seconds = seconds;
        judge(&mut tables, 1, 1);
        assert_eq!(tables[0].rows[0].to_baseline.unwrap().standing, standing, "{low} {seconds}");
    }
}

#[test]
fn what_the_gate_accuses_is_not_timed() {
    let guilty = Choice { variant: "cpp", level: Level::chosen().unwrap() };
    let finding = Finding {
        kernel: REGISTRY[0].name,
        target: Some(guilty.into()),
        case: "n = 33".to_owned(),
        check: Check::Bits,
        cases: 1,
        detail: "one bit".to_owned(),
        difference: None,
    };
    let means = Short { findings: vec![finding] };
    let found = compare_with(&means, &[&REGISTRY[0]], &quick(), &mut |_| ()).unwrap();
    assert!(!found.agreement.agreed);
    assert!(found.verdict[0].contains("disagree") && found.verdict[0].contains(REGISTRY[0].name));
    let table = &found.kernels[0];
    assert!(table.rows.iter().all(|row| row.variant != "cpp") && !table.rows.is_empty());
    let [untimed] = &table.untimed[..] else { panic!("{:?}", table.untimed) };
    assert_eq!((untimed.variant, untimed.level), ("cpp", guilty.level.name()));
    assert!(untimed.why.contains("different bits") && untimed.why.contains("n = 33"));
}

/// A table whose variants have other names than ours, without a twin.
struct Letters;

impl Kernel for Letters {
    const NAME: &'static str = "letters";
    const LAYOUT: Layout = Layout::PerElement;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = &[
        Variant::new("a", double),
        Variant::new("b", double),
        Variant::new("z", double).default(),
    ];
    type Args = ();
    type Input<'i> = &'i [u32];
    type Item = u32;
    type Output = Vec<u32>;

    fn plan((): &(), x: &[u32]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, 1000)
    }

    fn finish((): &(), _: &Plan, items: Cow<'_, [u32]>) -> Vec<u32> {
        items.into_owned()
    }
}

fn double(c: ChunkArgs<'_, '_, Letters>) -> Result<(), Error> {
    c.out.iter_mut().zip(c.input).for_each(|(y, x)| *y = 2 * x);
    Ok(())
}

impl Workload for Letters {
    const FORMULA: &'static str = "2 x[i]";

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.elements(1000, 8)?;
        Ok(Input::new(n as u64, ()).with(&(0..n as u32).collect::<Vec<_>>()))
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        problem.input().iter().map(|x| Expected::Exact(2 * i128::from(*x))).collect()
    }

    fn cost(problem: &Input<Self>) -> Cost {
        Cost { read: 4 * problem.n, written: 4 * problem.n, flops: problem.n, elements: problem.n }
    }
}

#[test]
fn variants_of_any_name_are_compared_with_the_first_or_the_one_that_is_named() {
    let letters = Entry::of::<Letters>();
    let compare = |options: &CompareOptions| {
        compare_with(&Agreeing, &[&letters], options, &mut |_| ()).unwrap()
    };
    let found = compare(&quick());
    let table = &found.kernels[0];
    assert_eq!((table.baseline, table.default, &*table.variants), ("a", "z", &["a", "b", "z"][..]));
    assert!(find(table, "b", Level::chosen().unwrap(), 1, 100).to_baseline.is_some());
    // Without a twin the baseline is timed twice, and that is no row.
    assert_eq!(found.noise.pairs, 2);
    assert!(table.floors.iter().all(|floor| floor.of == "a" && floor.twin.is_none()));
    let found = compare(&CompareOptions { baseline: Some("z".to_owned()), ..quick() });
    let table = &found.kernels[0];
    assert_eq!(table.baseline, "z");
    assert!(find(table, "a", Level::chosen().unwrap(), 1, 100).to_baseline.is_some());
}

#[test]
fn a_name_that_no_kernel_has_is_refused_with_the_nearest() {
    let refused =
        |options: CompareOptions| run_with(&options, &mut |_| ()).unwrap_err().to_string();
    let baseline = refused(CompareOptions { baseline: Some("rst".to_owned()), ..quick() });
    assert!(baseline.contains("baseline") && baseline.contains("rust"), "{baseline}");
    let variant = refused(CompareOptions { variants: vec!["simmd".to_owned()], ..quick() });
    assert!(variant.contains("variant") && variant.contains("simd"), "{variant}");
}

/// A gate that has nothing against anybody.
struct Agreeing;

impl Means for Agreeing {
    fn gate(&self, entry: &Entry, options: &GateOptions, _: GateProgress<'_>) -> GateReport {
        gate::gate(entry, options, &mut |_| ())
    }
    fn roofline(&self, _: &[Level], _: &[usize]) -> Result<Roofline, Error> {
        Ok(Roofline::default())
    }
}
