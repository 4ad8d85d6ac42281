//! `deletes.csv`: every deleted image with its cause, and where it became an orphan.

use crate::support::text::{Text, digest};
use crate::{IRELAND, TOKYO, VIRGINIA};

/// Returns time, cause, registry, push and orphans of each row.
fn rows(text: &Text) -> Vec<(String, String, String, u64, String)> {
    let deletes = text.run().outcome.deletes;
    deletes
        .into_iter()
        .map(|row| {
            (
                row.at.to_string(),
                row.cause,
                row.registry,
                row.push,
                row.orphaned,
            )
        })
        .collect()
}

fn row(
    at: &str,
    cause: &str,
    registry: &str,
    push: u64,
    orphaned: &str,
) -> (String, String, String, u64, String) {
    let at = format!("2026-03-{at}.000Z");
    (
        at,
        cause.to_owned(),
        registry.to_owned(),
        push,
        orphaned.to_owned(),
    )
}

fn three_pushes() -> Text {
    Text::new()
        .rule(VIRGINIA, &[IRELAND, TOKYO])
        .put("0 s", VIRGINIA, "app", &["1"], "1 MB")
        .put("10 s", VIRGINIA, "app", &["2"], "1 MB")
        .put("20 s", VIRGINIA, "app", &["3"], "1 MB")
}

#[test]
fn an_operation_deletes_one_image() {
    // The first image is an orphan at both destinations until Tokyo deletes it; the third had not arrived by then.
    let text = three_pushes()
        .delete_tag("15 s", VIRGINIA, "app", "1")
        .delete_tag("16 s", TOKYO, "app", "1")
        .delete_tag("21 s", VIRGINIA, "app", "3");
    let expected = [
        row(
            "02T00:00:15",
            "BatchDeleteImage",
            VIRGINIA,
            1,
            "build/ap-northeast-1 build/eu-west-1",
        ),
        row("02T00:00:16", "BatchDeleteImage", TOKYO, 1, ""),
        row("02T00:00:21", "BatchDeleteImage", VIRGINIA, 3, ""),
    ];
    assert_eq!(rows(&text), expected);
    let first = &text.run().outcome.deletes[0];
    assert_eq!(first.repository, "app");
    assert_eq!((first.image_bytes, first.digest.as_str()), (1_000_000, ""));
    assert_eq!(first.pushed_at.to_string(), "2026-03-02T00:00:00.000Z");
}

#[test]
fn a_deleted_tag_that_was_not_the_last_is_no_deleted_image() {
    let text = Text::new()
        .put("0 s", VIRGINIA, "app", &["1", "latest"], "1 MB")
        .delete_tag("5 s", VIRGINIA, "app", "1");
    assert!(rows(&text).is_empty());
}

#[test]
fn a_digest_that_the_user_gave_is_named() {
    let text = Text::new()
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .delete_digest("5 s", VIRGINIA, "app", 7);
    assert_eq!(text.run().outcome.deletes[0].digest, digest(7));
}

#[test]
fn a_digest_with_another_source_is_no_orphan() {
    // Pushed to both; Ireland's is a source of its own when Virginia's goes.
    let text = Text::new()
        .rule(VIRGINIA, &[IRELAND, TOKYO])
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .put_digest("1 s", IRELAND, "app", &["1"], 7)
        .delete_digest("50 s", VIRGINIA, "app", 7);
    let expected = [row("02T00:00:50", "BatchDeleteImage", VIRGINIA, 2, TOKYO)];
    assert_eq!(rows(&text), expected);
}

#[test]
fn retention_lifecycle_and_a_deleted_repository_are_causes() {
    // After a day retention keeps one image at the source, the policy of Tokyo two of its three; then all goes at the source.
    let text = three_pushes()
        .lasting("2 days")
        .toml(&format!(
            "[retention.old]\nregistry = '{VIRGINIA}'\nrepositories = ['app']\nkeep_last = 1\n\
             [registries.\"{TOKYO}\".repositories.app.lifecycle]\nkeep_last = 2"
        ))
        .event(
            "30 h",
            "DeleteRepository",
            &format!("registry = '{VIRGINIA}'\nrepository = 'app'"),
        );
    let both = "build/ap-northeast-1 build/eu-west-1";
    let expected = [
        row("03T00:00:00", "retention", VIRGINIA, 1, both),
        row("03T00:00:00", "retention", VIRGINIA, 2, both),
        row("03T00:00:00", "lifecycle", TOKYO, 1, ""),
        row("03T06:00:00", "DeleteRepository", VIRGINIA, 3, both),
    ];
    assert_eq!(rows(&text), expected);
}

#[test]
fn a_rule_that_replicates_deletes_is_a_cause() {
    // The delete follows a second after the source's.
    let text = Text::new()
        .toml(&format!(
            "[registries.\"{VIRGINIA}\".rules.all]\ndestinations = ['{IRELAND}']\ndelete_replication = true"
        ))
        .put("0 s", VIRGINIA, "app", &["1"], "1 MB")
        .delete_tag("10 s", VIRGINIA, "app", "1");
    let expected = [
        row("02T00:00:10", "BatchDeleteImage", VIRGINIA, 1, IRELAND),
        row("02T00:00:11", "delete_replication", IRELAND, 1, ""),
    ];
    assert_eq!(rows(&text), expected);
}

#[test]
fn the_first_hundred_thousand_are_listed_and_all_are_counted() {
    let images = |repository: &str, count: u32| {
        format!(
            "[registries.\"{VIRGINIA}\".repositories.{repository}]\nimages = {{ count = {count}, size = '1 kB' }}"
        )
    };
    let delete = |repository: &str| format!("registry = '{VIRGINIA}'\nrepository = '{repository}'");
    let run = Text::new()
        .toml(&images("app", 99_999))
        .toml(&images("web", 3))
        .event("1 s", "DeleteRepository", &delete("app"))
        .event("2 s", "DeleteRepository", &delete("web"))
        .run();
    assert_eq!(run.outcome.deletes.len(), 100_000);
    assert_eq!(run.outcome.deletes[99_999].repository, "web");
    let note =
        "100002 images were deleted (DeleteRepository 100002); deletes.csv lists the first 100000";
    assert!(run.outcome.notes.iter().any(|found| found == note));
    // Stored before the start, one a day back from it: no push of the run.
    let last = &run.outcome.deletes[99_998];
    assert_eq!(
        (last.push, last.pushed_at.to_string().as_str()),
        (0, "2026-03-01T00:00:00.000Z")
    );
}
