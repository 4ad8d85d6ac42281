//! Which numbers are compared.

use crate::aws::nearest;
use crate::experiment::engine::Column;

/// What a user asks to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<'a> {
    /// The telling statistics of every metric.
    Telling,
    /// Every statistic of every metric.
    All,
    /// These: metrics with all their statistics, or single ones, as `replication_latency.p99`.
    Named(&'a [String]),
}

impl Asked<'_> {
    /// Returns the places of the columns that are asked for, in their order, or as they were named.
    ///
    /// # Errors
    /// If a name is of no column.
    pub fn of(self, columns: &[Column]) -> Result<Vec<usize>, String> {
        let places = |is_it: &dyn Fn(&Column) -> bool| {
            let places = 0..columns.len();
            places.filter(|&place| is_it(&columns[place])).collect()
        };
        let names = match self {
            Self::All => return Ok(places(&|_| true)),
            Self::Telling => return Ok(places(&|column| is_telling(column, columns))),
            Self::Named(names) => names,
        };
        let mut found: Vec<usize> = Vec::new();
        for name in names {
            let wanted: Vec<usize> =
                places(&|column| column.name == *name || metric(&column.name) == name);
            if wanted.is_empty() {
                return Err(unknown(name, columns));
            }
            let new: Vec<usize> = wanted
                .into_iter()
                .filter(|it| !found.contains(it))
                .collect();
            found.extend(new);
        }
        Ok(found)
    }
}

/// Returns the place of the one column that `name` means: a statistic, or of a metric its first, which is the mean of what
/// has one and else the total.
///
/// # Errors
/// If there is none.
pub fn natural(name: &str, columns: &[Column]) -> Result<usize, String> {
    let exact = columns.iter().position(|column| column.name == name);
    let first = || {
        columns
            .iter()
            .position(|column| metric(&column.name) == name)
    };
    exact.or_else(first).ok_or_else(|| unknown(name, columns))
}

/// Returns the metric of a column's name: `replication_latency` of `replication_latency.p99`.
pub fn metric(name: &str) -> &str {
    name.split_once('.').map_or(name, |(metric, _)| metric)
}

/// Says whether a statistic is shown where nobody asks for others: mean, median, tail and share in time of samples, mean and
/// maximum of levels (which have an end), and totals.
fn is_telling(column: &Column, columns: &[Column]) -> bool {
    let (metric, statistic) = column.name.split_once('.').unwrap_or((&column.name, ""));
    let is_level = columns
        .iter()
        .any(|other| other.name == format!("{metric}.end"));
    match statistic {
        "mean" | "total" => true,
        "p50" | "p99" => !is_level,
        "max" => is_level,
        other => other.starts_with("within("),
    }
}

fn unknown(name: &str, columns: &[Column]) -> String {
    let mut metrics: Vec<&str> = columns.iter().map(|column| metric(&column.name)).collect();
    metrics.dedup();
    let statistics = columns.iter().map(|column| column.name.as_str());
    let known = metrics.iter().copied().chain(statistics);
    let help = match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the metrics are {}", metrics.join(", ")),
    };
    format!("unknown metric `{name}`; {help}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        let names = [
            "latency.mean",
            "latency.p95",
            "latency.within(30 min)",
            "usd.total",
            "usd.monthly",
            "stored.p99",
            "stored.max",
            "stored.end",
        ];
        let column = |name: &str| Column {
            name: name.to_owned(),
            unit: "1",
        };
        names.map(column).to_vec()
    }

    #[test]
    fn what_is_named_comes_as_it_is_named_and_once() {
        let named = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            Asked::Named(&names).of(&columns())
        };
        assert_eq!(
            named(&["usd", "latency.p95", "usd.total"]),
            Ok(vec![3, 4, 1])
        );
        let wrong = named(&["latency.p59"]).unwrap_err();
        assert_eq!(
            wrong,
            "unknown metric `latency.p59`; did you mean `latency.p95`?"
        );
        let wrong = named(&["nothing-like-it"]).unwrap_err();
        assert!(
            wrong.ends_with("the metrics are latency, usd, stored"),
            "{wrong}"
        );
    }

    #[test]
    fn a_metric_alone_is_its_mean_or_its_total() {
        assert_eq!(natural("latency", &columns()), Ok(0));
        assert_eq!(natural("usd", &columns()), Ok(3));
        assert_eq!(natural("latency.p95", &columns()), Ok(1));
        assert!(natural("lateness", &columns()).is_err());
        assert_eq!(Asked::Telling.of(&columns()), Ok(vec![0, 2, 3, 6]));
        assert_eq!(Asked::All.of(&columns()).map(|all| all.len()), Ok(8));
    }
}
