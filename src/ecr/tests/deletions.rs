//! Deletions: what they take, what they leave elsewhere, and what becomes an orphan; one test per fact.

use super::scene::*;
use crate::ecr::Refusal;

/// Pushes an image at `A` that is replicated to `B` and `C`.
fn replicated(scene: &mut Scene, number: u32, own_bytes: u64, tags: &[&str]) -> Sent {
    let sent = scene.push(A, APP, image(number, own_bytes), tags);
    scene.arrive(&sent, B);
    scene.arrive(&sent, C);
    sent
}

#[test]
fn b110_deleting_at_the_source_leaves_replicas_and_their_tags() {
    let mut scene = Scene::new();
    let sent = replicated(&mut scene, 1, 100, &["1"]);
    scene.delete_digest(A, APP, 1).unwrap();
    assert!(!scene.stores(A, &sent) && scene.stores(B, &sent) && scene.stores(C, &sent));
    assert_eq!(scene.tagged(B, APP, "1"), Some(sent.image));
}

#[test]
fn b110_deleting_the_source_repository_leaves_replicas() {
    let mut scene = Scene::new();
    let sent = replicated(&mut scene, 1, 100, &["1"]);
    let app = scene.at(A, APP);
    scene.world.delete_repository(app).unwrap();
    assert!(scene.stores(B, &sent) && scene.world.exists(scene.at(B, APP)));
    assert_eq!(scene.bytes(B), [0, 0, 100]);
}

#[test]
fn b113_deleting_a_tag_leaves_the_image_under_its_others() {
    let mut scene = Scene::new();
    let sent = scene.push(A, APP, image(1, 100), &["1", "latest"]);
    scene.delete_tag(A, APP, "latest").unwrap();
    assert!(scene.stores(A, &sent));
    assert_eq!(scene.untagged(A), 0);
}

#[test]
fn b113_with_its_last_tag_the_image_goes() {
    let mut scene = Scene::new();
    let sent = scene.push(A, APP, image(1, 100), &["1", "latest"]);
    scene.delete_tag(A, APP, "latest").unwrap();
    scene.delete_tag(A, APP, "1").unwrap();
    assert!(!scene.stores(A, &sent));
    assert_eq!((scene.images(A), scene.untagged(A)), (0, 0));
}

#[test]
fn b113_an_image_with_tags_of_its_own_outlives_a_common_one() {
    let mut scene = Scene::new();
    let sent = scene.push_own(A, APP, 100, &["latest"]);
    scene.delete_tag(A, APP, "latest").unwrap();
    assert!(scene.stores(A, &sent));
}

#[test]
fn b113_deleting_a_digest_takes_all_its_tags() {
    let mut scene = Scene::new();
    scene.push(A, APP, image(1, 100), &["1", "latest"]);
    let other = scene.push(A, APP, image(2, 70), &["2"]);
    scene.delete_digest(A, APP, 1).unwrap();
    assert_eq!(scene.tagged(A, APP, "1"), None);
    assert_eq!(scene.tagged(A, APP, "latest"), None);
    assert_eq!(scene.tagged(A, APP, "2"), Some(other.image));
    assert_eq!(scene.bytes(A), [70, 0, 0]);
}

#[test]
fn b113_what_is_not_there_is_a_failure_by_its_code() {
    let mut scene = Scene::new();
    let sent = scene.push(A, APP, image(1, 100), &["1"]);
    scene.arrive(&sent, B);
    scene.delete_digest(A, APP, 1).unwrap();
    for failure in [
        scene.delete_digest(A, APP, 1),
        scene.delete_tag(A, APP, "1"),
        scene.delete_tag(A, APP, "never"),
    ] {
        assert_eq!(failure, Err(Refusal::ImageNotFound));
    }
    assert_eq!(Refusal::ImageNotFound.exception(), "ImageNotFound");
}

#[test]
fn a_replica_is_an_orphan_once_its_digest_is_gone_at_its_source() {
    let mut scene = Scene::new();
    replicated(&mut scene, 1, 100, &["1"]);
    assert_eq!(scene.bytes(B), [0, 100, 0]);
    scene.delete_tag(A, APP, "1").unwrap();
    assert_eq!(
        (scene.bytes(A), scene.bytes(B), scene.bytes(C)),
        ([0, 0, 0], [0, 0, 100], [0, 0, 100])
    );
}

#[test]
fn a_copy_that_arrives_after_its_source_image_is_gone_is_an_orphan_at_once() {
    let mut scene = Scene::new();
    let sent = scene.push(A, APP, image(1, 100), &["1"]);
    scene.world.hold(sent.image);
    scene.delete_digest(A, APP, 1).unwrap();
    scene.arrive(&sent, B);
    assert_eq!(scene.bytes(B), [0, 0, 100]);
    scene.world.let_go(sent.image);
    assert_eq!(scene.bytes(B), [0, 0, 100]);
}

