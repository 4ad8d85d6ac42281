//! `ecrsim sweep`: designs, tables, resumption, growth, and kills at any moment.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::case::{Case, Ran, SHOP, entries};

/// Two rates, three numbers of slots, two repeats: 12 runs.
const SWEEP: &str = r#"
scenario = "shop.toml"
repeats = 2
[vary]
"pushes.ci.rate" = ["10 per hour", "40 per hour"]
'links."* -> *".slots' = { from = 2, to = 8, steps = 3, scale = "log" }
"#;

const TABLES: [&str; 3] = ["points.csv", "runs.csv", "sweep.json"];

fn case(sweep: &str) -> Case {
    Case::new().scenario(SHOP).file("sweep.toml", sweep)
}

/// Returns the rows of a table by the names of their columns.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    let rows = reader.deserialize::<BTreeMap<String, String>>();
    rows.map(|row| row.expect("a row")).collect()
}

#[track_caller]
fn assert_same_tables(one: &Path, other: &Path) {
    for table in TABLES {
        let read = |folder: &Path| fs::read_to_string(folder.join(table)).expect("a table");
        assert!(read(one) == read(other), "{table} differs");
    }
}

#[test]
fn a_mean_that_has_no_interval_is_given_none() {
    let sweep = r#"
scenario = "shop.toml"
repeats = 3
[vary]
"latency.stall" = [
  { probability = 0.1, time = { pareto = { scale = "10 s", shape = 1.5 } } },
  { probability = 0.1, time = { pareto = { scale = "10 s", shape = 1.5, max = "1 h" } } },
]
"#;
    let swept = case(sweep)
        .args("sweep sweep.toml --out out --quiet")
        .succeeds();
    let points = rows(&swept.path("out/points.csv"));
    let has_interval = |point: &str, metric: &str| {
        let mut rows = points.iter();
        let row = rows.find(|row| row["point"] == point && row["metric"] == metric);
        let row = row.expect("a row of each point and metric");
        assert_eq!(
            (row["mean"].is_empty(), row["sd"].is_empty()),
            (false, false)
        );
        assert_eq!(row["ci95_low"].is_empty(), row["ci95_high"].is_empty());
        !row["ci95_low"].is_empty()
    };
    // The first law is not cut, the second is.
    assert!(!has_interval("0", "replication_latency.mean"));
    assert!(!has_interval("0", "replication_latency.max"));
    assert!(has_interval("1", "replication_latency.mean"));
    for metric in [
        "replication_latency.p99",
        "transfer_time.mean",
        "total_usd.total",
    ] {
        assert!(has_interval("0", metric), "{metric}");
    }
}

#[test]
fn a_row_is_what_run_gives_for_the_same_keys_and_seed() {
    let swept = case(SWEEP)
        .args("sweep sweep.toml --out out --quiet")
        .succeeds();
    assert_eq!(swept.stderr, "");
    assert!(
        swept.stdout.starts_with("6 points, 12 runs"),
        "{}",
        swept.stdout
    );
    let runs = rows(&swept.path("out/runs.csv"));
    assert_eq!(runs.len(), 12);
    // The last key varies fastest, repeats within: run 9 is the second repeat of point 4, the second rate and slots.
    let row = &runs[9];
    let cells = [
        "run",
        "point",
        "repeat",
        "seed",
        "pushes.ci.rate",
        "links.\"* -> *\".slots",
        "status",
        "error",
    ];
    let cells = cells.map(|column| row[column].as_str());
    assert_eq!(cells, ["9", "4", "2", "2", "40 per hour", "4", "done", ""]);
    let row = row.clone();
    let ran = swept
        .then()
        .args("run shop.toml --quiet --replications none --out run --seed 2 --set")
        .arg("pushes.ci.rate=40 per hour")
        .arg("--set")
        .arg("links.\"* -> *\".slots=4")
        .succeeds();
    let mut compared = 0;
    for line in rows(&ran.path("run/summary.csv")) {
        let name = format!("{}.{}", line["metric"], line["statistic"]);
        if line["destination"].is_empty() {
            assert_eq!(row.get(&name), Some(&line["value"]), "{name}");
            compared += 1;
        }
    }
    assert_eq!(compared + 8, row.len());
}

