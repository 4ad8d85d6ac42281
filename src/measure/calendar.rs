//! When a run is looked at: steps of the timeline, ends of calendar months, of days, and of the warm-up.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::units::{SimDuration, SimTime};

const DAY: SimDuration = SimDuration::from_secs(86_400);

/// A calendar month, or the part of it that the run measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Month {
    /// `2026-03`.
    pub label: String,
    /// Its actual length, whatever part of it is measured.
    pub whole: SimDuration,
    /// When it ends in simulated time.
    pub end: SimTime,
}

/// Returns the moment of the calendar at `at`.
pub(super) fn moment(start: Timestamp, at: SimTime) -> Timestamp {
    let past = jiff::SignedDuration::from_nanos_i128(i128::from(at.as_nanos()));
    start
        .checked_add(past)
        .expect("the run ends within the calendar")
}

/// Returns the calendar month (UTC) of the moment `at`.
pub(super) fn month_at(start: Timestamp, at: SimTime) -> Month {
    let date = moment(start, at).to_zoned(TimeZone::UTC).date();
    let first = date.first_of_month();
    let next = first
        .checked_add(1.month())
        .expect("the run ends within the calendar");
    let instant = |date: Date| {
        date.to_zoned(TimeZone::UTC)
            .expect("UTC has every midnight")
            .timestamp()
    };
    let nanos = |from: Timestamp, to: Timestamp| {
        u64::try_from(to.as_nanosecond() - from.as_nanosecond())
            .expect("a month ends after it begins")
    };
    Month {
        label: first.strftime("%Y-%m").to_string(),
        whole: SimDuration::from_nanos(nanos(instant(first), instant(next))),
        end: SimTime::from_nanos(nanos(start, instant(next))),
    }
}

/// The next of each kind of boundary.
#[derive(Clone, Debug)]
pub(super) struct Boundaries {
    start: Timestamp,
    bucket: SimDuration,
    warm_up: Option<SimTime>,
    pub month: Month,
    next_bucket: SimTime,
    next_day: SimTime,
    /// Whether a day is looked at before what happens at its last instant.
    looks_before: bool,
    end: SimTime,
}

/// What a boundary is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds {
    pub warm_up: bool,
    pub month: bool,
    pub bucket: bool,
    /// A day is over: this comes after all that happened at its last instant, unless looks come before.
    pub day: bool,
}

impl Boundaries {
    pub fn new(start: Timestamp, bucket: SimDuration, warm_up: SimTime, end: SimTime) -> Self {
        Self {
            start,
            bucket,
            warm_up: Some(warm_up).filter(|&at| at > SimTime::ZERO),
            month: month_at(start, SimTime::ZERO),
            next_bucket: SimTime::ZERO + bucket,
            next_day: SimTime::ZERO + DAY,
            looks_before: false,
            end,
        }
    }

    /// Looks at each day, but for the run's end, before what happens at its last instant: deletes that follow others which
    /// are made then could not have followed yet.
    pub fn looking_before(self) -> Self {
        Self {
            looks_before: true,
            ..self
        }
    }

    /// Returns when the present day is looked at.
    fn day_look(&self) -> SimTime {
        if self.looks_before && self.next_day < self.end {
            self.next_day
        } else {
            after(self.next_day)
        }
    }

    /// Returns the next boundary. What happens exactly at the run's end still belongs to its last step and month.
    pub fn next(&self) -> SimTime {
        let day_look = self.day_look();
        let inner = self
            .next_bucket
            .min(self.month.end)
            .min(self.warm_up.unwrap_or(self.next_bucket));
        let inner = if inner >= self.end {
            after(self.end)
        } else {
            inner
        };
        inner.min(day_look)
    }

    /// Passes the boundary `at` and returns what it is. After the run's end nothing follows.
    pub fn pass(&mut self, at: SimTime) -> Kinds {
        let over = at > self.end;
        let kinds = Kinds {
            warm_up: self.warm_up.is_some_and(|warm_up| warm_up <= at),
            month: over || self.month.end <= at,
            bucket: over || self.next_bucket <= at,
            day: self.day_look() <= at || over,
        };
        if over {
            self.end = SimTime::from_nanos(u64::MAX - 1);
            self.next_bucket = self.end;
            self.next_day = self.end;
            self.month.end = self.end;
            self.warm_up = None;
            return kinds;
        }
        if kinds.warm_up {
            self.warm_up = None;
        }
        if kinds.month {
            self.month = month_at(self.start, at);
        }
        if kinds.bucket {
            self.next_bucket = self.next_bucket + self.bucket;
        }
        if kinds.day {
            self.next_day = self.next_day + DAY;
        }
        kinds
    }
}

fn after(at: SimTime) -> SimTime {
    at + SimDuration::from_nanos(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000_000_000;

    #[test]
    fn months_have_their_actual_length() {
        let start: Timestamp = "2026-02-10T00:00:00Z".parse().expect("a moment");
        let february = month_at(start, SimTime::ZERO);
        assert_eq!(
            (february.label.as_str(), february.whole.as_nanos() / HOUR),
            ("2026-02", 28 * 24)
        );
        assert_eq!(february.end.as_nanos() / HOUR, 19 * 24);
        let march = month_at(start, february.end);
        assert_eq!(
            (march.label.as_str(), march.whole.as_nanos() / HOUR),
            ("2026-03", 744)
        );
    }

    #[test]
    fn boundaries_come_in_order_and_end_with_the_run() {
        let start: Timestamp = "2026-02-27T12:00:00Z".parse().expect("a moment");
        let (bucket, end) = (
            SimDuration::from_secs(86_400),
            SimTime::from_nanos(60 * HOUR),
        );
        let mut boundaries = Boundaries::new(start, bucket, SimTime::from_nanos(30 * HOUR), end);
        let mut seen = Vec::new();
        for _ in 0..6 {
            let at = boundaries.next();
            let kinds = boundaries.pass(at);
            seen.push((at.as_nanos() / HOUR, at.as_nanos() % HOUR, kinds));
        }
        let kinds = |warm_up, month, bucket, day| Kinds {
            warm_up,
            month,
            bucket,
            day,
        };
        assert_eq!(seen[0], (24, 0, kinds(false, false, true, false)));
        assert_eq!(seen[1], (24, 1, kinds(false, false, false, true)));
        assert_eq!(seen[2], (30, 0, kinds(true, false, false, false)));
        assert_eq!(seen[3], (36, 0, kinds(false, true, false, false)));
        assert_eq!(seen[4], (48, 0, kinds(false, false, true, false)));
        assert_eq!(seen[5], (48, 1, kinds(false, false, false, true)));
        let at = boundaries.next();
        assert_eq!((at.as_nanos() / HOUR, at.as_nanos() % HOUR), (60, 1));
        assert_eq!(boundaries.pass(at), kinds(false, true, true, true));
        assert!(boundaries.next() > SimTime::from_nanos(u64::MAX / 2));
    }
}
