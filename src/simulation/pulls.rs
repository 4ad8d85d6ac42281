//! Pulls of running fleets: what each asks for, and which registry serves it.

use std::collections::{BTreeMap, VecDeque};

use super::event::{Event, EventClass, order};
use super::model::Model;
use super::observer::{Observer, Offer, Pull};
use super::run::Simulation;
use crate::ecr::{HolderId, ImageId, LayerId, RegistryId, RepositoryId, TagId, World};
use crate::engine::Rank;
use crate::units::SimTime;
use crate::workload::{PullPlan, PullStream};

/// A stream of pulls.
#[derive(Clone, Debug)]
pub struct PullModel {
    /// Its name; draws are keyed by it.
    pub name: String,
    /// Its place in the order of names.
    pub rank: u16,
    /// Place of the fleet's account.
    pub account: usize,
    /// Place of the fleet's Region.
    pub region: usize,
    /// Place of the push stream whose images it pulls.
    pub stream: usize,
    /// The tag of that stream's newest image that every push moves, if it has one.
    pub moving_tag: Option<TagId>,
    /// Registries that it asks, in this order.
    pub asks: Vec<RegistryId>,
    /// Place of the registry across whose Region's border it pulls if its own Region lacks the image.
    pub far: RegistryId,
    /// Times and choices.
    pub plan: PullPlan,
}

/// Fleets in a run, and what they may ask for.
#[derive(Clone, Debug, Default)]
pub(super) struct Fleets {
    streams: Vec<PullState>,
    /// By push stream and repository; only of streams that some fleet pulls. Empty without fleets.
    shelves: Vec<Option<BTreeMap<RepositoryId, Shelf>>>,
}

#[derive(Clone, Debug)]
struct PullState {
    stream: PullStream,
    /// The pull that is scheduled.
    number: u64,
}

/// The images of one stream in one repository, in the order of their pushes.
#[derive(Clone, Debug, Default)]
struct Shelf {
    /// The oldest ones that no registry stores any more: only counted.
    gone: u64,
    /// The others, each held in the state machine.
    images: VecDeque<ImageId>,
    /// The base layer that the last of them was built on.
    base: Option<LayerId>,
}

/// How a pull names its image.
#[derive(Clone, Copy, Debug)]
enum Asked {
    /// By a tag that pushes move.
    Tag(TagId),
    /// By a tag of its own, or by digest: both lead to it wherever it is stored.
    Image(ImageId),
}

impl Fleets {
    pub fn new(model: &Model, seed: u64) -> Self {
        if model.pulls.is_empty() {
            return Self::default();
        }
        let state = |of: &PullModel| PullState {
            stream: PullStream::new(seed, &of.name),
            number: 0,
        };
        let is_pulled = |stream: usize| model.pulls.iter().any(|of| of.stream == stream);
        let shelves = (0..model.streams.len()).map(|stream| is_pulled(stream).then(BTreeMap::new));
        Self {
            streams: model.pulls.iter().map(state).collect(),
            shelves: shelves.collect(),
        }
    }

    /// Returns whether any fleet pulls at all.
    #[inline]
    pub const fn are_stocked(&self) -> bool {
        !self.shelves.is_empty()
    }

    fn shelf(&self, stream: usize, repository: RepositoryId) -> Option<&Shelf> {
        self.shelves[stream].as_ref()?.get(&repository)
    }

    /// Puts a pushed image on its stream's shelf, if any fleet pulls from there, and returns the bytes of the layers that no
    /// image there had; `parts` are all images of its push.
    fn put(
        &mut self,
        world: &mut World,
        stream: usize,
        repository: RepositoryId,
        image: ImageId,
        parts: &[ImageId],
    ) -> Option<u64> {
        let shelves = self.shelves.get_mut(stream)?.as_mut()?;
        let shelf = shelves.entry(repository).or_default();
        shelf.drop_gone(world);
        world.hold(image);
        shelf.images.push_back(image);
        let own_bytes: u64 = parts.iter().map(|&part| world.image(part).own_bytes).sum();
        let bases = || parts.iter().filter_map(|&part| world.image(part).base());
        // Those of all platforms are renewed at once.
        let base = bases().next();
        let is_new = base.is_some() && base != shelf.base;
        shelf.base = base;
        let base_bytes = bases()
            .filter(|_| is_new)
            .map(|base| world.layer_bytes(base));
        Some(own_bytes + base_bytes.sum::<u64>())
    }
}

