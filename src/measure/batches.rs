//! How sure the numbers of a single run are: half-widths of 95 % intervals, from what batches of the run gave.
//!
//! The measured pushes are cut into batches of equal length by time. Batches that are long against the time for which a
//! backlog lasts are nearly independent, so what differs between them tells how far another run might differ; the method
//! of batch means, with a number of batches that B. Schmeiser found best ("Batch size effects in the analysis of
//! simulation output", Operations Research 30, 1982: 10 to 30).
//!
//! Batches hold unlike numbers of replications. A mean is therefore the ratio of two sums over batches, of durations and
//! of counts, with the half-width of a ratio (W. G. Cochran, "Sampling Techniques", third edition, 1977, section 6.4); a
//! share likewise. For a quantile, the share at or under it has such a half-width, and the quantiles of the shares so far
//! to either side are its bounds (R. S. Woodruff, "Confidence intervals for medians and other position measures", Journal
//! of the American Statistical Association 47, 1952). The farther of the two counts.
//!
//! What differs from batch to batch by the clock, as bursts and outages do, counts as chance: bounds are then too wide.

use std::sync::Arc;

use super::clock::Clock;
use super::trend::Trend;
use crate::units::{SimDuration, SimTime};

/// Batches of a run.
const BATCHES: usize = 25;
/// With fewer batches that hold something there is no interval.
const FEWEST_BATCHES: usize = BATCHES - T_QUANTILES.len() + 1;
/// With fewer durations for each batch there is no interval of the mean.
const FEWEST_IN_BATCH: u64 = 10;
/// With fewer durations for each batch on one side of a quantile, or of a limit, there is no interval of it or of its
/// share.
const FEWEST_BESIDE: u64 = 2;
/// The 97.5 % quantiles of Student's t for 19 to 24 degrees of freedom, one less than there are batches: from here, so
/// that they are the same on every machine.
const T_QUANTILES: [f64; 6] = [
    2.093_024, 2.085_963, 2.079_614, 2.073_873, 2.068_658, 2.063_899,
];

/// The durations of one metric by the time of their pushes.
///
/// As in a [`Trend`], the latest wait in a short list. [`Batches::settle`] empties it, and must be called before anything
/// is asked.
#[derive(Clone, Debug)]
pub struct Batches {
    recent: Vec<(SimTime, SimDuration)>,
    clock: Clock,
    limits: Arc<[SimDuration]>,
    batches: Vec<Batch>,
}

/// What came of the pushes of one batch.
#[derive(Clone, Debug, Default)]
struct Batch {
    count: u64,
    sum: u128,
    buckets: Buckets,
    /// By limit: how many were within it.
    within: Vec<u64>,
    /// By limit: how many have not come, or failed, though so much time has passed.
    missed: Vec<u64>,
}

/// Counts of durations, 64 buckets to a power of two, made when first met.
#[derive(Clone, Debug, Default)]
struct Buckets(Vec<Option<Box<[u32; Buckets::OCTAVE]>>>);

impl Buckets {
    const BITS: u32 = 6;
    const OCTAVE: usize = 1 << Self::BITS;

    #[inline]
    fn add(&mut self, nanos: u64) {
        let shift = (nanos | Self::OCTAVE as u64).ilog2() - Self::BITS;
        let octave = shift as usize + usize::from(nanos >= Self::OCTAVE as u64);
        let place = (nanos >> shift) as usize % Self::OCTAVE;
        match self.0.get_mut(octave) {
            Some(Some(counts)) => counts[place] += 1,
            _ => self.make_place(octave, place),
        }
    }

    #[cold]
    #[inline(never)]
    fn make_place(&mut self, octave: usize, place: usize) {
        if octave >= self.0.len() {
            self.0.resize(octave + 1, None);
        }
        self.0[octave].get_or_insert_with(|| Box::new([0; Self::OCTAVE]))[place] += 1;
    }

