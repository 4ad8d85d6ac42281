//! Tags: where they stand, and what may move them.

use super::ids::{HolderId, ImageId, TagId};
use super::repositories::Standing;
use super::world::World;

/// The tags of a push.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tags<'a> {
    /// Whether some of its tags are such that no other image can bear them: nothing can move or remove these. Only an
    /// image that is pushed once, under a generated digest, may have such.
    pub own: bool,
    /// The others.
    pub common: &'a [TagId],
}

impl World {
    /// Makes a tag's text known.
    pub fn add_tag(&mut self, text: &str) -> TagId {
        self.tag_texts.push(text.to_owned());
        TagId::new(self.tag_texts.len() - 1)
    }

    /// Returns whether `tag` stands on the image at `holder`.
    pub fn stands_on(&self, holder: HolderId, tag: TagId, id: ImageId) -> bool {
        self.holders[holder.index()].stands_on(tag, id)
    }

    /// Returns whether `tag`, once it stands on an image at `holder`, stays there (B64, B66).
    pub(super) fn is_immutable(&self, holder: HolderId, tag: TagId) -> bool {
        let mutability = self.holders[holder.index()].mutability();
        mutability.is_some_and(|mutability| mutability.is_immutable(&self.tag_texts[tag.index()]))
    }

    pub(super) fn is_untagged(&self, id: ImageId, holder: HolderId) -> bool {
        !self.images.get(id).has_own_tags() && !self.holders[holder.index()].bears_tag(id)
    }

    /// Puts a tag on a stored image, away from the one on which it stood: that one stays, perhaps untagged (B65).
    pub(super) fn put_tag(&mut self, holder: HolderId, tag: TagId, standing: Standing) {
        let was_untagged = self.is_untagged(standing.image, holder);
        let left = self.holders[holder.index()].put_tag(tag, standing);
        let is_left_bare = left.is_some_and(|left| self.is_untagged(left, holder));
        let registry = self.holders[holder.index()].registry;
        let untagged = &mut self.registries[registry.index()].holdings.untagged;
        *untagged = *untagged + u32::from(is_left_bare) - u32::from(was_untagged);
        self.note_change(registry);
    }
}
