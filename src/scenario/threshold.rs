//! What must hold: a metric, a statistic, and the value that it is compared with.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use super::metrics::{self, Kind, METRICS, Metric, Unit, unit_of};
use crate::aws::nearest;
use crate::units::{Bytes, SimDuration, UnitError, Usd};

/// The share within 30 minutes is always reported: AWS's own expectation (B100).
pub const HALF_HOUR: SimDuration = SimDuration::from_secs(1_800);

/// A condition that a run must meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// Metric with its labels, as written: `replication_latency{destination=prod/eu-west-1}`.
    pub key: String,
    /// Condition as written: `p99 < 30 min`.
    pub condition: String,
    /// Name of the metric.
    pub metric: &'static str,
    /// Labels that narrow it.
    pub labels: BTreeMap<String, String>,
    /// What of the metric is compared.
    pub statistic: Statistic,
    /// How it is compared.
    pub operator: Operator,
    /// With what, in the metric's unit: seconds, bytes, USD, or a plain number.
    pub value: f64,
}

impl Threshold {
    /// Returns the number that it is about, without labels: `replication_latency.p99`.
    pub fn column(&self) -> String {
        format!("{}.{}", self.metric, self.statistic)
    }
}

/// A limit to how far a variant may be from its base: for comparisons, not for single runs.
#[derive(Clone, Debug, PartialEq)]
pub struct DeltaThreshold {
    /// Metric, as written.
    pub key: String,
    /// Condition as written: `p99 delta < +10 %`.
    pub condition: String,
    /// Name of the metric.
    pub metric: &'static str,
    /// What of the metric is compared.
    pub statistic: Statistic,
    /// How the change is compared.
    pub operator: Operator,
    /// With what.
    pub bound: DeltaBound,
}

/// How a change is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DeltaBound {
    /// As a share of the base's value.
    Relative(f64),
    /// In the metric's unit: seconds, bytes, USD, or a plain number.
    Absolute(f64),
}

/// A number that sums up a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Statistic {
    /// Arithmetic mean; of a gauge, over time.
    Mean,
    /// Least value.
    Min,
    /// Median.
    P50,
    /// 90th percentile.
    P90,
    /// 95th percentile.
    P95,
    /// 99th percentile.
    P99,
    /// 99.9th percentile.
    P999,
    /// Greatest value.
    Max,
    /// Number of samples.
    Count,
    /// Share of the measured that was done after at most this time.
    Within(SimDuration),
    /// Value at the end of the run.
    End,
    /// Sum.
    Total,
    /// Sum per request, or per deployment.
    Rate,
    /// Sum for 730 hours.
    Monthly,
}

/// How an observed value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
}

impl Operator {
    /// Tells whether `observed` stands in this relation to `value`.
    pub fn holds(self, observed: f64, value: f64) -> bool {
        match self {
            Self::Less => observed < value,
            Self::LessOrEqual => observed <= value,
            Self::Greater => observed > value,
            Self::GreaterOrEqual => observed >= value,
            Self::Equal => observed == value,
        }
    }
}

impl Display for Statistic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Within(span) => return write!(out, "within({span})"),
            Self::Mean => "mean",
            Self::Min => "min",
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::P999 => "p999",
            Self::Max => "max",
            Self::Count => "count",
            Self::End => "end",
            Self::Total => "total",
            Self::Rate => "rate",
            Self::Monthly => "monthly",
        };
        out.write_str(name)
    }
}

/// What is wrong with the text of a threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) help: String,
}

pub(super) fn wrong<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong {
        message: message.into(),
        help: help.into(),
    })
}

