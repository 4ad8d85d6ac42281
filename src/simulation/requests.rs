//! From a push to the queue: pushes of streams, the replications that they request, dispatch.

use std::collections::BTreeMap;

use super::ahead::{Pushes, Upcoming};
use super::backfill::Stored;
use super::event::{Event, EventClass, order};
use super::model::Model;
use super::names::TagList;
use super::observer::{Observer, Phase, PushState, RefusedOperation, Replication};
use super::run::Simulation;
use super::slots::SlotsByRegistry;
use crate::ecr::{
    Added, Content, Digest, HolderId, ImageId, LayerId, Push, Pushed, Refusal, RegistryId,
    RepositoryId,
};
use crate::engine::{Key, Rank};
use crate::units::{SimDuration, SimTime};
use crate::workload::{Drawn, PushStream};

/// A stream of pushes in a run.
#[derive(Debug)]
pub(super) struct StreamState<'m> {
    /// Its pushes; the next one is scheduled.
    pushes: Pushes<'m>,
    /// For what is drawn beside the pushes themselves.
    pub stream: PushStream,
    digests: Key,
    /// The current base layer of each repository and platform, by place, with its number.
    bases: BTreeMap<u32, (u64, LayerId)>,
}

impl<'m> StreamState<'m> {
    pub fn all(model: &'m Model, seed: u64, pushes: Vec<Pushes<'m>>) -> Vec<Self> {
        let state = |(stream, pushes): (&super::model::Stream, Pushes<'m>)| Self {
            pushes,
            stream: PushStream::new(seed, &stream.name, stream.plan.repositories),
            digests: Key::new(seed, "digest").named(&stream.name),
            bases: BTreeMap::new(),
        };
        model.streams.iter().zip(pushes).map(state).collect()
    }

    /// Returns the key of the digest of a push.
    pub fn digest(&self, number: u64) -> Key {
        self.digests.numbered(number)
    }
}

/// A push as the simulation hands it to the state machine.
pub(super) struct NewPush {
    pub registry: RegistryId,
    pub repository: RepositoryId,
    pub content: Content,
    pub tags: TagList,
    /// Stream or script, as [`super::keys::Keys`] counts them.
    pub origin: u32,
    /// The number there by which its draws are keyed.
    pub draw: u64,
    /// The number there by which it is ordered.
    pub number: u64,
    pub rank: u16,
    /// Its place among the images of its push, if that may have several.
    pub member: Option<u8>,
    /// The stream that has drawn for its replications already.
    pub drawn_by: Option<u32>,
}

/// Replications that a push, or a backfill, requests.
pub(super) struct Requested<'a> {
    /// On which lanes.
    pub lanes: &'a [u32],
    /// How they are ordered: by stream or script, and its push.
    pub rank: u16,
    pub number: u64,
    /// What the push made its registry hold more.
    pub added: Option<Added>,
    /// The stream that has drawn for them already.
    pub drawn_by: Option<u32>,
}

