//! When pushes come: points of a Poisson process whose intensity may follow the clock, or bursts.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::engine::Key;
use crate::units::{SimDuration, SimTime};

const HOUR_NS: f64 = 3.6e12;

/// How an intensity follows the hour of the day and the day of the week.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Factor of each hour of the week, of mean 1; Monday's first hour first.
    factors: [f64; 168],
    zone: TimeZone,
    start: Timestamp,
}

impl Shape {
    /// Returns the shape of these factors in local time of `zone`; `start` is the run's.
    pub fn new(factors: [f64; 168], zone: TimeZone, start: Timestamp) -> Self {
        Self {
            factors,
            zone,
            start,
        }
    }

    /// Returns the factor that holds at `at` and how many nanoseconds of it are left: until the local hour ends.
    fn factor(&self, at: SimTime) -> (f64, f64) {
        let past = jiff::SignedDuration::from_nanos_i128(i128::from(at.as_nanos()));
        let moment = self
            .start
            .checked_add(past)
            .expect("the run ends within the calendar");
        let local = moment.to_zoned(self.zone.clone()).datetime();
        let day = local.weekday().to_monday_zero_offset() as usize;
        let into_hour = f64::from(local.minute()) * 6e10
            + f64::from(local.second()) * 1e9
            + f64::from(local.subsec_nanosecond());
        (
            self.factors[day * 24 + local.hour() as usize],
            HOUR_NS - into_hour,
        )
    }
}

/// When the pushes of a stream come.
#[derive(Clone, Debug)]
pub enum Arrivals {
    /// Points of a Poisson process: the n-th falls where the integrated intensity reaches the n-th point of a
    /// unit Poisson process. A change of time, not thinning: exact, no rejections, monotone in the rate.
    Poisson {
        /// Mean intensity.
        per_ns: f64,
        /// How it follows the clock; `None` is constant.
        shape: Option<Arc<Shape>>,
    },
    /// `images` evenly spaced over `over`, from `first` on and again every `every`.
    Bursts {
        /// Pushes in a burst.
        images: u64,
        /// How long a burst lasts.
        over: SimDuration,
        /// From one burst's start to the next's; `None`: only one.
        every: Option<SimDuration>,
        /// The first burst's start.
        first: SimTime,
    },
}

/// Where a stream stands in its arrivals.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position {
    at: SimTime,
    /// What the exact time has beyond whole nanoseconds.
    fraction: f64,
}

impl Arrivals {
    /// Returns when push `number` (from 1) comes after the one before it, which left `position`; `None` if it
    /// comes after `end`.
    pub fn next(
        &self,
        position: &mut Position,
        number: u64,
        gaps: Key,
        end: SimTime,
    ) -> Option<SimTime> {
        let at = match self {
            Self::Poisson { per_ns, .. } if *per_ns <= 0.0 => None,
            Self::Poisson { per_ns, shape } => {
                let gap = gaps.numbered(number).draws().exponential();
                position.pass(gap, *per_ns, shape.as_deref(), end)
            }
            Self::Bursts {
                images,
                over,
                every,
                first,
            } => burst(number - 1, *images, *over, *every, *first),
        };
        at.filter(|&at| at <= end)
    }
}

impl Position {
    /// Moves on until `amount` of integrated intensity has passed.
    fn pass(
        &mut self,
        mut amount: f64,
        per_ns: f64,
        shape: Option<&Shape>,
        end: SimTime,
    ) -> Option<SimTime> {
        while let Some(shape) = shape {
            if self.at > end {
                return None;
            }
            let (factor, left_ns) = shape.factor(self.at);
            let left_ns = left_ns - self.fraction;
            let passes = factor * per_ns * left_ns;
            if passes > amount {
                return self.advance(amount / (factor * per_ns));
            }
            amount -= passes;
            self.advance(left_ns)?;
        }
        self.advance(amount / per_ns)
    }

    fn advance(&mut self, nanos: f64) -> Option<SimTime> {
        let exact = self.fraction + nanos;
        // Nothing comes after the end of the clock.
        if exact >= u64::MAX as f64 / 2.0 {
            return None;
        }
        let whole = exact as i64;
        self.at = self.at + SimDuration::from_nanos(whole as u64);
        self.fraction = exact - whole as f64;
        Some(self.at)
    }
}

