//! Deployments that race the copy: first pull, back-off, giving up; and when the image could have been pulled.
//!
//! A deployment pulls by the first tag of its push; of a push without tags, by digest. The image is available where that
//! tag resolves to the pushed digest (MODEL.md, "Available"), an index with all its images. A tag that is overtaken, or a copy that failed, is never
//! there: the deployment gives up.

use std::collections::BTreeMap;

use super::event::{Event, EventClass, order};
use super::model::{DeploymentModel, Model};
use super::observer::{DeploymentStep, Observer};
use super::requests::NewPush;
use super::run::Simulation;
use super::slab::Slab;
use crate::ecr::{HolderId, ImageId, TagId};
use crate::engine::{Key, Rank};
use crate::units::{SimDuration, SimTime};

/// The deployments of a run.
#[derive(Clone, Debug)]
pub(super) struct Deployments {
    /// By stream of pushes: the deployments that follow it.
    followers: Vec<Vec<u32>>,
    keys: Vec<Keys>,
    /// Those that have not ended.
    open: Slab<Deployment>,
    /// Deployed pushes, by number, while one of their replications has not ended.
    watched: BTreeMap<u64, Watch>,
}

#[derive(Clone, Copy, Debug)]
struct Keys {
    share: Key,
    delay: Key,
}

/// What a pull asks for.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    image: ImageId,
    /// The tag by which it is pulled, if another image may bear it; else being stored is enough.
    tag: Option<TagId>,
}

/// A deployment that has not ended.
#[derive(Clone, Copy, Debug)]
struct Deployment {
    /// Its stream of deployments.
    stream: u32,
    wanted: Wanted,
    /// The repository where it looks; none if that registry can never hold it.
    holder: Option<HolderId>,
    /// Its place in the calendar's order.
    order: u64,
    pushed_at: SimTime,
    first_pull_at: SimTime,
    /// The wait before the next pull.
    wait: SimDuration,
}

/// A deployed push that is still on its way.
#[derive(Clone, Debug)]
struct Watch {
    wanted: Wanted,
    pushed_at: SimTime,
    /// Streams whose deployments look there.
    streams: Vec<(u32, Option<HolderId>)>,
    /// Where it is known to be available.
    available: Vec<HolderId>,
    /// Destinations of its push where it is not available yet.
    missing: Vec<HolderId>,
}

impl Deployments {
    pub fn new(model: &Model, seed: u64) -> Self {
        let mut followers = vec![Vec::new(); model.streams.len()];
        for (place, of) in model.deployments.iter().enumerate() {
            followers[of.follows].push(place as u32);
        }
        let keys = |of: &DeploymentModel| Keys {
            share: Key::new(seed, "deployment").named(&of.name),
            delay: Key::new(seed, "deployment-delay").named(&of.name),
        };
        Self {
            followers,
            keys: model.deployments.iter().map(keys).collect(),
            open: Slab::default(),
            watched: BTreeMap::new(),
        }
    }

    /// Returns whether any deployment follows a stream of pushes.
    #[inline]
    pub fn follow(&self, stream: usize) -> bool {
        !self.followers[stream].is_empty()
    }

    /// Every replication of a push has ended: it becomes available nowhere else, unless a backfill brings it.
    #[inline]
    pub fn forget(&mut self, push: u64) {
        if !self.watched.is_empty() {
            self.watched.remove(&push);
        }
    }
}

