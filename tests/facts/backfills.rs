//! Backfill of stored images (B120-B127). A copy of 1 MB takes a second, and a second of dispatch before it.

use crate::support::text::Text;
use crate::support::{Run, seconds, times};
use crate::{IRELAND, PROD, TOKYO, VIRGINIA};

/// Ten images of 1 MB under the tags 1 to 10, stored before the start, in one repository of Virginia.
fn stored(count: u64) -> String {
    format!(
        "[registries.'{VIRGINIA}'.repositories.'app']\nimages = {{ count = {count}, size = '1 MB' }}"
    )
}

fn start(text: Text, at: &str, destination: &str) -> Text {
    text.event(
        at,
        "StartReplicationBackfill",
        &format!("registry = '{VIRGINIA}'\ndestination = '{destination}'"),
    )
}

fn stop(text: Text, at: &str) -> Text {
    text.event(
        at,
        "StopReplicationBackfill",
        &format!("registry = '{VIRGINIA}'"),
    )
}

/// One copy at a time to Ireland, ten images there to be copied.
fn one_by_one() -> Text {
    Text::new()
        .toml(&stored(10))
        .rule(VIRGINIA, &[IRELAND])
        .toml("[links.'us-east-1 -> eu-west-1']\nslots = 1")
}

/// Returns status, images, replications, completed, failed, skipped and withdrawn of each backfill.
fn rows(run: &Run) -> Vec<(&str, [u64; 6])> {
    let rows = run.outcome.backfills.iter();
    rows.map(|row| {
        (
            row.status.as_str(),
            [
                row.images,
                row.replications,
                row.completed,
                row.failed,
                row.skipped,
                row.withdrawn,
            ],
        )
    })
    .collect()
}

/// Returns when a backfill ended, in seconds from the start.
fn ended_s(run: &Run, place: usize) -> Option<f64> {
    let row = &run.outcome.backfills[place];
    let start: jiff::Timestamp = "2026-03-02T00:00:00Z".parse().expect("a date");
    row.ended_at
        .map(|at| at.0.duration_since(start).as_secs_f64())
}

