//! Tables of a run in which everything can be counted on fingers.

use crate::support::text::Text;
use crate::{IRELAND, TOKYO, VIRGINIA};

#[test]
fn the_timeline_has_a_row_per_step_and_destination() {
    // Steps of 10 s. Pushes at 5 s (10 MB, to both; in flight from 6 s to 16 s) and at 12 s (20 MB, one slot to Ireland).
    let run = Text::new()
        .lasting("40 s")
        .key("bucket = '10 s'")
        .rule(VIRGINIA, &[IRELAND])
        .rule_for(VIRGINIA, &[TOKYO], &["both"])
        .toml("[links.'us-east-1 -> eu-west-1']\nslots = 1")
        .put("5 s", VIRGINIA, "both", &["1"], "10 MB")
        .put("12 s", VIRGINIA, "app", &["1"], "20 MB")
        .run();
    let rows = |destination: &str| -> Vec<[u64; 7]> {
        let rows = run
            .outcome
            .timeline
            .iter()
            .filter(|row| row.destination == destination);
        let numbers = |row: &ecrsim::measure::outcome::TimelineRow| {
            let moved_mb = row.moved_bytes / 1_000_000;
            [
                row.pushed,
                row.requested,
                row.completed,
                row.failed,
                row.waiting,
                row.in_flight,
                moved_mb,
            ]
        };
        rows.map(numbers).collect()
    };
    // To Ireland: 4 MB by 10 s; 16 s: the first arrives and the second (eligible at 13 s) starts: 4 MB by 20 s, 14 by 30 s.
    assert_eq!(
        rows(IRELAND),
        [
            [1, 1, 0, 0, 0, 1, 4],
            [1, 1, 1, 0, 0, 1, 10],
            [0, 0, 0, 0, 0, 1, 10],
            [0, 0, 1, 0, 0, 0, 6]
        ]
    );
    assert_eq!(
        rows(TOKYO),
        [
            [1, 1, 0, 0, 0, 1, 4],
            [0, 0, 1, 0, 0, 0, 6],
            [0, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 0]
        ]
    );
}

#[test]
fn destinations_count_what_became_of_every_request() {
    let run = Text::new()
        .lasting("60 s")
        .rule(VIRGINIA, &[IRELAND])
        .rule_for(VIRGINIA, &["prod/us-east-1"], &["denied"])
        .put("0 s", VIRGINIA, "app", &["1"], "10 MB")
        .put("0 s", VIRGINIA, "denied", &["1"], "5 MB")
        .put("50 s", VIRGINIA, "app", &["2"], "10 MB")
        .run();
    let rows: Vec<(&str, [u64; 5])> = run
        .outcome
        .destinations
        .iter()
        .map(|row| {
            (
                row.destination.as_str(),
                [
                    row.requested,
                    row.completed,
                    row.failed,
                    row.in_progress,
                    row.moved_bytes,
                ],
            )
        })
        .collect();
    // The last copy runs from 51 s to the end at 60 s.
    assert_eq!(
        rows,
        [
            (IRELAND, [3, 2, 0, 1, 24_000_000]),
            ("prod/us-east-1", [1, 0, 1, 0, 0])
        ]
    );
    let [failure] = &run.outcome.failures[..] else {
        panic!("one reason at one destination")
    };
    assert_eq!(
        (failure.destination.as_str(), failure.reason.as_str()),
        ("prod/us-east-1", "AccessDenied")
    );
    assert_eq!(failure.first_at.to_string(), "2026-03-02T00:00:01.000Z");
    let buckets: u64 = run.outcome.latency.iter().map(|row| row.count).sum();
    assert_eq!(buckets, 2);
}

