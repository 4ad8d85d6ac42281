//! Indexes and referrers in the numbers: bases of platforms, pulls, deployments, what counts as a push.

use ecrsim::scenario::estimate;

use crate::support::Run;
use crate::support::text::Text;
use crate::{IRELAND, VIRGINIA};

/// Pushes of indexes of two images of 60 MB with a signature, in Ireland after 61.101024 s: a second of dispatch, 60 s of
/// images, the index's 1,024 bytes, the referrer's 100 kB.
fn pushing(images: u32, keys: &str) -> Text {
    Text::new().rule(VIRGINIA, &[IRELAND]).toml(&format!(
        "[pushes.ci]\nregistry = '{VIRGINIA}'\nrepositories = ['app']\nsize = '60 MB'\nplatforms = 2\nreferrers = 1\n\
         burst = {{ images = {images}, over = '40 min' }}\n{keys}"
    ))
}

fn longest_wait_s(run: &Run) -> Option<f64> {
    let wait = run.outcome.deployments[0].wait_max_s;
    wait.map(|wait| wait.0.as_secs_f64())
}

#[test]
fn a_push_is_everywhere_once_all_its_images_are() {
    let run = pushing(2, "").run();
    assert_eq!(run.metric("time_to_all", "", "count"), Some(2.0));
    let slowest = run.metric("time_to_all", "", "max").expect("two pushes");
    assert!((slowest - 61.101_024).abs() < 1e-3, "{slowest}");
    assert_eq!(run.metric("requested", "", "total"), Some(8.0));
    assert_eq!(run.metric("completed", "", "total"), Some(8.0));
    let pushed: u64 = run.outcome.timeline.iter().map(|row| row.pushed).sum();
    assert_eq!(pushed, 2, "a push of several images is one push");
}

#[test]
fn an_unfinished_push_counts_once() {
    // At 61.05 s the index is there and its referrer in flight.
    let text = pushing(1, "").lasting("61.05 s");
    let run = text.run();
    assert_eq!(run.metric("unfinished", "", "total"), Some(1.0));
    assert_eq!(run.metric("time_to_all", "", "count"), Some(0.0));
    let run = text.lasting("30 s").run();
    assert_eq!(run.metric("unfinished", "", "total"), Some(4.0));
}

#[test]
fn each_platform_has_a_base_of_its_own() {
    let run = pushing(2, "shared = 0.75").run();
    // Two bases of 45 MB; of each push two times 15 MB, 1,024 bytes and 100 kB.
    let bytes = 2 * 45_000_000 + 2 * (2 * 15_000_000 + 1_024 + 100_000);
    assert_eq!(run.stored(VIRGINIA), [8, bytes, 0, 0]);
    assert_eq!(run.stored(IRELAND), [8, 0, bytes, 0]);
    assert_eq!(run.metric("moved_bytes", "", "total"), Some(bytes as f64));
}

#[test]
fn a_deployment_waits_for_the_index_not_for_its_referrers() {
    // First pull at 61.001 s: the images are there, the index is not until 61.001024 s. The next pull is 10 s later.
    let deploying = |delay: &str| {
        pushing(1, "").toml(&format!(
            "[deployments.x]\nfollows = 'ci'\nregistry = '{IRELAND}'\ndelay = '{delay}'"
        ))
    };
    assert_eq!(longest_wait_s(&deploying("61.001 s").run()), Some(10.0));
    let run = deploying("61.001024 s").run();
    assert_eq!(run.outcome.deployments[0].missed, 0);
    let gate = run.outcome.deployments[0].gate_p90_s.expect("it was there");
    assert!((gate.0 - 61.001_024).abs() < 1e-3, "{gate:?}");
}

#[test]
fn an_index_without_one_of_its_images_is_not_there() {
    // The index arrives at 61 s by a link that its images pass at once; a delete of the repository takes all of them.
    let run = pushing(1, "")
        .toml(&format!(
            "[deployments.x]\nfollows = 'ci'\nregistry = '{IRELAND}'\ndelay = '2 min'\ngive_up = '10 min'"
        ))
        .event(
            "61.0005 s",
            "DeleteRepository",
            &format!("registry = '{IRELAND}'\nrepository = 'app'"),
        )
        .run();
    // The index, in flight, makes the repository anew, without its images (B60).
    assert_eq!(run.stored(IRELAND), [2, 0, 101_024, 0]);
    let row = &run.outcome.deployments[0];
    assert_eq!((row.deployments, row.missed, row.gave_up), (1, 1, 1));
}

#[test]
fn a_pull_moves_the_index_and_the_image_of_one_platform() {
    let run = pushing(1, "tags = ['latest']")
        .toml("[pulls.dublin]\naccount = 'prod'\nregion = 'eu-west-1'\nof = 'ci'\nrate = '60 per hour'")
        .run();
    let rows = &run.outcome.pulls;
    assert!(rows.iter().any(|row| row.from == IRELAND));
    for row in rows {
        assert_eq!(row.bytes, row.pulls * 60_001_024, "{}", row.from);
    }
    // A replica adds every image of the push.
    let row = &run.outcome.break_even[0];
    assert_eq!(row.mean_image_bytes.0, 60_001_024.0);
    assert_eq!(row.mean_replica_bytes.0, 120_101_024.0);
}

#[test]
fn the_estimate_counts_every_image() {
    let loaded = pushing(36, "shared = 0.5").load();
    let link = &estimate(&loaded).links[0];
    // 36 pushes in an hour; two bases of 30 MB once.
    assert!((link.replications_per_s - 0.04).abs() < 1e-12);
    let bytes_per_s = 0.01 * (2.0 * 30e6 + 101_024.0) + 2.0 * 30e6 / 3_600.0;
    assert!((link.bytes_per_s - bytes_per_s).abs() < 1e-3);
}

#[test]
fn an_archived_index_leaves_its_images_and_cannot_be_pulled() {
    // After a day the index is archived; its images, which it holds, are neither selected nor counted (B114).
    let text = |more: &str| {
        Text::instant("2026-03-02T00:00:00Z", "3 days").toml(&format!(
            "[pushes.ci]\nregistry = '{VIRGINIA}'\nrepositories = ['app']\nsize = '60 MB'\nplatforms = 2\n\
             burst = {{ images = 1 }}\n\
             [registries.'{VIRGINIA}'.repositories.app.lifecycle]\narchive_after = '1 day'\n{more}"
        ))
    };
    let fleet =
        "[pulls.f]\naccount = 'build'\nregion = 'us-east-1'\nof = 'ci'\nrate = '10 per hour'";
    let run = text(fleet).run();
    let mut days = run.outcome.storage.iter();
    let last = days.rfind(|row| row.registry == VIRGINIA);
    let last = last.expect("a row of the run's end");
    assert_eq!(
        (last.images, last.stored_bytes, last.archived_bytes),
        (3, 120_000_000, 1_024)
    );
    // About 240 pulls on the first day are served, about 480 of an archived index are not.
    let pulls = |served: bool| {
        let rows = run.outcome.pulls.iter();
        let rows = rows.filter(|row| row.from.is_empty() != served);
        rows.map(|row| row.pulls).sum::<u64>()
    };
    assert!((180..300).contains(&pulls(true)), "{}", pulls(true));
    assert!((390..570).contains(&pulls(false)), "{}", pulls(false));
}
