//! Replicas whose digest is gone at its source, over time.

use crate::support::text::Text;
use crate::{IRELAND, TOKYO, VIRGINIA};

/// A GiB in Virginia and Ireland from the start on, for four days.
fn text() -> Text {
    Text::instant("2026-03-02T00:00:00Z", "4 days").rule(VIRGINIA, &[IRELAND]).event(
        "0 s",
        "PutImage",
        &format!(
            "registry = '{VIRGINIA}'\nrepository = 'app'\ntags = ['1']\nsize = '1 GiB'\ndigest = '{}'",
            crate::support::text::digest(7)
        ),
    )
}

const GIB: u64 = 1 << 30;

/// Returns Ireland's replica and orphan bytes on each day.
fn by_day(text: &Text) -> Vec<[u64; 2]> {
    let run = text.run();
    let rows = run
        .outcome
        .storage
        .iter()
        .filter(|row| row.registry == IRELAND);
    rows.map(|row| [row.replica_bytes, row.orphan_bytes])
        .collect()
}

#[test]
fn deleted_at_the_source_a_replica_is_an_orphan_from_then_on() {
    let deleted = text().delete_digest("36 h", VIRGINIA, "app", 7);
    // At 24, 48, 72 and 96 h. Orphans are a part of the replicas.
    assert_eq!(
        by_day(&deleted),
        [[GIB, 0], [GIB, GIB], [GIB, GIB], [GIB, GIB]]
    );
    let run = deleted.run();
    // An orphan for 60 of 96 hours.
    assert_eq!(
        run.metric("orphan_bytes", IRELAND, "mean"),
        Some(60.0 / 96.0 * GIB as f64)
    );
    assert_eq!(run.metric("orphan_bytes", "", "end"), Some(GIB as f64));
}

#[test]
fn a_deleted_source_repository_makes_orphans_too() {
    let deleted = text().event(
        "36 h",
        "DeleteRepository",
        &format!("registry = '{VIRGINIA}'\nrepository = 'app'"),
    );
    assert_eq!(
        by_day(&deleted),
        [[GIB, 0], [GIB, GIB], [GIB, GIB], [GIB, GIB]]
    );
}

#[test]
fn an_orphan_ends_where_it_is_deleted_or_its_digest_is_pushed_again() {
    let deleted = text().delete_digest("36 h", VIRGINIA, "app", 7);
    let at_home = deleted.clone().delete_tag("60 h", IRELAND, "app", "1");
    assert_eq!(by_day(&at_home), [[GIB, 0], [GIB, GIB], [0, 0], [0, 0]]);
    let again = deleted.put_digest("60 h", VIRGINIA, "app", &["2"], 7);
    assert_eq!(by_day(&again), [[GIB, 0], [GIB, GIB], [GIB, 0], [GIB, 0]]);
}

#[test]
fn retention_at_the_source_makes_orphans_every_day() {
    // A push of 1 GiB at noon of each of 4 days; 1 is kept at the source. Retention acts at 24, 48, 72 and 96 h.
    let stream = "[pushes.ci]
registry = 'build/us-east-1'
repositories = ['app']
burst = { images = 1, over = '1 h', every = '1 day', first = '12 h' }
size = '1 GiB'
[retention.ci]
registry = 'build/us-east-1'
repositories = ['app']
keep_last = 1";
    let run = Text::instant("2026-03-02T00:00:00Z", "4 days")
        .rule(VIRGINIA, &[IRELAND])
        .toml(stream)
        .run();
    let rows = run
        .outcome
        .storage
        .iter()
        .filter(|row| row.registry == IRELAND);
    let days: Vec<[u64; 3]> = rows
        .map(|row| [row.images, row.replica_bytes / GIB, row.orphan_bytes / GIB])
        .collect();
    assert_eq!(days, [[1, 1, 0], [2, 2, 1], [3, 3, 2], [4, 4, 3]]);
    assert_eq!(run.stored(VIRGINIA), [1, GIB, 0, 0]);
}