    fn merge(&mut self, other: &Self) {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), None);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            let Some(theirs) = theirs else { continue };
            let mine = mine.get_or_insert_with(|| Box::new([0; Self::OCTAVE]));
            mine.iter_mut()
                .zip(theirs.iter())
                .for_each(|(sum, count)| *sum += count);
        }
    }

    /// Returns the count in a bucket, counted through all octaves.
    fn at(&self, bucket: usize) -> u64 {
        let octave = self.0.get(bucket / Self::OCTAVE).and_then(Option::as_ref);
        octave.map_or(0, |counts| u64::from(counts[bucket % Self::OCTAVE]))
    }

    /// Returns the count in all buckets before one.
    fn before(&self, bucket: usize) -> u64 {
        (0..bucket).map(|bucket| self.at(bucket)).sum()
    }
}

impl Batches {
    const RECENT: usize = 256;

    /// Returns empty batches of the pushes from `from` until `until`, with the limits whose shares are asked.
    pub fn new(from: SimTime, until: SimTime, limits: &Arc<[SimDuration]>) -> Self {
        let none = Batch {
            within: vec![0; limits.len()],
            missed: vec![0; limits.len()],
            ..Batch::default()
        };
        Self {
            recent: Vec::new(),
            clock: Clock::new(from, until, BATCHES as u64),
            limits: Arc::clone(limits),
            batches: vec![none; BATCHES],
        }
    }

    /// Adds the duration of something that was pushed at `pushed_at`.
    #[inline]
    pub fn add(&mut self, pushed_at: SimTime, duration: SimDuration) {
        if self.recent.len() == Self::RECENT {
            self.settle();
        }
        self.recent.push((pushed_at, duration));
    }

    /// Adds something that failed.
    pub fn add_failed(&mut self, pushed_at: SimTime) {
        self.add_missed(pushed_at, |_| true);
    }

    /// Adds something that the run's end found unfinished at this age: within a longer limit it may yet have come.
    pub fn add_unfinished(&mut self, pushed_at: SimTime, age: SimDuration) {
        self.add_missed(pushed_at, |limit| age >= limit);
    }

    fn add_missed(&mut self, pushed_at: SimTime, has_missed: impl Fn(SimDuration) -> bool) {
        let missed = &mut self.batches[self.clock.part(pushed_at)].missed;
        for (limit, count) in self.limits.iter().zip(missed) {
            *count += u64::from(has_missed(*limit));
        }
    }

    /// Takes in the durations that were added of late.
    #[inline(never)]
    pub fn settle(&mut self) {
        let mut recent = std::mem::take(&mut self.recent);
        self.add_many(&recent, |&added| added);
        recent.clear();
        self.recent = recent;
    }

    /// Adds many durations, which `read` tells with when they were pushed, and takes them in: neighbours are mostly of one
    /// batch.
    pub fn add_many<T>(&mut self, mut rest: &[T], read: impl Fn(&T) -> (SimTime, SimDuration)) {
        let clock = self.clock;
        while let Some(first) = rest.first() {
            let part = clock.part(read(first).0);
            let is_other = |of: &T| !clock.holds(part, read(of).0);
            let these = rest.iter().position(is_other).unwrap_or(rest.len());
            let (these, others) = rest.split_at(these);
            let durations = these.iter().map(|of| read(of).1);
            self.batches[part].add_many(durations, &self.limits);
            rest = others;
        }
    }

    /// Adds all that `other`, of the same pushes, holds.
    pub fn merge(&mut self, other: &Self) {
        debug_assert!(
            other.recent.is_empty(),
            "batches are settled before they are read"
        );
        for (mine, theirs) in self.batches.iter_mut().zip(&other.batches) {
            mine.merge(theirs);
        }
    }

    /// Returns the half-width of the mean, in seconds.
    pub fn mean_s(&self) -> Option<f64> {
        let parts = self.batches.iter();
        let parts = parts.map(|batch| (batch.sum as f64 / 1e9, batch.count as f64));
        let enough = self.count() >= FEWEST_IN_BATCH * BATCHES as u64;
        half_width(parts, 0.0).filter(|_| enough)
    }

