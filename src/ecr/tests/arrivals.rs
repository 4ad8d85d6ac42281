//! Arrivals: what a completed replication does at its destination, one test per fact.

use super::scene::*;
use crate::ecr::Arrival;
use crate::ecr::mutability::TagMutability::{ImmutableWithExclusion, MutableWithExclusion};
use crate::ecr::mutability::TagRule;

/// Tags that move in order of arrival.
fn arrival_order() -> Setup {
    Setup {
        tags_move_forward: false,
        ..Setup::default()
    }
}

/// A scene where `B` has the repository under a rule.
fn scene_with_rule_at_b(rule: TagRule) -> Scene {
    let mut scene = Scene::new();
    let app = scene.at(B, APP);
    scene.world.create_repository(app, Some(rule)).unwrap();
    scene
}

#[test]
fn b14_an_arrival_is_no_push() {
    let mut scene = Scene::new();
    let sent = scene.push(A, APP, image(1, 100), &["1"]);
    assert_eq!(scene.arrive(&sent, B), Arrival::default());
    assert!(
        scene.stores(B, &sent) && !scene.stores(C, &sent),
        "nothing goes on from B"
    );
    assert_eq!(
        scene.bytes(B),
        [0, 100, 0],
        "what arrives is not pushed there"
    );
}

#[test]
fn b30_b60_a_missing_repository_is_created_under_the_same_name() {
    let mut scene = Scene::new();
    let sent = scene.push(A, APP, image(1, 100), &["1"]);
    scene.arrive(&sent, B);
    assert!(scene.world.exists(scene.at(B, APP)) && !scene.world.exists(scene.at(B, WEB)));
    assert_eq!(scene.world.holdings(B).repositories, 1);
}

#[test]
fn b61_a_created_repository_has_mutable_tags() {
    let mut scene = Scene::new();
    for number in 1..=2 {
        let sent = scene.push(A, APP, image(number, 100), &["latest"]);
        assert_eq!(scene.arrive(&sent, B).dropped, 0);
        assert_eq!(scene.tagged(B, APP, "latest"), Some(sent.image));
    }
}

#[test]
fn b61_a_repository_that_comes_back_has_lost_its_settings() {
    let mut scene = scene_with_rule_at_b(immutable());
    let first = scene.push(A, APP, image(1, 100), &["latest"]);
    let app = scene.at(B, APP);
    scene.world.delete_repository(app).unwrap();
    scene.arrive(&first, B);
    let second = scene.push(A, APP, image(2, 100), &["latest"]);
    assert_eq!(scene.arrive(&second, B).dropped, 0);
}

#[test]
fn b62_settings_of_the_source_stay_there() {
    let mut scene = Scene::new();
    let app = scene.at(A, APP);
    scene.world.set_mutability(app, immutable()).unwrap();
    let first = scene.push(A, APP, image(1, 100), &["latest"]);
    scene.delete_tag(A, APP, "latest").unwrap();
    let second = scene.push(A, APP, image(2, 100), &["latest"]);
    scene.arrive(&first, B);
    scene.arrive(&second, B);
    assert_eq!(
        scene.tagged(B, APP, "latest"),
        Some(second.image),
        "B's own repository is mutable"
    );
}

#[test]
fn b63_a_replica_has_the_digest_of_its_source() {
    let mut scene = Scene::new();
    let sent = scene.push(A, APP, image(7, 100), &["1"]);
    scene.arrive(&sent, B);
    assert_eq!(scene.delete_digest(B, APP, 7), Ok(()));
    assert!(!scene.stores(B, &sent) && scene.stores(A, &sent));
}

#[test]
fn b64_an_immutable_tag_stays_and_the_image_arrives_without_it() {
    let mut scene = scene_with_rule_at_b(immutable());
    let first = scene.push(A, APP, image(1, 100), &["latest"]);
    let second = scene.push(A, APP, image(2, 70), &["latest"]);
    scene.arrive(&first, B);
    let arrival = scene.arrive(&second, B);
    assert_eq!(
        arrival,
        Arrival {
            dropped: 1,
            overtaken: 0,
            is_untagged: true,
            added: None,
        }
    );
    assert_eq!(scene.tagged(B, APP, "latest"), Some(first.image));
    assert_eq!((scene.images(B), scene.untagged(B)), (2, 1));
    assert_eq!(scene.bytes(B), [0, 170, 0]);
}

#[test]
fn b64_an_image_that_keeps_one_of_its_tags_is_not_untagged() {
    let mut scene = scene_with_rule_at_b(immutable());
    let first = scene.push(A, APP, image(1, 100), &["latest"]);
    let second = scene.push(A, APP, image(2, 70), &["2", "latest"]);
    scene.arrive(&first, B);
    let arrival = scene.arrive(&second, B);
    assert_eq!(
        arrival,
        Arrival {
            dropped: 1,
            overtaken: 0,
            is_untagged: false,
            added: None,
        }
    );
    assert_eq!(scene.untagged(B), 0);
}

#[test]
fn b64_an_image_pushed_without_tags_does_not_count_as_an_untagged_arrival() {
    let mut scene = Scene::new();
    let sent = scene.push(A, APP, image(1, 100), &[]);
    assert!(!scene.arrive(&sent, B).is_untagged);
    assert_eq!(scene.untagged(B), 1);
}

#[test]
fn b65_a_mutable_tag_moves_and_the_older_image_stays() {
    let mut scene = Scene::new();
    let first = scene.push(A, APP, image(1, 100), &["latest"]);
    let second = scene.push(A, APP, image(2, 70), &["latest"]);
    scene.arrive(&first, B);
    assert!(!scene.arrive(&second, B).is_untagged);
    assert_eq!(scene.tagged(B, APP, "latest"), Some(second.image));
    assert!(scene.stores(B, &first));
    assert_eq!(scene.untagged(B), 1);
}

