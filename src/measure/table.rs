//! What a cell of a CSV table is, and the one definition per table from which header, rows and documentation come.

use std::borrow::Cow;
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
    /// What its values are.
    pub kind: Kind,
    /// Whether a cell may be empty.
    pub may_be_empty: bool,
}

/// What the values of a column are, for files that know types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number that is not negative.
    Whole,
    /// A [`Moment`], of a millisecond.
    Moment,
    /// A number: [`Seconds`], [`Number`] or [`Usd`].
    Real,
}

/// What may stand in a cell: how it is written, and read back as the same value.
pub trait Cell: Sized {
    /// What the value is.
    const KIND: Kind;
    /// Whether it may be an empty cell.
    const MAY_BE_EMPTY: bool;

    /// Writes the cell.
    ///
    /// # Errors
    /// What the serializer says.
    fn write<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error>;

    /// Reads the cell.
    ///
    /// # Errors
    /// If the text is not a value of this kind.
    fn read<'de, D: Deserializer<'de>>(input: D) -> Result<Self, D::Error>;
}

impl Cell for String {
    const KIND: Kind = Kind::Text;
    const MAY_BE_EMPTY: bool = true;

    fn write<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&guarded(self))
    }

    fn read<'de, D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::deserialize(input).map(unguarded)
    }
}

/// Cells that cannot begin with a sign that a spreadsheet takes for a formula, unless they are numbers.
macro_rules! plain_cell {
    ($($type:ty: $kind:expr, $may_be_empty:expr);+ $(;)?) => {$(
        impl Cell for $type {
            const KIND: Kind = $kind;
            const MAY_BE_EMPTY: bool = $may_be_empty;

            fn write<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                self.serialize(out)
            }

            fn read<'de, D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                Self::deserialize(input)
            }
        }
    )+};
}
plain_cell! {
    u32: Kind::Whole, false;
    u64: Kind::Whole, false;
    Moment: Kind::Moment, false;
    Seconds: Kind::Real, false;
    // One that is not finite is an empty cell.
    Number: Kind::Real, true;
    Usd: Kind::Real, true;
    Option<u64>: Kind::Whole, true;
    Option<Moment>: Kind::Moment, true;
    Option<Seconds>: Kind::Real, true;
    Option<Number>: Kind::Real, true;
    Option<Usd>: Kind::Real, true;
}

/// Returns `text` as a cell: one that a spreadsheet would take for a formula gets a leading `'`.
///
/// That is a text that begins with `=`, `+`, `-` or `@` and is no number; and, so that every text reads back as it was,
/// one that already looks guarded.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if needs_guard(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Says whether [`guarded`] adds something to `text`.
pub fn needs_guard(text: &str) -> bool {
    let looks_guarded = text
        .strip_prefix('\'')
        .is_some_and(|rest| rest.starts_with(['=', '+', '-', '@', '\'']));
    looks_guarded || (text.starts_with(['=', '+', '-', '@']) && !is_number(text))
}

/// Takes away what [`guarded`] added.
fn unguarded(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\'']) => rest.to_owned(),
        _ => cell,
    }
}

/// Says whether `text` is a finite decimal number; `-inf` and `+nan` are words.
fn is_number(text: &str) -> bool {
    text.ends_with(|last: char| last.is_ascii_digit() || last == '.') && text.parse::<f64>().is_ok()
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
            $(
                $(#[doc = $doc])+
                #[serde(
                    serialize_with = "crate::measure::table::Cell::write",
                    deserialize_with = "crate::measure::table::Cell::read"
                )]
                pub $field: $type
            ),+
        }

        impl $crate::measure::table::Table for $name {
            const FILE: &'static str = $file;
            const COLUMNS: &'static [$crate::measure::table::Column] = &[
                $($crate::measure::table::Column {
                    name: stringify!($field),
                    doc: concat!($($doc),+),
                    kind: <$type as $crate::measure::table::Cell>::KIND,
                    may_be_empty: <$type as $crate::measure::table::Cell>::MAY_BE_EMPTY,
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
///
/// One that is not finite is no sample: it is written as an empty cell.
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
        if !self.0.is_finite() {
            return Ok(());
        }
        Display::fmt(&(self.0 + NO_NEGATIVE_ZERO), out)
    }
}

/// Adding this turns -0.0 into 0.0 and leaves every other number as it is.
const NO_NEGATIVE_ZERO: f64 = 0.0;

impl Display for Usd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.is_finite() {
            return Ok(());
        }
        let text = (self.0 + NO_NEGATIVE_ZERO).to_string();
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
        let nanos = format!("{whole}{decimals:0<9.9}").parse()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_gets_an_apostrophe_and_a_number_none() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-rm", "'-rm"),
            ("+", "'+"),
            ("-inf", "'-inf"),
            ("+nan", "'+nan"),
            ("-5", "-5"),
            ("+1.5e3", "+1.5e3"),
            ("shop/a-b", "shop/a-b"),
            ("", ""),
        ] {
            assert_eq!(guarded(text), cell, "{text}");
        }
    }

    #[test]
    fn every_text_reads_back_as_it_was() {
        for text in [
            "=x", "'=x", "''=x", "'x", "''", "'", "'-5", "-5", "a'=x", "",
        ] {
            assert_eq!(unguarded(guarded(text).into_owned()), text);
        }
    }

    #[test]
    fn what_is_not_finite_is_an_empty_cell() {
        assert_eq!(Number(f64::NAN).to_string(), "");
        assert_eq!(Usd(f64::INFINITY).to_string(), "");
        assert_eq!(Number(-0.0).to_string(), "0");
    }

    #[test]
    fn dollars_have_at_least_nine_decimals_and_are_not_rounded() {
        assert_eq!(Usd(0.0).to_string(), "0.000000000");
        assert_eq!(Usd(12.5).to_string(), "12.500000000");
        assert_eq!(Usd(1e-12).to_string(), "0.000000000001");
    }

    #[test]
    fn seconds_are_exact_and_read_back() {
        for (nanos, text) in [
            (0, "0"),
            (1_500_000_000, "1.5"),
            (1, "0.000000001"),
            (60_000_000_000, "60"),
        ] {
            let seconds = Seconds(SimDuration::from_nanos(nanos));
            assert_eq!(seconds.to_string(), text);
            assert_eq!(text.parse::<Seconds>(), Ok(seconds));
        }
    }

    #[test]
    fn moments_are_cut_to_milliseconds() {
        let moment: Moment = "2026-03-01T00:00:00.0009999Z".parse().expect("a moment");
        assert_eq!(moment.to_string(), "2026-03-01T00:00:00.000Z");
    }
}
