//! Service quotas in a run: when one is used up, and how full the fullest repository is.

use crate::support::text::Text;
use crate::{IRELAND, VIRGINIA};

/// So many images of 1 MB in `app` from before the start, for two days.
fn stored(count: u64) -> Text {
    Text::instant("2026-03-02T00:00:00Z", "2 days").toml(&format!(
        "[registries.'{VIRGINIA}'.repositories.app]\nimages = {{ count = {count}, size = '1 MB' }}"
    ))
}

#[test]
fn the_first_push_without_room_is_told() {
    let run = stored(99_999)
        .put("1 h", VIRGINIA, "app", &["a"], "1 MB")
        .put("2 h", VIRGINIA, "app", &["b"], "1 MB")
        .put("3 h", VIRGINIA, "app", &["c"], "1 MB")
        .run();
    assert_eq!(run.refused().len(), 2);
    assert_eq!(
        run.outcome.notes,
        [
            "the quota \"Images per repository\" (100000) was used up first on 2026-03-02T02:00:00.000Z: app in build/us-east-1"
        ]
    );
}

#[test]
fn so_is_a_replica_without_room_and_an_image_with_too_many_tags() {
    // Ireland is full; a digest gets 1,000 tags, then one more.
    let tags: Vec<String> = (0..1_000).map(|n| format!("t{n}")).collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    let full = Text::instant("2026-03-02T00:00:00Z", "2 days")
        .toml(&format!(
            "[registries.'{IRELAND}'.repositories.app]\nimages = {{ count = 100000, size = '1 MB' }}"
        ))
        .rule(VIRGINIA, &[IRELAND])
        .put_digest("1 h", VIRGINIA, "app", &tags, 7)
        .put_digest("2 h", VIRGINIA, "app", &["more"], 7);
    assert_eq!(
        full.run().outcome.notes,
        [
            "the quota \"Images per repository\" (100000) was used up first on 2026-03-02T01:00:00.000Z: app in build/eu-west-1",
            "the quota \"Tags per image\" (1000) was used up first on 2026-03-02T02:00:00.000Z: app in build/us-east-1",
        ]
    );
}

#[test]
fn the_fullest_repository_is_full_at_the_pace_of_the_second_half() {
    // A push an hour: 24 images on the second day. 100,000 - 50,048 are left: 2,081.3 days after 4 March 2026.
    let run = stored(50_000)
        .toml(
            "[pushes.ci]\nregistry = 'build/us-east-1'\nrepositories = ['app']\nsize = '1 MB'\nburst = { images = 48, over = '2 days' }\ntags = ['v{n}']",
        )
        .run();
    // After the note of the burst.
    assert_eq!(
        run.outcome.notes[1..],
        [
            "fullest at the run's end: app in build/us-east-1, 50048 of 100000 images (\"Images per repository\"); at the pace of its second half full on 2031-11-14"
        ]
    );
    let fullest = run.outcome.fullest.as_ref().expect("images are stored");
    assert_eq!((fullest.images, fullest.quota), (50_048, 100_000));
    let full_at = fullest.full_at.map(|at| at.to_string());
    assert_eq!(full_at.as_deref(), Some("2031-11-14T08:00:00.000Z"));
    let stands = stored(50_000).run();
    assert_eq!(
        stands.outcome.notes,
        [
            "fullest at the run's end: app in build/us-east-1, 50000 of 100000 images (\"Images per repository\"), and no more at the pace of its second half"
        ]
    );
}

#[test]
fn nothing_is_told_of_repositories_with_much_room() {
    let run = stored(9_999).run();
    assert_eq!(run.outcome.notes, [""; 0]);
    let fullest = run.outcome.fullest.expect("images are stored");
    assert_eq!((fullest.images, fullest.full_at), (9_999, None));
}
