//! Permission lost while copies are under way (B49, U8), to the nanosecond and the byte.

use crate::support::text::Text;
use crate::support::{Run, times};
use crate::{PROD, PROD_IRELAND, VIRGINIA};

/// 10 MB pushed at 0 s (in flight from 1 s to 11 s), at 4 s (from 5 s to 15 s) and at 7500 ms (to start at 8500 ms); the
/// permission goes at 8 s.
fn scenario() -> Text {
    Text::new()
        .rule(VIRGINIA, &[PROD])
        .permission(PROD, "build", "")
        .put("0 s", VIRGINIA, "app", &["1"], "10 MB")
        .put("4 s", VIRGINIA, "app", &["2"], "10 MB")
        .put("7500 ms", VIRGINIA, "app", &["3"], "10 MB")
        .event(
            "8 s",
            "DeleteRegistryPolicy",
            &format!("registry = '{PROD}'"),
        )
}

fn endings(run: &Run) -> Vec<(u64, &str, Option<f64>, u64)> {
    let mut all: Vec<(u64, &str, Option<f64>, u64)> = run
        .records
        .iter()
        .zip(run.endings())
        .map(|(record, (_, ending))| (record.push, ending, times(record)[2], record.moved_bytes))
        .collect();
    all.sort_by_key(|ending| ending.0);
    all
}

#[test]
fn b49_u8_what_is_in_flight_completes_and_what_waits_is_denied() {
    let run = scenario().run();
    let expected = [
        (1, "COMPLETE", Some(11.0), 10_000_000),
        (2, "COMPLETE", Some(15.0), 10_000_000),
        (3, "AccessDenied", Some(8.5), 0),
    ];
    assert_eq!(endings(&run), expected);
    let [row] = &run.outcome.revocations[..] else {
        panic!("one loss on one lane")
    };
    assert_eq!(
        (row.source.as_str(), row.destination.as_str()),
        (VIRGINIA, PROD)
    );
    assert_eq!(
        (
            row.in_flight,
            row.completed_after,
            row.aborted_after,
            row.denied_after
        ),
        (2, 2, 0, 1)
    );
    // After 8 s: 3 MB of the first, 7 MB of the second; the last of them arrives at 15 s.
    assert_eq!(row.bytes_after, 10_000_000);
    assert_eq!(row.last_arrival_after_s.unwrap().to_string(), "7");
    assert_eq!(
        run.metric("completed_after_revocation", "", "total"),
        Some(2.0)
    );
    assert_eq!(
        run.metric("denied_after_revocation", PROD, "total"),
        Some(1.0)
    );
    let copies: Vec<(String, String)> = run
        .outcome
        .revoked_copies
        .iter()
        .map(|copy| (copy.started_at.to_string(), copy.status.clone()))
        .collect();
    let complete = |at: &str| (format!("2026-03-02T00:00:{at}.000Z"), "COMPLETE".to_owned());
    assert_eq!(copies, [complete("01"), complete("05")]);
}

#[test]
fn u8_with_no_chance_to_complete_copies_end_at_once_and_their_bytes_are_moved() {
    let run = scenario().run_with(&["assumptions.in_flight_completes=0.0"]);
    // At 8 s the first has moved 7 s of 1 MB/s, the second 3 s.
    let expected = [
        (1, "PermissionRevoked", Some(8.0), 7_000_000),
        (2, "PermissionRevoked", Some(8.0), 3_000_000),
        (3, "AccessDenied", Some(8.5), 0),
    ];
    assert_eq!(endings(&run), expected);
    let row = &run.outcome.revocations[0];
    assert_eq!(
        (
            row.in_flight,
            row.completed_after,
            row.aborted_after,
            row.denied_after
        ),
        (2, 0, 2, 1)
    );
    assert_eq!((row.bytes_after, row.last_arrival_after_s), (0, None));
    assert_eq!(
        run.metric("moved_bytes", "", "total"),
        Some(10_000_000.0),
        "they are paid"
    );
    assert_eq!(run.stored(PROD)[0], 0);
}

