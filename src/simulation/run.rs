//! A run: the state of everything that changes, and the loop that changes it.

use std::collections::BTreeMap;

use super::ahead::{Pushes, PushesAhead};
use super::archive::Restores;
use super::backfill::Backfills;
use super::deletes::Deletes;
use super::deployments::Deployments;
use super::event::{Event, EventClass};
use super::groups::Groups;
use super::keys::Keys;
use super::model::Model;
use super::observer::{DeleteCause, Observer, Phase, PushState, Replication};
use super::operations::ScriptState;
use super::permissions::Permissions;
use super::pulls::Fleets;
use super::quotas::QuotaState;
use super::requests::StreamState;
use super::risk::Risk;
use super::slab::Slab;
use super::tags::{Contested, Resolved};
use crate::ecr::{LayerId, Move, World};
use crate::engine::{Calendar, Earliest, Key, Rank};
use crate::network::{Arrived, Link};
use crate::units::SimTime;

/// Returns the moment after `at`.
const fn after(at: SimTime) -> SimTime {
    SimTime::from_nanos(at.as_nanos() + 1)
}

/// Why a run did not reach its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// What a run comes to besides what its observer heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Events handled: pushes, dispatches, ends of transfers and single operations.
    pub events: u64,
    /// Running hash over time, kind and ids of every event.
    pub fingerprint: u64,
}

/// A run in progress. It owns all that it changes: no globals, no locks, no wall clock.
#[derive(Debug)]
pub struct Simulation<'m, O> {
    pub(super) model: &'m Model,
    pub(super) seed: u64,
    pub(super) observer: O,
    pub(super) world: World,
    pub(super) permissions: Permissions,
    pub(super) calendar: Calendar<Event>,
    pub(super) links: Vec<Link>,
    /// The next end on each link.
    pub(super) ends: Earliest,
    /// The next push of each stream.
    pub(super) upcoming: Earliest,
    /// Links on which a copy may be able to start.
    pub(super) ready: Vec<u32>,
    pub(super) pushes: Slab<PushState>,
    pub(super) replications: Slab<Replication>,
    pub(super) streams: Vec<StreamState<'m>>,
    pub(super) scripts: Vec<ScriptState>,
    pub(super) fleets: Fleets,
    /// Layers of digests that several repositories share, by number, made when first needed.
    pub(super) commons: Vec<Option<LayerId>>,
    pub(super) deployments: Deployments,
    pub(super) keys: Keys,
    pub(super) contested: Contested,
    pub(super) resolved: Resolved,
    /// Places of tags that do not count, by the push's place: they stood on its digest already (B16), or, of a
    /// backfill, stand on it no more.
    pub(super) left_out: BTreeMap<u32, Vec<u32>>,
    pub(super) capacities: Vec<Vec<f64>>,
    pub(super) last_push: u64,
    pub(super) last_replication: u64,
    /// What backfills and restores need; `None` if there are none.
    pub(super) backfills: Option<Box<Backfills>>,
    /// Losses of permission so far, by lane.
    pub(super) revocations: Vec<u64>,
    pub(super) deletes: Deletes,
    pub(super) groups: Groups,
    /// Images at risk, where an outage cuts a Region off.
    pub(super) risk: Option<Box<Risk>>,
    /// By what images are being deleted.
    pub(super) deleting: DeleteCause,
    pub(super) moves: Vec<Move>,
    pub(super) restores: Restores,
    pub(super) quotas: QuotaState,
    /// A dispatch that the present event has caused for its own instant, with its rank: the latest, if its request was on
    /// one lane. [`Simulation::dispatch_at_once`] takes it before the event is over.
    pub(super) at_once: Option<(u32, Rank)>,
    arrived: Vec<Arrived>,
    moved_bytes: Vec<u64>,
    boundary: SimTime,
    /// Before this moment there is neither a boundary nor the run's end.
    pause: SimTime,
    events: u64,
    fingerprint: u64,
}

