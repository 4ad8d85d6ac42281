//! US dollars, alone and per unit of bytes.

use std::fmt::{self, Display};
use std::str::FromStr;

use super::text::{UnitError, leading_float, text_type};

/// US dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Usd(pub f64);

/// US dollars for a GB of transfer; what a GB is, `prices.gb` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct UsdPerGb(pub f64);

/// US dollars for a GB (2^30 bytes) stored for a whole calendar month.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct UsdPerGbMonth(pub f64);

text_type!(Usd, "usd", "US dollars: `500 USD`.");
text_type!(
    UsdPerGb,
    "usd-per-gb",
    "A price of transfer: `0.02 USD per GB`."
);
text_type!(
    UsdPerGbMonth,
    "usd-per-gb-month",
    "A price of storage: `0.10 USD per GB-month`."
);

/// Gives a type of dollars its text: the number, a blank and `$unit`.
macro_rules! dollars {
    ($type:ident, $unit:literal) => {
        impl FromStr for $type {
            type Err = UnitError;

            fn from_str(text: &str) -> Result<Self, UnitError> {
                amount(text, $unit).map(Self)
            }
        }

        impl Display for $type {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{} {}", self.0, $unit)
            }
        }
    };
}
dollars!(Usd, "USD");
dollars!(UsdPerGb, "USD per GB");
dollars!(UsdPerGbMonth, "USD per GB-month");

fn amount(text: &str, unit: &str) -> Result<f64, UnitError> {
    let help = || format!("write a number and its unit, as in \"0.5 {unit}\"");
    let (number, rest) = leading_float(text)
        .ok_or_else(|| UnitError::new(format!("\"{text}\" is no amount in {unit}"), help()))?;
    if rest.split_whitespace().eq(unit.split_whitespace()) {
        return Ok(number);
    }
    let message = match rest {
        "" => format!("\"{text}\" lacks its unit, {unit}"),
        _ => format!("\"{rest}\" is not the unit that is wanted here, {unit}"),
    };
    Err(UnitError::new(message, help()))
}
