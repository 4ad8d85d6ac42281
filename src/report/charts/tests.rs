//! Charts as a reader meets them: words inside their frame, no overlaps, bounded size, whatever the run was like.

use std::collections::BTreeSet;

use super::*;
use crate::measure::outcome::{Outcome, RevocationRow};
use crate::measure::table::{Number, Seconds};
use crate::report::csv_files::write_tables;
use crate::report::run_json::{Mark, RunDocument, RunFacts};
use crate::report::samples::{self, SMALL, Size};
use crate::units::SimDuration;

/// Most bytes of a chart.
const MAX_BYTES: usize = 1_000_000;

/// Draws the charts of `outcome` and returns them by name. With `CHARTS_TO` in the environment the files, PNGs too, stay
/// there to be looked at.
fn drawn(name: &str, facts: &RunFacts, outcome: &Outcome) -> Vec<(&'static str, String)> {
    let temporary = tempfile::tempdir().expect("a folder");
    let kept = std::env::var_os("CHARTS_TO");
    let folder = kept.as_ref().map_or(temporary.path(), Path::new).join(name);
    fs::create_dir_all(&folder).expect("made");
    write_tables(&folder, outcome).expect("written");
    RunDocument::new(facts, outcome)
        .write(&folder)
        .expect("written");
    draw_charts(&folder, &folder, kept.is_some()).expect("drawn");
    let read = |name| {
        let path = folder.join(CHARTS_FOLDER).join(format!("{name}.svg"));
        (name, fs::read_to_string(path).expect("it is there"))
    };
    CHARTS.map(read).to_vec()
}

/// What holds for every chart of every run: it is whole, of bounded size, and all its text is on the paper.
pub fn check<N: std::fmt::Display>(charts: &[(N, String)]) {
    for (name, svg) in charts {
        assert!(
            svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"),
            "{name}"
        );
        assert!(svg.len() < MAX_BYTES, "{name}: {} bytes", svg.len());
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
        let (width, height) = view_box(svg);
        for text in texts(svg) {
            let long = style::width(&text.letters, text.size) as f64;
            let (left, right) = match text.anchor.as_str() {
                "start" => (text.x, text.x + long),
                "end" => (text.x - long, text.x),
                _ => (text.x - long / 2.0, text.x + long / 2.0),
            };
            // Upright text runs upwards from its point.
            let inside = if text.upright {
                text.y <= height && text.y - long >= 0.0
            } else {
                left >= 0.0 && right <= width && (0.0..=height).contains(&text.y)
            };
            assert!(inside, "{name}: {text:?} is not within {width} x {height}");
        }
    }
}

#[derive(Debug)]
struct Words {
    x: f64,
    y: f64,
    size: u32,
    anchor: String,
    upright: bool,
    letters: String,
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&quot;", "\"").replace("&lt;", "<");
    text.replace("&gt;", ">")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let rest = tag.split_once(&format!(" {name}=\"")).expect("it has it").1;
    rest.split_once('"').expect("it ends").0
}

fn view_box(svg: &str) -> (f64, f64) {
    let numbers: Vec<f64> = attribute(svg, "viewBox")
        .split(' ')
        .map(|number| number.parse().expect("a number"))
        .collect();
    (numbers[2], numbers[3])
}

fn texts(svg: &str) -> Vec<Words> {
    let number = |tag, name| attribute(tag, name).parse::<f64>().expect("a number");
    svg.split("<text")
        .skip(1)
        .map(|text| {
            let (tag, rest) = text.split_once('>').expect("a tag ends");
            Words {
                x: number(tag, "x"),
                y: number(tag, "y"),
                size: (number(tag, "font-size") * 1.24).round() as u32,
                anchor: attribute(tag, "text-anchor").to_owned(),
                upright: tag.contains("rotate(270"),
                letters: unescaped(rest.split_once('<').expect("it ends").0.trim()),
            }
        })
        .collect()
}

fn sized(destinations: usize) -> Size {
    Size {
        destinations,
        ..SMALL
    }
}

#[test]
fn a_plain_run() {
    let charts = drawn("plain", &samples::facts(), &samples::small());
    check(&charts);
    let (_, distribution) = &charts[0];
    let words: BTreeSet<_> = texts(distribution)
        .into_iter()
        .map(|text| text.letters)
        .collect();
    for expected in [
        "30 min",
        "prod/eu-west-1",
        "prod/ap-northeast-1",
        "100 %",
        "10 s",
        "1 h",
    ] {
        assert!(words.contains(expected), "{expected} is not in {words:?}");
    }
}

#[test]
fn nothing_replicated_is_said() {
    let charts = drawn("nothing", &samples::facts(), &samples::empty());
    check(&charts);
    let said = [
        "no replication completed",
        "no replication completed",
        "nothing was to be replicated",
        "nothing was billed as transfer",
        "nothing was billed",
        "nothing was stored",
        "no permission was lost",
        "no deployment",
    ];
    for ((name, svg), said) in charts.iter().zip(said) {
        assert!(svg.contains(said), "{name}");
    }
}

