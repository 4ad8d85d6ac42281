//! Images of which nobody can ask any more: they leave no record, and registries hold them all the same.

use super::scene::*;
use crate::ecr::{Content, Digest, RegistryId, Slots};

/// Returns a scene where something may ask for the images of `APP` only in these registries.
fn asked_in(registries: &[RegistryId]) -> Scene {
    let mut scene = Scene::new();
    let mut asked = Slots::NONE;
    for &registry in registries {
        asked.add(registry.0 as u8);
    }
    scene.world.set_asked(APP, asked);
    scene
}

/// Pushes a new image to `APP` at `A`, lets it arrive in these registries, and forgets the push.
fn send(scene: &mut Scene, own_bytes: u64, registries: &[RegistryId]) -> Sent {
    let sent = scene.push_own(A, APP, own_bytes, &[]);
    settle(scene, sent, registries)
}

fn settle(scene: &mut Scene, sent: Sent, registries: &[RegistryId]) -> Sent {
    scene.world.hold(sent.image);
    for &registry in registries {
        scene.arrive(&sent, registry);
    }
    scene.world.let_go(sent.image);
    sent
}

#[test]
fn what_nobody_can_ask_for_leaves_no_record_and_stays_stored() {
    let mut scene = asked_in(&[]);
    let first = send(&mut scene, 100, &[B]);
    assert_eq!(scene.world.records(), 0);
    assert_eq!((scene.bytes(A), scene.bytes(B)), ([100, 0, 0], [0, 100, 0]));
    let second = send(&mut scene, 70, &[B]);
    assert_eq!(second.image, first.image, "its record serves the next one");
    assert_eq!((scene.bytes(A), scene.bytes(B)), ([170, 0, 0], [0, 170, 0]));
    assert_eq!((scene.images(A), scene.images(B)), (2, 2));
}

#[test]
fn images_that_arrived_elsewhere_than_those_before_are_counted_where_they_are() {
    let mut scene = asked_in(&[]);
    for (own_bytes, registries) in [(1, &[B, C][..]), (20, &[C]), (300, &[]), (4_000, &[B, C])] {
        send(&mut scene, own_bytes, registries);
    }
    assert_eq!(scene.world.records(), 0);
    let bytes = [A, B, C].map(|registry| scene.bytes(registry));
    assert_eq!(bytes, [[4_321, 0, 0], [0, 4_001, 0], [0, 4_021, 0]]);
}

#[test]
fn it_stays_while_a_push_may_read_it() {
    let mut scene = asked_in(&[]);
    let sent = scene.push_own(A, APP, 100, &[]);
    scene.world.hold(sent.image);
    scene.world.hold(sent.image);
    scene.world.let_go(sent.image);
    assert_eq!(scene.world.records(), 1);
    scene.arrive(&sent, B);
    assert_eq!(scene.bytes(B), [0, 100, 0]);
    scene.world.let_go(sent.image);
    assert_eq!(scene.world.records(), 0);
}

#[test]
fn where_something_may_ask_it_stays_until_it_is_gone_there() {
    let mut scene = asked_in(&[A]);
    for own_bytes in [1, 20, 300] {
        send(&mut scene, own_bytes, &[B]);
    }
    assert_eq!(scene.world.records(), 3);
    let source = scene.at(A, APP);
    assert_eq!(scene.world.delete_all_but_newest(source, 1), 2);
    assert_eq!(scene.world.records(), 1);
    assert_eq!(
        (scene.bytes(A), scene.bytes(B)),
        ([300, 0, 0], [0, 300, 21]),
        "orphans stay, and nobody asks for them"
    );
    // It never came to the registry where something may ask.
    let mut scene = asked_in(&[B]);
    send(&mut scene, 5, &[C]);
    assert_eq!((scene.world.records(), scene.bytes(C)), (0, [0, 5, 0]));
}

#[test]
fn a_common_tag_a_given_digest_or_no_tag_at_all_keeps_it() {
    let mut scene = asked_in(&[]);
    let tagged = scene.push_own(A, APP, 100, &["latest"]);
    settle(&mut scene, tagged, &[B]);
    let given = scene.push(A, APP, image(1, 70), &["1"]);
    settle(&mut scene, given, &[B]);
    let generated = Content {
        digest: Digest::Generated(1 << 40),
        ..image(0, 5)
    };
    let untagged = scene.push(A, APP, generated, &[]);
    settle(&mut scene, untagged, &[B]);
    assert_eq!(scene.world.records(), 3);
    let again = scene.push(A, APP, image(1, 70), &["2"]);
    assert!(!again.is_new);
    assert_eq!(scene.bytes(A), [175, 0, 0]);
}

#[test]
fn the_layers_that_it_shared_stay_where_it_was() {
    let mut scene = asked_in(&[]);
    let base = scene.layer(1_000);
    for own_bytes in [100, 70] {
        let sent = scene.push_own_on(A, APP, own_bytes, base);
        let to_move = scene.to_move(&sent, B);
        settle(&mut scene, sent, &[B]);
        assert_eq!(
            to_move - own_bytes,
            if own_bytes == 100 { 1_000 } else { 0 }
        );
    }
    scene.world.forget_layer(base);
    assert_eq!(scene.world.records(), 0);
    assert_eq!(
        (scene.bytes(A), scene.bytes(B)),
        ([1_170, 0, 0], [0, 1_170, 0])
    );
    assert_ne!(scene.layer(5), base, "its place is still taken");
}

#[test]
fn the_list_of_an_asked_name_forgets_those_that_retired() {
    let mut scene = asked_in(&[B]);
    for own_bytes in 1..=100 {
        send(&mut scene, own_bytes, &[C]);
    }
    let listed = scene.world.repositories[APP.index()].images.len();
    assert!(listed < 10, "{listed} entries");
    send(&mut scene, 1_000, &[B, C]);
    assert_eq!(scene.world.records(), 1);
    let holder = scene.at(B, APP);
    assert_eq!(scene.world.delete_all_but_newest(holder, 0), 1);
    assert_eq!(scene.world.records(), 0);
    assert_eq!(scene.bytes(C), [0, 100 * 101 / 2 + 1_000, 0]);
}
