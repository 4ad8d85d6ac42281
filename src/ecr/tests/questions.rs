//! What a run asks of the world between operations: what a repository stores, where a tag stands, what left an archive.

use super::scene::*;
use crate::ecr::archive::{Departure, Named};
use crate::ecr::{ImageId, Slots};

/// Pushes an image of 100 bytes under a digest and a tag.
fn pushed(scene: &mut Scene, number: u32, tag: &str) -> Sent {
    scene.push(A, APP, image(number, 100), &[tag])
}

fn stored(scene: &Scene) -> Vec<ImageId> {
    scene.world.stored_images(scene.at(A, APP)).collect()
}

#[test]
fn a_repository_tells_its_images_in_the_order_of_their_pushes() {
    let mut scene = Scene::new();
    let sent = [1, 2, 3].map(|number| pushed(&mut scene, number, &number.to_string()));
    scene.push(A, WEB, image(9, 100), &["elsewhere"]);
    assert_eq!(stored(&scene), sent.each_ref().map(|sent| sent.image));
    scene.delete_digest(A, APP, 2).expect("it is there");
    assert_eq!(stored(&scene), [sent[0].image, sent[2].image]);
    // A push anew is a later one.
    scene.delete_digest(A, APP, 1).expect("it is there");
    let again = pushed(&mut scene, 1, "1");
    assert_eq!(stored(&scene), [sent[2].image, again.image]);
}

#[test]
fn a_tag_tells_on_what_it_stands_and_by_which_push() {
    let mut scene = Scene::new();
    let (first, holder) = (pushed(&mut scene, 1, "latest"), scene.at(A, APP));
    let tag = scene.tag("latest");
    let before = scene.world.resolve(holder, tag).expect("it stands");
    assert_eq!(before.0, first.image);
    assert_eq!(
        scene.world.standing_push(holder, tag, first.image),
        Some(before.1)
    );
    let second = pushed(&mut scene, 2, "latest");
    assert_eq!(
        scene.world.resolve(holder, tag),
        Some((second.image, before.1 + 1))
    );
    assert_eq!(scene.world.standing_push(holder, tag, first.image), None);
    assert_eq!(
        scene.world.standing_push(holder, tag, second.image),
        Some(before.1 + 1)
    );
}

#[test]
fn what_leaves_an_archive_is_told_once() {
    let mut scene = Scene::new();
    let (restored, holder) = (pushed(&mut scene, 1, "1"), scene.at(A, APP));
    pushed(&mut scene, 2, "2");
    for tag in ["1", "2"] {
        let tag = Named::Tag(scene.tag(tag));
        scene.world.archive(holder, tag, 5).expect("not archived");
    }
    assert!(scene.world.is_archived(restored.image, holder));
    assert!(!scene.world.is_available(restored.image, holder));
    let departures = |scene: &mut Scene| {
        let mut departures = Vec::new();
        scene.world.take_departures(|of| departures.push(of));
        departures
    };
    assert_eq!(departures(&mut scene), []);
    scene.world.restore_at_once(restored.image, holder, 20);
    scene.delete_digest(A, APP, 2).expect("it is there");
    assert!(scene.world.has_news());
    let left = |is_restored| Departure {
        registry: A,
        since: 5,
        bytes: 100,
        is_restored,
    };
    assert_eq!(departures(&mut scene), [left(true), left(false)]);
    assert_eq!(departures(&mut scene), []);
    assert!(scene.world.is_available(restored.image, holder));
}

/// Nobody asks for the images of `APP` but at `B`, and one has retired.
fn forgetful() -> Scene {
    let mut scene = Scene::new();
    let mut asked = Slots::NONE;
    asked.add(B.0 as u8);
    scene.world.set_asked(APP, asked);
    let sent = scene.push_own(A, APP, 100, &[]);
    scene.world.hold(sent.image);
    scene.world.let_go(sent.image);
    scene
}

#[test]
fn where_images_were_said_to_be_asked_for_they_may_be() {
    let scene = forgetful();
    assert_eq!(scene.world.stored_images(scene.at(B, APP)).count(), 0);
}

#[test]
#[should_panic(expected = "only images for which somebody may ask are asked for")]
fn where_nobody_was_to_ask_nobody_asks() {
    let scene = forgetful();
    let _ = scene.world.stored_images(scene.at(A, APP)).count();
}

#[test]
#[should_panic(expected = "images may be asked for everywhere")]
fn pairs_of_what_has_retired_cannot_be_counted_by_other_rules() {
    forgetful().world.recount_coverage();
}
