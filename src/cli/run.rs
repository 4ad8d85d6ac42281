//! `ecrsim run`: simulates once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use clap::{Args, ValueEnum};

use super::exit::{Failure, Status};
use super::interrupt::Interrupt;
use super::output::{print, screen, warn};
use super::progress::{Progress, timing};
use super::scenario::{ScenarioOptions, tell_warnings};
use crate::measure::table::Moment;
use crate::measure::{Outcome, Run};
use crate::report::focus::{AccountIds, write_focus};
use crate::report::folder::RunFolder;
use crate::report::replications::{self, ReplicationWriter};
use crate::report::run_json::RunFacts;
use crate::report::terminal::{Format, summary};
use crate::report::write_run;
use crate::scenario::{Loaded, estimate};
use crate::simulation::Model;

/// Where runs land by default.
const OUTPUT: &str = "output";

const EXAMPLES: &str = "\
Examples:
  ecrsim run shop.toml
  ecrsim run shop.toml --set 'links.\"* -> *\".slots=16' --out narrower
  ecrsim run shop.toml --seed 2 --format json | jq .thresholds";

/// Simulates a scenario once: a summary, CSV tables and charts
///
/// Prints the summary and writes the run's folder: summary.csv, replications.csv (or .parquet) and the other tables,
/// summary.json, run.json, charts. Nothing in it depends on the clock on the wall or on the machine. Ends with exit code 99 if a
/// threshold of the scenario was breached.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    scenario: ScenarioOptions,
    /// Seed of every draw, instead of the scenario's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Where to write the run's folder, instead of output/NAME
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What to write about each replication
    #[arg(long, value_enum, default_value_t, value_name = "KIND")]
    replications: Replications,
    /// Shape of the summary on standard output
    #[arg(long, value_enum, default_value_t, value_name = "SHAPE")]
    format: Shape,
    /// Draw the charts as PNG too
    #[arg(long)]
    png: bool,
    /// Write the bill with FinOps FOCUS column names too: focus.csv
    #[arg(long)]
    focus: bool,
    /// Replace the folder even if it does not hold a run
    #[arg(long)]
    force: bool,
    /// Run although it looks endless: a link's queue grows for ever, a law has no mean, billions of events
    #[arg(long)]
    yes: bool,
    /// No progress, warnings or timings on standard error
    #[arg(long)]
    quiet: bool,
}

/// What to write about each replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Replications {
    /// A row in replications.csv
    #[default]
    Csv,
    /// A row in replications.parquet: typed columns, compressed, for DuckDB, Polars and the like
    Parquet,
    /// Nothing: the quickest, and the smallest folder
    None,
}

/// Shape of the summary.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Shape {
    /// For people at a terminal
    #[default]
    Table,
    /// The content of summary.json
    Json,
    /// For a pull request's comment
    Markdown,
}

impl Replications {
    /// Returns how they are written, if at all.
    const fn format(self) -> Option<replications::Format> {
        match self {
            Self::Csv => Some(replications::Format::Csv),
            Self::Parquet => Some(replications::Format::Parquet),
            Self::None => None,
        }
    }
}

impl From<Shape> for Format {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Table => Self::Table,
            Shape::Json => Self::Json,
            Shape::Markdown => Self::Markdown,
        }
    }
}

/// Simulates, writes the folder, prints the summary.
pub fn run(options: &Options) -> Result<Status, Failure> {
    let seed = options.seed.map(|seed| format!("seed={seed}"));
    let loaded = options.scenario.load(seed.as_slice())?;
    if !options.quiet {
        tell_warnings(&loaded);
    }
    if !options.yes {
        refuse_doubtful(&loaded)?;
    }
    let place = match &options.out {
        Some(out) => out.clone(),
        None => Path::new(OUTPUT).join(&loaded.scenario.name),
    };
    let facts = RunFacts::new(&loaded);
    let interrupt = Interrupt::listen()?;
    let folder = RunFolder::create(&place, options.force)?;
    interrupt.guard(folder.leftover());
    let outcome = simulate_into(options, &loaded, &facts, folder, &interrupt)?;
    let text = summary(
        options.format.into(),
        &facts,
        &outcome,
        Some(&place),
        screen(),
    );
    print(&text)?;
    let all_held = outcome.thresholds.iter().all(|threshold| threshold.held);
    Ok(if all_held {
        Status::Done
    } else {
        Status::Breached
    })
}

/// Fails if the run is probably not what its user wants.
fn refuse_doubtful(loaded: &Loaded) -> Result<(), Failure> {
    let reasons = estimate(loaded).reasons_needing_yes;
    if reasons.is_empty() {
        return Ok(());
    }
    Err(Failure::wrong(format_args!(
        "{}\nTo run it all the same, add --yes.",
        reasons.join("\n")
    )))
}

fn account_ids(loaded: &Loaded) -> AccountIds {
    let accounts = loaded.scenario.accounts.iter();
    accounts
        .map(|(alias, account)| (alias.clone(), account.id.to_string()))
        .collect()
}

/// Simulates and writes everything into `folder`, which is whole afterwards, or gone.
fn simulate_into(
    options: &Options,
    loaded: &Loaded,
    facts: &RunFacts,
    folder: RunFolder,
    interrupt: &Interrupt,
) -> Result<Outcome, Failure> {
    let model = Model::new(loaded);
    let writer = options.replications.format().map(|format| {
        let names = Arc::new(model.names.clone());
        ReplicationWriter::create(folder.path(), format, names, Moment(model.start))
    });
    let writer = writer.transpose()?;
    let mut progress = Progress::start(model.end, options.quiet);
    let keep_going = |now, events| {
        progress.show(now, events);
        interrupt.is_quiet()
    };
    let run = Run::new(loaded, &model);
    let found = if thread::available_parallelism().is_ok_and(|threads| threads.get() > 1) {
        run.simulate_on_two_threads(writer, keep_going)
    } else {
        run.simulate(writer, keep_going)
    };
    let (outcome, writer) = found.map_err(|_| Failure::Interrupted)?;
    let simulated = progress.elapsed();
    drop(progress);
    writer.map(ReplicationWriter::finish).transpose()?;
    interrupt.check()?;
    if options.focus {
        write_focus(folder.path(), facts, &outcome, &account_ids(loaded))?;
    }
    write_run(folder.path(), facts, &outcome, options.png)?;
    interrupt.check()?;
    folder.publish()?;
    if !options.quiet {
        warn(&timing(outcome.events, simulated));
    }
    Ok(outcome)
}
