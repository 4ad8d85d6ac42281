//! What arrives and what is deleted, through the whole pipeline (facts, sections 4 and 8); `ecr`'s own tests go further.

use crate::support::text::Text;
use crate::{IRELAND, TOKYO, VIRGINIA};

fn immutable_at(registry: &str) -> String {
    format!("[registries.'{registry}'.repositories.app]\ntag_mutability = 'IMMUTABLE'")
}

#[test]
fn b60_b61_a_replica_creates_its_repository_with_mutable_tags() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .event(
            "0 s",
            "CreateRepository",
            &format!("registry = '{IRELAND}'\nrepository = 'web'"),
        )
        .put("0 s", VIRGINIA, "app", &["latest"], "1 MB")
        .put("10 s", VIRGINIA, "app", &["latest"], "1 MB")
        .event(
            "60 s",
            "CreateRepository",
            &format!("registry = '{IRELAND}'\nrepository = 'app'"),
        )
        .run();
    assert_eq!(
        run.refused(),
        [(
            "CreateRepository",
            "app",
            "RepositoryAlreadyExistsException"
        )]
    );
    assert!(
        run.records
            .iter()
            .all(|record| run.applied(record) == ["latest"])
    );
    let row = run
        .outcome
        .storage
        .iter()
        .rfind(|row| row.registry == IRELAND)
        .unwrap();
    assert_eq!(
        (row.images, row.untagged_images),
        (2, 1),
        "B65: the older digest stays, untagged"
    );
}

#[test]
fn b60_a_repository_deleted_under_a_copy_in_flight_is_made_again() {
    // In flight from 1 s to 11 s.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .toml(&immutable_at(IRELAND))
        .put("0 s", VIRGINIA, "app", &["latest"], "10 MB")
        .event(
            "5 s",
            "DeleteRepository",
            &format!("registry = '{IRELAND}'\nrepository = 'app'"),
        )
        .put("20 s", VIRGINIA, "app", &["latest"], "1 MB")
        .run();
    assert_eq!(run.refused(), []);
    assert_eq!(run.stored(IRELAND)[0], 2);
    assert_eq!(
        run.applied(&run.records[1]),
        ["latest"],
        "with defaults, that is mutable"
    );
}

#[test]
fn b62_b64_immutability_is_the_destinations_own() {
    // Immutable at the source only: `latest` moves there by a delete, and moves in Ireland without.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .toml(&immutable_at(VIRGINIA))
        .put("0 s", VIRGINIA, "app", &["latest"], "1 MB")
        .put("10 s", VIRGINIA, "app", &["latest"], "1 MB")
        .delete_tag("15 s", VIRGINIA, "app", "latest")
        .put("20 s", VIRGINIA, "app", &["latest"], "1 MB")
        .run();
    assert_eq!(
        run.refused(),
        [("PutImage", "app", "ImageTagAlreadyExistsException")]
    );
    assert_eq!(run.records.len(), 2);
    assert!(
        run.records
            .iter()
            .all(|record| run.applied(record) == ["latest"])
    );
}

#[test]
fn b64_mutability_counts_from_its_change_on() {
    // Immutable from 5 s to 25 s: of the pushes at 0, 10, 20 and 30 s, the second and third arrive without the tag.
    let set = |mode: &str| {
        format!("registry = '{IRELAND}'\nrepository = 'app'\ntag_mutability = '{mode}'")
    };
    let text = ["0 s", "10 s", "20 s", "30 s"]
        .into_iter()
        .fold(Text::new().rule(VIRGINIA, &[IRELAND]), |text, at| {
            text.put(at, VIRGINIA, "app", &["latest"], "1 MB")
        });
    let run = text
        .event("5 s", "PutImageTagMutability", &set("IMMUTABLE"))
        .event("25 s", "PutImageTagMutability", &set("MUTABLE"))
        .run();
    let stands: Vec<bool> = run
        .records
        .iter()
        .map(|record| !run.applied(record).is_empty())
        .collect();
    assert_eq!(stands, [true, false, false, true]);
    assert_eq!(run.metric("untagged_arrivals", "", "total"), Some(2.0));
}

