//! Who is to blame when a worker ends early, and how the rest goes on. Nothing here starts a
//! process: the caller says how an attempt went.

use std::time::Duration;

/// A worker to be started.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt<W, S> {
    /// Whom it judges.
    pub who: Vec<W>,
    /// The last step to make, if not all.
    pub until: Option<S>,
    /// How long to wait at the end for threads that somebody left behind.
    pub linger: Duration,
}

/// Something against somebody.
pub trait Accusation: Clone {
    /// Who is judged.
    type Who: Clone + PartialEq;
    /// Whom it accuses; none when nobody of those who are judged was in work.
    fn who(&self) -> Option<Self::Who>;
    /// The same against somebody else.
    fn against(self, who: Option<Self::Who>) -> Self;
    /// The same, where nobody ends a worker alone.
    fn not_alone(self) -> Self;
}

/// A worker that did not end as it should.
#[derive(Debug, Clone, PartialEq)]
pub struct Death<A, S> {
    /// What happened, against the one in work.
    pub accusation: A,
    /// The step in work; none when all were made and the process ended badly.
    pub step: Option<S>,
    /// Whether it is certain that the one in work did it: nobody else can hold it up, and what was done
    /// to the process was seen at once.
    pub is_seen: bool,
    /// What had been found by then.
    pub found: Vec<A>,
    /// How long the worker lived.
    pub lived: Duration,
}

/// What the last worker brought, if one ended well, and what was found on the way.
pub type Settled<T, A> = (Option<T>, Vec<A>);

/// Makes attempts until one ends well, each without those to blame for the end of the one before.
///
/// A crash may come from what another one left behind. So each is judged alone in further workers, up to
/// the step at which it happened, and who ends a worker alone is named.
///
/// # Errors
/// Those of an attempt.
pub fn settle<T, A: Accusation, S: Copy, E>(
    who: &[A::Who],
    mut attempt: impl FnMut(&Attempt<A::Who, S>) -> Result<Result<T, Death<A, S>>, E>,
) -> Result<Settled<T, A>, E> {
    let (mut left, mut findings) = (who.to_vec(), Vec::new());
    loop {
        let all = Attempt { who: left.clone(), until: None, linger: Duration::ZERO };
        let death = match attempt(&all)? {
            Ok(done) => return Ok((Some(done), findings)),
            Err(death) => death,
        };
        let blamed: Vec<A> = death.blame(&left, &mut attempt)?;
        let before = left.len();
        left.retain(|who| !is_among(&blamed, who));
        findings.extend(blamed);
        // Nobody is left, or it is none of them.
        if left.is_empty() || left.len() == before {
            return Ok((None, findings));
        }
    }
}

fn is_among<A: Accusation>(findings: &[A], who: &A::Who) -> bool {
    findings.iter().any(|finding| finding.who().as_ref() == Some(who))
}

impl<A: Accusation, S: Copy> Death<A, S> {
    /// The findings that explain it.
    fn blame<T, E>(
        &self,
        all: &[A::Who],
        attempt: &mut impl FnMut(&Attempt<A::Who, S>) -> Result<Result<T, Death<A, S>>, E>,
    ) -> Result<Vec<A>, E> {
        let in_work = self.accusation.who();
        if self.is_seen && in_work.is_some() {
            return Ok(self.accuse(in_work));
        }
        let mut alone = |who: Vec<A::Who>, linger| -> Result<Option<Death<A, S>>, E> {
            Ok(attempt(&Attempt { who, until: self.step, linger })?.err())
        };
        if let Some(death) = alone(Vec::new(), Duration::ZERO)? {
            return Ok(death.accuse(None));
        }
        let mut findings = Vec::new();
        let (first, others): (Vec<A::Who>, Vec<A::Who>) =
            all.iter().cloned().partition(|who| in_work.as_ref() == Some(who));
        let order = first.into_iter().chain(others);
        // If the one in work did it, the others are asked too: they may do the same. If not, one of
        // them left something behind, and it takes a while: also of the one that was not given it.
        let (mut linger, again) = (Duration::ZERO, order.clone().next());
        for who in order.chain(again) {
            if is_among(&findings, &who) {
                continue;
            }
            match alone(vec![who.clone()], linger)? {
                Some(death) => findings.extend(death.accuse(Some(who))),
                None if findings.is_empty() => {
                    linger = self.lived.saturating_mul(2).max(Duration::from_secs(1));
                }
                None => {}
            }
        }
        Ok(if findings.is_empty() { self.suspect(in_work) } else { findings })
    }

