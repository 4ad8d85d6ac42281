//! Pushes of streams, drawn before they are due.
//!
//! When a stream pushes what depends on its draws alone, not on what becomes of it. So many pushes are drawn in a row, which
//! costs less than one now and one then, and another thread may do it.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::keys::lane_key;
use super::model::{Model, Stream};
use crate::engine::{Key, Law, round_up};
use crate::units::SimTime;
use crate::workload::{Drawn, PushPlan, PushStream};

/// A push before it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Upcoming {
    /// When it is due.
    pub at: SimTime,
    /// What it consists of.
    pub drawn: Drawn,
    /// Bits of the digest of its image.
    pub digest: u64,
}

/// What is drawn for the replication of a push on one lane, in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ahead(u64);

impl Ahead {
    const STALLS: u64 = 1 << 63;
    /// In place of a delay for which there is no room.
    const LONG: u64 = Self::STALLS - 1;

    fn new(delay_ns: u64, stalls: bool) -> Self {
        let delay_ns = delay_ns.min(Self::LONG);
        Self(delay_ns | if stalls { Self::STALLS } else { 0 })
    }

    /// Returns the dispatch delay in nanoseconds.
    pub const fn delay_ns(self) -> u64 {
        self.0 & !Self::STALLS
    }

    /// Returns whether the delay is of 292 years or more: it has to be drawn again.
    const fn is_long(self) -> bool {
        self.delay_ns() == Self::LONG
    }

    /// Returns whether the first attempt stalls.
    pub const fn stalls(self) -> bool {
        self.0 & Self::STALLS != 0
    }
}

/// Pushes of one stream, in order.
#[derive(Debug, Default)]
struct Batch {
    pushes: Vec<Upcoming>,
    /// By push, then by lane out of the stream's registry.
    replications: Vec<Ahead>,
    /// Whether no push follows in the run.
    is_last: bool,
}

/// Draws the pushes of one stream.
#[derive(Debug)]
struct Drawing<'m> {
    plan: &'m PushPlan,
    end: SimTime,
    stream: PushStream,
    digests: Key,
    /// By lane out of the stream's registry; none if its pushes are several images, each of which draws on its own.
    lanes: Vec<LaneDrawing<'m>>,
    /// How many pushes the next batch has, and how many one may have.
    next: usize,
    most: usize,
    /// Whether the stream has ended: then it is not asked again.
    is_over: bool,
}

/// Draws for the replications on one lane.
#[derive(Clone, Copy, Debug)]
struct LaneDrawing<'m> {
    delay: &'m Law,
    delays: Key,
    stall_probability: f64,
    stalls: Key,
}

impl<'m> LaneDrawing<'m> {
    fn new(model: &'m Model, seed: u64, of: &Stream, lane: usize) -> Self {
        let link = &model.links[model.lanes[lane].link];
        let key = |purpose| lane_key(model, seed, purpose, &of.name, lane);
        Self {
            delay: &link.dispatch,
            delays: key("dispatch"),
            stall_probability: link.stall_probability,
            stalls: key("stall"),
        }
    }

    /// Returns whether the first attempt of push `number` stalls.
    fn stalls(&self, number: u64) -> bool {
        let key = || self.stalls.numbered(number).numbered(1);
        self.stall_probability > 0.0 && key().draws().chance(self.stall_probability)
    }
}

impl<'m> Drawing<'m> {
    /// `words` is about how many numbers a batch may hold.
    fn new(model: &'m Model, seed: u64, of: &'m Stream, words: usize) -> Self {
        let lanes = lanes_of(model, of).map(|lane| LaneDrawing::new(model, seed, of, lane));
        let lanes: Vec<LaneDrawing<'_>> = lanes.collect();
        let width = size_of::<Upcoming>() / size_of::<u64>() + lanes.len();
        Self {
            plan: &of.plan,
            end: model.end,
            stream: PushStream::new(seed, &of.name, of.plan.repositories),
            digests: Key::new(seed, "digest").named(&of.name),
            lanes,
            next: Self::FIRST,
            most: (words / width).max(Self::FIRST),
            is_over: false,
        }
    }

