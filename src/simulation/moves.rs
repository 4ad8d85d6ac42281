//! Images that came or went: who asks is told after the operation that did it.

use super::observer::{DeleteCause, Deletion, Observer};
use super::run::Simulation;
use crate::ecr::{Move, Removed};
use crate::units::SimTime;

impl<O: Observer> Simulation<'_, O> {
    /// Tells of every image that came or went by the present operation.
    #[inline(never)]
    pub(super) fn tell_moves(&mut self, at: SimTime) {
        let mut moves = std::mem::take(&mut self.moves);
        self.world.take_moves(&mut moves);
        for of in &moves {
            match of {
                Move::Stored(image, holder) => self.end_risk(at, *image, *holder),
                Move::Removed(removed) => self.tell_removed(at, removed),
            }
        }
        self.moves = moves;
    }

    fn tell_removed(&mut self, at: SimTime, removed: &Removed) {
        let holder = removed.holder;
        let deletion = Deletion {
            cause: self.deleting,
            registry: self.world.registry_of(holder),
            repository: self.world.repository_of(holder),
            push: removed.push,
            pushed_at: removed.pushed_at,
            given: removed.given,
            image_bytes: removed.image_bytes,
            orphaned: self.world.registries_at(holder, removed.orphaned),
        };
        self.observer.deleted(at, &deletion);
        self.drop_risk(at, removed.image);
    }

    /// Says by what images are deleted from now on.
    pub(super) const fn delete_by(&mut self, cause: DeleteCause) {
        self.deleting = cause;
    }
}
