//! Deletes that follow (facts B111 and B112, and U14 where AWS leaves it open).

use crate::support::Run;
use crate::support::text::Text;
use crate::{IRELAND, PROD, TOKYO, VIRGINIA};

/// Adds a rule for every repository that replicates deletes too.
fn following(text: Text, source: &str, destinations: &[&str]) -> Text {
    text.toml(&format!(
        "[registries.\"{source}\".rules.deletes]\ndestinations = {destinations:?}\ndelete_replication = true"
    ))
}

/// Digest 7 of 10 MB under two tags: dispatched after 1 s, it is in Ireland at 11 s. What is deleted a minute after the
/// start is deleted there at 61 s.
fn pushed() -> Text {
    following(Text::new(), VIRGINIA, &[IRELAND]).put_digest(
        "0 s",
        VIRGINIA,
        "app",
        &["1", "stable"],
        7,
    )
}

/// Returns whether a delete of the tag in Ireland at that moment finds it.
fn has_tag(text: &Text, at: &str, tag: &str) -> bool {
    let probed = text.clone().delete_tag(at, IRELAND, "app", tag);
    found(&probed.run())
}

fn has_digest(text: &Text, at: &str, number: u32) -> bool {
    let probed = text.clone().delete_digest(at, IRELAND, "app", number);
    found(&probed.run())
}

fn found(run: &Run) -> bool {
    run.refused().is_empty()
}

#[test]
fn b111_a_tag_of_several_goes_at_each_destination() {
    let text = pushed().delete_tag("60 s", VIRGINIA, "app", "stable");
    assert!(has_tag(&text, "60.9 s", "stable"), "a second of dispatch");
    assert!(!has_tag(&text, "61.1 s", "stable"));
    assert!(has_tag(&text, "61.1 s", "1"));
    assert_eq!(text.run().stored(IRELAND), [1, 0, 10_000_000, 0]);
}

#[test]
fn b111_with_its_last_tag_the_digest_goes_at_each_destination() {
    let run = following(Text::new(), VIRGINIA, &[IRELAND, TOKYO])
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .put_digest("20 s", IRELAND, "app", &["own"], 7)
        .delete_tag("60 s", VIRGINIA, "app", "1")
        .run();
    for registry in [VIRGINIA, IRELAND, TOKYO] {
        assert_eq!(run.stored(registry), [0; 4], "with all its tags there");
    }
}

#[test]
fn b111_a_digest_goes_with_all_its_tags() {
    let text = pushed().delete_digest("60 s", VIRGINIA, "app", 7);
    assert!(has_digest(&text, "60.9 s", 7));
    assert!(!has_digest(&text, "61.1 s", 7));
    let run = text.run();
    assert_eq!([run.stored(VIRGINIA), run.stored(IRELAND)], [[0; 4]; 2]);
}

#[test]
fn b111_what_retention_deletes_goes_too() {
    let run = following(Text::new(), VIRGINIA, &[IRELAND])
        .lasting("25 hours")
        .put("0 s", VIRGINIA, "app", &["1"], "1 MB")
        .put("1 min", VIRGINIA, "app", &["2"], "2 MB")
        .put("2 min", VIRGINIA, "app", &["3"], "4 MB")
        .toml(&format!(
            "[retention.old]\nregistry = '{VIRGINIA}'\nrepositories = ['*']\nkeep_last = 1"
        ))
        .run();
    assert_eq!(run.stored(IRELAND), [1, 0, 4_000_000, 0]);
}

#[test]
fn b111_a_rule_of_the_document_says_it_too() {
    let document = r#"{"rules": [{
        "destinations": [{"region": "eu-west-1", "registryId": "111122223333"}],
        "deleteReplication": {"enabled": true}
    }]}"#;
    let run = Text::new()
        .toml(&format!(
            "[registries.\"{VIRGINIA}\"]\nreplication = \"r.json\""
        ))
        .file("r.json", document)
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .delete_digest("60 s", VIRGINIA, "app", 7)
        .run();
    assert_eq!(run.stored(IRELAND), [0; 4]);
}

#[test]
fn b111_is_for_the_rules_own_repositories_and_destinations() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND, TOKYO])
        .toml(&format!(
            "[registries.\"{VIRGINIA}\".rules.deletes]\ndestinations = ['{IRELAND}']\nprefixes = ['shop/']\ndelete_replication = true"
        ))
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .put_digest("0 s", VIRGINIA, "shop/app", &["1"], 8)
        .delete_digest("60 s", VIRGINIA, "app", 7)
        .delete_digest("60 s", VIRGINIA, "shop/app", 8)
        .run();
    // U5: of two rules to Ireland, one that replicates deletes is enough.
    assert_eq!(run.stored(IRELAND), [1, 0, 10_000_000, 10_000_000]);
    assert_eq!(run.stored(TOKYO), [2, 0, 20_000_000, 20_000_000]);
}

#[test]
fn b112_without_the_switch_nothing_follows() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .delete_digest("60 s", VIRGINIA, "app", 7)
        .run();
    assert_eq!(run.stored(IRELAND), [1, 0, 10_000_000, 10_000_000]);
}

#[test]
fn u14_another_account_must_admit_replicate_image() {
    let text = following(Text::new(), VIRGINIA, &[PROD])
        .permission(PROD, "build", "")
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .delete_digest("60 s", VIRGINIA, "app", 7);
    assert_eq!(text.run().stored(PROD), [0; 4]);
    let policy = format!("registry = '{PROD}'");
    let run = text
        .clone()
        .event("60.5 s", "DeleteRegistryPolicy", &policy)
        .run();
    assert_eq!(run.stored(PROD), [1, 0, 10_000_000, 10_000_000]);
    assert_eq!(run.refused(), [("BatchDeleteImage", "app", "AccessDenied")]);
    let row = &run.outcome.refused[0];
    assert_eq!(row.registry, PROD);
}

