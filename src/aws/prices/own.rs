//! A user's own price table, and what can be wrong with it.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::sync::Arc;

use csv::StringRecord;

use super::{ANY, PriceTable, Tier};
use crate::aws::document::{did_you_mean, without_mark};
use crate::aws::regions;

const HEADER: [&str; 5] = [
    "kind",
    "from_region",
    "to_region",
    "tier_upper_gb",
    "usd_per_gb",
];

/// Something wrong with a line of a price table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// Line of the file; the header is line 1.
    pub line: u64,
    /// What is wrong.
    pub message: String,
}

impl Display for RowProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.message)
    }
}

pub(super) fn read(name: String, text: &str) -> Result<PriceTable, Vec<RowProblem>> {
    let text = without_mark(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let mut table = PriceTable::empty(name);
    check_header(records.next())?;
    let mut problems = Vec::new();
    for record in records {
        let added = match record {
            Ok(record) => add(&mut table, &record).map_err(|message| RowProblem {
                line: line_of(record.position()),
                message,
            }),
            Err(error) => Err(of_csv(&error)),
        };
        problems.extend(added.err());
    }
    if problems.is_empty() {
        Ok(table)
    } else {
        Err(problems)
    }
}

fn check_header(first: Option<csv::Result<StringRecord>>) -> Result<(), Vec<RowProblem>> {
    match first {
        Some(Err(error)) => Err(vec![of_csv(&error)]),
        Some(Ok(header)) if header == HEADER[..] => Ok(()),
        _ => Err(vec![RowProblem {
            line: 1,
            message: format!("the header must be `{}`", HEADER.join(",")),
        }]),
    }
}

fn of_csv(error: &csv::Error) -> RowProblem {
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths { len, .. } => {
            format!("{len} cells; every line has {}", HEADER.len())
        }
        _ => "not CSV".to_string(),
    };
    RowProblem {
        line: line_of(error.position()),
        message,
    }
}

fn line_of(position: Option<&csv::Position>) -> u64 {
    position.map_or(1, csv::Position::line)
}

fn add(table: &mut PriceTable, record: &StringRecord) -> Result<(), String> {
    let [kind, from, to, upper, usd] = std::array::from_fn(|column| &record[column]);
    let usd_per_gb = number("usd_per_gb", usd)?;
    match kind {
        "transfer" => {
            let pair = (region("from_region", from)?, region("to_region", to)?);
            must_be_empty("tier_upper_gb", upper)?;
            once(Arc::make_mut(&mut table.transfer).insert(pair, usd_per_gb))
        }
        "internet" => {
            must_be_empty("to_region", to)?;
            if from == ANY {
                return Err("internet prices need a Region, not `*`".to_string());
            }
            add_tier(Arc::make_mut(&mut table.internet), from, upper, usd_per_gb)
        }
        "archive" => {
            must_be_empty("to_region", to)?;
            add_tier(&mut table.archive.storage, from, upper, usd_per_gb)
        }
        "restore" => {
            must_be_empty("to_region", to)?;
            must_be_empty("tier_upper_gb", upper)?;
            let region = region("from_region", from)?;
            once(table.archive.restore.insert(region, usd_per_gb))
        }
        "storage" => {
            must_be_empty("to_region", to)?;
            must_be_empty("tier_upper_gb", upper)?;
            let region = region("from_region", from)?;
            once(Arc::make_mut(&mut table.storage).insert(region, usd_per_gb))
        }
        _ => Err(format!(
            "`{kind}` is not a kind of price: `transfer`, `internet`, `storage`, `archive` or `restore`"
        )),
    }
}

fn add_tier(
    prices: &mut BTreeMap<String, Vec<Tier>>,
    from: &str,
    upper: &str,
    usd_per_gb: f64,
) -> Result<(), String> {
    let upper_gb = match upper {
        "" => None,
        bound => Some(number("tier_upper_gb", bound)?),
    };
    let tiers = prices.entry(region("from_region", from)?).or_default();
    let lower_gb = tiers.last().map_or(Some(0.0), |tier: &Tier| tier.upper_gb);
    let ascends = lower_gb.is_some_and(|lower| upper_gb.is_none_or(|upper| upper > lower));
    tiers.push(Tier {
        upper_gb,
        usd_per_gb,
    });
    if ascends {
        return Ok(());
    }
    Err(format!(
        "tiers of `{from}` must ascend, the one without a bound last"
    ))
}

