//! Where a replication's time goes: dispatch, queue, transfer, stall, retries.

use ecrsim::measure::record::Status;

use crate::support::text::Text;
use crate::support::{Run, times};
use crate::{IRELAND, VIRGINIA};

/// Returns dispatch, queue, transfer and stall time and latency of each measured replication, in seconds by push.
fn parts(run: &Run) -> Vec<[f64; 5]> {
    let mut records: Vec<_> = run.records.iter().collect();
    records.sort_by_key(|record| record.push);
    let of = |record: &&ecrsim::measure::record::ReplicationRecord| {
        let since_push = |time: Option<ecrsim::units::SimTime>| {
            time.unwrap().since(record.pushed_at).as_secs_f64()
        };
        [
            since_push(record.eligible_at),
            record.queue.as_secs_f64(),
            record.transfer.as_secs_f64(),
            record.stall.as_secs_f64(),
            since_push(record.ended_at),
        ]
    };
    records.iter().map(of).collect()
}

#[test]
fn latency_is_dispatch_and_transfer() {
    // 1 s + 10 MB at 1 MB/s.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put("10 s", VIRGINIA, "app", &["1"], "10 MB")
        .run();
    assert_eq!(parts(&run), [[1.0, 0.0, 10.0, 0.0, 11.0]]);
    assert_eq!(times(&run.records[0]), [Some(11.0), Some(11.0), Some(21.0)]);
    for statistic in ["mean", "min", "max"] {
        assert_eq!(
            run.metric("replication_latency", "", statistic),
            Some(11.0),
            "{statistic}"
        );
    }
    assert_eq!(
        run.metric("replication_latency", IRELAND, "count"),
        Some(1.0)
    );
}

#[test]
fn an_end_is_rounded_up_to_whole_nanoseconds() {
    // 1 byte at 3 bytes/s: 333,333,333.3 ns.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put("0 s", VIRGINIA, "app", &["1"], "1 B")
        .run_with(&["links.'* -> *'.per_copy='3 B/s'"]);
    assert_eq!(run.records[0].ended_at.unwrap().as_nanos(), 1_333_333_334);
}

#[test]
fn one_slot_is_taken_in_order_of_dispatch() {
    // Three pushes of 5 s each at 0 s, one slot: they start at 1, 6 and 11 s.
    let text = (1..=3).fold(Text::new().rule(VIRGINIA, &[IRELAND]), |text, n| {
        text.put("0 s", VIRGINIA, "app", &[&n.to_string()], "5 MB")
    });
    let run = text.run_with(&["links.'* -> *'.slots=1"]);
    assert_eq!(
        parts(&run),
        [
            [1.0, 0.0, 5.0, 0.0, 6.0],
            [1.0, 5.0, 5.0, 0.0, 11.0],
            [1.0, 10.0, 5.0, 0.0, 16.0]
        ]
    );
    let link = &run.outcome.links[0];
    assert_eq!(
        (link.link.as_str(), link.copies, link.slots),
        ("us-east-1 -> eu-west-1", 3, Some(1))
    );
    assert_eq!((link.busy_max, link.queue_max), (Some(1), Some(2)));
    // Busy for 15 s of 3600; waiting: two for 5 s, one for 5 s.
    let near = |value: Option<ecrsim::measure::table::Number>, expected: f64| {
        (value.unwrap().0 - expected).abs() < 1e-12
    };
    assert!(near(link.busy_mean, 15.0 / 3600.0));
    assert!(near(link.full_share, 15.0 / 3600.0));
    assert!(near(link.queue_mean, 15.0 / 3600.0));
}

#[test]
fn without_a_delay_a_push_is_dispatched_at_its_own_instant() {
    // Three pushes of 5 s each, two of them at 0 s, one slot: they start at 0, 5 and 20 s. Push, dispatch and end of each
    // are an event, whether the dispatch has to wait for other pushes of its instant or not.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put("0 s", VIRGINIA, "app", &["1"], "5 MB")
        .put("0 s", VIRGINIA, "app", &["2"], "5 MB")
        .put("20 s", VIRGINIA, "app", &["3"], "5 MB")
        .run_with(&["links.'* -> *'.slots=1", "latency.dispatch='0 s'"]);
    assert_eq!(
        parts(&run),
        [
            [0.0, 0.0, 5.0, 0.0, 5.0],
            [0.0, 5.0, 5.0, 0.0, 10.0],
            [0.0, 0.0, 5.0, 0.0, 5.0]
        ]
    );
    assert_eq!(run.outcome.events, 9);
}

