//! Creation templates (facts B70 and B71, and U21): what a repository is like that replication creates.

use crate::support::Run;
use crate::support::text::Text;
use crate::{IRELAND, VIRGINIA};

/// Adds a template to Ireland.
fn template(text: Text, name: &str, keys: &str) -> Text {
    text.toml(&format!(
        "[registries.\"{IRELAND}\".creation_templates.{name}]\n{keys}"
    ))
}

fn sent() -> Text {
    Text::new().rule(VIRGINIA, &[IRELAND])
}

/// Pushes the tag `x` twice to a repository; returns how many copies arrived without it.
fn dropped(text: &Text, repository: &str) -> f64 {
    let run = text
        .clone()
        .put("0 s", VIRGINIA, repository, &["x"], "1 MB")
        .put("60 s", VIRGINIA, repository, &["x"], "1 MB")
        .run();
    run.metric("untagged_arrivals", IRELAND, "total")
        .expect("a counter has a value")
}

#[test]
fn b70_a_template_has_an_implied_slash_after_its_prefix() {
    let text = template(sent(), "t", "prefix = 'prod'\ntag_mutability = 'IMMUTABLE'");
    assert_eq!(dropped(&text, "prod/api"), 1.0);
    assert_eq!(dropped(&text, "production/api"), 0.0);
    assert_eq!(dropped(&text, "prod"), 0.0);
}

#[test]
fn b70_the_longest_prefix_wins_and_root_takes_the_rest() {
    let root = "prefix = 'ROOT'\ntag_mutability = 'IMMUTABLE'";
    let text = template(template(sent(), "all", root), "prod", "prefix = 'prod'");
    let deep = "prefix = 'prod/web'\ntag_mutability = 'IMMUTABLE'";
    let text = template(text, "deep", deep);
    assert_eq!(dropped(&text, "prod/api"), 0.0);
    assert_eq!(dropped(&text, "prod/web/api"), 1.0);
    assert_eq!(dropped(&text, "other"), 1.0);
}

#[test]
fn b70_a_template_acts_only_at_creation() {
    let text = template(sent(), "t", "prefix = 'ROOT'\ntag_mutability = 'IMMUTABLE'");
    let there = format!("[registries.\"{IRELAND}\".repositories.app]");
    assert_eq!(dropped(&text.toml(&there), "app"), 0.0);
}

#[test]
fn u21_only_templates_for_replication_count() {
    let other = "prefix = 'prod'\napplied_for = ['CREATE_ON_PUSH']";
    let root = "prefix = 'ROOT'\ntag_mutability = 'IMMUTABLE'\napplied_for = ['REPLICATION', 'CREATE_ON_PUSH']";
    let text = template(template(sent(), "other", other), "all", root);
    assert_eq!(dropped(&text, "prod/api"), 1.0);
}

#[test]
fn b71_exclusions_of_a_template_hold() {
    let keys = "prefix = 'ROOT'\ntag_mutability = 'IMMUTABLE_WITH_EXCLUSION'\nexclusions = ['x*']";
    assert_eq!(dropped(&template(sent(), "t", keys), "app"), 0.0);
    let keys = keys.replace("x*", "latest");
    assert_eq!(dropped(&template(sent(), "t", &keys), "app"), 1.0);
}

#[test]
fn b71_a_template_brings_its_lifecycle_policy() {
    let sent = Text::instant("2026-03-02T00:00:00Z", "25 hours").rule(VIRGINIA, &[IRELAND]);
    let run = template(sent, "t", "prefix = 'ROOT'\nlifecycle = { keep_last = 1 }")
        .put("1 h", VIRGINIA, "app", &["1"], "1 MB")
        .put("2 h", VIRGINIA, "app", &["2"], "2 MB")
        .run();
    assert_eq!(run.stored(IRELAND), [1, 0, 2_000_000, 0]);
    assert_eq!(run.stored(VIRGINIA)[0], 2);
}

#[test]
fn b71_without_its_role_a_template_creates_nothing() {
    let ending = |keys: &str| {
        let text = template(sent(), "t", &format!("prefix = 'ROOT'\n{keys}"));
        let run: Run = text.put("0 s", VIRGINIA, "app", &["1"], "1 MB").run();
        run.endings()[0].1.to_owned()
    };
    assert_eq!(ending("encryption = 'KMS'"), "TemplateRoleMissing");
    assert_eq!(
        ending("resource_tags = { owner = 'platform' }"),
        "TemplateRoleMissing"
    );
    let role = "encryption = 'KMS'\ncustom_role_arn = 'arn:aws:iam::111122223333:role/ecr'";
    assert_eq!(ending(role), "COMPLETE");
    assert_eq!(ending(""), "COMPLETE");
}

#[test]
fn a_wrong_template_is_told_at_its_place() {
    let cases = [
        ("prefix = 'Prod'", "is not a template's prefix"),
        ("prefix = 'prod'\nexclusions = ['a']", "takes no exclusions"),
        ("prefix = 'prod'\nlifecycle = {}", "says nothing"),
        ("tag_mutability = 'IMMUTABLE'", "lacks the key `prefix`"),
    ];
    for (keys, message) in cases {
        let found = template(sent(), "t", keys).errors();
        assert!(found.contains(message), "{keys}: {found}");
    }
    let twice = template(
        template(sent(), "a", "prefix = 'p1'"),
        "b",
        "prefix = 'p1/'",
    );
    assert!(
        twice
            .errors()
            .contains("two templates have the prefix `p1`")
    );
}