#[test]
fn an_orphan_is_one_until_its_digest_is_pushed_at_the_source_again() {
    let mut scene = Scene::new();
    let first = replicated(&mut scene, 1, 100, &["1"]);
    scene.delete_digest(A, APP, 1).unwrap();
    let again = scene.push(A, APP, image(1, 100), &["2"]);
    assert_eq!(again.image, first.image);
    assert!(again.is_new);
    assert_eq!(
        (scene.bytes(A), scene.bytes(B), scene.bytes(C)),
        ([100, 0, 0], [0, 100, 0], [0, 100, 0])
    );
    scene.delete_digest(A, APP, 1).unwrap();
    assert_eq!((scene.bytes(B), scene.bytes(C)), ([0, 0, 100], [0, 0, 100]));
}

#[test]
fn an_orphan_is_one_until_it_is_deleted_where_it_lies() {
    let mut scene = Scene::new();
    replicated(&mut scene, 1, 100, &["1"]);
    scene.delete_digest(A, APP, 1).unwrap();
    scene.delete_tag(B, APP, "1").unwrap();
    assert_eq!((scene.bytes(B), scene.bytes(C)), ([0, 0, 0], [0, 0, 100]));
}

#[test]
fn an_orphan_that_is_pushed_where_it_lies_is_a_source_and_rescues_no_other() {
    let mut scene = Scene::new();
    replicated(&mut scene, 1, 100, &["1"]);
    scene.delete_digest(A, APP, 1).unwrap();
    assert!(!scene.push(B, APP, image(1, 100), &["2"]).is_new);
    assert_eq!(
        (scene.bytes(B), scene.bytes(C)),
        ([100, 0, 0], [0, 0, 100]),
        "C's came from A"
    );
}

#[test]
fn a_replica_from_two_sources_is_an_orphan_once_both_are_gone() {
    let mut scene = Scene::new();
    let app = scene.at(B, APP);
    scene.world.create_repository(app, None).unwrap();
    let from_a = scene.push(A, APP, image(1, 100), &["1"]);
    let from_b = scene.push(B, APP, image(1, 100), &["1"]);
    scene.arrive(&from_a, C);
    scene.arrive(&from_b, C);
    scene.delete_digest(A, APP, 1).unwrap();
    assert_eq!(scene.bytes(C), [0, 100, 0]);
    scene.delete_digest(B, APP, 1).unwrap();
    assert_eq!(scene.bytes(C), [0, 0, 100]);
    scene.push(B, APP, image(1, 100), &["2"]);
    assert_eq!(scene.bytes(C), [0, 100, 0]);
}

#[test]
fn an_orphan_that_arrives_again_from_a_source_that_has_it_is_none() {
    let mut scene = Scene::new();
    replicated(&mut scene, 1, 100, &["1"]);
    scene.delete_digest(A, APP, 1).unwrap();
    let from_b = scene.push(B, APP, image(1, 100), &["2"]);
    scene.arrive(&from_b, C);
    assert_eq!(scene.bytes(C), [0, 100, 0]);
}

#[test]
fn an_arrival_at_the_source_is_no_push_there_and_rescues_no_orphan() {
    // A's image went to C and is deleted at A. B pushes the same digest, which then arrives at A.
    let mut scene = Scene::new();
    let app = scene.at(B, APP);
    scene.world.create_repository(app, None).unwrap();
    let from_a = scene.push(A, APP, image(1, 100), &["1"]);
    scene.arrive(&from_a, C);
    scene.delete_digest(A, APP, 1).unwrap();
    let from_b = scene.push(B, APP, image(1, 100), &["1"]);
    scene.arrive(&from_b, A);
    assert_eq!(
        (scene.bytes(A), scene.bytes(B), scene.bytes(C)),
        ([0, 100, 0], [100, 0, 0], [0, 0, 100])
    );
}

#[test]
fn retention_keeps_the_newest_pushes() {
    let mut scene = Scene::new();
    let sent: Vec<Sent> = (1..=5)
        .map(|number| scene.push_own(A, APP, number, &[]))
        .collect();
    let app = scene.at(A, APP);
    assert_eq!(scene.world.delete_all_but_newest(app, 2), 3);
    assert_eq!(
        sent.iter()
            .map(|sent| scene.stores(A, sent))
            .collect::<Vec<_>>(),
        [false, false, false, true, true]
    );
    assert_eq!(scene.bytes(A), [4 + 5, 0, 0]);
    assert_eq!(scene.world.delete_all_but_newest(app, 2), 0);
}

