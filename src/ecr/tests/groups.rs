//! Manifest lists and referrers: what holds what, and when it is forgotten.

use super::scene::*;
use crate::ecr::{Refusal, Removal};

/// Pushes images 1 and 2 and the list 3 that holds them, under the tag `v1`.
fn list(scene: &mut Scene) -> [Sent; 3] {
    let one = scene.push(A, APP, image(1, 100), &[]);
    let two = scene.push(A, APP, image(2, 200), &[]);
    let list = scene.push(A, APP, image(3, 1), &["v1"]);
    scene.world.join_list(list.image, &[one.image, two.image]);
    [one, two, list]
}

#[test]
fn b114_what_a_list_holds_cannot_be_deleted_before_it() {
    let mut scene = Scene::new();
    list(&mut scene);
    let refused = Err(Refusal::ImageReferencedByManifestList);
    assert_eq!(scene.delete_digest(A, APP, 1), refused);
    scene.delete_digest(A, APP, 3).unwrap();
    scene.delete_digest(A, APP, 1).unwrap();
    assert_eq!((scene.images(A), scene.bytes(A)), (1, [200, 0, 0]));
}

#[test]
fn b114_a_tag_goes_but_the_last_tag_of_what_a_list_holds() {
    let mut scene = Scene::new();
    list(&mut scene);
    scene.push(A, APP, image(1, 100), &["arm", "arm64"]);
    scene.delete_tag(A, APP, "arm").unwrap();
    let refused = Err(Refusal::ImageReferencedByManifestList);
    assert_eq!(scene.delete_tag(A, APP, "arm64"), refused);
}

#[test]
fn b114_a_list_elsewhere_holds_nothing_here() {
    let mut scene = Scene::new();
    let [one, _, _] = list(&mut scene);
    scene.arrive(&one, B);
    let at_b = scene.at(B, APP);
    let removal = Removal::Image(one.image);
    assert_eq!(scene.world.check_removal(removal, at_b), Ok(()));
    scene.delete_digest(B, APP, 1).unwrap();
}

#[test]
fn a_repository_goes_with_its_lists() {
    let mut scene = Scene::new();
    list(&mut scene);
    let app = scene.at(A, APP);
    scene.world.delete_repository(app).unwrap();
    assert_eq!((scene.images(A), scene.bytes(A)), (0, [0; 3]));
    assert!(!scene.world.has_groups(), "nothing is joined any more");
    assert_eq!(scene.world.images.count(), 0);
}

#[test]
fn a_list_is_whole_where_all_that_it_holds_is() {
    let mut scene = Scene::new();
    let [one, two, list] = list(&mut scene);
    let at_b = scene.at(B, APP);
    for (sent, is_whole) in [(&one, false), (&list, false), (&two, true)] {
        scene.arrive(sent, B);
        assert_eq!(scene.world.is_available_whole(list.image, at_b), is_whole);
    }
    assert_eq!(scene.world.pulled_bytes(list.image), 101);
    assert_eq!(scene.world.pulled_bytes(two.image), 200);
}

#[test]
fn the_record_of_a_list_keeps_those_of_what_it_holds() {
    let mut scene = Scene::new();
    let [_, _, list] = list(&mut scene);
    scene.world.hold(list.image);
    let app = scene.at(A, APP);
    scene.world.delete_repository(app).unwrap();
    assert_eq!(
        scene.world.images.count(),
        3,
        "a deployment still asks for it"
    );
    scene.world.let_go(list.image);
    assert_eq!(scene.world.images.count(), 0);
}

#[test]
fn b115_a_subject_that_expires_leaves_its_referrers_to_the_next_time() {
    let mut scene = Scene::new();
    let subject = scene.push(A, APP, image(1, 100), &["v1"]);
    let referrer = scene.push(A, APP, image(2, 10), &[]);
    scene.world.join_referrer(referrer.image, subject.image);
    let app = scene.at(A, APP);
    scene.world.expire(app, &[Removal::Image(subject.image)]);
    assert_eq!(scene.images(A), 1);
    let bereft = scene.world.take_bereft();
    assert_eq!(
        bereft.into_iter().collect::<Vec<_>>(),
        [(app, vec![referrer.image])]
    );
    scene.world.let_go(referrer.image);
    assert!(scene.stores(A, &referrer) && !scene.world.has_groups());
}

#[test]
fn b69_each_image_of_a_push_counts_against_the_quota() {
    let quotas = crate::ecr::Quotas {
        images_per_repository: 2,
        ..Setup::default().quotas
    };
    let mut scene = Scene::with(&Setup {
        quotas,
        ..Setup::default()
    });
    scene.push(A, APP, image(1, 100), &[]);
    scene.push(A, APP, image(2, 100), &[]);
    let list = scene.try_push(A, APP, image(3, 1), &["v1"]);
    assert_eq!(list.unwrap_err(), Refusal::LimitExceeded);
}
