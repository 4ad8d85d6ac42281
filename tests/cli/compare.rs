//! `ecrsim compare`: what it prints, writes and returns. Few repeats of a small scenario.

use std::process::Stdio;

use serde_json::Value;

use crate::case::{Case, SHOP};

/// Slow links, so that their speed matters.
const SLOW: &str = r#"
[links."* -> *"]
per_copy = "10 Mbit/s"
"#;

fn slow_shop() -> String {
    format!("{SHOP}{SLOW}")
}

fn case(scenario: &str) -> Case {
    Case::new()
        .scenario(scenario)
        .args("compare shop.toml --quiet --repeats 3")
}

/// A variant in which every copy is slower.
fn slower(case: Case) -> Case {
    case.args("--variant slower")
        .arg(r#"links."* -> *".per_copy=8 Mbit/s"#)
}

#[test]
fn a_mean_behind_which_there_is_too_heavy_a_tail_is_named() {
    let tail = |max: &str| {
        let stall = format!(
            "[latency]\nstall = {{ probability = 0.5, time = {{ pareto = {{ scale = \"10 s\", shape = 1.5{max} }} }} }}\n"
        );
        slower(case(&(slow_shop() + &stall))).succeeds().stdout
    };
    let note = "a law with too heavy a tail may be behind replication_latency.mean";
    let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat(tail("")).contains(note));
    assert!(!flat(tail(", max = \"1 h\"")).contains("too heavy a tail"));
}

#[test]
fn a_slower_link_is_told_with_signs_legend_and_quantities() {
    let ran = slower(case(&slow_shop())).succeeds();
    let mut lines = ran.stdout.lines();
    let title = format!(
        "shop → slower: 3 repeats each, seeds 1 to 3, ecrsim {}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(lines.next(), Some(title.as_str()));
    let later = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("+ replication_latency.mean"));
    let later = later.expect("a slower link makes later images");
    assert!(
        later.contains(" → ") && later.contains(" ± ") && later.contains('×'),
        "{later}"
    );
    for text in [
        "  - for stored_bytes.mean",
        "more numbers are identical in every repeat",
        "+ more, - less than shop; ~ changed",
        "narrower: the same seeds",
    ] {
        assert!(ran.stdout.contains(text), "no {text} in:\n{}", ran.stdout);
    }
    assert_eq!(ran.stderr, "");
}

#[test]
fn any_number_of_jobs_gives_the_same_bytes() {
    let json = |jobs| {
        slower(
            case(&slow_shop())
                .args("--all --format json --jobs")
                .args(jobs),
        )
        .succeeds()
        .stdout
    };
    let one = json("1");
    assert!(one == json("3"));
    let document: Value = serde_json::from_str(&one).expect("JSON");
    assert_eq!(document["repeats"], 3);
    let rows = document["differences"].as_array().expect("rows");
    let row = |metric: &str| {
        rows.iter()
            .find(|row| row["metric"] == metric)
            .expect("a row")
    };
    // Each copy of some 100 MB takes a quarter longer; the draws are the same.
    let latency = row("replication_latency.mean");
    assert_eq!(latency["verdict"], "more");
    assert!(
        latency["narrower"]
            .as_f64()
            .is_some_and(|factor| factor > 1.0),
        "{latency}"
    );
    let requested = row("requested.total");
    assert_eq!(
        (&requested["verdict"], &requested["difference"]),
        (&"identical".into(), &0.0.into())
    );
    assert_eq!(requested["p_adjusted"], Value::Null);
}

/// A row is what `ecrsim run` gives under the same seeds.
#[test]
fn means_are_those_of_single_runs() {
    let compared =
        slower(case(&slow_shop()).args("--metric time_to_all.mean --format json")).succeeds();
    let document: Value = serde_json::from_str(&compared.stdout).expect("JSON");
    let mean = document["differences"][0]["base_mean"]
        .as_f64()
        .expect("a mean");
    let of_seed = |seed: &str| {
        let run = Case::new()
            .scenario(&slow_shop())
            .args("run shop.toml --quiet --format json --seed")
            .args(seed);
        let summary: Value = serde_json::from_str(&run.succeeds().stdout).expect("JSON");
        summary["metrics"]["time_to_all"][""]["mean"]["value"]
            .as_f64()
            .expect("a mean")
    };
    let expected = ["1", "2", "3"].map(of_seed).iter().sum::<f64>() / 3.0;
    assert!(
        (mean - expected).abs() < 1e-9 * expected,
        "{mean} {expected}"
    );
}

