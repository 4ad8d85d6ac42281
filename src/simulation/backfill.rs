//! Backfills: the stored images of a registry that match the rules of one destination, copied there as ordinary
//! replications, in the order of their pushes (B120-B127).
//!
//! Preparing takes no time: AWS does not say how long it lasts. What a stop, or a failure of the whole, finds not started
//! is withdrawn: it ends FAILED with the reason `BackfillStopped`; what is in flight finishes (B124).

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::names::TagList;
use super::observer::{Observer, Phase, PushState};
use super::requests::Requested;
use super::run::Simulation;
use crate::ecr::{Digest, HolderId, ImageId, Reason, Refusal, RegistryId, RepositoryId};
use crate::engine::Key;
use crate::units::SimTime;

/// Backfills come after every stream and script of their instant.
const RANK: u16 = (1 << 14) - 1;

/// B123: a backfill is not judged before so many of its replications were processed.
const JUDGED_FROM: u64 = 100;

/// What backfills need to know of the scenario.
#[derive(Clone, Copy, Debug)]
pub struct Backfilling {
    /// Most backfills in progress in one registry (B122).
    pub per_registry: u64,
}

/// Tag lists of digests that are pushed under several: all their tags, by repository and digest.
pub type StoredTagLists = BTreeMap<(RepositoryId, u32), u32>;

/// How a backfill stands, in AWS's words (B121).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackfillStatus {
    /// Its replications are requested and have not all ended.
    InProgress,
    /// All have ended.
    Complete,
    /// Half of them or more failed (B123).
    Failed,
    /// It was stopped, and copies are in flight.
    Stopping,
    /// It was stopped, and nothing is in flight.
    Stopped,
}

impl BackfillStatus {
    /// Returns AWS's word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Complete => "COMPLETE",
            Self::Failed => "FAILED",
            Self::Stopping => "STOPPING",
            Self::Stopped => "STOPPED",
        }
    }

    const fn is_final(self) -> bool {
        matches!(self, Self::Complete | Self::Failed | Self::Stopped)
    }
}

/// A backfill that was started. An image under several tags counts once for each of them (B15).
#[derive(Clone, Copy, Debug)]
pub struct Backfill {
    /// Its number in the run, from 1.
    pub number: NonZeroU32,
    /// When it was started.
    pub at: SimTime,
    /// Place of its lane: source and destination.
    pub lane: u32,
    /// How it stands.
    pub status: BackfillStatus,
    /// Images that it takes.
    pub images: u64,
    /// The same, once for each of their tags.
    pub replications: u64,
    /// Of these, COMPLETE.
    pub completed: u64,
    /// Of these, FAILED.
    pub failed: u64,
    /// Of the failed, those whose source repository was deleted meanwhile (B126).
    pub skipped: u64,
    /// Of the replications, those that had not started when it was stopped or failed.
    pub withdrawn: u64,
    /// When it reached its final status.
    pub ended_at: Option<SimTime>,
    /// Images that have not ended.
    open: u64,
}

/// What is known of a stored image besides its record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored {
    pub digest: Digest,
    /// Every tag that it may bear.
    pub tags: TagList,
    /// The number of its last push; 0 before the start.
    pub push: u64,
}

/// An image that a backfill takes.
struct Taken {
    image: ImageId,
    repository: RepositoryId,
    holder: HolderId,
    stored: Stored,
    pushed_at: i64,
}

/// The backfills of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Backfills {
    list: Vec<Backfill>,
    /// What is stored, by image.
    stored: Vec<Option<Stored>>,
    /// How many replications an image counts for, by the place of what stands for its push, if not for one.
    counts: BTreeMap<u32, u64>,
    /// Images requested so far.
    requested: u64,
}

impl Backfills {
    fn of(&mut self, number: NonZeroU32) -> &mut Backfill {
        &mut self.list[number.get() as usize - 1]
    }
}

