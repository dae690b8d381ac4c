//! Map and reduce: a bag of elements, gone through partition by partition.
//!
//! It answers the lesson's episode of that name, where Dask's bags filter and count words. Here a `Bag`
//! is a lazy partitioned iterator. Look at what *describes* (`map`, `filter`, `pluck`, `flatten`: no
//! executor, nothing runs) and what *runs* (`collect`, `reduction`, `mean`, `group_by`: they take an
//! executor); and at the last two chapters, where neither the number of threads changes a bit of pi
//! nor the number of partitions a count of words, which are those of `tr | sort | uniq -c`.
//!
//! `cargo run --release --example map_and_reduce`. The texts that it counts are in `examples/data/`.

mod common;

use abreast::Fault;
use abreast::bag::{Bag, Groups, Of};
use abreast::exec::{Control, Executor, Serial, Threads};
use abreast::kernels::pi::Pi;
use common::so;
use std::io::{self, Write};
use std::process::{Command, Stdio};

const MARY: &str = include_str!("data/mary.txt");
const TWO_CITIES: &str = include_str!("data/two_cities.txt");

fn main() -> Result<(), Fault> {
    let threads = Threads::new(2)?;
    mary_had_a_little_lamb(&threads)?;
    fields_and_groups(&threads)?;
    pi_is_a_mean()?;
    println!("\nHow often does each word occur?");
    words_of("Mary's Lamb", MARY)?;
    words_of("A Tale of Two Cities, the beginning", TWO_CITIES)?;
    so("a count of words does not depend on how the text was cut");
    Ok(())
}

fn words() -> Result<Bag<Of<&'static str>>, Fault> {
    Ok(Bag::of(vec!["mary", "had", "a", "little", "lamb"], 2)?)
}

fn mary_had_a_little_lamb(executor: &dyn Executor) -> Result<(), Fault> {
    let control = Control::default();
    println!("Five words in two partitions");
    let upper = words()?.map(str::to_uppercase).collect(executor, &control)?;
    println!("  map upper     {upper:?}");
    assert_eq!(upper, ["MARY", "HAD", "A", "LITTLE", "LAMB"]);

    // One question, two uses: filter keeps the words, map keeps the answers.
    let has_a = |word: &&str| word.contains('a');
    let kept = words()?.filter(has_a).collect(executor, &control)?;
    println!("  filter has a  {kept:?}");
    assert_eq!(kept, ["mary", "had", "a", "lamb"]);
    let answers = words()?.map(|word| has_a(&word)).collect(executor, &control)?;
    println!("  map has a     {answers:?}");
    assert_eq!(answers, [true, true, true, false, true]);

    let words = words()?;
    let letters =
        words.reduction(|part| part.map(str::len).sum::<usize>(), |parts| parts.into_iter().sum());
    let letters = letters.compute(executor, &control)?;
    println!("  reduction     {letters} letters: counted per partition, then added");
    assert_eq!(letters, 18);
    so(
        "map and filter describe; a reduction runs, one partition at a time, and adds up what they gave",
    );
    Ok(())
}

#[derive(Clone)]
struct Line {
    words: Vec<&'static str>,
}

fn fields_and_groups(executor: &dyn Executor) -> Result<(), Fault> {
    let control = Control::default();
    println!("\nElements with fields");
    let lines = ["mary had a little lamb", "its fleece was white as snow"]
        .map(|line| Line { words: line.split(' ').collect() });
    let plucked = Bag::of(lines.to_vec(), 2)?.pluck(|line| &line.words);
    println!("  pluck     {} lists of words", plucked.count(executor, &control)?);
    assert_eq!(plucked.count(executor, &control)?, 2);

    let words = plucked.flatten();
    println!("  flatten   {} words", words.count(executor, &control)?);
    assert_eq!(words.count(executor, &control)?, 5 + 6);

    let groups: Groups<usize, &str> = words.group_by(executor, &control, |word| word.len())?;
    println!("  group_by  length, in order of first appearance:");
    groups.iter().for_each(|(length, words)| println!("            {length} {words:?}"));
    let lengths: Vec<usize> = groups.iter().map(|(length, _)| *length).collect();
    assert_eq!(lengths, [4, 3, 1, 6, 5, 2]);
    assert_eq!(groups[1], (3, vec!["had", "its", "was"]));
    so(
        "grouping is where every element must meet every other: the only step that waits for all of them",
    );
    Ok(())
}

