//! Charts of sweeps as a reader meets them; with `CHARTS_TO` in the environment the files, PNGs too, stay to be looked at.

use super::*;
use crate::report::charts::tests::check;

/// A point's values and what came of each metric: mean and half-width.
type Row = (Vec<String>, Vec<(&'static str, f64, f64)>);

const P99: &str = "replication_latency.p99";
const COST: &str = "total_usd.total";

fn values(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// Writes the tables of a sweep, draws its charts, checks them, and returns them by name.
fn drawn(name: &str, facts: &str, keys: &[&str], rows: &[Row]) -> Vec<(String, String)> {
    let temporary = tempfile::tempdir().expect("a folder");
    let kept = std::env::var_os("CHARTS_TO");
    let folder = kept.as_ref().map_or(temporary.path(), Path::new).join(name);
    fs::create_dir_all(&folder).expect("made");
    let mut csv = csv::Writer::from_path(folder.join("points.csv")).expect("a file");
    let header = [
        &["point"],
        keys,
        &["metric", "mean", "sd", "ci95_low", "ci95_high", "repeats"],
    ];
    csv.write_record(header.concat()).expect("written");
    for (point, (values, metrics)) in rows.iter().enumerate() {
        for (metric, mean, reach) in metrics {
            let mut record = vec![point.to_string()];
            record.extend(values.iter().cloned());
            record.push((*metric).to_owned());
            let numbers = [*mean, 1.0, mean - reach, mean + reach, 30.0];
            record.extend(numbers.map(|number| number.to_string()));
            csv.write_record(&record).expect("written");
        }
    }
    csv.flush().expect("written");
    fs::write(folder.join(SWEEP_FILE), facts).expect("written");
    let names = draw_sweep_charts(&folder, &folder, kept.is_some()).expect("drawn");
    let read = |name: String| {
        let path = folder.join(CHARTS_FOLDER).join(format!("{name}.svg"));
        let svg = fs::read_to_string(path).expect("it is there");
        (name, svg)
    };
    let charts: Vec<(String, String)> = names.into_iter().map(read).collect();
    check(&charts);
    charts
}

fn chart<'a>(charts: &'a [(String, String)], name: &str) -> &'a str {
    let found = charts.iter().find(|(known, _)| known == name);
    &found.unwrap_or_else(|| panic!("no chart {name}")).1
}

const FACTS: &str = r#"{ "name": "shop", "metrics": [
    { "name": "replication_latency.p99", "unit": "s" }, { "name": "total_usd.total", "unit": "USD" }
] }"#;

#[test]
fn one_key_gives_a_line_with_its_band() {
    let row = |rate: f64| {
        let latency = 30.0 + rate * rate / 40.0;
        let text = format!("{rate} per hour");
        (
            vec![text],
            vec![(P99, latency, latency / 8.0), (COST, rate * 1.7, 2.0)],
        )
    };
    let rows: Vec<Row> = [10.0, 20.0, 40.0, 80.0, 160.0, 320.0].map(row).to_vec();
    let charts = drawn("line", FACTS, &["pushes.ci.rate"], &rows);
    let line = chart(&charts, P99);
    assert!(line.contains("replication_latency.p99 against pushes.ci.rate"));
    assert!(line.contains("pushes.ci.rate, per hour") && line.contains("mean of 30 repeats; shop"));
    // Six marks and one in the legend.
    assert_eq!(line.matches("<circle").count(), 7);
    assert!(chart(&charts, "replication_latency.mean").contains("no data"));
    assert!(chart(&charts, "pareto").contains("10 per hour"));
}

#[test]
fn values_that_are_no_numbers_stand_in_the_order_of_the_file() {
    let row = |preset: &str, mean| (values(&[preset]), vec![(P99, mean, 3.0)]);
    let rows = [
        row("pessimistic", 300.0),
        row("observed", 40.0),
        row("documented", 90.0),
    ];
    let charts = drawn("words", FACTS, &["latency.preset"], &rows);
    let line = chart(&charts, P99);
    let at = |word: &str| line.find(word).unwrap_or_else(|| panic!("no {word}"));
    assert!(at("pessimistic") < at("observed") && at("observed") < at("documented"));
}

#[test]
fn two_keys_on_a_grid_give_a_heat_map() {
    let mut rows: Vec<Row> = Vec::new();
    for slots in [4, 8, 16, 32, 64] {
        for rate in [60, 120, 240] {
            let load = f64::from(rate) / f64::from(slots);
            let found = vec![(P99, 20.0 + load * load, 1.0), (COST, f64::from(rate), 1.0)];
            rows.push((vec![slots.to_string(), format!("{rate} per hour")], found));
        }
    }
    let charts = drawn(
        "grid",
        FACTS,
        &["links.\"* -> *\".slots", "pushes.ci.rate"],
        &rows,
    );
    let map = chart(&charts, P99);
    assert!(map.contains("across: pushes.ci.rate") && map.contains("down: links."));
    // 15 cells, the paper, the ground and five shades of the legend.
    assert_eq!(map.matches("<rect").count(), 22);
}