impl Backfill {
    /// Counts the end of an image.
    fn count(&mut self, replications: u64, failed: Option<Reason>, is_skipped: bool) {
        self.open -= 1;
        match failed {
            None => self.completed += replications,
            Some(Reason::BackfillStopped) => self.withdrawn += replications,
            Some(_) => self.failed += replications,
        }
        self.skipped += if is_skipped { replications } else { 0 };
    }

    /// B123: half of what was processed failed, and that was much enough.
    const fn has_failed(&self) -> bool {
        let processed = self.completed + self.failed;
        processed >= JUDGED_FROM && 2 * self.failed >= processed
    }

    fn end(&mut self, at: SimTime, status: BackfillStatus) {
        self.status = status;
        self.ended_at = Some(at);
    }
}

impl<O: Observer> Simulation<'_, O> {
    /// Keeps what a backfill or a restore may need to know of an image that is stored from now on.
    #[inline]
    pub(super) fn note_stored(
        &mut self,
        image: ImageId,
        repository: RepositoryId,
        stored: impl FnOnce() -> Stored,
    ) {
        if self.backfills.is_some() {
            self.keep_stored(image, repository, stored());
        }
    }

    #[inline(never)]
    fn keep_stored(&mut self, image: ImageId, repository: RepositoryId, stored: Stored) {
        let backfills = self.backfills.as_mut().expect(PREPARED);
        let lists = self.model.stored_tag_lists.as_ref();
        let all = match stored.digest {
            Digest::Given(digest) => lists.and_then(|lists| lists.get(&(repository, digest))),
            Digest::Generated(_) => None,
        };
        let tags = all.map_or(stored.tags, |&list| TagList::Listed(list));
        let place = image.index();
        if backfills.stored.len() <= place {
            backfills.stored.resize(place + 1, None);
        }
        backfills.stored[place] = Some(Stored { tags, ..stored });
    }

    /// Returns what is known of a stored image.
    pub(super) fn stored(&self, image: ImageId) -> Stored {
        let backfills = self.backfills.as_ref().expect(PREPARED);
        backfills.stored[image.index()].expect("what is stored was pushed")
    }

    /// `StartReplicationBackfill`.
    pub(super) fn start_backfill(
        &mut self,
        at: SimTime,
        registry: RegistryId,
        destination: RegistryId,
    ) -> Result<(), Refusal> {
        if !self.permissions.names(registry, destination) {
            return Err(Refusal::DestinationNotConfigured);
        }
        self.check_room(registry, destination)?;
        let lane = self.model.lane(registry, destination) as u32;
        let taken = self.images_for(registry, lane);
        let backfills = self.backfills.as_mut().expect(PREPARED);
        let number = NonZeroU32::MIN.saturating_add(backfills.list.len() as u32);
        backfills.list.push(Backfill {
            number,
            at,
            lane,
            status: BackfillStatus::InProgress,
            images: taken.len() as u64,
            replications: 0,
            completed: 0,
            failed: 0,
            skipped: 0,
            withdrawn: 0,
            ended_at: None,
            open: taken.len() as u64,
        });
        let first = self.last_replication + 1;
        for image in &taken {
            self.request_stored(at, number, lane, image);
        }
        let images: Vec<ImageId> = taken.iter().map(|of| of.image).collect();
        self.order_backfilled(&images, first);
        if taken.is_empty() {
            let backfills = self.backfills.as_mut().expect(PREPARED);
            backfills.of(number).end(at, BackfillStatus::Complete);
        }
        Ok(())
    }

    /// B122: one backfill in progress per destination Region, ten per registry.
    fn check_room(&self, registry: RegistryId, destination: RegistryId) -> Result<(), Refusal> {
        let model = self.model;
        let region = |id: RegistryId| model.registries[id.index()].region;
        let lane = |of: &Backfill| &model.lanes[of.lane as usize];
        let backfills = self.backfills.as_ref().expect(PREPARED);
        let in_progress = backfills
            .list
            .iter()
            .filter(|of| !of.status.is_final() && lane(of).source == registry);
        let to_region = |of: &Backfill| region(lane(of).destination) == region(destination);
        if in_progress.clone().any(to_region) {
            return Err(Refusal::BackfillInProgress);
        }
        let limits = model.backfills.as_ref().expect(PREPARED);
        if in_progress.count() as u64 >= limits.per_registry {
            return Err(Refusal::LimitExceeded);
        }
        Ok(())
    }

    /// Returns the stored images that the rules send along a lane, as these stand now, the oldest push first.
    fn images_for(&mut self, registry: RegistryId, lane: u32) -> Vec<Taken> {
        let mut taken = Vec::new();
        for (index, holders) in self.model.holders.iter().enumerate() {
            let repository = RepositoryId::new(index);
            if holders.binary_search(&registry).is_err() {
                continue;
            }
            let holder = self.holder(repository, registry);
            let routes = self.permissions.routes(self.model, registry, repository);
            if !self.world.exists(holder) || !routes.contains(&lane) {
                continue;
            }
            let images = self.world.stored_images(holder);
            // An archived image cannot be read (B83).
            let active = images.filter(|&image| !self.world.is_archived(image, holder));
            taken.extend(active.map(|image| Taken {
                image,
                repository,
                holder,
                stored: self.stored(image),
                pushed_at: self.world.image(image).pushed_at,
            }));
        }
        // Of one moment and push number, those stored before the start, by repository.
        taken.sort_by_key(|of| (of.pushed_at, of.stored.push));
        taken
    }

    /// Requests the replication of one stored image, with the tags that stand on it.
    fn request_stored(&mut self, at: SimTime, number: NonZeroU32, lane: u32, of: &Taken) {
        self.resolve_tags(&of.stored.tags, of.repository);
        let (mut left_out, mut newest) = (Vec::new(), 0);
        for (&tag, &place) in self.resolved.common.iter().zip(&self.resolved.places) {
            match self.world.standing_push(of.holder, tag, of.image) {
                Some(push) => newest = newest.max(push),
                None => left_out.push(place),
            }
        }
        let tags = self.model.names.tag_count(of.stored.tags) - left_out.len();
        let draw = self.draw_of(lane, of);
        self.world.hold(of.image);
        let place = self.pushes.insert(PushState {
            number: if newest > 0 { newest } else { of.stored.push },
            at,
            repository: of.repository,
            digest: of.stored.digest,
            image_bytes: self.world.image_bytes(of.image),
            tags: of.stored.tags,
            measured: self.model.window.measures(at),
            member: 0,
            image: of.image,
            holder: of.holder,
            slot: self
                .model
                .slots
                .of(of.repository, self.model.lanes[lane as usize].source),
            origin: (self.model.streams.len() + self.model.scripts.len()) as u32,
            draw,
            open: 1,
            all_complete: true,
            backfill: Some(number),
        });
        if !left_out.is_empty() {
            self.left_out.insert(place, left_out);
        }
        let backfills = self.backfills.as_mut().expect(PREPARED);
        let count = tags.max(1) as u64;
        backfills.of(number).replications += count;
        if count > 1 {
            backfills.counts.insert(place, count);
        }
        backfills.requested += 1;
        let order = backfills.requested;
        let requested = Requested {
            lanes: &[lane],
            rank: RANK,
            number: order,
            added: None,
            drawn_by: None,
        };
        self.request(at, place, &requested);
    }

    /// Returns the number by which an image's draws are keyed: by what it is, and by how many backfills the lane has had.
    fn draw_of(&self, lane: u32, of: &Taken) -> u64 {
        let names = &self.model.names;
        let key = Key::new(0, "backfilled").named(&names.repositories[of.repository.index()]);
        let key = match of.stored.digest {
            Digest::Generated(bits) => key.numbered(bits),
            Digest::Given(id) => key.named(&names.digests[id as usize]),
        };
        let backfills = self.backfills.as_ref().expect(PREPARED);
        let before = backfills.list.iter().filter(|of| of.lane == lane).count();
        key.numbered(before as u64).bits()
    }

    /// `StopReplicationBackfill`, of one destination or of all.
    pub(super) fn stop_backfill(
        &mut self,
        at: SimTime,
        registry: RegistryId,
        destination: Option<RegistryId>,
    ) -> Result<(), Refusal> {
        let lanes = &self.model.lanes;
        let is_meant = |of: &&Backfill| {
            let lane = &lanes[of.lane as usize];
            lane.source == registry && destination.is_none_or(|to| lane.destination == to)
        };
        let list = self.backfills.iter().flat_map(|of| &of.list);
        let meant: Vec<Backfill> = list.filter(is_meant).copied().collect();
        if meant.is_empty() {
            return Err(Refusal::BackfillNotFound);
        }
        let in_progress = |of: &&Backfill| of.status == BackfillStatus::InProgress;
        let numbers: Vec<NonZeroU32> = meant
            .iter()
            .filter(in_progress)
            .map(|of| of.number)
            .collect();
        if numbers.is_empty() {
            return Err(Refusal::BackfillInvalidStatus);
        }
        for number in numbers {
            self.backfills.as_mut().expect(PREPARED).of(number).status = BackfillStatus::Stopping;
            self.withdraw(at, number);
        }
        Ok(())
    }

    /// Ends what a backfill has requested and what has not started.
    fn withdraw(&mut self, at: SimTime, number: NonZeroU32) {
        let mut places = self.replications.places();
        places.retain(|&place| {
            let of = self.replications.get(place);
            let waits = matches!(of.phase, Phase::Dispatching | Phase::Queued) && of.attempts == 0;
            waits && self.pushes.get(of.push).backfill == Some(number)
        });
        places.sort_unstable_by_key(|&place| self.replications.get(place).id);
        for place in places {
            let of = self.replications.get_mut(place);
            if of.phase == Phase::Queued {
                let waited = at.since(of.since);
                of.queue += waited;
                self.links[of.link as usize].leave(place);
                self.observer.dismissed(at, of, waited);
                self.fail(at, place, Reason::BackfillStopped);
                continue;
            }
            if self.groups.holds(of.id) {
                self.fail(at, place, Reason::BackfillStopped);
                continue;
            }
            // Its dispatch is pending and must find the place still taken.
            let (push, id) = (of.push, of.id);
            self.observer
                .failed(at, self.pushes.get(push), of, Reason::BackfillStopped);
            of.phase = Phase::Aborted;
            self.close(at, push, id, Some(Reason::BackfillStopped));
        }
    }

    /// An image of a backfill has ended; the last one, or half that failed, ends the whole.
    pub(super) fn count_backfilled(
        &mut self,
        at: SimTime,
        number: NonZeroU32,
        push: u32,
        source: HolderId,
        failed: Option<Reason>,
    ) {
        let is_skipped = failed == Some(Reason::SourceImageDeleted) && !self.world.exists(source);
        let backfills = self.backfills.as_mut().expect(PREPARED);
        let replications = backfills.counts.remove(&push).unwrap_or(1);
        let of = backfills.of(number);
        of.count(replications, failed, is_skipped);
        match of.status {
            BackfillStatus::InProgress if of.has_failed() => {
                of.end(at, BackfillStatus::Failed);
                self.withdraw(at, number);
            }
            BackfillStatus::InProgress if of.open == 0 => of.end(at, BackfillStatus::Complete),
            BackfillStatus::Stopping if of.open == 0 => of.end(at, BackfillStatus::Stopped),
            _ => {}
        }
    }

    /// Tells the observer how each backfill stands.
    pub(super) fn tell_backfills(&mut self) {
        for backfill in self.backfills.iter().flat_map(|of| &of.list) {
            self.observer.backfill(backfill);
        }
    }
}

const PREPARED: &str = "a scenario that starts a backfill or restores an image is prepared for it";
