//! What a cell of a CSV table is, and the one definition per table from which header, rows and documentation come.

use std::fmt::{self, Display};
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::units::SimDuration;

/// A column of a CSV table: its name, with the unit last, and what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name as in the header line.
    pub name: &'static str,
    /// What the column holds, in one sentence.
    pub doc: &'static str,
}

/// A row type that is one CSV file of a run's folder.
pub trait Table: Serialize + for<'de> Deserialize<'de> {
    /// The file's name in the run's folder.
    const FILE: &'static str;
    /// Its columns, in order.
    const COLUMNS: &'static [Column];
}

/// Defines a row's struct and its [`Table`]: fields are columns, doc comments are their documentation.
macro_rules! table {
    ($(#[doc = $about:literal])+ $name:ident, $file:literal, {
        $($(#[doc = $doc:literal])+ $field:ident: $type:ty),+ $(,)?
    }) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $type),+
        }

        impl $crate::measure::table::Table for $name {
            const FILE: &'static str = $file;
            const COLUMNS: &'static [$crate::measure::table::Column] = &[
                $($crate::measure::table::Column {
                    name: stringify!($field),
                    doc: concat!($($doc),+),
                }),+
            ];
        }
    };
}
pub(crate) use table;

/// A moment, written as RFC 3339 UTC with milliseconds, of fixed width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

/// A duration, written as exact decimal seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub SimDuration);

/// A number that is not exact (a mean, a share), written as its shortest decimal without an exponent.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Number(pub f64);

/// US dollars, written unrounded with at least 9 decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Usd(pub f64);

impl Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0.strftime("%Y-%m-%dT%H:%M:%S.%3fZ"), out)
    }
}

impl Display for Seconds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (
            self.0.as_nanos() / 1_000_000_000,
            self.0.as_nanos() % 1_000_000_000,
        );
        if rest == 0 {
            return write!(out, "{whole}");
        }
        let decimals = format!("{rest:09}");
        write!(out, "{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, out)
    }
}

impl Display for Usd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let decimals = text
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len());
        let point = if decimals == 0 { "." } else { "" };
        write!(
            out,
            "{text}{point}{:0<1$}",
            "",
            9_usize.saturating_sub(decimals)
        )
    }
}

impl FromStr for Moment {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl FromStr for Seconds {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let nanos =
            whole.parse::<u64>()? * 1_000_000_000 + format!("{decimals:0<9}").parse::<u64>()?;
        Ok(Self(SimDuration::from_nanos(nanos)))
    }
}

impl FromStr for Number {
    type Err = std::num::ParseFloatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl FromStr for Usd {
    type Err = std::num::ParseFloatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Cells go through their text, so that a file reads back as what was written.
macro_rules! cell_as_text {
    ($($type:ty),+) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                String::deserialize(input)?.parse().map_err(de::Error::custom)
            }
        }
    )+};
}
cell_as_text!(Moment, Seconds, Number, Usd);
