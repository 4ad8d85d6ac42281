//! Thresholds on differences: `[STATISTIC] delta OPERATOR CHANGE`, where the change is per cent of the base's value or an
//! amount in the metric's unit.

use super::metrics::{Kind, Metric, unit_of};
use super::threshold::{
    DeltaBound, DeltaThreshold, HALF_HOUR, Operator, Statistic, Wrong, parse_key, parse_statistic,
    parse_value, split_comparison, wrong,
};

/// What makes a condition one on a difference.
const DELTA: &str = "delta";

const HELP: &str = "write `delta`, before it a statistic if you like, a comparison and a change, as in \"delta < +10 %\" or \
                    \"p99 delta < +1 min\"";

impl DeltaThreshold {
    /// Reads `METRIC [STATISTIC] delta OPERATOR CHANGE`, as it stands on a command line.
    ///
    /// # Errors
    /// What is wrong with it and what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let told = |Wrong { message, help }| format!("{message}; {help}");
        let text = text.trim();
        let (key, condition) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let (metric, labels) = parse_key(key).map_err(told)?;
        if !labels.is_empty() {
            return Err(told(narrowed()));
        }
        if !is_delta(condition) {
            return Err(format!("\"{text}\" says nothing of a difference; {HELP}"));
        }
        parse_delta(metric, key, condition.trim()).map_err(told)
    }

    /// Returns the threshold in full, as written: `total_usd delta < +10 %`.
    pub fn text(&self) -> String {
        format!("{} {}", self.key, self.condition)
    }

    /// Returns the number that it is about: `total_usd.total`.
    pub fn column(&self) -> String {
        format!("{}.{}", self.metric, self.statistic)
    }
}

/// Says whether a condition is one on a difference.
pub(super) fn is_delta(condition: &str) -> bool {
    let before = condition
        .find(['<', '>', '='])
        .map_or(condition, |at| &condition[..at]);
    before.split_whitespace().next_back() == Some(DELTA)
}

/// What is wrong with labels here.
pub(super) fn narrowed() -> Wrong {
    Wrong {
        message: "a comparison knows a metric over all destinations only".to_owned(),
        help: "leave the braces out".to_owned(),
    }
}

/// Reads a condition for which [`is_delta`] holds.
pub(super) fn parse_delta(
    metric: &Metric,
    key: &str,
    condition: &str,
) -> Result<DeltaThreshold, Wrong> {
    let Some((left, operator, change)) = split_comparison(condition) else {
        return wrong(format!("\"{condition}\" has no comparison"), HELP);
    };
    let statistic = left.trim().strip_suffix(DELTA).unwrap_or(left).trim();
    let statistic = match statistic {
        "" => natural(metric),
        written => parse_statistic(metric, written)?,
    };
    if matches!(statistic, Statistic::Within(span) if span != HALF_HOUR) {
        let help = "use an absolute threshold for other limits";
        return wrong("a comparison knows within(30 min) only", help);
    }
    Ok(DeltaThreshold {
        key: key.to_owned(),
        condition: condition.to_owned(),
        metric: metric.name,
        statistic,
        operator,
        bound: bound(metric, statistic, operator, change.trim())?,
    })
}

/// Returns the statistic that `delta` alone means: the total of counters and money, the mean of trends and gauges.
fn natural(metric: &Metric) -> Statistic {
    match metric.kind {
        Kind::Trend | Kind::Gauge => Statistic::Mean,
        Kind::Counter | Kind::Money => Statistic::Total,
    }
}

fn bound(
    metric: &Metric,
    statistic: Statistic,
    operator: Operator,
    text: &str,
) -> Result<DeltaBound, Wrong> {
    let unsigned = text.strip_prefix(['+', '-', '−']).unwrap_or(text).trim();
    let sign = if text.starts_with(['-', '−']) {
        -1.0
    } else {
        1.0
    };
    if operator == Operator::Equal && unsigned.trim_end_matches('%').trim() != "0" {
        return wrong(
            "a change is equal to 0 only",
            "use < or >, or `delta == 0 %`",
        );
    }
    let Some(percent) = unsigned.strip_suffix('%') else {
        let amount = parse_value(unit_of(metric, statistic), unsigned)?;
        return Ok(DeltaBound::Absolute(sign * amount));
    };
    match percent.trim().parse::<f64>() {
        Ok(percent) if percent.is_finite() && percent >= 0.0 => {
            Ok(DeltaBound::Relative(sign * percent / 100.0))
        }
        _ => wrong(format!("\"{text}\" is no change in per cent"), HELP),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, Operator, DeltaBound) {
        let threshold = DeltaThreshold::parse(text).expect("it reads");
        (threshold.column(), threshold.operator, threshold.bound)
    }

    #[test]
    fn changes_are_shares_or_amounts() {
        use DeltaBound::{Absolute, Relative};
        use Operator::{Greater, Less, LessOrEqual};
        for (text, column, operator, bound) in [
            (
                "total_usd delta < +10 %",
                "total_usd.total",
                Less,
                Relative(0.1),
            ),
            (
                "total_usd delta<=-5 USD",
                "total_usd.total",
                LessOrEqual,
                Absolute(-5.0),
            ),
            ("waiting delta < 2", "waiting.mean", Less, Absolute(2.0)),
            (
                "replication_latency p99 delta < +1 min",
                "replication_latency.p99",
                Less,
                Absolute(60.0),
            ),
            (
                "replication_latency within(30 min) delta > -0.01",
                "replication_latency.within(30 min)",
                Greater,
                Absolute(-0.01),
            ),
            (
                "replication_latency delta > -50%",
                "replication_latency.mean",
                Greater,
                Relative(-0.5),
            ),
        ] {
            assert_eq!(parsed(text), (column.to_owned(), operator, bound), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_says_what_to_write() {
        for (text, told) in [
            ("total_usdd delta < 1 %", "did you mean `total_usd`?"),
            ("total_usd < 10 %", "says nothing of a difference"),
            ("total_usd delta", "has no comparison"),
            ("total_usd delta < 10", "lacks its unit, USD"),
            (
                "total_usd p99 delta < 1 %",
                "its statistics are total, monthly",
            ),
            ("total_usd delta < ten %", "is no change in per cent"),
            ("total_usd delta == 1 %", "equal to 0 only"),
            (
                "failed{reason=AccessDenied} delta < 1",
                "leave the braces out",
            ),
            (
                "queue_time within(1 min) delta > -0.1",
                "within(30 min) only",
            ),
        ] {
            let wrong = DeltaThreshold::parse(text).expect_err(text);
            assert!(wrong.contains(told), "{text}: {wrong}");
        }
    }
}