    /// Nobody ends a process alone: those that something was found against are left out first;
    /// then the one that was in work, if any was.
    fn suspect(&self, in_work: Option<A::Who>) -> Vec<A> {
        let found: Vec<A> =
            self.found.iter().filter(|finding| finding.who().is_some()).cloned().collect();
        if !found.is_empty() {
            return found;
        }
        Death { accusation: self.accusation.clone().not_alone(), ..self.clone() }.accuse(in_work)
    }

    /// The death as a finding, after what was found against the same one before.
    fn accuse(&self, who: Option<A::Who>) -> Vec<A> {
        let same = self.found.iter().filter(|finding| finding.who() == who).cloned();
        same.chain([self.accusation.clone().against(who.clone())]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    const ALL: [&str; 5] = ["c", "c-by-hand", "cpp", "rust", "simd"];

    #[derive(Debug, Clone, PartialEq)]
    struct Finding {
        who: Option<&'static str>,
        what: String,
    }

    impl Accusation for Finding {
        type Who = &'static str;
        fn who(&self) -> Option<&'static str> {
            self.who
        }
        fn against(self, who: Option<&'static str>) -> Finding {
            Finding { who, ..self }
        }
        fn not_alone(self) -> Finding {
            Finding { what: self.what + ", not alone", ..self }
        }
    }

    type Ended = Death<Finding, usize>;

    fn death(who: Option<&'static str>) -> Ended {
        let accusation = Finding { who, what: "crashed".to_owned() };
        let lived = Duration::from_secs(2);
        Death { accusation, step: Some(3), is_seen: false, found: Vec::new(), lived }
    }

    type Try = Attempt<&'static str, usize>;

    /// Settles with workers that end as `ends` says; what came of it, and the attempts.
    fn settled(
        ends: impl Fn(&Try) -> Option<Ended>,
    ) -> (Option<Vec<&'static str>>, Vec<Finding>, Vec<Try>) {
        let mut attempts = Vec::new();
        let settled = settle(&ALL, |attempt: &Try| {
            attempts.push(attempt.clone());
            Ok::<_, Infallible>(ends(attempt).map_or(Ok(attempt.who.clone()), Err))
        });
        let Ok((done, findings)) = settled;
        (done, findings, attempts)
    }

    fn named(findings: &[Finding]) -> Vec<Option<&'static str>> {
        findings.iter().map(|finding| finding.who).collect()
    }

    #[test]
    fn when_all_goes_well_there_is_one_worker() {
        let (done, findings, attempts) = settled(|_| None);
        assert_eq!((done.unwrap(), findings.len()), (ALL.to_vec(), 0));
        assert_eq!((attempts.len(), attempts[0].until), (1, None));
    }

    #[test]
    fn all_who_crash_alone_are_named_and_the_others_go_on() {
        let crash = |attempt: &Try| {
            let mut bad = attempt.who.iter().filter(|who| matches!(**who, "c" | "cpp"));
            bad.next().map(|who| death(Some(who)))
        };
        let (done, findings, attempts) = settled(crash);
        assert_eq!(done.unwrap(), ["c-by-hand", "rust", "simd"]);
        assert_eq!(
            (named(&findings), &*findings[0].what),
            (vec![Some("c"), Some("cpp")], "crashed")
        );
        // Together, nobody, each alone up to the same step, the rest together.
        assert_eq!(attempts.len(), 1 + 1 + 5 + 1);
        assert!(attempts[1..7].iter().all(|a| a.until == Some(3) && a.linger.is_zero()));
        assert!(attempts[1].who.is_empty());
    }