#[test]
fn deleting_an_orphan_frees_only_what_no_live_replica_needs() {
    // Two images of 100 MB on a base of 60 MB; the first is deleted at the source by retention.
    let stream = "[pushes.ci]
registry = 'build/us-east-1'
repositories = ['app']
burst = { images = 2, over = '2 min', every = '1 week', first = '0 s' }
size = '100 MB'
shared = 0.6
[retention.ci]
registry = 'build/us-east-1'
repositories = ['app']
keep_last = 1";
    let run = Text::instant("2026-03-02T00:00:00Z", "2 days")
        .rule(VIRGINIA, &[IRELAND])
        .toml(stream)
        .run();
    assert_eq!(run.stored(IRELAND), [2, 0, 140_000_000, 40_000_000]);
}

#[test]
fn a_delete_that_has_had_no_time_to_follow_makes_no_orphan_of_the_day() {
    // As above, but the deletes follow, a second after each midnight: what is deleted at a midnight is not yet an orphan of
    // that day's row, and gone in the next. The run's end is looked at after all that happens then.
    let stream = format!(
        "[latency]
dispatch = '1 s'
stall = {{ probability = 0.0 }}
[links.'* -> *']
per_copy = 'unlimited'
[registries.'{VIRGINIA}'.rules.all]
destinations = ['{IRELAND}']
delete_replication = true
[pushes.ci]
registry = 'build/us-east-1'
repositories = ['app']
burst = {{ images = 1, over = '1 h', every = '1 day', first = '12 h' }}
size = '1 GiB'
[retention.ci]
registry = 'build/us-east-1'
repositories = ['app']
keep_last = 1"
    );
    let toml = format!(
        "start = 2026-03-02T00:00:00Z\nduration = '4 days'\n[accounts]\nbuild = '111122223333'\n{stream}"
    );
    let run = crate::support::run(&toml);
    let rows = run
        .outcome
        .storage
        .iter()
        .filter(|row| row.registry == IRELAND);
    let days: Vec<(String, [u64; 3])> = rows
        .map(|row| {
            let numbers = [row.images, row.replica_bytes / GIB, row.orphan_bytes / GIB];
            (row.time.to_string()[..13].to_owned(), numbers)
        })
        .collect();
    let day = |day: &str, numbers| (day.to_owned(), numbers);
    assert_eq!(
        days,
        [
            day("2026-03-03T00", [1, 1, 0]),
            day("2026-03-04T00", [2, 2, 0]),
            day("2026-03-05T00", [2, 2, 0]),
            day("2026-03-06T00", [2, 2, 1]),
        ]
    );
    // The gauge knows them for a second at three midnights, of which the last one is the run's end.
    assert_eq!(
        run.metric("orphan_bytes", IRELAND, "mean"),
        Some(2.0 * GIB as f64 / (4.0 * 86_400.0))
    );
}

#[test]
fn a_backfilled_copy_of_a_replica_is_an_orphan_only_when_its_digest_is_gone_where_it_was_pushed() {
    // Pushed in Virginia and in prod's registry; Ireland has Virginia's, and a backfill copies it from there to Tokyo.
    let copied = text()
        .rule(IRELAND, &[TOKYO])
        .put_digest("1 h", "prod/us-east-1", "app", &["1"], 7)
        .event(
            "2 h",
            "StartReplicationBackfill",
            &format!("registry = '{IRELAND}'\ndestination = '{TOKYO}'"),
        );
    assert_eq!(copied.run().stored(TOKYO), [1, 0, GIB, 0]);
    let deleted = copied.delete_digest("36 h", VIRGINIA, "app", 7).run();
    assert_eq!(deleted.stored(TOKYO), [1, 0, GIB, GIB]);
    assert_eq!(deleted.stored(IRELAND), [1, 0, GIB, GIB]);
}