#[test]
fn links_queue_apart_but_lanes_of_one_link_together() {
    // To Ireland from both accounts over one link of one slot; to Tokyo over another.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND, crate::TOKYO])
        .rule("prod/us-east-1", &["prod/eu-west-1"])
        .put("0 s", VIRGINIA, "app", &["1"], "5 MB")
        .put("0 s", "prod/us-east-1", "app", &["1"], "5 MB")
        .run_with(&["links.'* -> *'.slots=1"]);
    let mut ends: Vec<(&str, Option<f64>)> = run
        .records
        .iter()
        .map(|record| (run.destination(record), times(record)[2]))
        .collect();
    ends.sort_by_key(|end| end.0);
    assert_eq!(
        ends,
        [
            (crate::TOKYO, Some(6.0)),
            (IRELAND, Some(6.0)),
            ("prod/eu-west-1", Some(11.0))
        ]
    );
}

#[test]
fn a_stall_holds_its_slot_and_no_bandwidth() {
    // Each copy stalls for 30 s after its 5 s; the second waits for the slot until 36 s.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put("0 s", VIRGINIA, "app", &["1"], "5 MB")
        .put("0 s", VIRGINIA, "app", &["2"], "5 MB")
        .run_with(&[
            "links.'* -> *'.slots=1",
            "latency.stall={ probability = 1.0, time = '30 s' }",
        ]);
    assert_eq!(
        parts(&run),
        [[1.0, 0.0, 5.0, 30.0, 36.0], [1.0, 35.0, 5.0, 30.0, 71.0]]
    );
}

#[test]
fn stalled_copies_leave_the_bandwidth_to_the_others() {
    // 1 MB/s for the whole link. The first moves 5 MB from 1 s to 6 s and stalls; the second starts at 6 s, alone.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put("0 s", VIRGINIA, "app", &["1"], "5 MB")
        .put("5 s", VIRGINIA, "app", &["2"], "5 MB")
        .run_with(&[
            "links.'* -> *'.bandwidth='1 MB/s'",
            "latency.stall={ probability = 1.0, time = '30 s' }",
        ]);
    assert_eq!(
        parts(&run),
        [[1.0, 0.0, 5.0, 30.0, 36.0], [1.0, 0.0, 5.0, 30.0, 36.0]]
    );
}

#[test]
fn failed_attempts_move_their_bytes_again_and_give_up() {
    // Attempts at 1, 16 and 31 s, 5 s each, with 10 s of back-off; FAILED at 36 s.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put("0 s", VIRGINIA, "app", &["1"], "5 MB")
        .run_with(&[
            "failures.probability=1.0",
            "failures.retries=2",
            "failures.backoff='10 s'",
        ]);
    assert_eq!(run.endings(), [(IRELAND, "TransferFailed")]);
    assert_eq!(parts(&run), [[1.0, 0.0, 15.0, 0.0, 36.0]]);
    let record = &run.records[0];
    assert_eq!(
        (record.attempts, record.moved_bytes, record.image_bytes),
        (3, 15_000_000, 5_000_000)
    );
    assert_eq!(times(record)[1], Some(1.0), "the first start");
    assert_eq!(
        run.stored(IRELAND),
        [0, 0, 0, 0],
        "failed attempts keep nothing"
    );
    let failure = &run.outcome.failures[0];
    assert_eq!(
        (failure.reason.as_str(), failure.replications),
        ("TransferFailed", 1)
    );
    assert_eq!(run.metric("replication_latency", "", "count"), Some(0.0));
    assert_eq!(run.metric("replication_latency", "", "p50"), None);
    assert_eq!(
        run.metric("replication_latency", "", "within(30 min)"),
        Some(0.0)
    );
}

#[test]
fn a_retry_joins_the_tail_of_the_queue_on_its_old_admission() {
    // One slot, two copies of 5 s that always fail once more: 1 at 1-6, 2 at 6-11, 1 again at 11-16 (ready since 7), 2 at
    // 16-21. The permission goes at 6.5 s, with 1 in back-off: a retry asks for it no more.
    let run = Text::new()
        .rule(VIRGINIA, &["prod/us-east-1"])
        .permission("prod/us-east-1", "build", "")
        .put("0 s", VIRGINIA, "app", &["1"], "5 MB")
        .put("0 s", VIRGINIA, "app", &["2"], "5 MB")
        .event(
            "6500 ms",
            "DeleteRegistryPolicy",
            "registry = 'prod/us-east-1'",
        )
        .run_with(&[
            "links.'* -> *'.slots=1",
            "failures.probability=1.0",
            "failures.retries=1",
            "failures.backoff='1 s'",
        ]);
    assert_eq!(run.endings(), [("prod/us-east-1", "TransferFailed"); 2]);
    // 1: eligible 1, waits 7 to 11; 2: waits 1 to 6 and 12 to 16.
    assert_eq!(
        parts(&run),
        [[1.0, 4.0, 10.0, 0.0, 16.0], [1.0, 9.0, 10.0, 0.0, 21.0]]
    );
    let row = &run.outcome.revocations[0];
    assert_eq!(
        (row.in_flight, row.completed_after, row.aborted_after),
        (2, 0, 0),
        "back-off counts as in flight"
    );
}

