//! Repositories: a name that several registries may hold, and what each of them holds under it.

use std::collections::{BTreeMap, VecDeque};

use super::ids::{HolderId, ImageId, RegistryId, RepositoryId, TagId};
use super::mutability::TagRule;
use super::slots::Slot;

/// A repository's name and the images known under it, wherever they are stored.
#[derive(Clone, Debug)]
pub(super) struct Repository {
    /// The first of its holders; the others follow, one per slot.
    pub first_holder: HolderId,
    /// Registries that may hold it, by slot; rising.
    pub registries: Vec<RegistryId>,
    /// Images in the order of their pushes; entries of images that are gone are stale.
    pub images: VecDeque<ImageId>,
    /// Sequence number of the first entry of `images`.
    pub first_sequence: u32,
    /// Entries of `images` that are not stale.
    pub living: u32,
}

impl Repository {
    /// Returns the slot of `registry`, if it may hold this name.
    pub fn slot(&self, registry: RegistryId) -> Option<Slot> {
        self.registries
            .binary_search(&registry)
            .ok()
            .map(|slot| slot as Slot)
    }

    pub fn holder(&self, slot: Slot) -> HolderId {
        HolderId(self.first_holder.0 + u32::from(slot))
    }
}

/// An image that a tag stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub image: ImageId,
    /// The number of the push that put it there, over the whole run.
    pub push: u64,
}

/// A repository in one registry.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub repository: RepositoryId,
    pub registry: RegistryId,
    pub slot: Slot,
    pub exists: bool,
    pub images: u32,
    /// Tag mutability; `None` is ECR's default, MUTABLE (B61).
    pub mutability: Option<Box<TagRule>>,
    /// Where each tag stands that more than one image may bear.
    pub tags: BTreeMap<TagId, Standing>,
    /// How many of these tags an image bears; images with none are left out.
    pub tag_counts: BTreeMap<ImageId, u32>,
}

impl Holder {
    pub fn new(repository: RepositoryId, registry: RegistryId, slot: Slot) -> Self {
        Self {
            repository,
            registry,
            slot,
            exists: false,
            images: 0,
            mutability: None,
            tags: BTreeMap::new(),
            tag_counts: BTreeMap::new(),
        }
    }

    /// Returns how many of its tags `image` bears.
    pub fn tag_count(&self, image: ImageId) -> u32 {
        self.tag_counts.get(&image).copied().unwrap_or(0)
    }

    /// Puts `tag` on `image`, away from where it stood.
    pub fn put_tag(&mut self, tag: TagId, standing: Standing) {
        if let Some(before) = self.tags.insert(tag, standing) {
            self.forget_one(before.image);
        }
        *self.tag_counts.entry(standing.image).or_default() += 1;
    }

    /// Removes `tag` and returns the image that it stood on.
    pub fn remove_tag(&mut self, tag: TagId) -> Option<ImageId> {
        let image = self.tags.remove(&tag)?.image;
        self.forget_one(image);
        Some(image)
    }

    /// Removes every tag of `image`.
    pub fn remove_tags_of(&mut self, image: ImageId) {
        if self.tag_counts.remove(&image).is_some() {
            self.tags.retain(|_, standing| standing.image != image);
        }
    }

    fn forget_one(&mut self, image: ImageId) {
        let count = self
            .tag_counts
            .get_mut(&image)
            .expect("a tag that stands is counted");
        *count -= 1;
        if *count == 0 {
            self.tag_counts.remove(&image);
        }
    }
}
