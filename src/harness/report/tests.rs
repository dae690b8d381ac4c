mod sample;
#[path = "../../../cli/tests/schemas/walk.rs"]
mod walk;

use super::*;
use crate::harness::gate::{self, Check, Finding, Target};
use crate::harness::model::Row;
use crate::harness::roofline::{Bandwidth, Peak, Survey};
use crate::harness::same_bits;
use crate::kernels::REGISTRY;
use crate::{Isa, executors};
use abreast_compare::html::SCRIPT;
use sample::{EVIL, comparison, overhead};

fn page(comparison: &Comparison) -> String {
    html(&Report { command: EVIL, comparison, matrices: &[], overhead: Some(&overhead()) })
}

/// The page without what its script element holds, and that.
fn apart(page: &str) -> (String, &str) {
    let (before, rest) = page.split_once("id=\"abreast-data\">").expect("data is embedded");
    let (data, after) = rest.split_once("</script>").expect("and ends");
    let markup = format!("{before}id=\"abreast-data\">\n</script>{after}");
    (markup.replace(SCRIPT, ""), data)
}

/// Fails unless every tag is closed in turn, no attribute is given twice, and every `&` begins a
/// reference.
fn assert_well_formed(page: &str) {
    let page = page.replacen("<!DOCTYPE html>\n", "", 1);
    let (head, _) = page.split_once("<style>").unwrap();
    let (_, rest) = page.rsplit_once("</style>").unwrap();
    let markup = format!("{head}{rest}");
    let mut open: Vec<&str> = Vec::new();
    for piece in markup.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "a stray > in {piece}");
        let references = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&apos;"];
        for (at, _) in piece.match_indices('&') {
            assert!(references.iter().any(|name| piece[at..].starts_with(name)), "{piece}");
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "</{tag}> closes something else");
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap();
        let mut names: Vec<&str> =
            tag.split("=\"").filter_map(|part| part.rsplit([' ', '\n']).next()).collect();
        names.pop();
        let given = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), given, "an attribute twice in <{tag}>");
        if !tag.ends_with('/') && name != "meta" {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn the_page_is_well_formed_and_whole() {
    let comparison = comparison(&["dot", "axpy"]);
    let page = page(&comparison);
    assert!(page.starts_with(HTML_BEGINS));
    let (markup, _) = apart(&page);
    assert_well_formed(&markup);
    let sections = [
        "glance",
        "verdict",
        "overview",
        "kernels",
        "kernel-dot",
        "kernel-axpy",
        "threads",
        "crossing",
        "roofline",
        "table",
        "agreement",
        "environment",
        "noise",
        "again",
    ];
    let executors = sections.map(|id| markup.find(&format!("id=\"{id}\"")).expect(id));
    assert!(executors.is_sorted(), "{executors:?}");
    assert_eq!(markup.matches("<svg class=\"plot\"").count(), 4, "two overviews, two kernels");
    for word in [
        "L1 32 KiB",
        "= 1.25",
        "1.90×",
        "50.0 % L",
        "✓ All variants agree: 8\u{202f}642 runs over 66 problems",
        "12.5 ulp",
    ] {
        assert!(markup.contains(word), "{word}");
    }
}

#[test]
fn where_kernels_are_below_the_limits_is_a_picture_of_the_page() {
    let mut comparison = comparison(&["dot"]);
    let memory = |bytes| Bandwidth { level: "v3", threads: 1, bytes, gb_per_second: 100.0 };
    let peak = |fused| Peak {
        level: "v3",
        threads: 1,
        arithmetic: "f64",
        fused,
        gflops: 50.0 + f64::from(fused),
    };
    let rows = &mut comparison.kernels[0].rows;
    rows.iter_mut().for_each(|row| (row.flops, row.gflops) = (2 * row.n, Some(2.0)));
    comparison.roofline.loads = [1 << 14, 1 << 20].map(memory).into();
    comparison.roofline.peaks = [false, true].map(peak).into();
    let (markup, _) = apart(&page(&comparison));
    assert_well_formed(&markup);
    let section = markup.split("id=\"roofline\"").nth(1).expect("the section");
    let words =
        ["loads of 16 KiB", "loads of 1 MiB", "f64 fused, 51", ">dot<", "operations per byte"];
    words.iter().for_each(|word| assert!(section.contains(word), "{word}: {section}"));
}

#[test]
fn the_map_shows_each_ratio_with_its_interval() {
    let page = page(&comparison(&["dot", "axpy"]));
    let map = page.split("<table class=\"glance\"").nth(1).expect("a map");
    let map = &map[..map.find("</table>").expect("an end")];
    assert_eq!(map.matches("<tr>").count(), 3, "the header and two kernels: {map}");
    assert!(map.contains("<a href=\"#kernel-dot\">dot</a>"), "{map}");
    assert!(map.contains("faster") && map.contains("<small>"), "{map}");
}

#[test]
fn the_page_loads_nothing_and_runs_one_script_of_its_own() {
    let comparison = comparison(&["dot"]);
    let page = page(&comparison);
    let (markup, _) = apart(&page);
    // Links within the page are no loads.
    let markup = markup.replace("href=\"#", "");
    for word in ["http", "src=", "href=", "url(", "@import", "javascript", " onload", " onclick"] {
        assert!(!markup.contains(word), "{word}");
    }
    assert_eq!(markup.matches("<script").count(), 2);
    assert!(page.contains(&format!("<script>{SCRIPT}</script>")));
    assert!(markup.contains("<script type=\"application/json\""));
}

#[test]
fn text_stays_text() {
    let comparison = comparison(&["dot"]);
    let page = page(&comparison);
    assert_eq!(page.matches("</script>").count(), 2, "the data and the script");
    assert!(!page.contains("<b a="));
    let escaped = "&lt;/script&gt;&lt;b a=&quot;x&quot;&gt;&#39;&amp;amp;&#39; | *x*";
    // Verdict, warning, CPU, the kernel's verdict, notes, untimed, command line.
    assert!(page.matches(escaped).count() >= 7, "{}", page.matches(escaped).count());
    let markdown = markdown(&comparison);
    assert!(markdown.starts_with(MARKDOWN_BEGINS));
    assert!(!markdown.contains("</script>") && !markdown.contains(" | *x*"), "{markdown}");
}

#[test]
fn the_data_are_what_their_schema_says_and_have_no_other_field() {
    let comparison = comparison(&["dot", "axpy"]);
    let survey = Survey::of(&comparison, "v3");
    assert_eq!(
        survey.calls.len(),
        2 * 3 * 4,
        "kernels, sizes, variants without a twin, one thread"
    );
    let all = include_str!("../../../cli/schema/abreast.compare-3.json");
    let calls = include_str!("../../../cli/schema/abreast.roofline-1.json");
    assert_is(all, &serde_json::to_value(&comparison).unwrap());
    assert_is(calls, &serde_json::to_value(&survey).unwrap());
}

#[track_caller]
fn assert_is(schema: &str, data: &serde_json::Value) {
    let schema = serde_json::from_str(schema).unwrap();
    assert_eq!(walk::breaches(&schema, data), Vec::<String>::new());
    for (place, more) in walk::with_one_more_field(data) {
        let found = walk::breaches(&schema, &more);
        assert!(found.iter().any(|what| what.contains("one_more")), "{place}: {found:?}");
    }
}

#[test]
fn the_embedded_data_are_those_of_the_page() {
    let comparison = comparison(&["dot", "axpy"]);
    let page = page(&comparison);
    let data: serde_json::Value = serde_json::from_str(apart(&page).1).unwrap();
    assert_eq!(data["schema"], SCHEMA);
    assert_eq!(data["report"]["command"], EVIL);
    // Through text as well: serde_json reads the last digit of a float its own way.
    let text = serde_json::to_string(&comparison).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(data["report"]["comparison"] == expected);
    assert_eq!(data["report"]["overhead"]["prices"][2]["ns"], 2.5);
}

#[test]
fn colours_come_from_the_style_sheet_alone() {
    let comparison = comparison(&["dot"]);
    let (markup, _) = apart(&page(&comparison)).clone();
    let markup = markup.replace("href=\"#", "");
    assert!(!markup.contains("=\"#"), "a colour that no theme can change");
}

#[test]
fn who_disagrees_is_named() {
    let entry = &REGISTRY[0];
    let pools = [executors::parse("serial").unwrap(), executors::parse("threads:2").unwrap()];
    let options = gate::GateOptions::quick();
    let mut table = same_bits::same_bits(entry, &pools, &options).unwrap();
    let comparison = comparison(&[entry.name]);
    let agreed = |table: &[same_bits::SameBits]| {
        html(&Report { command: "", comparison: &comparison, matrices: table, overhead: None })
    };
    assert!(agreed(std::slice::from_ref(&table)).contains("✓ All variants agree"));
    let executor = table.executors[1].clone();
    table.rows[0].cells[1] =
        same_bits::Cell { hash: Some("deadbeef".into()), agrees: false, fault: None };
    let page = agreed(&[table]);
    assert!(page.contains("✗ Not everything agrees"));
    let runs = 2 * crate::Level::available().len();
    assert!(page.contains(&format!("✗ {}/{runs}", runs - 1)));
    assert!(page.contains(&format!("on {executor}: deadbeef instead of")), "{executor}");
    assert_well_formed(&apart(&page).0);
}

#[test]
fn what_the_gate_found_is_on_the_page() {
    let mut comparison = comparison(&["dot"]);
    comparison.agreement.agreed = false;
    comparison.agreement.reports[0].findings.push(Finding {
        kernel: "dot",
        target: Some(Target { variant: "cpp", level: Isa::V3 }),
        case: "n = 33".to_owned(),
        check: Check::Fence,
        cases: 7,
        detail: EVIL.to_owned(),
        difference: None,
    });
    let page = page(&comparison);
    assert_well_formed(&apart(&page).0);
    assert!(page.contains("✗ Not everything agrees"));
    assert!(page.contains("✗, 1 at the gate"));
    let cells = ["✓", "✓", "✗, 1 at the gate", "✓"];
    let executors = cells.map(|cell| format!(">{cell}</td>"));
    let row = page.split("<table class=\"matrix\"").nth(1).unwrap();
    assert!(executors.iter().try_fold(row, |rest, cell| Some(rest.split_once(cell)?.1)).is_some());
    assert!(page.contains("dot, cpp at v3, n = 33"));
}

#[test]
fn nothing_to_show_is_still_a_page() {
    let comparison = comparison(&[]);
    let page = page(&comparison);
    assert_well_formed(&apart(&page).0);
    assert!(page.contains("Nothing was compared"));
    let mut one = self::comparison(&["dot"]);
    one.kernels[0].rows.clear();
    let page = self::page(&one);
    assert_well_formed(&apart(&page).0);
    assert!(page.contains("Nothing was timed"));
}

/// Reads CSV as RFC 4180 has it.
fn parse_csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match (c, quoted) {
            ('"', true) if letters.peek() == Some(&'"') => field.extend(letters.next()),
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(std::mem::take(&mut field)),
            ('\r', false) => {}
            ('\n', false) => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            (c, _) => field.push(c),
        }
    }
    rows
}

