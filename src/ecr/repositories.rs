//! Repositories: a name that several registries may hold, and what each of them holds under it.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Images in the order of their pushes, those pushed anew once more; entries of images that are gone are stale. Where
    /// nobody asks for images, hardly any is listed.
    pub images: Vec<ImageId>,
    /// How long that list may grow before its stale entries are dropped.
    pub compact_at: usize,
    /// Whether it may have any.
    pub has_stale: bool,
}

impl Repository {
    /// Lists shorter than this are left alone; in tests next to none is.
    pub const LEAST_COMPACTION: usize = if cfg!(test) { 4 } else { 64 };

    /// Returns the slot of `registry`, if it may hold this name.
    pub fn slot(&self, registry: RegistryId) -> Option<Slot> {
        let slot = self.registries.binary_search(&registry).ok()?;
        Some(slot as Slot)
    }

    pub fn holder(&self, slot: Slot) -> HolderId {
        self.first_holder.beside(slot)
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
///
/// Most have no common tags and ECR's default settings: what is kept of these stands aside, so that what every push and
/// arrival reads is small.
#[derive(Clone, Debug)]
#[repr(align(32))]
pub(super) struct Holder {
    pub repository: RepositoryId,
    pub registry: RegistryId,
    pub slot: Slot,
    pub exists: bool,
    pub images: u32,
    /// None of its images stands before this place of the name's list.
    pub cleared: u32,
    /// What it has beside images, once it has had something.
    tagging: Option<Box<Tagging>>,
}

// Two to a cache line.
const _: () = assert!(size_of::<Holder>() == 32);

/// Tags of a repository in one registry that more than one image may bear, and what may move them.
#[derive(Clone, Debug, Default)]
struct Tagging {
    /// Tag mutability; `None` is ECR's default, MUTABLE (B61).
    mutability: Option<TagRule>,
    /// Where each tag stands.
    standing: BTreeMap<TagId, Standing>,
    /// The same, by image.
    borne: BTreeSet<(ImageId, TagId)>,
}

impl Holder {
    pub fn new(repository: RepositoryId, registry: RegistryId, slot: Slot) -> Self {
        Self {
            repository,
            registry,
            slot,
            exists: false,
            images: 0,
            cleared: 0,
            tagging: None,
        }
    }

    /// Returns its tag mutability; `None` is ECR's default, MUTABLE (B61).
    pub fn mutability(&self) -> Option<&TagRule> {
        self.tagging.as_ref()?.mutability.as_ref()
    }

    /// Sets its tag mutability.
    pub fn set_mutability(&mut self, mutability: Option<TagRule>) {
        if mutability.is_some() || self.tagging.is_some() {
            self.tagging.get_or_insert_default().mutability = mutability;
        }
    }

    /// Returns where a common tag stands.
    pub fn standing(&self, tag: TagId) -> Option<Standing> {
        self.tagging.as_ref()?.standing.get(&tag).copied()
    }

    /// Returns every common tag and where it stands.
    #[cfg(test)]
    pub fn tags(&self) -> impl Iterator<Item = (TagId, Standing)> {
        let standing = self.tagging.iter().flat_map(|of| &of.standing);
        standing.map(|(&tag, &standing)| (tag, standing))
    }

    /// Returns which of its common tags `image` bears.
    pub fn tags_of(&self, image: ImageId) -> impl Iterator<Item = TagId> {
        let borne = self.tagging.iter().flat_map(move |tagging| {
            let of_image = (image, TagId(0))..=(image, TagId(u32::MAX));
            tagging.borne.range(of_image)
        });
        borne.map(|&(_, tag)| tag)
    }

    /// Returns whether `image` bears any of its tags.
    pub fn bears_tag(&self, image: ImageId) -> bool {
        self.tags_of(image).next().is_some()
    }

    /// Returns whether `tag` stands on `image`.
    pub fn stands_on(&self, tag: TagId, image: ImageId) -> bool {
        self.standing(tag)
            .is_some_and(|standing| standing.image == image)
    }

    /// Puts `tag` on an image, and returns the other one on which it stood.
    pub fn put_tag(&mut self, tag: TagId, standing: Standing) -> Option<ImageId> {
        let tagging = self.tagging.get_or_insert_default();
        let before = tagging.standing.insert(tag, standing);
        let before = before.map(|before| before.image);
        if before == Some(standing.image) {
            return None;
        }
        tagging.borne.insert((standing.image, tag));
        let left = before?;
        tagging.borne.remove(&(left, tag));
        Some(left)
    }

    /// Removes `tag` and returns the image on which it stood.
    pub fn remove_tag(&mut self, tag: TagId) -> Option<ImageId> {
        let tagging = self.tagging.as_mut()?;
        let image = tagging.standing.remove(&tag)?.image;
        tagging.borne.remove(&(image, tag));
        Some(image)
    }

    /// Removes every tag of `image`.
    pub fn remove_tags_of(&mut self, image: ImageId) {
        loop {
            let Some(tag) = self.tags_of(image).next() else {
                return;
            };
            self.remove_tag(tag);
        }
    }
}
