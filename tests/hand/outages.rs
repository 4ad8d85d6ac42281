//! What an outage, a spell or a burst does: shares, images at risk and the time of draining, worked out by hand.

use ecrsim::measure::outcome::OutageRow;

use crate::support::text::Text;
use crate::support::{Run, text};
use crate::{IRELAND, TOKYO, VIRGINIA};

fn outage(link: &str, at: &str, lasts: &str, capacity: &str) -> String {
    format!(
        "[[outages]]\nname = 'cable'\nlink = '{link}'\nat = '{at}'\nlasts = '{lasts}'\ncapacity = {capacity}"
    )
}

fn only(run: &Run) -> &OutageRow {
    let [row] = &run.outcome.outages[..] else {
        panic!("one interruption: {:?}", run.outcome.outages)
    };
    row
}

fn close(found: Option<ecrsim::measure::table::Number>, expected: f64) {
    let found = found.expect("there is a share").0;
    assert!((found - expected).abs() < 1e-12, "{found} is {expected}");
}

fn drain_s(row: &OutageRow) -> Option<f64> {
    row.drain_s.map(|time| time.0.as_secs_f64())
}

/// 2 MB at 0 s (everywhere at 3 s), 8 MB at 6 s (3 MB by 10 s), 1 MB at 14 s.
fn three_pushes() -> Text {
    Text::new()
        .rule(VIRGINIA, &[IRELAND, TOKYO])
        .put("0 s", VIRGINIA, "app", &["1"], "2 MB")
        .put("6 s", VIRGINIA, "app", &["2"], "8 MB")
        .put("14 s", VIRGINIA, "app", &["3"], "1 MB")
}

#[test]
fn a_region_that_is_cut_off() {
    // From 10 s to 20 s nothing leaves. Of 4 copies 2 are there until 14 s, then 2 of 6: 0.5 for 4 s and 1/3 for 6 s. The
    // second image is at risk, from 14 s on the third too. Before, 2 copies were open; the third image's two arrive at
    // 21 s (the second's at 25 s), and then 2 are open again.
    let run = three_pushes()
        .toml(&outage("us-east-1 -> *", "10 s", "10 s", "0.0"))
        .run();
    let row = only(&run);
    let names = (row.kind.as_str(), row.name.as_str(), row.link.as_str());
    assert_eq!(names, ("outage", "cable", "us-east-1 -> *"));
    assert_eq!(row.at.to_string(), "2026-03-02T00:00:10.000Z");
    assert_eq!(row.ends_at.unwrap().to_string(), "2026-03-02T00:00:20.000Z");
    assert_eq!((row.requested, row.completed), (2, 0));
    close(row.pullable_share_min, 1.0 / 3.0);
    close(row.pullable_share_mean, 0.4);
    assert_eq!(
        (row.at_risk_images, row.at_risk_bytes),
        (Some(2), Some(9_000_000))
    );
    assert_eq!((row.backlog_before, row.backlog_max), (2, 4));
    assert_eq!(
        row.drained_at.unwrap().to_string(),
        "2026-03-02T00:00:21.000Z"
    );
    assert_eq!(drain_s(row), Some(1.0));
    let note = "outage cable: pullable ≥ 33.33 %, 2 images (0.0 GB) at risk, drained in 1 s";
    assert!(
        run.outcome.notes.iter().any(|found| found == note),
        "{:?}",
        run.outcome.notes
    );
}

#[test]
fn a_link_that_is_cut_puts_nothing_at_risk() {
    // As above, for Ireland alone: 1 of 2 until 14 s, then 1 of 3; drained when the third image comes at 21 s.
    let run = three_pushes()
        .toml(&outage("us-east-1 -> eu-west-1", "10 s", "10 s", "0.0"))
        .run();
    let row = only(&run);
    close(row.pullable_share_min, 1.0 / 3.0);
    close(row.pullable_share_mean, 0.4);
    assert_eq!((row.at_risk_images, row.at_risk_bytes), (None, None));
    assert_eq!(
        (row.requested, row.backlog_before, row.backlog_max),
        (1, 1, 2)
    );
    assert_eq!(drain_s(row), Some(1.0));
}

