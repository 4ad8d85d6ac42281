//! Pushes: `PutImage` accepted or refused.

use super::holdings::{Added, Class};
use super::ids::{HolderId, ImageId, RepositoryId, TagId};
use super::images::{Content, Digest, Image};
use super::refusal::Refusal;
use super::repositories::{Holder, Standing};
use super::tags::Tags;
use super::world::World;

/// A push: one image under one or more tags.
#[derive(Clone, Copy, Debug)]
pub struct Push<'a> {
    /// The repository in its registry.
    pub holder: HolderId,
    /// What is pushed. Of a digest that is known already, the first content counts.
    pub content: &'a Content,
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
    /// What its registry holds more, to be told before what [`World::take_changed`] hands over; `None`: the latter says it.
    pub added: Option<Added>,
}

impl World {
    /// Accepts a push or refuses it. Of a digest that is stored, and not archived, only the tags that do not stand on it
    /// count; `counts` is told for each common tag of an accepted push whether it does.
    ///
    /// # Errors
    /// If the repository does not exist; the digest is stored under all these tags (B17); a tag stands on another
    /// digest and is immutable; or a quota is used up.
    #[inline(always)]
    pub fn push(
        &mut self,
        push: Push<'_>,
        mut counts: impl FnMut(usize, bool),
    ) -> Result<Pushed, Refusal> {
        let holder = push.holder;
        self.check_exists(holder)?;
        let known = self.find_given(holder, push.content.digest);
        let stored = known.filter(|&id| self.is_stored(id, holder));
        let archived = stored.filter(|&id| self.is_archived(id, holder));
        // An image that is not stored, under tags that no other image can bear: nothing is in its way.
        if stored.is_some() || !push.tags.common.is_empty() {
            self.check_tags(holder, stored, archived.is_some(), push.tags)?;
        }
        let of = &self.holders[holder.index()];
        if stored.is_none() && u64::from(of.images) >= self.quotas.images_per_repository {
            return Err(Refusal::LimitExceeded);
        }
        // B83: pushing an archived image again restores it at once.
        if let Some(id) = archived {
            self.activate(id, holder, push.at);
        }
        let image = match known {
            Some(id) => self.push_again(id, &push),
            None => self.add_image(&push),
        };
        let added = if stored.is_none() {
            let mounting = self.blob_mounting(self.holders[holder.index()].registry);
            self.store_at(image, holder, mounting)
        } else {
            None
        };
        let standing = Standing {
            image,
            push: push.number,
        };
        for (index, &tag) in push.tags.common.iter().enumerate() {
            let stands = self.holders[holder.index()].stands_on(tag, image);
            let is_new_here = archived.is_some() || !stands;
            counts(index, is_new_here);
            if is_new_here {
                self.put_tag(holder, tag, standing);
            }
        }
        let is_new = stored.is_none();
        Ok(Pushed {
            image,
            is_new,
            added,
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

    #[inline(never)]
    fn check_tags(
        &self,
        holder: HolderId,
        stored: Option<ImageId>,
        is_archived: bool,
        tags: Tags<'_>,
    ) -> Result<(), Refusal> {
        let of = &self.holders[holder.index()];
        let is_new_here = |tag: &&TagId| stored.is_none_or(|image| !of.stands_on(**tag, image));
        let mut new_here = tags.common.iter().filter(is_new_here).peekable();
        if stored.is_some() && !is_archived && new_here.peek().is_none() {
            return Err(Refusal::ImageAlreadyExists);
        }
        let mut borne = stored.map_or(0, |image| of.tags_of(image).count() as u64);
        for &tag in new_here {
            if of.standing(tag).is_some() && self.is_immutable(holder, tag) {
                return Err(Refusal::ImageTagAlreadyExists);
            }
            borne += 1;
        }
        if borne > self.quotas.tags_per_image {
            return Err(Refusal::LimitExceeded);
        }
        Ok(())
    }

    #[inline(always)]
    fn add_image(&mut self, push: &Push<'_>) -> ImageId {
        let Holder {
            repository, slot, ..
        } = self.holders[push.holder.index()];
        let id = self.images.add(push.content, || {
            let mut image = Image::new(repository, push.content, push.tags, slot, push.at);
            image.push = push.number as u32;
            image
        });
        if self.images.get(id).may_share_layers() {
            self.refer(id, repository, push.content.digest);
        }
        // Where nobody asks for images, their order plays no part either.
        if self.is_asked(repository) {
            self.images.get_mut(id).place = self.list(repository, id);
        }
        id
    }

    /// Refers to the layers that a new image shares, and finds it by its digest from now on if the user gave that.
    #[inline(never)]
    fn refer(&mut self, id: ImageId, repository: RepositoryId, digest: Digest) {
        for layer in self.images.shared_layers(id).iter() {
            self.layers.refer(layer);
        }
        if let Digest::Given(digest) = digest {
            self.given.insert((repository, digest), id);
        }
    }

    /// Says that an image is one that was pushed at `holder`, where it may be a replica until now.
    pub(super) fn note_push(&mut self, id: ImageId, holder: HolderId) {
        let slot = self.holders[holder.index()].slot;
        let was_replica =
            self.is_stored(id, holder) && self.images.class(id, slot) != Class::Source;
        self.reclassify(id, |images| images.note_push(id, slot));
        if was_replica {
            self.cover_source(id, slot, true);
        }
    }

    /// A known digest: it may lie here already, perhaps as a replica, or only elsewhere, perhaps as an orphan until now.
    #[inline(never)]
    fn push_again(&mut self, id: ImageId, push: &Push<'_>) -> ImageId {
        debug_assert!(
            !push.tags.own,
            "an image with tags of its own is pushed once"
        );
        let Holder {
            repository, slot, ..
        } = self.holders[push.holder.index()];
        self.note_push(id, push.holder);
        if !self.is_stored(id, push.holder) {
            let place = self.list(repository, id);
            self.repositories[repository.index()].has_stale = true;
            self.images.note_place(id, slot, place);
            let image = self.images.get_mut(id);
            image.pushed_at = push.at;
            image.push = push.number as u32;
        }
        id
    }
}