#[test]
fn means_and_intervals_are_those_of_the_runs() {
    let ran = case(SWEEP)
        .args("sweep sweep.toml --out out --quiet")
        .succeeds();
    let values: Vec<f64> = rows(&ran.path("out/runs.csv"))
        .iter()
        .filter(|row| row["point"] == "5")
        .map(|row| row["replication_latency.mean"].parse().expect("a number"))
        .collect();
    let points = rows(&ran.path("out/points.csv"));
    let point = points
        .iter()
        .find(|row| row["point"] == "5" && row["metric"] == "replication_latency.mean")
        .expect("a row");
    let number = |column: &str| point[column].parse::<f64>().expect("a number");
    let (mean, half) = (
        (values[0] + values[1]) / 2.0,
        (values[0] - values[1]).abs() / 2.0,
    );
    // Of two values: sd = difference / root of 2; t for 95 % and 1 degree of freedom is 12.706.
    assert!((number("mean") - mean).abs() < 1e-9 * mean);
    assert!((number("sd") - half * 2_f64.sqrt()).abs() < 1e-9 * mean);
    assert!((number("ci95_high") - (mean + 12.706_204_74 * half)).abs() < 1e-6 * half);
    assert!((number("ci95_low") - (mean - 12.706_204_74 * half)).abs() < 1e-6 * half);
    assert_eq!(point["repeats"], "2");
    assert_eq!(point["pushes.ci.rate"], "40 per hour");
    // A metric without a sample in any run: the scenario has no deployments.
    let none = points.iter().find(|row| row["metric"] == "deploy_wait.p50");
    let none = none.expect("every metric has its row");
    assert_eq!(
        [&none["mean"], &none["ci95_low"], &none["repeats"]],
        ["", "", "0"]
    );
}

#[test]
fn tables_do_not_depend_on_jobs_or_on_how_often_it_was_begun() {
    let one = case(SWEEP)
        .args("sweep sweep.toml --out one --jobs 1 --quiet")
        .succeeds();
    let four = one
        .then()
        .args("sweep sweep.toml --out four --jobs 4 --quiet")
        .succeeds();
    assert_same_tables(&four.path("one"), &four.path("four"));
    // In three parts, then the rest: nothing is made again.
    let mut ran = four;
    for shard in ["2/3", "0/3"] {
        ran = ran
            .then()
            .args("sweep sweep.toml --out parts --quiet --shard")
            .args(shard)
            .succeeds();
        assert!(!ran.path("parts/runs.csv").exists());
    }
    assert!(ran.stdout.contains("8 of 12 runs"), "{}", ran.stdout);
    let ran = ran.then().args("sweep sweep.toml --out parts").succeeds();
    assert!(ran.stderr.starts_with("4 runs,"), "{}", ran.stderr);
    assert_same_tables(&ran.path("one"), &ran.path("parts"));
}

#[test]
fn growth_keeps_what_is_done_and_anything_else_is_refused() {
    let grown = SWEEP
        .replace("repeats = 2", "repeats = 3")
        .replace("[\"10 per hour\",", "[\"5 per hour\", \"10 per hour\",");
    let ran = case(SWEEP)
        .args("sweep sweep.toml --out out --quiet")
        .succeeds()
        .then()
        .file("sweep.toml", &grown)
        .args("sweep sweep.toml --out out")
        .succeeds();
    // 9 points of 3 runs; 12 of the 27 are there.
    assert!(ran.stderr.starts_with("15 runs,"), "{}", ran.stderr);
    let ran = ran
        .then()
        .args("sweep sweep.toml --out fresh --quiet")
        .succeeds();
    assert_same_tables(&ran.path("out"), &ran.path("fresh"));
    let ran = ran
        .then()
        .file("sweep.toml", SWEEP)
        .args("sweep sweep.toml --out out")
        .ends_with(2)
        .complains(&["out holds another sweep", "5 per hour"]);
    // Another scenario under the same keys is another sweep.
    ran.then()
        .file("sweep.toml", &grown)
        .scenario(&SHOP.replace("100 MB", "101 MB"))
        .args("sweep sweep.toml --out out")
        .ends_with(2)
        .complains(&["out holds another sweep", "whose scenario differs"]);
}