/// Twenty estimates of pi and their mean. The points are numbered, not drawn one after another from
/// a generator that threads would have to share, so who estimates what does not show.
fn pi_is_a_mean() -> Result<(), Fault> {
    const POINTS: u64 = 500_000;
    println!("\nPi as bag.map.mean");
    let estimates = Bag::range(0..20, 8)?
        .map_kernel(|seed| Pi::job(POINTS, *seed))
        .map(|hits| 4.0 * hits as f64 / POINTS as f64);
    let pi = estimates.mean(&Serial, &Control::default())?.expect("there are twenty");
    println!("  serial     {pi} = 0x{:016x}", pi.to_bits());
    assert!((pi - std::f64::consts::PI).abs() < 0.002);
    for count in [1, 2, 3, 8] {
        let executor = Threads::new(count)?;
        let mean = estimates.mean(&executor, &Control::default())?.expect("there are twenty");
        println!("  {}  {mean} = 0x{:016x}", executor.name(), mean.to_bits());
        assert_eq!(mean.to_bits(), pi.to_bits());
    }
    so(
        "work that is numbered, not drawn from a shared state, gives the same bits on any number of threads",
    );
    Ok(())
}

fn words_of(title: &str, text: &'static str) -> Result<(), Fault> {
    let counts = frequencies(text, 7, &Threads::new(2)?)?;
    let mut common = counts.clone();
    common.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), word.clone()));
    let common: Vec<String> =
        common.iter().take(5).map(|(word, count)| format!("{word} {count}")).collect();
    println!("  {title}: {} different words", counts.len());
    println!("    most often  {}", common.join(", "));
    for parts in [1, 2, 64] {
        assert_eq!(frequencies(text, parts, &Serial)?, counts, "in {parts} partitions");
    }
    match pipeline(text) {
        None => println!("    comparison with tr | sort | uniq -c skipped: they are not here"),
        Some(theirs) => {
            println!("    the same {} counts as tr | sort | uniq -c", theirs.len());
            assert_eq!(counts, theirs);
        }
    }
    Ok(())
}

/// How often each word of a text occurs, in the order of the alphabet. A word is a run of the
/// letters a to z, small or capital.
fn frequencies(
    text: &'static str,
    parts: usize,
    executor: &dyn Executor,
) -> Result<Vec<(String, usize)>, Fault> {
    let words = Bag::lines(text, parts)?
        .flat_map(|line| line.split(|c: char| !c.is_ascii_alphabetic()))
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase);
    let mut counts = words.frequencies(executor, &Control::default())?;
    counts.sort();
    Ok(counts)
}

/// The same by the tools of the shell; `None` when they are not here. (`tr -s` makes one line end of
/// all that is between two words; a text that began with something else would begin with a word of
/// no letters.)
const PIPELINE: &str = "
    export LC_ALL=C
    for tool in tr sort uniq; do command -v $tool >/dev/null || exit 127; done
    tr A-Z a-z | tr -cs a-z '\\n' | sort | uniq -c";

fn pipeline(text: &str) -> Option<Vec<(String, usize)>> {
    let mut shell = match Command::new("sh")
        .args(["-c", PIPELINE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
    {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return None,
        shell => shell.expect("a shell that starts"),
    };
    // sort reads everything before it writes, so neither side waits for the other.
    let mut to_shell = shell.stdin.take().expect("it is piped");
    let sent = to_shell.write_all(text.as_bytes());
    drop(to_shell);
    let output = shell.wait_with_output().expect("a shell that ends");
    if output.status.code() == Some(127) {
        return None;
    }
    sent.expect("the shell reads to the end");
    let lines = String::from_utf8(output.stdout).expect("letters and numbers");
    let pair = |line: &str| {
        let (count, word) = line.trim_start().split_once(' ')?;
        Some((word.to_owned(), count.parse().ok()?))
    };
    Some(lines.lines().map(|line| pair(line).expect("a count and a word")).collect())
}
