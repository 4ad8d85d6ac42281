//! Axes of numbers of any unit: what was varied, what came of it.

use super::{Axis, Scale, round_duration, round_step};
use crate::report::human;

/// Positive numbers that reach over more than this factor stand on a logarithmic axis.
const WIDE: f64 = 10.0;

/// Multiples of a power of ten at which a logarithmic axis of few decades has ticks.
const WITHIN_A_DECADE: [f64; 3] = [1.0, 2.0, 5.0];

/// Says whether values are best shown on a logarithmic axis.
pub fn is_wide(values: impl Iterator<Item = f64> + Clone) -> bool {
    let least = values.clone().fold(f64::INFINITY, f64::min);
    let most = values.fold(f64::NEG_INFINITY, f64::max);
    least > 0.0 && most / least >= WIDE
}

/// Returns what is written at a value in `unit`: `s`, `bytes`, `USD`, or anything else for plain numbers.
pub fn label(value: f64, unit: &str) -> String {
    let text = |size: f64| match unit {
        "USD" => human::usd(size).trim_end_matches(".00").to_owned(),
        "bytes" | "s" => human::in_unit(size, unit),
        _ => plain(size),
    };
    if value < 0.0 {
        format!("−{}", text(-value))
    } else {
        text(value)
    }
}

/// A plain number: all digits before the point, as few as it takes after it.
fn plain(size: f64) -> String {
    match size {
        s if s >= 1e6 && s.is_finite() => {
            let power = libm::log10(s).floor();
            let digits = human::three_digits(s / libm::pow(10.0, power));
            if digits == "1" {
                format!("10^{power}")
            } else {
                format!("{digits}·10^{power}")
            }
        }
        s if s != 0.0 && s < 1e-4 => format!("{s:e}"),
        s => human::in_unit(s, "1"),
    }
}

impl Axis {
    /// Returns the axis that shows these values of a unit, logarithmic where they are wide, with at most about `ticks` ticks.
    pub fn of_values(values: impl Iterator<Item = f64> + Clone, ticks: usize, unit: &str) -> Self {
        let values = values.filter(|value| value.is_finite());
        let least = values.clone().fold(f64::INFINITY, f64::min);
        let most = values.clone().fold(f64::NEG_INFINITY, f64::max);
        if least > most {
            return Self::of_span(0.0, 1.0, ticks, unit);
        }
        match is_wide(values) {
            true if unit == "s" => Self::latency(least, most, ticks),
            true => Self::decades(least, most, ticks, unit),
            false => Self::of_span(least, most, ticks, unit),
        }
    }

    /// Returns a linear axis of round numbers that shows `least` to `most`, and 0 if that is not far.
    fn of_span(least: f64, most: f64, ticks: usize, unit: &str) -> Self {
        let (least, most) = with_zero(least, most);
        Self::around_values(least, most, ticks, unit)
    }

    /// Returns a linear axis of round numbers that shows `least` to `most`.
    pub fn around_values(least: f64, most: f64, ticks: usize, unit: &str) -> Self {
        let (least, most) = if least < most {
            (least, most)
        } else {
            with_zero(least, least)
        };
        let step = (most - least) / ticks.max(1) as f64;
        let step = match unit {
            "s" => round_duration(step),
            _ => round_step(step),
        };
        let first = (least / step + 1e-9).floor() as i64;
        let last = (most / step - 1e-9).ceil() as i64;
        let at = |place: i64| place as f64 * step;
        let ticks = (first..=last.max(first + 1)).map(|place| (at(place), label(at(place), unit)));
        Self::linear(at(first), at(last.max(first + 1)), ticks.collect())
    }

    /// Returns a logarithmic axis of positive numbers with ticks at powers of ten and, if those are few, between.
    fn decades(least: f64, most: f64, ticks: usize, unit: &str) -> Self {
        let powers = libm::log10(least).floor() as i32..=libm::log10(most).ceil() as i32;
        let decades = powers.clone().count();
        let within = if decades * WITHIN_A_DECADE.len() <= ticks + 4 {
            &WITHIN_A_DECADE[..]
        } else {
            &WITHIN_A_DECADE[..1]
        };
        let each = decades.div_ceil(ticks.max(1));
        let tick = |power: i32| {
            let ten = libm::pow(10.0, f64::from(power));
            within.iter().map(move |times| times * ten)
        };
        let all: Vec<f64> = powers.step_by(each).flat_map(tick).collect();
        let below = all
            .iter()
            .rposition(|tick| *tick <= least * 1.001)
            .unwrap_or(0);
        let above = all.iter().position(|tick| *tick >= most * 0.999);
        let shown = &all[below..above.map_or(all.len(), |above| above + 1)];
        Self {
            from: shown[0].min(least),
            to: shown[shown.len() - 1].max(most),
            ticks: shown
                .iter()
                .map(|tick| (*tick, label(*tick, unit)))
                .collect(),
            scale: Scale::Log,
        }
    }
}

/// Widens a span so that it is none of a point, and reaches 0 if it nearly does.
fn with_zero(least: f64, most: f64) -> (f64, f64) {
    if least > 0.0 && least < 0.6 * most {
        (0.0, most)
    } else if most < 0.0 && most > 0.6 * least {
        (least, 0.0)
    } else if least == most {
        let reach = if least == 0.0 {
            1.0
        } else {
            0.05 * least.abs()
        };
        (if least == 0.0 { 0.0 } else { least - reach }, most + reach)
    } else {
        (least, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    fn axis(values: &[f64], unit: &str) -> Axis {
        Axis::of_values(values.iter().copied(), 5, unit)
    }

    #[test]
    fn near_values_stand_on_a_linear_axis_from_0() {
        let axis = axis(&[3.0, 9.0], "1");
        assert_eq!(labels(&axis), ["0", "2", "4", "6", "8", "10"]);
    }

    #[test]
    fn far_from_0_it_is_left_out() {
        let axis = axis(&[95.0, 104.0], "USD");
        assert_eq!(labels(&axis), ["94", "96", "98", "100", "102", "104"]);
    }

    #[test]
    fn differences_have_a_sign() {
        let axis = axis(&[-60.0, 120.0], "s");
        assert_eq!(labels(&axis), ["−1 min", "0 s", "1 min", "2 min"]);
    }

    #[test]
    fn wide_values_stand_on_a_logarithmic_axis() {
        assert_eq!(
            labels(&axis(&[8.0, 90.0], "1")),
            ["5", "10", "20", "50", "100"]
        );
        assert_eq!(labels(&axis(&[1.0, 1e6], "1")).len(), 4);
        assert_eq!(axis(&[2.0, 400.0], "s").from, 1.0);
    }

    #[test]
    fn one_value_or_none_still_has_an_axis() {
        for values in [&[7.0][..], &[0.0], &[-3.0], &[], &[f64::NAN]] {
            let axis = axis(values, "1");
            assert!(axis.from < axis.to && axis.ticks.len() >= 2, "{axis:?}");
        }
    }

    #[test]
    fn every_value_is_inside() {
        for values in [
            [1.0, 6e5],
            [0.002, 0.9],
            [3e7, 9e12],
            [-5.0, 400.0],
            [41.0, 43.0],
        ] {
            for unit in ["1", "s", "bytes", "USD"] {
                let axis = axis(&values, unit);
                assert!(axis.from <= values[0] && axis.to >= values[1], "{axis:?}");
            }
        }
    }
}