    /// Returns the half-width of the share within the limit at `place`.
    pub fn share(&self, place: usize) -> Option<f64> {
        let sum = |of: &dyn Fn(&Batch) -> u64| self.batches.iter().map(of).sum::<u64>();
        let (within, asked) = (
            sum(&|batch| batch.within[place]),
            sum(&|batch| batch.asked(place)),
        );
        let parts = self.batches.iter();
        let parts = parts.map(|batch| (batch.within[place] as f64, batch.asked(place) as f64));
        half_width(parts, 0.0).filter(|_| within.min(asked - within) >= enough_beside())
    }

    /// Returns the half-width in seconds of the quantile at `share` of these durations, which `trend` holds too.
    pub fn quantile_s(&self, share: f64, trend: &Trend) -> Option<f64> {
        let of_share = self.share_at_quantile(share)?;
        let at = |share: f64| {
            const PARTS: u64 = 1_000_000_000;
            let is_inside = share > 0.0 && share < 1.0;
            let quantile = trend.quantile((share * PARTS as f64) as u64, PARTS);
            quantile
                .filter(|_| is_inside)
                .map(|quantile| quantile.at.as_secs_f64())
        };
        let (low, middle, high) = (at(share - of_share)?, at(share)?, at(share + of_share)?);
        Some((high - middle).max(middle - low))
    }

    /// Returns the half-width of the share at or under the quantile at `share`.
    ///
    /// Of the bucket that holds the quantile, the same part of each batch's durations counts as under it. Which of them
    /// are is chance: what that adds to the variance is that of a binomial law.
    fn share_at_quantile(&self, share: f64) -> Option<f64> {
        let count = self.count();
        let beside = count as f64 * share.min(1.0 - share);
        if beside < enough_beside() as f64 {
            return None;
        }
        let mut all = Buckets::default();
        self.batches
            .iter()
            .for_each(|batch| all.merge(&batch.buckets));
        let rank = count as f64 * share;
        let mut below = 0;
        let bucket = (0..all.0.len() * Buckets::OCTAVE).find(|&bucket| {
            below += all.at(bucket);
            below as f64 >= rank
        })?;
        let inside = all.at(bucket) as f64;
        let part = (rank - (below as f64 - inside)) / inside;
        let parts = self.batches.iter().map(|batch| {
            let under = batch.buckets.before(bucket) as f64;
            let in_bucket = batch.buckets.at(bucket) as f64;
            (under + part * in_bucket, batch.count as f64)
        });
        half_width(parts, inside * part * (1.0 - part))
    }

    fn count(&self) -> u64 {
        self.batches.iter().map(|batch| batch.count).sum()
    }
}

impl Batch {
    fn add_many(
        &mut self,
        durations: impl ExactSizeIterator<Item = SimDuration> + Clone,
        limits: &[SimDuration],
    ) {
        self.count += durations.len() as u64;
        let nanos = durations.clone().map(SimDuration::as_nanos);
        self.sum += nanos.clone().map(u128::from).sum::<u128>();
        nanos.for_each(|nanos| self.buckets.add(nanos));
        for (limit, count) in limits.iter().zip(&mut self.within) {
            let is_within = |duration: &SimDuration| duration <= limit;
            *count += durations.clone().filter(is_within).count() as u64;
        }
    }

    /// Returns what the share within a limit is a share of.
    fn asked(&self, place: usize) -> u64 {
        self.count + self.missed[place]
    }

    fn merge(&mut self, other: &Self) {
        let add = |mine: &mut [u64], theirs: &[u64]| {
            mine.iter_mut()
                .zip(theirs)
                .for_each(|(sum, count)| *sum += count);
        };
        self.count += other.count;
        self.sum += other.sum;
        self.buckets.merge(&other.buckets);
        add(&mut self.within, &other.within);
        add(&mut self.missed, &other.missed);
    }
}

const fn enough_beside() -> u64 {
    FEWEST_BESIDE * BATCHES as u64
}

