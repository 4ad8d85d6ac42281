//! Deletes of old images at a source, every 24 h from the start.

use crate::units::{SimDuration, SimTime};

/// How often retention and lifecycle policies act (B141: within 24 h).
const EVERY: SimDuration = SimDuration::from_secs(86_400);

/// Keeps the newest images of each repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How many of a repository's newest images stay.
    pub keep_last: u64,
}

impl Retention {
    /// Returns when it acts for the `number`-th time, from 1.
    pub fn time(number: u64) -> SimTime {
        SimTime::from_nanos(EVERY.as_nanos().saturating_mul(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_every_24_hours_from_the_start() {
        let hours = [1, 2, 30].map(|number| Retention::time(number).as_nanos() / 3_600_000_000_000);
        assert_eq!(hours, [24, 48, 720]);
    }
}
