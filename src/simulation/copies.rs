//! From the queue to the replica: admission, transfer, stall, retries, arrival.

use super::model::Model;
use super::observer::{Ending, Observer, Phase, PushState};
use super::run::{Event, EventClass, Simulation};
use crate::ecr::{Arrival, HolderId, Reason, RepositoryId, Tags};
use crate::engine::{Key, Rank};
use crate::units::{SimDuration, SimTime};

/// Keys of a replication's draws: by stream or script, and destination.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// By origin, then lane.
    lanes: Vec<Vec<LaneKeys>>,
}

#[derive(Clone, Copy, Debug)]
struct LaneKeys {
    dispatch: Key,
    stall: Key,
    failure: Key,
    revocation: Key,
}

impl Keys {
    /// Streams come first, then scripts. A draw is keyed by names, so that no other lane or stream moves it.
    pub fn new(model: &Model, seed: u64) -> Self {
        let streams = model.streams.iter().map(|stream| &stream.name);
        let scripts = model.scripts.iter().map(|script| &script.name);
        let keys = |origin: &String| {
            let lanes = model.lanes.iter().map(|lane| {
                let registry = |id: crate::ecr::RegistryId| &model.names.registries[id.index()];
                let key = |purpose| {
                    Key::new(seed, purpose)
                        .named(origin)
                        .named(registry(lane.source))
                        .named(registry(lane.destination))
                };
                LaneKeys {
                    dispatch: key("dispatch"),
                    stall: key("stall"),
                    failure: key("failure"),
                    revocation: key("revocation"),
                }
            });
            lanes.collect()
        };
        Self {
            lanes: streams.chain(scripts).map(keys).collect(),
        }
    }

    pub fn dispatch(&self, origin: u32, lane: u32) -> Key {
        self.of(origin, lane).dispatch
    }

    fn of(&self, origin: u32, lane: u32) -> &LaneKeys {
        &self.lanes[origin as usize][lane as usize]
    }

    /// Returns the key by which a copy survives a revocation.
    pub fn revocation(&self, origin: u32, lane: u32) -> Key {
        self.of(origin, lane).revocation
    }
}

