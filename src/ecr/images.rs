//! One record per image, shared by all registries that hold it, until it has retired ([`super::retirement`]).

use std::collections::BTreeMap;
use std::ops::Range;

use super::holdings::Class;
use super::ids::{ImageId, LayerId, RepositoryId};
use super::provenance::Provenance;
use super::slots::{Slot, Slots};
use super::tags::Tags;

/// An image's digest: made up from its stream and number, or given by the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// The low 48 bits, written as `sha256:` and 12 hex digits.
    Generated(u64),
    /// Index into the run's list of given digests, written as given.
    Given(u32),
}

/// What an image is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its digest.
    pub digest: Digest,
    /// Bytes of the layers that no other image has.
    pub own_bytes: u64,
    /// The base layer that it shares with others of its repository.
    pub base: Option<LayerId>,
    /// The layer that stands for its own bytes where one digest, given by the user, is pushed to several repositories.
    pub common: Option<LayerId>,
}

/// An image: a digest under a repository's name.
#[derive(Clone, Copy, Debug)]
pub struct Image {
    /// Bytes of the layers that no other image has.
    pub own_bytes: u64,
    /// When it was last pushed to where it was not stored, in nanoseconds since the run's start; negative for images
    /// stored before.
    pub pushed_at: i64,
    /// The low 32 bits of that push's number; 0 of images stored before the start.
    pub(super) push: u32,
    /// Its repository; none of any world if the record is free.
    pub repository: RepositoryId,
    /// The registries that hold it.
    pub(super) present: Slots,
    /// The layer that it shares with others of its repository, or [`NO_LAYER`]: a run has one record per living image, and
    /// what few have is kept aside.
    base: LayerId,
    /// Pushes that may still read this record.
    pub(super) pending: u32,
    /// Its place in its repository's list of images; a [`Provenance`] may tell others.
    pub(super) place: u32,
    /// The registry where it was pushed, and from which every replica came; unless it has a [`Provenance`].
    pub(super) origin: Slot,
    traits: Traits,
}

/// What may set an image apart, a bit each: one comparison tells whether it is like most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Traits(u8);

impl Traits {
    /// It bears tags that no other image can bear; these are not kept one by one.
    const OWN_TAGS: Self = Self(1);
    /// It was pushed under other tags.
    const COMMON_TAGS: Self = Self(2);
    /// It was pushed to more than one registry, or to one a second time after it was deleted there, or archived.
    const PROVENANCE: Self = Self(4);
    /// The user gave its digest; [`Images`] tell which.
    const GIVEN: Self = Self(8);
    /// It shares a base layer.
    const BASE: Self = Self(16);

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn only_if(self, holds: bool) -> Self {
        Self(if holds { self.0 } else { 0 })
    }

