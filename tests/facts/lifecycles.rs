//! Lifecycle policies (facts, section 12, and U16).

use crate::support::Run;
use crate::support::text::Text;
use crate::{IRELAND, VIRGINIA};

/// Everything arrives at once; `keys` are the lifecycle of `app` in a registry.
fn text(registry: &str, keys: &str) -> Text {
    Text::instant("2026-03-02T00:00:00Z", "3 days")
        .rule(VIRGINIA, &[IRELAND])
        .toml(&format!(
            "[registries.\"{registry}\".repositories.app.lifecycle]\n{keys}"
        ))
}

/// Returns how many images a registry stores after 24, 48 and 72 h: what happens then has happened.
fn by_day(run: &Run, registry: &str) -> Vec<u64> {
    let rows = run.outcome.storage.iter();
    rows.filter(|row| row.registry == registry)
        .map(|row| row.images)
        .collect()
}

fn three(text: Text) -> Text {
    text.put("1 h", VIRGINIA, "app", &["1"], "1 MB")
        .put("2 h", VIRGINIA, "app", &["2"], "2 MB")
        .put("3 h", VIRGINIA, "app", &["3"], "4 MB")
}

#[test]
fn b140_each_repository_has_its_own_policy() {
    let run = three(text(IRELAND, "keep_last = 1")).run();
    assert_eq!(run.stored(IRELAND), [1, 0, 4_000_000, 0]);
    assert_eq!(run.stored(VIRGINIA)[0], 3);
    let run = three(text(VIRGINIA, "keep_last = 1")).run();
    assert_eq!(run.stored(VIRGINIA)[0], 1);
    assert_eq!(run.stored(IRELAND), [3, 0, 7_000_000, 3_000_000]);
}

#[test]
fn b141_what_is_due_goes_within_24_hours() {
    // Pushed at 0 h and 1 h, due at 48 h and 49 h: policies act at 24, 48 and 72 h.
    let run = text(VIRGINIA, "expire_after = '2 days'")
        .put("0 s", VIRGINIA, "app", &["1"], "1 MB")
        .put("1 h", VIRGINIA, "app", &["2"], "1 MB")
        .run();
    assert_eq!(by_day(&run, VIRGINIA), [2, 1, 0]);
    assert_eq!(by_day(&run, IRELAND), [2, 2, 2]);
}

#[test]
fn b142_a_tag_added_later_does_not_renew_an_image() {
    let run = text(VIRGINIA, "expire_after = '1 day'")
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .put_digest("20 h", VIRGINIA, "app", &["2"], 7)
        .run();
    assert_eq!(by_day(&run, VIRGINIA), [0, 0, 0]);
}

#[test]
fn u16_a_replica_counts_from_its_arrival_or_from_its_push() {
    // Pushed at 0 h, there at 12 h.
    let late = text(IRELAND, "expire_after = '1 day'").put("0 s", VIRGINIA, "app", &["1"], "1 MB");
    let dispatch = "latency.dispatch=\"12 h\"";
    let run = late.run_with(&[dispatch]);
    assert_eq!(by_day(&run, IRELAND), [1, 0, 0]);
    let run = late.run_with(&[dispatch, "assumptions.replica_push_time=\"push\""]);
    assert_eq!(by_day(&run, IRELAND), [0, 0, 0]);
}

#[test]
fn b142_a_replica_that_is_pushed_where_it_lies_only_gets_a_tag() {
    // Pushed at 0 h, there at 12 h, and pushed there at 20 h under another tag: it is a day old at 36 h.
    let run = text(IRELAND, "expire_after = '1 day'")
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .put_digest("20 h", IRELAND, "app", &["2"], 7)
        .run_with(&["latency.dispatch=\"12 h\""]);
    assert_eq!(by_day(&run, IRELAND), [1, 0, 0]);
}

#[test]
fn untagged_images_have_a_limit_of_their_own() {
    let run = text(VIRGINIA, "expire_untagged_after = '1 day'")
        .put("0 s", VIRGINIA, "app", &["latest"], "1 MB")
        .put("1 h", VIRGINIA, "app", &["latest"], "2 MB")
        .run();
    assert_eq!(by_day(&run, VIRGINIA), [1, 1, 1]);
    assert_eq!(run.stored(VIRGINIA), [1, 2_000_000, 0, 0]);
}

#[test]
fn limits_of_the_short_form_each_hold_for_themselves() {
    let run = three(text(VIRGINIA, "keep_last = 2\nexpire_after = '2 days'")).run();
    assert_eq!(by_day(&run, VIRGINIA), [2, 2, 0]);
}

/// Keeps the newest `rel-*` and the newest of all.
const DOCUMENT: &str = r#"{"rules": [
    {"rulePriority": 2, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
     "action": {"type": "expire"}},
    {"rulePriority": 1, "selection": {"tagStatus": "tagged", "tagPrefixList": ["rel-"],
     "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}
]}"#;

