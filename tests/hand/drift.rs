//! `repositories.csv`: what replication created, and where its settings differ from its source's (B60, B61, B62, B70).

use crate::support::Run;
use crate::support::text::Text;
use crate::{IRELAND, VIRGINIA};

/// A source with both settings; one push, there after 2 s.
fn strict_source() -> Text {
    Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .toml(&format!(
            "[registries.\"{VIRGINIA}\".repositories.\"shop/app\"]\ntag_mutability = 'IMMUTABLE'\nlifecycle = {{ keep_last = 9 }}"
        ))
        .put("0 s", VIRGINIA, "shop/app", &["1"], "1 MB")
}

fn template(settings: &str) -> String {
    format!("[registries.\"{IRELAND}\".creation_templates.strict]\nprefix = 'shop'\n{settings}")
}

/// Returns template, the two mutabilities, the two policies and what differs, of each row.
fn rows(run: &Run) -> Vec<[&str; 6]> {
    let rows = run.outcome.repositories.iter();
    rows.map(|row| {
        [
            &row.template,
            &row.tag_mutability,
            &row.source_tag_mutability,
            &row.lifecycle_policy,
            &row.source_lifecycle_policy,
            &row.differs,
        ]
        .map(String::as_str)
    })
    .collect()
}

fn note(run: &Run) -> Option<&str> {
    let mut notes = run.outcome.notes.iter().map(String::as_str);
    notes.find(|note| note.contains("differ from their source"))
}

#[test]
fn b61_defaults_differ_from_a_strict_source() {
    let run = strict_source().run();
    let row = &run.outcome.repositories[0];
    let names = (
        row.registry.as_str(),
        row.repository.as_str(),
        row.source.as_str(),
    );
    assert_eq!(names, (IRELAND, "shop/app", VIRGINIA));
    let both = "tag_mutability lifecycle_policy";
    assert_eq!(
        rows(&run),
        [["", "MUTABLE", "IMMUTABLE", "no", "yes", both]]
    );
    assert_eq!(
        note(&run),
        Some(
            "1 of 1 repositories that replication created differ from their source in their settings (repositories.csv)"
        )
    );
}

#[test]
fn b70_a_template_that_says_the_same_leaves_nothing_to_differ() {
    let settings = "tag_mutability = 'IMMUTABLE'\nlifecycle = { keep_last = 9 }";
    let run = strict_source().toml(&template(settings)).run();
    assert_eq!(
        rows(&run),
        [["strict", "IMMUTABLE", "IMMUTABLE", "yes", "yes", ""]]
    );
    assert_eq!(note(&run), None);
    // Another number is another policy.
    let settings = "tag_mutability = 'IMMUTABLE'\nlifecycle = { keep_last = 8 }";
    let run = strict_source().toml(&template(settings)).run();
    assert_eq!(rows(&run)[0][5], "lifecycle_policy");
}

#[test]
fn settings_are_those_of_the_runs_end() {
    let change = |registry: &str, keys: &str| {
        let keys = format!("registry = '{registry}'\nrepository = 'shop/app'\n{keys}");
        strict_source()
            .event("10 s", "PutImageTagMutability", &keys)
            .run()
    };
    let run = change(
        IRELAND,
        "tag_mutability = 'IMMUTABLE_WITH_EXCLUSION'\nexclusions = ['dev-*', 'latest']",
    );
    assert_eq!(rows(&run)[0][1], "IMMUTABLE_WITH_EXCLUSION dev-* latest");
    let run = change(VIRGINIA, "tag_mutability = 'MUTABLE'");
    assert_eq!(
        rows(&run),
        [["", "MUTABLE", "MUTABLE", "no", "yes", "lifecycle_policy"]]
    );
}

#[test]
fn a_source_that_is_gone_leaves_its_cells_empty() {
    let keys = |registry: &str| format!("registry = '{registry}'\nrepository = 'shop/app'");
    let run = strict_source()
        .event("10 s", "DeleteRepository", &keys(VIRGINIA))
        .run();
    assert_eq!(rows(&run), [["", "MUTABLE", "", "no", "", ""]]);
    let run = strict_source()
        .event("10 s", "DeleteRepository", &keys(IRELAND))
        .run();
    assert!(rows(&run).is_empty());
}

#[test]
fn b60_what_was_there_before_is_not_created() {
    let run = strict_source()
        .toml(&format!(
            "[registries.\"{IRELAND}\".repositories.\"shop/app\"]"
        ))
        .run();
    assert!(rows(&run).is_empty());
    let run = strict_source()
        .event(
            "1 s",
            "CreateRepository",
            &format!("registry = '{IRELAND}'\nrepository = 'shop/app'"),
        )
        .run();
    assert!(rows(&run).is_empty());
}
