//! `ecrsim merge`: shards of a sweep are put together, if the whole is there.

use std::path::PathBuf;

use clap::Args;

use super::asked::manifest;
use super::exit::{Failure, Status};
use super::sweep::finish;
use crate::experiment::cluster::merge::{MergeError, Request};
use crate::experiment::journal::SweepFolder;

const EXAMPLES: &str = "\
Examples:
  ecrsim merge sweep.toml --out results
  ecrsim merge sweep.toml --out all --from first/results --from second/results";

/// Proves that every run of a sweep is there, whoever made it, and writes the tables that one machine writes
///
/// Reads the closed segments of the sweep's folder, and of others that machines without a folder in common have written.
/// Ends with exit code 3 if runs are missing, and says which and what to do; with exit code 4 if a run gave different
/// results in two places, and says where.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The sweep
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The sweep's folder, whose segments count, and where the tables are written
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A further folder with segments; may be repeated
    #[arg(long, value_name = "DIR")]
    from: Vec<PathBuf>,
    /// Shards that the runs were cut into, to tell whose are missing
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    shards: Option<u64>,
}

/// Puts the shards together.
pub fn run(options: &Options) -> Result<Status, Failure> {
    let manifest = manifest(&options.file, &SweepFolder::at(&options.out), true)?;
    let request = Request {
        file: &options.file,
        out: &options.out,
        from: &options.from,
        shards: options.shards,
    };
    let mut whole = request.gather(&manifest).map_err(failure)?;
    finish(&whole.folder, &manifest, &mut whole.results)
}

fn failure(error: MergeError) -> Failure {
    match error {
        MergeError::Refused(why) => Failure::wrong(why),
        MergeError::File(error) => error.into(),
        MergeError::Missing(gaps) => Failure::missing(gaps.to_string().trim_end()),
        MergeError::Disagree { found, more } => {
            let mut lines: Vec<String> = found.iter().map(ToString::to_string).collect();
            if more > 0 {
                lines.push(format!("and {more} more runs"));
            }
            Failure::disagreement(format_args!(
                "{}\nA run depends on its scenario, seed and version alone: this is a bug of ecrsim, or a machine that errs; please report it.",
                lines.join("\n")
            ))
        }
    }
}