#[test]
fn csv_has_one_record_per_row_and_keeps_every_digit() {
    let comparison = comparison(&["dot", "axpy"]);
    let text = csv(&comparison);
    assert!(text.starts_with(CSV_BEGINS));
    let records = parse_csv(&text);
    let header = &records[0];
    let rows: Vec<&Row> = comparison.kernels.iter().flat_map(|table| &table.rows).collect();
    assert_eq!(records.len(), 1 + rows.len());
    let column = |name: &str| header.iter().position(|known| known == name).expect(name);
    for (record, row) in records[1..].iter().zip(rows) {
        assert_eq!(record.len(), header.len());
        assert_eq!(record[column("best_seconds")].parse(), Ok(row.best_seconds));
        assert_eq!(record[column("note")], row.note.clone().unwrap_or_default());
        assert_eq!(record[column("gflops")], "");
        let to_baseline = row.to_baseline.map_or(String::new(), |ratio| ratio.value.to_string());
        assert_eq!(record[column("to_baseline")], to_baseline);
    }
}

#[test]
fn markdown_tables_have_a_cell_for_every_column() {
    let comparison = comparison(&["dot", "axpy"]);
    let text = markdown(&comparison);
    let tables: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    let rows: usize = comparison.kernels.iter().map(|table| table.shown().count() + 2).sum();
    assert_eq!(tables.len(), rows);
    for line in tables {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 13, "{line}");
    }
    for word in ["## dot", "## axpy", "4.00 (3.60–4.40)"] {
        assert!(text.contains(word), "{word}");
    }
}
