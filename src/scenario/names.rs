//! Words of the file that stand for something: registries, pairs of Regions, account ids, moments.

use std::fmt::{self, Display};
use std::str::FromStr;

use jiff::Timestamp;

use crate::units::{SimDuration, UnitError, text_type};

/// A private registry, `account/region`, the account by its alias.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryName {
    /// Alias of the account.
    pub account: String,
    /// Region code.
    pub region: String,
}

/// Links by their ends, `source Region -> destination Region`; `*` stands for any text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route {
    /// Source Region or pattern.
    pub source: String,
    /// Destination Region or pattern.
    pub destination: String,
}

/// An AWS account id: 12 digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

/// An instant of the calendar, read from an RFC 3339 date-time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub Timestamp);

/// A moment of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// So long after `start`.
    Offset(SimDuration),
    /// At this instant.
    Date(Date),
}

text_type!(
    RegistryName,
    "registry",
    "A registry as `account/region`, the account by its alias: `build/us-east-1`."
);
text_type!(
    Route,
    "route",
    "Source and destination Region: `us-east-1 -> eu-west-1`, `us-east-1 -> *`."
);
text_type!(
    AccountId,
    "account-id",
    "An AWS account id: 12 digits, as `111122223333`."
);
text_type!(
    Date,
    "date-time",
    "An RFC 3339 date-time: `2026-03-02T00:00:00Z`."
);
text_type!(
    Moment,
    "moment",
    "An offset from `start`, `3 days 12 h`, or an RFC 3339 date-time."
);

impl AccountId {
    /// Returns the 12 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Route {
    /// Returns the route between exactly these Regions.
    pub fn between(source: &str, destination: &str) -> Self {
        Self {
            source: source.to_owned(),
            destination: destination.to_owned(),
        }
    }

    /// Returns `* -> *`.
    pub fn any() -> Self {
        Self::between("*", "*")
    }
}

impl FromStr for RegistryName {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let parts = text.split_once('/');
        let (account, region) = parts
            .filter(|(account, region)| {
                !account.is_empty() && !region.is_empty() && !region.contains('/')
            })
            .ok_or_else(|| {
                UnitError::new(
                    format!("\"{text}\" is no registry"),
                    "write the account's alias and the Region, as in \"build/us-east-1\"",
                )
            })?;
        Ok(Self {
            account: account.to_owned(),
            region: region.to_owned(),
        })
    }
}

impl Display for RegistryName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.account, self.region)
    }
}

impl FromStr for Route {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let parts = text.split_once("->");
        let (source, destination) = parts
            .map(|(source, destination)| (source.trim(), destination.trim()))
            .filter(|(source, destination)| {
                is_region_pattern(source) && is_region_pattern(destination)
            })
            .ok_or_else(|| {
                UnitError::new(
                    format!("\"{text}\" is no pair of Regions"),
                    "write the source and the destination Region, as in \"us-east-1 -> eu-west-1\"",
                )
            })?;
        Ok(Self::between(source, destination))
    }
}

fn is_region_pattern(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-*?".contains(c);
    !text.is_empty() && text.chars().all(allowed)
}

impl Display for Route {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} -> {}", self.source, self.destination)
    }
}

impl FromStr for AccountId {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        Err(UnitError::new(
            format!("\"{text}\" is no account id"),
            "write its 12 digits in quotes, as in \"111122223333\"",
        ))
    }
}

impl Display for AccountId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl FromStr for Date {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        text.parse().map(Self).map_err(|_| {
            UnitError::new(
                format!("\"{text}\" is no RFC 3339 date-time"),
                "write date, time and offset, as in 2026-03-02T00:00:00Z",
            )
        })
    }
}

impl Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl FromStr for Moment {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let looks_like_date = text.len() >= 10 && text.as_bytes()[4] == b'-';
        if looks_like_date {
            return text.parse().map(Self::Date);
        }
        text.parse().map(Self::Offset)
    }
}

impl Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offset(span) => span.fmt(out),
            Self::Date(date) => date.fmt(out),
        }
    }
}
