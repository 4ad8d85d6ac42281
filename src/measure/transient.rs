//! Whether the warm-up looks too short: where a run's latencies stop telling of its empty beginning.
//!
//! MSER-5 (K. P. White, M. J. Cobb, S. C. Spratt, "A comparison of five steady-state truncation heuristics for
//! simulation", Proceedings of the 2000 Winter Simulation Conference): of a series of means of five, leave out the
//! beginning whose absence makes the standard error of the rest least. Here a mean is that of a short time of pushes, of
//! at least five replications on average, and it is the logarithm of latencies that is averaged: a few very late images
//! would else decide alone where the series is cut. The rule finds some cut in any noise; a hint takes a beginning that
//! clearly differs from the rest.

use super::clock::Clock;
use crate::simulation::Model;
use crate::units::{SimDuration, SimTime};
use crate::workload::Arrivals;

/// Equal parts of the time in which pushes come.
const BINS: u64 = 2_048;
/// Replications of a bin, on average: the 5 of MSER-5.
const LEAST_IN_BIN: u64 = 5;
/// With fewer replications in the whole run there is no hint.
const LEAST: u64 = 1_000;
/// Standard errors by which a beginning differs clearly. In replays of M/M/1 at a load of 0.9, started empty, one run in
/// eight was told so, and none whose warm-up was 2,000 mean services.
const CLEARLY: f64 = 4.0;

/// Latencies of the whole run, warm-up included, by the time of their pushes.
#[derive(Clone, Debug)]
pub struct Transient {
    clock: Clock,
    warm_up: SimDuration,
    /// Time of a bin.
    bin: SimDuration,
    bins: Vec<Bin>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    count: u64,
    /// Sum of logarithms, as [`logarithm`] gives them.
    sum: u64,
}

/// Returns whether a run of `model` has parts that differ by more than chance: bursts, outages, single operations.
pub(super) fn has_happenings(model: &Model) -> bool {
    let is_burst = |arrivals: &Arrivals| matches!(arrivals, Arrivals::Bursts { .. });
    !model.outages.is_empty()
        || model.scripts.iter().any(|of| !of.steps.is_empty())
        || model.streams.iter().any(|of| is_burst(&of.plan.arrivals))
}

impl Transient {
    /// Returns a series to be filled, if nothing but its empty beginning may make a run of `model` differ over time: all
    /// pushes come at constant rates, and nothing happens besides.
    pub fn of(model: &Model) -> Option<Self> {
        let steady =
            |arrivals: &Arrivals| matches!(arrivals, Arrivals::Poisson { shape: None, .. });
        let is_steady = !model.streams.is_empty()
            && !has_happenings(model)
            && model.spells.is_empty()
            && model.streams.iter().all(|of| steady(&of.plan.arrivals));
        is_steady.then(|| Self::new(model.window.from, model.window.pushes_until))
    }

    /// Returns an empty series of the pushes until `until`, of which those from `measured_from` on are measured.
    fn new(measured_from: SimTime, until: SimTime) -> Self {
        Self {
            clock: Clock::new(SimTime::ZERO, until, BINS),
            warm_up: measured_from.since(SimTime::ZERO),
            bin: SimDuration::from_nanos((until.as_nanos() + 1).div_ceil(BINS)),
            bins: vec![Bin::default(); BINS as usize],
        }
    }

    /// Adds latencies, each after when the image was pushed; those that the cool-down leaves out are left out.
    pub fn add_many(&mut self, landed: impl Iterator<Item = (SimTime, SimDuration)>) {
        for (pushed_at, latency) in landed {
            if let Some(bin) = self.bins.get_mut(self.clock.part(pushed_at)) {
                bin.count += 1;
                bin.sum += logarithm(latency.as_nanos());
            }
        }
    }

    /// Returns until when latencies differ from the later ones, if the warm-up ends before.
    pub fn lasts(&self) -> Option<SimDuration> {
        let count: u64 = self.bins.iter().map(|bin| bin.count).sum();
        if count < LEAST {
            return None;
        }
        let mut bins = self.bins.clone();
        let mut bin_ns = self.bin.as_nanos();
        while count < LEAST_IN_BIN * bins.len() as u64 {
            bins = bins.chunks(2).map(Bin::merged).collect();
            bin_ns *= 2;
        }
        let from = (self.warm_up.as_nanos() / bin_ns) as usize;
        let cut = truncation(&bins);
        let ends = cut as u64 * bin_ns;
        let is_hint = from < cut && cut <= bins.len() / 2 && differ(&bins[from..cut], &bins[cut..]);
        is_hint.then(|| SimDuration::from_nanos(ends.next_multiple_of(round_unit(ends))))
    }

    /// Returns the hint at a warm-up that looks too short.
    pub fn hint(&self) -> Option<String> {
        let lasts = self.lasts()?;
        Some(format!(
            "the warm-up of {} looks too short: latencies of the first {lasts} differ from the later ones (MSER-5)",
            self.warm_up
        ))
    }
}

impl Bin {
    fn merged(parts: &[Self]) -> Self {
        Self {
            count: parts.iter().map(|part| part.count).sum(),
            sum: parts.iter().map(|part| part.sum).sum(),
        }
    }
}