#[test]
fn retention_at_one_registry_orphans_at_the_others() {
    let mut scene = Scene::new();
    for number in 1..=3 {
        replicated(&mut scene, number, 100, &[]);
    }
    let app = scene.at(A, APP);
    scene.world.delete_all_but_newest(app, 1);
    assert_eq!((scene.images(A), scene.images(B)), (1, 3));
    assert_eq!(scene.bytes(B), [0, 100, 200]);
}

#[test]
fn retention_counts_a_push_again_from_its_new_time() {
    // 1 is pushed, deleted, pushed again after 2: then 2 is older.
    let mut scene = Scene::new();
    let first = replicated(&mut scene, 1, 100, &["1"]);
    scene.delete_digest(A, APP, 1).unwrap();
    let second = scene.push(A, APP, image(2, 70), &["2"]);
    scene.push(A, APP, image(1, 100), &["1"]);
    let app = scene.at(A, APP);
    scene.world.delete_all_but_newest(app, 1);
    assert!(scene.stores(A, &first) && !scene.stores(A, &second));
}

#[test]
fn retention_is_not_concerned_by_a_push_of_the_digest_elsewhere() {
    // 1 and 2 are pushed at A; then 1 at B, too. At A it is still the older.
    let mut scene = Scene::new();
    let app = scene.at(B, APP);
    scene.world.create_repository(app, None).unwrap();
    let first = scene.push(A, APP, image(1, 100), &["1"]);
    let second = scene.push(A, APP, image(2, 70), &["2"]);
    scene.push(B, APP, image(1, 100), &["1"]);
    let app = scene.at(A, APP);
    scene.world.delete_all_but_newest(app, 1);
    assert!(!scene.stores(A, &first) && scene.stores(A, &second));
}

#[test]
fn retention_does_not_count_a_new_tag_as_a_push_of_its_image() {
    let mut scene = Scene::new();
    let first = scene.push(A, APP, image(1, 100), &["1"]);
    let second = scene.push(A, APP, image(2, 70), &["2"]);
    scene.push(A, APP, image(1, 100), &["1.1"]);
    let app = scene.at(A, APP);
    scene.world.delete_all_but_newest(app, 1);
    assert!(
        !scene.stores(A, &first) && scene.stores(A, &second),
        "B142: a tag added later does not renew it"
    );
}

#[test]
fn retention_goes_by_the_push_at_its_own_registry_however_often_the_list_is_compacted() {
    // At A: 1 (pushed anew), then 2 and others. At B, 1 is pushed anew after 2, too: that is none of A's business.
    let mut scene = Scene::new();
    let app = scene.at(B, APP);
    scene.world.create_repository(app, None).unwrap();
    scene.push(A, APP, image(1, 100), &[]);
    scene.push(B, APP, image(1, 100), &[]);
    scene.delete_digest(A, APP, 1).unwrap();
    let first = scene.push(A, APP, image(1, 100), &[]);
    let second = scene.push(A, APP, image(2, 70), &[]);
    scene.delete_digest(B, APP, 1).unwrap();
    scene.push(B, APP, image(1, 100), &[]);
    for number in 3..8 {
        scene.push(A, APP, image(number, 10), &[]);
    }
    let app = scene.at(A, APP);
    assert_eq!(scene.world.delete_all_but_newest(app, 6), 1);
    assert!(!scene.stores(A, &first) && scene.stores(A, &second));
}

#[test]
fn retention_passes_over_an_orphan_once_only() {
    let mut scene = Scene::new();
    let app = scene.at(A, APP);
    for _ in 0..10 {
        let sent = scene.push_own(A, APP, 1, &[]);
        scene.arrive(&sent, B);
        scene.world.delete_all_but_newest(app, 1);
    }
    // Nine orphans stand in the list, at places 0 to 8, and are not looked at again. (It was compacted at 4 and 8 entries.)
    assert_eq!((scene.images(A), scene.images(B)), (1, 10));
    assert_eq!(scene.world.holders[app.index()].cleared, 9);
}

#[test]
fn memory_follows_what_lives() {
    let mut scene = Scene::new();
    let app = scene.at(A, APP);
    for _ in 0..10_000 {
        scene.push_own(A, APP, 1, &[]);
        scene.world.delete_all_but_newest(app, 30);
    }
    assert_eq!(scene.world.images.count(), 30);
    // Compacted with at most 31 living ones in it, the list may then grow to twice that.
    assert!(scene.world.repositories[0].images.len() <= 62);
}
