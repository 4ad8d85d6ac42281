//! Copies that share a link, and links that fail for a while.

use crate::support::text::Text;
use crate::support::times;
use crate::{IRELAND, VIRGINIA};

/// Returns when each push's only replication ended, in seconds.
fn ends(text: &Text, overrides: &[&str]) -> Vec<Option<f64>> {
    let run = text.run_with(overrides);
    let mut records: Vec<_> = run.records.iter().collect();
    records.sort_by_key(|record| record.push);
    records.iter().map(|record| times(record)[2]).collect()
}

fn text() -> Text {
    Text::new().rule(VIRGINIA, &[IRELAND])
}

fn outage(at: &str, lasts: &str, capacity: &str) -> String {
    format!(
        "[[outages]]\nlink = 'us-east-1 -> eu-west-1'\nat = '{at}'\nlasts = '{lasts}'\ncapacity = {capacity}"
    )
}

#[test]
fn two_copies_share_what_one_cannot_use() {
    // 1.5 MB/s for all, at most 1 MB/s for one. From 1 s the first moves 1 MB/s; from 5 s both 0.75 MB/s. The first has
    // 4 of 10 MB by then, needs 8 s more: 13 s. The second has 6 MB by then and goes on alone at 1 MB/s: 17 s.
    let text = text().put("0 s", VIRGINIA, "app", &["1"], "10 MB").put(
        "4 s",
        VIRGINIA,
        "app",
        &["2"],
        "10 MB",
    );
    assert_eq!(
        ends(&text, &["links.'* -> *'.bandwidth='12 Mbit/s'"]),
        [Some(13.0), Some(17.0)]
    );
}

#[test]
fn where_bandwidth_suffices_a_start_changes_nobodys_end() {
    let text = text().put("0 s", VIRGINIA, "app", &["1"], "10 MB").put(
        "4 s",
        VIRGINIA,
        "app",
        &["2"],
        "10 MB",
    );
    assert_eq!(
        ends(&text, &["links.'* -> *'.bandwidth='16 Mbit/s'"]),
        [Some(11.0), Some(15.0)]
    );
}

#[test]
fn an_outage_slows_stops_and_lets_go() {
    // 10 MB from 1 s: half speed from 3 s to 7 s, nothing from 7 s to 10 s. 2 MB by 3 s, 4 MB by 7 s, 6 MB left at 10 s.
    let text = text().put("0 s", VIRGINIA, "app", &["1"], "10 MB");
    let text = text
        .toml(&outage("3 s", "4 s", "0.5"))
        .toml(&outage("7 s", "3 s", "0.0"));
    assert_eq!(ends(&text, &[]), [Some(16.0)]);
}

#[test]
fn overlapping_outages_multiply() {
    // Half speed from 1 s to 5 s, a further half from 3 s to 9 s: 1 MB by 3 s, 1.5 by 5 s, 3.5 by 9 s, 10 MB at 15.5 s.
    let text = text().put("0 s", VIRGINIA, "app", &["1"], "10 MB");
    let text = text
        .toml(&outage("1 s", "4 s", "0.5"))
        .toml(&outage("3 s", "6 s", "0.5"));
    assert_eq!(ends(&text, &[]), [Some(15.5)]);
}

#[test]
fn an_outage_elsewhere_is_no_matter() {
    let text = text().put("0 s", VIRGINIA, "app", &["1"], "10 MB");
    let text =
        text.toml("[[outages]]\nlink = 'eu-* -> *'\nat = '3 s'\nlasts = '4 s'\ncapacity = 0.0");
    assert_eq!(ends(&text, &[]), [Some(11.0)]);
}

#[test]
fn unlimited_times_nothing_stands_still() {
    let text = text().put("0 s", VIRGINIA, "app", &["1"], "10 MB").put(
        "6 s",
        VIRGINIA,
        "app",
        &["2"],
        "10 MB",
    );
    let text = text.toml(&outage("500 ms", "4500 ms", "0.0"));
    assert_eq!(
        ends(&text, &["links.'* -> *'.per_copy='unlimited'"]),
        [Some(5.0), Some(7.0)]
    );
}

#[test]
fn a_copy_without_bytes_passes_through_an_outage() {
    let text = text()
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .put_digest("20 s", VIRGINIA, "app", &["2"], 7);
    let text = text.toml(&outage("15 s", "1 min", "0.0"));
    assert_eq!(ends(&text, &[]), [Some(11.0), Some(21.0)]);
}

#[test]
fn two_copies_of_one_layer_at_once_may_both_move_it() {
    // A layer is held from COMPLETE on: the second starts before the first has arrived, the third after.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .put_digest("5 s", VIRGINIA, "app", &["2"], 7)
        .put_digest("10 s", VIRGINIA, "app", &["3"], 7)
        .run();
    let moved: Vec<(u64, u64, Option<f64>)> = run
        .records
        .iter()
        .map(|record| (record.push, record.moved_bytes, times(record)[2]))
        .collect();
    // The third starts at 11 s, the very instant at which the first arrives: ends come first.
    assert_eq!(
        moved,
        [
            (1, 10_000_000, Some(11.0)),
            (3, 0, Some(11.0)),
            (2, 10_000_000, Some(16.0))
        ]
    );
}