impl<O: Observer> Simulation<'_, O> {
    /// Schedules the deployments of an accepted push of a stream.
    pub(super) fn deploy(&mut self, at: SimTime, stream: u32, push: &NewPush, image: ImageId) {
        if !self.model.window.measures(at) {
            return;
        }
        let followers = self.deployments.followers[stream as usize].clone();
        let drawn: Vec<(u32, SimTime)> = followers
            .into_iter()
            .filter_map(|of| Some((of, self.first_pull(at, of, push.draw)?)))
            .collect();
        if drawn.is_empty() {
            return;
        }
        let wanted = self.wanted(push, image);
        let mut streams = Vec::with_capacity(drawn.len());
        let mut available = Vec::new();
        for (of, first_pull_at) in drawn {
            let registry = self.model.deployments[of as usize].registry;
            let holder = self.world.holder(push.repository, registry);
            self.schedule_first_pull(of, (at, first_pull_at), wanted, holder, push.number);
            if self.is_available(wanted, holder) {
                let step = DeploymentStep::Available(SimDuration::ZERO);
                self.observer.deployed(of, at, step);
                available.extend(holder);
            }
            streams.push((of, holder));
        }
        let routes = self
            .permissions
            .routes(self.model, push.registry, push.repository);
        let destinations = routes.iter().map(|&lane| {
            let destination = self.model.lanes[lane as usize].destination;
            self.holder(push.repository, destination)
        });
        let watch = Watch {
            wanted,
            pushed_at: at,
            streams,
            available,
            missing: destinations.collect(),
        };
        if routes.is_empty() {
            self.tell_everywhere(&watch, SimDuration::ZERO);
            // Only a backfill may still bring it anywhere.
            if self.backfills.is_none() {
                return;
            }
        }
        self.deployments.watched.insert(self.last_push, watch);
    }

    /// Returns when a deployment of a push first pulls, if the push is drawn and that is in the run.
    fn first_pull(&self, at: SimTime, stream: u32, draw: u64) -> Option<SimTime> {
        let of = &self.model.deployments[stream as usize];
        let keys = self.deployments.keys[stream as usize];
        let is_drawn = keys.share.numbered(draw).draws().chance(of.share);
        if !is_drawn {
            return None;
        }
        let delay = of.delay.draw_whole(&mut keys.delay.numbered(draw).draws());
        let due = SimTime::from_nanos(at.as_nanos().checked_add(delay)?);
        (due <= self.model.end).then_some(due)
    }

    fn schedule_first_pull(
        &mut self,
        stream: u32,
        (pushed_at, at): (SimTime, SimTime),
        wanted: Wanted,
        holder: Option<HolderId>,
        number: u64,
    ) {
        let of = &self.model.deployments[stream as usize];
        // Its record must outlive the image, which may be deleted everywhere while the deployment still tries.
        self.world.hold(wanted.image);
        let deployment = Deployment {
            stream,
            wanted,
            holder,
            order: order(of.rank, number, 0),
            pushed_at,
            first_pull_at: at,
            wait: of.backoff.first,
        };
        let place = self.deployments.open.insert(deployment);
        self.schedule_attempt(at, place);
    }

    fn schedule_attempt(&mut self, at: SimTime, place: u32) {
        let order = self.deployments.open.get(place).order;
        let rank = Rank::new(EventClass::Pull as u8, order);
        self.calendar
            .schedule(at, rank, Event::DeploymentPull(place));
    }

    /// Returns what a deployment of a push pulls: by its first tag.
    fn wanted(&mut self, push: &NewPush, image: ImageId) -> Wanted {
        self.resolve_tags(&push.tags, push.repository);
        let mut common = self.resolved.places.iter().zip(&self.resolved.common);
        let first = common.find(|(place, _)| **place == 0);
        Wanted {
            image,
            tag: first.map(|(_, &tag)| tag),
        }
    }

    fn is_available(&self, wanted: Wanted, holder: Option<HolderId>) -> bool {
        let Some(holder) = holder else {
            return false;
        };
        self.world.is_available_whole(wanted.image, holder)
            && wanted
                .tag
                .is_none_or(|tag| self.world.stands_on(holder, tag, wanted.image))
    }

    /// A deployment pulls: it finds its image, tries again later, or gives up.
    pub(super) fn pull_deployed(&mut self, at: SimTime, place: u32) {
        let deployment = *self.deployments.open.get(place);
        let stream = deployment.stream;
        let found = self.is_available(deployment.wanted, deployment.holder);
        let tried = at.since(deployment.first_pull_at);
        if tried == SimDuration::ZERO {
            let step = DeploymentStep::FirstPull { found };
            self.observer.deployed(stream, deployment.pushed_at, step);
        }
        if found {
            return self.end_deployment(place, DeploymentStep::Found(tried));
        }
        let of = &self.model.deployments[stream as usize];
        let next = at.as_nanos().checked_add(deployment.wait.as_nanos());
        let until = deployment
            .first_pull_at
            .as_nanos()
            .saturating_add(of.give_up.as_nanos());
        if let Some(next) = next.filter(|&next| next <= until) {
            self.deployments.open.get_mut(place).wait = of.backoff.after(deployment.wait);
            return self.schedule_attempt(SimTime::from_nanos(next), place);
        }
        if until <= self.model.end.as_nanos() {
            self.end_deployment(place, DeploymentStep::GaveUp);
        }
    }

    fn end_deployment(&mut self, place: u32, step: DeploymentStep) {
        let deployment = *self.deployments.open.get(place);
        self.observer
            .deployed(deployment.stream, deployment.pushed_at, step);
        self.deployments.open.remove(place);
        self.world.let_go(deployment.wanted.image);
    }

    /// An image arrived at `holder`: those who look there could pull it from now on.
    #[inline]
    pub(super) fn note_deployable(&mut self, at: SimTime, push: u64, holder: HolderId) {
        if !self.deployments.watched.is_empty() {
            self.note_watched(at, push, holder);
        }
    }

    #[inline(never)]
    fn note_watched(&mut self, at: SimTime, push: u64, holder: HolderId) {
        let Some(mut watch) = self.deployments.watched.remove(&push) else {
            return;
        };
        let is_known = watch.available.contains(&holder);
        if !is_known && self.is_available(watch.wanted, Some(holder)) {
            watch.available.push(holder);
            let after = at.since(watch.pushed_at);
            for &(stream, _) in watch.streams.iter().filter(|(_, of)| *of == Some(holder)) {
                let step = DeploymentStep::Available(after);
                self.observer.deployed(stream, watch.pushed_at, step);
            }
            let before = watch.missing.len();
            watch.missing.retain(|&of| of != holder);
            if watch.missing.is_empty() && before > 0 {
                self.tell_everywhere(&watch, after);
            }
        }
        self.deployments.watched.insert(push, watch);
    }

    fn tell_everywhere(&mut self, watch: &Watch, after: SimDuration) {
        for &(stream, _) in &watch.streams {
            let step = DeploymentStep::AvailableEverywhere(after);
            self.observer.deployed(stream, watch.pushed_at, step);
        }
    }

    /// Tells of the deployments that the end of the run finds trying.
    pub(super) fn tell_deployments(&mut self, end: SimTime) {
        for place in self.deployments.open.places() {
            let deployment = *self.deployments.open.get(place);
            let tried = end.since(deployment.first_pull_at);
            let step = DeploymentStep::StillTrying(tried);
            self.observer
                .deployed(deployment.stream, deployment.pushed_at, step);
        }
    }
}
