//! Random operations, against the naive state machine.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;

use super::naive::{self, Naive, Place};
use super::operations::{GIVEN, NAMES, Operation, REGISTRIES, TAGS, operations};
use crate::ecr::{
    Added, Arrival, Class, Content, Covered, Digest, HolderId, Holdings, ImageId, LayerId, Push,
    Quotas, Refusal, RegistryId, RepositoryId, Slots, TagId, Tags, World,
};

/// Rules: each registry sends to the next.
const LANES: [(usize, usize); 3] = [(0, 1), (1, 2), (2, 0)];
const LAYER_BYTES: [u64; 3] = [1_000, 20_000, 300_000];
const QUOTAS: Quotas = Quotas {
    images_per_repository: 5,
    repositories_per_registry: 3,
    tags_per_image: 2,
};

/// A push whose replications have not all ended.
struct InProgress {
    image: ImageId,
    place: Place,
    digest: usize,
    tags: Vec<usize>,
    number: u64,
}

/// Both state machines side by side.
struct Pair {
    world: World,
    naive: Naive,
    layers: Vec<LayerId>,
    images: BTreeMap<(usize, usize), ImageId>,
    /// Digests that were pushed under common tags.
    bear_common: BTreeSet<usize>,
    in_progress: Vec<InProgress>,
    pushes: u64,
    /// Bytes of replicas by registry and account, as the changes have them.
    caused: BTreeMap<(usize, u32), [u64; Class::COUNT]>,
    /// Whether any registry tells causes apart.
    tells_causes: bool,
    /// What each registry stores, as the changes have it.
    told: [Holdings; REGISTRIES],
    /// What was said to be added, and not told yet.
    added: Vec<Added>,
    /// Whether something may ask for the stored images of each place: only there are they deleted without being named.
    asked: Asked,
}

/// By name and registry.
type Asked = [[bool; REGISTRIES]; NAMES];

impl Pair {
    fn new(tags_move_forward: bool, billed_once: bool, tells_causes: bool, asked: Asked) -> Self {
        let mut world = World::new(REGISTRIES, QUOTAS, tags_move_forward, billed_once);
        for _ in 0..NAMES {
            world.add_name((0..REGISTRIES).map(RegistryId::new).collect());
        }
        for (name, asked) in asked.iter().enumerate() {
            let mut slots = Slots::NONE;
            let registries = (0..).zip(asked).filter(|&(_, &is_asked)| is_asked);
            registries.for_each(|(slot, _)| slots.add(slot));
            world.set_asked(RepositoryId::new(name), slots);
        }
        for text in TAGS {
            world.add_tag(text);
        }
        world.begin_coverage(LANES.len());
        for (lane, &(from, to)) in (0..).zip(&LANES) {
            for name in 0..NAMES - 1 {
                let holder = world.holder(RepositoryId::new(name), RegistryId::new(from));
                world.set_reach(holder.unwrap(), &[(RegistryId::new(to), lane)]);
            }
        }
        // Each registry an account of its own; the first one does not ask.
        let accounts = (0..REGISTRIES as u32).collect();
        if tells_causes {
            world.tell_causes(accounts, (0..REGISTRIES).map(|of| of > 0).collect());
        }
        let layers = LAYER_BYTES.map(|bytes| world.add_layer(bytes)).to_vec();
        let mut naive = Naive::new(QUOTAS, REGISTRIES, &LAYER_BYTES, &TAGS);
        naive.tags_move_forward = tags_move_forward;
        naive.billed_once = billed_once;
        for digest in 0..GIVEN {
            // Digest 3 has a content layer of its own, as one that is pushed under several names.
            let layers = [vec![], vec![0], vec![0], vec![1, 2]][digest].clone();
            let own_bytes = [11, 13, 17, 0][digest];
            naive.contents.insert(
                digest,
                naive::Content {
                    own_bytes,
                    layers,
                    own_tags: false,
                },
            );
        }
        let mut pair = Self {
            world,
            naive,
            layers,
            images: BTreeMap::new(),
            bear_common: BTreeSet::new(),
            in_progress: Vec::new(),
            pushes: 0,
            caused: BTreeMap::new(),
            tells_causes,
            told: [Holdings::default(); REGISTRIES],
            added: Vec::new(),
            asked,
        };
        for name in 0..NAMES - 1 {
            pair.apply(&Operation::CreateRepository((0, name), None));
        }
        pair
    }