#[test]
fn killed_at_any_moment_it_goes_on_and_comes_to_the_same_bytes() {
    const KILLS: u64 = 50;
    // 120 runs of a few milliseconds each.
    let sweep = SWEEP.replace("repeats = 2", "repeats = 20");
    let began = Instant::now();
    let whole = case(&sweep)
        .args("sweep sweep.toml --out whole --quiet")
        .succeeds();
    let whole_ms = began.elapsed().as_millis() as u64;
    let mut case = whole.then();
    let mut killed = 0;
    for kill in 1..=KILLS {
        case = case.args("sweep sweep.toml --out killed --quiet");
        let mut process = case.process();
        process.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = process.spawn().expect("it starts");
        // Anywhere from the first instant to a little after the end; the golden ratio spreads the moments evenly.
        let share = (kill as f64 * 0.618_034).fract();
        sleep(Duration::from_millis(
            (share * 1.2 * whole_ms as f64) as u64,
        ));
        child.kill().expect("it can be killed");
        if child.wait().expect("it ends").success() {
            // It came too late: what is complete is right, and the next kill meets a new beginning.
            assert_same_tables(&case.path("whole"), &case.path("killed"));
            fs::remove_dir_all(case.path("killed")).expect("its folder goes");
        } else {
            killed += 1;
        }
        case = again(case);
    }
    assert!(
        killed >= KILLS / 3,
        "only {killed} kills came before the end"
    );
    let ran = case
        .args("sweep sweep.toml --out killed --quiet")
        .succeeds();
    assert_same_tables(&ran.path("whole"), &ran.path("killed"));
}

/// Returns a case in the same folder without arguments.
fn again(case: Case) -> Case {
    case.args_cleared()
}

