//! The archive storage class (facts, section 5, B12, B142 and B144).

use crate::support::Run;
use crate::support::text::{Text, digest};
use crate::{IRELAND, VIRGINIA};

/// Prices of a Region that the built-in table lacks.
const IRISH: &str = "[prices]
archive = { eu-west-1 = '0.10 USD per GB-month' }
restore = { eu-west-1 = '0.03 USD per GB' }";

/// Everything arrives at once.
fn text(duration: &str) -> Text {
    Text::instant("2026-03-02T00:00:00Z", duration).toml(IRISH)
}

/// Puts digest 7 of 10 MB, tagged `1`, into `app` in Virginia at the start.
fn one(duration: &str) -> Text {
    text(duration).put_digest("0 s", VIRGINIA, "app", &["1"], 7)
}

trait Archiving {
    /// Moves digest 7 of `app`.
    fn class(self, at: &str, registry: &str, class: &str) -> Self;
}

impl Archiving for Text {
    fn class(self, at: &str, registry: &str, class: &str) -> Self {
        let keys = format!(
            "registry = '{registry}'\nrepository = 'app'\ndigest = '{}'\nstorage_class = '{class}'",
            digest(7)
        );
        self.event(at, "UpdateImageStorageClass", &keys)
    }
}

/// Returns a registry's images, stored and archived bytes every day, in MB.
fn by_day(run: &Run, registry: &str) -> Vec<[u64; 3]> {
    let rows = run.outcome.storage.iter();
    rows.filter(|row| row.registry == registry)
        .map(|row| {
            let bytes = [row.stored_bytes, row.archived_bytes].map(|bytes| bytes / 1_000_000);
            [row.images, bytes[0], bytes[1]]
        })
        .collect()
}

/// Returns when each measured replication was requested and ended, in hours.
fn hours(run: &Run) -> Vec<[f64; 2]> {
    let records = run.records.iter();
    let hours = |at: ecrsim::units::SimTime| crate::support::seconds(at) / 3600.0;
    records
        .map(|of| [hours(of.pushed_at), hours(of.ended_at.expect("it ended"))])
        .collect()
}

#[test]
fn b80_an_archived_image_lies_in_a_storage_class_of_its_own() {
    let run = one("3 days").class("36 h", VIRGINIA, "ARCHIVE").run();
    assert_eq!(by_day(&run, VIRGINIA), [[1, 10, 0], [1, 0, 10], [1, 0, 10]]);
}

#[test]
fn b80_a_layer_that_an_active_image_holds_too_is_not_archived() {
    // Two images of 10 MB on a base of 4 MB; the first is archived.
    let stream = "[pushes.ci]
registry = 'build/us-east-1'
repositories = ['app']
burst = { images = 2, over = '2 h', every = '1 week', first = '0 s' }
size = '10 MB'
shared = 0.4
tags = ['v{n}']";
    let archive = |tag: &str| {
        format!(
            "registry = '{VIRGINIA}'\nrepository = 'app'\ntag = '{tag}'\nstorage_class = 'ARCHIVE'"
        )
    };
    let first =
        text("3 days")
            .toml(stream)
            .event("30 h", "UpdateImageStorageClass", &archive("v1"));
    assert_eq!(
        by_day(&first.run(), VIRGINIA),
        [[2, 16, 0], [2, 10, 6], [2, 10, 6]]
    );
    let both = first.event("50 h", "UpdateImageStorageClass", &archive("v2"));
    assert_eq!(
        by_day(&both.run(), VIRGINIA),
        [[2, 16, 0], [2, 10, 6], [2, 0, 16]]
    );
}

#[test]
fn b81_archiving_at_the_source_archives_nothing_at_destinations() {
    let run = one("2 days")
        .rule(VIRGINIA, &[IRELAND])
        .class("12 h", VIRGINIA, "ARCHIVE")
        .run();
    assert_eq!(by_day(&run, VIRGINIA), [[1, 0, 10]; 2]);
    assert_eq!(by_day(&run, IRELAND), [[1, 10, 0]; 2]);
    assert_eq!(
        run.stored(IRELAND),
        [1, 0, 10_000_000, 0],
        "its source still holds the digest"
    );
}

