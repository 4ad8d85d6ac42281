//! Image indexes and referrers (B68, B69, B114, B115, U11). A copy of 1 MB takes a second, and a second of dispatch before
//! it; an index has 1,024 bytes, a referrer 100 kB.

use ecrsim::measure::record::Status;

use crate::support::text::Text;
use crate::support::{Run, seconds, times};
use crate::{IRELAND, PROD, VIRGINIA};

/// Adds pushes to `app` in Virginia with these keys, of 10 MB an image.
fn pushing(text: Text, keys: &str) -> Text {
    text.toml(&format!(
        "[pushes.ci]\nregistry = '{VIRGINIA}'\nrepositories = ['app']\nsize = '10 MB'\n{keys}"
    ))
}

/// One push at the start, replicated to Ireland.
fn one(keys: &str) -> Text {
    let text = Text::new().rule(VIRGINIA, &[IRELAND]);
    pushing(text, &format!("burst = {{ images = 1 }}\n{keys}"))
}

/// One push that is everywhere at once, with these keys of the lifecycle of `app` in Virginia.
fn expiring(keys: &str, lifecycle: &str) -> Text {
    let text = Text::instant("2026-03-02T00:00:00Z", "3 days").rule(VIRGINIA, &[IRELAND]);
    let text = pushing(text, &format!("burst = {{ images = 1 }}\n{keys}"));
    text.toml(&format!(
        "[registries.'{VIRGINIA}'.repositories.app.lifecycle]\n{lifecycle}"
    ))
}

/// Returns how many images a registry stores after 24, 48 and 72 h: what happens then has happened.
fn by_day(run: &Run, registry: &str) -> Vec<u64> {
    let rows = run.outcome.storage.iter();
    rows.filter(|row| row.registry == registry)
        .map(|row| row.images)
        .collect()
}

/// Returns tags, bytes and times of each replication, by the order of pushes.
fn told(run: &Run) -> Vec<(Vec<String>, u64, [Option<f64>; 3])> {
    let mut records: Vec<_> = run.records.iter().collect();
    records.sort_by_key(|record| record.push);
    let tags = |list| (0..run.names.tag_count(list)).map(move |place| run.names.tag(list, place));
    records
        .into_iter()
        .map(|record| {
            (
                tags(record.tags).collect(),
                record.image_bytes,
                times(record),
            )
        })
        .collect()
}

fn at(eligible: f64, ended: f64) -> [Option<f64>; 3] {
    [Some(eligible), Some(eligible), Some(ended)]
}

#[test]
fn b68_an_index_and_its_images_are_replicated() {
    let run = one("platforms = 2").run();
    let none: Vec<String> = Vec::new();
    let expected = [
        (none.clone(), 10_000_000, at(1.0, 11.0)),
        (none, 10_000_000, at(1.0, 11.0)),
        // U11: its own second has long passed when its images are there.
        (vec!["1".to_owned()], 1_024, at(11.0, 11.001_024)),
    ];
    assert_eq!(told(&run), expected);
    let digests: Vec<_> = run.records.iter().map(|record| record.digest).collect();
    assert!(digests[0] != digests[1] && digests[1] != digests[2] && digests[0] != digests[2]);
    assert_eq!(run.stored(IRELAND), [3, 0, 20_001_024, 0]);
    assert_eq!(run.stored(VIRGINIA), [3, 20_001_024, 0, 0]);
}

#[test]
fn b68_an_index_fails_with_its_image_that_failed() {
    // The second image waits for the slot that the first one leaves at 11 s; by then the permission is gone.
    let text = Text::new().rule(VIRGINIA, &[PROD]);
    let run = pushing(text, "burst = { images = 1 }\nplatforms = 2")
        .permission(PROD, "build", "")
        .toml("[links.'us-east-1 -> us-east-1']\nslots = 1")
        .event(
            "5 s",
            "DeleteRegistryPolicy",
            &format!("registry = '{PROD}'"),
        )
        .run();
    let denied = (PROD, "AccessDenied");
    assert_eq!(run.endings(), [(PROD, "COMPLETE"), denied, denied]);
    let index = &run.records[2];
    assert_eq!(times(index), [None, None, Some(11.0)]);
    assert_eq!((index.attempts, index.moved_bytes), (0, 0));
    assert_eq!(
        run.stored(PROD)[0],
        1,
        "the first image stays without its index"
    );
}