#[cfg(unix)]
#[test]
fn interrupted_it_keeps_what_is_complete() {
    let sweep = SWEEP.replace("repeats = 2", "repeats = 2000");
    let case = case(&sweep).args("sweep sweep.toml --out out --jobs 2");
    let mut process = case.process();
    process.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = process.spawn().expect("it starts");
    let segments = case.path("out/segments");
    while !segments.is_dir() {
        sleep(Duration::from_millis(5));
    }
    sleep(Duration::from_millis(400));
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-s", "INT", &id])
        .status();
    assert!(sent.expect("kill").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(told.contains("what is complete is kept"), "{told}");
    assert!(!entries(&segments).is_empty());
    let status = again(case)
        .args("sweep sweep.toml --out out --status")
        .succeeds();
    let done: u64 = status
        .stdout
        .split(' ')
        .next()
        .expect("a number")
        .parse()
        .expect("a number");
    assert!(done > 0 && done < 12_000, "{}", status.stdout);
}

#[test]
fn plan_and_status_run_nothing() {
    let ran = case(SWEEP)
        .args("sweep sweep.toml --out out --plan --jobs 2")
        .succeeds();
    assert!(
        ran.stdout
            .starts_with("6 points, 2 repeats each: 12 runs\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("on 2 jobs"), "{}", ran.stdout);
    let ran = ran.leaves_only(&["shop.toml", "sweep.toml"]);
    let ran = ran
        .then()
        .args("sweep sweep.toml --out out --status")
        .ends_with(2)
        .complains(&["out holds no sweep"]);
    let ran = ran
        .then()
        .args("sweep sweep.toml --out out --quiet --shard 1/4")
        .succeeds()
        .then()
        .args("sweep sweep.toml --out out --status --shard 0/4")
        .succeeds();
    // Of 12 runs each of 4 shards has 3.
    assert!(
        ran.stdout
            .starts_with("3 of 12 runs are done, 9 are missing\n"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("shard 0/4: 3 missing\n  shard 1/4: 0 missing\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_is_wrong_is_told_at_its_place_in_the_sweep_file_all_at_once() {
    let sweep = r#"scenario = "shop.toml"
repeats = 0
where = "slots > 2 and slot < 9"
[design]
kind = "gird"
[vary]
"pushes.ci.rte" = ["10 per hour"]
'links."* -> *".slots' = [2, "many"]
[stop]
metrics = ["replication_latency.p98"]
max_repeats = 5
"#;
    case(sweep)
        .args("sweep sweep.toml --out out")
        .ends_with(2)
        .complains(&[
            "sweep.toml:2:11",
            "`repeats` is out of range",
            "sweep.toml:5:8",
            "did you mean `grid`?",
            "unknown metric `replication_latency.p98`",
            "`stop.max_repeats` is out of range",
        ])
        .leaves_only(&["shop.toml", "sweep.toml"]);
}

#[test]
fn keys_and_values_that_the_scenario_does_not_take_are_told_in_the_sweep_file() {
    let sweep = SWEEP
        .replace("\"40 per hour\"", "\"40 MB\"")
        .replace("links.\"* -> *\".slots", "links.\"* -> *\".slot");
    let ran = case(&sweep)
        .args("sweep sweep.toml --out out")
        .ends_with(2)
        .complains(&[
            "sweep.toml:6:17",
            "unknown key `slot`",
            "did you mean `slots`?",
            "sweep.toml:5:36",
            "40 MB",
        ]);
    ran.then()
        .file(
            "sweep.toml",
            &SWEEP.replace("[vary]", "where = \"slot > 2\"\n[vary]"),
        )
        .args("check sweep.toml")
        .ends_with(2)
        .complains(&[
            "sweep.toml:4:10",
            "`slot` is no varied key",
            "did you mean `slots`?",
        ])
        .then()
        .file("sweep.toml", &SWEEP.replace("shop.toml", "shp.toml"))
        .args("sweep sweep.toml --out out")
        .ends_with(2)
        .complains(&["sweep.toml:2:12", "cannot read shp.toml"]);
}

#[test]
fn check_reads_sweeps_and_schema_describes_them() {
    let ran = case(SWEEP).args("check sweep.toml").succeeds();
    assert_eq!(
        ran.stdout,
        "sweep.toml: right\n  6 points, 2 repeats each\n"
    );
    let schema = Case::new().args("schema sweep").succeeds();
    let schema: serde_json::Value = serde_json::from_str(&schema.stdout).expect("JSON");
    assert_eq!(schema["title"], "ecrsim sweep");
    let kinds = schema["properties"]["design"].to_string();
    assert!(
        kinds.contains("latin-hypercube") && kinds.contains("one-at-a-time"),
        "{kinds}"
    );
}

#[test]
fn a_foreign_folder_is_left_alone() {
    let ran = case(SWEEP)
        .file("out/notes.txt", "mine")
        .args("sweep sweep.toml --out out")
        .ends_with(2)
        .complains(&["it is not empty and not a sweep's folder"]);
    assert_eq!(entries(&ran.path("out")), ["notes.txt"]);
}

#[test]
fn points_that_look_endless_need_yes() {
    let sweep = SWEEP.replace("\"40 per hour\"", "\"9000 per hour\"");
    case(&sweep)
        .args("sweep sweep.toml --out out")
        .ends_with(2)
        .complains(&["pushes.ci.rate = 9000 per hour", "add --yes"]);
}

#[test]
fn a_rule_to_stop_never_takes_a_mean_without_an_interval_for_known() {
    let sweep = r#"
scenario = "shop.toml"
[vary]
"latency.stall" = [
  { probability = 0.1, time = { pareto = { scale = "1 ms", shape = 1.5 } } },
  { probability = 0.1, time = { pareto = { scale = "1 ms", shape = 1.5, max = "1 s" } } },
]
[stop]
metrics = ["replication_latency.mean"]
relative_half_width = 1.0
max_repeats = 30
"#;
    // 30 runs of the first point, 20 of the second.
    let never = "at 1 of 2 points a mean of [stop] has no interval";
    let ran = case(sweep).args("sweep sweep.toml --out out --plan");
    let ran = ran.succeeds();
    assert!(
        ran.stdout
            .starts_with("2 points: 50 runs at first; at most 60"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains(never), "{}", ran.stdout);
    let ran = ran.then().args("sweep sweep.toml --out out").succeeds();
    assert!(ran.stdout.contains(never), "{}", ran.stdout);
    // Before the runs too, for who would rather not wait.
    assert!(ran.stderr.contains(never), "{}", ran.stderr);
    let document = ran.json("out/sweep.json");
    assert_eq!(document["points_at_max_repeats"], serde_json::json!([0]));
    let runs = rows(&ran.path("out/runs.csv"));
    let of = |point: &str| runs.iter().filter(|run| run["point"] == point).count();
    assert_eq!((of("0"), of("1")), (30, 20));
}

#[test]
fn a_rule_to_stop_ends_points_at_the_first_look_that_is_enough() {
    let stop = |most| {
        SWEEP.replace("repeats = 2", "repeats = 20")
            + &format!(
                "[stop]\nmetrics = [\"replication_latency.p50\"]\nrelative_half_width = 0.005\nmax_repeats = {most}\n"
            )
    };
    let ran = case(&stop(40))
        .args("sweep sweep.toml --out out --jobs 4 --quiet")
        .succeeds()
        .then()
        .args("sweep sweep.toml --out one --jobs 1 --quiet")
        .succeeds();
    assert_same_tables(&ran.path("out"), &ran.path("one"));
    let runs = rows(&ran.path("out/runs.csv"));
    let points = rows(&ran.path("out/points.csv"));
    let unsettled = ran.json("out/sweep.json")["points_at_max_repeats"].clone();
    let mut seen = Vec::new();
    for row in points
        .iter()
        .filter(|row| row["metric"] == "replication_latency.p50")
    {
        let number = |column: &str| row[column].parse::<f64>().expect("a number");
        let wide = (number("ci95_high") - number("mean")) / number("mean") > 0.005;
        let at_most = unsettled.as_array().expect("a list").iter();
        let flagged = at_most
            .map(ToString::to_string)
            .any(|point| point == row["point"]);
        assert_eq!(wide, flagged, "point {}", row["point"]);
        assert_eq!(wide, row["repeats"] == "40" && flagged);
        let count = runs
            .iter()
            .filter(|run| run["point"] == row["point"])
            .count();
        assert_eq!(count.to_string(), row["repeats"]);
        // The number of a run does not depend on where points before it end.
        let first = runs
            .iter()
            .find(|run| run["point"] == row["point"])
            .expect("a run");
        assert_eq!(
            first["run"].parse::<u64>().expect("a number"),
            40 * row["point"].parse::<u64>().expect("a number")
        );
        seen.push(row["repeats"].clone());
    }
    assert!(seen.iter().any(|repeats| repeats != "20"), "{seen:?}");
    // By rounds, as shards go: each round asks for what the results before it leave open.
    let mut ran: Ran = ran;
    for _ in 0..2 {
        for shard in ["0/2", "1/2"] {
            ran = ran
                .then()
                .args("sweep sweep.toml --out rounds --quiet --shard")
                .args(shard)
                .succeeds();
        }
    }
    let ran = ran.then().args("sweep sweep.toml --out rounds").succeeds();
    assert!(ran.stderr.starts_with("0 runs,"), "{}", ran.stderr);
    assert_same_tables(&ran.path("one"), &ran.path("rounds"));
}

#[test]
fn shipped_sweeps_are_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/sweeps");
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("a README");
    for name in entries(&folder) {
        let ran = Case::new().args("check").arg(folder.join(&name)).succeeds();
        assert!(ran.stdout.contains(": right\n"), "{}", ran.stdout);
        let text = fs::read_to_string(folder.join(&name)).expect("a sweep");
        let keys = text.split_once("scenario = ").expect("its keys").1;
        assert!(readme.contains(keys), "the README shows another {name}");
    }
}