impl<O: Observer> Simulation<'_, O> {
    /// Puts the next push of a stream where the loop looks for it: there is one of each stream, so that they need no place
    /// in the calendar.
    pub(super) fn schedule_push(&mut self, stream: usize) {
        let next = self.streams[stream].pushes.peek();
        self.upcoming.set(stream, next.map(|push| push.at));
    }

    /// Handles the next push of a stream, which is due: at once if nothing else happens now, else through the calendar,
    /// which orders them.
    pub(super) fn begin_push(&mut self, at: SimTime, stream: usize) {
        let number = self.streams[stream].pushes.next_number();
        let order = order(self.model.streams[stream].rank, number, 0);
        let rank = Rank::new(EventClass::Push as u8, order);
        let event = Event::Push(stream as u32);
        if self.upcoming.first_but(stream).min(self.calendar.next_at()) > at {
            self.calendar.move_to(at);
            self.note(at, rank, event.kind());
            self.push_from(at, stream as u32);
            self.dispatch_at_once(at);
        } else {
            self.upcoming.set(stream, None);
            self.calendar.schedule(at, rank, event);
        }
    }

    /// Handles the push of a stream that is due, and schedules the one after it.
    #[inline(always)]
    pub(super) fn push_from(&mut self, at: SimTime, stream: u32) {
        let index = stream as usize;
        let of = &self.model.streams[index];
        let pushes = &mut self.streams[index].pushes;
        let Upcoming { drawn, digest, .. } = pushes.take();
        // First of all, since what the push causes for this instant may depend on what else there is. As `schedule_push`
        // does, but in the same grasp.
        let next = pushes.peek().map(|push| push.at);
        self.upcoming.set(index, next);
        if let Some(group) = of.group {
            return self.push_group(at, stream, drawn, group);
        }
        let base = drawn
            .base
            .map(|number| self.base_layer(index, drawn, number, 0));
        let content = Content {
            digest: Digest::Generated(digest),
            own_bytes: drawn.own_bytes,
            base,
            common: None,
        };
        let push = NewPush {
            registry: of.registry,
            repository: of.repositories[drawn.repository as usize],
            content,
            tags: TagList::Stream {
                stream,
                number: drawn.number_in_repository,
            },
            origin: stream,
            draw: drawn.number,
            number: drawn.number,
            rank: of.rank,
            member: None,
            drawn_by: Some(stream),
        };
        if let Some(image) = self.push_here(at, &push)
            && self.deployments.follow(index)
        {
            self.deploy(at, stream, &push, image);
        }
    }

    /// Returns the layer of a repository's base for a platform; a new one replaces the one before it for good.
    pub(super) fn base_layer(
        &mut self,
        stream: usize,
        drawn: Drawn,
        number: u64,
        platform: u32,
    ) -> LayerId {
        let of = &self.model.streams[stream];
        let state = &mut self.streams[stream];
        let platforms = of.group.map_or(1, |group| group.platforms);
        let place = drawn.repository * platforms + platform;
        let known = state.bases.get(&place).copied();
        if let Some((current, layer)) = known
            && current == number
        {
            return layer;
        }
        let name =
            &self.model.names.repositories[of.repositories[drawn.repository as usize].index()];
        let layer = self
            .world
            .add_layer(state.stream.base_bytes(&of.plan, name, number, platform));
        state.bases.insert(place, (number, layer));
        if let Some((_, old)) = known {
            self.world.forget_layer(old);
        }
        layer
    }

    /// Does the same for a push that had to take its turn in the calendar.
    #[inline(never)]
    pub(super) fn push_in_turn(&mut self, at: SimTime, stream: u32) {
        self.push_from(at, stream);
    }

    /// Lets ECR accept or refuse a push; an accepted one requests its replications. Returns the image if it is accepted; where
    /// nothing in the model can ask for it, its record may be another's soon.
    #[inline(never)]
    pub(super) fn push(&mut self, at: SimTime, push: &NewPush) -> Option<ImageId> {
        self.push_here(at, push)
    }

    /// Does the same, as part of what calls it.
    #[inline(always)]
    fn push_here(&mut self, at: SimTime, push: &NewPush) -> Option<ImageId> {
        let slots = self.model.slots.of_repository(push.repository);
        let slot = slots.of(push.registry);
        let first_holder = self.world.holder_at(push.repository, 0);
        let holder = first_holder.beside(slot);
        let mut left_out = Vec::new();
        let (image, mut added) = match self.accept(at, push, holder, &mut left_out) {
            Ok(pushed) => (pushed.image, pushed.added),
            Err(refusal) => {
                self.refuse(at, push, holder, refusal);
                return None;
            }
        };
        if self.world.has_changed()
            && let Some(added) = added.take()
        {
            self.observer.added(at, added);
        }
        self.tell_stored(at);
        if push.member.is_none() && self.fleets.are_stocked() {
            self.offer(at, push.origin, push.repository, image, &[image]);
        }
        let routes = self
            .permissions
            .routes(self.model, push.registry, push.repository);
        self.world.hold(image);
        if routes.is_empty() {
            added
                .into_iter()
                .for_each(|added| self.observer.added(at, added));
            self.world.let_go(image);
            return Some(image);
        }
        let (number, image_bytes) = (self.last_push, self.world.image_bytes(image));
        let measured = self.model.window.measures(at);
        let place = self.pushes.insert_with(|| PushState {
            number,
            at,
            repository: push.repository,
            digest: push.content.digest,
            image_bytes,
            tags: push.tags,
            measured,
            member: push.member.unwrap_or(0),
            image,
            holder,
            slot,
            origin: push.origin,
            draw: push.draw,
            open: routes.len() as u32,
            all_complete: true,
            backfill: None,
        });
        if !left_out.is_empty() {
            self.left_out.insert(place, left_out);
        }
        let requested = Requested {
            lanes: &routes,
            rank: push.rank,
            number: push.number,
            added,
            drawn_by: push.drawn_by,
        };
        self.request_here(at, place, &requested, slots, first_holder);
        if self.risk.is_some() {
            self.begin_risk(at, image, push.registry, &routes);
        }
        Some(image)
    }

    /// Hands a push to ECR. Places of tags that do not count, since they stand on its digest already, go to `left_out`.
    #[inline(always)]
    fn accept(
        &mut self,
        at: SimTime,
        push: &NewPush,
        holder: HolderId,
        left_out: &mut Vec<u32>,
    ) -> Result<Pushed, Refusal> {
        self.resolve_tags(&push.tags, push.repository);
        let resolved = &self.resolved;
        let number = self.last_push + 1;
        let pushed = self.world.push(
            Push {
                holder,
                content: &push.content,
                tags: resolved.tags(),
                number,
                at: i64::try_from(at.as_nanos()).expect("a run is shorter than 292 years"),
            },
            |index, counts| {
                if !counts {
                    left_out.push(resolved.places[index]);
                }
            },
        )?;
        self.last_push = number;
        self.note_stored(pushed.image, push.repository, || Stored {
            digest: push.content.digest,
            tags: push.tags,
            push: number,
        });
        Ok(pushed)
    }

    #[inline(never)]
    fn refuse(&mut self, at: SimTime, push: &NewPush, holder: HolderId, refusal: Refusal) {
        let operation = RefusedOperation {
            action: "PutImage",
            registry: push.registry,
            repository: Some(push.repository),
            refusal,
        };
        self.observer.refused(at, operation);
        if refusal == Refusal::LimitExceeded {
            self.note_exhausted(at, holder);
        }
    }

    /// Requests a replication on each lane; it becomes eligible after its dispatch delay.
    #[inline(never)]
    pub(super) fn request(&mut self, at: SimTime, push: u32, requested: &Requested<'_>) {
        let repository = self.pushes.get(push).repository;
        let slots = self.model.slots.of_repository(repository);
        let first_holder = self.world.holder_at(repository, 0);
        self.request_here(at, push, requested, slots, first_holder);
    }

    /// Does the same, as part of what calls it; `slots` are those of the push's repository, whose holder at the first of
    /// them is `first_holder`.
    #[inline(always)]
    fn request_here(
        &mut self,
        at: SimTime,
        push: u32,
        requested: &Requested<'_>,
        slots: SlotsByRegistry<'_>,
        first_holder: HolderId,
    ) {
        let model = self.model;
        let lanes = requested.lanes;
        self.observer
            .requested(at, self.pushes.get(push), lanes, requested.added);
        let before = self.at_once.take();
        let first_order = order(requested.rank, requested.number, 0);
        for &lane in lanes {
            let of_lane = &model.lanes[lane as usize];
            let slot = slots.of(of_lane.destination);
            let order = first_order | u64::from(slot);
            self.last_replication += 1;
            let id = self.last_replication;
            let (link, holder) = (of_lane.link as u32, first_holder.beside(slot));
            let drawn = requested
                .drawn_by
                .and_then(|stream| self.streams[stream as usize].pushes.on_lane(lane as usize));
            let (delay_ns, stalls) = match drawn {
                Some(ahead) => (ahead.delay_ns(), Some(ahead.stalls())),
                None => (self.draw_delay_ns(push, lane), None),
            };
            let place = self.replications.insert_with(|| Replication {
                stalls,
                ..Replication::requested(at, id, (lane, link), (push, holder), order)
            });
            let rank = Rank::new(EventClass::Dispatch as u8, order);
            if delay_ns == 0 && lanes.len() == 1 {
                self.at_once = Some((place, rank));
            } else if let Some(due) = at.as_nanos().checked_add(delay_ns) {
                // A delay beyond the clock's end never passes.
                self.calendar
                    .schedule_here(SimTime::from_nanos(due), rank, Event::Dispatch(place));
            }
        }
        // A second one of this instant shows that this one is not alone.
        if let Some((before, rank)) = before {
            self.calendar.schedule(at, rank, Event::Dispatch(before));
        }
    }

    #[inline(never)]
    fn draw_delay_ns(&self, push: u32, lane: u32) -> u64 {
        let of = self.pushes.get(push);
        let law = &self.model.links[self.model.lanes[lane as usize].link].dispatch;
        let key = self.keys.dispatch(of.origin, lane).numbered(of.draw);
        law.draw_whole(&mut key.draws())
    }

    /// Handles the only dispatch that an event caused for its own instant, once all else that the event does is done: at
    /// once if nothing comes before it, else through the calendar, which orders them.
    #[inline]
    pub(super) fn dispatch_at_once(&mut self, at: SimTime) {
        let Some((place, rank)) = self.at_once.take() else {
            return;
        };
        if self.is_alone(at) {
            self.handle(at, rank, Event::Dispatch(place));
        } else {
            self.calendar.schedule(at, rank, Event::Dispatch(place));
        }
    }

    /// Puts a replication at the tail of its link's queue; it starts at once if nothing can come before.
    #[inline(always)]
    pub(super) fn queue(&mut self, at: SimTime, place: u32) {
        if self.replications.get(place).phase == Phase::Aborted {
            return self.replications.remove(place);
        }
        if self.waits_for_others(at, place) {
            return;
        }
        let is_alone = self.is_alone(at);
        let replication = self.replications.get_mut(place);
        replication.phase = Phase::Queued;
        replication.since = at;
        replication.eligible_at.note(at);
        let link = replication.link as usize;
        let starts = is_alone && self.links[link].is_free();
        let joins = !starts || replication.attempts > 0;
        if joins {
            self.observer
                .queued(at, self.pushes.get(replication.push), replication);
        }
        if starts {
            return self.start(at, place, joins.then_some(SimDuration::ZERO));
        }
        self.links[link].join(place);
        self.note_ready(link);
    }

    /// The wait after a failed attempt has passed.
    #[inline(never)]
    pub(super) fn queue_again(&mut self, at: SimTime, place: u32) {
        self.queue(at, place);
    }

    /// Returns whether nothing else can happen at this instant before the copies that start last.
    #[inline]
    fn is_alone(&self, now: SimTime) -> bool {
        let (end_at, push_at) = (self.ends.first().0, self.upcoming.first().0);
        self.ready.is_empty() && end_at.min(push_at).min(self.calendar.next_at()) > now
    }

    /// Notes that a copy may be able to start on a link.
    #[inline(always)]
    pub(super) fn note_ready(&mut self, link: usize) {
        if self.links[link].startable().is_some() {
            self.list_ready(link as u32);
        }
    }

    #[inline(never)]
    fn list_ready(&mut self, link: u32) {
        if !self.ready.contains(&link) {
            self.ready.push(link);
        }
    }

    /// Finds which tags of a push are common, and makes the world know those that it meets for the first time.
    #[inline]
    pub(super) fn resolve_tags(&mut self, list: &TagList, repository: RepositoryId) {
        if self.model.tags.are_own_only(list) {
            return self.resolved.set_own_only();
        }
        self.resolve_common_tags(*list, repository);
    }

    #[inline(never)]
    fn resolve_common_tags(&mut self, list: TagList, repository: RepositoryId) {
        self.model
            .tags
            .resolve(list, repository, &mut self.contested, &mut self.resolved);
        self.contested.tell(&mut self.world);
    }

    pub(super) fn holder(&self, repository: RepositoryId, registry: RegistryId) -> HolderId {
        let slot = self.model.slots.of(repository, registry);
        self.world.holder_at(repository, slot)
    }
}
