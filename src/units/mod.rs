//! Quantities with their units: time, bytes, speeds, rates, money. Parse, print, arithmetic.
//!
//! Knows nothing of registries, files or simulation. MB is 10^6 bytes and MiB is 2^20 bytes.

mod time;

pub use time::{SimDuration, SimTime};