fn burst(
    index: u64,
    images: u64,
    over: SimDuration,
    every: Option<SimDuration>,
    first: SimTime,
) -> Option<SimTime> {
    let (burst, place) = (index / images, index % images);
    let start = match every {
        Some(every) => burst.checked_mul(every.as_nanos())?,
        None if burst == 0 => 0,
        None => return None,
    };
    let within = u128::from(over.as_nanos()) * u128::from(place) / u128::from(images);
    first
        .as_nanos()
        .checked_add(start)?
        .checked_add(within as u64)
        .map(SimTime::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: SimTime = SimTime::from_nanos(u64::MAX / 4);
    const HOUR: u64 = 3_600_000_000_000;

    fn times(arrivals: &Arrivals, end: SimTime) -> Vec<u64> {
        let (mut position, key) = (Position::default(), Key::new(1, "gap"));
        let numbers = 1..;
        numbers
            .map_while(|n| arrivals.next(&mut position, n, key, end))
            .map(SimTime::as_nanos)
            .collect()
    }

    #[test]
    fn bursts_are_evenly_spaced_and_come_again() {
        let bursts = Arrivals::Bursts {
            images: 4,
            over: SimDuration::from_secs(8),
            every: Some(SimDuration::from_secs(100)),
            first: SimTime::from_nanos(5_000_000_000),
        };
        let seconds: Vec<u64> = times(&bursts, SimTime::from_nanos(110_000_000_000))
            .iter()
            .map(|t| t / 1_000_000_000)
            .collect();
        assert_eq!(seconds, [5, 7, 9, 11, 105, 107, 109]);
    }

    #[test]
    fn validated_poisson_counts_and_gaps() {
        // λ = 1 per s for 100,000 s: the count is Poisson(100,000), within 4 standard deviations.
        let arrivals = Arrivals::Poisson {
            per_ns: 1e-9,
            shape: None,
        };
        let count = times(&arrivals, SimTime::from_nanos(100_000_000_000_000)).len() as f64;
        assert!((count - 1e5).abs() < 4.0 * 1e5_f64.sqrt(), "{count}");
    }

    #[test]
    fn validated_a_shape_has_its_weekly_mean_and_its_hours() {
        // 600 per hour over 10 weeks, all of it in the hour from 08:00 of each Monday, Kolkata time (02:30 UTC).
        let mut factors = [0.0; 168];
        factors[8] = 168.0;
        let zone = TimeZone::get("Asia/Kolkata").expect("a zone");
        let start: Timestamp = "2026-03-02T00:00:00Z".parse().expect("a Monday");
        let shape = Some(Arc::new(Shape::new(factors, zone, start)));
        let arrivals = Arrivals::Poisson {
            per_ns: 600.0 / HOUR as f64,
            shape,
        };
        let all = times(&arrivals, SimTime::from_nanos(10 * 168 * HOUR));
        let expected = 600.0 * 168.0 * 10.0;
        assert!(
            (all.len() as f64 - expected).abs() < 4.0 * expected.sqrt(),
            "{}",
            all.len()
        );
        assert!(
            all.iter()
                .all(|t| (5 * HOUR / 2..=7 * HOUR / 2).contains(&(t % (168 * HOUR))))
        );
        assert!(all.is_sorted());
    }

    #[test]
    fn a_rate_of_nothing_brings_nothing() {
        let none = Arrivals::Poisson {
            per_ns: 0.0,
            shape: None,
        };
        assert!(times(&none, END).is_empty());
    }

    #[test]
    fn times_scale_with_the_rate() {
        // The n-th push of half the rate falls at twice the time, to the nanosecond.
        let end = SimTime::from_nanos(1_000_000_000_000);
        let fast = times(
            &Arrivals::Poisson {
                per_ns: 1e-8,
                shape: None,
            },
            end,
        );
        let slow = times(
            &Arrivals::Poisson {
                per_ns: 5e-9,
                shape: None,
            },
            SimTime::from_nanos(2_000_000_000_000),
        );
        assert!(fast.len() > 5000);
        assert!(
            fast.iter()
                .zip(&slow)
                .all(|(fast, slow)| (2 * fast).abs_diff(*slow) <= 2)
        );
    }
}
