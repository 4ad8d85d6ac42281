//! `ecrsim merge`: the proof that the whole of a sweep is there, and that it is of one piece.
//!
//! Segments of any number of folders are read; each run that is asked for must be there, and whoever made it, the result must
//! be the same bytes.

mod disagreement;
mod gaps;
mod gather;
mod numbers;
mod sources;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use disagreement::Disagreement;
pub use gaps::{Gaps, by_shard};
pub use sources::Source;

use super::submit;
use crate::experiment::journal::{Manifest, Results, Settled, SweepFolder};
use crate::experiment::sweep::{self, stop};
use crate::report::error::FileError;

/// More runs with different results are counted, not told one by one.
const MOST_TOLD: usize = 10;

/// What is to be merged.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The sweep's file, as it was given.
    pub file: &'a Path,
    /// The folder that the whole is put into; its own segments count too.
    pub out: &'a Path,
    /// Further folders with segments.
    pub from: &'a [PathBuf],
    /// Shards that the runs were cut into, to tell whose are missing.
    pub shards: Option<u64>,
}

/// Why there is no whole.
#[derive(Debug)]
pub enum MergeError {
    /// A folder is not of this sweep, in words.
    Refused(String),
    /// A file cannot be read or written, or is no segment.
    File(FileError),
    /// Runs are missing.
    Missing(Box<Gaps>),
    /// Runs gave different results.
    Disagree {
        /// The first of them.
        found: Vec<Disagreement>,
        /// How many more there are.
        more: usize,
    },
}

/// A sweep whose runs are all there.
#[derive(Debug)]
pub struct Whole {
    /// The folder that the whole is put into.
    pub folder: SweepFolder,
    /// The runs' results.
    pub results: Results,
}

impl From<FileError> for MergeError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl Request<'_> {
    /// Reads every result, and proves that the whole is there.
    ///
    /// What came from other folders lies in the whole's own afterwards, so that `ecrsim sweep` makes what is missing there.
    ///
    /// # Errors
    /// If it is not, or cannot be told.
    pub fn gather(&self, manifest: &Manifest) -> Result<Whole, MergeError> {
        let folder = SweepFolder::at(self.out);
        if !folder.is_begun() && self.from.is_empty() {
            return Err(MergeError::Missing(self.gaps(Missing::all(manifest), 0)));
        }
        let others: Vec<_> = self.from.iter().map(|from| SweepFolder::at(from)).collect();
        for other in &others {
            sources::check_manifest(other, manifest)?;
        }
        let folder = SweepFolder::open(self.out)?;
        if let Settled::Refused(why) = manifest.settle(&folder)? {
            let place = self.out.display();
            let why = format!("`{place}` is of another sweep: {why}");
            return Err(MergeError::Refused(why));
        }
        let (mut results, unfinished) = read(others.iter().chain([&folder]), manifest)?;
        agreed(&results, manifest)?;
        for other in &others {
            gather::copy(other, &folder)?;
        }
        let missing = Missing::of(manifest, &mut results)?;
        if missing.runs.is_empty() {
            Ok(Whole { folder, results })
        } else {
            Err(MergeError::Missing(self.gaps(missing, unfinished)))
        }
    }

    fn gaps(&self, missing: Missing, unfinished: usize) -> Box<Gaps> {
        let array = submit::array_in(self.out);
        Box::new(Gaps {
            missing: missing.runs,
            asked: missing.asked,
            sweep: [self.file, self.out].map(Path::to_path_buf),
            shards: self.shards,
            array: array.is_file().then_some(array),
            round: missing.round,
            unfinished,
        })
    }
}

/// Runs that are asked for and have no result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Their numbers, ascending.
    pub runs: Vec<u64>,
    /// How many runs are asked for.
    pub asked: u64,
    /// Whether some are asked for only because what is there is not known well enough.
    pub round: bool,
}

impl Missing {
    /// Finds the runs that are asked for and have no result.
    ///
    /// # Errors
    /// If a segment cannot be read any more.
    pub fn of(manifest: &Manifest, results: &mut Results) -> Result<Self, FileError> {
        let (runs, asked) = sweep::missing(manifest, results)?;
        let is_later = |run: &u64| {
            let (point, repeat) = manifest.point_and_repeat(*run);
            repeat > stop::first_round(manifest, point)
        };
        let round = runs.iter().any(is_later);
        Ok(Self { runs, asked, round })
    }

    /// Returns every run of a sweep of which there is nothing.
    fn all(manifest: &Manifest) -> Self {
        let points = 0..manifest.points.len();
        let runs: Vec<u64> = points
            .flat_map(|point| {
                (1..=stop::first_round(manifest, point)).map(move |repeat| (point, repeat))
            })
            .map(|(point, repeat)| manifest.run(point, repeat))
            .collect();
        Self {
            asked: runs.len() as u64,
            runs,
            round: false,
        }
    }
}

/// Reads the segments of all folders; returns also how many were not closed.
fn read<'a>(
    folders: impl Iterator<Item = &'a SweepFolder>,
    manifest: &Manifest,
) -> Result<(Results, usize), FileError> {
    let mut results = Results::new(manifest);
    let mut unfinished = 0;
    for folder in folders {
        let source = Source::of(folder)?;
        unfinished += source.unfinished;
        for segment in source.segments {
            results.add(segment)?;
        }
    }
    Ok((results, unfinished))
}

/// Fails if a run gave different results.
fn agreed(results: &Results, manifest: &Manifest) -> Result<(), MergeError> {
    if results.conflicts().is_empty() {
        return Ok(());
    }
    let conflicts = results.conflicts();
    let told = conflicts.iter().take(MOST_TOLD);
    let told = told.map(|conflict| Disagreement::of(conflict, manifest));
    let found: Vec<_> = told.collect::<Result<_, FileError>>()?;
    let more = conflicts.len() - found.len();
    Err(MergeError::Disagree { found, more })
}
