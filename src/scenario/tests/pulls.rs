//! Fleets that pull: their defaults, and what is told of wrong ones.

use super::*;
use crate::scenario::{PullFrom, PullKind, Recency, estimate};

/// A fleet that is right.
const TOKYO: &str = r#"
[pulls.tokyo]
account = "prod"
region = "ap-northeast-1"
of = "ci"
rate = "60 per hour"
"#;

/// Returns what is told of the base and a fleet with one text in it replaced.
#[track_caller]
fn wrong_fleet(of: &str, now: &str) -> String {
    assert!(TOKYO.contains(of), "the fleet has no {of}");
    wrong(&TOKYO.replace(of, now))
}

#[test]
fn what_is_left_out_has_its_default() {
    let loaded = Folder::new(&format!("{BASE}{TOKYO}")).loaded(&[]);
    let pull = &loaded.scenario.pulls["tokyo"];
    assert_eq!(pull.from, PullFrom::Kind(PullKind::Nearest));
    assert_eq!(pull.recency, Recency::Geometric(1.0));
    assert_eq!(
        (pull.cached, pull.timezone.as_str()),
        (0.0, "UTC"),
        "a node holds nothing"
    );
}

#[test]
fn shown_it_loads_to_the_same() {
    let full = format!(
        "{BASE}{TOKYO}from = \"build/eu-west-1\"\nrecency = {{ geometric = 0.25 }}\ncached = 0.7\nshape = \"business-hours\"\n"
    );
    let loaded = Folder::new(&full).loaded(&[]);
    let again = Folder::new(&loaded.scenario.to_toml()).loaded(&[]);
    assert_eq!(again.scenario, loaded.scenario);
    assert!(loaded.scenario.to_toml().contains("[pulls.tokyo]"));
}

#[test]
fn names_that_are_not_there() {
    holds(
        &wrong_fleet("\"prod\"", "\"pord\""),
        &["unknown account `pord`", "did you mean `prod`?"],
    );
    holds(
        &wrong_fleet("\"ci\"", "\"cy\""),
        &["unknown push stream `cy`", "there is `ci`"],
    );
    holds(
        &wrong_fleet("ap-northeast-1", "ap-northeast-9"),
        &["`ap-northeast-9` is not a Region of AWS"],
    );
    holds(
        &wrong_fleet("rate =", "from = \"closest\"\nrate ="),
        &["\"closest\" is no registry"],
    );
}

#[test]
fn a_registry_that_the_images_never_reach() {
    holds(
        &wrong_fleet("rate =", "from = \"build/us-west-2\"\nrate ="),
        &[
            "no image of `ci` ever comes to `build/us-west-2`",
            "it may come to `build/eu-west-1`, `build/us-east-1`",
        ],
    );
}

#[test]
fn values_out_of_range() {
    holds(
        &wrong_fleet("rate =", "cached = 1.5\nrate ="),
        &["`pulls.tokyo.cached` is out of range: it must be from 0 to 1"],
    );
    for chance in ["0.0", "1.1"] {
        let told = wrong_fleet(
            "rate =",
            &format!("recency = {{ geometric = {chance} }}\nrate ="),
        );
        holds(&told, &["`pulls.tokyo.recency.geometric` is out of range"]);
    }
    holds(
        &wrong_fleet("rate = \"60 per hour\"", ""),
        &["`pulls.tokyo` lacks the key `rate`"],
    );
}

#[test]
fn a_pull_across_needs_a_price() {
    holds(
        &wrong_fleet("ap-northeast-1", "cn-north-1"),
        &["no price for transfer from us-east-1 to cn-north-1"],
    );
}

#[test]
fn its_metrics_mean_something_and_know_its_name() {
    let asked = |metric: &str| format!("[thresholds]\n\"{metric}\" = [\"total >= 0\"]\n");
    let pull_usd = asked("pull_usd").replace(">= 0", ">= 0 USD");
    assert_eq!(
        titles(&wrong(&pull_usd)),
        ["`pull_usd` means nothing here: this scenario has no pulls"]
    );
    Folder::new(&format!("{BASE}{TOKYO}{pull_usd}")).loaded(&[]);
    let own = asked("stale_tags{stream=tokyo}");
    Folder::new(&format!("{BASE}{TOKYO}{own}")).loaded(&[]);
    let other = asked("stale_tags{stream=osaka}");
    holds(
        &wrong(&format!("{TOKYO}{other}")),
        &["unknown stream `osaka`", "there is `tokyo`"],
    );
}

#[test]
fn pulls_deployments_and_spells_are_events_of_the_estimate() {
    let of = |text: &str| estimate(&Folder::new(text).loaded(&[])).events;
    let more = |text: &str| of(&format!("{BASE}{text}")) - of(BASE);
    let pulls = more(TOKYO);
    assert!((pulls - 60.0 * 240.0).abs() < 1e-6, "{pulls}");
    // 240 h of 6 pushes an hour, a quarter of them deployed; and a spell every 10 h begins and ends.
    let deployments = more(
        "[deployments.x]\nfollows = \"ci\"\nregistry = \"build/eu-west-1\"\ndelay = \"1 min\"\nshare = 0.25\n",
    );
    assert!((deployments - 360.0).abs() < 1e-6, "{deployments}");
    let spells = more(
        "[spells.x]\nlink = \"* -> *\"\nevery = { exponential = { mean = \"10 h\" } }\nlasts = \"1 h\"\ncapacity = 0.5\n",
    );
    assert!((spells - 48.0).abs() < 1e-6, "{spells}");
}
