//! What executors and people see of a graph: names, models, counts, pictures.

use abreast::exec::{Control, Executor, Report, Serial};
use abreast::graph::Graph;
use abreast::{Fault, Tasks};
use std::sync::Mutex;

#[test]
fn executors_learn_the_names_and_the_model() {
    struct Look(Mutex<Vec<String>>);
    impl Executor for Look {
        fn name(&self) -> String {
            "look".to_owned()
        }
        fn width(&self) -> usize {
            1
        }
        fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
            for i in 0..tasks.len() {
                let (model, needs) = (tasks.model(i), tasks.needs(i));
                let line = format!(
                    "{} {needs:?} {} {:?} {}",
                    tasks.name(i),
                    model.cost,
                    model.resource,
                    model.attended
                );
                self.0.lock().unwrap().push(line);
            }
            Serial.run(tasks, control)
        }
    }
    let graph = Graph::new();
    graph.task("culled", (), |()| ());
    let soak = graph.task("soak", (), |()| ());
    graph.cost(soak, 1440);
    graph.unattended(soak);
    let chop = graph.task("chop", (), |()| ());
    let wash = graph.task("wash", chop, |()| ());
    let dry = graph.task("dry", wash, |()| ());
    let cook = graph.task("cook", (soak, dry), |_| ());
    graph.occupies(cook, "stove");
    let look = Look(Mutex::default());
    graph.compute(&look, &Control::default(), cook).unwrap();
    assert_eq!(
        look.0.into_inner().unwrap(),
        [
            "soak [] 1440 None false",
            "chop > .. > dry [] 3 None true",
            "cook [0, 1] 1 Some(\"stove\") true",
        ]
    );
    let stats = graph.stats();
    assert_eq!((stats.nodes, stats.edges, stats.width, stats.depth), (6, 4, 3, 4));
    assert_eq!((stats.work, stats.critical_path), (1445, 1441));
    assert_eq!(Graph::new().stats(), Default::default());
}

#[test]
fn pictures_survive_strange_names() {
    let graph = Graph::new();
    let a = graph.task("a \"<b>\" & \\c\n#", (), |()| ());
    graph.task("x".repeat(40), a, |()| ());
    assert!(graph.dot().contains(r#"n0 [label="a \"<b>\" & \\c"#), "{}", graph.dot());
    let mermaid = graph.mermaid();
    assert!(mermaid.contains("n0[\"a #34;#60;b#62;#34; #38; #92;c#10;#35;\"]"), "{mermaid}");
    assert!(mermaid.contains("n0 --> n1"), "{mermaid}");
    let svg = graph.svg();
    assert!(svg.contains("<title>a \"&lt;b&gt;\" &amp; \\c #</title>"), "{svg}");
    assert!(
        svg.contains(&format!("{}..<title>{}</title>", "x".repeat(14), "x".repeat(40))),
        "{svg}"
    );
    // The boxes, and the paper below them.
    for (element, count) in [
        ("<rect", 3),
        ("marker-end=\"url(#arrow)\"", 1),
        ("<marker id=\"arrow\"", 1),
        ("<text", 2),
        ("<path", 1),
    ] {
        assert_eq!(svg.matches(element).count(), count, "{svg}");
    }
    assert!(Graph::new().svg().ends_with("</svg>\n"));
}

#[test]
fn an_edge_that_skips_a_line_does_not_hide_behind_the_box_there() {
    let graph = Graph::new();
    let x = graph.task("x", (), |()| 1);
    let y = graph.task("y", x, |x| x + 1);
    graph.task("z", (x, y), |(x, y)| x + y);
    let svg = graph.svg();
    let curves: Vec<Vec<i32>> = svg
        .lines()
        .filter_map(|line| line.strip_prefix("<path d=\"M"))
        .map(|d| d.trim_end_matches("\"/>").split([' ', 'C']).flat_map(str::parse).collect())
        .collect();
    // Start, two middle points, end: x and y of each. The three boxes stand in one column.
    let straight = |d: &&Vec<i32>| [2, 4, 6].iter().all(|i| d[*i] == d[0]);
    assert_eq!((curves.len(), curves.iter().filter(straight).count()), (3, 2), "{svg}");
}