#[test]
fn b82_a_replica_of_a_digest_that_is_archived_there_restores_it() {
    // A second tag at 30 h brings the digest again; it moves nothing.
    let archived = one("2 days")
        .rule(VIRGINIA, &[IRELAND])
        .class("12 h", IRELAND, "ARCHIVE");
    assert_eq!(by_day(&archived.run(), IRELAND), [[1, 0, 10]; 2]);
    let run = archived
        .put_digest("30 h", VIRGINIA, "app", &["2"], 7)
        .run();
    assert_eq!(by_day(&run, IRELAND), [[1, 0, 10], [1, 10, 0]]);
    assert_eq!(run.records[1].moved_bytes, 0);
}

#[test]
fn b83_a_restore_takes_twenty_minutes() {
    // The run ends with the restore, or a second before.
    let restored = |duration: &str| {
        let of = one(duration)
            .class("1 h", VIRGINIA, "ARCHIVE")
            .class("2 h", VIRGINIA, "STANDARD");
        by_day(&of.run(), VIRGINIA)
    };
    assert_eq!(restored("2 h 20 min"), [[1, 10, 0]]);
    assert_eq!(restored("2 h 19 min 59 s"), [[1, 0, 10]]);
}

#[test]
fn b83_pushing_an_archived_image_again_restores_it_at_once_and_replicates_it() {
    // Active, the same push would be refused (B17). The tag stands on the digest already and is sent all the same.
    let again = one("3 h")
        .class("1 h", VIRGINIA, "ARCHIVE")
        .rule(VIRGINIA, &[IRELAND])
        .put_digest("2 h", VIRGINIA, "app", &["1"], 7)
        .delete_digest("30 min", IRELAND, "app", 7);
    let run = again.run();
    assert!(run.refused().is_empty(), "{:?}", run.refused());
    assert_eq!(by_day(&run, VIRGINIA), [[1, 10, 0]]);
    assert_eq!(hours(&run), [[0.0, 0.0], [2.0, 2.0]]);
    assert_eq!(run.applied(&run.records[1]), ["1"]);
    // What was to restore it in its own time finds nothing left to do.
    let run = again.class("119 min", VIRGINIA, "STANDARD").run();
    assert_eq!(run.records.len(), 2);
}

#[test]
fn b83_an_archived_image_cannot_be_pulled() {
    // Deployed 30 min after the push at 1 h, when the image lies in the archive, active again at 1 h 41 min. Waits of 10 min
    // each: missed at 1 h 30 min and 1 h 40 min, found at 1 h 50 min.
    let stream = "[pushes.ci]
registry = 'build/us-east-1'
repositories = ['app']
burst = { images = 1, over = '1 h', every = '1 week', first = '1 h' }
size = '10 MB'
tags = ['v{n}']
[deployments.home]
follows = 'ci'
registry = 'build/us-east-1'
delay = '30 min'
backoff = { first = '10 min', factor = 1.0, max = '10 min' }
give_up = '1 h'
[pulls.fleet]
account = 'build'
region = 'us-east-1'
of = 'ci'
rate = '1 per minute'
recency = { geometric = 1.0 }";
    let class = |at: &str, class: &str| {
        let keys = format!(
            "registry = '{VIRGINIA}'\nrepository = 'app'\ntag = 'v1'\nstorage_class = '{class}'"
        );
        (at.to_owned(), keys)
    };
    let (archived, restored) = (class("65 min", "ARCHIVE"), class("81 min", "STANDARD"));
    let add =
        |text: Text, (at, keys): &(String, String)| text.event(at, "UpdateImageStorageClass", keys);
    let base = add(text("65 min").toml(stream), &archived);
    let served = |run: &Run| {
        let rows = run.outcome.pulls.iter();
        rows.filter(|row| row.from == VIRGINIA)
            .map(|row| row.pulls)
            .sum::<u64>()
    };
    let before = served(&base.run());
    assert!(before > 0, "the fleet pulls once a minute");
    let base = add(base, &restored);
    let until = served(&base.clone().lasting("100 min 59 s").run());
    let run = base.lasting("2 h").run();
    assert!(
        until == before && served(&run) > until,
        "{before} {until} {}",
        served(&run)
    );
    let row = &run.outcome.deployments[0];
    assert_eq!((row.deployments, row.missed), (1, 1));
    assert_eq!(
        row.wait_max_s.expect("it was found").0.as_secs_f64(),
        1200.0
    );
}

