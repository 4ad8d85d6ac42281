//! Chance is keyed by what it is for: what else a scenario holds moves no draw (common random numbers).

use std::collections::BTreeMap;

use ecrsim::measure::record::Status;
use ecrsim::units::{SimDuration, SimTime};

use crate::story::Story;
use crate::support::{run, run_with};

/// Two streams, two destinations, slow links with stalls and failures: chance everywhere.
pub const BASE: &str = r#"
duration = "8 h"

[accounts]
build = "111122223333"
prod  = "444455556666"

[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1", "prod/ap-northeast-1"]

[registries."prod/ap-northeast-1".permissions.from-build]
principals = ["build"]

[pushes.ci]
registry     = "build/us-east-1"
repositories = { prefix = "shop/service-", count = 5, popularity = { zipf = 1.0 } }
rate         = "60 per hour"
shape        = "business-hours"
size         = { lognormal = { median = "200 MB", sigma = 1.0 } }
shared       = 0.4
base_refresh = "2 h"
tags         = ["{stream}-{n}", "latest"]

[pushes.nightly]
registry     = "build/us-east-1"
repositories = ["base/alpine", "base/debian"]
burst        = { images = 30, over = "1 min", every = "3 h" }
size         = { gamma = { mean = "100 MB", shape = 2.0 } }

[latency]
dispatch = { lognormal = { median = "60 s", sigma = 0.8 } }
stall    = { probability = 0.2, time = { exponential = { mean = "5 min" } } }

[failures]
probability = 0.2
retries     = 2

[links."* -> *"]
slots     = SLOTS
per_copy  = "20 MB/s"
bandwidth = "BANDWIDTH"
"#;

/// The base where copies wait for each other, and where they do not.
const BUSY: [&str; 2] = ["2", "30 MB/s"];
const FREE: [&str; 2] = ["'unlimited'", "unlimited"];

pub fn base([slots, bandwidth]: [&str; 2]) -> String {
    BASE.replace("SLOTS", slots).replace("BANDWIDTH", bandwidth)
}

type Stories = BTreeMap<(String, String, SimTime), Story>;

fn stories(toml: &str, overrides: &[&str]) -> Stories {
    let stories = run_with(toml, &[], overrides).stories().into_iter();
    stories
        .map(|story| {
            (
                (
                    story.destination.clone(),
                    story.digest.clone(),
                    story.pushed_at,
                ),
                story,
            )
        })
        .collect()
}

/// What is drawn for a replication; a stall and a failure are drawn by attempt.
fn draws(story: &Story) -> (SimTime, u64, &str) {
    (story.pushed_at, story.image_bytes, &story.repository)
}

/// Asserts that every replication of `base` is in `other` with the same draws; returns how many ended in both.
fn assert_same_draws(base: &Stories, other: &Stories, what: &str) -> usize {
    let mut ended = 0;
    for (key, story) in base {
        let twin = other
            .get(key)
            .unwrap_or_else(|| panic!("{what}: {key:?} is gone"));
        assert_eq!(draws(story), draws(twin), "{what}");
        if let Some((one, two)) = story.dispatch().zip(twin.dispatch()) {
            assert_eq!(one, two, "{what}: {key:?}");
        }
        if story.ended_at.and(twin.ended_at).is_some() {
            ended += 1;
            let outcome = |of: &Story| (of.attempts, of.status, of.stall);
            assert_eq!(outcome(story), outcome(twin), "{what}: {key:?}");
        }
    }
    ended
}

/// Two more destinations: one on a link that is in use already, one that needs opting in.
const TWO_MORE: &str = "registries.'build/us-east-1'.rules.all.destinations=\
                        ['build/af-south-1', 'build/eu-west-1', 'prod/ap-northeast-1', 'prod/eu-west-1']";
const OPTED_IN: &str = "accounts.build={ id = '111122223333', opted_in = ['af-south-1'] }";

/// What may be added without touching any other replication: a text, and overrides of keys.
fn additions() -> [(&'static str, &'static str, &'static [&'static str]); 7] {
    [
        (
            "two destinations, one of them on a link in use",
            "[registries.'prod/eu-west-1'.permissions.from-build]\nprincipals = ['build']\n",
            &[TWO_MORE, OPTED_IN],
        ),
        (
            "a destination that denies",
            "",
            &[
                "registries.'build/us-east-1'.rules.all.destinations=['build/eu-west-1', 'prod/ap-northeast-1', 'prod/us-east-1']",
            ],
        ),
        (
            "a rule",
            "[registries.'build/us-east-1'.rules.another]\ndestinations = ['build/us-west-2', 'build/eu-west-1']\n\
             prefixes = ['shop/']\n",
            &[],
        ),
        (
            "a stream whose name comes first",
            "[pushes.aaa]\nregistry = 'build/us-east-1'\nrepositories = ['shop/service-1']\nrate = '40 per hour'\n\
             size = '50 MB'\ntags = ['{stream}-{n}']\n",
            &[],
        ),
        (
            "events",
            "[[events]]\nat = '1 h'\naction = 'PutImage'\nregistry = 'build/us-east-1'\n\
             repository = 'shop/service-2'\ntags = ['hotfix']\nsize = '800 MB'\n\
             [[events]]\nat = '2 h'\naction = 'CreateRepository'\nregistry = 'prod/ap-northeast-1'\nrepository = 'x/y'\n",
            &[],
        ),
        ("an account", "", &["accounts.aaa='000000000001'"]),
        (
            "an outage elsewhere",
            "[[outages]]\nlink = 'eu-west-1 -> us-east-1'\nat = '1 h'\nlasts = '1 h'\ncapacity = 0.0\n",
            &[],
        ),
    ]
}

