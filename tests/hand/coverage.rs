//! What share of the live images that sources send a destination holds, at each step's end.

use crate::support::Run;
use crate::support::text::{Text, digest};
use crate::{IRELAND, TOKYO, VIRGINIA};

const PROD: &str = "prod/us-east-1";

/// Four hours, in steps of one; what is pushed arrives at once.
fn text() -> Text {
    Text::instant("2026-03-02T00:00:00Z", "4 hours").key("bucket = '1 hour'")
}

fn put(text: Text, at: &str, registry: &str, repository: &str, number: u32) -> Text {
    let push = format!(
        "registry = '{registry}'\nrepository = '{repository}'\ntags = ['{number}']\nsize = '1 MB'\ndigest = '{}'",
        digest(number)
    );
    text.event(at, "PutImage", &push)
}

/// Returns the coverage of a destination at the end of each step.
fn coverage(run: &Run, destination: &str) -> Vec<Option<f64>> {
    let rows = run.outcome.timeline.iter();
    rows.filter(|row| row.destination == destination)
        .map(|row| row.coverage.map(|share| share.0))
        .collect()
}

#[test]
fn what_is_on_its_way_is_not_held_yet() {
    // 5.4 GB at 1 MB/s are there after 1 s and 1 h 30 min, 1.8 GB after half an hour: shares of 2 images at 1, 2, 3 h.
    let run = Text::new()
        .lasting("3 hours")
        .key("bucket = '1 hour'")
        .rule(VIRGINIA, &[IRELAND])
        .put("10 min", VIRGINIA, "app", &["1"], "5.4 GB")
        .put("20 min", VIRGINIA, "app", &["2"], "1.8 GB")
        .run();
    assert_eq!(coverage(&run, IRELAND), [Some(0.5), Some(1.0), Some(1.0)]);
}

#[test]
fn the_end_of_a_step_is_before_what_happens_then_but_for_the_last() {
    // Denied, so that nothing ever arrives; pushed at the end of the first step, and of the run.
    let run = text()
        .rule(VIRGINIA, &[PROD])
        .put("1 hour", VIRGINIA, "app", &["1"], "1 MB")
        .run();
    assert_eq!(
        coverage(&run, PROD),
        [None, Some(0.0), Some(0.0), Some(0.0)]
    );
    let last = text()
        .rule(VIRGINIA, &[PROD])
        .put("4 hours", VIRGINIA, "app", &["1"], "1 MB")
        .run();
    assert_eq!(coverage(&last, PROD), [None, None, None, Some(0.0)]);
}

#[test]
fn a_deleted_image_leaves_both_sides() {
    // Four images; one deleted at the destination, one at the source, the last one at both.
    let mut four = text().rule(VIRGINIA, &[IRELAND]);
    for number in 1..=4 {
        four = put(four, "0 s", VIRGINIA, "app", number);
    }
    let run = four
        .delete_digest("30 min", IRELAND, "app", 1)
        .delete_digest("90 min", VIRGINIA, "app", 2)
        .delete_digest("150 min", VIRGINIA, "app", 1)
        .run();
    // 3 of 4, 2 of 3 (the orphan counts nowhere), then the one that was lacking is gone at its source: 2 of 2.
    assert_eq!(
        coverage(&run, IRELAND),
        [Some(0.75), Some(2.0 / 3.0), Some(1.0), Some(1.0)]
    );
}

#[test]
fn an_image_pushed_again_is_covered_by_the_orphan_that_stayed() {
    let run = put(text().rule(VIRGINIA, &[IRELAND]), "0 s", VIRGINIA, "app", 1)
        .delete_digest("30 min", VIRGINIA, "app", 1)
        .event(
            "2 hours",
            "PutReplicationConfiguration",
            &format!("registry = '{VIRGINIA}'\nrules = {{}}"),
        )
        .put_digest("150 min", VIRGINIA, "app", &["2"], 1)
        .event(
            "210 min",
            "PutReplicationConfiguration",
            &format!(
                "registry = '{VIRGINIA}'\nrules = {{ all = {{ destinations = ['{IRELAND}'] }} }}"
            ),
        )
        .run();
    // Nothing live; nothing live; live, but no rule; a rule again, and the replica is there.
    assert_eq!(coverage(&run, IRELAND), [None, None, None, Some(1.0)]);
}

