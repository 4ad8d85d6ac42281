//! Axes: from where to where, on which scale, with ticks that people read off.

mod free;

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

use crate::report::human;

pub use free::{is_wide, label};

const MINUTE_S: f64 = 60.0;
const HOUR_S: f64 = 3_600.0;
const DAY_S: f64 = 86_400.0;

/// Latencies that a logarithmic axis labels first.
const ROUND_LATENCIES_S: [f64; 13] = [
    1e-6,
    1e-5,
    1e-4,
    1e-3,
    0.01,
    0.1,
    1.0,
    10.0,
    MINUTE_S,
    10.0 * MINUTE_S,
    HOUR_S,
    10.0 * HOUR_S,
    4.0 * DAY_S,
];

/// Latencies that it labels where there is room.
const FURTHER_LATENCIES_S: [f64; 11] = [
    0.03,
    0.3,
    3.0,
    30.0,
    3.0 * MINUTE_S,
    30.0 * MINUTE_S,
    3.0 * HOUR_S,
    DAY_S,
    40.0 * DAY_S,
    400.0 * DAY_S,
    4_000.0 * DAY_S,
];

/// How values become places.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    Linear,
    Log,
    /// Logarithmic to either side of 0, linear within this distance of it.
    Symmetric(f64),
}

/// An axis with its ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Least value shown.
    pub from: f64,
    /// Greatest value shown.
    pub to: f64,
    /// Ticks and what is written at them.
    pub ticks: Vec<(f64, String)>,
    scale: Scale,
}

impl Axis {
    /// Returns a linear axis with the given ticks.
    pub fn linear(from: f64, to: f64, ticks: Vec<(f64, String)>) -> Self {
        Self {
            from,
            to: if to > from { to } else { from + 1.0 },
            ticks,
            scale: Scale::Linear,
        }
    }

    /// Returns a linear axis from 0 that shows `max`, with at most about `ticks` round ticks.
    pub fn amount(max: f64, ticks: usize, label: fn(f64) -> String) -> Self {
        let max = if max.is_finite() && max > 0.0 {
            max
        } else {
            1.0
        };
        let step = round_step(max / ticks.max(1) as f64);
        let steps = (max / step - 1e-9).ceil().max(1.0);
        let at = |place: usize| place as f64 * step;
        let ticks = (0..=steps as usize)
            .map(|place| (at(place), label(at(place))))
            .collect();
        Self::linear(0.0, steps * step, ticks)
    }

    /// Returns an axis of whole numbers from 0 that shows `max`.
    pub fn count(max: f64, ticks: usize) -> Self {
        let label = |value: f64| human::count(value as u64);
        let max = if max.is_finite() { max.max(1.0) } else { 1.0 };
        let ticks = ticks.min(max as usize).max(1);
        let step = round_step(max / ticks as f64).max(1.0).ceil();
        let steps = (max / step - 1e-9).ceil().max(1.0) as usize;
        let at = |place: usize| place as f64 * step;
        Self::linear(
            0.0,
            at(steps),
            (0..=steps)
                .map(|place| (at(place), label(at(place))))
                .collect(),
        )
    }