impl<O: Observer> Simulation<'_, O> {
    /// Starts the copy that comes first among those that may start now, or finds that none may.
    pub(super) fn start_next(&mut self) {
        let links = &self.links;
        self.ready.retain(|&link| links[link].startable().is_some());
        let head = |link: usize| {
            let place = self.links[link]
                .startable()
                .expect("a link that is ready has a head");
            (self.replications.get(place).order, place, link)
        };
        if let Some((_, place, link)) = self.ready.iter().map(|&link| head(link)).min() {
            self.start(self.calendar.now(), place, link);
        }
    }

    /// Asks whether the copy may start, once and for all (B49, U8), and starts it or lets it fail.
    fn start(&mut self, at: SimTime, place: u32, link: usize) {
        let replication = *self.replications.get(place);
        let waited = at.since(replication.since);
        let admitted = if replication.attempts == 0 {
            self.admit(place)
        } else {
            Ok(())
        };
        let of = self.replications.get_mut(place);
        of.queue += waited;
        if let Err(reason) = admitted {
            self.links[link].dismiss();
            let replication = *of;
            self.observer.dismissed(at, &replication, waited);
            return self.fail(at, place, reason);
        }
        self.links[link].occupy();
        of.phase = Phase::Moving;
        of.since = at;
        of.slot_since = at;
        of.moved_before_bytes = of.moved_bytes;
        of.attempts += 1;
        of.started_at.get_or_insert(at);
        let replication = *of;
        let push = self.pushes.get(replication.push);
        let lane = &self.model.lanes[replication.lane as usize];
        let holder = self.holder(push.repository, lane.destination);
        let bytes =
            self.world
                .missing_bytes(push.image, holder, self.world.mounts(push.holder, holder));
        self.replications.get_mut(place).to_move_bytes = bytes;
        let replication = *self.replications.get(place);
        self.observer
            .started(at, self.pushes.get(replication.push), &replication, waited);
        self.move_bytes(at, place, link, bytes);
    }

    /// A copy with nothing to move takes no transfer time and no share of the link.
    fn move_bytes(&mut self, at: SimTime, place: u32, link: usize, bytes: u64) {
        let order = self.replications.get(place).order;
        if bytes == 0 {
            let rank = Rank::new(EventClass::End as u8, order);
            return self.calendar.schedule(at, rank, Event::TransferEnd(place));
        }
        let flow = self.model.lanes[self.replications.get(place).lane as usize].flow;
        let copy = self.links[link].pipe.start(at, bytes, flow, place, order);
        self.replications.get_mut(place).copy = Some(copy);
        self.refresh_end(link);
    }

    /// Admission, in this order: the source image, Regions, policy, quotas (MODEL.md, step 5).
    fn admit(&mut self, place: u32) -> Result<(), Reason> {
        let replication = self.replications.get(place);
        let push = self.pushes.get(replication.push);
        if !self.world.is_stored(push.image, push.holder) {
            return Err(Reason::SourceImageDeleted);
        }
        let lane = &self.model.lanes[replication.lane as usize];
        let holder = self.holder(push.repository, lane.destination);
        let exists = self.world.exists(holder);
        self.permissions
            .admit(self.model, replication.lane, push.repository, exists)?;
        if !self.world.is_stored(push.image, holder) && self.world.is_full(holder) {
            return Err(Reason::LimitExceeded);
        }
        Ok(())
    }

    /// The bytes are there; the copy may stall, else its attempt ends.
    pub(super) fn end_transfer(&mut self, at: SimTime, place: u32) {
        let replication = self.replications.get_mut(place);
        replication.transfer += at.since(replication.since);
        replication.moved_bytes += replication.to_move_bytes;
        replication.copy = None;
        replication.since = at;
        replication.phase = Phase::Stalled;
        let replication = *replication;
        let push = self.pushes.get(replication.push);
        let link = &self.model.links[self.model.lanes[replication.lane as usize].link];
        let key = self
            .keys
            .of(push.origin, replication.lane)
            .stall
            .numbered(push.draw);
        let mut draws = key.numbered(u64::from(replication.attempts)).draws();
        if !draws.chance(link.stall_probability) {
            return self.end_attempt(at, place);
        }
        let stall = link.stall.draw_whole(&mut draws);
        // A stall beyond the clock's end never passes.
        if let Some(due) = at.as_nanos().checked_add(stall) {
            let rank = Rank::new(EventClass::End as u8, replication.order);
            self.calendar
                .schedule(SimTime::from_nanos(due), rank, Event::StallEnd(place));
        }
    }

    /// The stall has passed.
    pub(super) fn end_stall(&mut self, at: SimTime, place: u32) {
        let replication = self.replications.get_mut(place);
        if replication.phase == Phase::Aborted {
            return self.replications.remove(place);
        }
        replication.stall += at.since(replication.since);
        replication.since = at;
        self.end_attempt(at, place);
    }

    /// The slot is free again; the attempt has failed, for now or for good, or the image arrives.
    fn end_attempt(&mut self, at: SimTime, place: u32) {
        self.leave_slot(at, place);
        let replication = *self.replications.get(place);
        let push = self.pushes.get(replication.push);
        let key = self
            .keys
            .of(push.origin, replication.lane)
            .failure
            .numbered(push.draw);
        let failures = self.model.failures;
        let mut draws = key.numbered(u64::from(replication.attempts)).draws();
        if failures.probability <= 0.0 || !draws.chance(failures.probability) {
            return self.arrive(at, place);
        }
        if replication.attempts > failures.retries {
            return self.fail(at, place, Reason::TransferFailed);
        }
        self.replications.get_mut(place).phase = Phase::BackingOff;
        let rank = Rank::new(EventClass::Dispatch as u8, replication.order);
        if let Some(due) = at.as_nanos().checked_add(failures.backoff.as_nanos()) {
            self.calendar
                .schedule(SimTime::from_nanos(due), rank, Event::BackoffEnd(place));
        }
    }

    fn leave_slot(&mut self, at: SimTime, place: u32) {
        let replication = *self.replications.get(place);
        let link = self.model.lanes[replication.lane as usize].link;
        self.links[link].release();
        self.observer.released(at, &replication);
        self.note_ready(link);
    }

    /// COMPLETE: the image is stored at the destination.
    fn arrive(&mut self, at: SimTime, place: u32) {
        let replication = *self.replications.get(place);
        let push = *self.pushes.get(replication.push);
        let destination = self.model.lanes[replication.lane as usize].destination;
        let holder = self.holder(push.repository, destination);
        self.resolve_tags(push.tags, push.repository);
        let mut missing = self.leave_out_tags(&push, holder);
        let resolved = &self.resolved;
        let arrival: Arrival = self.world.arrive(
            push.image,
            push.holder,
            holder,
            resolved.tags(),
            push.number,
            |index, stands| {
                if !stands {
                    missing.push(resolved.places[index]);
                }
            },
        );
        self.tell_stored(at);
        let ending = Ending::Complete {
            arrival,
            missing_tags: &missing,
        };
        self.observer
            .ended(at, self.pushes.get(replication.push), &replication, &ending);
        self.replications.remove(place);
        self.close(at, replication.push, true);
    }

    /// Takes those tags off the resolved ones that did not count at the push, and returns the places of those among
    /// them that do not stand on the image at `holder` anyway.
    fn leave_out_tags(&mut self, push: &PushState, holder: HolderId) -> Vec<u32> {
        let Some(left_out) = self.left_out.get(&push.number) else {
            return Vec::new();
        };
        let mut missing = Vec::new();
        self.resolved.retain(|place, tag| {
            let counts = !left_out.contains(&place);
            if !counts && !self.world.stands_on(holder, tag, push.image) {
                missing.push(place);
            }
            counts
        });
        missing
    }

    /// FAILED, before the copy started or after its last attempt.
    fn fail(&mut self, at: SimTime, place: u32, reason: Reason) {
        let replication = *self.replications.get(place);
        self.observer.ended(
            at,
            self.pushes.get(replication.push),
            &replication,
            &Ending::Failed(reason),
        );
        self.replications.remove(place);
        self.close(at, replication.push, false);
    }

    /// One replication of a push has ended; after the last one the push is forgotten.
    fn close(&mut self, at: SimTime, push: u32, complete: bool) {
        let of = self.pushes.get_mut(push);
        of.open -= 1;
        of.all_complete &= complete;
        if of.open == 0 {
            let (image, number, all_complete) = (of.image, of.number, of.all_complete);
            self.observer
                .settled(at, self.pushes.get(push), all_complete);
            self.pushes.remove(push);
            self.left_out.remove(&number);
            self.world.let_go(image);
        }
    }

    /// Ends a copy in flight because its permission is gone.
    pub(super) fn abort(&mut self, at: SimTime, place: u32) {
        let replication = *self.replications.get(place);
        let link = self.model.lanes[replication.lane as usize].link;
        let spent = at.since(replication.since);
        let of = self.replications.get_mut(place);
        match replication.phase {
            Phase::Moving => of.transfer += spent,
            Phase::Stalled => of.stall += spent,
            _ => {}
        }
        if let Some(copy) = replication.copy {
            of.moved_bytes += self.links[link].pipe.abort(at, copy);
            self.refresh_end(link);
        }
        if replication.phase != Phase::BackingOff {
            self.leave_slot(at, place);
        }
        let replication = *self.replications.get(place);
        let ending = Ending::Failed(Reason::PermissionRevoked);
        self.observer
            .ended(at, self.pushes.get(replication.push), &replication, &ending);
        // A stall or a back-off has an event pending that must find the place still taken.
        if replication.phase == Phase::Moving {
            self.replications.remove(place);
        } else {
            self.replications.get_mut(place).phase = Phase::Aborted;
        }
        self.close(at, replication.push, false);
    }

    /// Returns the places of the copies in flight on lanes to `registry`, in order of their streams and numbers.
    pub(super) fn in_flight_to(&self, registry: crate::ecr::RegistryId) -> Vec<u32> {
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