impl<'m, O: Observer> Simulation<'m, O> {
    /// Returns a run at its beginning.
    pub fn new(model: &'m Model, seed: u64, observer: O) -> Self {
        let pushes = PushesAhead(Pushes::all(model, seed));
        Self::with_pushes(model, seed, observer, pushes)
    }

    /// Returns the same run of pushes that were made for this model and seed, and that another thread is drawing.
    pub(crate) fn with_pushes(
        model: &'m Model,
        seed: u64,
        observer: O,
        pushes: PushesAhead<'m>,
    ) -> Self {
        let mut world = World::new(
            model.registries.len(),
            model.quotas,
            model.assumptions.tags_move_forward,
            model.assumptions.mounted_billed_once,
        );
        model.holders.iter().for_each(|registries| {
            world.add_name(registries.clone());
        });
        model.tag_texts.iter().for_each(|text| {
            world.add_tag(text);
        });
        let links = model.links.iter().enumerate().map(|(place, link)| {
            let may_change = model.may_change(place);
            Link::new(link.slots, link.speeds, link.lanes.len(), may_change)
        });
        let boundary = observer.next_boundary();
        let mut simulation = Self {
            model,
            seed,
            observer,
            world,
            permissions: Permissions::new(model),
            calendar: Calendar::default(),
            links: links.collect(),
            ends: Earliest::new(model.links.len()),
            upcoming: Earliest::new(model.streams.len()),
            ready: Vec::new(),
            pushes: Slab::default(),
            replications: Slab::default(),
            streams: StreamState::all(model, seed, pushes.0),
            scripts: ScriptState::all(model, seed),
            fleets: Fleets::new(model, seed),
            commons: vec![None; model.commons.len()],
            deployments: Deployments::new(model, seed),
            keys: Keys::new(model, seed),
            contested: Contested::new(&model.tag_texts),
            resolved: Resolved::default(),
            left_out: BTreeMap::new(),
            capacities: vec![Vec::new(); model.links.len()],
            last_push: 0,
            last_replication: 0,
            backfills: model.stored_tag_lists.as_ref().map(|_| Box::default()),
            revocations: vec![0; model.lanes.len()],
            deletes: Deletes::default(),
            groups: Groups::default(),
            risk: Risk::of(model),
            deleting: DeleteCause::BatchDeleteImage,
            moves: Vec::new(),
            restores: Restores::default(),
            quotas: QuotaState::default(),
            at_once: None,
            arrived: Vec::new(),
            moved_bytes: vec![0; model.lanes.len()],
            boundary,
            pause: boundary.min(after(model.end)),
            events: 0,
            fingerprint: Key::new(seed, "fingerprint").bits(),
        };
        simulation.tell_causes();
        simulation.begin_coverage();
        if simulation.risk.is_some() {
            simulation.world.keep_stored();
        }
        simulation.tell_asked();
        simulation.provide();
        simulation.schedule_all();
        simulation
    }

    /// Runs to the end. `keep_going` is asked now and then with the simulated time and the number of events.
    ///
    /// # Errors
    /// If `keep_going` says no.
    pub fn run(
        mut self,
        mut keep_going: impl FnMut(SimTime, u64) -> bool,
    ) -> Result<(O, Summary), Interrupted> {
        const ASK_EVERY: u64 = 1 << 16;
        let mut ask_at = ASK_EVERY;
        while self.step() {
            if self.events >= ask_at {
                ask_at = self.events + ASK_EVERY;
                if !keep_going(self.calendar.now(), self.events) {
                    return Err(Interrupted);
                }
            }
        }
        self.finish();
        Ok((
            self.observer,
            Summary {
                events: self.events,
                fingerprint: self.fingerprint,
            },
        ))
    }