#[test]
fn several_sources_of_one_destination_add_up() {
    // Virginia sends 3 images; prod 1, which Ireland does not admit: 3 of 4. Tokyo, to which nobody sends prod's, has all 3.
    let mut three = text()
        .rule(VIRGINIA, &[IRELAND, TOKYO])
        .rule(PROD, &[IRELAND]);
    for number in 1..=3 {
        three = put(three, "0 s", VIRGINIA, "app", number);
    }
    let run = put(three, "90 min", PROD, "app", 4).run();
    assert_eq!(
        coverage(&run, IRELAND),
        [Some(1.0), Some(0.75), Some(0.75), Some(0.75)]
    );
    assert_eq!(coverage(&run, TOKYO), [Some(1.0); 4]);
}

#[test]
fn one_digest_of_two_sources_is_two_pairs_and_one_replica_serves_both() {
    // Held from Virginia's copy on; prod's, which is denied, is held by the same.
    let both = text().rule(VIRGINIA, &[IRELAND]).rule(PROD, &[IRELAND]);
    let both = put(both, "0 s", PROD, "app", 1);
    let both = put(both, "90 min", VIRGINIA, "app", 1);
    let run = put(both, "150 min", PROD, "app", 2).run();
    assert_eq!(
        coverage(&run, IRELAND),
        [Some(0.0), Some(1.0), Some(2.0 / 3.0), Some(2.0 / 3.0)]
    );
}

#[test]
fn rules_count_as_they_stand_at_the_steps_end() {
    // Two images before the start and one after, that only the second configuration sends; then only one repository.
    let rules = |prefix: &str| {
        format!(
            "registry = '{VIRGINIA}'\nrules = {{ all = {{ destinations = ['{IRELAND}'], prefixes = ['{prefix}'] }} }}"
        )
    };
    let run = text()
        .rule_for(VIRGINIA, &[IRELAND], &["web"])
        .toml(&format!(
            "[registries.'{VIRGINIA}'.repositories.app]\nimages = {{ count = 2, size = '1 MB' }}"
        ))
        .put("30 min", VIRGINIA, "web", &["1"], "1 MB")
        .event("90 min", "PutReplicationConfiguration", &rules("app"))
        .put("150 min", VIRGINIA, "app", &["new"], "1 MB")
        .event("210 min", "PutReplicationConfiguration", &rules("none"))
        .run();
    // web: 1 of 1; app: 0 of 2 that were there before the rule; 1 of 3; nothing is sent.
    assert_eq!(
        coverage(&run, IRELAND),
        [Some(1.0), Some(0.0), Some(1.0 / 3.0), None]
    );
}

#[test]
fn replicas_are_no_source_of_their_registry() {
    // Ireland would send on what it has, but only what is pushed there (B14).
    let run = put(
        text().rule(VIRGINIA, &[IRELAND]).rule(IRELAND, &[TOKYO]),
        "0 s",
        VIRGINIA,
        "app",
        1,
    );
    assert_eq!(coverage(&run.run(), TOKYO), [None; 4]);
    let pushed = put(run, "90 min", IRELAND, "web", 2).run();
    assert_eq!(
        coverage(&pushed, TOKYO),
        [None, Some(1.0), Some(1.0), Some(1.0)]
    );
}

#[test]
fn what_is_archived_is_no_pair_at_its_source_and_not_held_at_its_destination() {
    let class = |text: Text, at: &str, registry: &str, class: &str| {
        let keys = format!(
            "registry = '{registry}'\nrepository = 'app'\ndigest = '{}'\nstorage_class = '{class}'",
            digest(1)
        );
        text.event(at, "UpdateImageStorageClass", &keys)
    };
    let text = text().rule(VIRGINIA, &[TOKYO]);
    let text = put(text, "0 s", VIRGINIA, "app", 1);
    let text = put(text, "0 s", VIRGINIA, "app", 2);
    // Of two images Tokyo archives one; then Virginia does too. Restored there, it is pushed anew, which restores Tokyo's.
    let text = class(text, "30 min", TOKYO, "ARCHIVE");
    let text = class(text, "90 min", VIRGINIA, "ARCHIVE");
    let run = class(text, "190 min", VIRGINIA, "STANDARD").run();
    assert_eq!(
        coverage(&run, TOKYO),
        [Some(0.5), Some(1.0), Some(1.0), Some(1.0)]
    );
    assert_eq!(run.stored(TOKYO)[..3], [2, 0, 2_000_000]);
}
