//! The order of sections in a scenario says nothing: only single events, a list, keep theirs.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::chance::base;
use crate::determinism::{ecrsim, files};

/// Everything that a section can be.
const MORE: &str = r#"
[retention.old]
registry     = "build/us-east-1"
repositories = ["shop/*"]
keep_last    = 20

[registries."build/us-east-1".rules.more]
destinations = ["build/us-west-2"]
prefixes     = ["base/"]

[links."us-east-1 -> us-west-2"]
slots = 1

[[outages]]
link     = "us-east-1 -> eu-west-1"
at       = "4 h"
lasts    = "30 min"
capacity = 0.5

[[outages]]
link     = "us-east-1 -> us-west-2"
at       = "1 h"
lasts    = "5 h"
capacity = 0.0

[pulls.tokyo]
account = "prod"
region  = "ap-northeast-1"
of      = "ci"
rate    = "5 per minute"
recency = { geometric = 0.4 }

[deployments.near]
follows  = "ci"
registry = "build/us-west-2"
delay    = "10 s"

[deployments.far]
follows  = "ci"
registry = "prod/ap-northeast-1"
delay    = "10 s"
share    = 0.5

[thresholds]
"replication_latency" = ["p99 < 1 s", "within(30 min) >= 0.01"]
"failed" = ["total >= 0"]

[[events]]
at       = "2 h"
action   = "DeleteRegistryPolicy"
registry = "prod/ap-northeast-1"

[[events]]
at          = "2 h"
action      = "PutRegistryPolicy"
registry    = "prod/ap-northeast-1"
permissions = { p = { principals = ["build"] } }

[[events]]
at         = "5 h"
action     = "PutImage"
registry   = "build/us-east-1"
repository = "shop/service-1"
tags       = ["hotfix"]
size       = "500 MB"
"#;

/// Returns what stands before the first section, and the sections.
fn sections(text: &str) -> (String, Vec<String>) {
    let mut head = String::new();
    let mut sections: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') {
            sections.push(String::new());
        }
        let place = sections.last_mut().unwrap_or(&mut head);
        *place += line;
        place.push('\n');
    }
    (head, sections)
}

/// Returns the scenario with its sections in `order`, single events in theirs.
fn ordered(head: &str, sections: &[String], order: &[usize]) -> String {
    let is_event = |place: &usize| sections[*place].starts_with("[[events]]");
    let mut events: Vec<usize> = order.iter().copied().filter(is_event).collect();
    events.sort_unstable();
    let mut events = events.into_iter();
    let place = |place: &usize| {
        if is_event(place) {
            events.next().expect("as many places as events")
        } else {
            *place
        }
    };
    let places: Vec<usize> = order.iter().map(place).collect();
    places
        .iter()
        .fold(head.to_owned(), |text, &place| text + &sections[place])
}

/// Runs the program in `folder` and returns every file of the run but `run.json`, which holds the scenario's own hash.
fn run_files(folder: &Path, toml: &str) -> Vec<(String, Vec<u8>)> {
    fs::create_dir(folder).expect("a folder is made");
    fs::write(folder.join("scenario.toml"), toml).expect("a file is written");
    let out = folder.join("out");
    let done = ecrsim(&folder.join("scenario.toml"), &out)
        .output()
        .expect("ecrsim runs");
    // A threshold is breached, on purpose.
    let told = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(99), "{told}\n{toml}");
    let mut files = files(&out);
    assert!(files.remove("run.json").is_some());
    files.into_iter().collect()
}

fn text() -> String {
    base(["2", "30 MB/s"]) + MORE
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 20, ..ProptestConfig::with_cases(8) })]

    /// Sections in another order: the same bytes in every file outside `run.json`, charts and page included.
    #[test]
    fn order_of_sections_reaches_no_byte(
        order in Just((0..sections(&text()).1.len()).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let (head, sections) = sections(&text());
        let folder = tempfile::tempdir().expect("a temporary folder");
        let one = run_files(&folder.path().join("one"), &text());
        let other = run_files(&folder.path().join("other"), &ordered(&head, &sections, &order));
        prop_assert!(one.len() > 20);
        for ((name, bytes), (other_name, others)) in one.iter().zip(&other) {
            prop_assert_eq!(name, other_name);
            prop_assert!(bytes == others, "{} differs", name);
        }
        prop_assert_eq!(one.len(), other.len());
    }
}