    /// Returns the axis of shares from 0 to 100 %.
    pub fn share() -> Self {
        let ticks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| (share, human::share(share)));
        Self::linear(0.0, 1.0, ticks.to_vec())
    }

    /// Returns a logarithmic axis of shares, from `least` rounded down to a power of ten, to 100 %.
    pub fn small_share(least: f64) -> Self {
        let decades = (-libm::log10(least.clamp(1e-7, 0.1)) - 1e-9).ceil() as i32;
        let ticks: Vec<_> = (0..=decades)
            .rev()
            .map(|decade| libm::pow(10.0, f64::from(-decade)))
            .map(|share| (share, human::share(share)))
            .collect();
        Self {
            from: ticks[0].0,
            to: 1.0,
            ticks,
            scale: Scale::Log,
        }
    }

    /// Returns a logarithmic axis of latencies that shows `from_s` to `to_s`, with at most about `ticks` ticks.
    pub fn latency(from_s: f64, to_s: f64, ticks: usize) -> Self {
        let from_s = if from_s > 0.0 { from_s } else { 1e-3 };
        let to_s = to_s.max(from_s);
        let mut known: Vec<f64> = [&ROUND_LATENCIES_S[..], &FURTHER_LATENCIES_S[..]].concat();
        known.sort_by(f64::total_cmp);
        let below = known.iter().rev().find(|&&tick| tick <= from_s * 1.001);
        let above = known
            .iter()
            .find(|&&tick| tick >= to_s * 0.999 && tick > from_s * 1.001);
        let (from, to) = (
            below.copied().unwrap_or(from_s),
            above.copied().unwrap_or(to_s * 1.1),
        );
        let least_gap = libm::log(to / from) / ticks.max(1) as f64;
        Self {
            from,
            to,
            ticks: latency_ticks(from, to, least_gap),
            scale: Scale::Log,
        }
    }

    /// Returns an axis of time before and after a moment; logarithmic to either side if `linear_s` is given, linear
    /// within that distance.
    pub fn around(from_s: f64, to_s: f64, ticks: usize, linear_s: Option<f64>) -> Self {
        let axis = |scale| Self {
            from: from_s,
            to: if to_s > from_s { to_s } else { from_s + 1.0 },
            ticks: Vec::new(),
            scale,
        };
        match linear_s {
            None => {
                let mut axis = axis(Scale::Linear);
                let step = round_duration((axis.to - axis.from) / ticks.max(1) as f64);
                let (first, last) = ((axis.from / step).ceil(), (axis.to / step).floor());
                axis.ticks = (first as i64..=last as i64)
                    .map(|place| place as f64 * step)
                    .map(|at| (at, signed_duration(at)))
                    .collect();
                axis
            }
            Some(linear_s) => {
                let mut axis = axis(Scale::Symmetric(linear_s));
                let least_gap = 1.0 / ticks.max(1) as f64;
                axis.ticks = axis.symmetric_ticks(least_gap);
                axis
            }
        }
    }

    /// Returns where `value` stands, from 0 to 1; what is outside stands at the end.
    pub fn place(&self, value: f64) -> f64 {
        let at = |value: f64| match self.scale {
            Scale::Linear => value,
            Scale::Log => libm::log(value.max(self.from)),
            Scale::Symmetric(linear) => value.signum() * libm::log1p(value.abs() / linear),
        };
        let (from, to) = (at(self.from), at(self.to));
        let place = (at(value) - from) / (to - from);
        if place.is_nan() {
            0.0
        } else {
            place.clamp(0.0, 1.0)
        }
    }

    /// Returns what is written at `value`.
    pub fn label(&self, value: f64) -> String {
        let tick = self.ticks.iter().find(|(tick, _)| *tick == value);
        tick.map_or(String::new(), |(_, label)| label.clone())
    }

    /// Ticks at round times to either side of 0, at least `least_gap` of the axis apart.
    fn symmetric_ticks(&self, least_gap: f64) -> Vec<(f64, String)> {
        let mut ticks = vec![0.0];
        let round = ROUND_LATENCIES_S.iter().chain(&FURTHER_LATENCIES_S);
        for &tick in round.filter(|&&tick| tick >= 1.0) {
            for tick in [tick, -tick] {
                let apart =
                    |&other: &f64| (self.place(tick) - self.place(other)).abs() >= least_gap;
                if (self.from..=self.to).contains(&tick) && ticks.iter().all(apart) {
                    ticks.push(tick);
                }
            }
        }
        ticks.sort_by(f64::total_cmp);
        ticks
            .into_iter()
            .map(|tick| (tick, signed_duration(tick)))
            .collect()
    }
}