#[test]
fn u14_a_region_that_is_gone_stops_it() {
    let run = pushed()
        .delete_digest("60 s", VIRGINIA, "app", 7)
        .event(
            "30 s",
            "DisableRegion",
            "account = 'build'\nregion = 'eu-west-1'",
        )
        .run();
    assert_eq!(
        run.refused(),
        [("BatchDeleteImage", "app", "RegionNotEnabled")]
    );
    assert_eq!(run.stored(IRELAND)[0], 1);
}

#[test]
fn u14_what_has_been_dispatched_is_not_stopped() {
    // A stall of 10 s in every case: the copy is there at 21 s; the delete is admitted at 61 s and made at 71 s.
    let text = following(Text::new(), VIRGINIA, &[PROD])
        .permission(PROD, "build", "")
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .delete_digest("60 s", VIRGINIA, "app", 7)
        .event(
            "65 s",
            "DeleteRegistryPolicy",
            &format!("registry = '{PROD}'"),
        );
    let stalls = [
        "latency.stall.probability=1.0",
        "latency.stall.time=\"10 s\"",
    ];
    let at = |moment: &str| {
        let probed = text.clone().delete_digest(moment, PROD, "app", 7);
        found(&probed.run_with(&stalls))
    };
    assert!(at("70.9 s"));
    assert!(!at("71.1 s"));
}

#[test]
fn u14_what_is_not_there_is_left_alone() {
    // Deleted at 5 s while the copy moves: the delete comes to Ireland at 6 s, the copy at 11 s.
    let run = pushed().delete_digest("5 s", VIRGINIA, "app", 7).run();
    assert_eq!(run.endings(), [(IRELAND, "COMPLETE")]);
    assert!(run.refused().is_empty());
    assert_eq!(run.stored(IRELAND), [1, 0, 10_000_000, 10_000_000]);
}

#[test]
fn u14_a_tag_goes_only_from_the_same_digest() {
    let text = pushed()
        .put_digest("30 s", IRELAND, "app", &["stable"], 9)
        .delete_tag("60 s", VIRGINIA, "app", "stable");
    assert!(has_tag(&text, "70 s", "stable"));
    assert_eq!(text.run().stored(IRELAND)[0], 2);
}

#[test]
fn u14_only_the_source_decides_when_an_image_goes() {
    // `stable` is immutable in Ireland and stands on another digest: digest 7 arrives there under `1` alone.
    let text = following(Text::new(), VIRGINIA, &[IRELAND])
        .toml(&format!(
            "[registries.\"{IRELAND}\".repositories.app]\ntag_mutability = 'IMMUTABLE'"
        ))
        .put_digest("0 s", IRELAND, "app", &["stable"], 9)
        .put_digest("1 s", VIRGINIA, "app", &["1", "stable"], 7)
        .delete_tag("60 s", VIRGINIA, "app", "1");
    assert!(!has_tag(&text, "61.1 s", "1"));
    assert_eq!(text.run().stored(IRELAND)[0], 2);
}

#[test]
fn u14_earlier_deletes_are_not_made_up_for() {
    let rules = format!(
        "registry = '{VIRGINIA}'\nrules = {{ r = {{ destinations = ['{IRELAND}'], delete_replication = true }} }}"
    );
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .put_digest("0 s", VIRGINIA, "app", &["2"], 8)
        .delete_digest("60 s", VIRGINIA, "app", 7)
        .event("90 s", "PutReplicationConfiguration", &rules)
        .delete_digest("120 s", VIRGINIA, "app", 8)
        .run();
    assert_eq!(run.stored(IRELAND), [1, 0, 10_000_000, 10_000_000]);
}

#[test]
fn u14_a_deleted_repository_does_not_follow() {
    let run = pushed()
        .event(
            "60 s",
            "DeleteRepository",
            &format!("registry = '{VIRGINIA}'\nrepository = 'app'"),
        )
        .run();
    assert_eq!(run.stored(IRELAND), [1, 0, 10_000_000, 10_000_000]);
}

#[test]
fn u14_deletes_go_no_further() {
    let run = following(pushed(), IRELAND, &[TOKYO])
        .put_digest("20 s", TOKYO, "app", &["own"], 7)
        .delete_digest("60 s", VIRGINIA, "app", 7)
        .run();
    assert_eq!(run.stored(IRELAND), [0; 4]);
    assert_eq!(run.stored(TOKYO), [1, 10_000_000, 0, 0]);
}

#[test]
fn u24_a_delete_that_a_later_push_undid_removes_nothing() {
    // Deleted at 60 s, pushed again at 60.5 s; the delete comes to Ireland at 61 s, before the second copy starts.
    let text = pushed()
        .delete_digest("60 s", VIRGINIA, "app", 7)
        .put_digest("60.5 s", VIRGINIA, "app", &["1"], 7);
    let moved = |run: &Run| run.records.iter().map(|of| of.moved_bytes).sum::<u64>();
    let kept = text.run();
    assert_eq!(moved(&kept), 10_000_000);
    assert_eq!(kept.stored(IRELAND), [1, 0, 10_000_000, 0]);
    let raced = text.run_with(&["assumptions.tag_order=\"arrival\""]);
    assert_eq!(moved(&raced), 20_000_000);
    assert_eq!(raced.stored(IRELAND), [1, 0, 10_000_000, 0]);
}