#[test]
fn b12_a_restore_is_replicated_if_a_rule_matches_when_it_ends() {
    // Restored at 2 h and active at 2 h 20 min; the rule comes at 2 h 10 min, or at 2 h 30 min.
    let with_rule = |at: &str| {
        let rule = format!(
            "registry = '{VIRGINIA}'\nrules = {{ all = {{ destinations = ['{IRELAND}'] }} }}"
        );
        one("3 h")
            .class("1 h", VIRGINIA, "ARCHIVE")
            .class("2 h", VIRGINIA, "STANDARD")
            .event(at, "PutReplicationConfiguration", &rule)
            .run()
    };
    let run = with_rule("2 h 10 min");
    assert_eq!(hours(&run), [[2.0 + 1.0 / 3.0; 2]]);
    assert_eq!(run.applied(&run.records[0]), ["1"]);
    assert_eq!(run.stored(IRELAND), [1, 0, 10_000_000, 0]);
    assert!(with_rule("2 h 30 min").records.is_empty());
}

#[test]
fn b12_a_restored_replica_is_sent_on_as_a_push_would_be() {
    // Ireland's replica is archived and restored there; Ireland sends to Tokyo.
    let run = one("3 h")
        .rule(VIRGINIA, &[IRELAND])
        .rule(IRELAND, &[crate::TOKYO])
        .class("1 h", IRELAND, "ARCHIVE")
        .class("2 h", IRELAND, "STANDARD")
        .run();
    let to = |record| (run.destination(record), record.moved_bytes);
    let sent: Vec<_> = run.records.iter().map(to).collect();
    assert_eq!(sent, [(IRELAND, 10_000_000), (crate::TOKYO, 10_000_000)]);
    assert_eq!(run.stored(crate::TOKYO), [1, 0, 10_000_000, 0]);
}

#[test]
fn b12_only_the_tags_that_still_stand_on_it_come_with_a_restored_image() {
    let run = one("3 h")
        .put_digest("10 min", VIRGINIA, "app", &["2", "3"], 7)
        .delete_tag("20 min", VIRGINIA, "app", "2")
        .class("30 min", VIRGINIA, "ARCHIVE")
        .class("1 h", VIRGINIA, "STANDARD")
        .event(
            "40 min",
            "PutReplicationConfiguration",
            &format!(
                "registry = '{VIRGINIA}'\nrules = {{ all = {{ destinations = ['{IRELAND}'] }} }}"
            ),
        )
        .run();
    assert_eq!(run.records.len(), 1);
    assert_eq!(run.applied(&run.records[0]), ["1", "3"]);
}

#[test]
fn u17_a_source_image_that_was_archived_cannot_be_copied() {
    let run = one("3 h")
        .rule(VIRGINIA, &[IRELAND])
        .class("30 min", VIRGINIA, "ARCHIVE")
        .run_with(&["latency.dispatch=\"1 h\""]);
    assert_eq!(run.endings(), [(IRELAND, "SourceImageDeleted")]);
}

#[test]
fn b85_who_deletes_old_images_is_told_of_no_archived_ones() {
    // Three images; the first is archived at 12 h. Retention keeps one of the two that are listed.
    let run = one("1 day")
        .put("1 h", VIRGINIA, "app", &["b"], "20 MB")
        .put("2 h", VIRGINIA, "app", &["c"], "40 MB")
        .class("12 h", VIRGINIA, "ARCHIVE")
        .toml(
            "[retention.old]\nregistry = 'build/us-east-1'\nrepositories = ['app']\nkeep_last = 1",
        )
        .run();
    assert_eq!(by_day(&run, VIRGINIA), [[2, 40, 10]]);
}