/// With slots and bandwidth that copies fight for, only waiting and sharing may change.
#[test]
fn what_is_added_moves_no_other_draw() {
    let base = base(BUSY);
    let before = stories(&base, &[]);
    for (what, text, overrides) in additions() {
        let after = stories(&format!("{base}\n{text}"), overrides);
        let ended = assert_same_draws(&before, &after, what);
        assert!(
            ended > before.len() / 2,
            "{what}: {ended} of {} ended in both",
            before.len()
        );
    }
}

/// Where no copy waits for another, nothing changes at all.
#[test]
fn what_is_added_to_free_links_changes_nothing_else() {
    let base = base(FREE);
    let before = stories(&base, &[]);
    assert!(before.len() > 400, "{} replications", before.len());
    for (what, text, overrides) in additions() {
        let after = stories(&format!("{base}\n{text}"), overrides);
        for (key, story) in &before {
            assert_eq!(Some(story), after.get(key), "{what}");
        }
    }
}

/// An earlier denial, a faster link, another retry limit: still the same draws.
#[test]
fn what_happened_before_moves_no_draw() {
    let base = base(BUSY);
    let before = stories(&base, &[]);
    let denied = "[[events]]\nat = '1 h'\naction = 'DeleteRegistryPolicy'\nregistry = 'prod/ap-northeast-1'\n\
                  [[events]]\nat = '2 h'\naction = 'PutRegistryPolicy'\nregistry = 'prod/ap-northeast-1'\n\
                  permissions = { p = { principals = ['build'] } }\n";
    let after = stories(&format!("{base}\n{denied}"), &[]);
    let stays = |story: &Story| !matches!(story.status, Status::Failed(_));
    let kept: Stories = before
        .clone()
        .into_iter()
        .filter(|(key, _)| after.get(key).is_some_and(stays))
        .collect();
    assert!(kept.len() < before.len(), "some are denied");
    assert_same_draws(&kept, &after, "an hour without permission");
    let faster = stories(&base, &["links.'* -> *'.per_copy=100 MB/s"]);
    assert_same_draws(&before, &faster, "a faster link");
}

/// Another seed draws everything anew.
#[test]
fn another_seed_is_another_run() {
    let base = base(FREE);
    let (one, two) = (run(&base), run_with(&base, &[], &["seed=2"]));
    let first = |run: &crate::support::Run| {
        let story = &run.stories()[0];
        (story.image_bytes, story.dispatch(), story.pushed_at)
    };
    assert_ne!(first(&one), first(&two));
    let dispatched = |run: &crate::support::Run| -> Vec<SimDuration> {
        run.stories().iter().filter_map(Story::dispatch).collect()
    };
    assert_ne!(dispatched(&one), dispatched(&two));
}
