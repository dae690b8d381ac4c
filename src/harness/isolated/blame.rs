//! Who is to blame when a worker ends early, and how the rest goes on. Nothing here starts a
//! process: the caller says how an attempt went.

use super::message::{At, Now};
use crate::harness::gate::{Check, Finding, Target};
use crate::kernel::Choice;
use std::time::Duration;

/// A worker to be started.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Attempt {
    pub(super) choices: Vec<Choice>,
    /// The last step to make, if not all.
    pub(super) until: Option<At>,
    /// How long to wait at the end for threads that a variant left behind.
    pub(super) linger: Duration,
}

/// A worker that did not end as it should.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Death {
    /// The step in work; none when all were made and the process ended badly.
    pub(super) now: Option<Now>,
    pub(super) check: Check,
    pub(super) detail: String,
    /// What had been found by then.
    pub(super) found: Vec<Finding>,
    pub(super) lived: Duration,
}

/// Makes attempts until one ends well, each without those to blame for the end of the one before.
/// Gives what the last one brought, if one ended well, and what was found on the way.
pub(super) fn settle<T, E>(
    kernel: &'static str,
    choices: &[Choice],
    mut attempt: impl FnMut(&Attempt) -> Result<Result<T, Death>, E>,
) -> Result<(Option<T>, Vec<Finding>), E> {
    let (mut left, mut findings) = (choices.to_vec(), Vec::new());
    loop {
        let all = Attempt { choices: left.clone(), until: None, linger: Duration::ZERO };
        let death = match attempt(&all)? {
            Ok(done) => return Ok((Some(done), findings)),
            Err(death) => death,
        };
        let blamed = Blame { kernel, choices: &left, death: &death }.find(&mut attempt)?;
        let is_blamed = |choice: &Choice| {
            let target = |finding: &Finding| finding.target.is_some_and(|who| who.is(*choice));
            blamed.iter().any(target)
        };
        let before = left.len();
        left.retain(|choice| !is_blamed(choice));
        findings.extend(blamed);
        // Nobody is left, or it is the kernel itself: its sample or its oracle.
        if left.is_empty() || left.len() == before {
            return Ok((None, findings));
        }
    }
}

struct Blame<'b> {
    kernel: &'static str,
    choices: &'b [Choice],
    death: &'b Death,
}

