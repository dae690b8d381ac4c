//! What the times of one executor amount to.

use serde::Serialize;

/// One executor.
#[derive(Debug, Clone, Serialize)]
pub struct Curve {
    /// Its name.
    pub executor: String,
    /// How many tasks it runs at once.
    pub width: usize,
    /// METG(50 %): the smallest task, in nanoseconds, at which the efficiency is one half or more,
    /// interpolated between two points; `null` when no task was large enough.
    pub metg_ns: Option<f64>,
    /// Where that is.
    pub reached: Reached,
    /// What each task adds to wall time, in nanoseconds, however small it is: the intercept of a
    /// straight line through wall time per task.
    pub overhead_ns: f64,
    /// From the largest task to the smallest.
    pub points: Vec<Point>,
}

/// Where a curve falls below one half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reached {
    /// Between two points.
    Between,
    /// Not within the sizes measured: the true METG is at most the smallest of them.
    Everywhere,
    /// It is below one half even for the largest task.
    Never,
}

/// One size of task.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// How long a task takes by itself, in nanoseconds.
    pub task_ns: f64,
    /// How many there were.
    pub tasks: u64,
    /// Wall time of all of them, in nanoseconds.
    pub wall_ns: f64,
    /// The part of the slots' time that was work: 1 is all of it.
    pub efficiency: f64,
}

impl Point {
    pub(super) fn new(task_ns: f64, tasks: u64, wall_ns: f64, width: usize) -> Point {
        let efficiency = task_ns * tasks as f64 / (wall_ns * width as f64);
        Point { task_ns, tasks, wall_ns, efficiency }
    }
}

impl Curve {
    /// The curve through `points`, from the largest task to the smallest.
    pub(super) fn new(executor: String, width: usize, points: Vec<Point>) -> Curve {
        let (metg_ns, reached) = match half(&points) {
            Half::Between(ns) => (Some(ns), Reached::Between),
            Half::Everywhere(ns) => (Some(ns), Reached::Everywhere),
            Half::Never => (None, Reached::Never),
        };
        let overhead_ns = overhead(&points);
        Curve { executor, width, metg_ns, reached, overhead_ns, points }
    }
}

#[derive(Debug, PartialEq)]
enum Half {
    Between(f64),
    Everywhere(f64),
    Never,
}

/// Where the efficiency falls below one half: on a line, over the logarithm of the size, from the
/// smallest task that has it to the next.
fn half(points: &[Point]) -> Half {
    let Some(last) = points.iter().rposition(|point| point.efficiency >= 0.5) else {
        return Half::Never;
    };
    let large = points[last];
    let Some(small) = points.get(last + 1) else { return Half::Everywhere(large.task_ns) };
    let part = (large.efficiency - 0.5) / (large.efficiency - small.efficiency);
    Half::Between(large.task_ns * (small.task_ns / large.task_ns).powf(part))
}

/// Where the straight line through (size, wall time per task) begins, by least squares of relative
/// errors: a point of ten milliseconds and one of ten nanoseconds weigh the same.
fn overhead(points: &[Point]) -> f64 {
    let [mut w, mut wx, mut wy, mut wxx, mut wxy] = [0.0; 5];
    for point in points {
        let (x, y) = (point.task_ns, point.wall_ns / point.tasks as f64);
        let weight = 1.0 / (y * y);
        w += weight;
        wx += weight * x;
        wy += weight * y;
        wxx += weight * x * x;
        wxy += weight * x * y;
    }
    let determinant = w * wxx - wx * wx;
    ((wy * wxx - wx * wxy) / determinant).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points of an executor whose slots lose `overhead` nanoseconds with each task.
    fn line(sizes: &[f64], overhead: f64, width: usize) -> Vec<Point> {
        let wall = |task: &f64| 1000.0 * (task + overhead) / width as f64;
        sizes.iter().map(|task| Point::new(*task, 1000, wall(task), width)).collect()
    }

    fn at(task_ns: f64, efficiency: f64) -> Point {
        Point { efficiency, ..Point::new(task_ns, 1, task_ns, 1) }
    }

    #[test]
    fn half_lies_between_the_points_around_it() {
        let between = half(&[at(10_000.0, 0.9), at(100.0, 0.7), at(1.0, 0.3)]);
        let Half::Between(ns) = between else { panic!("{between:?}") };
        assert!((ns - 10.0).abs() < 1e-9, "{ns}");
        // A dip among large tasks does not hide that smaller ones are well.
        let dip = half(&[at(1e4, 0.9), at(1e3, 0.4), at(100.0, 0.5), at(1.0, 0.1)]);
        assert_eq!(dip, Half::Between(100.0));
    }

    #[test]
    fn a_curve_that_never_crosses_says_on_which_side_it_is() {
        assert_eq!(half(&[at(100.0, 0.9), at(1.0, 0.6)]), Half::Everywhere(1.0));
        assert_eq!(half(&[at(100.0, 0.4), at(1.0, 0.1)]), Half::Never);
        let never = Curve::new("slow".to_owned(), 1, line(&[100.0, 1.0], 1e6, 1));
        assert_eq!((never.metg_ns, never.reached), (None, Reached::Never));
    }

    #[test]
    fn the_fit_finds_the_overhead_of_a_straight_line() {
        let sizes = [1e7, 1e6, 1e5, 1e4, 1e3, 100.0, 10.0];
        for (overhead_ns, width) in [(50.0, 1), (50.0, 2), (7_000.0, 8)] {
            let curve = Curve::new(String::new(), width, line(&sizes, overhead_ns, width));
            let expected = overhead_ns / width as f64;
            assert!((curve.overhead_ns / expected - 1.0).abs() < 1e-6, "{}", curve.overhead_ns);
            // At half, a task is as long as what its slot loses; the line between points is near it.
            let metg = curve.metg_ns.unwrap() / overhead_ns;
            assert!((0.8..1.25).contains(&metg), "{metg}");
        }
        // One bad point among the largest tasks, which says nothing of nanoseconds.
        let mut noisy = line(&sizes, 50.0, 1);
        noisy[0].wall_ns *= 1.2;
        assert!((overhead(&noisy) / 50.0 - 1.0).abs() < 0.1, "{}", overhead(&noisy));
        assert_eq!(overhead(&line(&sizes, 0.0, 1)), 0.0);
    }

    #[test]
    fn efficiency_is_the_share_of_work_in_the_lanes_time() {
        // Two slots for 100 ns each, 50 tasks of 2 ns.
        assert_eq!(Point::new(2.0, 50, 100.0, 2).efficiency, 0.5);
    }
}
