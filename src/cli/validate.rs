//! `ecrsim validate`: the theory card.

use clap::{Args, ValueEnum};

use super::exit::{Failure, Status};
use super::interrupt::Interrupt;
use super::jobs::pool;
use super::output::{print, screen, warn};
use super::progress::ManyRuns;
use crate::report::human::{count, share};
use crate::report::terminal::{MAX_COLUMNS, markdown_table};
use crate::report::view::Grid;
use crate::validation::{Card, Coverage, PLAINLY_WRONG, Plan, Row, WarmUp, Watch};

const EXAMPLES: &str = "\
Examples:
  ecrsim validate
  ecrsim validate --repeats 100 --seed 2       narrower intervals, other draws
  ecrsim validate --format json | jq '.rows[] | select(.verdict != \"holds\")'";

/// Runs ordinary scenarios beside the closed forms of queueing theory and prints a card: theory, observed, verdict
///
/// Each row runs under seeds of its own and gives the mean over the repeats with its 95 % interval of Student's t. One row
/// in twenty misses by chance; the card says how many may. It also checks the intervals themselves (how many of 400 cover
/// a known truth) and what the warm-ups leave of the empty beginning. Ends with exit code 1 if more fails than chance
/// allows. The same seed and repeats give the same card, whatever the number of threads.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Runs behind each interval
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    repeats: u64,
    /// Seed that every run's own is made from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Runs at once; as many as there are processors, if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Shape of the card on standard output
    #[arg(long, value_enum, default_value_t, value_name = "SHAPE")]
    format: Shape,
    /// No progress or timings on standard error
    #[arg(long)]
    quiet: bool,
}

/// Shape of the card.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Shape {
    /// For people at a terminal
    #[default]
    Table,
    /// For programs, with sources and scenarios
    Json,
    /// For a pull request's comment
    Markdown,
}

/// Shows progress and listens to signals.
struct Audience {
    progress: ManyRuns,
    interrupt: Interrupt,
}

impl Watch for Audience {
    fn ended(&self, events: u64) {
        self.progress.ended(events);
    }

    fn keep_going(&self) -> bool {
        self.interrupt.is_quiet()
    }
}

/// Validates and prints the card.
pub fn run(options: &Options) -> Result<Status, Failure> {
    let plan = Plan {
        repeats: options.repeats,
        seed: options.seed,
    };
    let audience = Audience {
        progress: ManyRuns::start(plan.runs(), options.quiet),
        interrupt: Interrupt::listen()?,
    };
    let carried_out = pool(options.jobs)?.install(|| plan.carry_out(&audience));
    let card = carried_out.map_err(|_| Failure::Interrupted)?;
    let timing = audience.progress.timing();
    drop(audience);
    print(&shaped(&card, options.format))?;
    if !options.quiet {
        warn(&timing);
    }
    if card.holds {
        Ok(Status::Done)
    } else {
        Err(Failure::broken(
            "more fails than chance allows: the simulator and theory disagree",
        ))
    }
}

fn shaped(card: &Card, shape: Shape) -> String {
    match shape {
        Shape::Table => text(card, screen().columns.unwrap_or(MAX_COLUMNS)),
        Shape::Json => json(card),
        Shape::Markdown => markdown(card),
    }
}

fn json(card: &Card) -> String {
    let text = serde_json::to_string_pretty(card).expect("a card is plain data");
    text + "\n"
}

fn text(card: &Card, columns: usize) -> String {
    let mut lines = vec![title(card), String::new()];
    lines.extend(rows(card).lines(columns));
    lines.extend([
        String::new(),
        verdict_of_rows(card),
        coverage(&card.coverage),
    ]);
    lines.push(String::new());
    lines.extend(warm_ups(card).lines(columns));
    lines.extend([String::new(), verdict(card).to_owned()]);
    lines.join("\n") + "\n"
}

fn markdown(card: &Card) -> String {
    format!(
        "### {}\n\n{}\n{}\n\n{}\n\n{}\n**{}**\n",
        title(card),
        markdown_table(&rows(card)),
        verdict_of_rows(card),
        coverage(&card.coverage),
        markdown_table(&warm_ups(card)),
        verdict(card)
    )
}

fn title(card: &Card) -> String {
    format!(
        "theory card: {} repeats, seed {}, ecrsim {}",
        count(card.repeats),
        card.seed,
        card.version
    )
}

fn rows(card: &Card) -> Grid {
    let row = |row: &Row| {
        let number = |value| significant(value, row.theory);
        vec![
            format!("{}: {}", row.model, row.quantity),
            unit(row.unit).to_owned(),
            number(row.theory),
            number(row.observed),
            format!("{} .. {}", number(row.low), number(row.high)),
            row.verdict.name().to_owned(),
        ]
    };
    let interval = format!("{} interval", share(card.confidence));
    grid(
        ["", "", "theory", "observed", &interval, "verdict"],
        card.rows.iter().map(row),
    )
}

fn warm_ups(card: &Card) -> Grid {
    let row = |check: &WarmUp| {
        let number = |value| significant(value, check.standard_error);
        let verdict = if check.holds { "holds" } else { "too short" };
        vec![
            format!("{}: {}", check.model, check.quantity),
            format!("{} s", check.warm_up_s),
            number(check.bias_at_most),
            number(check.standard_error),
            verdict.to_owned(),
        ]
    };
    grid(
        ["", "warm-up", "bias at most", "standard error", "verdict"],
        card.warm_up.iter().map(row),
    )
}

fn grid<const N: usize>(header: [&str; N], rows: impl Iterator<Item = Vec<String>>) -> Grid {
    Grid {
        header: header.map(str::to_owned).to_vec(),
        rows: rows.collect(),
        dispensable: Vec::new(),
    }
}

fn verdict_of_rows(card: &Card) -> String {
    let verdict = if card.misses <= card.allowed_misses {
        "holds"
    } else {
        "wrong"
    };
    format!(
        "{} of {} rows miss. By chance 1 in 20 does, and more than {} only once in a thousand cards: {verdict}.\n\
         A row that misses even its {} interval is wrong by itself.",
        card.misses,
        card.rows.len(),
        card.allowed_misses,
        share(PLAINLY_WRONG)
    )
}

fn coverage(coverage: &Coverage) -> String {
    format!(
        "{} of {} independent intervals hold the true mean (perfect ones: {} to {}): {}.",
        coverage.covered,
        coverage.experiments,
        coverage.least,
        coverage.most,
        if coverage.holds { "holds" } else { "wrong" }
    )
}

fn verdict(card: &Card) -> &'static str {
    if card.holds {
        "The card holds."
    } else {
        "The card does not hold."
    }
}

fn unit(unit: &str) -> &str {
    if unit == "1" { "" } else { unit }
}

/// Returns a number with as many decimals as give `scale` four digits; nothing at all is `0`.
fn significant(value: f64, scale: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = if scale == 0.0 {
        0.0
    } else {
        scale.abs().log10().floor()
    };
    let decimals = (3.0 - magnitude).clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_row_have_the_decimals_of_its_theory() {
        assert_eq!(significant(2.345_67, 2.0), "2.346");
        assert_eq!(significant(0.012_345_6, 0.01), "0.01235");
        assert_eq!(significant(4_962.51, 5_000.0), "4963");
        assert_eq!(significant(0.0, 0.01), "0");
        assert_eq!(significant(-0.5, 0.0), "-0.500");
    }
}
