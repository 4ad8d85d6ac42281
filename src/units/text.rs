//! How a quantity is written: exact decimals, unit words, and errors that say what to write instead.

use std::fmt;

/// Why a text is not the quantity that was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitError {
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl UnitError {
    /// Returns an error with this message and this advice.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
        }
    }
}

impl fmt::Display for UnitError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}; {}", self.message, self.help)
    }
}

impl std::error::Error for UnitError {}

/// A type that scenario files write as one string.
pub trait Text: Sized + fmt::Display + std::str::FromStr<Err = UnitError> {
    /// Name of the format in the JSON Schema, by which a reader finds the parser.
    const FORMAT: &'static str;
    /// What the format is, in one sentence with an example.
    const ABOUT: &'static str;
}

/// Lets serde and schemars see a [`Text`] type as the string that people write.
macro_rules! text_type {
    ($type:ty, $format:literal, $about:literal) => {
        impl $crate::units::Text for $type {
            const FORMAT: &'static str = $format;
            const ABOUT: &'static str = $about;
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                String::deserialize(input)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": $format })
            }
        }
    };
}
pub(crate) use text_type;

/// A decimal number as written: `mantissa / 10^scale`, exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    mantissa: u128,
    scale: u32,
}

/// Why a decimal times a unit is no whole number that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inexact {
    /// A part of the smallest unit is left over.
    Fraction,
    /// More than 2^64 - 1.
    TooLarge,
}

impl Decimal {
    /// Reads digits with at most one point; no sign, no exponent.
    fn parse(digits: &str) -> Option<Self> {
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || digits.ends_with('.')
        {
            return None;
        }
        let mantissa = format!("{whole}{fraction}").parse().ok()?;
        let scale = u32::try_from(fraction.len()).ok()?;
        Some(Self { mantissa, scale })
    }

    /// Returns the number times `unit`, which must come out whole.
    pub(crate) fn times(self, unit: u64) -> Result<u64, Inexact> {
        let scale = 10_u128.checked_pow(self.scale).ok_or(Inexact::Fraction)?;
        let product = self
            .mantissa
            .checked_mul(u128::from(unit))
            .ok_or(Inexact::TooLarge)?;
        if product % scale != 0 {
            return Err(Inexact::Fraction);
        }
        u64::try_from(product / scale).map_err(|_| Inexact::TooLarge)
    }
}

/// Splits `text` into its leading number and the rest, without the blanks between.
pub(crate) fn leading_number(text: &str) -> Option<(Decimal, &str)> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((Decimal::parse(digits)?, rest.trim_start()))
}

/// Splits `text` into its leading plain number as a double and the rest; never negative, never infinite.
pub(crate) fn leading_float(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let number: f64 = digits.parse().ok()?;
    number.is_finite().then_some((number, rest.trim_start()))
}

/// Writes `value / unit` as a decimal if it has at most three decimals.
pub(crate) fn short_decimal(value: u64, unit: u64) -> Option<String> {
    let (whole, rest) = (value / unit, value % unit);
    let thousandths = u128::from(rest) * 1_000;
    if thousandths % u128::from(unit) != 0 {
        return None;
    }
    let decimals = format!("{:03}", thousandths / u128::from(unit));
    let decimals = decimals.trim_end_matches('0');
    let point = if decimals.is_empty() { "" } else { "." };
    Some(format!("{whole}{point}{decimals}"))
}

/// Writes `value` in the unit that gives the shortest text; `units` holds the smallest first.
pub(crate) fn shortest(value: u64, units: &[(&str, u64)]) -> String {
    units
        .iter()
        .filter(|(_, unit)| value >= *unit || *unit == 1)
        .filter_map(|(name, unit)| Some(format!("{} {name}", short_decimal(value, *unit)?)))
        .min_by_key(|text| (text.len(), text.contains('.')))
        .expect("the smallest unit always fits")
}