    /// Handles the next happening; returns whether there was one by the run's end.
    #[inline(always)]
    fn step(&mut self) -> bool {
        debug_assert!(
            self.at_once.is_none(),
            "what is due at once is not left to another event"
        );
        let (end_at, link) = self.ends.first();
        let (push_at, stream) = self.upcoming.first();
        let next = end_at.min(push_at).min(self.calendar.next_at());
        if !self.ready.is_empty() && next > self.calendar.now() {
            self.start_next();
            return true;
        }
        if next >= self.pause {
            if next > self.model.end {
                return false;
            }
            self.reach(next);
        }
        // Ends of transfers are the first class of their instant.
        if end_at == next {
            self.settle_link(next, link);
        } else if push_at == next {
            self.begin_push(next, stream);
        } else {
            self.handle_next();
        }
        true
    }

    /// Ends the transfers that are due on a link: at once if nothing else ends now, else through the calendar, which
    /// orders them.
    fn settle_link(&mut self, at: SimTime, link: usize) {
        let mut arrived = std::mem::take(&mut self.arrived);
        self.links[link]
            .medium
            .pipe()
            .settle(at, |copy| arrived.push(copy));
        self.refresh_end(link);
        let rank = |order| Rank::new(EventClass::End as u8, order);
        let alone = arrived.len() == 1
            && self.ends.first().0 > at
            && self
                .calendar
                .peek()
                .is_none_or(|next| next > (at, rank(arrived[0].order)));
        if alone {
            self.calendar.move_to(at);
            let Arrived { token, order } = arrived[0];
            self.handle(at, rank(order), Event::TransferEnd(token));
        } else {
            for copy in &arrived {
                self.calendar
                    .schedule(at, rank(copy.order), Event::TransferEnd(copy.token));
            }
        }
        arrived.clear();
        self.arrived = arrived;
    }

    fn handle_next(&mut self) {
        let (at, rank, event) = self.calendar.pop().expect("an event is pending");
        self.handle(at, rank, event);
    }

    pub(super) fn handle(&mut self, at: SimTime, rank: Rank, event: Event) {
        match event {
            // The end of an aborted copy is no happening.
            Event::TransferEnd(place) if self.replications.get(place).phase == Phase::Aborted => {
                self.replications.remove(place);
            }
            Event::TransferEnd(place) => {
                self.note(at, rank, event.kind());
                self.end_transfer(at, place);
            }
            Event::Dispatch(place) => {
                self.note(at, rank, event.kind());
                self.queue(at, place);
            }
            _ => self.handle_other(at, rank, event),
        }
    }

    /// Handles what is not as frequent as dispatches and ends of transfers: apart, for their sake.
    #[inline(never)]
    fn handle_other(&mut self, at: SimTime, rank: Rank, event: Event) {
        self.note(at, rank, event.kind());
        match event {
            Event::TransferEnd(_) | Event::Dispatch(_) => unreachable!("handled before the others"),
            Event::StallEnd(replication) => self.end_stall(at, replication),
            Event::OutageChange(change) => self.change_capacity(at, change),
            Event::ScriptStep { script, step } => self.perform(at, u32::from(script), step),
            Event::SpellChange { spell, change } => self.change_spell(at, spell, change),
            Event::Retention(retention) => self.retain(at, retention),
            Event::Push(stream) => self.push_in_turn(at, stream),
            Event::Pull(pull) => self.pull(at, pull),
            Event::BackoffEnd(replication) => self.queue_again(at, replication),
            Event::DeleteDispatch(delete) => self.dispatch_delete(at, delete),
            Event::DeleteEnd(delete) => self.end_delete(at, delete),
            Event::DeploymentPull(deployment) => self.pull_deployed(at, deployment),
            Event::Lifecycles => self.apply_lifecycles(at),
            Event::RestoreEnd(restore) => self.end_restore(at, restore),
        }
        self.dispatch_at_once(at);
    }

    /// Counts an event and folds it into the fingerprint: its time, its kind, and its rank, which is made of the ids of
    /// its stream, its number there and its destination.
    #[inline]
    pub(super) fn note(&mut self, at: SimTime, rank: Rank, kind: u64) {
        self.events += 1;
        let happening = at.as_nanos()
            ^ rank.bits().wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ kind.wrapping_mul(0xd6e8_feb8_6659_fd93);
        let mixed = (self.fingerprint ^ happening).wrapping_mul(0xff51_afd7_ed55_8ccd);
        self.fingerprint = mixed ^ (mixed >> 32);
    }

