//! Runs that are missing, and the command that repairs.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Write as _};
use std::path::PathBuf;

use super::numbers::listed;
use crate::experiment::cluster::submit::shell_command;

/// Runs that are asked for and have no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gaps {
    /// Their numbers, ascending.
    pub missing: Vec<u64>,
    /// How many are asked for.
    pub asked: u64,
    /// The sweep's file and folder, as they were given.
    pub sweep: [PathBuf; 2],
    /// Shards that the runs were cut into, if that is known.
    pub shards: Option<u64>,
    /// The script of the Slurm array, if there is one.
    pub array: Option<PathBuf>,
    /// Whether some points need more repeats than they were given at first.
    pub round: bool,
    /// Segments that were not closed.
    pub unfinished: usize,
}

/// Returns how many of these runs belong to each shard, of those to which any belongs.
pub fn by_shard(runs: &[u64], shards: u64) -> BTreeMap<u64, u64> {
    let mut lacking = BTreeMap::new();
    for run in runs {
        *lacking.entry(run % shards).or_default() += 1;
    }
    lacking
}

impl Gaps {
    fn words(&self, command: &str) -> Vec<String> {
        let [file, folder] = &self.sweep;
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let [file, folder] = [text(file), text(folder)];
        ["ecrsim", command, &file, "--out", &folder]
            .map(str::to_owned)
            .to_vec()
    }

    /// Returns the commands that make the missing runs, and the merge after them.
    fn repair(&self) -> String {
        let mut text = String::new();
        let sweep = shell_command(&self.words("sweep"));
        let _ = writeln!(text, "To make them on this machine: {sweep}");
        if let Some(shards) = self.shards {
            let lacking: Vec<u64> = by_shard(&self.missing, shards).into_keys().collect();
            if let [one] = lacking.as_slice() {
                let _ = writeln!(text, "Or its shard alone: {sweep} --shard {one}/{shards}");
            }
        }
        if let Some(array) = &self.array {
            let array = shell_command(&["sbatch".to_owned(), array.to_string_lossy().into()]);
            let _ = writeln!(
                text,
                "Or the Slurm array again; what is done is skipped: {array}"
            );
        }
        let merge = shell_command(&self.words("merge"));
        let _ = writeln!(text, "And then: {merge}");
        text
    }
}

impl Display for Gaps {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = self.missing.len();
        writeln!(
            out,
            "{missing} of {} runs {}missing: {}",
            self.asked,
            if missing == 1 { "is " } else { "are " },
            listed(&self.missing)
        )?;
        if self.round {
            writeln!(
                out,
                "Some points are not known well enough yet and need more repeats."
            )?;
        }
        if let Some(shards) = self.shards {
            let indices: Vec<u64> = by_shard(&self.missing, shards).into_keys().collect();
            writeln!(out, "Missing by shard (of {shards}): {}", listed(&indices))?;
        }
        if self.unfinished > 0 {
            writeln!(
                out,
                "{} not closed, by jobs that are still at work or were killed; what they hold does not count.",
                counted(self.unfinished)
            )?;
        }
        out.write_str(&self.repair())
    }
}

fn counted(segments: usize) -> String {
    match segments {
        1 => "1 segment is".to_owned(),
        more => format!("{more} segments are"),
    }
}