#[test]
fn a_slow_region_is_at_risk_until_the_first_copy_is_elsewhere() {
    // Half speed from 2 s to 12 s; Tokyo takes 4 MB/s, Ireland 1 MB/s. 8 MB at 0 s: in Tokyo at 4 s, in Ireland at 14 s.
    // 1 MB at 5 s: in Tokyo at 6.5 s, in Ireland at 8 s. There are 0 of 2 for 2 s, 1 of 2 for 1 s, 1 of 4 for 1.5 s, 2 of
    // 4 for 1.5 s and 3 of 4 for 4 s. At the end 1 is open, of 2 before.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND, TOKYO])
        .toml("[links.'us-east-1 -> ap-northeast-1']\nper_copy = '32 Mbit/s'")
        .toml(&outage("us-* -> *", "2 s", "10 s", "0.5"))
        .put("0 s", VIRGINIA, "app", &["1"], "8 MB")
        .put("5 s", VIRGINIA, "app", &["2"], "1 MB")
        .run();
    let row = only(&run);
    close(row.pullable_share_min, 0.0);
    close(row.pullable_share_mean, 0.4625);
    assert_eq!((row.requested, row.completed), (2, 3));
    // One image at a time, the larger one first.
    assert_eq!(
        (row.at_risk_images, row.at_risk_bytes),
        (Some(1), Some(8_000_000))
    );
    assert_eq!((row.backlog_before, row.backlog_max), (2, 3));
    assert_eq!(drain_s(row), Some(0.0));
}

#[test]
fn what_is_deleted_is_not_at_risk_and_what_failed_is() {
    // 3 MB at 8 s, deleted at 12 s; 1 MB at 15 s: never both.
    let text = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .toml(&outage("us-east-1 -> *", "10 s", "10 s", "0.0"))
        .put("8 s", VIRGINIA, "app", &["1"], "3 MB")
        .delete_tag("12 s", VIRGINIA, "app", "1")
        .put("15 s", VIRGINIA, "app", &["2"], "1 MB");
    let run = text.run();
    let row = only(&run);
    assert_eq!(
        (row.at_risk_images, row.at_risk_bytes),
        (Some(1), Some(3_000_000))
    );
    // No permission: it failed at 2 s, and the only copy is in Virginia.
    let text = Text::new()
        .rule(VIRGINIA, &["prod/eu-west-1"])
        .toml(&outage("us-east-1 -> *", "10 s", "10 s", "0.0"))
        .put("1 s", VIRGINIA, "app", &["1"], "3 MB");
    let run = text.run();
    let row = only(&run);
    assert_eq!(row.at_risk_images, Some(1));
    close(row.pullable_share_mean, 0.0);
    assert_eq!((row.backlog_before, drain_s(row)), (0, Some(0.0)));
}

#[test]
fn a_pushed_digest_that_is_elsewhere_already_is_not_at_risk() {
    // The digest is in Ireland at 12 s; its second tag, pushed in the outage, puts it at risk no more.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .toml(&outage("us-east-1 -> *", "20 s", "10 s", "0.0"))
        .put_digest("1 s", VIRGINIA, "app", &["1"], 1)
        .put_digest("25 s", VIRGINIA, "app", &["2"], 1)
        .run();
    let row = only(&run);
    assert_eq!((row.requested, row.at_risk_images), (1, Some(0)));
    // 1 of 1 for 5 s, then 1 of 2 (a copy without bytes waits for no bandwidth: it arrives at 26 s), then 2 of 2.
    close(row.pullable_share_min, 0.5);
    close(row.pullable_share_mean, 0.95);
}

fn train(images: u32, every: &str) -> Text {
    Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .toml("[links.'us-east-1 -> eu-west-1']\nslots = 1")
        .toml(&format!(
            "[pushes.train]\nregistry = '{VIRGINIA}'\nrepositories = ['app']\nsize = '5 MB'\n\
             burst = {{ images = {images}, over = '4 s', {every}first = '10 s' }}"
        ))
}

