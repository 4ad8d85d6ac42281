//! Pushes: `PutImage` accepted or refused.

use super::holdings::Class;
use super::ids::{HolderId, ImageId, TagId};
use super::images::{Content, Digest, Image};
use super::refusal::Refusal;
use super::repositories::Standing;
use super::slots::Slots;
use super::world::{Tags, World};

/// A push: one image under one or more tags.
#[derive(Clone, Copy, Debug)]
pub struct Push<'a> {
    /// The repository in its registry.
    pub holder: HolderId,
    /// What is pushed. Of a digest that is known already, the first content counts.
    pub content: Content,
    /// Its tags.
    pub tags: Tags<'a>,
    /// The number of the push over the whole run: its place in the order of pushes.
    pub number: u64,
    /// When, in nanoseconds since the run's start; negative before it.
    pub at: i64,
}

/// An accepted push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The image.
    pub image: ImageId,
    /// Whether the repository lacked it. If not, only tags were added, which replicates all the same (B16).
    pub is_new: bool,
}

impl World {
    /// Accepts a push or refuses it.
    ///
    /// # Errors
    /// If the repository does not exist; the digest is stored under all these tags (B17); a tag stands on another
    /// digest and is immutable; or a quota is used up.
    pub fn push(&mut self, push: Push<'_>) -> Result<Pushed, Refusal> {
        self.check_exists(push.holder)?;
        let known = self.find_given(push.holder, push.content.digest);
        let stored = known.filter(|&id| self.is_stored(id, push.holder));
        self.check_tags(push.holder, stored, push.tags)?;
        let of = &self.holders[push.holder.index()];
        if stored.is_none() && u64::from(of.images) >= self.quotas.images_per_repository {
            return Err(Refusal::LimitExceeded);
        }
        let image = known.unwrap_or_else(|| self.add_image(&push));
        if known.is_some() {
            self.push_again(image, &push);
        }
        if stored.is_none() {
            let mounting = self.blob_mounting(self.holders[push.holder.index()].registry);
            self.store_at(image, push.holder, Class::Source, mounting);
        }
        for &tag in push.tags.common {
            self.put_tag(
                push.holder,
                tag,
                Standing {
                    image,
                    push: push.number,
                },
            );
        }
        Ok(Pushed {
            image,
            is_new: stored.is_none(),
        })
    }

    /// Returns the image of a digest that the user gave, if it is known under the repository's name.
    pub fn find_given(&self, holder: HolderId, digest: Digest) -> Option<ImageId> {
        let Digest::Given(digest) = digest else {
            return None;
        };
        self.given
            .get(&(self.repository_of(holder), digest))
            .copied()
    }

    fn check_tags(
        &self,
        holder: HolderId,
        stored: Option<ImageId>,
        tags: Tags<'_>,
    ) -> Result<(), Refusal> {
        let of = &self.holders[holder.index()];
        let standing = |tag: &TagId| of.tags.get(tag).map(|standing| standing.image);
        let is_new_here = |tag: &&TagId| stored.is_none() || standing(tag) != stored;
        if stored.is_some() && !tags.common.iter().any(|tag| is_new_here(&tag)) {
            return Err(Refusal::ImageAlreadyExists);
        }
        let mut moved = tags
            .common
            .iter()
            .filter(is_new_here)
            .filter(|tag| standing(tag).is_some());
        if moved.any(|&tag| self.is_immutable(holder, tag)) {
            return Err(Refusal::ImageTagAlreadyExists);
        }
        let added = tags.common.iter().filter(is_new_here).count() as u64;
        let borne = stored.map_or(0, |id| u64::from(of.tag_count(id)));
        if borne + added > self.quotas.tags_per_image {
            Err(Refusal::LimitExceeded)
        } else {
            Ok(())
        }
    }

    fn add_image(&mut self, push: &Push<'_>) -> ImageId {
        let of = &self.holders[push.holder.index()];
        let repository = of.repository;
        push.content
            .shared_layers()
            .for_each(|layer| self.layers.refer(layer));
        let id = self.images.store(Image {
            content: push.content,
            pushed_at: push.at,
            repository,
            present: Slots::default(),
            pending: 0,
            sequence: 0,
            origin: of.slot,
            has_own_tags: push.tags.own,
            has_provenance: false,
        });
        if let Digest::Given(digest) = push.content.digest {
            self.given.insert((repository, digest), id);
        }
        self.list(repository, id);
        id
    }

    /// A known digest: it may have lain here as a replica, or only elsewhere, orphaned perhaps until now.
    fn push_again(&mut self, id: ImageId, push: &Push<'_>) {
        let of = &self.holders[push.holder.index()];
        let (slot, repository) = (of.slot, of.repository);
        let was_stored = self.images.get(id).present.has(slot);
        let returns = !was_stored && self.images.get(id).origin == slot;
        if returns {
            // Before it is stored, so that its replicas elsewhere are orphans no longer.
            self.reclassify(id, |images| {
                images.get_mut(id).present.add(slot);
                images.note_push(id, slot);
            });
            self.images.get_mut(id).present.remove(slot);
        } else {
            self.reclassify(id, |images| images.note_push(id, slot));
        }
        if !was_stored {
            self.images.get_mut(id).pushed_at = push.at;
            self.repositories[repository.index()].living -= 1;
            self.list(repository, id);
        }
    }

    /// Puts a tag where it belongs, away from where it stood (B65).
    pub(super) fn put_tag(&mut self, holder: HolderId, tag: TagId, standing: Standing) {
        let before = self.holders[holder.index()].tags.get(&tag).copied();
        let left = before.map_or(standing.image, |before| before.image);
        let affected = [standing.image, left];
        let affected = if left == standing.image {
            &affected[..1]
        } else {
            &affected[..]
        };
        self.edit_tags(holder, affected, |of| of.put_tag(tag, standing));
    }
}