#[test]
fn b84_batch_delete_image_deletes_an_archived_image() {
    let run = one("2 days")
        .rule(VIRGINIA, &[IRELAND])
        .class("12 h", VIRGINIA, "ARCHIVE")
        .delete_digest("30 h", VIRGINIA, "app", 7)
        .run();
    assert_eq!(by_day(&run, VIRGINIA), [[1, 0, 10], [0, 0, 0]]);
    assert_eq!(
        run.stored(IRELAND),
        [1, 0, 10_000_000, 10_000_000],
        "an orphan from then on"
    );
}

/// `keys` are the lifecycle of `app` in Virginia.
fn lifecycle(text: Text, keys: &str) -> Text {
    text.toml(&format!(
        "[registries.\"{VIRGINIA}\".repositories.app.lifecycle]\n{keys}"
    ))
}

#[test]
fn b84_a_policy_deletes_archived_images_after_ninety_days_at_the_earliest() {
    // Pushed at 0 h, archived at 24 h, so in the archive for 90 days at day 91.
    let run = lifecycle(
        one("92 days"),
        "archive_after = '1 day'\nexpire_archived_after = '90 days'",
    )
    .run();
    let days = by_day(&run, VIRGINIA);
    assert_eq!(
        [days[0], days[89], days[90], days[91]],
        [[1, 0, 10], [1, 0, 10], [0, 0, 0], [0, 0, 0]]
    );
    let sooner = lifecycle(one("1 day"), "expire_archived_after = '89 days'").errors();
    assert!(sooner.contains("must be at least 90 days"), "{sooner}");
}

#[test]
fn b144_limits_of_number_and_age_look_at_active_images_only() {
    // Four images, one a day; archived after two days, so that the last two are active, of which one stays.
    let mut text = text("4 days");
    for (hour, tag, size) in [
        (1, "a", "1 MB"),
        (25, "b", "2 MB"),
        (49, "c", "4 MB"),
        (73, "d", "8 MB"),
    ] {
        text = text.put(&format!("{hour} h"), VIRGINIA, "app", &[tag], size);
    }
    let archived = lifecycle(text.clone(), "archive_after = '2 days'").run();
    assert_eq!(
        by_day(&archived, VIRGINIA),
        [[1, 1, 0], [2, 3, 0], [3, 6, 1], [4, 12, 3]]
    );
    let both = lifecycle(text, "archive_after = '2 days'\nkeep_last = 2").run();
    // At 72 h a goes as the third newest, before it could be archived; at 96 h b.
    assert_eq!(
        by_day(&both, VIRGINIA),
        [[1, 1, 0], [2, 3, 0], [2, 6, 0], [2, 12, 0]]
    );
}

/// Archives untagged images after two days, and of the others all but the newest.
const DOCUMENT: &str = r#"{"rules": [
    {"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days",
     "countNumber": 2}, "action": {"type": "transition", "targetStorageClass": "archive"}},
    {"rulePriority": 2, "selection": {"tagStatus": "any", "storageClass": "standard", "countType": "imageCountMoreThan",
     "countNumber": 1}, "action": {"type": "transition", "targetStorageClass": "archive"}}
]}"#;

#[test]
fn b144_a_document_may_archive() {
    // 10 MB lose their tag: out of reach of the second rule, not two days old; of the other two, 20 MB are archived.
    let run = lifecycle(one("1 day"), "policy = 'l.json'")
        .file("l.json", DOCUMENT)
        .put("1 h", VIRGINIA, "app", &["1"], "20 MB")
        .put("2 h", VIRGINIA, "app", &["2"], "40 MB")
        .run();
    assert_eq!(by_day(&run, VIRGINIA), [[3, 50, 20]]);
}