#[test]
fn b66_b67_u10_exclusions_decide_tag_by_tag_also_for_replicas() {
    // `latest` may move and `v1` not, then the reverse.
    for (mode, moved, kept) in [
        (ImmutableWithExclusion, "latest", "v1"),
        (MutableWithExclusion, "v1", "latest"),
    ] {
        let mut scene = scene_with_rule_at_b(rule(mode, &["latest*"]));
        let first = scene.push(A, APP, image(1, 100), &["latest", "v1"]);
        let second = scene.push(A, APP, image(2, 70), &["latest", "v1"]);
        scene.arrive(&first, B);
        assert_eq!(scene.arrive(&second, B).dropped, 1);
        assert_eq!(scene.tagged(B, APP, moved), Some(second.image));
        assert_eq!(scene.tagged(B, APP, kept), Some(first.image));
    }
}

#[test]
fn u10a_an_immutable_tag_that_stands_on_the_digest_already_is_no_conflict() {
    let mut scene = scene_with_rule_at_b(immutable());
    let sent = scene.push(A, APP, image(1, 100), &["v1"]);
    scene.arrive(&sent, B);
    assert_eq!(scene.arrive(&sent, B), Arrival::default());
    assert_eq!((scene.images(B), scene.untagged(B)), (1, 0));
}

#[test]
fn u24_a_mutable_tag_never_moves_back_in_push_order() {
    let mut scene = Scene::new();
    let first = scene.push(A, APP, image(1, 100), &["latest"]);
    let second = scene.push(A, APP, image(2, 70), &["latest"]);
    scene.arrive(&second, B);
    let arrival = scene.arrive(&first, B);
    assert_eq!(
        arrival,
        Arrival {
            dropped: 0,
            overtaken: 1,
            is_untagged: true,
            added: None,
        }
    );
    assert_eq!(scene.tagged(B, APP, "latest"), Some(second.image));
    assert_eq!(scene.untagged(B), 1, "the older image arrives bare");
}

#[test]
fn u24_in_arrival_order_the_last_to_arrive_wins() {
    let mut scene = Scene::with(&arrival_order());
    let first = scene.push(A, APP, image(1, 100), &["latest"]);
    let second = scene.push(A, APP, image(2, 70), &["latest"]);
    scene.arrive(&second, B);
    assert_eq!(scene.arrive(&first, B), Arrival::default());
    assert_eq!(scene.tagged(B, APP, "latest"), Some(first.image));
    assert_eq!(scene.untagged(B), 1);
}

#[test]
fn u24_a_tag_put_back_on_an_older_digest_is_a_later_push() {
    // latest: 1, then 2, then 1 again. They arrive in the order 1, 3, 2.
    let mut scene = Scene::new();
    let first = scene.push(A, APP, image(1, 100), &["latest"]);
    let second = scene.push(A, APP, image(2, 70), &["latest"]);
    let third = scene.push(A, APP, image(1, 100), &["latest"]);
    scene.arrive(&first, B);
    scene.arrive(&third, B);
    assert_eq!(scene.arrive(&second, B).overtaken, 1);
    assert_eq!(scene.tagged(B, APP, "latest"), Some(first.image));
}

#[test]
fn u24_the_same_digest_arriving_from_an_older_push_does_not_age_its_tag() {
    // latest: 1 (push 1), 2 (push 2), 1 (push 3). Arrivals 3, 1, 2: the tag stands since push 3, not 1.
    let mut scene = Scene::new();
    let first = scene.push(A, APP, image(1, 100), &["latest"]);
    let second = scene.push(A, APP, image(2, 70), &["latest"]);
    let third = scene.push(A, APP, image(1, 100), &["latest"]);
    scene.arrive(&third, B);
    scene.arrive(&first, B);
    assert_eq!(scene.arrive(&second, B).overtaken, 1);
    assert_eq!(scene.tagged(B, APP, "latest"), Some(first.image));
}

#[test]
fn u24_a_tag_that_was_deleted_is_free_for_any_arrival() {
    let mut scene = Scene::new();
    let first = scene.push(A, APP, image(1, 100), &["latest"]);
    let second = scene.push(A, APP, image(2, 70), &["latest"]);
    scene.arrive(&second, B);
    scene.delete_tag(B, APP, "latest").unwrap();
    assert_eq!(scene.arrive(&first, B).overtaken, 0);
    assert_eq!(scene.tagged(B, APP, "latest"), Some(first.image));
}

#[test]
fn a_digest_that_is_stored_has_nothing_to_move() {
    let mut scene = Scene::new();
    let first = scene.push(A, APP, image(1, 100), &["1"]);
    assert_eq!(scene.to_move(&first, B), 100);
    scene.arrive(&first, B);
    let again = scene.push(A, APP, image(1, 100), &["2"]);
    assert_eq!(scene.to_move(&again, B), 0);
    scene.arrive(&again, B);
    assert_eq!(scene.bytes(B), [0, 100, 0]);
    assert_eq!(scene.tagged(B, APP, "2"), Some(first.image));
}

#[test]
fn tags_of_an_images_own_need_no_bookkeeping() {
    let mut scene = scene_with_rule_at_b(immutable());
    let sent = scene.push_own(A, APP, 100, &[]);
    let arrival = scene.arrive(&sent, B);
    assert_eq!((arrival.dropped, arrival.overtaken), (0, 0));
    assert!(!arrival.is_untagged);
    assert_eq!((scene.untagged(A), scene.untagged(B)), (0, 0));
    assert!(
        scene
            .world
            .holders
            .iter()
            .all(|holder| holder.tags().next().is_none())
    );
}
