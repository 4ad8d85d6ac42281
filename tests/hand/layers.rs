//! Base layers that the images of a repository share, and layers mounted from another repository.

use crate::support::text::Text;
use crate::{IRELAND, VIRGINIA};

/// Three images of 100 MB a minute apart, 60 MB of each in the base.
const STREAM: &str = "[pushes.ci]
registry = 'build/us-east-1'
repositories = ['app']
burst = { images = 3, over = '3 min', every = '1 week', first = '0 s' }
size = '100 MB'
shared = 0.6";

#[test]
fn b130_a_shared_base_moves_once() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .toml(STREAM)
        .run_with(&["links.'* -> *'.per_copy='100 MB/s'"]);
    let moved: Vec<u64> = run
        .records
        .iter()
        .map(|record| record.moved_bytes)
        .collect();
    assert_eq!(moved, [100_000_000, 40_000_000, 40_000_000]);
    assert!(
        run.records
            .iter()
            .all(|record| record.image_bytes == 100_000_000)
    );
    assert_eq!(run.stored(VIRGINIA), [3, 180_000_000, 0, 0]);
    assert_eq!(run.stored(IRELAND), [3, 0, 180_000_000, 0]);
}

#[test]
fn b130_copies_under_way_at_once_each_move_the_base() {
    // 100 MB take 100 s at 1 MB/s: the second image starts at 61 s, before the first has arrived at 101 s.
    let run = Text::new().rule(VIRGINIA, &[IRELAND]).toml(STREAM).run();
    let moved: Vec<u64> = run
        .records
        .iter()
        .map(|record| record.moved_bytes)
        .collect();
    assert_eq!(
        moved.iter().sum::<u64>(),
        240_000_000,
        "{moved:?}: the third starts at 121 s"
    );
    assert_eq!(
        run.stored(IRELAND),
        [3, 0, 180_000_000, 0],
        "but it is stored once"
    );
}

#[test]
fn a_new_base_is_moved_and_stored_beside_the_old_one() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .toml(STREAM)
        .toml("base_refresh = '90 s'")
        .run_with(&["links.'* -> *'.per_copy='100 MB/s'"]);
    let moved: Vec<u64> = run
        .records
        .iter()
        .map(|record| record.moved_bytes)
        .collect();
    assert_eq!(
        moved,
        [100_000_000, 40_000_000, 100_000_000],
        "pushes at 0 s, 60 s and 120 s; a new base at 90 s"
    );
    assert_eq!(run.stored(IRELAND), [3, 0, 240_000_000, 0]);
}

#[test]
fn b131_b133_one_digest_in_two_repositories_is_mounted_if_both_ends_do() {
    for (source, destination, moved, stored) in [
        (true, true, 0, 10_000_000),
        (true, false, 10_000_000, 20_000_000),
        (false, true, 10_000_000, 20_000_000),
    ] {
        let run = Text::new()
            .rule(VIRGINIA, &[IRELAND])
            .toml(&format!(
                "[registries.'{IRELAND}']\nblob_mounting = {destination}"
            ))
            .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
            .put_digest("60 s", VIRGINIA, "web", &["1"], 7)
            .run_with(&[&format!("registries.'{VIRGINIA}'.blob_mounting={source}")]);
        assert_eq!(run.records[1].moved_bytes, moved);
        assert_eq!(run.stored(IRELAND), [2, 0, stored, 0]);
    }
}

#[test]
fn b132_mounting_is_switched_by_an_account_setting() {
    let switch = |on: bool| format!("registry = '{IRELAND}'\nblob_mounting = {on}");
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .toml(&format!("[registries.'{VIRGINIA}']\nblob_mounting = true"))
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .event("30 s", "PutAccountSetting", &switch(true))
        .put_digest("60 s", VIRGINIA, "web", &["1"], 7)
        .event("90 s", "PutAccountSetting", &switch(false))
        .put_digest("120 s", VIRGINIA, "api", &["1"], 7)
        .run();
    let moved: Vec<u64> = run
        .records
        .iter()
        .map(|record| record.moved_bytes)
        .collect();
    assert_eq!(moved, [10_000_000, 0, 10_000_000]);
    assert_eq!(
        run.stored(IRELAND),
        [3, 0, 20_000_000, 0],
        "what was mounted stays mounted"
    );
}

#[test]
fn u15_mounted_layers_may_be_billed_in_each_repository() {
    let text = Text::new()
        .toml(&format!("[registries.'{VIRGINIA}']\nblob_mounting = true"))
        .put_digest("0 s", VIRGINIA, "app", &["1"], 7)
        .put_digest("60 s", VIRGINIA, "web", &["1"], 7);
    assert_eq!(text.run().stored(VIRGINIA), [2, 10_000_000, 0, 0]);
    let each = text.run_with(&["assumptions.mounted_layers_billed_once=false"]);
    assert_eq!(each.stored(VIRGINIA), [2, 20_000_000, 0, 0]);
}