/// Returns the half-width of the sum of all firsts over the sum of all seconds, a pair for each batch; `further` adds to
/// the sum of squared deviations. Batches that hold nothing do not count.
fn half_width(pairs: impl Iterator<Item = (f64, f64)>, further: f64) -> Option<f64> {
    let filled: Vec<(f64, f64)> = pairs.filter(|&(_, weight)| weight > 0.0).collect();
    let freedom = filled.len().checked_sub(1)?;
    let quantile = T_QUANTILES.get((freedom + 1).checked_sub(FEWEST_BATCHES)?)?;
    let weights: f64 = filled.iter().map(|(_, weight)| weight).sum();
    let ratio = filled.iter().map(|(number, _)| number).sum::<f64>() / weights;
    let squares: f64 = filled
        .iter()
        .map(|(number, weight)| (number - ratio * weight) * (number - ratio * weight))
        .sum();
    let scale = filled.len() as f64 / freedom as f64;
    Some(quantile * ((squares + further) * scale).sqrt() / weights)
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, StudentsT};

    use super::*;

    /// 2,500 s of pushes: each batch is 100 s long.
    fn batches(limit_s: u64) -> Batches {
        let until = SimTime::from_nanos(2_500_000_000_000 - 1);
        let limits: Arc<[SimDuration]> = Arc::new([SimDuration::from_secs(limit_s)]);
        Batches::new(SimTime::ZERO, until, &limits)
    }

    fn at(second: u64) -> SimTime {
        SimTime::ZERO + SimDuration::from_secs(second)
    }

    /// A push each second; batch by batch 9 s, 11 s, 9 s, ... and 10 s in the last one.
    fn swinging() -> (Batches, Trend) {
        let (mut batches, mut trend) = (batches(10), Trend::default());
        for second in 0..2_500 {
            let latency_s = match second / 100 {
                24 => 10,
                batch => 9 + 2 * (batch % 2),
            };
            batches.add(at(second), SimDuration::from_secs(latency_s));
            trend.add(SimDuration::from_secs(latency_s));
        }
        batches.settle();
        trend.settle();
        (batches, trend)
    }

    #[test]
    fn quantiles_of_t_are_those_of_the_tables() {
        for (place, quantile) in T_QUANTILES.iter().enumerate() {
            let freedom = (FEWEST_BATCHES + place - 1) as f64;
            let student = StudentsT::new(0.0, 1.0, freedom).expect("a law");
            assert!((student.inverse_cdf(0.975) - quantile).abs() < 1e-6);
        }
        assert_eq!(FEWEST_BATCHES, 20);
    }

    #[test]
    fn mean_by_hand() {
        // 24 batch means 1 s from 10 s, one at it: sd = sqrt(24 / 24) = 1 s, half-width 2.064 x 1 / sqrt(25).
        let half_width = swinging().0.mean_s().expect("an interval");
        assert!((half_width - 2.063_899 / 5.0).abs() < 1e-9, "{half_width}");
    }

    #[test]
    fn share_by_hand() {
        // Within 10 s: all of 12 batches and of the last, none of 12: 0.52. Squares: 13 x 0.48^2 + 12 x 0.52^2 = 6.24.
        let half_width = swinging().0.share(0).expect("an interval");
        let expected = 2.063_899 * (6.24_f64 / 24.0 / 25.0).sqrt();
        assert!((half_width - expected).abs() < 1e-9, "{half_width}");
    }

    #[test]
    fn quantile_by_hand() {
        // The median, 10 s, has 48 % under it. In shares it is as sure as the share above, +- 0.21: from 9 s to 11 s.
        let (batches, trend) = swinging();
        let half_width = batches.quantile_s(0.5, &trend).expect("an interval");
        assert!((half_width - 1.0).abs() < 0.02, "{half_width}");
        // Of the upper 48 %, all 11 s, the 95th percentile lies too deep for another run to give less; and the last 1 % too
        // near the top for a bound.
        assert_eq!(batches.quantile_s(0.95, &trend), Some(0.0));
        assert_eq!(batches.quantile_s(0.999, &trend), None);
    }

    #[test]
    fn unlike_batches_weigh_what_they_hold() {
        // Even batches hold 10 times as much of 1 s as odd ones of 2 s: 13 x 100 and 12 x 10; the ratio is 1,540 / 1,420.
        let mut batches = batches(10);
        for batch in 0..25_u64 {
            let (count, latency_s) = if batch % 2 == 0 { (100, 1) } else { (10, 2) };
            for _ in 0..count {
                batches.add(at(batch * 100), SimDuration::from_secs(latency_s));
            }
        }
        batches.settle();
        let ratio: f64 = 1_540.0 / 1_420.0;
        let squares = 13.0 * (100.0 - 100.0 * ratio).powi(2) + 12.0 * (20.0 - 10.0 * ratio).powi(2);
        let expected = 2.063_899 * (squares * 25.0 / 24.0).sqrt() / 1_420.0;
        let half_width = batches.mean_s().expect("an interval");
        assert!((half_width - expected).abs() < 1e-12, "{half_width}");
    }

    #[test]
    fn what_never_differs_is_certain() {
        let (mut batches, mut trend) = (batches(10), Trend::default());
        for second in 0..2_500 {
            batches.add(at(second), SimDuration::from_secs(5));
            trend.add(SimDuration::from_secs(5));
        }
        batches.settle();
        trend.settle();
        assert_eq!(batches.mean_s(), Some(0.0));
        assert_eq!(batches.quantile_s(0.5, &trend), Some(0.0));
        // All are within the limit: that none ever passes it is not certain.
        assert_eq!(batches.share(0), None);
    }

    #[test]
    fn too_little_has_no_interval() {
        // 19 batches of 25 hold something.
        let mut few = batches(10);
        (0..1_900).for_each(|second| few.add(at(second), SimDuration::from_secs(second % 7)));
        few.settle();
        assert_eq!(few.mean_s(), None);
        few.add(at(1_900), SimDuration::from_secs(1));
        few.settle();
        assert!(few.mean_s().is_some());
        // 10 in each batch, 249 in all.
        let mut thin = batches(10);
        (0..249).for_each(|tenth| thin.add(at(tenth * 10), SimDuration::from_secs(tenth % 7)));
        thin.settle();
        assert_eq!(thin.mean_s(), None);
    }

    #[test]
    fn failed_ones_count_where_a_share_is_asked() {
        let mut batches = batches(10);
        for second in 0..2_500 {
            batches.add(at(second), SimDuration::from_secs(5));
            batches.add_failed(at(second));
            batches.add_unfinished(at(second), SimDuration::from_secs(9));
        }
        batches.settle();
        // One in two, in every batch; what is younger than the limit is left out.
        assert_eq!(batches.share(0), Some(0.0));
        let asked: u64 = batches.batches.iter().map(|batch| batch.asked(0)).sum();
        assert_eq!(asked, 5_000);
    }

    #[test]
    fn merging_is_as_if_all_were_added_to_one() {
        let (mut one, mut two, mut both) = (batches(10), batches(10), batches(10));
        let mut trend = Trend::default();
        for second in 0..2_500_u64 {
            let latency = SimDuration::from_nanos(second * second * 7_919 % 20_000_000_000);
            let half = if second % 3 == 0 { &mut one } else { &mut two };
            half.add(at(second), latency);
            both.add(at(second), latency);
            trend.add(latency);
        }
        for batches in [&mut one, &mut two, &mut both] {
            batches.settle();
        }
        trend.settle();
        one.merge(&two);
        assert_eq!((one.mean_s(), one.share(0)), (both.mean_s(), both.share(0)));
        assert_eq!(one.quantile_s(0.5, &trend), both.quantile_s(0.5, &trend));
        assert!(one.share(0).is_some() && one.quantile_s(0.5, &trend).is_some());
    }
}
