//! Indexes and referrers as a user meets them: keys, loads, stories.

use crate::case::{Case, SHOP};

fn shop(keys: &str) -> String {
    format!("{SHOP}{keys}\n")
}

#[test]
fn numbers_out_of_range_are_errors() {
    let toml = shop("platforms = 0\nreferrers = 65");
    Case::new()
        .scenario(&toml)
        .args("run shop.toml")
        .ends_with(2)
        .complains(&[
            "`pushes.ci.platforms` is out of range: it must be from 1 to 64",
            "--> shop.toml:16:13",
            "`pushes.ci.referrers` is out of range: it must be from 0 to 64",
            "--> shop.toml:17:13",
        ])
        .leaves_only(&["shop.toml"]);
    Case::new()
        .scenario(SHOP)
        .args("check shop.toml --set pushes.ci.platforms=1.5")
        .ends_with(2)
        .complains(&["`pushes.ci.platforms`"]);
}

#[test]
fn check_shows_the_keys_and_counts_every_image() {
    let check = |keys: &str, options: &str| {
        let case = Case::new().scenario(&shop(keys)).args("check shop.toml");
        case.args(options).succeeds().stdout
    };
    let shown = check("", "--show");
    assert!(shown.contains("platforms = 1\nreferrers = 0\n"), "{shown}");
    let load = |keys: &str| {
        let told = check(keys, "");
        let line = told.lines().find(|line| line.contains("-> eu-west-1"));
        let line = line.unwrap_or_else(|| panic!("{told}"));
        let mut words = line.split_whitespace().skip(3);
        words.next().expect("replications per hour").to_owned()
    };
    assert_eq!(load(""), "10.0");
    // Two images, their index, three referrers.
    assert_eq!(load("platforms = 2\nreferrers = 3"), "60.0");
}

/// An index of two images with a signature at the start: 20 MB each at 10 MB/s after 5 s, one at a time; the cross-account
/// permission goes while the second image waits.
const STORY: &str = r#"
name = "shop"
start = 2026-03-02T00:00:00Z
duration = "1 hour"
[accounts]
build = "111122223333"
prod = "444455556666"
[registries."build/us-east-1".rules.all]
destinations = ["build/us-west-2", "prod/eu-west-1"]
[registries."prod/eu-west-1".permissions.from-build]
principals = ["build"]
[pushes.ci]
registry = "build/us-east-1"
repositories = ["api"]
burst = { images = 1 }
size = "20 MB"
tags = ["v{n}", "latest"]
platforms = 2
referrers = 1
[[events]]
at = "6 s"
action = "DeleteRegistryPolicy"
registry = "prod/eu-west-1"
[latency]
dispatch = "5 s"
stall = { probability = 0.0 }
[links."* -> *"]
per_copy = "10 MB/s"
slots = 1
"#;

#[test]
fn an_index_tells_what_it_holds_and_why_it_failed() {
    let ran = Case::new()
        .scenario(STORY)
        .args("run shop.toml --quiet --out run")
        .succeeds();
    let table = ran.read("run/replications.csv");
    let mut rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .filter(|row: &Vec<&str>| row[3] == "build/us-west-2")
        .collect();
    rows.sort_by_key(|row| row[1].parse::<u64>().expect("a number"));
    let digests: Vec<&str> = rows.iter().map(|row| row[5]).collect();
    let tags: Vec<&str> = rows.iter().map(|row| row[6]).collect();
    assert_eq!(tags, ["", "", "v1 latest", ""]);
    let story = |ran: crate::case::Ran, image: &str| {
        let case = ran.then().args("explain run --image").arg(image);
        case.succeeds()
    };
    let ran = story(ran, "api:v1");
    let text = ran.stdout.clone();
    for line in [
        "pushed to build/us-east-1 as v1 latest".to_owned(),
        format!("an index of {}, {}\n", digests[0], digests[1]),
        format!("referred to by {}\n", digests[3]),
        "2026-03-02T00:00:09.000Z  eligible, 9 s after the push".to_owned(),
        "never eligible: an image of this index failed there".to_owned(),
        "2026-03-02T00:00:07.000Z  FAILED, AccessDenied".to_owned(),
    ] {
        assert!(text.contains(&line), "{line}\n{text}");
    }
    let text = story(ran, &format!("api@{}", digests[0])).stdout;
    assert!(
        text.contains("pushed to build/us-east-1 without a tag\n"),
        "{text}"
    );
    assert!(!text.contains("index"), "{text}");
}
