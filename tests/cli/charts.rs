//! The charts and the page of a sweep: drawn with its tables, and again from them.

use std::fs;

use crate::case::{Case, SHOP, entries, tree};

const SWEEP: &str = r#"
scenario = "shop.toml"
repeats = 3
[vary]
"pushes.ci.rate" = ["5 per hour", "10 per hour", "40 per hour"]
"#;

fn swept(sweep: &str, options: &str) -> crate::case::Ran {
    let case = Case::new().scenario(SHOP).file("sweep.toml", sweep);
    case.args("sweep sweep.toml --quiet --out swept")
        .args(options)
        .succeeds()
}

#[test]
fn a_sweep_leaves_its_charts_and_its_page() {
    let ran = swept(SWEEP, "--png");
    let names = [
        "pareto",
        "replication_latency.mean",
        "replication_latency.p99",
        "total_usd.total",
    ];
    let files = names
        .iter()
        .flat_map(|name| [format!("{name}.png"), format!("{name}.svg")]);
    assert_eq!(
        entries(&ran.path("swept/charts")),
        files.collect::<Vec<_>>()
    );
    let page = ran.read("swept/report.html");
    assert_eq!(page.matches("<svg ").count(), names.len());
    assert!(page.contains("3 points, 9 runs") && page.contains("<td>40 per hour</td>"));
    let before = tree(&ran.path("swept"));
    fs::remove_file(ran.path("swept/report.html")).expect("the page");
    let again = ran.then().args("report swept").succeeds();
    assert!(again.stdout.contains("swept"), "{}", again.stdout);
    assert!(tree(&again.path("swept")) == before, "a file differs");
}

#[test]
fn what_the_thresholds_ask_about_is_drawn() {
    let toml = format!("{SHOP}[thresholds]\nqueue_time = [\"p95 < 1 h\"]\n");
    let case = Case::new().scenario(&toml).file("sweep.toml", SWEEP);
    let ran = case.args("sweep sweep.toml --quiet --out swept").succeeds();
    assert_eq!(
        entries(&ran.path("swept/charts")),
        ["pareto.svg", "queue_time.p95.svg"]
    );
}

#[test]
fn keys_varied_one_at_a_time_give_a_tornado() {
    let sweep = r#"
scenario = "shop.toml"
repeats = 2
design.kind = "one-at-a-time"
[vary]
"pushes.ci.rate" = ["5 per hour", "40 per hour"]
'links."* -> *".per_copy' = ["100 Mbit/s", "800 Mbit/s"]
"#;
    let chart = swept(sweep, "").read("swept/charts/replication_latency.mean.svg");
    assert!(
        chart.contains("What moves replication_latency.mean"),
        "{chart}"
    );
    assert!(
        chart.contains("5 per hour") && chart.contains("800 Mbit/s"),
        "{chart}"
    );
}

#[test]
fn a_comparison_has_a_chart_of_its_differences() {
    let case = Case::new()
        .scenario(SHOP)
        .args("compare shop.toml --quiet --repeats 3 --out diff");
    let ran = case
        .args("--variant busier")
        .arg("pushes.ci.rate=20 per hour")
        .succeeds();
    assert_eq!(
        entries(&ran.path("diff")),
        ["charts", "compare.json", "differences.csv"]
    );
    let chart = ran.read("diff/charts/differences.svg");
    assert!(
        chart.contains("moved_bytes.total") && chart.contains("change, %"),
        "{chart}"
    );
    let before = tree(&ran.path("diff"));
    fs::remove_dir_all(ran.path("diff/charts")).expect("the charts");
    let again = ran.then().args("report diff").succeeds();
    assert!(tree(&again.path("diff")) == before, "a file differs");
}

/// The legend says of each destination what the table on the screen does.
#[test]
fn the_latency_chart_has_the_quantiles_of_the_table() {
    let case = Case::new().scenario(SHOP);
    let ran = case.args("run shop.toml --quiet").succeeds();
    let chart = ran.read("output/shop/charts/latency-distribution.svg");
    let rows = ran.stdout.lines().filter(|line| line.contains("/eu-"));
    let mut seen = 0;
    for row in rows {
        let columns: Vec<&str> = row
            .split("  ")
            .map(str::trim)
            .filter(|of| !of.is_empty())
            .collect();
        if let [_, _, _, p50, _, p99, ..] = columns[..] {
            // Whether it has the samples that it takes is for the table to say.
            let legend = format!("p50 {p50}, p99 {}", p99.trim_end_matches('~'));
            assert!(chart.contains(&legend), "{legend}");
            seen += 1;
        }
    }
    assert!(seen > 0, "{}", ran.stdout);
}
