//! What a run's summary says, before it has a shape: terminal, comment and page show the same.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::Path;

use super::deployments;
use super::human;
use super::orphans::OrphanSummary;
use super::pulls;
use super::run_json::RunFacts;
use super::summary_json::{Statistic, SummaryDocument, Threshold};
use crate::measure::outcome::{
    BreakEvenRow, CostRow, DeploymentRow, DestinationRow, FailureRow, PullRow,
};
use crate::measure::table::Number;

/// A quantile with fewer samples beyond it than this is marked.
const ENOUGH_BEYOND: f64 = 10.0;

/// Marks a quantile that rests on too few samples.
const SCARCE: &str = "~";

/// Marks what rests on an assumption.
const ASSUMED: &str = "*";

/// A cell without a value.
const NONE: &str = "–";

/// Stands where there is no latency to show.
pub const NOTHING: &str = "no replication was measured";

/// Stands before values of all destinations with the half-widths of their intervals.
const SURE: &str = "all, 95 % intervals";

/// Line items whose price rests on an assumed reading of the rate.
const TRANSFER: &str = "transfer*";
const PULLS: &str = "pulls*";

/// The metric of replication latency.
pub const LATENCY: &str = "replication_latency";

const WITHIN: &str = "within(30 min)";

/// What the summary is made of: all of it stands in the run's folder too.
pub struct Findings<'a> {
    /// What was known before the run.
    pub facts: &'a RunFacts,
    /// Metrics and verdicts.
    pub summary: &'a SummaryDocument,
    /// `destinations.csv`
    pub destinations: &'a [DestinationRow],
    /// `costs.csv`
    pub costs: &'a [CostRow],
    /// `failures.csv`
    pub failures: &'a [FailureRow],
    /// `deployments.csv`
    pub deployments: &'a [DeploymentRow],
    /// `pulls.csv`
    pub pulls: &'a [PullRow],
    /// `breakeven.csv`
    pub break_even: &'a [BreakEvenRow],
}

/// Header and rows; the first column holds names, the others numbers.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Column names.
    pub header: Vec<String>,
    /// Cells, as many in each row as there are columns.
    pub rows: Vec<Vec<String>>,
    /// Columns that may be left out on a narrow screen, the first one first.
    pub dispensable: Vec<&'static str>,
}

/// The parts of the summary.
pub struct View {
    /// Name, time and seed.
    pub title: String,
    /// Latency by destination, worst first; the row of all together is apart.
    pub latency: Grid,
    /// The row of all destinations.
    pub all: Vec<String>,
    /// How sure the latencies of all destinations are, if that is known.
    pub uncertainty: Option<String>,
    /// What became of each stream of deployments, if there are any.
    pub deployments: Option<Grid>,
    /// Dollars by line item.
    pub cost: Grid,
    /// Orphans priced apart, as a sentence, if there are any.
    pub orphans: Option<String>,
    /// Pulls of fleets, as sentences.
    pub pulls: Vec<String>,
    /// Failed replications by reason, as one sentence.
    pub failures: String,
    /// Thresholds: whether each held, and what it said.
    pub thresholds: Vec<(bool, String)>,
    /// What the marks mean and where the files are.
    pub notes: Vec<String>,
}

impl View {
    /// Returns what the summary of `findings` says; `folder` is where the files are.
    pub fn new(findings: &Findings, folder: Option<&Path>) -> Self {
        let latency = latency(findings.destinations);
        let all = all_destinations(findings);
        let cost = cost(findings);
        let thresholds: Vec<_> = findings.summary.thresholds.iter().map(threshold).collect();
        let cells = latency.rows.iter().chain([&all]).flatten();
        let scarce = cells
            .chain(thresholds.iter().map(|(_, text)| text))
            .any(|text| text.ends_with(SCARCE));
        Self {
            title: title(findings.facts),
            orphans: findings
                .summary
                .orphans
                .as_ref()
                .map(OrphanSummary::sentence),
            pulls: pulls::sentences(findings.pulls, findings.break_even),
            failures: failures(findings.failures),
            notes: notes(findings, scarce, folder),
            uncertainty: uncertainty(findings.summary),
            deployments: deployments::grid(findings.deployments),
            latency,
            all,
            cost,
            thresholds,
        }
    }
}