#[test]
fn b142_a_restored_image_counts_from_its_restore() {
    // Pushed at 0 h, restored at 26 h: not two days old at 48 h nor at 72 h, but at 96 h.
    let run = lifecycle(one("4 days"), "expire_after = '2 days'")
        .class("1 h", VIRGINIA, "ARCHIVE")
        .class("25 h 40 min", VIRGINIA, "STANDARD")
        .run();
    assert_eq!(
        by_day(&run, VIRGINIA),
        [[1, 0, 10], [1, 10, 0], [1, 10, 0], [0, 0, 0]]
    );
}

#[test]
fn backfills_leave_archived_images_out() {
    let at = format!("registry = '{VIRGINIA}'\ndestination = '{IRELAND}'");
    let run = one("3 h")
        .put("10 min", VIRGINIA, "app", &["2"], "1 MB")
        .class("20 min", VIRGINIA, "ARCHIVE")
        .event(
            "30 min",
            "PutReplicationConfiguration",
            &format!(
                "registry = '{VIRGINIA}'\nrules = {{ all = {{ destinations = ['{IRELAND}'] }} }}"
            ),
        )
        .event("1 h", "StartReplicationBackfill", &at)
        .run();
    assert_eq!(run.stored(IRELAND), [1, 0, 1_000_000, 0]);
}

#[test]
fn what_ecr_would_refuse_is_refused_by_its_names() {
    let run = one("3 h")
        .class("5 min", VIRGINIA, "STANDARD")
        .class("10 min", VIRGINIA, "ARCHIVE")
        .class("15 min", VIRGINIA, "ARCHIVE")
        .class("20 min", VIRGINIA, "STANDARD")
        .class("25 min", VIRGINIA, "STANDARD")
        .class("30 min", IRELAND, "ARCHIVE")
        .delete_digest("1 h", VIRGINIA, "app", 7)
        .class("2 h", VIRGINIA, "ARCHIVE")
        .run();
    let refused = |exception| ("UpdateImageStorageClass", "app", exception);
    let unsupported = refused("ImageStorageClassUpdateNotSupportedException");
    assert_eq!(
        run.refused(),
        [
            unsupported,
            unsupported,
            unsupported,
            refused("RepositoryNotFoundException"),
            refused("ImageNotFoundException"),
        ]
    );
}

#[test]
fn a_trace_can_archive_and_restore() {
    let trace = "time,action,registry,repository,tags,digest,bytes,storage_class\n\
                 1 h,UpdateImageStorageClass,build/us-east-1,app,1 2,,,ARCHIVE\n\
                 30 h,UpdateImageStorageClass,build/us-east-1,app,2,,,STANDARD\n";
    let run = text("2 days")
        .put("0 s", VIRGINIA, "app", &["1"], "1 MB")
        .put("0 s", VIRGINIA, "app", &["2"], "2 MB")
        .toml("[traces.t]\nfile = 't.csv'")
        .file("t.csv", trace)
        .run();
    assert_eq!(by_day(&run, VIRGINIA), [[2, 0, 3], [2, 2, 1]]);
}

