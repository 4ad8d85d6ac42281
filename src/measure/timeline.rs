//! The run step by step, per destination.

use super::histogram::{Histogram, rank};
use super::stats::DestinationStats;
use super::tally::Counts;
use crate::ecr::Covered;
use crate::units::SimDuration;

/// Latencies of one step: exact while there are few.
#[derive(Clone, Debug, Default)]
struct Sample {
    few: Vec<u64>,
    many: Histogram,
}

impl Sample {
    const FEW: usize = 4096;

    fn add_many(&mut self, mut durations: impl Iterator<Item = u64>) {
        let room = Self::FEW - self.few.len();
        self.few.extend(durations.by_ref().take(room));
        durations.for_each(|nanos| self.many.add(nanos, 1));
    }

    /// Returns the quantiles at nearest rank, rising ones, and forgets the sample.
    fn take(&mut self, percents: [u64; 2]) -> [Option<SimDuration>; 2] {
        if self.many.total() > 0 {
            self.few.drain(..).for_each(|nanos| self.many.add(nanos, 1));
            let quantiles = percents.map(|percent| self.many.quantile(percent, 100));
            self.many.clear();
            return quantiles.map(|nanos| nanos.map(SimDuration::from_nanos));
        }
        // What stands before a quantile that was found is no greater: the next one is among the rest.
        let mut found = 0;
        let nanos = percents.map(|percent| {
            let place = rank(self.few.len() as u64, percent, 100) as usize - 1;
            let rest = self.few.get_mut(found..).filter(|rest| !rest.is_empty())?;
            let nanos = *rest.select_nth_unstable(place - found).1;
            found = place;
            Some(nanos)
        });
        self.few.clear();
        nanos.map(|nanos| nanos.map(SimDuration::from_nanos))
    }
}

/// One step at one destination.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    pub pushed: u64,
    pub requested: u64,
    pub completed: u64,
    pub failed: u64,
    pub waiting: u64,
    pub in_flight: u64,
    pub pending_bytes: u64,
    /// What sources send, and how much of it is held.
    pub covered: Covered,
    pub p50: Option<SimDuration>,
    pub p99: Option<SimDuration>,
}

/// A stretch of time within one step, one month, and one side of the warm-up's end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub step: usize,
    pub month: usize,
    pub measured: bool,
}

/// Steps so far.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    lanes: usize,
    present: Vec<Step>,
    /// Pushes and replications of closed steps.
    closed: Vec<(u64, Counts)>,
    latencies: Vec<Sample>,
    /// Closed steps by step and destination.
    pub steps: Vec<Vec<Step>>,
    /// Closed segments, and the bytes that each lane moved in them.
    pub segments: Vec<Segment>,
    segment_bytes: Vec<u64>,
    /// Bytes booked so far, by lane.
    booked: Vec<u64>,
}

impl Timeline {
    pub fn new(destinations: usize, lanes: usize) -> Self {
        Self {
            lanes,
            present: vec![Step::default(); destinations],
            closed: vec![(0, Counts::default()); destinations],
            latencies: vec![Sample::default(); destinations],
            steps: Vec::new(),
            segments: Vec::new(),
            segment_bytes: Vec::new(),
            booked: vec![0; lanes],
        }
    }

    /// Replications of pushes are there, after so many nanoseconds each; a backfill's latency is no push's.
    pub fn landed(&mut self, destination: usize, latencies: impl Iterator<Item = u64>) {
        self.latencies[destination].add_many(latencies);
    }

    /// Books what lanes have moved since the last segment. A reading in the middle of a copy may be a byte ahead of
    /// what the copy comes to in the end, and is corrected then.
    pub fn close_segment(&mut self, month: usize, measured: bool, moved_bytes: &[u64]) {
        self.segments.push(Segment {
            step: self.steps.len(),
            month,
            measured,
        });
        for (booked, &moved) in self.booked.iter_mut().zip(moved_bytes) {
            let more = moved.saturating_sub(*booked);
            self.segment_bytes.push(more);
            *booked += more;
        }
    }

    /// Adds what one lane is to bring, and has brought, to the step that is about to end.
    pub fn cover(&mut self, destination: usize, of: &Covered) {
        let covered = &mut self.present[destination].covered;
        covered.live += of.live;
        covered.held += of.held;
    }

    pub fn close_bucket(&mut self, destinations: &[DestinationStats]) {
        let steps = self.present.iter_mut().zip(&mut self.latencies);
        for (((step, sample), closed), of) in steps.zip(&mut self.closed).zip(destinations) {
            let (pushed, counts) = std::mem::replace(closed, (of.pushed, of.counts));
            step.pushed = of.pushed - pushed;
            step.requested = of.counts.requested - counts.requested;
            step.completed = of.counts.completed - counts.completed;
            step.failed = of.counts.failed - counts.failed;
            [step.p50, step.p99] = sample.take([50, 99]);
            let backlog = &of.backlog;
            step.waiting = backlog.waiting.level();
            step.in_flight = backlog.in_flight.level();
            step.pending_bytes = backlog.pending_bytes.level();
        }
        let fresh = vec![Step::default(); self.present.len()];
        self.steps.push(std::mem::replace(&mut self.present, fresh));
    }

    /// Makes the sums over all segments what lanes have moved in the end.
    pub fn correct(&mut self, moved_bytes: &[u64]) {
        for (lane, &moved) in moved_bytes.iter().enumerate() {
            let mut excess = self.booked[lane].saturating_sub(moved);
            let places = (0..self.segments.len())
                .rev()
                .map(|segment| segment * self.lanes + lane);
            for place in places {
                let cut = excess.min(self.segment_bytes[place]);
                self.segment_bytes[place] -= cut;
                excess -= cut;
            }
            if let Some(last) = self.segments.len().checked_sub(1) {
                self.segment_bytes[last * self.lanes + lane] +=
                    moved.saturating_sub(self.booked[lane]);
            }
        }
    }

    /// Returns the bytes of each lane in a segment.
    pub fn bytes(&self, segment: usize) -> &[u64] {
        &self.segment_bytes[segment * self.lanes..(segment + 1) * self.lanes]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_a_step_are_exact_while_few_and_near_when_many() {
        let mut sample = Sample::default();
        sample.add_many((1..=100).rev().map(|nanos| nanos * 1000));
        assert_eq!(
            sample.take([50, 99]).map(|q| q.map(SimDuration::as_nanos)),
            [Some(50_000), Some(99_000)]
        );
        assert_eq!(sample.take([50, 99]), [None, None]);
        sample.add_many(1..=100_000);
        let [p50, p99] = sample
            .take([50, 99])
            .map(|q| q.map_or(0.0, |q| q.as_nanos() as f64));
        assert!(
            (p50 - 50_000.0).abs() < 50.0 && (p99 - 99_000.0).abs() < 99.0,
            "{p50} {p99}"
        );
    }

    #[test]
    fn segments_add_up_to_what_was_moved_in_the_end() {
        let mut timeline = Timeline::new(1, 2);
        timeline.close_segment(0, true, &[10, 0]);
        timeline.close_segment(0, true, &[31, 0]);
        timeline.close_segment(1, true, &[30, 7]);
        timeline.correct(&[30, 9]);
        let all: Vec<&[u64]> = (0..3).map(|segment| timeline.bytes(segment)).collect();
        assert_eq!(all, [&[10, 0], &[20, 0], &[0, 9]]);
    }
}