    /// A short run is to draw little more than it has.
    const FIRST: usize = 4;

    /// Fills a batch with the next pushes. Each batch is larger than the one before, up to a point.
    fn fill(&mut self, batch: &mut Batch) {
        batch.pushes.clear();
        batch.replications.clear();
        while batch.pushes.len() < self.next && !self.is_over {
            let Some((at, drawn)) = self.stream.next(self.plan, self.end) else {
                self.is_over = true;
                break;
            };
            let digest = self.digests.numbered(drawn.number).bits();
            batch.pushes.push(Upcoming { at, drawn, digest });
            self.draw_replications(drawn.number, &mut batch.replications);
        }
        batch.is_last = self.is_over;
        self.next = self.most.min(2 * self.next);
    }

    fn draw_replications(&self, number: u64, replications: &mut Vec<Ahead>) {
        for few in self.lanes.chunks(Law::FEW) {
            let delays = Law::draw_few(few.len(), |place| {
                let lane = &few[place];
                (lane.delay, lane.delays.numbered(number).draws())
            });
            let drawn = few.iter().zip(delays);
            replications.extend(
                drawn.map(|(lane, delay)| Ahead::new(round_up(delay), lane.stalls(number))),
            );
        }
    }
}

/// Returns the lanes on which pushes of a stream may be copied, as far as that is drawn ahead.
fn lanes_of(model: &Model, of: &Stream) -> std::ops::Range<usize> {
    let first = model
        .lanes
        .partition_point(|lane| lane.source < of.registry);
    let after = model
        .lanes
        .partition_point(|lane| lane.source <= of.registry);
    if of.group.is_some() {
        first..first
    } else {
        first..after
    }
}

/// The pushes of one stream, one by one.
#[derive(Debug)]
pub(super) struct Pushes<'m> {
    batch: Batch,
    /// Place of the next push in it.
    next: usize,
    /// The batch before it, of which the push that was taken last may be.
    before: Batch,
    /// Where what was drawn for the replications of that push begins in its batch.
    taken: usize,
    is_taken_from_before: bool,
    first_lane: usize,
    width: usize,
    source: Source<'m>,
}

/// Where batches come from.
#[derive(Debug)]
enum Source<'m> {
    Here(Box<Drawing<'m>>),
    Elsewhere {
        stream: usize,
        empty: Sender<(usize, Batch)>,
        full: Receiver<Batch>,
    },
}

impl<'m> Pushes<'m> {
    /// Returns the pushes of each stream of a run, drawn where they are taken.
    pub fn all(model: &'m Model, seed: u64) -> Vec<Self> {
        // What fits in the near memory beside all else.
        const WORDS: usize = 1 << 10;
        let words = WORDS.min(MOST_WORDS / (2 * model.streams.len().max(1)));
        let pushes = |of| {
            let drawing = Drawing::new(model, seed, of, words);
            Self::from(model, of, Source::Here(Box::new(drawing)))
        };
        model.streams.iter().map(pushes).collect()
    }

    fn from(model: &Model, of: &Stream, source: Source<'m>) -> Self {
        let lanes = lanes_of(model, of);
        Self {
            batch: Batch::default(),
            next: 0,
            before: Batch::default(),
            taken: 0,
            is_taken_from_before: false,
            first_lane: lanes.start,
            width: lanes.len(),
            source,
        }
    }

    /// Returns the next push, which stays the next; `None` if no other comes in the run.
    #[inline]
    pub fn peek(&mut self) -> Option<&Upcoming> {
        if self.next == self.batch.pushes.len() && !self.refill() {
            return None;
        }
        self.batch.pushes.get(self.next)
    }