#[test]
fn u11_an_index_fails_once_all_its_images_have_ended() {
    let run = one("platforms = 3").run_with(&["failures.probability=1.0", "failures.retries=0"]);
    let failed = (IRELAND, "TransferFailed");
    assert_eq!(run.endings(), [failed; 4]);
    let ends: Vec<f64> = run
        .records
        .iter()
        .filter_map(|record| record.ended_at.map(seconds))
        .collect();
    assert_eq!(ends, [11.0; 4]);
    assert_eq!(run.records[3].attempts, 0);
}

#[test]
fn b69_each_referrer_is_replicated_and_stored_as_an_image_of_its_own() {
    let run = one("referrers = 2").run();
    let none: Vec<String> = Vec::new();
    let expected = [
        (vec!["1".to_owned()], 10_000_000, at(1.0, 11.0)),
        (none.clone(), 100_000, at(11.0, 11.1)),
        (none, 100_000, at(11.0, 11.1)),
    ];
    assert_eq!(told(&run), expected, "U11: after their subject");
    assert_eq!(run.stored(IRELAND), [3, 0, 10_200_000, 0]);
    assert_eq!(run.metric("requested", "", "total"), Some(3.0));
}

#[test]
fn u11_referrers_come_after_the_index_after_its_images() {
    let run = one("platforms = 2\nreferrers = 1").run();
    let times: Vec<_> = told(&run).into_iter().map(|(_, _, times)| times).collect();
    assert_eq!(times[2], at(11.0, 11.001_024));
    assert_eq!(times[3], at(11.001_024, 11.101_024));
}

#[test]
fn u11_a_referrer_goes_its_own_way_when_its_subject_has_failed() {
    // At 5 s the permission is gone and back at once: the copy in flight does not survive that.
    let registry = format!("registry = '{PROD}'");
    let again = format!("{registry}\npermissions = {{ p = {{ principals = ['build'] }} }}");
    let text = Text::new().rule(VIRGINIA, &[PROD]);
    let run = pushing(text, "burst = { images = 1 }\nreferrers = 1")
        .permission(PROD, "build", "")
        .event("5 s", "DeleteRegistryPolicy", &registry)
        .event("5 s", "PutRegistryPolicy", &again)
        .run_with(&["assumptions.in_flight_completes=0.0"]);
    assert_eq!(
        run.endings(),
        [(PROD, "PermissionRevoked"), (PROD, "COMPLETE")]
    );
    assert_eq!(times(&run.records[1]), at(5.0, 5.1));
}

#[test]
fn b113_with_its_last_tag_an_index_goes_and_its_images_stay() {
    let run = one("platforms = 2")
        .delete_tag("1 min", VIRGINIA, "app", "1")
        .run();
    assert!(run.refused().is_empty());
    assert_eq!(run.stored(VIRGINIA), [2, 20_000_000, 0, 0]);
    assert_eq!(run.stored(IRELAND), [3, 0, 20_001_024, 1_024]);
}

#[test]
fn b114_an_image_expires_only_after_its_index() {
    // All are due at 24 h; the images only at 48 h, once their index has gone.
    let run = expiring("platforms = 2", "expire_after = '1 day'").run();
    assert_eq!(by_day(&run, VIRGINIA), [2, 0, 0]);
}

