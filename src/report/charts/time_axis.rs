//! Ticks of calendar time, in UTC.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::Area;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;

/// 1970-01-05, a Monday, in days since the epoch.
const FIRST_MONDAY: i64 = 4;

/// Steps between ticks of less than a month, in seconds.
const STEPS_S: [i64; 19] = [
    1,
    2,
    5,
    10,
    30,
    MINUTE_S,
    2 * MINUTE_S,
    5 * MINUTE_S,
    10 * MINUTE_S,
    30 * MINUTE_S,
    HOUR_S,
    2 * HOUR_S,
    3 * HOUR_S,
    6 * HOUR_S,
    12 * HOUR_S,
    DAY_S,
    2 * DAY_S,
    7 * DAY_S,
    14 * DAY_S,
];

/// Longer steps, in months.
const STEPS_MONTHS: [i32; 9] = [1, 2, 3, 6, 12, 24, 60, 120, 600];

/// Room that a tick's label takes, in half pixels.
const TICK_WIDTH: u32 = 120;

/// Returns the axis from one moment to another (seconds since the epoch), with as many ticks as fit into `area`.
pub fn time_axis<DB: DrawingBackend>(from_s: f64, to_s: f64, area: &Area<DB>) -> Axis {
    let ticks = area.dim_in_pixel().0.saturating_sub(TICK_WIDTH) / TICK_WIDTH;
    axis_with_ticks(from_s, to_s, ticks.max(3) as usize)
}

/// A distance between ticks.
#[derive(Clone, Copy)]
enum Step {
    Seconds(i64),
    Months(i32),
}

/// Returns the axis with the finest step that needs no more than `most` ticks.
fn axis_with_ticks(from_s: f64, to_s: f64, most: usize) -> Axis {
    let seconds = STEPS_S.into_iter().map(Step::Seconds);
    let steps = seconds.chain(STEPS_MONTHS.into_iter().map(Step::Months));
    let ticks = steps
        .map(|step| ticks(from_s, to_s, step, most))
        .find(|ticks| ticks.len() <= most);
    Axis::linear(from_s, to_s, ticks.unwrap_or_default())
}

/// Ticks of a step; if there are more than `most`, one more than that.
fn ticks(from_s: f64, to_s: f64, step: Step, most: usize) -> Vec<(f64, String)> {
    match step {
        Step::Seconds(step_s) => steady_ticks(from_s, to_s, step_s).take(most + 1).collect(),
        Step::Months(months) => monthly_ticks(from_s, to_s, months).take(most + 1).collect(),
    }
}

/// Ticks at multiples of a step, whole days counted from a Monday.
fn steady_ticks(from_s: f64, to_s: f64, step_s: i64) -> impl Iterator<Item = (f64, String)> {
    let offset_s = if step_s > DAY_S {
        FIRST_MONDAY * DAY_S
    } else {
        0
    };
    let first = ((from_s - offset_s as f64) / step_s as f64).ceil() as i64;
    let last = ((to_s - offset_s as f64) / step_s as f64).floor() as i64;
    (first..=last)
        .map(move |place| place * step_s + offset_s)
        .filter_map(move |at_s| Some((at_s as f64, label(at_s, step_s)?)))
}

/// `14:30`, and the date where a day begins.
fn label(at_s: i64, step_s: i64) -> Option<String> {
    let at = civil(at_s)?;
    let format = match step_s {
        _ if at_s % DAY_S == 0 => "%b %-d",
        step_s if step_s < MINUTE_S => "%H:%M:%S",
        _ => "%H:%M",
    };
    Some(at.strftime(format).to_string())
}

fn monthly_ticks(from_s: f64, to_s: f64, step: i32) -> impl Iterator<Item = (f64, String)> {
    let format = if step < 12 { "%b %Y" } else { "%Y" };
    let first = civil(from_s as i64).and_then(|from| first_month(from, step));
    first
        .into_iter()
        .flat_map(move |first| first.series(Span::new().months(step)))
        .map(move |at| (seconds(at), at.strftime(format).to_string()))
        .skip_while(move |(at_s, _)| *at_s < from_s)
        .take_while(move |(at_s, _)| *at_s <= to_s)
}

/// The first of a month at or before `from` from which steps reach every January.
fn first_month(from: DateTime, step: i32) -> Option<DateTime> {
    let years = (step / 12).max(1);
    let year = i32::from(from.year()).div_euclid(years) * years;
    DateTime::new(i16::try_from(year).ok()?, 1, 1, 0, 0, 0, 0).ok()
}

fn civil(at_s: i64) -> Option<DateTime> {
    let at = Timestamp::from_second(at_s).ok()?;
    Some(TimeZone::UTC.to_datetime(at))
}

fn seconds(at: DateTime) -> f64 {
    TimeZone::UTC
        .to_timestamp(at)
        .map_or(f64::INFINITY, |at| at.as_second() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: &str, to: &str) -> Vec<String> {
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment").as_second() as f64;
        let axis = axis_with_ticks(at(from), at(to), 8);
        axis.ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn hours_name_the_day_where_it_begins() {
        assert_eq!(
            labels("2026-03-01T20:30:00Z", "2026-03-02T04:00:00Z"),
            [
                "21:00", "22:00", "23:00", "Mar 2", "01:00", "02:00", "03:00", "04:00"
            ]
        );
    }

    #[test]
    fn weeks_begin_on_monday() {
        // 2026-03-02 is a Monday.
        assert_eq!(
            labels("2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z"),
            ["Mar 2", "Mar 9", "Mar 16", "Mar 23", "Mar 30"]
        );
        assert_eq!(
            labels("2026-03-01T00:00:00Z", "2026-04-20T00:00:00Z"),
            [
                "Mar 2", "Mar 9", "Mar 16", "Mar 23", "Mar 30", "Apr 6", "Apr 13", "Apr 20"
            ]
        );
    }

    #[test]
    fn months_have_their_own_lengths() {
        assert_eq!(
            labels("2026-11-15T00:00:00Z", "2027-06-02T00:00:00Z"),
            [
                "Dec 2026", "Jan 2027", "Feb 2027", "Mar 2027", "Apr 2027", "May 2027", "Jun 2027"
            ]
        );
        assert_eq!(
            labels("2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z"),
            ["2026", "2028", "2030", "2032", "2034", "2036"]
        );
    }

    #[test]
    fn a_moment_still_has_an_axis() {
        labels("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z");
    }
}
