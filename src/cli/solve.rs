//! `ecrsim solve`: the least or greatest value of a key that meets conditions.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use rayon::ThreadPoolBuilder;

use super::exit::{Failure, Status};
use super::interrupt::Interrupt;
use super::jobs::granted;
use super::output::{print, screen, warn};
use super::scenario::ScenarioOptions;
use crate::experiment::scenarios::Scenarios;
use crate::experiment::solve::{
    Document, Question, Range, Solution, Sought, Tried, Unsolved, Watch, check_place, grid, solve,
    thresholds_override, write_solve,
};
use crate::report::terminal::{MAX_COLUMNS, markdown_table};

const EXAMPLES: &str = "\
Examples:
  ecrsim solve shop.toml --vary 'links.\"* -> *\".slots' --from 1 --to 64 --until 'replication_latency p99 < 10 min'
  ecrsim solve shop.toml --vary pushes.ci.rate --from '10 per hour' --to '1000 per hour' \\
      --until 'queue_time{destination=prod/eu-west-1} mean < 30 s' --until 'total_usd monthly < 500 USD'

Exit codes:
  0    a value in the range meets every condition
  2    wrong usage, or the scenario is wrong
  99   no value that was tried meets them";

/// Finds the least (or greatest) value of a key that meets thresholds, with 95 % confidence
///
/// Tries both ends of the range and some values between, then halves the stretch in which the answer lies. At each value the
/// scenario is run under the same seeds, ten at first and ten more at a time while the verdict is not clear. A value meets a
/// condition if the one-sided 95 % bound of Student's t of the mean over the repeats does. The least value is sought, or the
/// greatest where the conditions hold at --from and not at --to. Whole numbers are found exactly, others to --tolerance.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("sought").args(["least", "greatest"]))]
pub struct Options {
    #[command(flatten)]
    scenario: ScenarioOptions,
    /// Key of the scenario that is varied, by its dotted path
    #[arg(long, value_name = "KEY")]
    vary: String,
    /// Lower end of its range, with its unit
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    from: String,
    /// Upper end of its range, with its unit
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    to: String,
    /// What must hold, as in `[thresholds]`: 'replication_latency p99 < 10 min' (repeatable); the scenario's own thresholds if not given
    #[arg(long, value_name = "CONDITION")]
    until: Vec<String>,
    /// Seek the least value
    #[arg(long)]
    least: bool,
    /// Seek the greatest value
    #[arg(long)]
    greatest: bool,
    /// Repeats at a value at first, and how many more at a time
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    repeats: u32,
    /// Repeats at a value at most; then it is told as not clear
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    max_repeats: u32,
    /// How near the answer must be, relative to it, where values are not whole numbers
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    tolerance: f64,
    /// Runs at once; as many as there are processors, if not given
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Where to write solve.csv, solve.json and the chart; nowhere if not given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Draw the chart as PNG too
    #[arg(long, requires = "out")]
    png: bool,
    /// Shape of the answer on standard output
    #[arg(long, value_enum, default_value_t, value_name = "SHAPE")]
    format: Shape,
    /// Nothing on standard error but errors
    #[arg(long)]
    quiet: bool,
}

/// Shape of the answer.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Shape {
    /// For people at a terminal
    #[default]
    Table,
    /// The content of solve.json
    Json,
    /// For a pull request's comment
    Markdown,
}

/// Tells of values and listens to signals.
struct Audience {
    interrupt: Interrupt,
    quiet: bool,
}

impl Watch for Audience {
    fn ended(&self, _: u64) {}

    fn tried(&self, tried: &Tried) {
        if !self.quiet {
            let (value, verdict, repeats) =
                (&tried.value.text, tried.verdict.name(), tried.repeats);
            warn(&format!("tried {value}: {verdict} ({repeats} repeats)\n"));
        }
    }

    fn keep_going(&self) -> bool {
        self.interrupt.is_quiet()
    }
}

/// Solves and prints the answer.
pub fn run(options: &Options) -> Result<Status, Failure> {
    let question = question(options)?;
    if let Some(out) = &options.out {
        check_place(out)?;
    }
    let audience = Audience {
        interrupt: Interrupt::listen()?,
        quiet: options.quiet,
    };
    let threads = options.jobs.map_or_else(granted, usize::from);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool =
        pool.map_err(|why| Failure::broken(format_args!("cannot start {threads} jobs: {why}")))?;
    let engine = Scenarios::at(options.scenario.file());
    let solution = pool.install(|| solve(&engine, &question, &audience))?;
    if let Some(out) = &options.out {
        write_solve(out, &solution, options.png)?;
    }
    print(&shaped(&solution, options.format))?;
    Ok(match solution.found() {
        Some(_) => Status::Done,
        None => Status::Breached,
    })
}

fn question(options: &Options) -> Result<Question, Failure> {
    let range = Range::parse(&options.from, &options.to, options.tolerance);
    let mut overrides = options.scenario.overrides().to_vec();
    if !options.until.is_empty() {
        overrides.push(thresholds_override(&options.until));
    }
    let sought = match (options.least, options.greatest) {
        (true, _) => Some(Sought::Least),
        (_, true) => Some(Sought::Greatest),
        _ => None,
    };
    Ok(Question {
        overrides,
        key: options.vary.clone(),
        range: range.map_err(Failure::wrong)?,
        sought,
        repeats: options.repeats,
        max_repeats: options.max_repeats,
    })
}

impl From<Unsolved> for Failure {
    fn from(unsolved: Unsolved) -> Self {
        match unsolved {
            Unsolved::Wrong(text) => Self::Wrong(text),
            Unsolved::Senseless(why) => Self::wrong(why),
            Unsolved::Failed(why) => Self::broken(why),
            Unsolved::Interrupted => Self::Interrupted,
        }
    }
}

fn shaped(solution: &Solution, shape: Shape) -> String {
    let table = grid(solution);
    let sentences = solution.sentences();
    match shape {
        Shape::Json => Document::new(solution).text(),
        Shape::Table => {
            let lines = table.lines(screen().columns.unwrap_or(MAX_COLUMNS));
            let method = Solution::method();
            format!(
                "{}\n\n{}\n\n{method}\n",
                lines.join("\n"),
                sentences.join("\n")
            )
        }
        Shape::Markdown => {
            let (answer, others) = (&sentences[0], sentences[1..].join(" "));
            let (table, method) = (markdown_table(&table), Solution::method());
            format!("**{answer}** {others}\n\n{table}\n{method}\n")
        }
    }
}
