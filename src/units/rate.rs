//! How often something happens, as people write it.

use std::fmt::{self, Display};
use std::str::FromStr;

use super::text::{UnitError, leading_float, text_type};

/// A mean rate, kept as written: so many per second, minute, hour, day or week.
///
/// # Example
/// ```
/// use ecrsim::units::Rate;
/// let rate: Rate = "40 per hour".parse().expect("a rate");
/// assert_eq!(rate.per_second(), 40.0 / 3600.0);
/// assert_eq!(rate.to_string(), "40 per hour");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate {
    count: f64,
    period: usize,
}

text_type!(
    Rate,
    "rate",
    "A rate per second, minute, hour, day or week: `40 per hour`."
);

/// Words for a period and its seconds.
const PERIODS: &[(&str, f64)] = &[
    ("second", 1.0),
    ("minute", 60.0),
    ("hour", 3_600.0),
    ("day", 86_400.0),
    ("week", 604_800.0),
];

const HELP: &str = "write a number per second, minute, hour, day or week, as in \"40 per hour\"";

impl Rate {
    /// Returns how many there are in a mean second.
    pub fn per_second(self) -> f64 {
        self.count / PERIODS[self.period].1
    }
}

impl FromStr for Rate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let (count, rest) = leading_float(text)
            .ok_or_else(|| UnitError::new(format!("\"{text}\" is no rate"), HELP))?;
        let word = rest.strip_prefix("per ").unwrap_or("").trim();
        let period = PERIODS
            .iter()
            .position(|(name, _)| *name == word)
            .ok_or_else(|| match word {
                "" => UnitError::new(format!("\"{text}\" lacks \"per\" and a period"), HELP),
                _ => UnitError::new(format!("\"{word}\" is no period of a rate"), HELP),
            })?;
        Ok(Self { count, period })
    }
}

impl Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} per {}", self.count, PERIODS[self.period].0)
    }
}
