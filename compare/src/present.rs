//! Shows the results: on the terminal, group by group, and in files at the end.

use crate::args::{Options, Target};
use crate::host::host;
use crate::output::{self, progress};
use crate::paint::Paint;
use crate::place::{Place, shown};
use crate::results::{GroupResult, Results};
use crate::{format, markdown, report, table, verdict};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether stdout could not take something.
static LOST: AtomicBool = AtomicBool::new(false);

pub(crate) fn is_lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Whoever shows.
pub(crate) struct Present<'o> {
    pub(crate) options: &'o Options,
    /// Whether stdout is for JSON, Markdown or HTML.
    pub(crate) is_quiet: bool,
    pub(crate) paint: Paint,
    /// How wide a line may be.
    pub(crate) columns: usize,
}

impl Present<'_> {
    /// One group, as soon as it is done.
    pub(crate) fn group(&self, group: &GroupResult) {
        progress("");
        let mut text = table::text(group, self.columns, self.paint);
        if !text.is_empty() {
            text.push('\n');
        }
        let wrong: Vec<String> = group.agreement.findings.iter().map(verdict::finding).collect();
        for sentence in group.verdict.iter().chain(&table::legend(group)) {
            let lines = self.lines(sentence);
            match wrong.contains(sentence) {
                true => text += &(self.paint.wrong(lines.trim_end()) + "\n"),
                false => text += &lines,
            }
        }
        if !group.timed.is_empty() && !group.untimed.is_empty() {
            text += &self.lines(&format!("timed: {}", group.timed.join(", ")));
        }
        for untimed in &group.untimed {
            // What was found stands above.
            let is_new = group.agreement.findings.iter().all(|f| f.variant != untimed.variant);
            let why = if is_new { format!(" ({})", untimed.why) } else { String::new() };
            text += &self.lines(&format!("not timed: {}{why}", untimed.variant));
        }
        if !self.options.bench {
            text += &self.lines(&format!("{}: nothing is timed without --bench", group.group));
        }
        self.say(&(text + "\n"));
    }

    /// What is about all groups, and the files.
    pub(crate) fn end(&self, results: &Results, failures: &[String]) -> Result<(), String> {
        let against = results.against.iter().flat_map(|against| &against.words);
        let compilers = results.compilers.iter().map(|compiler| compiler.in_words());
        let lines: Vec<String> = against.cloned().chain(compilers).collect();
        self.say(&lines.iter().map(|line| self.lines(line)).collect::<String>());
        let written = self.files(results);
        if let Some(path) = &self.options.summary {
            output::append(path, &markdown::of_job(results, failures))?;
        }
        written?;
        self.report(results);
        Ok(())
    }

    /// A sentence in lines that are not too wide.
    fn lines(&self, sentence: &str) -> String {
        format::wrapped(sentence, self.columns) + "\n"
    }

    fn say(&self, text: &str) {
        if self.is_quiet {
            return;
        }
        if let Err(why) = output::print(text) {
            eprint!("{text}");
            if !LOST.swap(true, Ordering::Relaxed) {
                eprintln!("error: stdout: {why}; what it did not take is here");
            }
        }
    }

    fn files(&self, results: &Results) -> Result<(), String> {
        let words = |why: io::Error| why.to_string();
        if let Some(target) = &self.options.json {
            let text = serde_json::to_string(results).map_err(|why| why.to_string())?;
            output::write(target, &(text + "\n")).map_err(words)?;
        }
        if let Some(target) = &self.options.md {
            output::write(target, &markdown::whole(results)).map_err(words)?;
        }
        if let Some(target) = &self.options.html {
            output::write(target, &report::page(results)).map_err(words)?;
        }
        Ok(())
    }

    /// The report that every timed run leaves. That it cannot be written is no error of the run.
    fn report(&self, results: &Results) {
        let was_timed = results.groups.iter().any(|group| !group.timed.is_empty());
        let path = match &self.options.html {
            Some(Target::File(path)) => Some(path.clone()),
            Some(Target::Stdout) => None,
            None => report_of_program().filter(|_| was_timed),
        };
        let Some(path) = path else { return };
        if self.options.html.is_none() {
            let written = output::write_anew(&path, &report::page(results), self.options.force);
            if let Err(why) = written {
                eprintln!("warning: no report: {why}");
                return;
            }
        }
        self.say(&format!("{}  {}\n", format::seconds(results.seconds), shown(&path)));
    }
}

fn report_of_program() -> Option<PathBuf> {
    host().map_or_else(|| Place::here().report(), |host| host.report.clone())
}