impl Blame<'_> {
    /// The findings that explain the death.
    fn find<T, E>(
        &self,
        attempt: &mut impl FnMut(&Attempt) -> Result<Result<T, Death>, E>,
    ) -> Result<Vec<Finding>, E> {
        let in_work = self.death.now.as_ref().and_then(|now| now.target);
        // What does not end is what is in work: nobody else can hold it up. And what was done to the
        // process was seen at once.
        let is_seen = matches!(self.death.check, Check::Overdue | Check::Process);
        if is_seen && in_work.is_some() {
            return Ok(self.accuse(in_work, self.death));
        }
        let until = self.death.now.as_ref().map(|now| now.at);
        let mut alone = |choices: Vec<Choice>, linger| -> Result<Option<Death>, E> {
            Ok(attempt(&Attempt { choices, until, linger })?.err())
        };
        if let Some(death) = alone(Vec::new(), Duration::ZERO)? {
            return Ok(self.accuse(None, &death));
        }
        let mut findings = Vec::new();
        let (first, others): (Vec<Choice>, Vec<Choice>) =
            self.choices.iter().partition(|choice| in_work.is_some_and(|who| who.is(**choice)));
        // If the one in work did it, the others are asked too: they may do the same. If not, one of
        // them left something behind, and it takes a while.
        let (mut linger, again) = (Duration::ZERO, first.clone());
        for choice in first.into_iter().chain(others).chain(again) {
            let is_known = |finding: &Finding| finding.target.is_some_and(|who| who.is(choice));
            if findings.iter().any(is_known) {
                continue;
            }
            match alone(vec![choice], linger)? {
                Some(death) => findings.extend(self.accuse(Some(choice.into()), &death)),
                None if findings.is_empty() => {
                    linger = self.death.lived.saturating_mul(2).max(Duration::from_secs(1));
                }
                None => {}
            }
        }
        Ok(if findings.is_empty() { self.suspect(in_work) } else { findings })
    }

    /// Nobody ends a process alone: those that something was found against are left out first;
    /// then the one that was in work, if any was.
    fn suspect(&self, in_work: Option<Target>) -> Vec<Finding> {
        let found: Vec<Finding> =
            self.death.found.iter().filter(|finding| finding.target.is_some()).cloned().collect();
        if !found.is_empty() {
            return found;
        }
        let detail = format!("{}; none of the variants does so alone", self.death.detail);
        self.accuse(in_work, &Death { detail, ..self.death.clone() })
    }

    /// The death as a finding, after what was found against the same one before.
    fn accuse(&self, target: Option<Target>, death: &Death) -> Vec<Finding> {
        let same = |finding: &&Finding| finding.target == target;
        let mut findings: Vec<Finding> = death.found.iter().filter(same).cloned().collect();
        findings.push(Finding {
            kernel: self.kernel,
            target,
            case: death
                .now
                .as_ref()
                .map_or("at the end of the process", |now| &now.case)
                .to_owned(),
            check: death.check,
            cases: 1,
            detail: death.detail.clone(),
            difference: None,
        });
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Level;
    use std::convert::Infallible;

    const ALL: [&str; 5] = ["c", "c-by-hand", "cpp", "rust", "simd"];

    fn choice(variant: &'static str) -> Choice {
        Choice { variant, level: Level::best() }
    }

    fn position(variant: &str) -> usize {
        ALL.iter().position(|name| *name == variant).unwrap()
    }

    fn death(target: Option<Choice>, check: Check) -> Death {
        let now = Now { at: (0, 3), of: 9, target: target.map(Into::into), case: "n = 3".into() };
        let (detail, lived) = ("signal: 11 (SIGSEGV)".to_owned(), Duration::from_secs(2));
        Death { now: Some(now), check, detail, found: Vec::new(), lived }
    }

    /// Settles with workers that end as `ends` says; what came of it, and the attempts.
    fn settled(
        ends: impl Fn(&Attempt) -> Option<Death>,
    ) -> (Option<Vec<&'static str>>, Vec<Finding>, Vec<Attempt>) {
        let mut attempts = Vec::new();
        let choices = ALL.map(choice);
        let settled = settle("kernel", &choices, |attempt| {
            attempts.push(attempt.clone());
            let variants = attempt.choices.iter().map(|choice| choice.variant).collect();
            Ok::<_, Infallible>(ends(attempt).map_or(Ok(variants), Err))
        });
        let Ok((done, findings)) = settled;
        (done, findings, attempts)
    }

    fn target(findings: &[Finding]) -> Vec<Option<&'static str>> {
        findings.iter().map(|finding| finding.target.map(|target| target.variant)).collect()
    }

    #[test]
    fn a_sound_kernel_takes_one_worker() {
        let (done, findings, attempts) = settled(|_| None);
        assert_eq!((done.unwrap(), findings.len()), (ALL.to_vec(), 0));
        assert_eq!((attempts.len(), attempts[0].until), (1, None));
    }

    #[test]
    fn all_who_crash_alone_are_named_and_the_others_go_on() {
        let crash = |attempt: &Attempt| {
            let mut bad =
                attempt.choices.iter().filter(|choice| matches!(choice.variant, "c" | "cpp"));
            bad.next().map(|choice| death(Some(*choice), Check::Ended))
        };
        let (done, findings, attempts) = settled(crash);
        assert_eq!(done.unwrap(), ["c-by-hand", "rust", "simd"]);
        assert_eq!(target(&findings), [Some("c"), Some("cpp")]);
        assert_eq!(
            findings[0].to_string().split(", ").nth(2),
            Some("n = 3: ended its process: signal: 11 (SIGSEGV)")
        );
        // Together, nobody, each alone up to the same step, the rest together.
        assert_eq!(attempts.len(), 1 + 1 + 5 + 1);
        assert!(attempts[1..7].iter().all(|a| a.until == Some((0, 3)) && a.linger.is_zero()));
        assert!(attempts[1].choices.is_empty());
    }

    #[test]
    fn a_crash_by_what_another_left_behind_is_not_blamed_on_who_is_in_work() {
        let crash = |attempt: &Attempt| {
            let has = |variant| attempt.choices.contains(&choice(variant));
            // The simd variant leaves a thread behind, which is noticed while rust works, or after a
            // while.
            let noticed = has("rust") || !attempt.linger.is_zero();
            let at = if has("rust") { Some(choice("rust")) } else { None };
            (has("simd") && noticed).then(|| death(at, Check::Ended))
        };
        let (done, findings, attempts) = settled(crash);
        assert_eq!(done.unwrap(), ["c", "c-by-hand", "cpp", "rust"]);
        assert_eq!(target(&findings), [Some("simd")]);
        assert_eq!(attempts[2].choices, [choice("rust")], "who was in work is asked first");
    }

    #[test]
    fn what_does_not_end_is_not_tried_again() {
        let hang = |attempt: &Attempt| {
            let rust = attempt.choices.iter().find(|choice| choice.variant == "rust");
            rust.map(|choice| death(Some(*choice), Check::Overdue))
        };
        let (done, findings, attempts) = settled(hang);
        assert_eq!((done.unwrap().len(), attempts.len()), (4, 2));
        assert_eq!(target(&findings), [Some("rust")]);
    }

    #[test]
    fn a_kernel_whose_own_code_crashes_is_blamed_itself() {
        let (done, findings, attempts) = settled(|_| Some(death(None, Check::Ended)));
        assert_eq!((done, attempts.len()), (None, 2));
        assert_eq!(target(&findings), [None]);
    }

    #[test]
    fn who_was_found_wrong_before_is_left_out_first() {
        let crash = |attempt: &Attempt| {
            let has = |variant| attempt.choices.contains(&choice(variant));
            let mut death = death(Some(choice("c")), Check::Ended);
            let wrote = Finding {
                kernel: "",
                target: Some(choice("cpp").into()),
                case: "n = 1".to_owned(),
                check: Check::Fence,
                cases: 1,
                detail: String::new(),
                difference: None,
            };
            death.found.push(wrote);
            (has("cpp") && has("c")).then_some(death)
        };
        let (done, findings, _) = settled(crash);
        assert_eq!(done.unwrap().len(), 4);
        assert_eq!((target(&findings), findings[0].check), (vec![Some("cpp")], Check::Fence));
    }

    #[test]
    fn a_death_that_nobody_repeats_is_that_of_the_one_in_work() {
        let once = std::cell::Cell::new(false);
        let crash = |_: &Attempt| {
            (!once.replace(true)).then(|| death(Some(choice("c-by-hand")), Check::Ended))
        };
        let (done, findings, _) = settled(crash);
        assert_eq!((done.unwrap().len(), target(&findings)), (4, vec![Some("c-by-hand")]));
        assert!(findings[0].detail.ends_with("none of the variants does so alone"));
    }

    #[test]
    fn every_end_of_every_set_of_variants_is_settled() {
        // Whatever crashes, in whoever's step: it ends, and nobody is named who did nothing.
        for bad in 0..32u32 {
            for seen in 0..6 {
                let is_bad = |choice: &Choice| bad >> position(choice.variant) & 1 == 1;
                let crash = |attempt: &Attempt| {
                    let at = ALL.get(seen).map(|variant| choice(variant));
                    attempt.choices.iter().any(is_bad).then(|| death(at, Check::Ended))
                };
                let (done, findings, attempts) = settled(crash);
                assert!(attempts.len() <= 40, "{bad:b} {seen}: {attempts:?}");
                assert!(findings.iter().all(|f| ALL.into_iter().any(|variant| {
                    f.target.is_some_and(|who| who.is(choice(variant))) && is_bad(&choice(variant))
                })));
                assert_eq!(done.unwrap_or_default().len(), 5 - bad.count_ones() as usize);
            }
        }
    }
}