#[test]
fn u8_an_aborted_copy_frees_its_slot_and_its_share() {
    // One slot: the second would start when the first ends, but permission is gone by then. From 20 s on there is one
    // again, and the third has the link for itself.
    let run = Text::new()
        .rule(VIRGINIA, &[PROD])
        .permission(PROD, "build", "")
        .put("0 s", VIRGINIA, "app", &["1"], "10 MB")
        .put("0 s", VIRGINIA, "app", &["2"], "10 MB")
        .event(
            "8 s",
            "DeleteRegistryPolicy",
            &format!("registry = '{PROD}'"),
        )
        .event(
            "20 s",
            "PutRegistryPolicy",
            &format!(
                "registry = '{PROD}'\npermissions = {{ again = {{ principals = ['build'] }} }}"
            ),
        )
        .put("20 s", VIRGINIA, "app", &["3"], "10 MB")
        .run_with(&[
            "assumptions.in_flight_completes=0.0",
            "links.'* -> *'.slots=1",
        ]);
    let expected = [
        (1, "PermissionRevoked", Some(8.0), 7_000_000),
        (2, "AccessDenied", Some(8.0), 0),
        (3, "COMPLETE", Some(31.0), 10_000_000),
    ];
    assert_eq!(endings(&run), expected);
}

#[test]
fn u8_a_chance_in_between_is_drawn_per_copy() {
    let text = (0..200).fold(
        Text::new()
            .rule(VIRGINIA, &[PROD])
            .permission(PROD, "build", ""),
        |text, n| text.put("0 s", VIRGINIA, "app", &[&format!("v{n}")], "10 MB"),
    );
    let text = text.event(
        "8 s",
        "DeleteRegistryPolicy",
        &format!("registry = '{PROD}'"),
    );
    let run = text.run_with(&["assumptions.in_flight_completes=0.25"]);
    let row = &run.outcome.revocations[0];
    assert_eq!(
        (row.in_flight, row.completed_after + row.aborted_after),
        (200, 200)
    );
    // Binomial(200, 0.25): 50 with a standard deviation of 6.1.
    assert!(
        (26..=74).contains(&row.completed_after),
        "{}",
        row.completed_after
    );
}

#[test]
fn b49_a_policy_that_still_allows_revokes_nothing() {
    let run = Text::new()
        .rule(VIRGINIA, &[PROD])
        .permission(PROD, "build", "")
        .put("0 s", VIRGINIA, "app", &["1"], "10 MB")
        .event(
            "8 s",
            "PutRegistryPolicy",
            &format!("registry = '{PROD}'\npermissions = {{ narrower = {{ principals = ['build'], repositories = ['a*'] }} }}"),
        )
        .run_with(&["assumptions.in_flight_completes=0.0"]);
    assert_eq!(endings(&run), [(1, "COMPLETE", Some(11.0), 10_000_000)]);
    assert_eq!(run.outcome.revocations, []);
}

#[test]
fn b49_a_policy_narrowed_to_other_repositories_revokes_for_the_rest() {
    let run = Text::new()
        .rule(VIRGINIA, &[PROD])
        .permission(PROD, "build", "")
        .put("0 s", VIRGINIA, "app", &["1"], "10 MB")
        .put("0 s", VIRGINIA, "web", &["1"], "10 MB")
        .event(
            "8 s",
            "PutRegistryPolicy",
            &format!("registry = '{PROD}'\npermissions = {{ narrower = {{ principals = ['build'], repositories = ['a*'] }} }}"),
        )
        .run_with(&["assumptions.in_flight_completes=0.0"]);
    let expected = [
        (1, "COMPLETE", Some(11.0), 10_000_000),
        (2, "PermissionRevoked", Some(8.0), 7_000_000),
    ];
    assert_eq!(endings(&run), expected);
    assert_eq!(run.outcome.revocations[0].in_flight, 1);
}

#[test]
fn b49_losing_creation_alone_is_no_loss_of_permission() {
    let run = Text::new()
        .rule(VIRGINIA, &[PROD])
        .permission(PROD, "build", "")
        .put("0 s", VIRGINIA, "app", &["1"], "10 MB")
        .event(
            "8 s",
            "PutRegistryPolicy",
            &format!(
                "registry = '{PROD}'\npermissions = {{ less = {{ principals = ['build'], actions = ['ecr:ReplicateImage'] }} }}"
            ),
        )
        .put("9 s", VIRGINIA, "web", &["1"], "10 MB")
        .run_with(&["assumptions.in_flight_completes=0.0"]);
    let expected = [
        (1, "COMPLETE", Some(11.0), 10_000_000),
        (2, "RepositoryCreationDenied", Some(10.0), 0),
    ];
    assert_eq!(endings(&run), expected);
    assert_eq!(run.outcome.revocations, []);
}