impl Shelf {
    fn count(&self) -> u64 {
        self.gone + self.images.len() as u64
    }

    /// Returns the image that was pushed `back` pushes before the newest, unless it is gone for good.
    fn image(&self, back: u64) -> Option<ImageId> {
        let place = (self.count() - 1 - back).checked_sub(self.gone)?;
        self.images.get(place as usize).copied()
    }

    /// Lets go of the oldest images as far as no registry stores them, so that memory does not grow with the run.
    fn drop_gone(&mut self, world: &mut World) {
        while let Some(&image) = self.images.front()
            && world.is_gone(image)
        {
            self.images.pop_front();
            world.let_go(image);
            self.gone += 1;
        }
    }
}

impl<O: Observer> Simulation<'_, O> {
    /// Notes an accepted push whose image some fleet may pull; `parts` are all images that it brought.
    pub(super) fn offer(
        &mut self,
        at: SimTime,
        stream: u32,
        repository: RepositoryId,
        image: ImageId,
        parts: &[ImageId],
    ) {
        let put = self
            .fleets
            .put(&mut self.world, stream as usize, repository, image, parts);
        let Some(new_bytes) = put.filter(|_| self.model.window.measures(at)) else {
            return;
        };
        let image_bytes = self.world.pulled_bytes(image);
        self.observer.offered(Offer {
            stream,
            image_bytes,
            new_bytes,
        });
    }

    /// Schedules the next pull of a stream.
    pub(super) fn schedule_pull(&mut self, pull: usize) {
        let of = &self.model.pulls[pull];
        let state = &mut self.fleets.streams[pull];
        let Some((number, at)) = state.stream.next(&of.plan, self.model.end) else {
            return;
        };
        state.number = number;
        let rank = Rank::new(EventClass::Pull as u8, order(of.rank, number, 0));
        self.calendar.schedule(at, rank, Event::Pull(pull as u32));
    }

    /// Handles the pull of a stream that is due, and schedules its next one. Before the first push to its repository there is
    /// nothing that it could ask for.
    pub(super) fn pull(&mut self, at: SimTime, pull: u32) {
        let index = pull as usize;
        let of = &self.model.pulls[index];
        let state = &self.fleets.streams[index];
        let place = state.stream.repository(&of.plan, state.number);
        let repository = self.model.streams[of.stream].repositories[place];
        if let Some(shelf) = self.fleets.shelf(of.stream, repository)
            && self.model.window.measures(at)
        {
            let back = state
                .stream
                .images_back(&of.plan, state.number, shelf.count());
            let asked = match of.moving_tag {
                Some(tag) if back == 0 => Some(Asked::Tag(tag)),
                _ => shelf.image(back).map(Asked::Image),
            };
            let served = asked.and_then(|asked| self.served(of, repository, asked));
            self.observer.pulled(match served {
                Some((registry, image, is_stale)) => Pull {
                    stream: pull,
                    registry: Some(registry),
                    bytes: of.plan.pulled_bytes(self.world.pulled_bytes(image)),
                    is_stale,
                },
                None => Pull {
                    stream: pull,
                    registry: None,
                    bytes: 0,
                    is_stale: false,
                },
            });
        }
        self.schedule_pull(index);
    }

    /// Returns the first of the registries that a fleet asks which has what it asks for, the image, and whether that is older
    /// than what the source would have served under the same tag.
    fn served(
        &self,
        of: &PullModel,
        repository: RepositoryId,
        asked: Asked,
    ) -> Option<(RegistryId, ImageId, bool)> {
        let mut registries = of.asks.iter().filter_map(|&registry| {
            let holder = self.world.holder(repository, registry)?;
            let (image, push) = self.found(holder, asked)?;
            Some((registry, image, push))
        });
        let (registry, image, push) = registries.next()?;
        let source = self.holder(repository, self.model.streams[of.stream].registry);
        let is_stale = self
            .found(source, asked)
            .is_some_and(|(newer, last)| newer != image && last > push);
        Some((registry, image, is_stale))
    }

    /// Returns the image that a repository serves, and the number of the push that put the tag on it.
    fn found(&self, holder: HolderId, asked: Asked) -> Option<(ImageId, u64)> {
        let found = match asked {
            Asked::Tag(tag) => self.world.resolve(holder, tag),
            Asked::Image(image) => Some((image, 0)),
        };
        found.filter(|&(image, _)| self.world.is_available_whole(image, holder))
    }
}
