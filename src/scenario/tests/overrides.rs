//! `--set KEY=VALUE`.

use insta::assert_snapshot;

use super::*;
use crate::scenario::{Distribution, Moment};
use crate::units::{Bytes, SimDuration};

#[test]
fn a_value_is_toml_or_else_text() {
    let folder = Folder::new(BASE);
    let scenario = folder
        .loaded(&[
            "seed=7",
            "pushes.ci.rate=120 per hour",
            "pushes.ci.shared=0.5",
            "start=2026-05-01T00:00:00Z",
            "name=\"other\"",
        ])
        .scenario;
    assert_eq!(scenario.seed, 7);
    assert_eq!(
        scenario.pushes["ci"].rate.unwrap().to_string(),
        "120 per hour"
    );
    assert!((scenario.pushes["ci"].shared - 0.5).abs() < f64::EPSILON);
    assert_eq!(scenario.start.to_string(), "2026-05-01T00:00:00Z");
    assert_eq!(scenario.name, "other");
}

#[test]
fn keys_may_stand_in_quotes_and_new_ones_are_made() {
    let scenario = Folder::new(BASE)
        .loaded(&[
            "links.\"* -> *\".slots=16",
            "links.'us-east-1 -> *'.slots=unlimited",
        ])
        .scenario;
    assert_eq!(
        scenario.link_parameters("eu-west-1", "us-east-1").slots,
        Some(16)
    );
    assert_eq!(
        scenario.link_parameters("us-east-1", "eu-west-1").slots,
        None
    );
}

#[test]
fn items_of_lists_go_by_name_or_number() {
    let folder = Folder::new(FULL)
        .with("history.csv", super::traces::HISTORY)
        .with("aws/registry-policy.json", super::files::POLICY);
    let scenario = folder
        .loaded(&[
            "events.revoke.at=5 days",
            "events.1.at=6 days",
            "outages.subsea-cable.capacity=0.5",
        ])
        .scenario;
    assert_eq!(
        scenario.events[0].at,
        Moment::Offset(SimDuration::from_secs(5 * 86_400))
    );
    assert_eq!(
        scenario.events[1].at,
        Moment::Offset(SimDuration::from_secs(6 * 86_400))
    );
    assert!((scenario.outages[0].capacity - 0.5).abs() < f64::EPSILON);
    let told = folder.wrong(&["events.revok.at=5 days", "events.9.at=5 days"]);
    holds(
        &told,
        &[
            "there is no `revok` in the scenario",
            "did you mean `revoke`?",
            "items also go by their number, 0 to 2",
            "there is no `9`",
        ],
    );
}

#[test]
fn a_value_replaces_a_table_and_a_table_a_value() {
    let folder = Folder::new(&BASE.replace(
        "\"100 MB\"",
        "{ lognormal = { median = \"1 MB\", sigma = 1 } }",
    ));
    let scenario = folder.loaded(&["pushes.ci.size=30 MB"]).scenario;
    assert_eq!(
        scenario.pushes["ci"].size,
        Distribution::Constant(Bytes::new(30_000_000))
    );
    Folder::new(BASE).loaded(&["pushes.ci.size={ exponential = { mean = \"30 MB\" } }"]);
    // A path through a plain value makes a table of it.
    Folder::new(BASE).loaded(&["pushes.ci.size.exponential.mean=30 MB"]);
}

#[test]
fn errors_point_at_the_command_line() {
    assert_snapshot!(Folder::new(BASE).wrong(&["pushes.ci.rat=120 per hour"]), @r"
    error: unknown key `rat` in `pushes.ci`
     --> --set:1:11
      |
    1 | pushes.ci.rat=120 per hour
      |           ^^^ did you mean `rate`?
      |
      = help: the keys here are `registry`, `repositories`, `rate`, `shape`, `timezone`, `burst`, `size`, `shared`, `base_refresh`, `tags`, `platforms` or `referrers`
    ");
    assert_snapshot!(Folder::new(BASE).wrong(&["pushes.ci.size=30"]), @r"
    error: `pushes.ci.size` must be text with a unit or a table, not a whole number
     --> --set:1:16
      |
    1 | pushes.ci.size=30
      |                ^^
      |
      = help: Bytes in powers of ten or of two: `250 MB`, `1 GiB`.
    ");
}

#[test]
fn paths_that_name_nothing() {
    let folder = Folder::new(BASE);
    let told = folder.wrong(&[
        "pushes.cii.rate=1 per day",
        "seed",
        "a..b=1",
        "\"open=1",
        "sead=1",
    ]);
    holds(
        &told,
        &[
            "there is no `cii` in the scenario",
            "did you mean `ci`?",
            "an override must be KEY=VALUE",
            "this is no key",
            "unknown key `sead`",
        ],
    );
    assert_eq!(titles(&told).len(), 5);
}

#[test]
fn overrides_do_not_hide_what_is_wrong_in_the_file() {
    let told = Folder::new(&BASE.replace("rate =", "rat =")).wrong(&["sead=1"]);
    holds(&told, &["unknown key `rat`", "unknown key `sead`"]);
}