#[test]
fn b40_each_registry_loses_its_own_permission_only() {
    let run = Text::new()
        .rule(VIRGINIA, &[PROD, PROD_IRELAND])
        .permission(PROD, "build", "")
        .permission(PROD_IRELAND, "build", "")
        .put("0 s", VIRGINIA, "app", &["1"], "10 MB")
        .event(
            "8 s",
            "DeleteRegistryPolicy",
            &format!("registry = '{PROD}'"),
        )
        .run_with(&["assumptions.in_flight_completes=0.0"]);
    assert_eq!(
        run.endings(),
        [(PROD, "PermissionRevoked"), (PROD_IRELAND, "COMPLETE")]
    );
}

#[test]
fn b42_b49_the_own_account_loses_nothing_when_a_policy_goes() {
    let run = Text::new()
        .rule(VIRGINIA, &["build/eu-west-1"])
        .permission("build/eu-west-1", "build", "")
        .put("0 s", VIRGINIA, "app", &["1"], "10 MB")
        .event(
            "8 s",
            "DeleteRegistryPolicy",
            "registry = 'build/eu-west-1'",
        )
        .run_with(&["assumptions.in_flight_completes=0.0"]);
    assert_eq!(endings(&run), [(1, "COMPLETE", Some(11.0), 10_000_000)]);
    assert_eq!(run.outcome.revocations, []);
}

#[test]
fn u9_a_deny_revokes_within_the_own_account() {
    let deny = "registry = 'build/eu-west-1'\npermissions = { no = { principals = ['build'], effect = 'Deny' } }";
    let text = Text::new()
        .rule(VIRGINIA, &["build/eu-west-1"])
        .put("0 s", VIRGINIA, "app", &["1"], "10 MB")
        .event("8 s", "PutRegistryPolicy", deny);
    let run = text.run_with(&["assumptions.in_flight_completes=0.0"]);
    assert_eq!(
        endings(&run),
        [(1, "PermissionRevoked", Some(8.0), 7_000_000)]
    );
    let spared = text.run_with(&[
        "assumptions.in_flight_completes=0.0",
        "assumptions.deny_stops_own_account=false",
    ]);
    assert_eq!(endings(&spared), [(1, "COMPLETE", Some(11.0), 10_000_000)]);
}

#[test]
fn a_policy_that_is_not_there_cannot_be_deleted() {
    let run = Text::new()
        .rule(VIRGINIA, &[PROD])
        .put("0 s", VIRGINIA, "app", &["1"], "10 MB")
        .event(
            "8 s",
            "DeleteRegistryPolicy",
            &format!("registry = '{PROD}'"),
        )
        .run();
    assert_eq!(
        run.refused(),
        [(
            "DeleteRegistryPolicy",
            "",
            "RegistryPolicyNotFoundException"
        )]
    );
    assert_eq!(run.outcome.refused[0].registry, PROD);
}

#[test]
fn u8_the_same_copies_survive_whatever_is_revoked_elsewhere() {
    let pushed = (0..100).fold(
        Text::new().rule(VIRGINIA, &[PROD, PROD_IRELAND]),
        |text, n| text.put("0 s", VIRGINIA, "app", &[&format!("v{n}")], "10 MB"),
    );
    let text = pushed
        .permission(PROD, "build", "")
        .permission(PROD_IRELAND, "build", "")
        .event(
            "8 s",
            "DeleteRegistryPolicy",
            &format!("registry = '{PROD}'"),
        );
    let survivors = |text: &Text| -> Vec<u64> {
        let run = text.run_with(&["assumptions.in_flight_completes=0.5"]);
        let endings = run.endings();
        let survived = run
            .records
            .iter()
            .zip(&endings)
            .filter(|(_, ending)| **ending == (PROD, "COMPLETE"));
        survived.map(|(record, _)| record.push).collect()
    };
    let elsewhere = text.clone().event(
        "4 s",
        "DeleteRegistryPolicy",
        &format!("registry = '{PROD_IRELAND}'"),
    );
    assert_eq!(survivors(&text), survivors(&elsewhere));
}