#[test]
fn b114_images_of_an_index_do_not_expire_as_untagged() {
    let run = expiring(
        "platforms = 2\nreferrers = 1",
        "expire_untagged_after = '1 day'",
    )
    .run();
    // The referrer is an untagged image like any other.
    assert_eq!(by_day(&run, VIRGINIA), [3, 3, 3]);
    let run = expiring("platforms = 2", "expire_untagged_after = '1 day'")
        .delete_tag("30 h", VIRGINIA, "app", "1")
        .run();
    assert_eq!(by_day(&run, VIRGINIA), [3, 0, 0]);
}

#[test]
fn b114_images_of_an_index_do_not_count_where_a_policy_counts() {
    let text = Text::instant("2026-03-02T00:00:00Z", "3 days");
    let run = pushing(text, "burst = { images = 3, over = '3 h' }\nplatforms = 2")
        .toml(&format!(
            "[registries.'{VIRGINIA}'.repositories.app.lifecycle]\nkeep_last = 2"
        ))
        .run();
    // Of three indexes the oldest goes after a day, its two images, the oldest of four, after two.
    assert_eq!(by_day(&run, VIRGINIA), [8, 6, 6]);
}

#[test]
fn b114_retention_passes_over_what_an_index_holds() {
    let text = Text::instant("2026-03-02T00:00:00Z", "3 days");
    let run = pushing(text, "burst = { images = 2, over = '2 h' }\nplatforms = 2")
        .toml(&format!(
            "[retention.old]\nregistry = '{VIRGINIA}'\nrepositories = ['*']\nkeep_last = 1"
        ))
        .run();
    // Of two indexes the older goes after a day. Its images, untagged and held by nothing now, go the day after.
    assert_eq!(by_day(&run, VIRGINIA), [5, 3, 3]);
    assert!(run.refused().is_empty());
}

#[test]
fn b114_a_delete_that_follows_is_refused_while_the_index_is_there() {
    let registry = format!("registry = '{PROD}'");
    let again = format!("{registry}\npermissions = {{ p = {{ principals = ['build'] }} }}");
    let text = Text::instant("2026-03-02T00:00:00Z", "3 days")
        .toml(&format!(
            "[registries.'{VIRGINIA}'.rules.r]\ndestinations = ['{PROD}']\ndelete_replication = true\n\
             [retention.old]\nregistry = '{VIRGINIA}'\nrepositories = ['*']\nkeep_last = 0"
        ))
        .permission(PROD, "build", "");
    let text = pushing(text, "burst = { images = 1 }\nplatforms = 2");
    let run = text.run();
    // Where deletes follow, a day is looked at before the policies of its last instant, but for the run's last.
    assert_eq!(by_day(&run, VIRGINIA), [3, 2, 0]);
    assert_eq!(by_day(&run, PROD), [3, 2, 0], "deletes follow one by one");
    // Without permission on the first day, the index stays there and holds its images on the second.
    let run = text
        .event("20 h", "DeleteRegistryPolicy", &registry)
        .event("30 h", "PutRegistryPolicy", &again)
        .run();
    assert_eq!(by_day(&run, PROD), [3, 3, 3]);
    let listed = ("BatchDeleteImage", "app", "ImageReferencedByManifestList");
    let denied = ("BatchDeleteImage", "app", "AccessDenied");
    assert_eq!(run.refused(), [denied, listed, listed]);
}

#[test]
fn b115_referrers_go_within_24_hours_of_a_subject_that_expired() {
    let document = r#"{"rules": [{"rulePriority": 1, "action": {"type": "expire"}, "selection": {
        "tagStatus": "tagged", "tagPatternList": ["*"], "countType": "sinceImagePushed", "countUnit": "days",
        "countNumber": 1}}]}"#;
    let expiring = || expiring("referrers = 2", "policy = 'l.json'").file("l.json", document);
    let run = expiring().run();
    assert_eq!(by_day(&run, VIRGINIA), [2, 0, 0]);
    assert_eq!(by_day(&run, IRELAND), [3, 3, 3]);
    // Only a lifecycle policy takes them along.
    let run = expiring().delete_tag("1 h", VIRGINIA, "app", "1").run();
    assert_eq!(by_day(&run, VIRGINIA), [2, 2, 2]);
}

