//! What a run says of money: orphans apart, who caused what.

use crate::case::{Case, Ran};

/// A GiB on 1 February in two Regions, deleted at the source at the middle of the month.
const ORPHAN: &str = r#"
start = 2026-02-01T00:00:00Z
duration = "28 days"
[accounts]
build = "111122223333"
[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1"]
[[events]]
at = "0 s"
action = "PutImage"
registry = "build/us-east-1"
repository = "app"
tags = ["1"]
size = "1 GiB"
[[events]]
at = "14 days"
action = "BatchDeleteImage"
registry = "build/us-east-1"
repository = "app"
tag = "1"
[latency]
dispatch = "0 s"
stall = { probability = 0.0 }
[links."* -> *"]
per_copy = "unlimited"
"#;

fn run(toml: &str, args: &str) -> Ran {
    let args = format!("run shop.toml --quiet --out run {args}");
    Case::new().scenario(toml).args(&args).succeeds()
}

#[test]
fn orphans_are_priced_apart_in_every_shape_of_the_summary() {
    // 2 GiB for half the month, then the orphan alone: a third of the bill of 0.15 USD, and all of it from then on.
    let sentence = "orphans: 33.3 % of storage, +1.17 GB, +0.11 USD a month; 10 % on 2026-02-15, 25 % 02-15, 50 % 02-15";
    let ran = run(ORPHAN, "");
    let said: Vec<&str> = ran.stdout.split_whitespace().collect();
    assert!(said.join(" ").contains(sentence), "{}", ran.stdout);
    assert_eq!(
        ran.read("run/orphans.csv"),
        "month,storage_usd,orphan_usd,orphan_share,end_bytes,growth_bytes,growth_usd\n\
         2026-02,0.15000000000000002,0.050000000,0.3333333333333333,1073741824,1073741824,0.100000000\n"
    );
    let page = ran.read("run/report.html");
    assert!(page.contains(sentence) && page.contains("Orphans by month (orphans.csv, 1 row)"));
    let orphans = &ran.json("run/summary.json")["orphans"];
    assert_eq!(orphans["months"][0]["growth_bytes"], 1_073_741_824.0);
    assert_eq!(
        orphans["passes"][2],
        serde_json::json!({"share": 0.5, "at": "2026-02-15T00:00:00.000Z", "by": "run"})
    );
    assert!(run(ORPHAN, "--format markdown").stdout.contains(sentence));
}

#[test]
fn without_orphans_the_summary_does_not_speak_of_them() {
    // Pushed instead of deleted.
    let kept = ORPHAN
        .replace("BatchDeleteImage", "PutImage")
        .replace("tag = \"1\"", "tags = [\"2\"]\nsize = \"1 GiB\"");
    let ran = run(&kept, "");
    assert!(!ran.stdout.contains("orphans:"), "{}", ran.stdout);
    assert_eq!(ran.json("run/summary.json").get("orphans"), None);
}
