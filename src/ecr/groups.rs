//! Images that hang together: a manifest list and its members, a subject and what refers to it.
//!
//! Each is an image of its own (B68, B69). A list is pushed after its members, a referrer after its subject (U11). Kept
//! aside of the images' records, so that an image on its own pays nothing for it.

use std::collections::BTreeMap;

use super::ids::{HolderId, ImageId};
use super::refusal::Refusal;
use super::removal::Removal;
use super::world::World;

/// What joins images.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    /// Members by list, in the order of the list.
    members: BTreeMap<ImageId, Box<[ImageId]>>,
    /// The list by member.
    list_of: BTreeMap<ImageId, ImageId>,
    /// Referrers by subject.
    referrers: BTreeMap<ImageId, Vec<ImageId>>,
    /// The subject by referrer.
    subject_of: BTreeMap<ImageId, ImageId>,
    /// Referrers whose subject a lifecycle policy has expired there, each held.
    bereft: BTreeMap<HolderId, Vec<ImageId>>,
}

impl Groups {
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.referrers.is_empty()
    }
}

impl World {
    /// Says that `list` is a manifest list with these members. While its record lasts, theirs do.
    pub fn join_list(&mut self, list: ImageId, members: &[ImageId]) {
        for &member in members {
            self.hold(member);
            self.groups.list_of.insert(member, list);
        }
        self.groups.members.insert(list, members.into());
    }

    /// Says that `referrer` refers to `subject`.
    pub fn join_referrer(&mut self, referrer: ImageId, subject: ImageId) {
        self.groups.subject_of.insert(referrer, subject);
        let referrers = self.groups.referrers.entry(subject).or_default();
        referrers.push(referrer);
    }

    /// Returns whether any image is a list or refers to another.
    pub fn has_groups(&self) -> bool {
        !self.groups.is_empty()
    }

    /// Returns the members of a manifest list; none of any other image.
    pub fn members(&self, list: ImageId) -> &[ImageId] {
        self.groups
            .members
            .get(&list)
            .map_or(&[], |members| members)
    }

    /// Returns what an image refers to.
    pub fn subject(&self, referrer: ImageId) -> Option<ImageId> {
        self.groups.subject_of.get(&referrer).copied()
    }

    /// Returns whether an image can be pulled from `holder`: it and, of a manifest list, every member is stored and not
    /// archived.
    #[inline]
    pub fn is_available_whole(&self, id: ImageId, holder: HolderId) -> bool {
        let is_there = |&id: &ImageId| self.is_available(id, holder);
        is_there(&id) && (self.groups.members.is_empty() || self.members(id).iter().all(is_there))
    }

    /// Returns the bytes that a client pulls: an image; of a manifest list, the list and its first member, since a node is
    /// of one platform.
    pub fn pulled_bytes(&self, id: ImageId) -> u64 {
        let first = self.members(id).first();
        self.image_bytes(id) + first.map_or(0, |&member| self.image_bytes(member))
    }

    /// Returns whether a manifest list at `holder` holds the image, which can then not be deleted before it (B114).
    pub(super) fn is_listed(&self, id: ImageId, holder: HolderId) -> bool {
        let list = self.groups.list_of.get(&id);
        list.is_some_and(|&list| self.is_stored(list, holder))
    }

    /// Returns the images of `holder` that no manifest list there holds, oldest first.
    pub(super) fn unlisted(&self, holder: HolderId) -> impl Iterator<Item = ImageId> + '_ {
        let images = self.images_of(holder);
        images.filter(move |&image| !self.is_listed(image, holder))
    }

    /// Returns whether any image is a manifest list.
    pub(super) fn has_lists(&self) -> bool {
        !self.groups.members.is_empty()
    }

    /// Asks whether what is stored at `holder` may be removed.
    ///
    /// # Errors
    /// If a manifest list there holds the image (B114).
    pub fn check_removal(&self, removal: Removal, holder: HolderId) -> Result<(), Refusal> {
        match removal {
            Removal::Image(image)
                if self.is_stored(image, holder) && self.is_listed(image, holder) =>
            {
                Err(Refusal::ImageReferencedByManifestList)
            }
            _ => Ok(()),
        }
    }

    /// A lifecycle policy expires the image: what refers to it goes within 24 h (B115).
    pub(super) fn leave_referrers(&mut self, id: ImageId, holder: HolderId) {
        let Some(referrers) = self.groups.referrers.get(&id).cloned() else {
            return;
        };
        referrers.iter().for_each(|&referrer| self.hold(referrer));
        self.groups
            .bereft
            .entry(holder)
            .or_default()
            .extend(referrers);
    }

    /// Takes the referrers whose subjects lifecycle policies have expired, by repository; [`World::let_go`] ends the hold of
    /// each.
    pub fn take_bereft(&mut self) -> BTreeMap<HolderId, Vec<ImageId>> {
        std::mem::take(&mut self.groups.bereft)
    }

    /// Forgets what joins an image to others when its record is freed.
    pub(super) fn part(&mut self, id: ImageId) {
        if let Some(members) = self.groups.members.remove(&id) {
            for &member in &members {
                self.groups.list_of.remove(&member);
                self.let_go(member);
            }
        }
        for referrer in self.groups.referrers.remove(&id).unwrap_or_default() {
            self.groups.subject_of.remove(&referrer);
        }
        if let Some(subject) = self.groups.subject_of.remove(&id)
            && let Some(referrers) = self.groups.referrers.get_mut(&subject)
        {
            referrers.retain(|&of| of != id);
            if referrers.is_empty() {
                self.groups.referrers.remove(&subject);
            }
        }
    }
}