    fn holder(&self, place: Place) -> HolderId {
        let (registry, name) = (RegistryId::new(place.0), RepositoryId::new(place.1));
        self.world.holder(name, registry).unwrap()
    }

    fn apply(&mut self, operation: &Operation) {
        use Operation::*;
        match operation.clone() {
            Push(place, digest, tags) => self.push(place, digest, tags),
            PushNew(place, (own_bytes, base, own_tags), tags) => {
                let digest = 100 + self.pushes as usize;
                let layers = base.into_iter().collect();
                self.naive.contents.insert(
                    digest,
                    naive::Content {
                        own_bytes,
                        layers,
                        own_tags,
                    },
                );
                self.push(place, digest, tags);
            }
            Arrive(back, to) => self.arrive(back, to),
            Settle(back) => self.settle(back),
            DeleteByTag(place, tag) => {
                let done = self
                    .world
                    .delete_by_tag(self.holder(place), TagId::new(tag));
                assert_eq!(done, self.naive.delete_by_tag(place, tag));
            }
            DeleteByDigest(place, digest) => {
                let done = self
                    .world
                    .delete_by_digest(self.holder(place), Digest::Given(digest as u32));
                assert_eq!(done, self.naive.delete_by_digest(place, digest));
            }
            KeepNewest(place, _) | DeleteRepository(place) if !self.is_asked(place) => {}
            KeepNewest(place, keep) => {
                let deleted = self.world.delete_all_but_newest(self.holder(place), keep);
                assert_eq!(deleted, self.naive.delete_all_but_newest(place, keep));
            }
            DeleteRepository(place) => {
                let done = self.world.delete_repository(self.holder(place));
                assert_eq!(done, self.naive.delete_repository(place));
            }
            CreateRepository(place, rule) => {
                let done = self
                    .world
                    .create_repository(self.holder(place), rule.clone());
                assert_eq!(done, self.naive.create_repository(place, rule));
            }
            SetMutability(place, rule) => {
                let done = self.world.set_mutability(self.holder(place), rule.clone());
                assert_eq!(done, self.naive.set_mutability(place, rule));
            }
            SetMounting(registry, on) => {
                self.world.set_blob_mounting(RegistryId::new(registry), on);
                self.naive.mounting[registry] = on;
            }
        }
        self.compare();
    }

    fn is_asked(&self, (registry, name): Place) -> bool {
        self.asked[name][registry]
    }

    /// Returns whether nothing and nobody can name a known image any more.
    fn is_retired(&self, (name, digest): (usize, usize)) -> bool {
        let is_held = self
            .naive
            .held
            .get(&(name, digest))
            .is_some_and(|&of| of > 0);
        let stores = |registry: &usize| self.naive.stores((*registry, name), digest);
        let mut stored = (0..REGISTRIES).filter(stores).peekable();
        digest >= GIVEN
            && self.naive.contents[&digest].own_tags
            && !self.bear_common.contains(&digest)
            && !is_held
            && stored.peek().is_some()
            && !stored.any(|registry| self.is_asked((registry, name)))
    }

    fn push(&mut self, place: Place, digest: usize, tags: Vec<usize>) {
        self.pushes += 1;
        let number = self.pushes;
        let content = self.naive.contents[&digest].clone();
        let common: Vec<TagId> = tags.iter().map(|&tag| TagId::new(tag)).collect();
        let mut told = Vec::new();
        let standing = self.naive.tags(place);
        let mut layers = content.layers.iter().map(|&layer| self.layers[layer]);
        let pushed = self.world.push(
            Push {
                holder: self.holder(place),
                content: &Content {
                    digest: if digest < GIVEN {
                        Digest::Given(digest as u32)
                    } else {
                        Digest::Generated(digest as u64)
                    },
                    own_bytes: content.own_bytes,
                    base: layers.next(),
                    common: layers.next(),
                },
                tags: Tags {
                    own: content.own_tags,
                    common: &common,
                },
                number,
                at: number as i64,
            },
            |index, counts| told.push((tags[index], counts)),
        );
        let is_new = !self.naive.stores(place, digest);
        let expected: Result<(), Refusal> = self.naive.push(place, digest, &tags, number);
        assert_eq!(
            pushed.map(|pushed| pushed.is_new),
            expected.map(|()| is_new)
        );
        if let Ok(pushed) = pushed {
            let counts = |&tag: &usize| (tag, standing.get(&tag) != Some(&digest));
            assert_eq!(told, tags.iter().map(counts).collect::<Vec<_>>());
            let image = pushed.image;
            self.added.extend(pushed.added);
            if !tags.is_empty() {
                self.bear_common.insert(digest);
            }
            self.images.insert((place.1, digest), image);
            self.world.hold(image);
            *self.naive.held.entry((place.1, digest)).or_default() += 1;
            self.in_progress.push(InProgress {
                image,
                place,
                digest,
                tags,
                number,
            });
        }
    }