/// Round latencies between `from` and `to`, the roundest first, as long as they keep the gap (of logarithms).
fn latency_ticks(from: f64, to: f64, least_gap: f64) -> Vec<(f64, String)> {
    let mut ticks: Vec<f64> = Vec::new();
    for &tick in ROUND_LATENCIES_S.iter().chain(&FURTHER_LATENCIES_S) {
        let apart = |&other: &f64| libm::log(tick / other).abs() >= least_gap;
        if (from..=to).contains(&tick) && ticks.iter().all(apart) {
            ticks.push(tick);
        }
    }
    ticks.sort_by(f64::total_cmp);
    ticks
        .into_iter()
        .map(|tick| (tick, human::duration(tick)))
        .collect()
}

fn signed_duration(seconds: f64) -> String {
    match seconds {
        0.0 => "0".to_owned(),
        s if s < 0.0 => format!("−{}", human::duration(-s)),
        s => format!("+{}", human::duration(s)),
    }
}

/// Returns the least of 1, 2 and 5 times a power of ten that is at least `step`.
fn round_step(step: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(step).floor());
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|factor| factor * power >= step * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

/// Returns the least round duration that is at least `step` seconds.
fn round_duration(step_s: f64) -> f64 {
    const ROUND: [f64; 16] = [
        1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 10_800.0,
        21_600.0, 43_200.0, 86_400.0,
    ];
    if step_s < 1.0 {
        return round_step(step_s.max(1e-9));
    }
    let round = ROUND.into_iter().find(|&round| round >= step_s);
    round.unwrap_or_else(|| round_step(step_s / DAY_S) * DAY_S)
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        first + (f64::from(last - first) * self.place(*value)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().map(|(tick, _)| *tick).collect()
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn amounts_have_round_ticks() {
        let axis = Axis::amount(4_200.0, 5, human::bytes);
        assert_eq!(
            labels(&axis),
            ["0 B", "1 kB", "2 kB", "3 kB", "4 kB", "5 kB"]
        );
        assert_eq!(axis.to, 5_000.0);
    }

    #[test]
    fn nothing_still_has_an_axis() {
        assert_eq!(Axis::amount(0.0, 5, human::bytes).to, 1.0);
        assert_eq!(labels(&Axis::count(0.0, 5)), ["0", "1"]);
        assert_eq!(Axis::amount(f64::NAN, 5, human::bytes).to, 1.0);
    }

    #[test]
    fn counts_are_whole() {
        assert_eq!(labels(&Axis::count(3.0, 5)), ["0", "1", "2", "3"]);
        assert_eq!(labels(&Axis::count(17.0, 4)), ["0", "5", "10", "15", "20"]);
    }

    #[test]
    fn latencies_are_read_in_seconds_minutes_and_hours() {
        let axis = Axis::latency(2.0, 40_000.0, 12);
        assert_eq!(
            labels(&axis),
            [
                "1 s", "3 s", "10 s", "1 min", "3 min", "10 min", "1 h", "3 h", "10 h"
            ]
        );
    }

    #[test]
    fn equal_latencies_still_have_a_width() {
        let axis = Axis::latency(10.0, 10.0, 10);
        assert!(axis.from < axis.to, "{axis:?}");
        assert!((0.0..=1.0).contains(&axis.place(10.0)));
    }

    #[test]
    fn shares_go_down_by_tens() {
        assert_eq!(
            labels(&Axis::small_share(0.0005)),
            ["0.01 %", "0.1 %", "1 %", "10 %", "100 %"]
        );
    }

    #[test]
    fn places_run_from_0_to_1_on_every_scale() {
        for axis in [
            Axis::share(),
            Axis::latency(1.0, 3_600.0, 8),
            Axis::around(-100.0, 10_000.0, 8, Some(10.0)),
        ] {
            assert_eq!(axis.place(axis.from), 0.0);
            assert_eq!(axis.place(axis.to), 1.0);
            assert_eq!(axis.place(f64::INFINITY), 1.0);
            assert_eq!(axis.place(f64::NAN), 0.0);
        }
    }
}