#[test]
fn what_the_end_finds_under_way_is_in_progress() {
    // The run ends at 20 s: 1 arrives exactly then, 2 has 3 of its 5 s behind it, 3 is not dispatched yet.
    let run = Text::new()
        .lasting("20 s")
        .rule(VIRGINIA, &[IRELAND])
        .put("9 s", VIRGINIA, "app", &["1"], "10 MB")
        .put("16 s", VIRGINIA, "app", &["2"], "5 MB")
        .put("19500 ms", VIRGINIA, "app", &["3"], "5 MB")
        .run();
    let statuses: Vec<Status> = run.records.iter().map(|record| record.status).collect();
    assert_eq!(
        statuses,
        [Status::Complete, Status::InProgress, Status::InProgress]
    );
    let [first, second, third] = &run.records[..] else {
        panic!("three replications")
    };
    assert_eq!(times(first)[2], Some(20.0));
    assert_eq!(
        (times(second), second.moved_bytes),
        ([Some(17.0), Some(17.0), None], 3_000_000)
    );
    assert_eq!((times(third), third.moved_bytes), ([None, None, None], 0));
    assert_eq!(run.metric("unfinished", "", "total"), Some(2.0));
    assert_eq!(run.metric("moved_bytes", "", "total"), Some(13_000_000.0));
    // Unfinished ones younger than half an hour are left out: 1 of 1.
    assert_eq!(
        run.metric("replication_latency", "", "within(30 min)"),
        Some(1.0)
    );
    assert_eq!(run.metric("in_flight", "", "end"), Some(1.0));
    assert_eq!(run.metric("waiting", "", "end"), Some(1.0));
}

#[test]
fn the_share_within_30_minutes_counts_what_is_late_and_what_failed() {
    // 1800 MB arrive after 1801 s, 1799 MB after 1800 s; one more is denied; one is unfinished, 40 minutes old.
    let run = Text::new()
        .lasting("2 h")
        .rule(VIRGINIA, &[IRELAND])
        .rule_for(VIRGINIA, &["prod/us-east-1"], &["denied"])
        .put("0 s", VIRGINIA, "app", &["1"], "1800 MB")
        .put("0 s", VIRGINIA, "app", &["2"], "1799 MB")
        .put("0 s", VIRGINIA, "denied", &["3"], "1 MB")
        .put("80 min", VIRGINIA, "app", &["4"], "9 GB")
        .run();
    // To Ireland: 1, 2, `denied` (fast) and 4: two of four. In all: two of five.
    assert_eq!(
        run.metric("replication_latency", IRELAND, "within(30 min)"),
        Some(0.5)
    );
    assert_eq!(
        run.metric("replication_latency", "", "within(30 min)"),
        Some(0.4)
    );
}

#[test]
fn time_to_all_is_that_of_the_slowest_destination() {
    // Tokyo's link is half as fast: 1 + 20 s. The push that fails somewhere has none.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND, crate::TOKYO])
        .rule_for(VIRGINIA, &["prod/us-east-1"], &["denied"])
        .toml("[links.'us-east-1 -> ap-northeast-1']\nper_copy = '4 Mbit/s'")
        .put("0 s", VIRGINIA, "app", &["1"], "10 MB")
        .put("0 s", VIRGINIA, "denied", &["1"], "10 MB")
        .run();
    assert_eq!(run.metric("time_to_all", "", "count"), Some(1.0));
    assert_eq!(run.metric("time_to_all", "", "max"), Some(21.0));
}

#[test]
fn only_pushes_of_the_window_are_measured() {
    // Warm-up to 10 s, cool-down from 50 s of 60: pushes at 10 s and 50 s are in, 9 s and 51 s out.
    let text = ["9 s", "10 s", "50 s", "51 s"]
        .into_iter()
        .fold(Text::new().lasting("60 s"), |text, at| {
            text.put(at, VIRGINIA, "app", &[&at.replace(' ', "")], "1 MB")
        });
    let text = text
        .rule(VIRGINIA, &[IRELAND])
        .key("warmup = '10 s'")
        .key("cooldown = '10 s'");
    let run = text.run();
    let pushes: Vec<u64> = run.records.iter().map(|record| record.push).collect();
    assert_eq!(pushes, [2, 3]);
    assert_eq!(run.metric("requested", "", "total"), Some(2.0));
    // Bytes by the clock after the warm-up: of the first, from 10 s on nothing but its transfer from 10 s to 11 s.
    assert_eq!(run.metric("moved_bytes", "", "total"), Some(4_000_000.0));
}
