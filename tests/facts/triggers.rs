//! What starts a replication (facts, section 1), and when one is requested.

use crate::support::text::Text;
use crate::{IRELAND, PROD, TOKYO, VIRGINIA};

#[test]
fn b10_a_configuration_acts_on_pushes_to_its_own_registry() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put("10 s", "build/us-west-2", "app", &["1"], "1 MB")
        .put("20 s", PROD, "app", &["1"], "1 MB")
        .put("30 s", VIRGINIA, "app", &["1"], "1 MB")
        .run();
    assert_eq!(run.endings(), [(IRELAND, "COMPLETE")]);
    assert_eq!(run.records[0].push, 3);
}

#[test]
fn b11_a_push_starts_one_replication_per_matching_destination() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND, TOKYO])
        .rule_for(VIRGINIA, &["build/us-west-2"], &["other/"])
        .put("10 s", VIRGINIA, "app", &["1", "latest"], "1 MB")
        .run();
    assert_eq!(run.endings(), [(TOKYO, "COMPLETE"), (IRELAND, "COMPLETE")]);
    assert!(
        run.records
            .iter()
            .all(|record| run.applied(record) == ["1", "latest"]),
        "U2: all tags at once"
    );
}

#[test]
fn b13_content_from_before_the_rule_is_not_replicated() {
    let run = Text::new()
        .toml(&format!(
            "[registries.'{VIRGINIA}'.repositories.app]\nimages = {{ count = 3, size = '1 MB' }}"
        ))
        .put("10 s", VIRGINIA, "app", &["early"], "1 MB")
        .event(
            "20 s",
            "PutReplicationConfiguration",
            &format!(
                "registry = '{VIRGINIA}'\nrules = {{ r = {{ destinations = ['{IRELAND}'] }} }}"
            ),
        )
        .put("30 s", VIRGINIA, "app", &["late"], "1 MB")
        .run();
    assert_eq!(run.endings(), [(IRELAND, "COMPLETE")]);
    assert_eq!(run.applied(&run.records[0]), ["late"]);
    assert_eq!(run.stored(VIRGINIA)[0], 5);
    assert_eq!(run.stored(IRELAND), [1, 0, 1_000_000, 0]);
}

#[test]
fn b13_a_region_added_to_a_rule_gets_later_pushes_only() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
        .event(
            "20 s",
            "PutReplicationConfiguration",
            &format!("registry = '{VIRGINIA}'\nrules = {{ r = {{ destinations = ['{IRELAND}', '{TOKYO}'] }} }}"),
        )
        .put("30 s", VIRGINIA, "app", &["2"], "1 MB")
        .run();
    assert_eq!(run.stored(IRELAND)[0], 2);
    assert_eq!(run.stored(TOKYO)[0], 1);
}

#[test]
fn b14_a_replica_goes_no_further() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .rule(IRELAND, &[TOKYO])
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
        .run();
    assert_eq!(run.endings(), [(IRELAND, "COMPLETE")]);
    assert_eq!(run.stored(TOKYO)[0], 0);
}

#[test]
fn b14_pushes_along_a_chain_each_go_one_hop() {
    // Also against the order of the registries' names.
    for [first, second, third] in [[VIRGINIA, IRELAND, TOKYO], [TOKYO, IRELAND, VIRGINIA]] {
        let run = Text::new()
            .rule(first, &[second])
            .rule(second, &[third])
            .put("10 s", first, "app", &["1"], "1 MB")
            .put("20 s", second, "app", &["2"], "1 MB")
            .run();
        assert_eq!(run.endings(), [(second, "COMPLETE"), (third, "COMPLETE")]);
        assert_eq!(run.stored(second), [2, 1_000_000, 1_000_000, 0]);
        assert_eq!(run.stored(third), [1, 0, 1_000_000, 0]);
    }
}