    #[test]
    fn a_crash_by_what_another_left_behind_is_not_blamed_on_who_is_in_work() {
        let crash = |attempt: &Try| {
            let has = |who| attempt.who.contains(&who);
            // The simd variant leaves a thread behind, which is noticed while rust works, or after a
            // while.
            let noticed = has("rust") || !attempt.linger.is_zero();
            (has("simd") && noticed).then(|| death(has("rust").then_some("rust")))
        };
        let (done, findings, attempts) = settled(crash);
        assert_eq!(done.unwrap(), ["c", "c-by-hand", "cpp", "rust"]);
        assert_eq!(named(&findings), [Some("simd")]);
        assert_eq!(attempts[2].who, ["rust"], "who was in work is asked first");
    }

    #[test]
    fn what_one_left_behind_is_found_when_nobody_is_in_work() {
        for bad in ALL {
            // It is noticed while the oracle works, or after a while.
            let crash = |attempt: &Try| {
                let noticed = attempt.who.len() > 1 || !attempt.linger.is_zero();
                (attempt.who.contains(&bad) && noticed).then(|| death(None))
            };
            let (done, findings, _) = settled(crash);
            assert_eq!((done.unwrap().len(), named(&findings)), (4, vec![Some(bad)]));
        }
    }

    #[test]
    fn what_was_seen_is_not_tried_again() {
        let hang = |attempt: &Try| {
            let rust = attempt.who.contains(&"rust");
            rust.then(|| Death { is_seen: true, ..death(Some("rust")) })
        };
        let (done, findings, attempts) = settled(hang);
        assert_eq!((done.unwrap().len(), attempts.len()), (4, 2));
        assert_eq!(named(&findings), [Some("rust")]);
    }

    #[test]
    fn what_crashes_without_any_of_them_is_blamed_on_none_of_them() {
        let (done, findings, attempts) = settled(|_| Some(death(None)));
        assert_eq!((done, attempts.len()), (None, 2));
        assert_eq!(named(&findings), [None]);
    }

    #[test]
    fn who_was_found_wrong_before_is_left_out_first() {
        let wrote = || Finding { who: Some("cpp"), what: "wrote outside".to_owned() };
        let crash = |attempt: &Try| {
            let has = |who| attempt.who.contains(&who);
            let death = Death { found: vec![wrote()], ..death(Some("c")) };
            (has("cpp") && has("c")).then_some(death)
        };
        let (done, findings, _) = settled(crash);
        assert_eq!((done.unwrap().len(), findings), (4, vec![wrote()]));
    }

    #[test]
    fn a_death_that_nobody_repeats_is_that_of_the_one_in_work() {
        let once = std::cell::Cell::new(false);
        let crash = |_: &Try| (!once.replace(true)).then(|| death(Some("c-by-hand")));
        let (done, findings, _) = settled(crash);
        assert_eq!((done.unwrap().len(), named(&findings)), (4, vec![Some("c-by-hand")]));
        assert_eq!(findings[0].what, "crashed, not alone");
    }

    #[test]
    fn every_end_of_every_set_is_settled() {
        // Whatever crashes, in whoever's step: it ends, and nobody is named who did nothing.
        for bad in 0..32u32 {
            for seen in 0..6 {
                let is_bad = |who: &&str| {
                    bad >> ALL.iter().position(|name| name == who).expect("one of them") & 1 == 1
                };
                let crash = |attempt: &Try| {
                    attempt.who.iter().any(is_bad).then(|| death(ALL.get(seen).copied()))
                };
                let (done, findings, attempts) = settled(crash);
                assert!(attempts.len() <= 40, "{bad:b} {seen}: {attempts:?}");
                assert!(findings.iter().all(|f| f.who.as_ref().is_some_and(is_bad)));
                assert_eq!(done.unwrap_or_default().len(), 5 - bad.count_ones() as usize);
            }
        }
    }
}
