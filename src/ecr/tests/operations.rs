//! What may happen to a world of a few registries and names, at random.

use proptest::collection::btree_set;
use proptest::prelude::*;

use super::naive::Place;
use crate::ecr::mutability::{TagMutability, TagRule};

pub const REGISTRIES: usize = 3;
pub const NAMES: usize = 3;
pub const GIVEN: usize = 4;
pub const TAGS: [&str; 4] = ["moving", "m2", "v1", "v2"];

#[derive(Clone, Debug)]
pub enum Operation {
    Push(Place, usize, Vec<usize>),
    PushNew(Place, Content3, Vec<usize>),
    /// Of the push in progress so many back, to this registry.
    Arrive(usize, usize),
    /// The push in progress so many back has no replication open any more.
    Settle(usize),
    DeleteByTag(Place, usize),
    DeleteByDigest(Place, usize),
    KeepNewest(Place, u64),
    DeleteRepository(Place),
    CreateRepository(Place, Option<TagRule>),
    SetMutability(Place, TagRule),
    SetMounting(usize, bool),
}

/// Own bytes, base layer, own tags.
pub type Content3 = (u64, Option<usize>, bool);

/// Half of all that happens concerns one name, so that its images meet.
fn places() -> impl Strategy<Value = Place> {
    (0..REGISTRIES, prop_oneof![Just(0), 0..NAMES])
}

fn tag_rules() -> impl Strategy<Value = TagRule> {
    use TagMutability::{Immutable, ImmutableWithExclusion, Mutable, MutableWithExclusion};
    let modes = prop::sample::select(vec![
        Mutable,
        Immutable,
        ImmutableWithExclusion,
        MutableWithExclusion,
    ]);
    modes.prop_map(|mode| TagRule::new(mode, vec!["m*".to_owned()]))
}

fn tag_sets(least: usize) -> impl Strategy<Value = Vec<usize>> {
    btree_set(0..TAGS.len(), least..3).prop_map(|tags| tags.into_iter().collect())
}

pub fn operations() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let content = (1..9_u64, prop::option::of(0..2_usize), any::<bool>());
    prop_oneof![
        6 => (places(), 0..GIVEN, tag_sets(1)).prop_map(|(place, digest, tags)| Push(place, digest, tags)),
        4 => (places(), content, tag_sets(0)).prop_map(|(place, content, tags)| PushNew(place, content, tags)),
        12 => (0..6_usize, 0..REGISTRIES).prop_map(|(back, to)| Arrive(back, to)),
        3 => (0..6_usize).prop_map(Settle),
        3 => (places(), 0..TAGS.len()).prop_map(|(place, tag)| DeleteByTag(place, tag)),
        3 => (places(), 0..GIVEN).prop_map(|(place, digest)| DeleteByDigest(place, digest)),
        2 => (places(), 0..4_u64).prop_map(|(place, keep)| KeepNewest(place, keep)),
        1 => places().prop_map(DeleteRepository),
        3 => (places(), prop::option::of(tag_rules())).prop_map(|(place, rule)| CreateRepository(place, rule)),
        1 => (places(), tag_rules()).prop_map(|(place, rule)| SetMutability(place, rule)),
        1 => (0..REGISTRIES, any::<bool>()).prop_map(|(registry, on)| SetMounting(registry, on)),
    ]
}