#[test]
fn thresholds_on_differences_end_with_99_and_are_not_judged_in_a_run() {
    let toml =
        slow_shop() + "[thresholds]\nreplication_latency = [\"delta < +1 %\", \"p50 < 1 h\"]\n";
    let breached = slower(case(&toml)).ends_with(99);
    assert!(
        breached
            .stdout
            .contains("✗ replication_latency delta < +1 %: slower +"),
        "{}",
        breached.stdout
    );
    let run = Case::new()
        .scenario(&toml)
        .args("run shop.toml --quiet")
        .succeeds();
    let note = "for `ecrsim compare`, not judged in a single run: replication_latency delta < +1 %";
    assert!(run.stdout.contains(note), "{}", run.stdout);
    assert!(
        run.stdout.contains("✓ replication_latency p50 < 1 h"),
        "{}",
        run.stdout
    );
    let summary = run.json("output/shop/summary.json");
    assert_eq!(summary["thresholds"].as_array().map(Vec::len), Some(1));
    let held = slower(
        case(&slow_shop())
            .args("--threshold")
            .arg("total_usd delta < +5 USD"),
    )
    .succeeds();
    assert!(
        held.stdout.contains("✓ total_usd delta < +5 USD: slower -"),
        "{}",
        held.stdout
    );
}

#[test]
fn a_threshold_that_is_wrong_is_told_where_it_stands() {
    let toml = slow_shop()
        + "[thresholds]\ntotal_usd = [\"delta < 5\"]\n\"failed{reason=AccessDenied}\" = [\"delta < 5\"]\n";
    slower(case(&toml)).ends_with(2).complains(&[
        "shop.toml:2",
        "lacks its unit, USD",
        "over all destinations only",
    ]);
    slower(case(SHOP).args("--threshold").arg("totl_usd delta < 5 %"))
        .ends_with(2)
        .complains(&["did you mean `total_usd`?"]);
}

#[test]
fn what_is_wrong_with_a_variant_is_told_with_its_name() {
    let variant = |overrides: &[&str]| {
        let case = case(SHOP).arg("--variant");
        overrides
            .iter()
            .fold(case, |case, text| case.arg(*text))
            .ends_with(2)
    };
    variant(&["busy", "pushes.cx.rate=1 per hour"]).complains(&[
        "in the variant `busy`:",
        "there is no `cx`",
        "did you mean `ci`?",
    ]);
    variant(&["pushes.ci.rate=1 per hour", "seed=2"]).complains(&["a name before its overrides"]);
    variant(&["busy", "seed=2", "other.toml"]).complains(&["`other.toml` is no KEY=VALUE"]);
    variant(&["shop", "duration=2 days"]).complains(&["two of them are called `shop`"]);
    case(SHOP)
        .ends_with(2)
        .complains(&["nothing to compare with"]);
    slower(case(SHOP).args("--metric replication_latancy"))
        .ends_with(2)
        .complains(&["did you mean `replication_latency`?"]);
    Case::new()
        .scenario(SHOP)
        .args("compare shop.toml --repeats 1")
        .ends_with(2)
        .complains(&["invalid value"]);
}

#[test]
fn a_variant_may_be_a_file_and_runs_under_the_base_s_seeds() {
    let other = slow_shop()
        .replace("10 per hour", "12 per hour")
        .replace("name = \"shop\"", "name = \"shop\"\nseed = 5");
    let ran = Case::new()
        .scenario(&slow_shop())
        .file("busier.toml", &other)
        .args("compare shop.toml busier.toml --quiet --repeats 2 --metric requested.total")
        .succeeds();
    assert!(ran.stdout.contains("+ requested.total"), "{}", ran.stdout);
    let note = "busier runs under the seeds of the base, from 1, not under its own, 5";
    assert!(ran.stdout.contains(note), "{}", ran.stdout);
}

/// Two check-outs of one file: each goes by its path.
#[test]
fn files_of_one_name_go_by_their_paths() {
    let busier = SHOP.replace("10 per hour", "12 per hour");
    let ran = Case::new()
        .file("main/shop.toml", SHOP)
        .file("change/shop.toml", &busier)
        .args("compare main/shop.toml change/shop.toml --quiet --repeats 2")
        .succeeds();
    let title = "main/shop.toml → change/shop.toml: 2 repeats each";
    assert!(ran.stdout.starts_with(title), "{}", ran.stdout);
}

#[test]
fn more_than_two_are_ranked() {
    let ran = slower(case(&slow_shop()))
        .args("--variant fewer")
        .arg("pushes.ci.rate=5 per hour")
        .succeeds();
    let ranks: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| line.starts_with(['1', '2', '3']))
        .collect();
    assert!(
        ran.stdout.contains("rank by total_usd.total"),
        "{}",
        ran.stdout
    );
    assert!(
        ranks[0].starts_with("1. fewer") && ranks[0].contains("100 %"),
        "{ranks:?}"
    );
    let most = slower(case(&slow_shop()))
        .args("--rank requested.total --rank-max --format json --variant fewer")
        .arg("pushes.ci.rate=5 per hour");
    let document: Value = serde_json::from_str(&most.succeeds().stdout).expect("JSON");
    let ranking = &document["ranking"];
    assert_eq!(
        (&ranking["least_is_best"], &ranking["systems"][2]["system"]),
        (&false.into(), &"fewer".into())
    );
}