/// Returns the logarithm to base 2, in 2^-20, straight between powers of two: at most 0.09 less than the true one.
#[inline]
fn logarithm(nanos: u64) -> u64 {
    let nanos = nanos.max(1);
    let exponent = nanos.ilog2();
    let behind_first_bit = nanos << (63 - exponent) << 1;
    (u64::from(exponent) << 20) + (behind_first_bit >> 44)
}

/// Returns the unit to which a time is rounded: what is found to a bin is told no finer than it reads well.
const fn round_unit(nanos: u64) -> u64 {
    const SECOND: u64 = 1_000_000_000;
    match nanos / SECOND {
        0..60 => SECOND / 1_000,
        60..3_600 => SECOND,
        3_600..86_400 => 60 * SECOND,
        _ => 3_600 * SECOND,
    }
}

/// Weighted mean and sum of squared deviations of bins, and how many held something.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    weight: f64,
    mean: f64,
    squares: f64,
    bins: f64,
}

impl Moments {
    fn of(bins: &[Bin]) -> Self {
        let mut moments = Self::default();
        bins.iter().for_each(|bin| moments.add(bin));
        moments
    }

    /// Adds a bin. Source: D. H. D. West, "Updating mean and variance estimates", Communications of the ACM 22 (1979).
    fn add(&mut self, bin: &Bin) {
        if bin.count == 0 {
            return;
        }
        let (weight, value) = (bin.count as f64, bin.sum as f64 / bin.count as f64);
        let off = value - self.mean;
        self.weight += weight;
        self.mean += off * weight / self.weight;
        self.squares += weight * off * (value - self.mean);
        self.bins += 1.0;
    }

    fn variance_of_mean(&self, of: &Self) -> f64 {
        of.squares / of.weight / self.bins
    }
}

/// Returns how many bins to leave out so that the squared standard error of the others' mean is least.
fn truncation(bins: &[Bin]) -> usize {
    let mut rest = Moments::default();
    let mut best = (f64::INFINITY, 0);
    for (place, bin) in bins.iter().enumerate().rev() {
        rest.add(bin);
        let error = rest.squares / (rest.weight * rest.weight);
        // The last few bins are too few to say how much they vary.
        if bins.len() - place > 5 && error <= best.0 {
            best = (error, place);
        }
    }
    best.1
}

/// Returns whether two parts of a series clearly differ in their means, by how much the later part varies.
fn differ(early: &[Bin], late: &[Bin]) -> bool {
    let (early, late) = (Moments::of(early), Moments::of(late));
    if early.bins == 0.0 {
        return false;
    }
    let variance = early.variance_of_mean(&late) + late.variance_of_mean(&late);
    (early.mean - late.mean).abs() > CLEARLY * variance.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Key;

    /// A push each second, the first 1,000 of 10,000 under a latency of 2 s and the rest of 6 s, each times 0.5 to 1.5.
    fn series(warm_up_s: u64, early_s: f64) -> Transient {
        let at = |second| SimTime::ZERO + SimDuration::from_secs(second);
        let mut series = Transient::new(at(warm_up_s), at(10_000));
        let key = Key::new(1, "noise");
        for second in 0..10_000 {
            let noise = 0.5 + key.numbered(second).draws().uniform();
            let latency_s = if second < 1_000 { early_s } else { 6.0 };
            let latency = SimDuration::from_nanos((latency_s * noise * 1e9) as u64);
            series.add_many([(at(second), latency)].into_iter());
        }
        series
    }

    #[test]
    fn a_known_transient_is_found_to_the_bin() {
        let lasts_s = series(0, 2.0).lasts().expect("a hint").as_secs_f64();
        assert!((lasts_s - 1_000.0).abs() < 15.0, "{lasts_s}");
        let lasts_s = series(500, 2.0).lasts().expect("a hint").as_secs_f64();
        assert!((lasts_s - 1_000.0).abs() < 15.0, "{lasts_s}");
    }

    #[test]
    fn a_warm_up_that_covers_it_is_long_enough() {
        assert_eq!(series(1_020, 2.0).lasts(), None);
    }

    #[test]
    fn noise_alone_is_no_transient() {
        assert_eq!(series(0, 6.0).lasts(), None);
    }

    #[test]
    fn a_single_late_image_decides_nothing() {
        let mut series = series(0, 6.0);
        let at = SimTime::ZERO + SimDuration::from_secs(3_000);
        series.add_many([(at, SimDuration::from_secs(36_000))].into_iter());
        assert_eq!(series.lasts(), None);
    }

    #[test]
    fn a_change_in_the_second_half_is_no_beginning() {
        let at = |second| SimTime::ZERO + SimDuration::from_secs(second);
        let mut series = Transient::new(at(0), at(10_000));
        for second in 0..10_000 {
            let latency_s = if second < 6_000 { 1 } else { 50 };
            series.add_many([(at(second), SimDuration::from_secs(latency_s))].into_iter());
        }
        assert_eq!(series.lasts(), None);
    }

    #[test]
    fn logarithms_are_straight_between_powers_of_two() {
        // log2 of 1, 8, 12 (half way from 8 to 16), and of 2^40.
        for (nanos, twentieths) in [(1, 0), (8, 3 << 20), (12, 7 << 19), (1 << 40, 40 << 20)] {
            assert_eq!(logarithm(nanos), twentieths, "{nanos}");
        }
    }
}