#[test]
fn a_grid_with_holes_is_still_a_grid() {
    let row = |one: &str, two: &str| (values(&[one, two]), vec![(P99, 5.0, 0.0)]);
    let rows = [row("1", "1"), row("1", "2"), row("2", "1")];
    let charts = drawn("holes", FACTS, &["a", "b"], &rows);
    // Three cells, the paper, the ground, and one shade: all are the same.
    assert_eq!(chart(&charts, P99).matches("<rect").count(), 6);
}

/// A sweep over four keys whose points are all different, in fixed disorder.
fn scattered(points: u32) -> Vec<Row> {
    let part = |point: u32, step: u32| f64::from(point * step % points) / f64::from(points);
    let row = |point| {
        let [slots, rate, size, share] = [7, 11, 13, 17].map(|step| part(point, step));
        let latency = 60.0 * libm::exp(3.0 * rate - 2.0 * slots);
        let cost = 50.0 + 200.0 * size * rate + 90.0 * slots;
        let written = [
            format!("{:.1}", 8.0 + 56.0 * slots),
            format!("{:.2} per hour", 10.0 + 90.0 * rate),
            format!("{:.0} MB", 50.0 + 900.0 * size),
            format!("{share:.3}"),
        ];
        (
            written.to_vec(),
            vec![(P99, latency, 1.0), (COST, cost, 1.0)],
        )
    };
    (0..points).map(row).collect()
}

const FOUR: [&str; 4] = [
    "links.\"* -> *\".slots",
    "pushes.ci.rate",
    "pushes.ci.size",
    "pushes.ci.shared",
];

#[test]
fn more_keys_give_parallel_lines() {
    let charts = drawn("parallel", FACTS, &FOUR, &scattered(89));
    let lines = chart(&charts, P99);
    assert!(lines.contains("by everything that was varied"));
    // A line for each point, five axes, their ticks, three in the legend.
    assert!(lines.matches("<polyline").count() + lines.matches("<line").count() >= 89 + 5 + 3);
}

#[test]
fn a_hundred_thousand_points_fit_in_a_chart() {
    let charts = drawn("many", FACTS, &FOUR, &scattered(100_003));
    assert!(chart(&charts, P99).contains("1500 of 100003 points"));
}

#[test]
fn a_long_line_is_bounded_too() {
    let row = |at: u32| (vec![at.to_string()], vec![(P99, f64::from(at % 977), 20.0)]);
    let rows: Vec<Row> = (1..50_000).map(row).collect();
    drawn("long", FACTS, &["seed"], &rows);
}

#[test]
fn one_at_a_time_gives_a_tornado_with_the_widest_bar_on_top() {
    let keys = ["pushes.ci.rate", "links.\"* -> *\".slots", "latency.preset"];
    let own = ["60 per hour", "16", "observed"];
    let row = |place: usize, value: &str, mean: f64| {
        let mut values = values(&own);
        values[place] = value.to_owned();
        (values, vec![(P99, mean, 2.0)])
    };
    let rows = [
        row(0, "60 per hour", 100.0),
        row(0, "30 per hour", 80.0),
        row(0, "120 per hour", 130.0),
        row(1, "8", 340.0),
        row(1, "32", 95.0),
        row(2, "pessimistic", 180.0),
    ];
    let stop = r#""design": "one-at-a-time", "stop": { "metrics": ["replication_latency.p99"] }, "metrics""#;
    let facts = FACTS.replace(r#""metrics""#, stop);
    let charts = drawn("tornado", &facts, &keys, &rows);
    let tornado = chart(&charts, P99);
    let at = |word: &str| tornado.find(word).unwrap_or_else(|| panic!("no {word}"));
    // Slots move it by 245 s, the preset by 80 s, the rate by 50 s; ticks are written from the bottom up or the top down.
    let order = [at("slots"), at("latency.preset"), at("pushes.ci.rate")];
    assert!(
        order.is_sorted() || order.iter().rev().is_sorted(),
        "{order:?}"
    );
    for value in ["32", "pessimistic", "120 per hour", "own values, 100 s"] {
        at(value);
    }
    assert_eq!(charts.len(), 2);
}

#[test]
fn an_empty_sweep_has_charts_that_say_so() {
    let charts = drawn("empty", FACTS, &["pushes.ci.rate"], &[]);
    assert_eq!(charts.len(), 4);
    assert!(charts.iter().all(|(_, svg)| svg.contains("no data")));
}

#[test]
fn metrics_give_their_charts_names() {
    assert_eq!(file_name(P99), P99);
    assert_eq!(
        file_name("replication_latency.within(30 min)"),
        "replication_latency.within-30-min"
    );
}

#[test]
fn a_table_that_is_none_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(SWEEP_FILE), FACTS).expect("written");
    fs::write(folder.path().join("points.csv"), "nonsense\n1\n").expect("written");
    let wrong = draw_sweep_charts(folder.path(), folder.path(), false).expect_err("no table");
    assert!(wrong.to_string().contains("points.csv"), "{wrong}");
}
