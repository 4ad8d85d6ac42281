//! Service of copies in whole numbers: what they move in a nanosecond, and how long bytes take.

/// Service is counted in these: 2^-30 of a byte per 10^9, so that bits per second are whole units per ns.
pub(super) const UNITS_PER_BYTE: u128 = 1_000_000_000 << 30;
/// Units per nanosecond of one bit per second.
const UNITS_PER_BIT: u128 = 1 << 27;

/// Returns the units that a speed in bits per second moves in a nanosecond.
pub(super) const fn units_per_ns(bits_per_s: u64) -> u128 {
    bits_per_s as u128 * UNITS_PER_BIT
}

/// A thousandth of a nanosecond of service: less than that before its end, a copy has ended. Shares such as a
/// third are not whole units, and an end that falls on a whole nanosecond must not be rounded to the next.
pub(super) const fn tolerance(units_per_ns: u128) -> u128 {
    units_per_ns >> 10
}

/// Returns whole bytes, rounded down.
pub(super) fn to_bytes(units: u128) -> u64 {
    u64::try_from(units / UNITS_PER_BYTE).expect("bytes moved fit in 64 bits")
}

/// Returns whole bytes, to the nearest.
pub(super) fn to_nearest_bytes(units: u128) -> u64 {
    to_bytes(units + UNITS_PER_BYTE / 2)
}
