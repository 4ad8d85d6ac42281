//! Moments of a scenario as simulated time, and back to dates.

use jiff::{SignedDuration, Timestamp};

use super::names::Moment;
use super::types::Scenario;
use crate::units::{SimDuration, SimTime};

impl Scenario {
    /// Returns when `moment` is; `None` if it is before the start, or more than 584 years after it.
    pub fn sim_time(&self, moment: Moment) -> Option<SimTime> {
        match moment {
            Moment::Offset(span) => Some(SimTime::ZERO + span),
            Moment::Date(date) => self.since_start(date.0),
        }
    }

    fn since_start(&self, date: Timestamp) -> Option<SimTime> {
        let nanos = date.duration_since(self.start.0).as_nanos();
        u64::try_from(nanos).ok().map(SimTime::from_nanos)
    }

    /// Returns the date of `time`, if the calendar reaches so far (to the year 9999).
    pub fn date_of(&self, time: SimTime) -> Option<Timestamp> {
        let nanos = time.as_nanos();
        let seconds = i64::try_from(nanos / 1_000_000_000).ok()?;
        let rest = i32::try_from(nanos % 1_000_000_000).ok()?;
        self.start
            .0
            .checked_add(SignedDuration::new(seconds, rest))
            .ok()
    }

    /// Returns the date of the end of the run, if the calendar reaches so far.
    pub fn end_date(&self) -> Option<Timestamp> {
        self.date_of(self.end())
    }

    /// Returns the end of the run; what happens exactly then still does.
    pub fn end(&self) -> SimTime {
        SimTime::ZERO + self.duration
    }

    /// Returns from when on is measured.
    pub fn measured_from(&self) -> SimTime {
        SimTime::ZERO + self.warmup
    }

    /// Returns until when what begins is measured.
    pub fn measured_until(&self) -> SimTime {
        SimTime::ZERO + (self.duration - self.cooldown)
    }

    /// Returns the measured time.
    pub fn measured(&self) -> SimDuration {
        self.measured_until().since(self.measured_from())
    }
}