    /// Returns those that are among `others` too.
    const fn of(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    const fn has_any(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}

/// What is known of an image whose digest the user gave.
#[derive(Clone, Copy, Debug)]
struct GivenImage {
    digest: u32,
    /// The layer that stands for its own bytes where its digest is pushed to several repositories, or [`NO_LAYER`].
    common: LayerId,
}

/// The layers that an image may share with others; each is one or [`NO_LAYER`].
#[derive(Clone, Copy, Debug)]
pub(super) struct SharedLayers([LayerId; 2]);

const NO_LAYER: LayerId = LayerId(u32::MAX);
const NOWHERE: RepositoryId = RepositoryId(u32::MAX);

// Ten million living images, 25 replicas each, are to fit in 1 GB, and each in 64 bytes together with its place in its
// repository's list, which has room for some more.
const _: () = assert!(size_of::<Image>() <= 56);

impl SharedLayers {
    pub fn iter(self) -> impl Iterator<Item = LayerId> {
        self.0.into_iter().filter(|&layer| layer != NO_LAYER)
    }

    /// Hands each layer to `each`, and returns what that gives.
    pub fn map<T>(self, mut each: impl FnMut(LayerId) -> Option<T>) -> [Option<T>; 2] {
        self.0
            .map(|layer| if layer == NO_LAYER { None } else { each(layer) })
    }
}

impl Image {
    /// Returns an image that is pushed for the first time at `origin`, under these tags, and not stored yet.
    #[inline(always)]
    pub(super) fn new(
        repository: RepositoryId,
        content: &Content,
        tags: Tags<'_>,
        origin: Slot,
        pushed_at: i64,
    ) -> Self {
        let traits = Traits::OWN_TAGS
            .only_if(tags.own)
            .and(Traits::COMMON_TAGS.only_if(!tags.common.is_empty()))
            .and(Traits::GIVEN.only_if(matches!(content.digest, Digest::Given(_))))
            .and(Traits::BASE.only_if(content.base.is_some()));
        Self {
            own_bytes: content.own_bytes,
            pushed_at,
            push: 0,
            repository,
            present: Slots::default(),
            base: content.base.unwrap_or(NO_LAYER),
            pending: 0,
            place: 0,
            origin,
            traits,
        }
    }

    /// Returns the layer that it shares with others of its repository.
    pub fn base(&self) -> Option<LayerId> {
        Some(self.base).filter(|&base| base != NO_LAYER)
    }

    /// Returns whether it may have layers that other images have too.
    #[inline]
    pub const fn may_share_layers(&self) -> bool {
        self.traits.has_any(Traits::BASE.and(Traits::GIVEN))
    }

    /// Returns whether it bears tags that no other image can bear.
    #[inline]
    pub(super) const fn has_own_tags(&self) -> bool {
        self.traits.has_any(Traits::OWN_TAGS)
    }

    /// Returns whether a [`Provenance`] tells where it was pushed.
    #[inline]
    pub(super) const fn has_provenance(&self) -> bool {
        self.traits.has_any(Traits::PROVENANCE)
    }

    const fn is_given(&self) -> bool {
        self.traits.has_any(Traits::GIVEN)
    }

    /// Returns whether its record tells all of it: tagged, pushed once, and of no layers but its own.
    #[inline]
    pub(super) fn is_simple(&self) -> bool {
        let apart = Traits::PROVENANCE.and(Traits::GIVEN).and(Traits::BASE);
        self.traits.of(apart.and(Traits::OWN_TAGS)) == Traits::OWN_TAGS
    }

    /// Returns whether it may retire as far as its record tells: nobody names it any more. It bears tags of its own and no
    /// common one, and nobody pushes its digest again.
    #[inline]
    pub(super) fn may_retire(&self) -> bool {
        let apart = Traits::PROVENANCE
            .and(Traits::GIVEN)
            .and(Traits::COMMON_TAGS);
        self.traits.of(apart.and(Traits::OWN_TAGS)) == Traits::OWN_TAGS
    }

    /// Returns its class where it is stored, if its record tells all of it.
    #[inline(always)]
    pub(super) const fn class_of_one_push(&self, slot: Slot) -> Class {
        Class::of_one_push(slot, self.origin, &self.present)
    }
}

/// Every image that is stored somewhere and has not retired, or that a push in progress may still read.
#[derive(Clone, Debug, Default)]
pub(super) struct Images {
    images: Vec<Image>,
    free: Vec<ImageId>,
    provenances: BTreeMap<ImageId, Provenance>,
    given: BTreeMap<ImageId, GivenImage>,
}

impl Images {
    /// Adds the record of an image of this content, which `make` makes where it is to stand.
    #[inline(always)]
    pub fn add(&mut self, content: &Content, make: impl FnOnce() -> Image) -> ImageId {
        debug_assert!(
            matches!(content.digest, Digest::Given(_)) || content.common.is_none(),
            "only a digest that the user gave is pushed to several repositories"
        );
        let id = if let Some(id) = self.free.pop() {
            self.images[id.index()] = make();
            id
        } else {
            self.images.push(make());
            ImageId::new(self.images.len() - 1)
        };
        if let Digest::Given(digest) = content.digest {
            self.note_given(id, digest, content.common);
        }
        id
    }

    #[inline(never)]
    fn note_given(&mut self, id: ImageId, digest: u32, common: Option<LayerId>) {
        let common = common.unwrap_or(NO_LAYER);
        self.given.insert(id, GivenImage { digest, common });
    }

    #[inline]
    pub fn get(&self, id: ImageId) -> &Image {
        &self.images[id.index()]
    }

    pub fn get_mut(&mut self, id: ImageId) -> &mut Image {
        &mut self.images[id.index()]
    }

    pub fn free(&mut self, id: ImageId) {
        let image = &mut self.images[id.index()];
        if image.has_provenance() {
            self.provenances.remove(&id);
        }
        if image.is_given() {
            self.given.remove(&id);
        }
        self.free_record(id);
    }

    /// Does the same for an image of which nothing is kept beside its record.
    #[inline(always)]
    pub fn free_record(&mut self, id: ImageId) {
        // A free record must not pass for an entry of a repository's list.
        self.images[id.index()].repository = NOWHERE;
        self.free.push(id);
    }

    /// Returns the layers that an image may share with others.
    pub fn shared_layers(&self, id: ImageId) -> SharedLayers {
        let image = self.get(id);
        let given = image.is_given().then(|| self.given[&id].common);
        SharedLayers([image.base, given.unwrap_or(NO_LAYER)])
    }

    /// Returns the digest of an image, if the user gave it.
    pub fn given_digest(&self, id: ImageId) -> Option<u32> {
        self.get(id).is_given().then(|| self.given[&id].digest)
    }

    /// Returns how many records are in use.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.images.len() - self.free.len()
    }

    /// Returns every record in use.
    pub fn iter(&self) -> impl Iterator<Item = (ImageId, &Image)> {
        self.within(0..self.places())
    }

    /// Returns how many places for records there are, in use or free.
    pub const fn places(&self) -> usize {
        self.images.len()
    }

    /// Returns the records in use among those at these places.
    pub fn within(&self, places: Range<usize>) -> impl Iterator<Item = (ImageId, &Image)> {
        let ids = places.clone().map(ImageId::new);
        ids.zip(&self.images[places])
            .filter(|(_, image)| image.repository != NOWHERE)
    }

    /// Returns the class of the image where it is stored.
    #[inline]
    pub fn class(&self, id: ImageId, slot: Slot) -> Class {
        let image = self.get(id);
        if image.has_provenance() {
            return self.provenances[&id].class(slot);
        }
        image.class_of_one_push(slot)
    }

    /// Returns the image's place in its repository's list as far as `slot` goes.
    #[inline]
    pub fn place(&self, id: ImageId, slot: Slot) -> u32 {
        let image = self.get(id);
        if !image.has_provenance() {
            return image.place;
        }
        self.provenances[&id].place(slot).unwrap_or(image.place)
    }

    /// Moves an entry of a repository's list from place `old` to `new`; returns whether the image still stands there.
    pub fn move_entry(
        &mut self,
        id: ImageId,
        repository: RepositoryId,
        old: u32,
        new: u32,
    ) -> bool {
        let image = &mut self.images[id.index()];
        if image.repository != repository {
            return false;
        }
        let is_first = image.place == old;
        if is_first {
            image.place = new;
        }
        let has_others = image.has_provenance();
        let moved = has_others && self.provenance_mut(id).move_places(old, new);
        is_first || moved
    }

    /// Notes that the image is pushed at `slot`, before it is stored there.
    pub fn note_push(&mut self, id: ImageId, slot: Slot) {
        let image = &self.images[id.index()];
        if !image.has_provenance() && image.origin == slot && image.present.has(slot) {
            return;
        }
        self.make_provenance(id).note_push(slot);
    }

    /// Notes that the image, pushed anew, stands at `place` of its repository's list as far as `slot` goes.
    pub fn note_place(&mut self, id: ImageId, slot: Slot, place: u32) {
        self.provenance_mut(id).set_place(slot, place);
    }

    /// Notes that a copy from `source` arrived at `slot`, before it is stored there. Of an image without a provenance
    /// that goes without saying: its one source is its origin.
    pub fn note_arrival(&mut self, id: ImageId, slot: Slot, source: Slot) {
        let is_stored = self.get(id).present.has(slot);
        self.provenance_mut(id)
            .note_arrival(slot, source, is_stored);
    }

    /// Notes that the image is gone at `slot`.
    pub fn note_deletion(&mut self, id: ImageId, slot: Slot) {
        let image = self.get_mut(id);
        image.present.remove(slot);
        if image.has_provenance() {
            self.provenance_mut(id).note_deletion(slot);
        }
    }

    /// Returns what the record does not tell, if there is something.
    pub fn provenance(&self, id: ImageId) -> Option<&Provenance> {
        let has_one = self.get(id).has_provenance();
        has_one.then(|| &self.provenances[&id])
    }

    /// Returns where the image is stored and not archived.
    #[inline]
    pub fn available(&self, id: ImageId) -> Slots {
        let present = self.get(id).present;
        self.provenance(id).map_or(present, |of| of.active(present))
    }

    /// Notes that the image lies in the archive at `slot` from now on.
    pub fn note_archived(&mut self, id: ImageId, slot: Slot) {
        self.make_provenance(id).set_archived(slot, true);
    }

    /// Notes that the image is back from the archive at `slot`.
    pub fn note_activated(&mut self, id: ImageId, slot: Slot) {
        self.provenance_mut(id).set_archived(slot, false);
    }

    /// Returns whether the image lies in the archive at `slot`.
    #[inline(always)]
    pub fn is_archived(&self, id: ImageId, slot: Slot) -> bool {
        self.get(id).has_provenance() && self.provenances[&id].is_archived(slot)
    }

    /// Returns what the image's record does not tell, from now on kept beside it.
    fn make_provenance(&mut self, id: ImageId) -> &mut Provenance {
        let image = &mut self.images[id.index()];
        image.traits = image.traits.and(Traits::PROVENANCE);
        let (origin, present) = (image.origin, image.present);
        let provenance = self.provenances.entry(id);
        provenance.or_insert_with(|| Provenance::of_one_push(origin, present))
    }

    fn provenance_mut(&mut self, id: ImageId) -> &mut Provenance {
        let provenance = self.provenances.get_mut(&id);
        provenance.expect("an image that has a provenance has it kept")
    }
}