#[test]
fn storage_is_looked_at_every_24_hours_and_at_the_end() {
    let run = Text::instant("2026-03-02T00:00:00Z", "60 h")
        .rule(VIRGINIA, &[IRELAND])
        .put("24 h", VIRGINIA, "app", &["latest"], "10 MB")
        .put("25 h", VIRGINIA, "app", &["latest"], "20 MB")
        .run();
    let rows: Vec<(String, u64, u64, u64)> = run
        .outcome
        .storage
        .iter()
        .filter(|row| row.registry == IRELAND)
        .map(|row| {
            (
                row.time.to_string(),
                row.images,
                row.untagged_images,
                row.stored_bytes,
            )
        })
        .collect();
    let row = |time: &str, images, untagged, bytes| {
        (
            format!("2026-03-{time}:00:00.000Z"),
            images,
            untagged,
            bytes,
        )
    };
    assert_eq!(
        rows,
        [
            row("03T00", 1, 0, 10_000_000),
            row("04T00", 2, 1, 30_000_000),
            row("04T12", 2, 1, 30_000_000)
        ],
        "what happens at a look's own instant is in it"
    );
}

#[test]
fn refused_operations_are_listed_in_order() {
    let run = Text::new()
        .event(
            "10 s",
            "CreateRepository",
            "registry = 'build/us-east-1'\nrepository = 'app'",
        )
        .event(
            "20 s",
            "CreateRepository",
            "registry = 'build/us-east-1'\nrepository = 'app'",
        )
        .event(
            "30 s",
            "DeleteRepository",
            "registry = 'build/us-east-1'\nrepository = 'web'",
        )
        .delete_tag("40 s", VIRGINIA, "app", "none")
        .event(
            "50 s",
            "PutImageTagMutability",
            "registry = 'build/us-east-1'\nrepository = 'web'\ntag_mutability = 'IMMUTABLE'",
        )
        .run();
    assert_eq!(
        run.refused(),
        [
            (
                "CreateRepository",
                "app",
                "RepositoryAlreadyExistsException"
            ),
            ("DeleteRepository", "web", "RepositoryNotFoundException"),
            ("BatchDeleteImage", "app", "ImageNotFound"),
            (
                "PutImageTagMutability",
                "web",
                "RepositoryNotFoundException"
            ),
        ]
    );
    assert_eq!(run.metric("refused", "", "total"), Some(4.0));
    assert_eq!(
        run.outcome.refused[1].at.to_string(),
        "2026-03-02T00:00:30.000Z"
    );
}

#[test]
fn b64_an_immutable_tag_is_not_among_those_applied() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .toml(&format!(
            "[registries.'{IRELAND}'.repositories.app]\ntag_mutability = 'IMMUTABLE'"
        ))
        .put("0 s", VIRGINIA, "app", &["1", "latest"], "1 MB")
        .put("10 s", VIRGINIA, "app", &["2", "latest"], "1 MB")
        .put("20 s", VIRGINIA, "app", &["latest"], "1 MB")
        .run();
    let applied: Vec<Vec<String>> = run
        .records
        .iter()
        .map(|record| run.applied(record))
        .collect();
    assert_eq!(applied, [vec!["1", "latest"], vec!["2"], vec![]]);
    assert_eq!(run.metric("untagged_arrivals", IRELAND, "total"), Some(1.0));
    assert!(
        run.endings().iter().all(|ending| ending.1 == "COMPLETE"),
        "it is no failure"
    );
}

#[test]
fn u24_overtaken_tags_are_counted_in_push_order_only() {
    // 20 MB are overtaken by 1 MB pushed 10 s later: arrivals at 12 s and 21 s.
    let text = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put("0 s", VIRGINIA, "app", &["latest"], "20 MB")
        .put("10 s", VIRGINIA, "app", &["latest"], "1 MB");
    let run = text.run();
    assert_eq!(
        run.metric("overtaken_arrivals", IRELAND, "total"),
        Some(1.0)
    );
    let applied: Vec<(u64, Vec<String>)> = run
        .records
        .iter()
        .map(|record| (record.push, run.applied(record)))
        .collect();
    assert_eq!(applied, [(2, vec!["latest".to_owned()]), (1, vec![])]);
    let by_arrival = text.run_with(&["assumptions.tag_order=arrival"]);
    assert_eq!(
        by_arrival.metric("overtaken_arrivals", IRELAND, "total"),
        Some(0.0)
    );
    assert!(
        by_arrival
            .records
            .iter()
            .all(|record| by_arrival.applied(record) == ["latest"])
    );
}