fn title(facts: &RunFacts) -> String {
    let length_s = facts.end.0.duration_since(facts.start.0).as_secs_f64();
    format!(
        "{}: {} from {}, seed {}, ecrsim {}",
        facts.name,
        human::duration(length_s),
        facts.start.0.strftime("%Y-%m-%d %H:%M UTC"),
        facts.seed,
        facts.version
    )
}

fn latency(destinations: &[DestinationRow]) -> Grid {
    let mut rows: Vec<_> = destinations.iter().collect();
    rows.sort_by(|a, b| worse(a, b));
    let one_source = rows.windows(2).all(|pair| pair[0].source == pair[1].source);
    let header = [
        "latency* by destination",
        "requested",
        "completed",
        "p50",
        "p95",
        "p99",
        "max",
        "within 30 min",
    ];
    Grid {
        header: header.map(str::to_owned).to_vec(),
        rows: rows
            .into_iter()
            .map(|row| destination(row, one_source))
            .collect(),
        dispensable: vec!["p95", "requested", "max", "within 30 min"],
    }
}

/// Worst first: where nothing arrived, then by p99; ties by name.
fn worse(a: &DestinationRow, b: &DestinationRow) -> Ordering {
    let badness = |row: &DestinationRow| match row.p99_s {
        Some(Number(p99_s)) => p99_s,
        None if row.requested > 0 => f64::INFINITY,
        None => -1.0,
    };
    badness(b)
        .total_cmp(&badness(a))
        .then_with(|| (&a.source, &a.destination).cmp(&(&b.source, &b.destination)))
}

fn destination(row: &DestinationRow, one_source: bool) -> Vec<String> {
    let quantile = |value: Option<Number>, share: f64| {
        let beyond = (row.completed as f64 * (1.0 - share)).floor();
        let mark = if beyond < ENOUGH_BEYOND { SCARCE } else { "" };
        value.map_or(NONE.to_owned(), |Number(s)| human::duration(s) + mark)
    };
    let max = row.max_s.map(|max| human::duration(max.0.as_secs_f64()));
    let within = row.within_30min.map(|Number(share)| human::share(share));
    vec![
        if one_source {
            row.destination.clone()
        } else {
            format!("{} → {}", row.source, row.destination)
        },
        human::count(row.requested),
        human::count(row.completed),
        quantile(row.p50_s, 0.5),
        quantile(row.p95_s, 0.95),
        quantile(row.p99_s, 0.99),
        max.unwrap_or(NONE.to_owned()),
        within.unwrap_or(NONE.to_owned()),
    ]
}

fn all_destinations(findings: &Findings) -> Vec<String> {
    let total =
        |of: fn(&DestinationRow) -> u64| human::count(findings.destinations.iter().map(of).sum());
    let latency = |statistic| match metric(findings.summary, LATENCY, statistic) {
        Some(found) => match found.value {
            Some(seconds) => human::duration(seconds) + if found.scarce { SCARCE } else { "" },
            None => NONE.to_owned(),
        },
        None => NONE.to_owned(),
    };
    let within = metric(findings.summary, LATENCY, WITHIN).and_then(|found| found.value);
    vec![
        "all".to_owned(),
        total(|row| row.requested),
        total(|row| row.completed),
        latency("p50"),
        latency("p95"),
        latency("p99"),
        latency("max"),
        within.map_or(NONE.to_owned(), human::share),
    ]
}

fn metric<'a>(
    summary: &'a SummaryDocument,
    metric: &str,
    statistic: &str,
) -> Option<&'a Statistic> {
    summary.metrics.get(metric)?.get("")?.get(statistic)
}

/// Says between which bounds the latencies of all destinations lie; what has no bounds is left out. Where the mean has none
/// but the median has, the law has no variance: median, 99th percentile, share and maximum say what there is to say.
fn uncertainty(summary: &SummaryDocument) -> Option<String> {
    let of = |statistic: &str| {
        let found = metric(summary, LATENCY, statistic)?;
        Some((found.value?, found.half_width?))
    };
    let duration = |statistic: &&str| {
        let (value, half_width) = of(statistic)?;
        let text = human::uncertain_duration(value, half_width);
        Some(format!("{statistic} {text}"))
    };
    let durations = |statistics: &[&str]| statistics.iter().filter_map(duration).collect();
    let parts: Vec<String> = if of("mean").is_some() || of("p50").is_none() {
        durations(&["mean", "p50", "p95", "p99"])
    } else {
        let share = of(WITHIN).map(|(share, half_width)| {
            format!(
                "within 30 min {}",
                human::uncertain_share(share, half_width)
            )
        });
        let max = metric(summary, LATENCY, "max").and_then(|found| found.value);
        let max = max.map(|max| format!("max {}", human::duration(max)));
        let durations: Vec<String> = durations(&["p50", "p99"]);
        durations.into_iter().chain(share).chain(max).collect()
    };
    (!parts.is_empty()).then(|| format!("{SURE}: {}", parts.join(", ")))
}