    fn arrive(&mut self, back: usize, to: usize) {
        let Some(index) = self.in_progress.len().checked_sub(back + 1) else {
            return;
        };
        let InProgress {
            image,
            place: (from, name),
            digest,
            ref tags,
            number,
        } = self.in_progress[index];
        if from == to {
            return;
        }
        let (source, holder) = (self.holder((from, name)), self.holder((to, name)));
        let missing = self.world.missing_bytes(image, source, holder);
        assert_eq!(missing, self.naive.missing_bytes(from, (to, name), digest));
        let common: Vec<TagId> = tags.iter().map(|&tag| TagId::new(tag)).collect();
        let own = self.naive.contents[&digest].own_tags;
        let mut stands = vec![false; tags.len()];
        let told = |index: usize, is: bool| stands[index] = is;
        let arrival = self.world.arrive(
            image,
            source,
            holder,
            Tags {
                own,
                common: &common,
            },
            number,
            told,
        );
        self.added.extend(arrival.added);
        let arrival = Arrival {
            added: None,
            ..arrival
        };
        assert_eq!(
            arrival,
            self.naive.arrive(from, (to, name), digest, tags, number)
        );
        let standing = self.naive.tags((to, name));
        let expected: Vec<bool> = tags
            .iter()
            .map(|tag| standing.get(tag) == Some(&digest))
            .collect();
        assert_eq!(stands, expected);
    }

    fn settle(&mut self, back: usize) {
        let Some(index) = self.in_progress.len().checked_sub(back + 1) else {
            return;
        };
        let InProgress {
            image,
            place: (_, name),
            digest,
            ..
        } = self.in_progress.remove(index);
        self.world.let_go(image);
        *self.naive.held.get_mut(&(name, digest)).unwrap() -= 1;
        self.naive.forget_if_gone(name, digest);
    }

    /// Replicas of all accounts together are the replicas of their registry.
    fn compare_causes(&mut self) {
        if !self.tells_causes {
            return;
        }
        let caused = &mut self.caused;
        self.world.take_caused(|change| {
            let of = caused
                .entry((change.registry.index(), change.account))
                .or_default();
            let bytes = &mut of[change.class as usize];
            let sum = if change.came {
                bytes.checked_add(change.bytes)
            } else {
                bytes.checked_sub(change.bytes)
            };
            *bytes = sum.expect("only what came goes");
        });
        for registry in 1..REGISTRIES {
            let mut sum = [0; Class::COUNT];
            for of in caused.range((registry, 0)..(registry + 1, 0)) {
                (0..Class::COUNT).for_each(|class| sum[class] += of.1[class]);
            }
            let [_, replica, orphan, _] = self.naive.holdings(registry).bytes;
            assert_eq!(sum, [0, replica, orphan, 0], "registry {registry}");
        }
        assert!(caused.keys().all(|&(registry, _)| registry > 0));
    }

    /// Pairs are those that the naive state machine finds.
    fn compare_coverage(&self) {
        let (world, naive) = (&self.world, &self.naive);
        // Pairs of retired images are counted in debug builds only.
        if cfg!(debug_assertions) {
            assert_eq!(world.covered(), world.counted_coverage());
        }
        for (lane, &(from, to)) in LANES.iter().enumerate() {
            let pairs = self.images.keys().filter(|&&(name, digest)| {
                // The last name is sent nowhere.
                let is_sent = name < NAMES - 1;
                let place = (from, name);
                is_sent && naive.stores(place, digest) && naive.is_pushed(place, digest)
            });
            let held = pairs
                .clone()
                .filter(|&&(name, digest)| naive.stores((to, name), digest));
            let expected = Covered {
                live: pairs.count() as u64,
                held: held.count() as u64,
            };
            assert_eq!(world.covered()[lane], expected, "lane {from} -> {to}");
        }
    }

