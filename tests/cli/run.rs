//! `ecrsim run`: summary, options, thresholds.

use std::fs;

use crate::case::{Case, SHOP, assert_same_folders, entries};

const TABLES: [&str; 16] = [
    "breakeven.csv",
    "costs.csv",
    "destinations.csv",
    "failures.csv",
    "latency.csv",
    "links.csv",
    "pulls.csv",
    "refused.csv",
    "replications.csv",
    "revocations.csv",
    "revoked_copies.csv",
    "run.json",
    "storage.csv",
    "summary.csv",
    "summary.json",
    "timeline.csv",
];

#[test]
fn prints_a_summary_and_writes_every_table() {
    let ran = Case::new().scenario(SHOP).args("run shop.toml").succeeds();
    assert!(ran.stdout.starts_with("shop: "), "{}", ran.stdout);
    for text in ["prod/eu-west-1", "build/us-west-2", "output/shop"] {
        assert!(ran.stdout.contains(text), "no {text} in:\n{}", ran.stdout);
    }
    assert!(
        ran.stdout.lines().all(|line| line.chars().count() <= 100),
        "{}",
        ran.stdout
    );
    let names = entries(&ran.path("output/shop"));
    for table in TABLES {
        assert!(
            names.iter().any(|name| name == table),
            "no {table} in {names:?}"
        );
    }
    assert!(
        ran.stderr.contains("events in"),
        "the time that it took: {}",
        ran.stderr
    );
}

#[test]
fn rows_stand_for_pushes_to_each_destination() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet --out run")
        .succeeds();
    let rows = ran.read("run/replications.csv").lines().count() - 1;
    let requested: usize = ran
        .read("run/destinations.csv")
        .lines()
        .skip(1)
        .map(|row| {
            row.split(',')
                .nth(2)
                .and_then(|cell| cell.parse::<usize>().ok())
                .expect("a number")
        })
        .sum();
    assert_eq!(rows, requested);
    assert!(
        rows > 300,
        "10 per hour for 24 h to two destinations are about 480, not {rows}"
    );
}

#[test]
fn same_seed_gives_the_same_bytes() {
    let one = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --png --out one")
        .succeeds();
    let two = one
        .then()
        .args("run shop.toml --png --quiet --out two")
        .succeeds();
    assert_same_folders(&two.path("one"), &two.path("two"));
}

#[test]
fn another_seed_gives_another_run() {
    let one = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet --out one")
        .succeeds();
    let two = one
        .then()
        .args("run shop.toml --quiet --seed 2 --out two")
        .succeeds();
    assert_ne!(
        two.read("one/replications.csv"),
        two.read("two/replications.csv")
    );
    assert_eq!(two.json("one/run.json")["seed"], 1);
    assert_eq!(two.json("two/run.json")["seed"], 2);
}

#[test]
fn seed_is_an_override_like_any_other() {
    let one = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet --seed 7 --out one")
        .succeeds();
    let two = one
        .then()
        .args("run shop.toml --quiet --set seed=7 --out two")
        .succeeds();
    assert_same_folders(&two.path("one"), &two.path("two"));
}

#[test]
fn override_reaches_the_run_and_its_record() {
    let case = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet --out run");
    let ran = case.arg("--set").arg("pushes.ci.size=42 MB").succeeds();
    let rows = ran.read("run/replications.csv");
    let mut lines = rows.lines();
    let place = lines
        .next()
        .and_then(|head| head.split(',').position(|name| name == "image_bytes"));
    let place = place.expect("a column image_bytes");
    assert!(lines.all(|row| row.split(',').nth(place) == Some("42000000")));
    assert!(ran.json("run/run.json")["scenario"]["pushes"]["ci"]["size"].is_string());
}

#[test]
fn names_of_an_override_need_no_file() {
    let case = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet --set name=renamed");
    let ran = case.succeeds();
    assert_eq!(entries(&ran.path("output")), ["renamed"]);
}

#[test]
fn json_on_standard_output_is_the_file() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --format json --out run")
        .succeeds();
    assert_eq!(ran.stdout, ran.read("run/summary.json"));
}

