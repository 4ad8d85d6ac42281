//! Pushes: which are accepted, which refused and why, and what tags do; one test per fact.

use super::scene::*;
use crate::ecr::mutability::TagMutability::{
    ImmutableWithExclusion, Mutable, MutableWithExclusion,
};
use crate::ecr::{Quotas, Refusal};

#[test]
fn b13_a_push_stores_its_image_in_its_own_registry_only() {
    let mut scene = Scene::new();
    scene.push(A, APP, image(1, 100), &["1"]);
    assert_eq!(
        (scene.images(A), scene.images(B), scene.images(C)),
        (1, 0, 0)
    );
    assert_eq!(scene.bytes(A), [100, 0, 0]);
}

#[test]
fn b16_a_new_tag_on_a_stored_digest_is_a_push_without_bytes() {
    let mut scene = Scene::new();
    let first = scene.push(A, APP, image(1, 100), &["1"]);
    let again = scene.push(A, APP, image(1, 100), &["2"]);
    assert!(first.is_new && !again.is_new);
    assert_eq!(again.image, first.image);
    assert_eq!(scene.bytes(A), [100, 0, 0]);
    assert_eq!(scene.tagged(A, APP, "1"), Some(first.image));
    assert_eq!(scene.tagged(A, APP, "2"), Some(first.image));
}

#[test]
fn b16_only_tags_that_do_not_stand_on_the_digest_count() {
    let mut scene = Scene::new();
    scene.push(A, APP, image(1, 100), &["1"]);
    let again = scene.push(A, APP, image(1, 100), &["1", "2"]);
    scene.arrive(&again, B);
    assert_eq!(
        scene.tagged(B, APP, "1"),
        None,
        "it stood on the digest already: it is not sent"
    );
    assert_eq!(scene.tagged(B, APP, "2"), Some(again.image));
}

#[test]
fn b16_a_tag_that_does_not_count_keeps_its_place_in_the_order_of_pushes() {
    // B and A push to each other. At A, `latest` stands on 1 since push 1; push 3 only adds `2` to it, so that push 2's
    // `latest` is newer and moves the tag when it arrives.
    let mut scene = Scene::new();
    let other = scene.at(B, APP);
    scene.world.create_repository(other, None).unwrap();
    scene.push(A, APP, image(1, 100), &["latest"]);
    let second = scene.push(B, APP, image(2, 100), &["latest"]);
    scene.push(A, APP, image(1, 100), &["latest", "2"]);
    assert_eq!(scene.arrive(&second, A).overtaken, 0);
    assert_eq!(scene.tagged(A, APP, "latest"), Some(second.image));
}

#[test]
fn b17_a_stored_digest_under_tags_that_it_bears_is_refused() {
    let mut scene = Scene::new();
    scene.push(A, APP, image(1, 100), &["1", "latest"]);
    for tags in [&["1", "latest"][..], &["latest"], &[]] {
        let refusal = scene.try_push(A, APP, image(1, 100), tags).unwrap_err();
        assert_eq!(refusal.exception(), "ImageAlreadyExistsException");
    }
    assert_eq!(scene.bytes(A), [100, 0, 0]);
}

#[test]
fn b17_in_another_repository_or_registry_it_is_a_push() {
    let mut scene = Scene::new();
    scene.push(A, APP, image(1, 100), &["1"]);
    assert!(scene.push(A, WEB, image(1, 100), &["1"]).is_new);
    let elsewhere = scene.at(B, APP);
    scene.world.create_repository(elsewhere, None).unwrap();
    assert!(scene.push(B, APP, image(1, 100), &["1"]).is_new);
}

#[test]
fn b65_a_push_moves_a_mutable_tag_and_leaves_the_older_image_untagged() {
    let mut scene = Scene::new();
    scene.push(A, APP, image(1, 100), &["latest"]);
    let newer = scene.push(A, APP, image(2, 70), &["latest"]);
    assert_eq!(scene.tagged(A, APP, "latest"), Some(newer.image));
    assert_eq!((scene.images(A), scene.untagged(A)), (2, 1));
    assert_eq!(scene.bytes(A), [170, 0, 0]);
}