    /// An image has a record as long as something can name it.
    fn compare_records(&self) {
        let mut known = BTreeSet::new();
        for (&of, &image) in &self.images {
            let (name, digest) = of;
            let is_held = self.naive.held.get(&of).is_some_and(|&of| of > 0);
            let places = (0..REGISTRIES).map(|registry| (registry, name));
            let stored: Vec<Place> = places
                .filter(|&place| self.naive.stores(place, digest))
                .collect();
            if self.is_retired(of) || stored.is_empty() && !is_held {
                continue;
            }
            known.insert(image);
            let mut holders = stored.iter().map(|&place| self.holder(place));
            assert!(holders.all(|holder| self.world.is_stored(image, holder)));
        }
        assert_eq!(self.world.records(), known.len(), "of {:?}", self.images);
    }

    fn compare(&mut self) {
        self.compare_causes();
        self.compare_coverage();
        self.compare_records();
        let (world, naive) = (&mut self.world, &self.naive);
        for registry in 0..REGISTRIES {
            let id = RegistryId::new(registry);
            assert_eq!(
                *world.holdings(id),
                naive.holdings(registry),
                "registry {registry}"
            );
            assert_eq!(
                world.recount()[registry],
                naive.holdings(registry),
                "recount of registry {registry}"
            );
            for name in 0..NAMES {
                let place = (registry, name);
                let holder = world.holder(RepositoryId::new(name), id).unwrap();
                assert_eq!(world.exists(holder), naive.exists(place));
                let tags: BTreeMap<usize, ImageId> = world.holders[holder.index()]
                    .tags()
                    .map(|(tag, standing)| (tag.index(), standing.image))
                    .collect();
                let expected = naive
                    .tags(place)
                    .into_iter()
                    .map(|(tag, digest)| (tag, self.images[&(name, digest)]));
                assert_eq!(tags, expected.collect());
            }
        }
        let told = &mut self.told;
        for added in self.added.drain(..) {
            let of = &mut told[added.registry.index()];
            of.images += 1;
            of.bytes[added.class as usize] += added.bytes;
        }
        world.take_changed(|registry, holdings| told[registry.index()] = *holdings);
        for (registry, told) in told.iter().enumerate() {
            let Holdings {
                images,
                untagged,
                bytes,
                ..
            } = naive.holdings(registry);
            let now = (images, untagged, bytes);
            // Nobody asks how many repositories there are.
            assert_eq!(
                (told.images, told.untagged, told.bytes),
                now,
                "as told, registry {registry}"
            );
        }
    }

    /// Ends everything and checks that no record is left.
    fn end(mut self) {
        while !self.in_progress.is_empty() {
            self.settle(0);
        }
        for place in
            (0..REGISTRIES).flat_map(|registry| (0..NAMES).map(move |name| (registry, name)))
        {
            self.apply(&Operation::DeleteRepository(place));
        }
        for &layer in &self.layers {
            self.world.forget_layer(layer);
        }
        // What is not asked for stays to the end, and so do its layers.
        if self.asked == [[true; REGISTRIES]; NAMES] {
            assert_eq!(self.world.records(), 0, "no image record is left");
            assert_eq!(self.world.layers.count(), 0, "no layer record is left");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_operations_leave_what_the_naive_state_machine_leaves(
        tags_move_forward: bool,
        billed_once: bool,
        tells_causes: bool,
        operations in vec(operations(), 1..160),
    ) {
        let all = [[true; REGISTRIES]; NAMES];
        let mut pair = Pair::new(tags_move_forward, billed_once, tells_causes, all);
        operations.iter().for_each(|operation| pair.apply(operation));
        pair.end();
    }

    #[test]
    fn so_they_do_where_images_retire(
        tags_move_forward: bool,
        billed_once: bool,
        tells_causes: bool,
        asked: Asked,
        operations in vec(operations(), 1..160),
    ) {
        let mut pair = Pair::new(tags_move_forward, billed_once, tells_causes, asked);
        operations.iter().for_each(|operation| pair.apply(operation));
        pair.end();
    }
}
