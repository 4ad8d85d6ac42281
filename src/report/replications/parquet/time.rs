//! Simulated times and spans as the file holds them.

use crate::measure::table::Moment;
use crate::units::{SimDuration, SimTime};

const NANOS_PER_MILLI: u64 = 1_000_000;
const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// The moment of simulated time 0: whole milliseconds since 1970, and what remains.
#[derive(Clone, Copy)]
pub struct Start {
    millis: i64,
    rest_nanos: u64,
}

impl Start {
    /// Returns the moment `start`.
    pub fn new(start: Moment) -> Self {
        let nanos = start.0.as_nanosecond();
        let per_milli = i128::from(NANOS_PER_MILLI);
        Self {
            millis: i64::try_from(nanos.div_euclid(per_milli))
                .expect("a timestamp's milliseconds fit into 64 bits"),
            rest_nanos: u64::try_from(nanos.rem_euclid(per_milli)).expect("a rest is not negative"),
        }
    }

    /// Returns the millisecond of `time`, cut as in the CSV file.
    pub const fn after(self, time: SimTime) -> i64 {
        let nanos = time.as_nanos();
        let carried = (self.rest_nanos + nanos % NANOS_PER_MILLI >= NANOS_PER_MILLI) as u64;
        self.millis + (nanos / NANOS_PER_MILLI + carried) as i64
    }
}

/// Returns the number nearest to the exact decimal seconds.
pub fn seconds(span: SimDuration) -> f64 {
    const EXACT_NANOS: u64 = 1 << f64::MANTISSA_DIGITS;
    match span.as_nanos() {
        // Both are exact, so that the quotient is rounded once. Processors turn signed numbers into this type at once.
        nanos @ ..=EXACT_NANOS => nanos as i64 as f64 / NANOS_PER_SECOND as f64,
        nanos => many_seconds(nanos),
    }
}

/// The same for a span of months.
#[cold]
fn many_seconds(nanos: u64) -> f64 {
    let (whole, rest) = (nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND);
    let text = format!("{whole}.{rest:09}");
    text.parse().expect("digits and a point are a number")
}
