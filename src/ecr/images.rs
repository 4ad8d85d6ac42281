//! One record per image, shared by all registries that hold it.

use std::collections::BTreeMap;

use super::holdings::Class;
use super::ids::{ImageId, LayerId, RepositoryId};
use super::slots::{Slot, Slots};

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
    /// The layer that stands for its own bytes where one digest is pushed to several repositories.
    pub common: Option<LayerId>,
}

impl Content {
    /// Returns the shared layers.
    pub fn shared_layers(&self) -> impl Iterator<Item = LayerId> + use<> {
        self.base.into_iter().chain(self.common)
    }
}

/// An image: a digest under a repository's name.
#[derive(Clone, Copy, Debug)]
pub struct Image {
    /// What it is made of.
    pub content: Content,
    /// When it was pushed, in nanoseconds since the run's start; negative for images stored before.
    pub pushed_at: i64,
    /// Its repository.
    pub repository: RepositoryId,
    /// The registries that hold it.
    pub(super) present: Slots,
    /// Pushes that may still read this record.
    pub(super) pending: u32,
    /// Its place in its repository's list of images.
    pub(super) sequence: u32,
    /// The registry where it was pushed, from which every replica came; unless it has a [`Provenance`].
    pub(super) origin: Slot,
    /// Whether it bears tags that no other image can bear; these are not kept one by one.
    pub(super) has_own_tags: bool,
    /// Whether it was pushed to more than one registry.
    pub(super) has_provenance: bool,
}

/// Where the replicas of an image came from that was pushed to more than one registry.
#[derive(Clone, Debug, Default)]
pub(super) struct Provenance {
    /// Registries where it was pushed and still is.
    pub pushed: Slots,
    /// (destination, source) of its replicas.
    pub replicated: Vec<(Slot, Slot)>,
}

/// Every image that is stored somewhere or that a push in progress may still read.
#[derive(Clone, Debug, Default)]
pub(super) struct Images {
    images: Vec<Image>,
    free: Vec<ImageId>,
    provenances: BTreeMap<ImageId, Provenance>,
}

impl Images {
    pub fn store(&mut self, image: Image) -> ImageId {
        if let Some(id) = self.free.pop() {
            self.images[id.index()] = image;
            return id;
        }
        self.images.push(image);
        ImageId::new(self.images.len() - 1)
    }

    pub fn get(&self, id: ImageId) -> &Image {
        &self.images[id.index()]
    }

    pub fn get_mut(&mut self, id: ImageId) -> &mut Image {
        &mut self.images[id.index()]
    }

    pub fn free(&mut self, id: ImageId) {
        self.provenances.remove(&id);
        self.free.push(id);
    }

    /// Returns the class of the image where it is stored.
    pub fn class(&self, id: ImageId, slot: Slot) -> Class {
        let image = self.get(id);
        if image.has_provenance {
            return self.provenances[&id].class(slot, image.present);
        }
        match (slot == image.origin, image.present.has(image.origin)) {
            (true, _) => Class::Source,
            (false, true) => Class::Replica,
            (false, false) => Class::Orphan,
        }
    }

    /// Notes that the image is pushed at `slot`.
    pub fn note_push(&mut self, id: ImageId, slot: Slot) {
        let image = &mut self.images[id.index()];
        if !image.has_provenance && image.origin == slot {
            return;
        }
        let (present, origin) = (image.present, image.origin);
        let first = !image.has_provenance;
        image.has_provenance = true;
        let provenance = self.provenances.entry(id).or_default();
        if first {
            provenance.replicated = present
                .iter()
                .filter(|&to| to != origin)
                .map(|to| (to, origin))
                .collect();
            if present.has(origin) {
                provenance.pushed.add(origin);
            }
        }
        provenance.pushed.add(slot);
    }

    /// Notes that a copy from `source` arrived at `slot`.
    pub fn note_arrival(&mut self, id: ImageId, slot: Slot, source: Slot) {
        if !self.get(id).has_provenance {
            return;
        }
        let replicated = &mut self.provenances.entry(id).or_default().replicated;
        if !replicated.contains(&(slot, source)) {
            replicated.push((slot, source));
        }
    }

    /// Notes that the image is gone at `slot`.
    pub fn note_deletion(&mut self, id: ImageId, slot: Slot) {
        self.get_mut(id).present.remove(slot);
        if let Some(provenance) = self.provenances.get_mut(&id) {
            provenance.pushed.remove(slot);
            provenance.replicated.retain(|&(to, _)| to != slot);
        }
    }
}

impl Provenance {
    fn class(&self, slot: Slot, present: Slots) -> Class {
        if self.pushed.has(slot) {
            return Class::Source;
        }
        let mut sources = self.replicated.iter().filter(|&&(to, _)| to == slot);
        if sources.any(|&(_, source)| present.has(source)) {
            Class::Replica
        } else {
            Class::Orphan
        }
    }
}
