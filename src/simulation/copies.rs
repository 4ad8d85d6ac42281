//! From the queue to the replica: admission, transfer, stall, retries, arrival.

use super::event::{Event, EventClass};
use super::keys::LaneKeys;
use super::model::Model;
use super::observer::{Observer, Phase, PushState, Replication};
use super::permissions::Permissions;
use super::run::Simulation;
use crate::ecr::{Arrival, HolderId, Reason, RegistryId, RepositoryId, Tags, World};
use crate::engine::{Key, Rank};
use crate::network::Medium;
use crate::units::{SimDuration, SimTime};

impl<O: Observer> Simulation<'_, O> {
    /// Starts the copy that comes first among those that may start now, or finds that none may.
    pub(super) fn start_next(&mut self) {
        let (mut first, mut index) = (None, 0);
        while let Some(&link) = self.ready.get(index) {
            let Some(place) = self.links[link as usize].startable() else {
                self.ready.swap_remove(index);
                continue;
            };
            let head = (self.replications.get(place).order, place, index);
            first = Some(first.map_or(head, |first| head.min(first)));
            index += 1;
        }
        let Some((_, place, index)) = first else {
            return;
        };
        let of = self.replications.get(place);
        let (link, since) = (of.link, of.since);
        self.links[link as usize].call();
        let now = self.calendar.now();
        self.start(now, place, Some(now.since(since)));
        // Mostly no other may start, and the next step need not find that.
        if self.links[link as usize].startable().is_none() {
            debug_assert_eq!(self.ready[index], link, "a start only adds to the list");
            self.ready.swap_remove(index);
        }
    }

    /// Asks whether the copy may start, once and for all (B49, U8), and starts it or lets it fail. `waited` is how long it
    /// was in the queue; `None`: it did not join it.
    #[inline(always)]
    pub(super) fn start(&mut self, at: SimTime, place: u32, waited: Option<SimDuration>) {
        let of = self.replications.get_mut(place);
        let push = self.pushes.get(of.push);
        if let Some(waited) = waited {
            of.queue += waited;
        }
        if of.attempts == 0
            && let Err(reason) = admit(self.model, &mut self.permissions, &self.world, push, of)
        {
            return self.dismiss(at, place, waited, reason);
        }
        let link = &mut self.links[of.link as usize];
        link.occupy();
        of.phase = Phase::Moving;
        of.since = at;
        of.slot_since = at;
        of.attempts += 1;
        of.to_move_bytes = self.world.missing_bytes(push.image, push.holder, of.holder);
        self.observer.started(at, push, of, waited);
        let rank = Rank::new(EventClass::End as u8, of.order);
        // A copy with nothing to move takes no transfer time and no share of the link.
        if of.to_move_bytes == 0 {
            return self.calendar.schedule(at, rank, Event::TransferEnd(place));
        }
        let flow = self.model.lanes[of.lane as usize].flow;
        match &mut link.medium {
            Medium::Steady(steady) => {
                if let Some(due) = steady.start(at, of.to_move_bytes, flow) {
                    self.calendar
                        .schedule_here(due, rank, Event::TransferEnd(place));
                }
            }
            Medium::Shared(pipe) => {
                of.copy = Some(pipe.start(at, of.to_move_bytes, flow, place, of.order));
                let link = of.link as usize;
                self.refresh_end(link);
            }
        }
    }

    /// A copy that may not start leaves the queue and fails.
    #[inline(never)]
    fn dismiss(&mut self, at: SimTime, place: u32, waited: Option<SimDuration>, reason: Reason) {
        let of = self.replications.get(place);
        if waited.is_none() {
            self.observer.queued(at, self.pushes.get(of.push), of);
        }
        self.observer.dismissed(at, of, waited.unwrap_or_default());
        if reason == Reason::LimitExceeded {
            let holder = of.holder;
            self.note_exhausted(at, holder);
        }
        self.fail(at, place, reason);
    }

    /// Returns the bytes that a transfer in progress has moved by `now`, which is where its pipe stands.
    pub(super) fn moving_bytes(&self, now: SimTime, replication: &Replication) -> u64 {
        if replication.phase != Phase::Moving {
            return 0;
        }
        match &self.links[replication.link as usize].medium {
            Medium::Steady(steady) => {
                steady.moved_by(replication.since, now, replication.to_move_bytes)
            }
            Medium::Shared(pipe) => replication.copy.map_or(0, |copy| pipe.moved_by(copy)),
        }
    }

    /// The bytes are there; the copy may stall, else its attempt ends.
    pub(super) fn end_transfer(&mut self, at: SimTime, place: u32) {
        let of = self.replications.get_mut(place);
        let link = of.link as usize;
        of.transfer += at.since(of.since);
        of.moved_bytes += of.to_move_bytes;
        of.copy = None;
        if let Medium::Steady(steady) = &mut self.links[link].medium
            && of.to_move_bytes > 0
        {
            let flow = self.model.lanes[of.lane as usize].flow;
            steady.finish(of.since, of.to_move_bytes, flow);
        }
        of.since = at;
        of.phase = Phase::Stalled;
        let Some(stall) = self.draw_stall(place, link) else {
            return self.end_attempt(at, place);
        };
        // A stall beyond the clock's end never passes.
        if let Some(due) = at.as_nanos().checked_add(stall) {
            let rank = Rank::new(EventClass::End as u8, self.replications.get(place).order);
            self.calendar
                .schedule(SimTime::from_nanos(due), rank, Event::StallEnd(place));
        }
    }

    /// Returns how many nanoseconds this attempt stalls, if it does.
    #[inline]
    fn draw_stall(&self, place: u32, link: usize) -> Option<u64> {
        let of = self.replications.get(place);
        if of.stalls == Some(false) && of.attempts == 1 {
            return None;
        }
        let link = &self.model.links[link];
        if link.stall_probability <= 0.0 {
            return None;
        }
        let mut draws = self.attempt_key(place, |keys| keys.stall).draws();
        let stalls = draws.chance(link.stall_probability);
        stalls.then(|| link.stall.draw_whole(&mut draws))
    }

    /// Returns whether this attempt fails at its end.
    #[inline(always)]
    fn draw_failure(&self, place: u32) -> bool {
        let probability = self.model.failures.probability;
        let key = || self.attempt_key(place, |keys| keys.failure);
        probability > 0.0 && key().draws().chance(probability)
    }

    #[inline]
    fn attempt_key(&self, place: u32, of: impl Fn(&LaneKeys) -> Key) -> Key {
        let replication = self.replications.get(place);
        let push = self.pushes.get(replication.push);
        of(self.keys.of(push.origin, replication.lane))
            .numbered(push.draw)
            .numbered(u64::from(replication.attempts))
    }

    /// The stall has passed.
    #[inline(never)]
    pub(super) fn end_stall(&mut self, at: SimTime, place: u32) {
        let of = self.replications.get_mut(place);
        if of.phase == Phase::Aborted {
            return self.replications.remove(place);
        }
        of.stall += at.since(of.since);
        of.since = at;
        self.end_attempt(at, place);
    }

    /// The slot is free again; the attempt has failed, for now or for good, or the image arrives.
    #[inline(always)]
    fn end_attempt(&mut self, at: SimTime, place: u32) {
        let link = self.replications.get(place).link as usize;
        self.links[link].release();
        self.note_ready(link);
        if self.draw_failure(place) {
            self.fail_attempt(at, place);
        } else {
            self.arrive(at, place);
        }
    }

    /// The attempt has failed: another follows, unless it was the last.
    #[inline(never)]
    fn fail_attempt(&mut self, at: SimTime, place: u32) {
        let failures = self.model.failures;
        let of = self.replications.get_mut(place);
        self.observer.released(at, of);
        if of.attempts > failures.retries {
            return self.fail(at, place, Reason::TransferFailed);
        }
        of.note_attempt();
        of.phase = Phase::BackingOff;
        let rank = Rank::new(EventClass::Dispatch as u8, of.order);
        if let Some(due) = at.as_nanos().checked_add(failures.backoff.as_nanos()) {
            self.calendar
                .schedule(SimTime::from_nanos(due), rank, Event::BackoffEnd(place));
        }
    }

    /// COMPLETE: the image is stored at the destination.
    #[inline(always)]
    fn arrive(&mut self, at: SimTime, place: u32) {
        let replication = self.replications.get(place);
        let (push, holder, id) = (replication.push, replication.holder, replication.id);
        let of = self.pushes.get(push);
        let (list, repository, number, image) = (of.tags, of.repository, of.number, of.image);
        self.resolve_tags(&list, repository);
        let mut missing = if self.left_out.is_empty() {
            Vec::new()
        } else {
            self.leave_out_tags(push, holder)
        };
        self.note_arrival_time(at, image, holder);
        self.restore_at_once(at, image, holder);
        let resolved = &self.resolved;
        let of = self.pushes.get(push);
        let arrival: Arrival = self.world.arrive(
            image,
            of.holder,
            holder,
            resolved.tags(),
            number,
            |index, stands| {
                if !stands {
                    missing.push(resolved.places[index]);
                }
            },
        );
        let replication = self.replications.get(place);
        self.observer
            .arrived(at, of, replication, &arrival, &missing);
        self.replications.remove(place);
        self.note_deployable(at, number, holder);
        self.close(at, push, id, None);
        self.tell_stored(at);
    }

    /// Takes those tags off the resolved ones that did not count at the push, and returns the places of those among
    /// them that do not stand on the image at `holder` anyway.
    #[inline(never)]
    fn leave_out_tags(&mut self, push: u32, holder: HolderId) -> Vec<u32> {
        let Some(left_out) = self.left_out.get(&push) else {
            return Vec::new();
        };
        let image = self.pushes.get(push).image;
        let mut missing = Vec::new();
        self.resolved.retain(|place, tag| {
            let counts = !left_out.contains(&place);
            if !counts && !self.world.stands_on(holder, tag, image) {
                missing.push(place);
            }
            counts
        });
        missing
    }

    /// FAILED, before the copy started or after its last attempt.
    pub(super) fn fail(&mut self, at: SimTime, place: u32, reason: Reason) {
        let replication = self.replications.get(place);
        let (push, id) = (replication.push, replication.id);
        self.observer
            .failed(at, self.pushes.get(push), replication, reason);
        self.replications.remove(place);
        self.close(at, push, id, Some(reason));
    }

    /// One replication of a push, by its number, has ended; after the last one the push is forgotten.
    #[inline(always)]
    pub(super) fn close(&mut self, at: SimTime, push: u32, number: u64, failed: Option<Reason>) {
        self.release_waiters(at, number, failed);
        let of = self.pushes.get_mut(push);
        of.open -= 1;
        of.all_complete &= failed.is_none();
        if of.open == 0 {
            self.forget(at, push, failed);
        }
    }

    /// All replications of a push have ended, the last one so.
    #[inline(always)]
    fn forget(&mut self, at: SimTime, push: u32, failed: Option<Reason>) {
        let of = self.pushes.get(push);
        let (image, holder, backfill) = (of.image, of.holder, of.backfill);
        if backfill.is_none()
            && let Some(all_complete) = self.groups.settle(of)
        {
            self.observer.settled(at, of, all_complete);
        }
        if self.backfills.is_none() {
            self.deployments.forget(of.number);
        }
        self.pushes.remove(push);
        if !self.left_out.is_empty() {
            self.left_out.remove(&push);
        }
        self.world.let_go(image);
        if let Some(backfill) = backfill {
            self.count_backfilled(at, backfill, push, holder, failed);
        }
    }

    /// Ends a copy in flight because its permission is gone.
    pub(super) fn abort(&mut self, at: SimTime, place: u32) {
        let replication = *self.replications.get(place);
        let link = replication.link as usize;
        let spent = at.since(replication.since);
        let is_moving = replication.phase == Phase::Moving && replication.to_move_bytes > 0;
        let of = self.replications.get_mut(place);
        match replication.phase {
            Phase::Moving => of.transfer += spent,
            Phase::Stalled => of.stall += spent,
            _ => {}
        }
        if let Some(copy) = replication.copy {
            of.moved_bytes += self.links[link].medium.pipe().abort(at, copy);
            self.refresh_end(link);
        } else if let Medium::Steady(steady) = &mut self.links[link].medium
            && is_moving
        {
            let flow = self.model.lanes[replication.lane as usize].flow;
            of.moved_bytes += steady.abort(replication.since, at, replication.to_move_bytes, flow);
        }
        if replication.phase != Phase::BackingOff {
            self.links[link].release();
            self.observer.released(at, self.replications.get(place));
            self.note_ready(link);
        }
        let replication = *self.replications.get(place);
        self.observer.failed(
            at,
            self.pushes.get(replication.push),
            &replication,
            Reason::PermissionRevoked,
        );
        // Of the others an event is pending that must find the place still taken.
        if replication.copy.is_some() {
            self.replications.remove(place);
        } else {
            self.replications.get_mut(place).phase = Phase::Aborted;
        }
        let reason = Some(Reason::PermissionRevoked);
        self.close(at, replication.push, replication.id, reason);
    }

    /// Returns the places of the copies in flight on lanes to `registry`, in order of their streams and numbers.
    pub(super) fn in_flight_to(&self, registry: RegistryId) -> Vec<u32> {
        let is_in_flight = |&place: &u32| {
            let replication = self.replications.get(place);
            let flies = matches!(
                replication.phase,
                Phase::Moving | Phase::Stalled | Phase::BackingOff
            );
            flies && self.model.lanes[replication.lane as usize].destination == registry
        };
        let mut places: Vec<u32> = self
            .replications
            .places()
            .into_iter()
            .filter(is_in_flight)
            .collect();
        places.sort_unstable_by_key(|&place| {
            (
                self.replications.get(place).order,
                self.replications.get(place).lane,
            )
        });
        places
    }

    pub(super) fn repository_of(&self, place: u32) -> RepositoryId {
        self.pushes
            .get(self.replications.get(place).push)
            .repository
    }
}