#[test]
fn b14_registries_that_send_to_each_other_do_not_loop() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .rule(IRELAND, &[VIRGINIA])
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
        .put("20 s", IRELAND, "app", &["2"], "1 MB")
        .run();
    assert_eq!(
        run.endings(),
        [(IRELAND, "COMPLETE"), (VIRGINIA, "COMPLETE")]
    );
    assert_eq!(run.stored(VIRGINIA), [2, 1_000_000, 1_000_000, 0]);
}

#[test]
fn b16_a_tag_added_to_a_stored_digest_replicates_without_bytes() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .put_digest("60 s", VIRGINIA, "app", &["stable"], 7)
        .run();
    let moved: Vec<u64> = run
        .records
        .iter()
        .map(|record| record.moved_bytes)
        .collect();
    assert_eq!(moved, [10_000_000, 0]);
    assert_eq!(run.applied(&run.records[1]), ["stable"]);
    // 60 s + 1 s of dispatch; nothing to move takes no time.
    assert_eq!(crate::support::times(&run.records[1]), [Some(61.0); 3]);
}

#[test]
fn b16_a_tag_of_a_stored_digest_reaches_a_region_that_was_added_later() {
    let run = Text::new()
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .event(
            "20 s",
            "PutReplicationConfiguration",
            &format!(
                "registry = '{VIRGINIA}'\nrules = {{ r = {{ destinations = ['{IRELAND}'] }} }}"
            ),
        )
        .put_digest("60 s", VIRGINIA, "app", &["stable"], 7)
        .run();
    assert_eq!(run.endings(), [(IRELAND, "COMPLETE")]);
    assert_eq!(run.records[0].moved_bytes, 10_000_000);
}

#[test]
fn b16_only_tags_that_do_not_stand_already_are_sent() {
    // Ireland loses `1`; the second push names it again at the source, where it stands all the time.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put_digest("0 s", VIRGINIA, "app", &["1", "x"], 7)
        .delete_tag("30 s", IRELAND, "app", "1")
        .put_digest("60 s", VIRGINIA, "app", &["1", "2"], 7)
        .run();
    assert_eq!(run.applied(&run.records[1]), ["2"]);
}

#[test]
fn b17_the_same_digest_under_the_same_tag_is_refused_and_replicates_nothing() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .put_digest("60 s", VIRGINIA, "app", &["1"], 7)
        .run();
    assert_eq!(run.records.len(), 1);
    assert_eq!(
        run.refused(),
        [("PutImage", "app", "ImageAlreadyExistsException")]
    );
}

#[test]
fn b19_the_source_needs_no_permission_of_its_own() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .permission(VIRGINIA, "*", "effect = 'Deny'")
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
        .run();
    assert_eq!(run.endings(), [(IRELAND, "COMPLETE")]);
}

#[test]
fn u17_an_image_deleted_before_its_copy_starts_is_not_copied() {
    // Pushed at 10 s, it may start at 11 s.
    for (deleted_at, ending) in [("10500 ms", "SourceImageDeleted"), ("11500 ms", "COMPLETE")] {
        let run = Text::new()
            .rule(VIRGINIA, &[IRELAND])
            .put_digest("10 s", VIRGINIA, "app", &["1"], 7)
            .delete_digest(deleted_at, VIRGINIA, "app", 7)
            .run();
        assert_eq!(run.endings(), [(IRELAND, ending)]);
    }
}

#[test]
fn u17_deleted_at_the_instant_of_its_start_it_is_gone() {
    // Deletes come before starts within an instant.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put_digest("10 s", VIRGINIA, "app", &["1"], 7)
        .delete_digest("11 s", VIRGINIA, "app", 7)
        .run();
    assert_eq!(run.endings(), [(IRELAND, "SourceImageDeleted")]);
}

#[test]
fn u18_what_was_requested_outlives_its_rule() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
        .event(
            "10500 ms",
            "PutReplicationConfiguration",
            &format!("registry = '{VIRGINIA}'\nrules = {{}}"),
        )
        .put("20 s", VIRGINIA, "app", &["2"], "1 MB")
        .run();
    assert_eq!(run.endings(), [(IRELAND, "COMPLETE")]);
    assert_eq!(run.applied(&run.records[0]), ["1"]);
}