#[test]
fn markdown_is_a_table() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --format markdown --out run")
        .succeeds();
    assert!(
        ran.stdout
            .lines()
            .any(|line| line.starts_with("| ---") || line.starts_with("|---")),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("prod/eu-west-1"), "{}", ran.stdout);
}

#[test]
fn replications_may_be_left_out() {
    let case = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --replications none --out without");
    let without = case.succeeds();
    assert!(!without.path("without/replications.csv").exists());
    let with = without.then().args("run shop.toml --out with").succeeds();
    fs::remove_file(with.path("with/replications.csv")).expect("it is there");
    assert_same_folders(&with.path("with"), &with.path("without"));
}

#[test]
fn png_stands_beside_every_svg() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --png --quiet --out run")
        .succeeds();
    let names = entries(&ran.path("run/charts"));
    let svg = names.iter().filter(|name| name.ends_with(".svg"));
    assert!(svg.clone().count() >= 7, "{names:?}");
    for name in svg {
        let png = ran.path("run/charts").join(name.replace(".svg", ".png"));
        let bytes = fs::read(&png).expect("a picture");
        assert!(bytes.starts_with(b"\x89PNG"), "{}", png.display());
    }
}

#[test]
fn breached_threshold_is_99_and_the_folder_is_whole() {
    let toml = format!(
        "{SHOP}[thresholds]\nreplication_latency = [\"p99 < 1 ms\"]\ntotal_usd = [\"total < 1000000 USD\"]\n"
    );
    let ran = Case::new()
        .scenario(&toml)
        .args("run shop.toml --quiet --out run")
        .ends_with(99);
    assert!(ran.stdout.contains("p99 < 1 ms"), "{}", ran.stdout);
    let verdicts = ran.json("run/summary.json")["thresholds"].clone();
    let held: Vec<bool> = verdicts
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["held"].as_bool().expect("a verdict"))
        .collect();
    assert_eq!(held, [false, true]);
}

#[test]
fn quiet_says_nothing_but_the_summary() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet")
        .succeeds();
    assert_eq!(ran.stderr, "");
}

#[test]
fn warnings_go_to_standard_error() {
    let toml = SHOP.replace(".permissions.from-build]\nprincipals = [\"build\"]", "]");
    let ran = Case::new().scenario(&toml).args("run shop.toml").succeeds();
    assert!(
        ran.stderr.contains("warning[no-permission]"),
        "{}",
        ran.stderr
    );
}

#[test]
fn overloaded_link_needs_yes() {
    let toml = format!("{SHOP}[links.\"* -> *\"]\nbandwidth = \"1 Mbit/s\"\n");
    let refused = Case::new()
        .scenario(&toml)
        .args("run shop.toml")
        .ends_with(2);
    let refused = refused
        .complains(&["us-east-1 -> eu-west-1", "--yes"])
        .leaves_only(&["shop.toml"]);
    let ran = refused
        .then()
        .args("run shop.toml --yes --quiet --out run")
        .succeeds();
    assert!(ran.path("run/run.json").is_file());
}

#[test]
fn seed_must_be_a_number() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --seed one")
        .ends_with(2);
    ran.complains(&["--seed"]).leaves_only(&["shop.toml"]);
}

#[test]
fn scenario_may_be_json() {
    let json = r#"{
        "duration": "1 day",
        "accounts": { "a": "111122223333" },
        "registries": { "a/us-east-1": { "rules": { "all": { "destinations": ["a/eu-west-1"] } } } },
        "pushes": { "ci": { "registry": "a/us-east-1", "repositories": ["web"], "rate": "5 per hour", "size": "10 MB" } }
    }"#;
    let ran = Case::new()
        .file("small.json", json)
        .args("run small.json --quiet")
        .succeeds();
    assert_eq!(
        entries(&ran.path("output")),
        ["small"],
        "the name is the file's stem"
    );
}

#[test]
fn image_larger_than_any_is_an_error() {
    Case::new()
        .scenario(SHOP)
        .args("run shop.toml --set pushes.ci.size=11TB")
        .ends_with(2)
        .complains(&["an image is at most 10 TB"])
        .leaves_only(&["shop.toml"]);
}
