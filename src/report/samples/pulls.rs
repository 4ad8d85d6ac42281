//! A made-up fleet.

use crate::measure::outcome::{BreakEvenRow, PullRow};
use crate::measure::table::{Number, Usd};

/// Pulls of one stream from a replica, its source, and nowhere.
pub fn pulls() -> Vec<PullRow> {
    let row = |from: &str, pulls, gb: u64, usd, stale| PullRow {
        stream: "tokyo".to_owned(),
        from: from.to_owned(),
        to: "prod/ap-northeast-1".to_owned(),
        pulls,
        bytes: gb * 1_000_000_000,
        usd: Usd(usd),
        local_share: Some(Number(0.8)),
        stale,
    };
    vec![
        row("prod/ap-northeast-1", 797, 60, 0.0, 7),
        row("build/us-east-1", 200, 15, 0.3, 0),
        row("", 3, 0, 0.0, 0),
    ]
}

/// What decides for that stream between a replica and pulling across.
pub fn break_even() -> Vec<BreakEvenRow> {
    let row = |kept_months: u32| BreakEvenRow {
        stream: "tokyo".to_owned(),
        from: "us-east-1".to_owned(),
        to: "ap-northeast-1".to_owned(),
        images: 100,
        pulls: 1_000,
        pulls_per_image: Number(10.0),
        mean_image_bytes: Number(1e9),
        mean_replica_bytes: Number(1e9),
        pull_usd: Usd(0.005),
        replication_usd: Usd(0.02),
        storage_month_usd: Usd(0.1),
        kept_months,
        break_even_pulls_per_image: Some(Number(4.0 + 20.0 * f64::from(kept_months))),
        cheaper: if kept_months == 0 {
            "replicate"
        } else {
            "pull"
        }
        .to_owned(),
    };
    [0, 1, 2, 3, 6, 12].map(row).to_vec()
}