#[test]
fn a_tag_stands_on_one_image_in_each_repository() {
    let mut scene = Scene::new();
    let older = scene.push(A, APP, image(1, 100), &["latest"]);
    scene.arrive(&older, B);
    let newer = scene.push(A, APP, image(2, 70), &["latest"]);
    let tag = scene.tag("latest");
    for (registry, stands, not) in [(A, &newer, &older), (B, &older, &newer)] {
        let app = scene.at(registry, APP);
        assert!(scene.world.stands_on(app, tag, stands.image));
        assert!(!scene.world.stands_on(app, tag, not.image));
    }
}

#[test]
fn a_repository_is_found_by_the_place_of_its_registry_too() {
    let mut scene = Scene::new();
    let name = scene.world.add_name(vec![B, C]);
    for (slot, registry) in [(0, B), (1, C)] {
        let holder = scene.world.holder_at(name, slot);
        assert_eq!(Some(holder), scene.world.holder(name, registry));
    }
    assert_eq!(scene.world.holder(name, A), None);
}

#[test]
fn b65_an_image_that_keeps_another_tag_is_not_untagged() {
    let mut scene = Scene::new();
    scene.push(A, APP, image(1, 100), &["1", "latest"]);
    scene.push(A, APP, image(2, 70), &["latest"]);
    assert_eq!(scene.untagged(A), 0);
}

#[test]
fn b66_exclusions_decide_tag_by_tag_which_pushes_are_refused() {
    let mut scene = Scene::new();
    let app = scene.at(A, APP);
    let mode = rule(ImmutableWithExclusion, &["latest*"]);
    scene.world.set_mutability(app, mode).unwrap();
    scene.push(A, APP, image(1, 100), &["v1", "latest"]);
    let refusal = scene.try_push(A, APP, image(2, 70), &["v1"]).unwrap_err();
    assert_eq!(refusal.exception(), "ImageTagAlreadyExistsException");
    scene.push(A, APP, image(3, 50), &["latest"]);
    scene
        .world
        .set_mutability(app, rule(MutableWithExclusion, &["latest*"]))
        .unwrap();
    scene
        .try_push(A, APP, image(4, 30), &["latest"])
        .unwrap_err();
    scene.push(A, APP, image(5, 10), &["v1"]);
    assert_eq!(
        scene.bytes(A),
        [160, 0, 0],
        "1, 3 and 5 are stored, the refused 2 and 4 are not"
    );
}

#[test]
fn a_refused_push_changes_no_tag() {
    let mut scene = Scene::new();
    let app = scene.at(A, APP);
    scene
        .world
        .set_mutability(app, rule(MutableWithExclusion, &["v*"]))
        .unwrap();
    let first = scene.push(A, APP, image(1, 100), &["latest", "v1"]);
    scene
        .try_push(A, APP, image(2, 70), &["latest", "v1"])
        .unwrap_err();
    assert_eq!(scene.tagged(A, APP, "latest"), Some(first.image));
    assert_eq!(scene.images(A), 1);
}

#[test]
fn mutability_concerns_images_pushed_afterwards() {
    let mut scene = Scene::new();
    let app = scene.at(A, APP);
    scene.push(A, APP, image(1, 100), &["latest"]);
    scene.push(A, APP, image(2, 100), &["latest"]);
    scene.world.set_mutability(app, immutable()).unwrap();
    assert_eq!(scene.untagged(A), 1, "nothing moves back");
    scene
        .try_push(A, APP, image(3, 100), &["latest"])
        .unwrap_err();
    scene.world.set_mutability(app, rule(Mutable, &[])).unwrap();
    scene.push(A, APP, image(3, 100), &["latest"]);
}