fn once(earlier: Option<f64>) -> Result<(), String> {
    earlier.map_or(Ok(()), |_| {
        Err("this price stands in the table twice".to_string())
    })
}

fn must_be_empty(column: &str, cell: &str) -> Result<(), String> {
    if cell.is_empty() {
        return Ok(());
    }
    Err(format!("`{column}` must be empty here"))
}

fn region(column: &str, code: &str) -> Result<String, String> {
    if code == ANY || regions::find(code).is_some() {
        return Ok(code.to_string());
    }
    let help = regions::nearest(code).map(did_you_mean);
    let help = help.map_or(String::new(), |help| format!("; {help}"));
    Err(format!("`{column}`: `{code}` is not a Region of AWS{help}"))
}

fn number(column: &str, cell: &str) -> Result<f64, String> {
    let number: f64 = cell.parse().unwrap_or(f64::NAN);
    if number.is_finite() && number >= 0.0 {
        return Ok(number);
    }
    Err(format!(
        "`{column}`: `{cell}` is not a number of at least 0"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> Result<PriceTable, Vec<RowProblem>> {
        read("own".to_string(), &format!("{}\n{rows}", HEADER.join(",")))
    }

    fn problems(rows: &str) -> Vec<String> {
        let problems = table(rows).unwrap_err();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn own_table_replaces_the_built_in_one() {
        let table = table(
            "transfer,us-east-1,*,,0.03\n\
             internet,us-east-1,,100,0.05\n\
             internet,us-east-1,,,0.04\n\
             storage,*,,,0.2\n",
        )
        .expect("the table is right");
        assert_eq!(table.name(), "own");
        assert_eq!(table.transfer("us-east-1", "eu-west-1"), Some(0.03));
        assert_eq!(table.transfer("eu-west-1", "us-east-1"), None);
        assert_eq!(
            table
                .internet("us-east-1")
                .expect("the table is right")
                .len(),
            2
        );
        // The user says so: nothing is assumed.
        assert!(
            !table
                .storage("eu-west-2")
                .expect("the table is right")
                .assumed
        );
    }

    #[test]
    fn every_wrong_line_is_told() {
        let found = problems(
            "transfer,us-east-1,eu-wst-1,,0.03\n\
             storage,us-east-1,,,cheap\n\
             pull,us-east-1,,,0.03\n\
             storage,eu-west-1,,,0.1\n\
             storage,eu-west-1,,,0.1\n",
        );
        assert_eq!(
            found,
            [
                "line 2: `to_region`: `eu-wst-1` is not a Region of AWS; did you mean `eu-west-1`?",
                "line 3: `usd_per_gb`: `cheap` is not a number of at least 0",
                "line 4: `pull` is not a kind of price: `transfer`, `internet`, `storage`, `archive` or `restore`",
                "line 6: this price stands in the table twice",
            ]
        );
    }

    #[test]
    fn numbers_that_are_no_price() {
        for price in ["-1", "NaN", "inf", ""] {
            let found = problems(&format!("storage,us-east-1,,,{price}\n"));
            assert!(found[0].contains("at least 0"), "{found:?}");
        }
    }

    #[test]
    fn tiers_must_ascend() {
        let found = problems("internet,us-east-1,,,0.04\ninternet,us-east-1,,100,0.05\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("line 3: tiers of `us-east-1`"));
    }

    #[test]
    fn lines_of_another_length_and_other_headers() {
        assert_eq!(
            problems("storage,us-east-1,0.1\n"),
            ["line 2: 3 cells; every line has 5"]
        );
        let found = read("own".to_string(), "region,usd\n").unwrap_err();
        assert_eq!(found[0].line, 1);
        assert!(read("own".to_string(), "").is_err());
    }

    #[test]
    fn byte_order_mark_is_no_error() {
        let text = format!("\u{feff}{}\n", HEADER.join(","));
        assert!(read("own".to_string(), &text).is_ok());
    }
}