#[test]
fn b144_an_image_that_an_earlier_rule_selects_is_out_of_reach_of_later_ones() {
    // The first rule expires rel-1. The second would expire all but `4`; rel-2 is the first rule's.
    let run = text(VIRGINIA, "policy = 'l.json'")
        .file("l.json", DOCUMENT)
        .put("0 h", VIRGINIA, "app", &["rel-1"], "1 MB")
        .put("1 h", VIRGINIA, "app", &["rel-2"], "2 MB")
        .put("2 h", VIRGINIA, "app", &["3"], "4 MB")
        .put("3 h", VIRGINIA, "app", &["4"], "8 MB")
        .run();
    assert_eq!(run.stored(VIRGINIA), [2, 10_000_000, 0, 0]);
}

#[test]
fn b144_tags_of_streams_are_read_too() {
    let stream = "[pushes.release]
registry = 'build/us-east-1'
repositories = ['app']
burst = { images = 3, over = '3 h', every = '1 week', first = '0 s' }
size = '1 MB'
tags = ['rel-{n}']";
    let run = text(VIRGINIA, "policy = 'l.json'")
        .file("l.json", DOCUMENT)
        .toml(stream)
        .put("12 h", VIRGINIA, "app", &["x"], "8 MB")
        .run();
    assert_eq!(run.stored(VIRGINIA), [2, 9_000_000, 0, 0]);
}

#[test]
fn b111_what_a_lifecycle_policy_expires_at_the_source_goes_at_the_destination() {
    let following = format!(
        "[registries.\"{VIRGINIA}\".rules.deletes]\ndestinations = ['{IRELAND}']\ndelete_replication = true"
    );
    let run = three(text(VIRGINIA, "keep_last = 1"))
        .toml(&following)
        .run();
    assert_eq!(run.stored(IRELAND), [1, 0, 4_000_000, 0]);
}

#[test]
fn policies_come_and_go_by_events() {
    let at = |registry: &str| format!("registry = '{registry}'\nrepository = 'app'\n");
    let text = Text::instant("2026-03-02T00:00:00Z", "3 days").rule(VIRGINIA, &[IRELAND]);
    let put = at(IRELAND) + "lifecycle = { keep_last = 1 }";
    let run = three(text.clone())
        .event("30 h", "PutLifecyclePolicy", &put)
        .event("60 h", "DeleteLifecyclePolicy", &at(IRELAND))
        .event("61 h", "DeleteLifecyclePolicy", &at(IRELAND))
        .put("65 h", VIRGINIA, "app", &["4"], "1 MB")
        .run();
    assert_eq!(by_day(&run, IRELAND), [3, 1, 2]);
    let refused = (
        "DeleteLifecyclePolicy",
        "app",
        "LifecyclePolicyNotFoundException",
    );
    assert_eq!(run.refused(), [refused]);
    let missing = text.event("1 h", "PutLifecyclePolicy", &put).run();
    let refused = ("PutLifecyclePolicy", "app", "RepositoryNotFoundException");
    assert_eq!(missing.refused(), [refused]);
}

#[test]
fn a_trace_can_take_a_policy_away() {
    let trace = "time,action,registry,repository,tags,digest,bytes\n\
                 12 h,DeleteLifecyclePolicy,build/us-east-1,app,,,\n";
    let run = three(text(VIRGINIA, "keep_last = 1"))
        .toml("[traces.t]\nfile = 't.csv'")
        .file("t.csv", trace)
        .run();
    assert_eq!(by_day(&run, VIRGINIA), [3, 3, 3]);
}

#[test]
fn a_deleted_repository_loses_its_policy() {
    let at = format!("registry = '{VIRGINIA}'\nrepository = 'app'");
    let run = text(VIRGINIA, "keep_last = 1")
        .event("1 h", "DeleteRepository", &at)
        .event("2 h", "CreateRepository", &at)
        .put("3 h", VIRGINIA, "app", &["1"], "1 MB")
        .put("4 h", VIRGINIA, "app", &["2"], "1 MB")
        .run();
    assert_eq!(run.stored(VIRGINIA)[0], 2);
}

#[test]
fn a_wrong_lifecycle_is_told_at_its_place() {
    let told = |keys: &str| text(VIRGINIA, keys).file("l.json", "{}").errors();
    let cases = [
        ("", "says nothing"),
        ("keep_last = 0", "at least 1"),
        ("expire_after = '36 h'", "must be whole days"),
        (
            "keep_last = 1\npolicy = 'l.json'",
            "both `keep_last` and `policy` are given",
        ),
        ("policy = 'l.json'", "a lifecycle policy needs `rules`"),
    ];
    for (keys, message) in cases {
        let found = told(keys);
        assert!(found.contains(message), "{keys}: {found}");
    }
    let at = format!("registry = '{VIRGINIA}'\nrepository = 'app'");
    let bare = text(VIRGINIA, "keep_last = 1").event("1 h", "PutLifecyclePolicy", &at);
    let found = bare.errors();
    assert!(found.contains("lacks `lifecycle` or `policy`"), "{found}");
}