#[test]
fn an_immutable_tag_may_be_pushed_again_on_its_own_digest_beside_a_new_one() {
    let mut scene = Scene::new();
    let app = scene.at(A, APP);
    scene.world.set_mutability(app, immutable()).unwrap();
    scene.push(A, APP, image(1, 100), &["v1"]);
    assert!(!scene.push(A, APP, image(1, 100), &["v1", "v1.0"]).is_new);
}

#[test]
fn an_image_without_tags_is_stored_untagged() {
    let mut scene = Scene::new();
    scene.push(A, APP, image(1, 100), &[]);
    assert_eq!((scene.images(A), scene.untagged(A)), (1, 1));
    scene.push(A, APP, image(1, 100), &["1"]);
    assert_eq!((scene.images(A), scene.untagged(A)), (1, 0));
}

#[test]
fn a_push_needs_its_repository() {
    let mut scene = Scene::new();
    let refusal = scene.try_push(B, APP, image(1, 100), &["1"]).unwrap_err();
    assert_eq!(refusal.exception(), "RepositoryNotFoundException");
    let app = scene.at(A, APP);
    scene.world.delete_repository(app).unwrap();
    assert_eq!(
        scene.try_push(A, APP, image(1, 100), &["1"]).unwrap_err(),
        Refusal::RepositoryNotFound
    );
}

#[test]
fn quotas_refuse_the_first_that_is_too_many() {
    let quotas = Quotas {
        images_per_repository: 2,
        repositories_per_registry: 2,
        tags_per_image: 3,
    };
    let mut scene = Scene::with(&Setup {
        quotas,
        ..Setup::default()
    });
    scene.push(A, APP, image(1, 100), &["1", "2"]);
    let refusal = scene
        .try_push(A, APP, image(1, 100), &["3", "4"])
        .unwrap_err();
    assert_eq!(refusal.exception(), "LimitExceededException");
    scene.push(A, APP, image(1, 100), &["2", "3"]);
    scene.push(A, APP, image(2, 100), &["latest"]);
    assert_eq!(
        scene.try_push(A, APP, image(3, 100), &["4"]).unwrap_err(),
        Refusal::LimitExceeded
    );
    scene.push(A, APP, image(2, 100), &["4"]);
    scene.push(A, WEB, image(3, 100), &["4"]);
}

#[test]
fn repositories_are_created_once_and_up_to_the_quota() {
    let quotas = Quotas {
        repositories_per_registry: 1,
        ..Setup::default().quotas
    };
    let mut scene = Scene::with(&Setup {
        quotas,
        ..Setup::default()
    });
    let (app, web) = (scene.at(B, APP), scene.at(B, WEB));
    scene.world.create_repository(app, None).unwrap();
    let refusal = scene.world.create_repository(app, None).unwrap_err();
    assert_eq!(refusal.exception(), "RepositoryAlreadyExistsException");
    assert_eq!(
        scene.world.create_repository(web, None),
        Err(Refusal::LimitExceeded)
    );
    scene.world.delete_repository(app).unwrap();
    assert_eq!(scene.world.create_repository(web, None), Ok(()));
    assert_eq!(scene.world.holdings(B).repositories, 1);
}

#[test]
fn operations_on_a_missing_repository_are_refused() {
    let mut scene = Scene::new();
    let missing = scene.at(B, APP);
    assert_eq!(
        scene.world.set_mutability(missing, immutable()),
        Err(Refusal::RepositoryNotFound)
    );
    assert_eq!(
        scene.world.delete_repository(missing),
        Err(Refusal::RepositoryNotFound)
    );
    assert_eq!(
        scene.delete_tag(B, APP, "1"),
        Err(Refusal::RepositoryNotFound)
    );
    assert_eq!(
        scene.delete_digest(B, APP, 1),
        Err(Refusal::RepositoryNotFound)
    );
}