#[test]
fn b13_b120_a_backfill_brings_what_was_stored_before_the_start_oldest_first() {
    let run = start(one_by_one(), "10 s", IRELAND).run();
    // Eligible after a second, at 11 s; then one after the other, a second each: the last at 21 s.
    assert_eq!(rows(&run), [("COMPLETE", [10, 10, 10, 0, 0, 0])]);
    assert_eq!(ended_s(&run, 0), Some(21.0));
    assert_eq!(run.outcome.backfills[0].moved_bytes, 10_000_000);
    let tags: Vec<String> = run
        .records
        .iter()
        .map(|record| run.applied(record).join(" "))
        .collect();
    assert_eq!(tags, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    assert_eq!(times(&run.records[9]), [Some(11.0), Some(20.0), Some(21.0)]);
    assert_eq!(seconds(run.records[9].pushed_at), 10.0);
    assert_eq!(run.stored(IRELAND), [10, 0, 10_000_000, 0]);
}

#[test]
fn a_backfills_latency_counts_from_its_request_and_stands_apart() {
    let text = start(one_by_one(), "10 s", IRELAND).put("100 s", VIRGINIA, "app", &["11"], "3 MB");
    let run = text.run();
    // From 10 s: arrivals at 12 s to 21 s, so 2 s to 11 s. The push: a second and three.
    assert_eq!(run.metric("backfill_latency", "", "min"), Some(2.0));
    assert_eq!(run.metric("backfill_latency", "", "mean"), Some(6.5));
    assert_eq!(run.metric("backfill_latency", IRELAND, "max"), Some(11.0));
    assert_eq!(run.metric("backfill_latency", "", "count"), Some(10.0));
    assert_eq!(run.metric("replication_latency", "", "max"), Some(4.0));
    assert_eq!(run.metric("replication_latency", "", "count"), Some(1.0));
    assert_eq!(
        run.metric("replication_latency", "", "within(30 min)"),
        Some(1.0)
    );
    assert_eq!(run.metric("time_to_all", "", "count"), Some(1.0));
    assert_eq!(run.metric("requested", "", "total"), Some(11.0));
    assert_eq!(run.metric("completed", "", "total"), Some(11.0));
    let pushed: u64 = run.outcome.timeline.iter().map(|row| row.pushed).sum();
    assert_eq!(pushed, 1);
}

#[test]
fn b120_only_what_the_present_rules_for_the_destination_match_is_taken() {
    let other = format!(
        "[registries.'{VIRGINIA}'.repositories.'base']\nimages = {{ count = 3, size = '1 MB' }}"
    );
    let text = Text::new()
        .toml(&stored(2))
        .toml(&other)
        .rule_for(VIRGINIA, &[IRELAND], &["base"])
        .rule_for(VIRGINIA, &[TOKYO], &["app"]);
    let run = start(text, "0 s", IRELAND).run();
    assert_eq!(rows(&run), [("COMPLETE", [3, 3, 3, 0, 0, 0])]);
    assert_eq!(run.stored(TOKYO)[0], 0);
}

#[test]
fn b120_a_destination_that_no_rule_names_is_refused() {
    let text = Text::new().toml(&stored(2)).rule(VIRGINIA, &[IRELAND]);
    let run = start(text, "0 s", TOKYO).run();
    let refused = [("StartReplicationBackfill", "", "InvalidParameterException")];
    assert_eq!(run.refused(), refused);
    assert!(rows(&run).is_empty());
}

#[test]
fn b15_an_image_counts_once_for_each_of_its_tags() {
    // The rule comes after the push; `latest` has moved on by then.
    let text = Text::new()
        .put("0 s", VIRGINIA, "app", &["1", "one", "latest"], "1 MB")
        .put("1 s", VIRGINIA, "app", &["2", "latest"], "1 MB")
        .event(
            "2 s",
            "PutReplicationConfiguration",
            &format!(
                "registry = '{VIRGINIA}'\nrules = {{ all = {{ destinations = ['{IRELAND}'] }} }}"
            ),
        );
    let run = start(text, "3 s", IRELAND).run();
    assert_eq!(rows(&run), [("COMPLETE", [2, 4, 4, 0, 0, 0])]);
    let tags: Vec<_> = run
        .records
        .iter()
        .map(|record| run.applied(record))
        .collect();
    assert_eq!(tags, [vec!["1", "one"], vec!["2", "latest"]]);
    let pushes: Vec<u64> = run.records.iter().map(|record| record.push).collect();
    assert_eq!(pushes, [1, 2]);
}

#[test]
fn b130_what_is_there_already_moves_nothing_again() {
    let text = start(start(one_by_one(), "10 s", IRELAND), "100 s", IRELAND);
    let run = text.run();
    assert_eq!(
        rows(&run),
        [
            ("COMPLETE", [10, 10, 10, 0, 0, 0]),
            ("COMPLETE", [10, 10, 10, 0, 0, 0])
        ]
    );
    assert_eq!(run.outcome.backfills[1].moved_bytes, 0);
    assert_eq!(ended_s(&run, 1), Some(101.0));
}

#[test]
fn b121_b124_a_stop_lets_what_is_in_flight_finish() {
    // The fourth copy runs from 14 s to 15 s.
    let run = stop(start(one_by_one(), "10 s", IRELAND), "14500 ms").run();
    assert_eq!(rows(&run), [("STOPPED", [10, 10, 4, 0, 0, 6])]);
    assert_eq!(ended_s(&run, 0), Some(15.0));
    let stopped = run
        .endings()
        .iter()
        .filter(|of| of.1 == "BackfillStopped")
        .count();
    assert_eq!(stopped, 6);
    assert_eq!(run.stored(IRELAND)[0], 4);
}

#[test]
fn b121_a_stop_with_nothing_in_flight_is_stopped_at_once() {
    let run = stop(start(one_by_one(), "10 s", IRELAND), "10500 ms").run();
    assert_eq!(rows(&run), [("STOPPED", [10, 10, 0, 0, 0, 10])]);
    assert_eq!(ended_s(&run, 0), Some(10.5));
}

#[test]
fn b121_only_what_is_in_progress_can_be_stopped() {
    let text = stop(one_by_one(), "1 s");
    let text = stop(start(text, "10 s", IRELAND), "14200 ms");
    let run = stop(stop(text, "14500 ms"), "30 s").run();
    let exceptions: Vec<&str> = run.refused().iter().map(|of| of.2).collect();
    assert_eq!(
        exceptions,
        [
            "ReplicationBackfillNotFoundException",
            "ReplicationBackfillInvalidStatusException",
            "ReplicationBackfillInvalidStatusException",
        ]
    );
}

#[test]
fn b122_one_backfill_per_destination_region_at_a_time() {
    let text = one_by_one().rule(VIRGINIA, &["prod/eu-west-1", TOKYO]);
    let text = text.permission("prod/eu-west-1", "build", "");
    let text = start(start(text, "10 s", IRELAND), "11 s", "prod/eu-west-1");
    let text = start(start(text, "11 s", TOKYO), "30 s", "prod/eu-west-1");
    let run = text.run();
    let refused = [(
        "StartReplicationBackfill",
        "",
        "ReplicationBackfillInProgressException",
    )];
    assert_eq!(run.refused(), refused);
    assert_eq!(rows(&run).len(), 3);
}

#[test]
fn b122_ten_backfills_per_registry_at_a_time() {
    let regions = [
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ca-central-1",
        "sa-east-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-central-1",
        "eu-north-1",
        "ap-south-1",
    ];
    let destinations = regions.map(|region| format!("build/{region}"));
    let names: Vec<&str> = destinations.iter().map(String::as_str).collect();
    let text = Text::new().toml(&stored(1)).rule(VIRGINIA, &names);
    let text = names
        .iter()
        .fold(text, |text, name| start(text, "1 s", name));
    let run = text.run();
    let refused = [("StartReplicationBackfill", "", "LimitExceededException")];
    assert_eq!(run.refused(), refused);
    assert_eq!(rows(&run), [("COMPLETE", [1, 1, 1, 0, 0, 0]); 10]);
}

/// A backfill to another account that admits nothing.
fn denied(count: u64) -> Text {
    let text = Text::new().toml(&stored(count)).rule(VIRGINIA, &[PROD]);
    start(text, "10 s", PROD)
}

#[test]
fn b123_it_fails_when_half_of_a_hundred_failed() {
    // All become eligible at 11 s and fail one by one; the hundredth ends it.
    let run = denied(130).run();
    assert_eq!(rows(&run), [("FAILED", [130, 130, 0, 100, 0, 30])]);
    assert_eq!(ended_s(&run, 0), Some(11.0));
}

#[test]
fn b123_fewer_than_a_hundred_are_not_judged() {
    assert_eq!(
        rows(&denied(99).run()),
        [("COMPLETE", [99, 99, 0, 99, 0, 0])]
    );
}

#[test]
fn b126_images_whose_repository_is_deleted_meanwhile_are_skipped_and_failed() {
    let text = start(one_by_one(), "10 s", IRELAND).event(
        "13500 ms",
        "DeleteRepository",
        &format!("registry = '{VIRGINIA}'\nrepository = 'app'"),
    );
    let run = text.run();
    // Two had arrived, the third was in flight.
    assert_eq!(rows(&run), [("COMPLETE", [10, 10, 3, 7, 7, 0])]);
    let deleted = run
        .endings()
        .iter()
        .filter(|of| of.1 == "SourceImageDeleted")
        .count();
    assert_eq!(deleted, 7);
}

#[test]
fn b14_b120_replicas_are_stored_images_too() {
    // Virginia sends to Ireland at the push; Ireland's rule to Tokyo sends nothing on, its backfill does.
    let text = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .rule(IRELAND, &[TOKYO])
        .put("0 s", VIRGINIA, "app", &["1"], "1 MB")
        .event(
            "10 s",
            "StartReplicationBackfill",
            &format!("registry = '{IRELAND}'\ndestination = '{TOKYO}'"),
        );
    let run = text.run();
    assert_eq!(rows(&run), [("COMPLETE", [1, 1, 1, 0, 0, 0])]);
    assert_eq!(run.stored(TOKYO), [1, 0, 1_000_000, 0]);
}

#[test]
fn a_trace_starts_and_stops_backfills() {
    let header = "time,action,registry,repository,tags,digest,bytes,destination\n";
    let rows_of = format!(
        "{header}10 s,StartReplicationBackfill,{VIRGINIA},,,,,{IRELAND}\n\
         14500 ms,StopReplicationBackfill,{VIRGINIA},,,,,\n"
    );
    let text = one_by_one()
        .toml("[traces.history]\nfile = 'history.csv'")
        .file("history.csv", &rows_of);
    assert_eq!(rows(&text.run()), [("STOPPED", [10, 10, 4, 0, 0, 6])]);
}

#[test]
fn b3_older_profiles_have_no_backfill() {
    let text = start(one_by_one(), "10 s", IRELAND).key("profile = '2026-08'");
    let told = text.errors();
    assert!(
        told.contains("profile `2026-08` has no replication backfill: profile `2026-11` has it"),
        "{told}"
    );
}

#[test]
fn a_destination_that_can_never_be_one_is_told() {
    let told = start(one_by_one(), "10 s", VIRGINIA).errors();
    assert!(
        told.contains("is the same as the source registry"),
        "{told}"
    );
    let told = start(one_by_one(), "10 s", "build/cn-north-1").errors();
    assert!(told.contains("is in another partition: aws-cn"), "{told}");
    let told = start(one_by_one(), "10 s", "bild/eu-west-1").errors();
    assert!(told.contains("unknown account `bild`"), "{told}");
}

#[test]
fn backfill_latency_needs_a_backfill() {
    let threshold = "[thresholds]\nbackfill_latency = ['max < 12 s']";
    let told = one_by_one().toml(threshold).errors();
    assert!(told.contains("this scenario has no backfill"), "{told}");
    let run = start(one_by_one(), "10 s", IRELAND).toml(threshold).run();
    assert!(run.outcome.thresholds[0].held);
}

#[test]
fn b121_the_runs_end_finds_a_backfill_in_progress_or_stopping() {
    let text = start(one_by_one(), "10 s", IRELAND).lasting("14800 ms");
    let run = text.run();
    assert_eq!(rows(&run), [("IN_PROGRESS", [10, 10, 3, 0, 0, 0])]);
    assert_eq!(ended_s(&run, 0), None);
    // Three copies, and 0.8 s of the fourth.
    assert_eq!(run.outcome.backfills[0].moved_bytes, 3_800_000);
    let run = stop(text, "14500 ms").run();
    assert_eq!(rows(&run), [("STOPPING", [10, 10, 3, 0, 0, 6])]);
}

#[test]
fn a_stop_may_mean_one_destination() {
    let text = one_by_one()
        .rule(VIRGINIA, &[TOKYO])
        .toml("[links.'us-east-1 -> ap-northeast-1']\nslots = 1");
    let text = start(start(text, "10 s", IRELAND), "10 s", TOKYO).event(
        "14500 ms",
        "StopReplicationBackfill",
        &format!("registry = '{VIRGINIA}'\ndestination = '{TOKYO}'"),
    );
    let run = text.run();
    let statuses: Vec<&str> = rows(&run).iter().map(|row| row.0).collect();
    assert_eq!(statuses, ["COMPLETE", "STOPPED"]);
}

#[test]
fn a_backfill_moves_no_draw_of_a_push() {
    let pushed = |text: Text| {
        let text = (0..20).fold(text, |text, number| {
            let (at, tag) = (format!("{} s", 20 + number), format!("new-{number}"));
            text.put(&at, VIRGINIA, "app", &[&tag], "1 MB")
        });
        let run = text.run_with(&["latency.dispatch={ exponential = { mean = '9 s' } }"]);
        let of_pushes = run
            .records
            .iter()
            .filter(|record| record.pushed_at != record_at(10));
        let mut ends: Vec<_> = of_pushes
            .map(|record| (record.push, record.ended_at))
            .collect();
        ends.sort();
        ends
    };
    let text = Text::new().toml(&stored(10)).rule(VIRGINIA, &[IRELAND]);
    let plain = pushed(text.clone());
    assert_eq!(plain.len(), 20);
    assert_eq!(plain, pushed(start(text, "10 s", IRELAND)));
}

fn record_at(second: u64) -> ecrsim::units::SimTime {
    ecrsim::units::SimTime::from_nanos(second * 1_000_000_000)
}

#[test]
fn wrong_destinations_of_a_trace_are_told_with_their_line() {
    let header = "time,action,registry,repository,tags,digest,bytes,destination\n";
    let rows_of = format!(
        "{header}1 s,PutImage,{VIRGINIA},app,1,,5,{IRELAND}\n\
         2 s,StartReplicationBackfill,{VIRGINIA},,,,,{VIRGINIA}\n\
         3 s,StartReplicationBackfill,{VIRGINIA},,,,,\n\
         4 s,StopReplicationBackfill,{VIRGINIA},,,,,bild/eu-west-1\n"
    );
    let text = one_by_one()
        .toml("[traces.history]\nfile = 'history.csv'")
        .file("history.csv", &rows_of);
    let told = text.errors();
    for part in [
        "PutImage has no destination",
        "history.csv:2:",
        "is the same as the source registry",
        "StartReplicationBackfill lacks its destination",
        "unknown account `bild`",
        "history.csv:5:",
    ] {
        assert!(told.contains(part), "{told}");
    }
    let told = text.key("profile = '2021'").errors();
    assert!(
        told.contains("profile `2021` has no replication backfill"),
        "{told}"
    );
}