fn cost(findings: &Findings) -> Grid {
    let mut items: BTreeMap<(usize, &str, &str), (f64, f64)> = BTreeMap::new();
    for row in findings.costs {
        let (quantity, usd) = items.entry(line_item(row)).or_default();
        *quantity += row.quantity.0;
        *usd += row.usd.0;
    }
    let other_reading = &findings.summary.other_reading;
    let text = |usd: Option<f64>| usd.map_or("no price".to_owned(), human::usd);
    let mut rows = Vec::new();
    let (mut total, mut other_total) = (0.0, Some(0.0));
    for ((_, name, unit), (quantity, usd)) in items {
        let other = match name {
            TRANSFER => other_reading.transfer_usd,
            PULLS => other_reading.pull_usd,
            _ => Some(usd),
        };
        total += usd;
        other_total = other_total.zip(other).map(|(sum, usd)| sum + usd);
        rows.push(vec![
            name.to_owned(),
            format!("{} {unit}", human::quantity(quantity)),
            human::usd(usd),
            text(other),
        ]);
    }
    rows.push(vec![
        "total".to_owned(),
        String::new(),
        human::usd(total),
        text(other_total),
    ]);
    Grid {
        header: vec![
            "cost".to_owned(),
            "quantity".to_owned(),
            "USD".to_owned(),
            format!("USD at {} rates", other_reading.transfer_rate),
        ],
        rows,
        dispensable: vec!["quantity"],
    }
}

/// Place, name and unit of a row's line item; transfer rests on an assumed reading of the rate.
fn line_item(row: &CostRow) -> (usize, &str, &str) {
    let (place, name) = match row.item.as_str() {
        "transfer" => (0, TRANSFER),
        "storage_source" => (1, "storage, pushed images"),
        "storage_replica" => (2, "storage, replicas"),
        "storage_orphan" => (3, "storage, orphans"),
        "storage_archive" => (4, "storage, archive"),
        "restore" => (5, "restored from the archive"),
        "pull" => (6, PULLS),
        other => (7, other),
    };
    (place, name, &row.unit)
}

fn failures(failures: &[FailureRow]) -> String {
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for row in failures {
        *reasons.entry(&row.reason).or_default() += row.replications;
    }
    if reasons.is_empty() {
        return "no replication failed".to_owned();
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|&(reason, count)| (std::cmp::Reverse(count), reason));
    let total = reasons.iter().map(|(_, count)| count).sum();
    let parts: Vec<_> = reasons
        .iter()
        .map(|(reason, count)| format!("{} {reason}", human::count(*count)))
        .collect();
    format!("{} failed: {}", human::count(total), parts.join(", "))
}

fn threshold(verdict: &Threshold) -> (bool, String) {
    let observed = verdict.observed.map_or("no sample".to_owned(), |value| {
        human::in_unit(value, &verdict.unit)
    });
    // What is scarce has no half-width: never both.
    let mark = match (verdict.scarce, verdict.too_close) {
        (true, _) => SCARCE,
        (false, true) => " (too close to call)",
        (false, false) => "",
    };
    let text = format!("{} {}: {observed}{mark}", verdict.metric, verdict.condition);
    (verdict.held, text)
}

fn notes(findings: &Findings, scarce: bool, folder: Option<&Path>) -> Vec<String> {
    let facts = findings.facts;
    let mut notes = vec![format!(
        "{ASSUMED} assumed: latency preset `{}`, transfer at {} rates (price table {})",
        facts.latency_preset, facts.prices.transfer_rate, facts.prices.table
    )];
    if scarce {
        notes.push(format!("{SCARCE} fewer than 10 samples beyond it"));
    }
    notes.extend_from_slice(&findings.summary.notes);
    notes.extend(folder.map(|folder| format!("files: {}", folder.display())));
    notes
}
