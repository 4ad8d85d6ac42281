//! What a registry stores, in numbers that change with every operation.

use super::ids::RegistryId;
use super::slots::{Slot, Slots};

/// What a stored image, or a layer, is to its registry. A layer counts as the first of these that an image with it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Pushed here.
    Source,
    /// Arrived by replication, its digest still stored at its source.
    Replica,
    /// Arrived by replication, its digest gone at its source.
    Orphan,
    /// In the archive storage class (B80), whatever else it is; of a layer, every image that holds it is.
    Archived,
}

impl Class {
    /// How many classes there are.
    pub const COUNT: usize = 4;

    /// Returns what an image pushed once, at `origin`, is at `slot`, where it is stored, and present where it is in all.
    #[inline(always)]
    pub(super) const fn of_one_push(slot: Slot, origin: Slot, present: &Slots) -> Self {
        match (slot == origin, present.has(origin)) {
            (true, _) => Self::Source,
            (false, true) => Self::Replica,
            (false, false) => Self::Orphan,
        }
    }

    /// Returns whether another account than the registry's own may have caused what is of this class. What its owner
    /// pushed or archived is the owner's.
    pub const fn is_caused(self) -> bool {
        matches!(self, Self::Replica | Self::Orphan)
    }

    /// The classes of images in the standard storage class.
    pub const STANDARD: [Self; 3] = [Self::Source, Self::Replica, Self::Orphan];
}

/// Images and unique layers stored in a registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Images stored.
    pub images: u64,
    /// Of these, without a tag.
    pub untagged: u32,
    /// Existing repositories.
    pub repositories: u32,
    /// Bytes of layers by [`Class`].
    pub bytes: [u64; Class::COUNT],
}

/// One image more in a registry: tagged, of no layers but its own, and neither an orphan nor archived. Whether a repository
/// was created for it is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// Where.
    pub registry: RegistryId,
    /// What it is there.
    pub class: Class,
    /// Its bytes.
    pub bytes: u64,
}

impl Holdings {
    /// Returns all bytes stored in the standard storage class.
    pub fn stored_bytes(&self) -> u64 {
        let of = |class: Class| self.bytes[class as usize];
        Class::STANDARD.map(of).iter().sum()
    }

    /// Adds what others hold.
    pub(super) fn include(&mut self, other: &Self) {
        self.images += other.images;
        self.untagged += other.untagged;
        self.repositories += other.repositories;
        for (bytes, other) in self.bytes.iter_mut().zip(other.bytes) {
            *bytes += other;
        }
    }

    pub(super) fn add(&mut self, class: Class, bytes: u64) {
        self.bytes[class as usize] += bytes;
    }

    pub(super) fn remove(&mut self, class: Class, bytes: u64) {
        let of = &mut self.bytes[class as usize];
        *of = of
            .checked_sub(bytes)
            .expect("a registry frees only bytes that it stores");
    }
}