#[test]
fn b110_b112_deletes_at_the_source_stay_there() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND, TOKYO])
        .put_digest("0 s", VIRGINIA, "app", &["1", "latest"], 7)
        .put_digest("1 s", VIRGINIA, "app", &["2"], 8)
        .delete_tag("60 s", VIRGINIA, "app", "latest")
        .delete_digest("60 s", VIRGINIA, "app", 8)
        .event(
            "120 s",
            "DeleteRepository",
            &format!("registry = '{VIRGINIA}'\nrepository = 'app'"),
        )
        .event(
            "180 s",
            "PutReplicationConfiguration",
            &format!("registry = '{VIRGINIA}'\nrules = {{}}"),
        )
        .delete_tag("240 s", TOKYO, "app", "latest")
        .run();
    assert_eq!(run.refused(), [], "Tokyo still has the tag");
    assert_eq!(run.stored(VIRGINIA), [0, 0, 0, 0]);
    assert_eq!(run.stored(IRELAND), [2, 0, 20_000_000, 20_000_000]);
    assert_eq!(run.stored(TOKYO), [2, 0, 20_000_000, 20_000_000]);
}

#[test]
fn b113_a_tag_is_deleted_alone_until_it_is_the_last() {
    let run = Text::new()
        .put_digest("0 s", VIRGINIA, "app", &["1", "latest"], 7)
        .delete_tag("10 s", VIRGINIA, "app", "latest")
        .delete_tag("20 s", VIRGINIA, "app", "latest")
        .delete_tag("30 s", VIRGINIA, "app", "1")
        .delete_digest("40 s", VIRGINIA, "app", 7)
        .run();
    let missing = ("BatchDeleteImage", "app", "ImageNotFound");
    assert_eq!(run.refused(), [missing, missing]);
    assert_eq!(run.stored(VIRGINIA)[0], 0);
}

#[test]
fn tags_of_streams_and_of_stored_images_can_be_deleted_by_name() {
    let stream = "[pushes.ci]
registry = 'build/us-east-1'
repositories = ['app']
burst = { images = 5, over = '5 s', every = '1 week', first = '0 s' }
size = '1 MB'
tags = ['{stream}-{n}']";
    let run = Text::new()
        .toml("[registries.'build/us-east-1'.repositories.web]\nimages = { count = 3, size = '5 MB' }")
        .toml(stream)
        .delete_tag("60 s", VIRGINIA, "app", "ci-2")
        .delete_tag("60 s", VIRGINIA, "app", "ci-6")
        .delete_tag("60 s", VIRGINIA, "web", "1")
        .delete_tag("60 s", VIRGINIA, "web", "4")
        .run();
    let missing = |repository| ("BatchDeleteImage", repository, "ImageNotFound");
    assert_eq!(run.refused(), [missing("app"), missing("web")]);
    assert_eq!(run.stored(VIRGINIA), [4 + 2, 4_000_000 + 10_000_000, 0, 0]);
}

#[test]
fn retention_deletes_before_the_pushes_of_its_instant() {
    // A push each 12 h from the start on; 1 is kept. At 24 h the pushes of 0 h and 12 h are there, then comes a third.
    let stream = "[pushes.ci]
registry = 'build/us-east-1'
repositories = ['app']
burst = { images = 1, over = '1 h', every = '12 h', first = '0 s' }
size = '1 MB'
[retention.old]
registry = 'build/us-east-1'
repositories = ['a*']
keep_last = 1";
    let run = Text::instant("2026-03-02T00:00:00Z", "1 day")
        .toml(stream)
        .run();
    assert_eq!(run.stored(VIRGINIA)[0], 2);
}

#[test]
fn retention_leaves_other_registries_alone() {
    // `web` is known in the other account only; `app` in both.
    let run = Text::instant("2026-03-02T00:00:00Z", "2 days")
        .toml("[retention.old]\nregistry = 'build/us-east-1'\nrepositories = ['*']\nkeep_last = 1")
        .put("0 s", VIRGINIA, "app", &["1"], "1 MB")
        .put("1 s", VIRGINIA, "app", &["2"], "1 MB")
        .put("0 s", "prod/us-east-1", "app", &["1"], "1 MB")
        .put("1 s", "prod/us-east-1", "app", &["2"], "1 MB")
        .put("0 s", "prod/us-east-1", "web", &["1"], "1 MB")
        .run();
    assert_eq!(
        (run.stored(VIRGINIA)[0], run.stored("prod/us-east-1")[0]),
        (1, 3)
    );
}
