//! Cells as bytes, made without allocating: the same as those of [`crate::measure::table`].

use std::io::{self, Write};

use jiff::Timestamp;

use crate::measure::table::{Moment, guarded};
use crate::units::{SimDuration, SimTime};

const NANOS_PER_SECOND: u64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
const LEAST_USD_DECIMALS: usize = 9;

/// Appends a whole number.
pub fn whole(number: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends text as a cell: guarded, and quoted where it must be.
pub fn text(text: &str, out: &mut Vec<u8>) {
    let text = guarded(text);
    if !text.bytes().any(is_special) {
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// Says whether a cell with this byte in it stands in quotes.
pub fn is_special(byte: u8) -> bool {
    matches!(byte, b',' | b'"' | b'\r' | b'\n')
}

/// Appends a duration as exact decimal seconds.
pub fn seconds(duration: SimDuration, out: &mut Vec<u8>) {
    let nanos = duration.as_nanos();
    whole(nanos / NANOS_PER_SECOND, out);
    let rest = nanos % NANOS_PER_SECOND;
    if rest == 0 {
        return;
    }
    let mut decimals = [b'0'; 9];
    put_digits(rest, &mut decimals);
    let length = 9 - decimals
        .iter()
        .rev()
        .take_while(|&&digit| digit == b'0')
        .count();
    out.push(b'.');
    out.extend_from_slice(&decimals[..length]);
}

/// Appends dollars, a finite number: the shortest decimal that is this number, with at least 9 decimals.
pub fn usd(usd: f64, out: &mut Vec<u8>) {
    if usd == 0.0 {
        return out.extend_from_slice(b"0.000000000");
    }
    let begin = out.len();
    write!(out, "{usd}").expect("memory takes everything");
    let point = out[begin..].iter().rposition(|&byte| byte == b'.');
    let decimals = point.map_or(0, |point| out.len() - begin - point - 1);
    if point.is_none() {
        out.push(b'.');
    }
    let zeros = LEAST_USD_DECIMALS.saturating_sub(decimals);
    out.extend_from_slice(&b"000000000"[..zeros]);
}

/// Writes the last `digits.len()` decimal digits of `number`.
fn put_digits(mut number: u64, digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Turns simulated times into RFC 3339 text; remembers the date of the last day that it saw.
pub struct Clock {
    start_s: i64,
    start_nanos: u64,
    day: i64,
    /// `2026-03-01T00:00:00.000Z`, of which only the time of day changes within a day.
    text: [u8; 24],
}

impl Clock {
    /// Returns a clock that shows `start` at simulated time 0.
    pub fn new(start: Moment) -> Self {
        let nanos = start.0.as_nanosecond();
        let per_second = i128::from(NANOS_PER_SECOND);
        Self {
            start_s: i64::try_from(nanos.div_euclid(per_second))
                .expect("a timestamp's seconds fit into 64 bits"),
            start_nanos: u64::try_from(nanos.rem_euclid(per_second))
                .expect("a rest is not negative"),
            day: i64::MIN,
            text: *b"0000-00-00T00:00:00.000Z",
        }
    }

    /// Appends the moment `time`.
    ///
    /// # Errors
    /// If it lies beyond the calendar, which ends with the year 9999.
    pub fn put(&mut self, time: SimTime, out: &mut Vec<u8>) -> io::Result<()> {
        let nanos = self.start_nanos + time.as_nanos() % NANOS_PER_SECOND;
        let carried = (time.as_nanos() / NANOS_PER_SECOND + nanos / NANOS_PER_SECOND) as i64;
        let second = self.start_s + carried;
        self.turn_to(second.div_euclid(SECONDS_PER_DAY))?;
        let of_day = second.rem_euclid(SECONDS_PER_DAY) as u64;
        put_digits(of_day / 3_600, &mut self.text[11..13]);
        put_digits(of_day / 60 % 60, &mut self.text[14..16]);
        put_digits(of_day % 60, &mut self.text[17..19]);
        put_digits(nanos % NANOS_PER_SECOND / 1_000_000, &mut self.text[20..23]);
        out.extend_from_slice(&self.text);
        Ok(())
    }

    fn turn_to(&mut self, day: i64) -> io::Result<()> {
        if day == self.day {
            return Ok(());
        }
        let midnight = Timestamp::from_second(day * SECONDS_PER_DAY)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let text = Moment(midnight).to_string();
        self.text.copy_from_slice(
            text.as_bytes()
                .get(..24)
                .expect("a moment's text has a fixed width"),
        );
        self.day = day;
        Ok(())
    }
}
