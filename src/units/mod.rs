//! Quantities with their units: time, bytes, speeds, rates, money. Parse, print, arithmetic.
//!
//! Knows nothing of registries, files or simulation. MB is 10^6 bytes and MiB is 2^20 bytes.
//! What a quantity prints, it also parses, to the same value.

mod capacity;
mod money;
mod rate;
mod text;
mod time;
mod written;

pub use capacity::{Bytes, Limit, Speed, Unlimited};
pub use money::{Usd, UsdPerGb, UsdPerGbMonth};
pub use rate::Rate;

pub(crate) use text::text_type;
pub use text::{Text, UnitError};
pub use time::{SimDuration, SimTime};
pub use written::{counted_in, number_and_unit};

#[cfg(test)]
mod tests;