/// Admission, in this order: the source image, Regions, policy, quotas (MODEL.md, step 5).
#[inline(always)]
fn admit(
    model: &Model,
    permissions: &mut Permissions,
    world: &World,
    push: &PushState,
    replication: &Replication,
) -> Result<(), Reason> {
    // An archived image cannot be read either (B83).
    if !world.is_available_at(push.image, push.slot) {
        return Err(Reason::SourceImageDeleted);
    }
    let holder = replication.holder;
    let exists = world.exists(holder);
    permissions.admit(model, replication.lane, push.repository, exists)?;
    if !exists && world.lacks_role(holder) {
        return Err(Reason::TemplateRoleMissing);
    }
    if world.is_full(holder) && !world.is_stored(push.image, holder) {
        return Err(Reason::LimitExceeded);
    }
    Ok(())
}

impl super::tags::Resolved {
    /// Returns the tags as the state machine takes them.
    pub fn tags(&self) -> Tags<'_> {
        Tags {
            own: self.own,
            common: &self.common,
        }
    }
}

/// How long a phase has lasted, for those who read a replication in the middle of it.
impl super::observer::Replication {
    /// Returns queue, transfer and stall time including the present phase until `now`.
    pub fn times_until(&self, now: SimTime) -> (SimDuration, SimDuration, SimDuration) {
        let spent = now.since(self.since);
        let add = |phase, time: SimDuration| {
            if self.phase == phase {
                time + spent
            } else {
                time
            }
        };
        (
            add(Phase::Queued, self.queue),
            add(Phase::Moving, self.transfer),
            add(Phase::Stalled, self.stall),
        )
    }
}