/// Splits `metric{label=value,…}` into the metric and its labels; which labels there are is not checked here.
pub(super) fn parse_key(text: &str) -> Result<(&'static Metric, BTreeMap<String, String>), Wrong> {
    let (name, labels) = match text.split_once('{') {
        None => (text, ""),
        Some((name, rest)) => match rest.trim_end().strip_suffix('}') {
            Some(labels) => (name, labels),
            None => return wrong(format!("`{text}` lacks its closing brace"), LABEL_HELP),
        },
    };
    let name = name.trim();
    let Some(metric) = metrics::find(name) else {
        let names = || METRICS.iter().map(|metric| metric.name);
        let help = nearest(name, names()).map_or_else(
            || format!("the metrics are {}", names().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        return wrong(format!("unknown metric `{name}`"), help);
    };
    let mut found = BTreeMap::new();
    for pair in labels.split(',').filter(|pair| !pair.trim().is_empty()) {
        let Some((label, value)) = pair.split_once('=') else {
            return wrong(format!("`{}` is no label", pair.trim()), LABEL_HELP);
        };
        let (label, value) = (label.trim().to_owned(), value.trim().to_owned());
        if found.insert(label.clone(), value).is_some() {
            return wrong(format!("the label `{label}` is given twice"), LABEL_HELP);
        }
    }
    Ok((metric, found))
}

const LABEL_HELP: &str = "labels look like {destination=prod/eu-west-1}";

/// Reads `STATISTIC OPERATOR VALUE` for a metric.
pub(super) fn parse_condition(
    metric: &Metric,
    text: &str,
) -> Result<(Statistic, Operator, f64), Wrong> {
    let Some((statistic, operator, value)) = split_comparison(text) else {
        return wrong(
            format!("\"{text}\" has no comparison"),
            "write a statistic, one of < <= > >= ==, and a value, as in \"p99 < 30 min\"",
        );
    };
    let statistic = parse_statistic(metric, statistic.trim())?;
    let value = parse_value(unit_of(metric, statistic), value.trim())?;
    Ok((statistic, operator, value))
}

/// Splits `LEFT OPERATOR RIGHT`.
pub(super) fn split_comparison(text: &str) -> Option<(&str, Operator, &str)> {
    let operators = [
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("==", Operator::Equal),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ];
    let at = text.find(['<', '>', '='])?;
    let fits = |(sign, _): &&(&str, Operator)| text[at..].starts_with(sign);
    let (sign, operator) = operators.iter().find(fits)?;
    Some((&text[..at], *operator, &text[at + sign.len()..]))
}

/// Reads the name of a statistic that a metric has.
pub(super) fn parse_statistic(metric: &Metric, text: &str) -> Result<Statistic, Wrong> {
    let span = text
        .strip_prefix("within(")
        .and_then(|rest| rest.strip_suffix(')'));
    if let Some(span) = span.filter(|_| metric.kind == Kind::Trend) {
        return match span.parse() {
            Ok(span) => Ok(Statistic::Within(span)),
            Err(UnitError { message, help }) => wrong(message, help),
        };
    }
    let known = metric.kind.statistics();
    let found = known.iter().find(|statistic| statistic.to_string() == text);
    found.copied().map_or_else(
        || {
            let mut names: Vec<String> = known.iter().map(ToString::to_string).collect();
            if metric.kind == Kind::Trend {
                names.push("within(30 min)".to_owned());
            }
            let help = format!("its statistics are {}", names.join(", "));
            wrong(format!("`{}` has no statistic `{text}`", metric.name), help)
        },
        Ok,
    )
}

pub(super) fn parse_value(unit: Unit, text: &str) -> Result<f64, Wrong> {
    let parsed = match unit {
        Unit::Seconds => text.parse::<SimDuration>().map(SimDuration::as_secs_f64),
        Unit::Bytes => text.parse::<Bytes>().map(|bytes| bytes.get() as f64),
        Unit::Usd => text.parse::<Usd>().map(|usd| usd.0),
        Unit::One => plain(text),
    };
    parsed.or_else(|UnitError { message, help }| wrong(message, help))
}

fn plain(text: &str) -> Result<f64, UnitError> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| {
        UnitError::new(
            format!("\"{text}\" is no plain number"),
            "write a number without a unit, as in 0.99",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(metric: &str, text: &str) -> Result<(Statistic, Operator, f64), Wrong> {
        parse_condition(metrics::find(metric).expect("it reads"), text)
    }

    #[test]
    fn values_come_in_the_metric_s_unit() {
        assert_eq!(
            condition("replication_latency", "p99 < 30 min"),
            Ok((Statistic::P99, Operator::Less, 1_800.0))
        );
        assert_eq!(
            condition("total_usd", "total<=500 USD"),
            Ok((Statistic::Total, Operator::LessOrEqual, 500.0))
        );
        assert_eq!(
            condition("orphan_bytes", "max == 1 GiB"),
            Ok((Statistic::Max, Operator::Equal, 1_073_741_824.0))
        );
        let half_hour = Statistic::Within(SimDuration::from_secs(1_800));
        assert_eq!(
            condition("replication_latency", "within(30 min) >= 0.99"),
            Ok((half_hour, Operator::GreaterOrEqual, 0.99))
        );
    }

    #[test]
    fn wrong_units_and_statistics_say_what_to_write() {
        let wrong = condition("replication_latency", "p99 < 30").unwrap_err();
        assert!(wrong.message.contains("lacks a unit of time"), "{wrong:?}");
        let wrong = condition("total_usd", "p99 < 1 USD").unwrap_err();
        assert_eq!(wrong.help, "its statistics are total, monthly");
        let wrong = condition("failed", "within(1 s) > 0.5").unwrap_err();
        assert!(wrong.message.contains("no statistic"), "{wrong:?}");
        let wrong = condition("failed", "total 5").unwrap_err();
        assert!(wrong.message.contains("no comparison"), "{wrong:?}");
    }

    #[test]
    fn keys_have_labels() {
        let (metric, labels) =
            parse_key("failed{reason=AccessDenied, destination=prod/eu-west-1}").expect("it reads");
        assert_eq!(metric.name, "failed");
        assert_eq!(labels["reason"], "AccessDenied");
        assert_eq!(labels["destination"], "prod/eu-west-1");
        let wrong = parse_key("replication_latancy").unwrap_err();
        assert_eq!(wrong.help, "did you mean `replication_latency`?");
        assert!(parse_key("failed{reason}").is_err());
        assert!(parse_key("failed{reason=x").is_err());
    }

    #[test]
    fn operators_compare() {
        assert!(Operator::Less.holds(1.0, 2.0) && !Operator::Less.holds(2.0, 2.0));
        assert!(Operator::LessOrEqual.holds(2.0, 2.0) && !Operator::GreaterOrEqual.holds(1.0, 2.0));
        assert!(Operator::Greater.holds(3.0, 2.0) && Operator::Equal.holds(2.0, 2.0));
    }
}
