//! Lifecycle policies in a run: they act every 24 h from the start (B141), repositories in order of name.

use std::sync::Arc;

use super::event::{Event, EventClass, order};
use super::model::Place;
use super::observer::{DeleteCause, Observer};
use super::run::Simulation;
use crate::ecr::{HolderId, ImageId, Removal};
use crate::engine::Rank;
use crate::units::SimTime;
use crate::workload::Retention;

/// The place in the order of generators: after what the scenario itself deletes, before replicated deletes.
const RANK: u16 = (1 << 14) - 2;

impl<O: Observer> Simulation<'_, O> {
    /// Gives the repositories that exist at the start their policies, and the others their templates.
    pub(super) fn provide_lifecycles(&mut self) {
        let lifecycles = &self.model.lifecycles;
        for place in &lifecycles.watched {
            self.world.watch_arrivals(self.holder_at(*place));
        }
        for (place, template) in &self.model.templates {
            let holder = self.holder_at(*place);
            self.world.set_template(holder, template.clone());
        }
        for (place, policy) in &lifecycles.from_start {
            let holder = self.holder_at(*place);
            let put = self.world.set_lifecycle(holder, Arc::clone(policy));
            put.expect("a repository that the scenario describes exists at the start");
        }
    }

    /// Schedules the `number`-th time that policies act, if any repository has one at some time.
    pub(super) fn schedule_lifecycles(&mut self, number: u64) {
        let at = Retention::time(number);
        if self.model.lifecycles.are_used && at <= self.model.end {
            let rank = Rank::new(EventClass::Deletion as u8, order(RANK, number, 0));
            self.calendar.schedule(at, rank, Event::Lifecycles);
        }
    }

    /// Expires and archives what each repository's policy says; where a rule replicates deletes, these follow too (B111).
    pub(super) fn apply_lifecycles(&mut self, at: SimTime) {
        let now = nanos(at);
        self.delete_by(DeleteCause::Lifecycle);
        self.expire_referrers(at);
        for holder in self.world.with_lifecycle() {
            let due = self.world.due(holder, now);
            self.expire(at, holder, &due.expired);
            self.world.archive_due(holder, &due.archived, now);
        }
        self.tell_stored(at);
        let number = at.as_nanos() / Retention::time(1).as_nanos();
        self.schedule_lifecycles(number + 1);
    }

    /// Expires what refers to an image that a policy expired the last time: 24 h ago (B115).
    fn expire_referrers(&mut self, at: SimTime) {
        for (holder, referrers) in self.world.take_bereft() {
            let stored = referrers
                .iter()
                .filter(|&&image| self.world.is_stored(image, holder));
            let expired: Vec<Removal> = stored.copied().map(Removal::Image).collect();
            self.expire(at, holder, &expired);
            referrers
                .into_iter()
                .for_each(|image| self.world.let_go(image));
        }
    }

    fn expire(&mut self, at: SimTime, holder: HolderId, expired: &[Removal]) {
        if self.model.replicates_deletes && !expired.is_empty() {
            let place = Place {
                registry: self.world.registry_of(holder),
                repository: self.world.repository_of(holder),
            };
            self.replicate_deletes(at, place, expired.iter().copied());
        }
        self.world.expire(holder, expired);
    }

    /// Notes when a replica arrives, where a policy counts from that.
    #[inline(always)]
    pub(super) fn note_arrival_time(&mut self, at: SimTime, image: ImageId, holder: HolderId) {
        if self.model.lifecycles.are_used {
            self.world.note_arrival_time(image, holder, nanos(at));
        }
    }
}

fn nanos(at: SimTime) -> i64 {
    i64::try_from(at.as_nanos()).expect("a run is shorter than 292 years")
}