    /// Tells the observer of every boundary up to `at`.
    fn reach(&mut self, at: SimTime) {
        while self.boundary <= at {
            self.count_moved_bytes(self.boundary);
            self.count_halfway(self.boundary);
            let covered = self.world.covered();
            self.observer
                .boundary(self.boundary, &self.moved_bytes, covered);
            self.boundary = self.observer.next_boundary();
        }
        self.pause = self.boundary.min(after(self.model.end));
    }

    fn count_moved_bytes(&mut self, at: SimTime) {
        for (link, state) in self.model.links.iter().zip(&self.links) {
            for (flow, &lane) in link.lanes.iter().enumerate() {
                self.moved_bytes[lane] = state.medium.moved_bytes(flow as u32, at);
            }
        }
    }

    /// Puts a shared link's next end where the loop looks for it.
    pub(super) fn refresh_end(&mut self, link: usize) {
        let end = self.links[link].medium.pipe().next_end();
        self.ends.set(link, end);
    }

    /// Tells the observer of every registry whose holdings changed.
    #[inline]
    pub(super) fn tell_stored(&mut self, at: SimTime) {
        if self.world.has_news() {
            self.tell_news(at);
        }
    }

    #[inline(never)]
    fn tell_news(&mut self, at: SimTime) {
        let observer = &mut self.observer;
        self.world
            .take_changed(|registry, holdings| observer.stored(at, registry, holdings));
        self.world
            .take_departures(|departure| observer.left_archive(at, departure));
        self.tell_caused(at);
        if self.world.has_moved() {
            self.tell_moves(at);
        }
        self.world.news_are_told();
    }

    fn finish(&mut self) {
        let end = self.model.end;
        self.reach(end);
        let after = after(end);
        while self.observer.next_boundary() <= after {
            self.count_moved_bytes(end);
            let covered = self.world.covered();
            self.observer.boundary(after, &self.moved_bytes, covered);
        }
        self.links
            .iter_mut()
            .for_each(|link| link.medium.advance(end));
        self.count_moved_bytes(end);
        let mut moved_bytes = std::mem::take(&mut self.moved_bytes);
        self.tell_unfinished(end, &mut moved_bytes);
        self.tell_deployments(end);
        self.check_holdings();
        self.tell_backfills();
        self.tell_created();
        self.tell_quotas(end);
        self.observer.finished(end, &moved_bytes);
    }

    /// Hands the unfinished replications to the observer by id, and replaces the bytes that lanes have moved by the
    /// sum over their copies, each to the nearest byte.
    fn tell_unfinished(&mut self, end: SimTime, moved_bytes: &mut [u64]) {
        let mut open: Vec<Replication> = self
            .replications
            .places()
            .iter()
            .map(|&place| *self.replications.get(place))
            .collect();
        open.retain(|replication| replication.phase != Phase::Aborted);
        open.sort_unstable_by_key(|replication| replication.id);
        for (link, state) in self.model.links.iter().zip(&self.links) {
            for (flow, &lane) in link.lanes.iter().enumerate() {
                moved_bytes[lane] = state.medium.settled_bytes(flow as u32);
            }
        }
        for replication in &open {
            let moving = self.moving_bytes(end, replication);
            moved_bytes[replication.lane as usize] += moving;
            let push = self.pushes.get(replication.push);
            self.observer
                .unfinished(end, push, replication, replication.moved_bytes + moving);
        }
    }

    /// Stored bytes = sum over images of their unique layers.
    fn check_holdings(&self) {
        debug_assert_eq!(
            self.world.covered(),
            self.world.counted_coverage(),
            "what destinations hold is the sum over images"
        );
        for (index, counted) in self.world.recount().iter().enumerate() {
            let kept = self.world.holdings(crate::ecr::RegistryId::new(index));
            assert_eq!(
                kept, counted,
                "stored bytes are the sum over images; registry {index}, seed {}",
                self.seed
            );
        }
    }
}
