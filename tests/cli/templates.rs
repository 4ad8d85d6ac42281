//! `ecrsim init` and the shipped scenarios.

use std::fs;
use std::path::{Path, PathBuf};

use crate::case::Case;

const TEMPLATES: [&str; 8] = [
    "two-regions",
    "revocation",
    "orphans",
    "release-burst",
    "hub-and-spoke",
    "deploy-race",
    "replicate-or-pull",
    "backfill",
];

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn shipped(name: &str) -> String {
    fs::read_to_string(scenarios().join(format!("{name}.toml"))).expect("a shipped scenario")
}

#[test]
fn init_prints_the_shipped_scenario() {
    for name in TEMPLATES {
        let ran = Case::new().args("init").arg(name).succeeds();
        assert_eq!(ran.stdout, shipped(name), "{name}");
        assert_eq!(ran.stderr, "");
    }
}

#[test]
fn init_without_a_name_prints_the_main_example() {
    let ran = Case::new().args("init").succeeds();
    assert_eq!(ran.stdout, shipped("two-regions"));
}

#[test]
fn unknown_template_is_a_usage_error_with_a_suggestion() {
    let ran = Case::new().args("init orphan").ends_with(2);
    ran.complains(&["invalid value 'orphan'", "'orphans'"]);
}

#[test]
fn every_template_runs_unchanged_and_holds() {
    for name in TEMPLATES {
        let template = Case::new().args("init").arg(name).succeeds();
        let text = template.stdout.clone();
        let ran = template
            .then()
            .file("mine.toml", &text)
            .args("run mine.toml --quiet")
            .succeeds();
        assert_eq!(ran.stderr, "", "{name}");
        assert!(ran.path("output").join(name).join("run.json").is_file());
    }
}

#[test]
fn every_shipped_scenario_is_right_and_odd_in_nothing() {
    let files = fs::read_dir(scenarios()).expect("the folder of scenarios");
    let paths = files.map(|file| file.expect("a file").path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|it| it == "toml"))
        .collect();
    paths.sort();
    assert!(paths.len() > TEMPLATES.len());
    for path in paths {
        let ran = Case::new().args("check").arg(&path).succeeds();
        assert_eq!(ran.stderr, "", "{}", path.display());
        assert!(ran.stdout.contains(": right\n"), "{}", ran.stdout);
    }
}

#[test]
fn official_images_go_to_five_registries_of_two_accounts() {
    let path = scenarios().join("official-images.toml");
    let ran = Case::new()
        .args("run --quiet --out run")
        .arg(&path)
        .succeeds();
    let destinations = ran.read("run/destinations.csv");
    let names: Vec<&str> = destinations
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(1).expect("a destination"))
        .collect();
    let expected = [
        "mirror/eu-central-1",
        "mirror/us-west-2",
        "runtime/ap-northeast-1",
        "runtime/eu-west-1",
        "runtime/us-east-1",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        ran.read("run/failures.csv").lines().count(),
        1,
        "nothing fails"
    );
}

#[test]
fn deploy_race_answers_its_question_in_its_summary() {
    let path = scenarios().join("deploy-race.toml");
    let ran = Case::new()
        .args("run --quiet --out run")
        .arg(&path)
        .succeeds();
    let table: Vec<&str> = ran
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("deployments "))
        .take_while(|line| !line.is_empty())
        .collect();
    assert_eq!(table.len(), 4, "{}", ran.stdout);
    for column in ["missed", "gave up", "wait p99", "gate 99 %", "99.9 %"] {
        assert!(table[0].contains(column), "{}", table[0]);
    }
    assert!(
        table[1].starts_with("ireland-now (prod/eu-west-1) "),
        "{}",
        table[1]
    );
    let rows = ran.read("run/deployments.csv");
    let gates = ran.read("run/gate.csv");
    assert_eq!(rows.lines().count(), 4);
    // Each stream has a curve for its registry, and one for all destinations.
    let everywhere = gates.lines().filter(|line| line.contains("tokyo,,"));
    assert!(everywhere.count() > 10);
    assert!(ran.read("run/report.html").contains("<h2>Deployments</h2>"));
}
