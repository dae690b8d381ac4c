//! The same chunks on the simulator of executors, which knows nothing of messages.

use crate::model::{Costs, Kind, Work, predict};
use abreast::exec::Sim;
use abreast::tasks::{Model, Tasks};
use abreast::{Error, Fault};

/// How many times as long as the simulator the model takes when messages cost nothing. The simulator gives the longest
/// chunk that is left to whoever is free: no schedule is much better. What the model takes longer is what its schedule
/// loses, for it knows no chunk's length beforehand.
pub fn times_as_long(kind: Kind, work: &Work, ranks: usize) -> Result<f64, Error> {
    let nanoseconds: Vec<u64> =
        work.each().map(|seconds| (1e9 * seconds).round().max(1.0) as u64).collect();
    let makespan = Sim::new(ranks)?.predict(&Chunks(nanoseconds))?.makespan;
    Ok(predict(kind, work, &Costs::default(), ranks) / (1e-9 * makespan as f64))
}

/// Chunks that take so long each.
struct Chunks(Vec<u64>);

impl Tasks for Chunks {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn run(&self, _: usize) -> Result<(), Fault> {
        Ok(())
    }

    fn model(&self, i: usize) -> Model {
        Model { cost: self.0[i], ..Model::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_messages_the_model_is_never_faster_and_dynamic_loses_little() {
        let uneven = |i: usize| if i.is_multiple_of(7) { 3e-4 } else { 1e-4 };
        for (name, work) in [
            ("even", Work::of(std::iter::repeat_n(1e-4, 20_000), 0.0, 8.0)),
            ("uneven", Work::of((0..20_000).map(uneven), 0.0, 8.0)),
        ] {
            for ranks in [1, 2, 10, 100] {
                let [fixed, dynamic] = [Kind::Static, Kind::Dynamic]
                    .map(|kind| times_as_long(kind, &work, ranks).unwrap());
                for times in [fixed, dynamic] {
                    assert!((0.999..1.1).contains(&times), "{name} on {ranks}: {fixed} {dynamic}");
                }
            }
        }
    }

    /// The last ranks have all of the work, and equal shares wait for them.
    #[test]
    fn equal_shares_of_unequal_work_take_twice_as_long() {
        let work = Work::of((0..4000).map(|i| if i < 2000 { 1e-9 } else { 1e-4 }), 0.0, 8.0);
        let [fixed, dynamic] =
            [Kind::Static, Kind::Dynamic].map(|kind| times_as_long(kind, &work, 4).unwrap());
        assert!((1.9..2.1).contains(&fixed) && dynamic < 1.1, "{fixed} {dynamic}");
    }
}
