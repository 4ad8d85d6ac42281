//! Layers and bytes: what is stored once, what is mounted, and what each registry is billed for.

use super::scene::*;
use crate::ecr::{Added, Class, Content, Holdings, LayerId, Quotas};

/// Returns an image on a base layer.
fn on(base: LayerId, number: u32, own_bytes: u64) -> Content {
    Content {
        base: Some(base),
        ..image(number, own_bytes)
    }
}

fn mounting_everywhere(scene: &mut Scene) {
    for registry in [A, B, C] {
        scene.world.set_blob_mounting(registry, true);
    }
}

#[test]
fn b130_a_layer_is_moved_and_stored_once_per_repository() {
    let mut scene = Scene::new();
    let base = scene.layer(1_000);
    let first = scene.push(A, APP, on(base, 1, 100), &["1"]);
    let second = scene.push(A, APP, on(base, 2, 70), &["2"]);
    assert_eq!(scene.bytes(A), [1_170, 0, 0]);
    assert_eq!(
        (scene.to_move(&first, B), scene.to_move(&second, B)),
        (1_100, 1_070),
        "held from COMPLETE on"
    );
    scene.arrive(&first, B);
    assert_eq!(scene.to_move(&second, B), 70);
    scene.arrive(&second, B);
    assert_eq!(scene.bytes(B), [0, 1_170, 0]);
    assert_eq!(scene.world.image_bytes(second.image), 1_070);
}

#[test]
fn b130_a_layer_goes_with_the_last_image_that_has_it() {
    let mut scene = Scene::new();
    let base = scene.layer(1_000);
    scene.push(A, APP, on(base, 1, 100), &["1"]);
    scene.push(A, APP, on(base, 2, 70), &["2"]);
    scene.delete_digest(A, APP, 1).unwrap();
    assert_eq!(scene.bytes(A), [1_070, 0, 0]);
    scene.delete_digest(A, APP, 2).unwrap();
    assert_eq!(scene.bytes(A), [0, 0, 0]);
}

#[test]
fn b131_without_mounting_each_repository_holds_its_own() {
    let mut scene = Scene::new();
    let base = scene.layer(1_000);
    let app = scene.push(A, APP, on(base, 1, 100), &["1"]);
    let web = scene.push(A, WEB, on(base, 2, 70), &["1"]);
    assert_eq!(scene.bytes(A), [2_170, 0, 0]);
    scene.arrive(&app, B);
    assert_eq!(scene.to_move(&web, B), 1_070);
    scene.arrive(&web, B);
    assert_eq!(scene.bytes(B), [0, 2_170, 0]);
}

#[test]
fn b132_layers_mounted_earlier_stay_mounted() {
    let mut scene = Scene::new();
    mounting_everywhere(&mut scene);
    let base = scene.layer(1_000);
    scene.push(A, APP, on(base, 1, 100), &["1"]);
    scene.push(A, WEB, on(base, 2, 70), &["1"]);
    assert_eq!(scene.bytes(A), [1_170, 0, 0]);
    scene.world.set_blob_mounting(A, false);
    assert_eq!(scene.bytes(A), [1_170, 0, 0]);
    // WEB's images go on sharing what WEB has; the copy outlives the repository that first stored it.
    scene.push(A, WEB, on(base, 3, 50), &["2"]);
    scene.delete_digest(A, APP, 1).unwrap();
    assert_eq!(scene.bytes(A), [1_120, 0, 0]);
    // APP has lost the layer, and stores one of its own now.
    scene.push(A, APP, on(base, 4, 30), &["1"]);
    assert_eq!(scene.bytes(A), [2_150, 0, 0]);
}

#[test]
fn b133_replication_mounts_only_if_both_ends_do() {
    for (at_source, at_destination, to_move, stored) in [
        (true, true, 70, 1_170),
        (true, false, 1_070, 2_170),
        (false, true, 1_070, 2_170),
        (false, false, 1_070, 2_170),
    ] {
        let mut scene = Scene::new();
        let base = scene.layer(1_000);
        let app = scene.push(A, APP, on(base, 1, 100), &["1"]);
        let web = scene.push(A, WEB, on(base, 2, 70), &["1"]);
        scene.world.set_blob_mounting(A, at_source);
        scene.world.set_blob_mounting(B, at_destination);
        scene.arrive(&app, B);
        assert_eq!(scene.to_move(&web, B), to_move);
        scene.arrive(&web, B);
        assert_eq!(scene.bytes(B), [0, stored, 0]);
    }
}

#[test]
fn u15_mounted_layers_are_billed_once_or_in_each_repository() {
    for (billed_once, stored) in [(true, 1_170), (false, 2_170)] {
        let mut scene = Scene::with(&Setup {
            billed_once,
            ..Setup::default()
        });
        mounting_everywhere(&mut scene);
        let base = scene.layer(1_000);
        scene.push(A, APP, on(base, 1, 100), &["1"]);
        scene.push(A, WEB, on(base, 2, 70), &["1"]);
        assert_eq!(scene.bytes(A), [stored, 0, 0]);
    }
}

