//! `ecrsim solve`: answers that are known by hand, and what is said where there is none.

use crate::case::{Case, Ran, assert_same_folders, entries, tree};

/// 24 images at once, each of which takes 100 s alone: with c slots they take 100 s times 24 / c, rounded up.
const BURST: &str = r#"
name = "burst"
duration = "1 day"
[accounts]
build = "111122223333"
[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1"]
[pushes.train]
registry = "build/us-east-1"
repositories = ["shop/web"]
burst = { images = 24, over = "1 s", every = "1 week", first = "1 h" }
size = "100 MB"
[latency]
dispatch = "0 s"
stall = { probability = 0.0 }
[links."* -> *"]
per_copy = "8 Mbit/s"
"#;

const SLOTS: &str = "links.\"* -> *\".slots";

/// The last image within 450 s: four rounds of 100 s, not five.
const UNTIL: &str = "replication_latency max < 450 s";

fn solve(key: &str, from: &str, to: &str) -> Case {
    let case = Case::new().file("burst.toml", BURST);
    let case = case.args("solve burst.toml --quiet --vary").arg(key);
    case.arg("--from").arg(from).arg("--to").arg(to)
}

fn until(case: Case, condition: &str) -> Case {
    case.arg("--until").arg(condition)
}

/// The number that the solution in `answer` found.
#[track_caller]
fn answer(ran: &Ran) -> f64 {
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let found = &document["answer"];
    let tried = document["tried"].as_array().expect("a list");
    let tried = tried.iter().find(|tried| tried["value"] == *found);
    tried.expect("the answer was tried")["number"]
        .as_f64()
        .expect("a number")
}

#[test]
fn a_mean_behind_which_there_is_too_heavy_a_tail_is_named() {
    let stall =
        "stall = { probability = 0.5, time = { pareto = { scale = \"10 s\", shape = 1.5 } } }";
    let text = BURST.replace("stall = { probability = 0.0 }", stall);
    let case = Case::new().file("burst.toml", &text);
    let case = case.args("solve burst.toml --quiet --vary").arg(SLOTS);
    let case = case.args("--from 8 --to 24 --until");
    let ran = case.arg("replication_latency mean < 100 min").succeeds();
    let told = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence =
        "No number of repeats makes the mean of `replication_latency mean < 100 min` sure: ";
    assert!(told.contains(sentence), "{told}");
}

#[test]
fn least_slots_for_a_burst() {
    let ran = until(solve(SLOTS, "1", "64"), UNTIL).succeeds();
    for said in [
        "The least links.\"* -> *\".slots from 1 to 64 that meets `replication_latency max < 450 s` is 6 (",
        "\n5 misses it (",
        "the seeds are the same at every value",
    ] {
        assert!(ran.stdout.contains(said), "no `{said}` in\n{}", ran.stdout);
    }
    // The ends, three between, and halves: few of 64.
    let tried = ran
        .stdout
        .lines()
        .filter(|line| line.ends_with("met") || line.ends_with("missed"));
    assert!(tried.count() <= 10, "{}", ran.stdout);
}

#[test]
fn least_speed_has_its_unit() {
    // One slot: 24 times 800 Mbit in 450 s and the second over which they were pushed: 42.58 Mbit/s.
    let case = until(
        solve("links.\"* -> *\".per_copy", "1 Mbit/s", "100 Mbit/s"),
        UNTIL,
    );
    let ran = case
        .args("--format json --set")
        .arg("links.\"* -> *\".slots=1")
        .succeeds();
    let found = answer(&ran);
    assert!((42.57..43.1).contains(&found), "{found}");
    assert!(ran.stdout.contains(" Mbit/s\""), "{}", ran.stdout);
}

#[test]
fn greatest_burst_is_sought_where_less_is_better() {
    // Six slots and four rounds: 24 images.
    let case = until(solve("pushes.train.burst.images", "1", "100"), UNTIL);
    let ran = case.arg("--set").arg("links.\"* -> *\".slots=6").succeeds();
    assert!(
        ran.stdout
            .contains("The greatest pushes.train.burst.images"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("is 24 ("), "{}", ran.stdout);
}

#[test]
fn every_condition_must_hold() {
    let case = until(
        until(solve(SLOTS, "1", "64"), UNTIL),
        "queue_time max <= 0 s",
    );
    let ran = case.args("--format markdown").succeeds();
    // Nobody waits from 24 slots on.
    assert!(ran.stdout.contains("is 24 (10 repeats)."), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("| queue\\_time max \\<= 0 s |"),
        "{}",
        ran.stdout
    );
}

#[test]
fn scenario_s_own_thresholds_are_the_conditions_if_none_is_given() {
    let toml = format!("{BURST}[thresholds]\nreplication_latency = [\"max < 450 s\"]\n");
    let ran = solve(SLOTS, "1", "64").file("burst.toml", &toml).succeeds();
    assert!(ran.stdout.contains("is 6 ("), "{}", ran.stdout);
}

#[test]
fn no_value_in_the_range_ends_with_99() {
    let ran = until(solve(SLOTS, "1", "4"), UNTIL).ends_with(99);
    assert!(
        ran.stdout
            .contains("No links.\"* -> *\".slots that was tried from 1 to 4")
    );
    assert!(
        ran.stdout.contains("The nearer end is 4 ("),
        "{}",
        ran.stdout
    );
}

#[test]
fn folder_holds_table_document_and_chart_whatever_the_jobs() {
    let noisy = |jobs: &str, out: &str| {
        let case = until(solve("pushes.train.burst.images", "4", "60"), UNTIL);
        let case = case
            .arg("--set")
            .arg("pushes.train.size={ exponential = { mean = \"50 MB\" } }");
        let case = case.arg("--set").arg("links.\"* -> *\".slots=4");
        case.args(&format!("--jobs {jobs} --out {out} --png"))
            .succeeds()
    };
    let (one, two) = (noisy("1", "one"), noisy("2", "two"));
    assert_eq!(one.stdout, two.stdout);
    assert_same_folders(&one.path("one"), &two.path("two"));
    assert_eq!(
        entries(&one.path("one")),
        ["charts", "solve.csv", "solve.json"]
    );
    assert_eq!(entries(&one.path("one/charts")), ["solve.png", "solve.svg"]);
    let head = "key,value,number,condition,repeats,mean,low,high,limit,unit,verdict\n";
    assert!(one.read("one/solve.csv").starts_with(head));
    assert!(one.read("one/charts/solve.svg").contains("burst.images"));
    let before = tree(&one.path("one"));
    let again = one.then().args("report one").succeeds();
    assert!(tree(&again.path("one")) == before, "a file differs");
}

#[test]
fn folder_of_something_else_is_left_alone() {
    let case = until(solve(SLOTS, "1", "64"), UNTIL).file("photos/cat.jpg", "meow");
    let ran = case.args("--out photos").ends_with(2);
    ran.complains(&["photos", "solve.json"]);
}

#[test]
fn conditions_are_told_as_thresholds_are() {
    let wrong = |condition: &str| until(solve(SLOTS, "1", "64"), condition).ends_with(2);
    wrong("replication_latancy p99 < 1 s").complains(&["did you mean `replication_latency`?"]);
    wrong("replication_latency p98 < 1 s").complains(&["no statistic `p98`"]);
    wrong("replication_latency p99 < 1").complains(&["lacks a unit of time"]);
    wrong("replication_latency{destination=build/eu-west-2} p99 < 1 s")
        .complains(&["build/eu-west-1"]);
    wrong("replication_latency p99 == 1 s").complains(&["write <= or >="]);
}

#[test]
fn keys_and_ends_are_told() {
    let wrong = |key: &str, from: &str, to: &str| until(solve(key, from, to), UNTIL).ends_with(2);
    wrong("links.\"* -> *\".slotz", "1", "64").complains(&["slotz", "slots"]);
    wrong(SLOTS, "64", "1").complains(&["`64` is not less than `1`"]);
    wrong(SLOTS, "0.5", "8").complains(&["slots"]);
    wrong("links.\"* -> *\".per_copy", "1 Mbit/s", "2 h").complains(&["different units"]);
    solve(SLOTS, "1", "8").ends_with(2).complains(&["--until"]);
}
