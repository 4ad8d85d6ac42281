//! Arrivals: what a completed replication does at its destination.

use super::holdings::Added;
use super::ids::{HolderId, ImageId, TagId};
use super::repositories::Standing;
use super::tags::Tags;
use super::world::World;

/// What became of an arriving image's tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Tags left out because they stand on another digest and are immutable there (B64).
    pub dropped: u32,
    /// Tags left out because a later push's image bears them already (U24).
    pub overtaken: u32,
    /// Whether the image came with tags and bears none now.
    pub is_untagged: bool,
    /// What its registry holds more, to be told before what [`World::take_changed`] hands over; `None`: the latter says it.
    pub added: Option<Added>,
}

/// What became of one tag of an arriving image.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Brought {
    Stands,
    Dropped,
    Overtaken,
}

impl World {
    /// Stores an image that a replication brought from `source` to `holder`; `number` is its push's.
    ///
    /// A missing repository is created by its template or with ECR's plain defaults (B60, B61, B70), under the same name (B30). Nothing
    /// else of the source's settings comes along (B62). `applied` is told for each common tag whether it stands.
    #[inline(always)]
    pub fn arrive(
        &mut self,
        image: ImageId,
        source: HolderId,
        holder: HolderId,
        tags: Tags<'_>,
        number: u64,
        mut applied: impl FnMut(usize, bool),
    ) -> Arrival {
        let of = &self.holders[holder.index()];
        let slot = of.slot;
        if !of.exists {
            self.create_for_arrival(holder, source);
        }
        if self.images.get(image).has_provenance() {
            let source_slot = self.holders[source.index()].slot;
            // Stored already, it may have been an orphan: now it came from a source that may still have it.
            self.reclassify(image, |images| {
                images.note_arrival(image, slot, source_slot)
            });
        }
        let added = if self.is_stored_at(image, slot) {
            None
        } else {
            let may_mount = self.images.get(image).may_share_layers();
            self.store_at(image, holder, may_mount && self.mounts(source, holder))
        };
        let standing = Standing {
            image,
            push: number,
        };
        let (mut dropped, mut overtaken) = (0, 0);
        for (index, &tag) in tags.common.iter().enumerate() {
            let brought = self.bring_tag(holder, tag, standing);
            dropped += u32::from(brought == Brought::Dropped);
            overtaken += u32::from(brought == Brought::Overtaken);
            applied(index, brought == Brought::Stands);
        }
        Arrival {
            dropped,
            overtaken,
            is_untagged: !tags.common.is_empty() && self.is_untagged(image, holder),
            added,
        }
    }

    /// Returns whether layers move between the registries of two holders by mounting: on at both ends (B133).
    pub fn mounts(&self, source: HolderId, holder: HolderId) -> bool {
        [source, holder]
            .iter()
            .all(|end| self.blob_mounting(self.holders[end.index()].registry))
    }

    /// Applies one tag of an arriving image.
    fn bring_tag(&mut self, holder: HolderId, tag: TagId, standing: Standing) -> Brought {
        let before = self.holders[holder.index()].standing(tag);
        let other = before.filter(|before| before.image != standing.image);
        if other.is_some() && self.is_immutable(holder, tag) {
            return Brought::Dropped;
        }
        if self.tags_move_forward && other.is_some_and(|other| other.push > standing.push) {
            return Brought::Overtaken;
        }
        // Standing on this digest already is no conflict (U10a); the later push counts.
        let push = before
            .filter(|_| other.is_none())
            .map_or(0, |before| before.push)
            .max(standing.push);
        self.put_tag(holder, tag, Standing { push, ..standing });
        Brought::Stands
    }
}