#[test]
fn thirty_destinations_are_seven_lines_and_a_band() {
    let outcome = samples::outcome(Size {
        revocations: 3,
        ..sized(30)
    });
    let charts = drawn("thirty", &samples::facts(), &outcome);
    check(&charts);
    assert!(charts[0].1.contains("23 others"));
    assert!(charts[2].1.contains("23 others, summed"));
    assert!(charts[5].1.contains("20 others, summed"));
}

#[test]
fn hundreds_of_destinations_with_long_names() {
    let mut outcome = samples::outcome(Size {
        days: 2,
        revocations: 40,
        ..sized(75)
    });
    let long = |name: &str| format!("{}-{name}", "an-account-with-a-very-long-alias".repeat(3));
    for row in &mut outcome.latency {
        row.destination = long(&row.destination);
    }
    for row in &mut outcome.timeline {
        row.destination = long(&row.destination);
    }
    for row in &mut outcome.storage {
        row.registry = long(&row.registry);
    }
    for row in &mut outcome.revocations {
        row.destination = long(&row.destination);
    }
    let mut facts = samples::facts_for(sized(75));
    facts.name = "a-scenario-with-a-name-that-goes-on-and-on".repeat(4);
    let mark = facts.marks[0].clone();
    facts.marks = (0..30)
        .map(|hour| Mark {
            at: crate::measure::table::Moment(
                mark.at.0 + jiff::SignedDuration::from_hours(3 * hour),
            ),
            ..mark.clone()
        })
        .collect();
    check(&drawn("hundreds", &facts, &outcome));
}

#[test]
fn every_region_to_every_region() {
    let mut outcome = samples::outcome(sized(25));
    let row = outcome.costs[0].clone();
    outcome.costs = (0..25 * 25)
        .map(|pair| {
            let mut row = row.clone();
            row.from = samples::registry(pair / 25).replace("prod/", "");
            row.to = samples::registry(pair % 25).replace("prod/", "");
            row.quantity = Number((pair * 37 % 101) as f64);
            row.usd.0 = row.quantity.0 * 0.02;
            row
        })
        .collect();
    check(&drawn("every-pair", &samples::facts(), &outcome));
}

#[test]
fn one_bucket_only() {
    let mut outcome = samples::small();
    outcome.timeline.truncate(1);
    outcome.latency.truncate(1);
    outcome.storage.truncate(1);
    check(&drawn("one-bucket", &samples::facts(), &outcome));
}

#[test]
fn latencies_of_no_length() {
    let mut outcome = samples::small();
    outcome.latency.truncate(1);
    outcome.latency[0].upto_s = Seconds(SimDuration::ZERO);
    for row in &mut outcome.timeline {
        row.p50_s = row.p50_s.map(|_| Seconds(SimDuration::ZERO));
        row.p99_s = row.p50_s;
    }
    check(&drawn("no-length", &samples::facts(), &outcome));
}

#[test]
fn three_years_by_the_hour() {
    let size = Size {
        destinations: 3,
        days: 3 * 365,
        requests_per_day: 48,
        revocations: 0,
    };
    check(&drawn(
        "three-years",
        &samples::facts_for(size),
        &samples::outcome(size),
    ));
}

#[test]
fn a_revocation_without_copies_in_flight() {
    let mut outcome = samples::small();
    outcome.revoked_copies.clear();
    outcome.revocations = vec![RevocationRow {
        in_flight: 0,
        ..outcome.revocations[0].clone()
    }];
    let charts = drawn("no-copies", &samples::facts(), &outcome);
    check(&charts);
    assert!(charts[6].1.contains("no copy was in flight"));
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let draw = || drawn("again", &samples::facts(), &samples::small());
    assert_eq!(draw(), draw());
}

#[test]
fn a_name_never_becomes_markup() {
    let mut outcome = samples::small();
    for row in &mut outcome.latency {
        row.destination = "<b>&\"".to_owned();
    }
    let charts = drawn("markup", &samples::facts(), &outcome);
    assert!(charts[0].1.contains("&lt;b&gt;&amp;&quot;"));
}

#[test]
fn a_png_is_a_png_of_twice_the_pixels() {
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = samples::empty();
    write_tables(folder.path(), &outcome).expect("written");
    RunDocument::new(&samples::facts(), &outcome)
        .write(folder.path())
        .expect("written");
    draw_charts(folder.path(), folder.path(), true).expect("drawn");
    let png = fs::read(folder.path().join("charts/revocations.png")).expect("it is there");
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(png[16..24], [0, 0, 7, 128, 0, 0, 1, 144]);
}

#[test]
fn gates_are_a_line_for_each_stream() {
    let mut outcome = samples::small();
    samples::deployments::add(&mut outcome, 9);
    let charts = drawn("gates", &samples::facts(), &outcome);
    check(&charts);
    let (name, svg) = &charts[7];
    assert_eq!(*name, "gate-wait");
    // Seven pens; those that need the longest gates come first, and their gates stand beside them.
    for expected in [
        "cluster-8 (",
        "cluster-2 (",
        "99 % 9 min, 99.9 % never",
        "2 others",
    ] {
        assert!(svg.contains(expected), "{expected}");
    }
    assert!(!svg.contains("cluster-1 ("));
}
