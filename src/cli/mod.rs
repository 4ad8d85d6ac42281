//! The command line: one file per command. Each parses its options, calls one room below, and prints; no logic of its own.
//!
//! Results go to standard output; errors, warnings, progress and timings to standard error.

mod asked;
mod check;
mod compare;
mod completions;
mod exit;
mod explain;
mod init;
mod interrupt;
mod jobs;
mod man;
mod merge;
mod output;
mod part;
mod progress;
mod report;
mod run;
mod scenario;
mod schema;
mod solve;
mod submit;
mod sweep;
mod validate;
mod variants;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use exit::{Failure, Status};

const EXAMPLES: &str = "\
Examples:
  ecrsim init > shop.toml                      a commented scenario to start from
  ecrsim check shop.toml                       every error and oddity in it
  ecrsim explain shop.toml                     which rule sends what where, and whether it may arrive
  ecrsim run shop.toml                         simulate; summary, CSV tables and charts in output/shop/
  ecrsim run shop.toml --set 'pushes.teams.rate=60 per hour' --out busier
  ecrsim compare shop.toml busier.toml         what differs, and how surely
  ecrsim sweep slots.toml --out slots          many runs: what varies, how often, and how sure the means are
  ecrsim solve shop.toml --vary pushes.ci.rate --from '1 per hour' --to '99 per hour' --until 'waiting max < 9'
  ecrsim validate                              links beside the closed forms of queueing theory

Exit codes:
  0    it worked; every threshold held
  1    it could not finish: disk, permissions, or an internal check failed; or the theory card did not hold
  2    wrong usage; a scenario, or a file that it names, is wrong or missing
  3    merge: runs are missing
  4    merge: the same run gave different results
  99   it ran; a threshold was breached
  130  interrupted; a run leaves nothing behind, a sweep keeps what is complete";

/// Simulates Amazon ECR replication: when images arrive, what never does and why, and what it costs.
///
/// A scenario file (TOML) says who pushes what where, which replication rules and registry policies stand, and how fast
/// the links between Regions are. A run is repeatable: the same scenario, seed and version give the same bytes. Nothing
/// is asked of AWS: no account, no key, no network.
#[derive(Debug, Parser)]
#[command(name = "ecrsim", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    /// When to colour; NO_COLOR and CLICOLOR_FORCE are heard too
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: output::Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Options),
    Check(check::Options),
    Explain(explain::Options),
    Run(run::Options),
    Solve(solve::Options),
    Compare(compare::Options),
    Sweep(sweep::Options),
    Merge(merge::Options),
    Submit(Box<submit::Options>),
    Report(report::Options),
    Validate(validate::Options),
    Schema(schema::Options),
    Completions(completions::Options),
    Man(man::Options),
}

impl Command {
    fn run(&self) -> Result<Status, Failure> {
        match self {
            Self::Init(options) => init::run(options),
            Self::Check(options) => check::run(options),
            Self::Explain(options) => explain::run(options),
            Self::Run(options) => run::run(options),
            Self::Solve(options) => solve::run(options),
            Self::Compare(options) => compare::run(options),
            Self::Sweep(options) => sweep::run(options),
            Self::Merge(options) => merge::run(options),
            Self::Submit(options) => submit::run(options),
            Self::Report(options) => report::run(options),
            Self::Validate(options) => validate::run(options),
            Self::Schema(options) => schema::run(options),
            Self::Completions(options) => completions::run(options),
            Self::Man(options) => man::run(options),
        }
    }
}

/// Does what `arguments` say (the first is the program's name) and returns the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    exit::report_broken_invariants();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    cli.color.apply();
    // A broken invariant unwinds, so that what an unfinished run has written is removed.
    match catch_unwind(AssertUnwindSafe(|| cli.command.run())) {
        Ok(Ok(status)) => status.code(),
        Ok(Err(failure)) => failure.tell(),
        Err(_) => exit::BROKEN.into(),
    }
}

/// Returns the whole command line, for completions and manual pages.
fn command_line() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn command_line_is_consistent() {
        super::command_line().debug_assert();
    }
}