#[test]
fn a_burst_drains_when_its_last_image_is_there() {
    // Pushed at 10, 11, 12 and 13 s, one copy at a time from 11 s, 5 s each: the last arrives at 31 s; the burst ends at 14 s.
    let run = train(4, "").run();
    let row = only(&run);
    let names = (row.kind.as_str(), row.name.as_str(), row.link.as_str());
    assert_eq!(names, ("burst", "train", "us-east-1 -> *"));
    assert_eq!((row.requested, row.completed), (4, 0));
    assert_eq!((row.backlog_before, row.backlog_max), (0, 4));
    assert_eq!(drain_s(row), Some(17.0));
    let others = (
        row.capacity,
        row.pullable_share_min,
        row.pullable_share_mean,
    );
    assert_eq!(others, (None, None, None));
    assert_eq!((row.at_risk_images, row.at_risk_bytes), (None, None));
}

#[test]
fn what_has_not_drained_has_an_empty_cell() {
    // A second burst from 20 s to 24 s finds 3 open and leaves 6 at 25 s, the end; the first has not drained either.
    let run = train(4, "every = '10 s', ").lasting("25 s").run();
    let rows: Vec<_> = run
        .outcome
        .outages
        .iter()
        .map(|row| {
            (
                row.backlog_before,
                row.backlog_max,
                row.ends_at.is_some(),
                drain_s(row),
            )
        })
        .collect();
    assert_eq!(rows, [(0, 4, true, None), (3, 6, true, None)]);
    let note = "2 bursts of train: up to 6 behind, not drained by the end";
    assert!(run.outcome.notes.iter().any(|found| found == note));
    let run = three_pushes()
        .toml(&outage("* -> *", "10 s", "10 s", "0.0"))
        .lasting("18 s")
        .run();
    let row = only(&run);
    assert_eq!((row.ends_at, row.drained_at), (None, None));
    // 0.5 for 4 s and 1/3 for 4 s.
    close(row.pullable_share_mean, (2.0 + 4.0 / 3.0) / 8.0);
}

#[test]
fn each_spell_is_a_row() {
    // From 10 s to 12 s and from 20 s to 22 s. 20 MB from 1 s are open all the time.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .toml("[spells.wave]\nlink = '* -> eu-*'\nevery = '10 s'\nlasts = '2 s'\ncapacity = 0.25")
        .put("0 s", VIRGINIA, "app", &["1"], "20 MB")
        .lasting("25 s")
        .run();
    let rows: Vec<_> = run
        .outcome
        .outages
        .iter()
        .map(|row| {
            (
                row.kind.as_str(),
                row.at.to_string(),
                row.backlog_before,
                drain_s(row),
            )
        })
        .collect();
    let expected = |second: u32| format!("2026-03-02T00:00:{second}.000Z");
    assert_eq!(
        rows,
        [
            ("spell", expected(10), 1, Some(0.0)),
            ("spell", expected(20), 1, Some(0.0))
        ]
    );
}

#[test]
fn backfills_count_in_the_backlog_only() {
    // 3 stored images of 4 MB, asked for at 8 s, in flight from 9 s to 13 s; the link stands from 10 s to 20 s. No push
    // has asked for anything: there is no share.
    let stored = format!(
        "[registries.\"{VIRGINIA}\".repositories.app]\nimages = {{ count = 3, size = \"4 MB\" }}"
    );
    let run = Text::new()
        .toml(&stored)
        .rule(VIRGINIA, &[IRELAND])
        .toml(&outage("us-east-1 -> *", "10 s", "10 s", "0.0"))
        .event(
            "8 s",
            "StartReplicationBackfill",
            &format!("registry = '{VIRGINIA}'\ndestination = '{IRELAND}'"),
        )
        .run();
    let row = only(&run);
    assert_eq!(
        (row.pullable_share_min, row.pullable_share_mean),
        (None, None)
    );
    assert_eq!(
        (row.requested, row.backlog_before, row.at_risk_images),
        (0, 3, Some(0))
    );
    assert_eq!(drain_s(row), Some(0.0));
}

#[test]
fn without_any_there_is_no_row() {
    let run: text::Text = three_pushes();
    assert!(run.run().outcome.outages.is_empty());
}
