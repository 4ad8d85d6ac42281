//! Simulated time in whole nanoseconds, so that comparison is exact.

use std::fmt::{self, Display};
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use super::text::{Inexact, UnitError, leading_number, text_type};

/// A length of simulated time in whole nanoseconds; at most 584 years.
///
/// # Example
/// ```
/// use ecrsim::units::SimDuration;
/// let span: SimDuration = "1 day 12 h".parse().expect("a span");
/// assert_eq!(span, SimDuration::from_secs(129_600));
/// assert_eq!(span.to_string(), "1 day 12 h");
/// assert!("2 months".parse::<SimDuration>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimDuration(u64);

/// A moment of simulated time: whole nanoseconds since the scenario's `start`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(u64);

text_type!(
    SimDuration,
    "span",
    "A duration in ns, us, ms, s, min, h, days or weeks: `90 s`, `1 day 12 h`."
);

const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// Unit words and their nanoseconds.
const UNITS: &[(&[&str], u64)] = &[
    (&["ns", "nanosecond", "nanoseconds"], 1),
    (&["us", "µs", "microsecond", "microseconds"], MICROSECOND),
    (&["ms", "millisecond", "milliseconds"], MILLISECOND),
    (&["s", "sec", "secs", "second", "seconds"], SECOND),
    (&["min", "mins", "minute", "minutes", "m"], MINUTE),
    (&["h", "hr", "hrs", "hour", "hours"], HOUR),
    (&["d", "day", "days"], DAY),
    (&["w", "week", "weeks"], WEEK),
];

const HELP: &str = "write a number and a unit of ns, us, ms, s, min, h, day or week, as in \"90 s\" or \"1 day 12 h\"";

impl SimDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// Returns a duration of `nanos` nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Returns a duration of `seconds` seconds.
    ///
    /// # Panics
    /// If that is more than 584 years.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * SECOND)
    }

    /// Returns the whole nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Returns seconds, rounded to the nearest double.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl SimTime {
    /// The scenario's `start`.
    pub const ZERO: Self = Self(0);

    /// Returns the moment `nanos` nanoseconds after `start`.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Returns the whole nanoseconds since `start`.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Returns the time that has passed since `earlier`.
    ///
    /// # Panics
    /// If `earlier` is later than `self`: time never goes back.
    pub fn since(self, earlier: Self) -> SimDuration {
        SimDuration(self.0.checked_sub(earlier.0).expect("time never goes back"))
    }
}

impl Add<SimDuration> for SimTime {
    type Output = Self;

    fn add(self, span: SimDuration) -> Self {
        Self(
            self.0
                .checked_add(span.0)
                .expect("simulated time stays under 584 years"),
        )
    }
}

impl Add for SimDuration {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(
            self.0
                .checked_add(other.0)
                .expect("simulated time stays under 584 years"),
        )
    }
}

impl AddAssign for SimDuration {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for SimDuration {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(
            self.0
                .checked_sub(other.0)
                .expect("a duration is never negative"),
        )
    }
}

impl FromStr for SimDuration {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let mut total = 0_u64;
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(UnitError::new("an empty text is no duration", HELP));
        }
        while !rest.is_empty() {
            let (nanos, after) = one_part(text, rest)?;
            total = total.checked_add(nanos).ok_or_else(|| too_long(text))?;
            rest = after;
        }
        Ok(Self(total))
    }
}

/// Reads one number with its unit from the front of `rest` and returns its nanoseconds and what follows.
fn one_part<'a>(text: &str, rest: &'a str) -> Result<(u64, &'a str), UnitError> {
    if rest.starts_with('-') {
        let message = format!("the duration \"{text}\" is negative");
        return Err(UnitError::new(message, HELP));
    }
    let (number, rest) = leading_number(rest)
        .ok_or_else(|| UnitError::new(format!("\"{text}\" is no duration"), HELP))?;
    let end = rest
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let nanos = number
        .times(unit_nanos(text, word)?)
        .map_err(|why| match why {
            Inexact::Fraction => UnitError::new(
                format!("\"{text}\" is not a whole number of nanoseconds"),
                "the clock counts whole nanoseconds: write fewer decimals",
            ),
            Inexact::TooLarge => too_long(text),
        })?;
    Ok((nanos, after.trim_start()))
}

fn unit_nanos(text: &str, word: &str) -> Result<u64, UnitError> {
    let unit = UNITS.iter().find(|(words, _)| words.contains(&word));
    unit.map(|(_, nanos)| *nanos).ok_or_else(|| {
        let message = match word {
            "" => format!("\"{text}\" lacks a unit of time"),
            _ => format!("\"{word}\" is no unit of time"),
        };
        let help = match word {
            "mo" | "month" | "months" | "M" | "y" | "year" | "years" => {
                "months and years have no fixed length: write days or weeks, as in \"30 days\""
            }
            _ => HELP,
        };
        UnitError::new(message, help)
    })
}

fn too_long(text: &str) -> UnitError {
    UnitError::new(
        format!("the duration \"{text}\" is out of range"),
        "write at most 584 years: \"213503 days\"",
    )
}

impl Display for SimDuration {
    /// Writes days, hours, minutes and decimal seconds, or one smaller unit below a second.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < SECOND && self.0 > 0 {
            return write_small(self.0, out);
        }
        let mut parts = Vec::new();
        let (days, hours, minutes) = (self.0 / DAY, self.0 % DAY / HOUR, self.0 % HOUR / MINUTE);
        let seconds = self.0 % MINUTE;
        if days > 0 {
            parts.push(format!("{days} day{}", if days == 1 { "" } else { "s" }));
        }
        if hours > 0 {
            parts.push(format!("{hours} h"));
        }
        if minutes > 0 {
            parts.push(format!("{minutes} min"));
        }
        if seconds > 0 || parts.is_empty() {
            parts.push(format!("{} s", decimal(seconds, SECOND, 9)));
        }
        out.write_str(&parts.join(" "))
    }
}

fn write_small(nanos: u64, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    match nanos {
        MILLISECOND.. => write!(out, "{} ms", decimal(nanos, MILLISECOND, 6)),
        MICROSECOND.. => write!(out, "{} us", decimal(nanos, MICROSECOND, 3)),
        _ => write!(out, "{nanos} ns"),
    }
}

/// Writes `nanos / unit` exactly; `unit` is ten to the power `digits`.
fn decimal(nanos: u64, unit: u64, digits: usize) -> String {
    let (whole, rest) = (nanos / unit, nanos % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let decimals = format!("{rest:0digits$}");
    format!("{whole}.{}", decimals.trim_end_matches('0'))
}