#[test]
fn a_layer_counts_as_the_first_class_among_images_that_have_it() {
    let mut scene = Scene::new();
    let base = scene.layer(1_000);
    for number in 1..=2 {
        let sent = scene.push(A, APP, on(base, number, 100), &[]);
        scene.arrive(&sent, B);
    }
    assert_eq!(scene.bytes(B), [0, 1_200, 0]);
    scene.delete_digest(A, APP, 1).unwrap();
    // Deleting the orphan would free its own bytes only: the base is still a live replica's.
    assert_eq!(scene.bytes(B), [0, 1_100, 100]);
    scene.delete_digest(A, APP, 2).unwrap();
    assert_eq!(scene.bytes(B), [0, 0, 1_200]);
    scene.push(B, APP, on(base, 3, 100), &["3"]);
    assert_eq!(scene.bytes(B), [1_100, 0, 200]);
}

#[test]
fn one_digest_under_two_names_shares_its_content_only_by_mounting() {
    for (mounting, stored) in [(true, 500), (false, 1_000)] {
        let mut scene = Scene::new();
        scene.world.set_blob_mounting(A, mounting);
        let common = scene.layer(500);
        let content = Content {
            common: Some(common),
            ..image(1, 0)
        };
        scene.push(A, APP, content, &["1"]);
        scene.push(A, WEB, content, &["1"]);
        assert_eq!(scene.bytes(A), [stored, 0, 0]);
        assert_eq!(scene.images(A), 2);
    }
}

#[test]
fn of_a_digest_that_is_known_the_first_content_counts() {
    let mut scene = Scene::new();
    scene.push(A, APP, image(1, 100), &["1"]);
    scene.push(A, APP, image(1, 999), &["2"]);
    assert_eq!(scene.bytes(A), [100, 0, 0]);
    scene.delete_digest(A, APP, 1).unwrap();
    scene.push(A, APP, image(1, 999), &["1"]);
    assert_eq!(
        scene.bytes(A),
        [999, 0, 0],
        "once it is gone everywhere it is new"
    );
}

#[test]
fn u19_a_full_destination_is_known_before_the_copy_starts() {
    let quotas = Quotas {
        images_per_repository: 1,
        repositories_per_registry: 1,
        tags_per_image: 10,
    };
    let mut scene = Scene::with(&Setup {
        quotas,
        ..Setup::default()
    });
    let app = scene.push(A, APP, image(1, 100), &["1"]);
    let (at_app, at_web) = (scene.at(B, APP), scene.at(B, WEB));
    assert!(!scene.world.is_full(at_app) && !scene.world.is_full(at_web));
    scene.arrive(&app, B);
    assert!(
        scene.world.is_full(at_app),
        "one image is all that it may hold"
    );
    assert!(scene.world.is_full(at_web), "and it is the one repository");
    scene.delete_digest(B, APP, 1).unwrap();
    assert!(
        !scene.world.is_full(at_app),
        "the repository stays when its images go"
    );
    assert!(scene.world.is_full(at_web));
    scene.world.delete_repository(at_app).unwrap();
    assert!(!scene.world.is_full(at_web));
}

#[test]
fn an_image_that_is_all_that_changed_is_told_as_such() {
    let mut scene = Scene::new();
    let added = |registry, class, bytes| {
        Some(Added {
            registry,
            class,
            bytes,
        })
    };
    scene.world.take_changed(|_, _| ());
    scene.world.news_are_told();
    let sent = scene.push_own(A, APP, 100, &[]);
    assert_eq!(sent.added, added(A, Class::Source, 100));
    let arrival = scene.arrive(&sent, B);
    assert_eq!(arrival.added, added(B, Class::Replica, 100));
    assert!(!scene.world.has_news() && !scene.world.has_changed());
    // A tag that comes with it, and may stand elsewhere, is a change of its own.
    let tagged = scene.push_own(A, APP, 1, &["latest"]);
    assert_eq!(tagged.added, added(A, Class::Source, 1));
    assert!(scene.world.has_changed());
    // Where more has changed already, that tells of it too.
    let next = scene.push_own(A, APP, 2, &[]);
    assert_eq!(next.added, None);
    let mut told = Vec::new();
    let mut tell = |registry, holdings: &Holdings| told.push((registry, holdings.bytes[0]));
    scene.world.take_changed(&mut tell);
    assert_eq!(told, [(A, 103)]);
    scene.world.news_are_told();
    // An orphan is no such simple change.
    let third = scene.push_own(A, APP, 50, &[]);
    scene.world.hold(third.image);
    let holder = scene.at(A, APP);
    scene.world.delete_all_but_newest(holder, 0);
    scene.world.take_changed(|_, _| ());
    assert_eq!(scene.arrive(&third, B).added, None);
    assert!(scene.world.has_news() && scene.world.has_changed());
}

#[test]
fn registries_that_changed_are_told_once() {
    let mut scene = Scene::new();
    let sent = scene.push(A, APP, image(1, 100), &["1"]);
    scene.arrive(&sent, B);
    scene.delete_digest(A, APP, 1).unwrap();
    let mut told = Vec::new();
    scene
        .world
        .take_changed(|registry, holdings| told.push((registry, holdings.bytes)));
    told.sort();
    assert_eq!(told, [(A, [0, 0, 0, 0]), (B, [0, 0, 100, 0])]);
    scene
        .world
        .take_changed(|_, _| panic!("nothing changed since"));
}