#[test]
fn it_writes_its_files_and_nothing_over_others() {
    let ran = slower(case(&slow_shop()).args("--out what-if --format markdown")).succeeds();
    let csv = ran.read("what-if/differences.csv");
    let header = csv.lines().next().expect("a header");
    assert!(
        header.starts_with("variant,metric,pairs,base_mean,variant_mean,difference,"),
        "{header}"
    );
    assert!(header.ends_with(",narrower_factor,unit"), "{header}");
    assert!(csv.contains("\nslower,total_usd.total,3,"), "{csv}");
    assert_eq!(ran.json("what-if/compare.json")["variants"][0], "slower");
    assert!(
        ran.stdout.starts_with("### shop → slower"),
        "{}",
        ran.stdout
    );
    // Again into the same folder, and as CSV on standard output.
    let again = ran
        .then()
        .args("compare shop.toml --quiet --repeats 3 --out what-if --format csv --variant slower");
    let again = again.arg(r#"links."* -> *".per_copy=8 Mbit/s"#).succeeds();
    assert!(again.stdout == csv);
    let other = slower(case(SHOP).file("full/notes.txt", "mine").args("--out full"));
    other
        .ends_with(2)
        .complains(&["holds no compare.json", "--force"])
        .leaves_only(&["full", "shop.toml"]);
}

#[test]
fn a_saved_run_of_the_same_seed_makes_pairs_and_one_of_another_seed_a_base() {
    let saved = Case::new()
        .scenario(&slow_shop())
        .args("run shop.toml --quiet")
        .succeeds();
    let same = saved
        .then()
        .args("compare shop.toml --quiet --compare-to output/shop/summary.json")
        .succeeds();
    assert!(same.stdout.contains("one run, seed 1"), "{}", same.stdout);
    assert!(
        same.stdout.contains("numbers are identical"),
        "{}",
        same.stdout
    );
    assert!(!same.stdout.contains('±'), "{}", same.stdout);
    let changed = same
        .then()
        .args("compare shop.toml --quiet --compare-to output/shop/summary.json --format json --set")
        .arg("pushes.ci.rate=20 per hour")
        .args("--metric requested.total --threshold")
        .arg("requested delta < +10 %")
        .ends_with(99);
    let document: Value = serde_json::from_str(&changed.stdout).expect("JSON");
    let row = &document["differences"][0];
    assert_eq!(
        (&row["verdict"], &row["difference_interval"]),
        (&"one-pair".into(), &Value::Null)
    );
    assert_eq!(
        (&document["base_is"], &document["thresholds"][0]["pairs"]),
        (&"saved-pair".into(), &1.into())
    );
    let other = changed
        .then()
        .args("compare shop.toml --quiet --repeats 3 --set seed=100 --compare-to output/shop/summary.json")
        .succeeds();
    assert!(
        other
            .stdout
            .contains("intervals and tests are those of the variant's mean alone"),
        "{}",
        other.stdout
    );
    assert!(
        other.stdout.contains('±') && !other.stdout.contains('×'),
        "{}",
        other.stdout
    );
    other
        .then()
        .args("compare shop.toml --compare-to none.json")
        .ends_with(2)
        .complains(&["none.json"]);
}

/// Waits until the runs' threads have started, so that the signal is heard.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_comparison_ends_with_130() {
    use std::time::{Duration, Instant};
    let long = SHOP
        .replace("1 day", "1000 days")
        .replace("10 per hour", "20000 per hour");
    let case = Case::new()
        .scenario(&long)
        .args("compare shop.toml --yes --jobs 2 --out diff --variant a seed=1");
    let mut process = case.process();
    let child = process
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let tasks = format!("/proc/{}/task", child.id());
    let threads = || std::fs::read_dir(&tasks).map_or(0, Iterator::count);
    let before = Instant::now();
    // The main one, the one that hears signals, and two that simulate.
    while threads() < 4 {
        assert!(before.elapsed() < Duration::from_secs(60), "no run starts");
        std::thread::sleep(Duration::from_millis(20));
    }
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-s", "INT", &id])
        .status()
        .expect("kill");
    assert!(sent.success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(output.stdout, b"");
    assert_eq!(crate::case::entries(case.path("").as_path()), ["shop.toml"]);
}
