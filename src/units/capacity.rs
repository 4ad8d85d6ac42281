//! Bytes, speeds of links, and capacities that may be unbounded.

use std::fmt::{self, Display};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{Inexact, UnitError, leading_number, shortest, text_type};

/// A number of bytes.
///
/// # Example
/// ```
/// use ecrsim::units::Bytes;
/// let size: Bytes = "250 MB".parse().expect("a size");
/// assert_eq!(size.get(), 250_000_000);
/// assert_eq!("1 GiB".parse::<Bytes>().expect("a size").get(), 1 << 30);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(u64);

/// A speed in whole bits per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Speed(u64);

/// A capacity that may be unbounded; written as the word `unlimited` or as the capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Limit_of_{Q}")]
pub enum Limit<Q> {
    /// No bound.
    Unlimited(Unlimited),
    /// At most this.
    AtMost(Q),
}

/// The word `unlimited`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unlimited {
    /// No bound.
    Unlimited,
}

text_type!(
    Bytes,
    "bytes",
    "Bytes in powers of ten or of two: `250 MB`, `1 GiB`."
);
text_type!(
    Speed,
    "speed",
    "A speed in bits or bytes per second: `400 Mbit/s`, `50 MB/s`."
);

const BYTE_UNITS: &[(&str, u64)] = &[
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("PB", 1_000_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("PiB", 1 << 50),
];

const BIT_UNITS: &[(&str, u64)] = &[
    ("bit/s", 1),
    ("kbit/s", 1_000),
    ("Mbit/s", 1_000_000),
    ("Gbit/s", 1_000_000_000),
    ("Tbit/s", 1_000_000_000_000),
];

const BYTES_HELP: &str =
    "write a number and a unit, as in \"250 MB\" (10^6 bytes each) or \"1 GiB\" (2^30 bytes each)";
const SPEED_HELP: &str = "write a number and a unit, as in \"400 Mbit/s\" or \"50 MB/s\"";

impl Bytes {
    /// The largest image that is simulated, 10 TB: above any that ECR takes (layers of 52,000 MiB), and small enough that the sums of
    /// the longest runs fit in 64 bits.
    pub const LARGEST_IMAGE: Self = Self(10_000_000_000_000);

    /// Returns a quantity of `count` bytes.
    pub const fn new(count: u64) -> Self {
        Self(count)
    }

    /// Returns the number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl Speed {
    /// Returns a speed of `bits` bits per second.
    pub const fn from_bits_per_s(bits: u64) -> Self {
        Self(bits)
    }

    /// Returns the bits per second.
    pub const fn bits_per_s(self) -> u64 {
        self.0
    }

    /// Returns bytes per second, rounded to the nearest double.
    pub fn bytes_per_s(self) -> f64 {
        self.0 as f64 / 8.0
    }
}

impl<Q: Copy> Limit<Q> {
    /// No bound.
    pub const UNLIMITED: Self = Self::Unlimited(Unlimited::Unlimited);

    /// Returns the bound, if there is one.
    pub fn bound(&self) -> Option<Q> {
        match self {
            Self::Unlimited(_) => None,
            Self::AtMost(bound) => Some(*bound),
        }
    }
}

impl FromStr for Bytes {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let (number, unit) = leading_number(text)
            .ok_or_else(|| UnitError::new(format!("\"{text}\" is no size"), BYTES_HELP))?;
        let factor = byte_unit(unit.trim_end()).ok_or_else(|| unknown_bytes(text, unit))?;
        let count = number.times(factor).map_err(|why| match why {
            Inexact::Fraction => UnitError::new(
                format!("\"{text}\" is not a whole number of bytes"),
                "write fewer decimals",
            ),
            Inexact::TooLarge => UnitError::new(
                format!("the size \"{text}\" is out of range"),
                "write at most \"16383 PiB\"",
            ),
        })?;
        Ok(Self(count))
    }
}

fn byte_unit(unit: &str) -> Option<u64> {
    let unit = match unit {
        "byte" | "bytes" => "B",
        "KB" => "kB",
        "kiB" => "KiB",
        other => other,
    };
    let found = BYTE_UNITS.iter().find(|(name, _)| *name == unit);
    found.map(|(_, factor)| *factor)
}

fn unknown_bytes(text: &str, unit: &str) -> UnitError {
    let message = match unit {
        "" => format!("\"{text}\" lacks a unit of bytes"),
        _ => format!("\"{unit}\" is no unit of bytes"),
    };
    UnitError::new(message, BYTES_HELP)
}

impl FromStr for Speed {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let (number, unit) = leading_number(text)
            .ok_or_else(|| UnitError::new(format!("\"{text}\" is no speed"), SPEED_HELP))?;
        let factor = speed_unit(unit.trim_end()).ok_or_else(|| unknown_speed(text, unit))?;
        let bits = number.times(factor).map_err(|why| match why {
            Inexact::Fraction => UnitError::new(
                format!("\"{text}\" is not a whole number of bits per second"),
                "write fewer decimals",
            ),
            Inexact::TooLarge => UnitError::new(
                format!("the speed \"{text}\" is out of range"),
                "write \"unlimited\" where a speed has no bound",
            ),
        })?;
        Ok(Self(bits))
    }
}

fn speed_unit(unit: &str) -> Option<u64> {
    if let Some((_, factor)) = BIT_UNITS.iter().find(|(name, _)| *name == unit) {
        return Some(*factor);
    }
    byte_unit(unit.strip_suffix("/s")?)?.checked_mul(8)
}

fn unknown_speed(text: &str, unit: &str) -> UnitError {
    let message = match unit {
        "" => format!("\"{text}\" lacks a unit of speed"),
        _ => format!("\"{unit}\" is no unit of speed"),
    };
    UnitError::new(message, SPEED_HELP)
}

impl Display for Bytes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&shortest(self.0, BYTE_UNITS))
    }
}

impl Display for Speed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&shortest(self.0, BIT_UNITS))
    }
}

impl<Q: Display> Display for Limit<Q> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited(_) => out.write_str("unlimited"),
            Self::AtMost(bound) => bound.fmt(out),
        }
    }
}