    /// Returns the number of the next push in its stream.
    ///
    /// # Panics
    /// If [`Pushes::peek`] has not found it.
    #[inline]
    pub fn next_number(&self) -> u64 {
        self.batch.pushes[self.next].drawn.number
    }

    /// Takes the next push.
    ///
    /// # Panics
    /// If [`Pushes::peek`] has not found it.
    #[inline]
    pub fn take(&mut self) -> Upcoming {
        let push = self.batch.pushes[self.next];
        self.taken = self.next * self.width;
        self.is_taken_from_before = false;
        self.next += 1;
        push
    }

    /// Returns what was drawn on a lane for the push that was taken last; `None` if nothing was that can be used.
    #[inline]
    pub fn on_lane(&self, lane: usize) -> Option<Ahead> {
        let place = lane.wrapping_sub(self.first_lane);
        if place >= self.width {
            return None;
        }
        let batch = if self.is_taken_from_before {
            &self.before
        } else {
            &self.batch
        };
        let ahead = batch.replications[self.taken + place];
        (!ahead.is_long()).then_some(ahead)
    }

    #[cold]
    fn refill(&mut self) -> bool {
        if self.batch.is_last {
            return false;
        }
        let mut spent = std::mem::take(&mut self.before);
        let next = match &mut self.source {
            Source::Here(drawing) => {
                drawing.fill(&mut spent);
                spent
            }
            Source::Elsewhere {
                stream,
                empty,
                full,
            } => {
                // Where nobody draws any more, what is missing shows below.
                let _ = empty.send((*stream, spent));
                full.recv().expect("pushes are drawn until the last")
            }
        };
        self.before = std::mem::replace(&mut self.batch, next);
        self.is_taken_from_before = true;
        self.next = 0;
        !self.batch.pushes.is_empty()
    }
}

/// Batches of one stream on their way between two threads.
const BATCHES: usize = 4;
/// About how many numbers all batches of a run hold at most: two megabytes.
const MOST_WORDS: usize = 1 << 18;

/// The pushes of a run while another thread draws them: taking them waits for [`DrawingAhead::run`].
#[derive(Debug)]
pub(crate) struct PushesAhead<'m>(pub(super) Vec<Pushes<'m>>);

/// Draws the pushes of a run for another thread.
#[derive(Debug)]
pub(crate) struct DrawingAhead<'m> {
    streams: Vec<(Drawing<'m>, Sender<Batch>)>,
    empty: Receiver<(usize, Batch)>,
}

impl<'m> DrawingAhead<'m> {
    /// Returns who draws the pushes of a run under this seed, and who takes them.
    pub fn new(model: &'m Model, seed: u64) -> (Self, PushesAhead<'m>) {
        // Waking a thread is to cost little beside what it draws.
        const WORDS: usize = 1 << 16;
        let words = WORDS.min(MOST_WORDS / (BATCHES * model.streams.len().max(1)));
        let (to_fill, empty) = channel();
        let (mut streams, mut pushes) = (Vec::new(), Vec::new());
        for (stream, of) in model.streams.iter().enumerate() {
            let (filled, full) = channel();
            streams.push((Drawing::new(model, seed, of, words), filled));
            // The other two are where pushes are taken.
            for _ in 2..BATCHES {
                // Nobody listens yet, but the channel keeps it.
                let _ = to_fill.send((stream, Batch::default()));
            }
            let source = Source::Elsewhere {
                stream,
                empty: to_fill.clone(),
                full,
            };
            pushes.push(Pushes::from(model, of, source));
        }
        (Self { streams, empty }, PushesAhead(pushes))
    }

    /// Draws until nobody takes pushes any more.
    pub fn run(mut self) {
        for (stream, mut batch) in self.empty {
            let (drawing, full) = &mut self.streams[stream];
            drawing.fill(&mut batch);
            // The run may have ended.
            let _ = full.send(batch);
        }
    }
}

#[cfg(test)]
mod tests;