#[test]
fn b115_the_end_of_referrers_is_replicated_too() {
    let document = r#"{"rules": [{"rulePriority": 1, "action": {"type": "expire"}, "selection": {
        "tagStatus": "tagged", "tagPatternList": ["*"], "countType": "sinceImagePushed", "countUnit": "days",
        "countNumber": 1}}]}"#;
    let text = Text::instant("2026-03-02T00:00:00Z", "3 days").toml(&format!(
        "[registries.'{VIRGINIA}'.rules.r]\ndestinations = ['{IRELAND}']\ndelete_replication = true\n\
         [registries.'{VIRGINIA}'.repositories.app.lifecycle]\npolicy = 'l.json'"
    ));
    let text = text.file("l.json", document);
    let run = pushing(text, "burst = { images = 1 }\nreferrers = 1").run();
    // Looked at before the policies of a day's last instant, as deletes follow.
    assert_eq!(by_day(&run, IRELAND), [2, 1, 0]);
}

#[test]
fn u11_a_client_stops_at_the_first_image_that_is_refused() {
    let text = Text::new().rule(VIRGINIA, &[IRELAND]).event(
        "1 min",
        "DeleteRepository",
        &format!("registry = '{VIRGINIA}'\nrepository = 'app'"),
    );
    let keys = "burst = { images = 1, first = '2 min' }\nplatforms = 2\nreferrers = 2";
    let run = pushing(text, keys).run();
    assert_eq!(
        run.refused(),
        [("PutImage", "app", "RepositoryNotFoundException")]
    );
    assert!(run.records.is_empty());
}

#[test]
fn u11_images_stay_when_their_index_is_refused() {
    let text = Text::new().rule(VIRGINIA, &[IRELAND]).toml(&format!(
        "[registries.'{VIRGINIA}'.repositories.app]\ntag_mutability = 'IMMUTABLE'"
    ));
    let keys =
        "burst = { images = 2, over = '2 min' }\nplatforms = 2\nreferrers = 1\ntags = ['v1']";
    let run = pushing(text, keys).run();
    assert_eq!(
        run.refused(),
        [("PutImage", "app", "ImageTagAlreadyExistsException")]
    );
    // Four of the first push, two images of the second.
    assert_eq!(run.stored(VIRGINIA)[0], 6);
    assert_eq!(run.stored(IRELAND)[0], 6);
    let is_complete = |status| status == Status::Complete;
    assert!(run.records.iter().all(|record| is_complete(record.status)));
    assert_eq!(run.metric("time_to_all", "", "count"), Some(1.0));
}

#[test]
fn b68_a_backfill_copies_images_before_their_index() {
    let start = format!("registry = '{VIRGINIA}'\ndestination = '{IRELAND}'");
    let rules =
        format!("registry = '{VIRGINIA}'\nrules = {{ r = {{ destinations = ['{IRELAND}'] }} }}");
    let keys = "burst = { images = 1 }\nplatforms = 2\nreferrers = 1";
    let text = pushing(Text::new(), keys)
        .event("1 min", "PutReplicationConfiguration", &rules)
        .event("1 min", "StartReplicationBackfill", &start);
    let run = text.run();
    let ends: Vec<_> = run.records.iter().map(times).collect();
    let image = at(61.0, 71.0);
    assert_eq!(
        ends,
        [
            image,
            image,
            at(71.0, 71.001_024),
            at(71.001_024, 71.101_024)
        ]
    );
    let row = &run.outcome.backfills[0];
    assert_eq!((row.images, row.replications, row.completed), (4, 4, 4));
    // What waits for others is withdrawn like what waits for a slot.
    let stop = format!("registry = '{VIRGINIA}'");
    let run = text.event("65 s", "StopReplicationBackfill", &stop).run();
    let row = &run.outcome.backfills[0];
    assert_eq!((row.completed, row.failed, row.withdrawn), (2, 0, 2));
    assert_eq!(row.status, "STOPPED");
}