#[test]
fn wrong_keys_of_the_archive_are_told() {
    let at = format!("registry = '{VIRGINIA}'\nrepository = 'app'\n");
    let event = |keys: &str| {
        let keys = at.clone() + keys;
        text("1 h")
            .event("1 min", "UpdateImageStorageClass", &keys)
            .errors()
    };
    let both = format!(
        "tag = '1'\ndigest = '{}'\nstorage_class = 'ARCHIVE'",
        digest(7)
    );
    let cases = [
        ("tag = '1'", "lacks the key `storage_class`"),
        ("tag = '1'\nstorage_class = 'GLACIER'", "GLACIER"),
        (
            "storage_class = 'ARCHIVE'",
            "UpdateImageStorageClass lacks `tag` or `digest`",
        ),
        (&both, "both `tag` and `digest` are given"),
    ];
    for (keys, message) in cases {
        let found = event(keys);
        assert!(found.contains(message), "{keys}: {found}");
    }
    let row = |action: &str, rest: &str| {
        let trace = format!(
            "time,action,registry,repository,tags,digest,bytes,storage_class\n1 min,{action},build/us-east-1,app,{rest}\n"
        );
        one("1 h")
            .toml("[traces.t]\nfile = 't.csv'")
            .file("t.csv", &trace)
            .errors()
    };
    let cases = [
        ("UpdateImageStorageClass", "1,,,", "lacks its storage class"),
        (
            "UpdateImageStorageClass",
            ",,,ARCHIVE",
            "needs tags or a digest, not both",
        ),
        (
            "UpdateImageStorageClass",
            "1,,,GLACIER",
            "is no storage class",
        ),
        ("BatchDeleteImage", "1,,,ARCHIVE", "has no storage_class"),
    ];
    for (action, rest, message) in cases {
        let found = row(action, rest);
        assert!(found.contains(message), "{action} {rest}: {found}");
    }
}

#[test]
fn a_price_table_of_ones_own_may_price_the_archive() {
    let archived = |rows: &str| {
        let table =
            format!("kind,from_region,to_region,tier_upper_gb,usd_per_gb\nstorage,*,,,0.2\n{rows}");
        Text::instant("2026-03-01T00:00:00Z", "31 days")
            .toml("[prices]\ntable = 'p.csv'")
            .put_digest("0 s", IRELAND, "app", &["1"], 7)
            .class("1 s", IRELAND, "ARCHIVE")
            .file("p.csv", &table)
    };
    let open = "archive,*,,0.001,0.5\narchive,*,,,0.25\nrestore,eu-west-1,,,0.1\n";
    let run = archived(open).class("1 min", IRELAND, "STANDARD").run();
    // 10 MB are 0.00931 GiB; with 90 days in a month of 31, 0.02704 GiB-months: 0.001 of them at 0.5 USD.
    let gib = 1e7 / f64::from(1 << 30);
    let months = gib * 90.0 / 31.0;
    let found = run
        .outcome
        .costs
        .iter()
        .find(|row| row.item == "storage_archive");
    let usd = found.expect("it lay in the archive").usd.0;
    assert!(
        (usd - (0.0005 + (months - 0.001) * 0.25)).abs() < 1e-12,
        "{usd}"
    );
    let restored = run.outcome.costs.iter().find(|row| row.item == "restore");
    let usd = restored.expect("it was restored").usd.0;
    assert!((usd - gib * 0.1).abs() < 1e-12, "{usd}");
    let bounded = archived("archive,*,,10,0.5\nrestore,*,,,0.1\n").errors();
    assert!(
        bounded.contains("no price for archive storage above the last tier"),
        "{bounded}"
    );
}

#[test]
fn a_region_without_a_price_of_the_archive_is_an_error_where_images_may_be_archived() {
    let bare = || {
        Text::instant("2026-03-02T00:00:00Z", "1 h").put_digest("0 s", IRELAND, "app", &["1"], 7)
    };
    let archived = bare().class("1 min", IRELAND, "ARCHIVE").errors();
    for message in [
        "no price for archive storage in eu-west-1 in the table `aws-2026`",
        "no price for restoring from the archive in eu-west-1",
        "prices.archive.\"eu-west-1\" = \"0.10 USD per GB-month\"",
    ] {
        assert!(archived.contains(message), "{message}: {archived}");
    }
    let policy =
        format!("[registries.\"{IRELAND}\".repositories.app.lifecycle]\narchive_after = '30 days'");
    assert!(
        bare()
            .toml(&policy)
            .errors()
            .contains("no price for archive storage")
    );
    let template = format!(
        "[registries.\"{IRELAND}\".creation_templates.all]\nprefix = 'ROOT'\nlifecycle = {{ archive_after = '30 days' }}"
    );
    assert!(
        bare()
            .toml(&template)
            .errors()
            .contains("no price for archive storage")
    );
    // Where nothing is archived, nothing is asked.
    bare().run();
}
