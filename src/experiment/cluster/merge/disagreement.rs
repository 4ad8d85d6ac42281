//! A run that gave different results: a broken promise of this program, or of a machine, found for free.

use std::fmt::{self, Display};
use std::fs;
use std::path::{Path, PathBuf};

use crate::experiment::journal::{Conflict, Manifest};
use crate::report::error::FileError;

/// Two rows of one run that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Which run, in words.
    pub run: String,
    /// File and line of the two.
    pub places: [(PathBuf, usize); 2],
    /// The first column in which they differ, and what it holds in each.
    pub difference: Option<(String, [String; 2])>,
}

impl Disagreement {
    /// Finds the lines behind a conflict.
    ///
    /// # Errors
    /// If a segment cannot be read any more.
    pub fn of(conflict: &Conflict, manifest: &Manifest) -> Result<Self, FileError> {
        let key = conflict.key.to_string();
        let [one, other] = &conflict.segments;
        let (header, ones) = rows(one, &key)?;
        let (_, others) = rows(other, &key)?;
        let pairs = ones.iter().flat_map(|a| others.iter().map(move |b| (a, b)));
        let ((at, row), (other_at, other_row)) = pairs
            .clone()
            .find(|(a, b)| a.1 != b.1)
            .expect("rows of a conflict differ");
        Ok(Self {
            run: run_in_words(conflict, manifest),
            places: [(one.clone(), *at), (other.clone(), *other_at)],
            difference: difference(&header, row, other_row),
        })
    }
}

/// Returns a segment's header, and the lines of a run with their numbers.
fn rows(segment: &Path, key: &str) -> Result<(String, Vec<(usize, String)>), FileError> {
    let text = fs::read_to_string(segment).map_err(FileError::about("read", segment))?;
    let header = text.lines().next().unwrap_or_default().to_owned();
    let numbered = (1..).zip(text.lines());
    let rows = numbered.filter(|(_, line)| line.split(',').next() == Some(key));
    Ok((
        header,
        rows.map(|(at, line)| (at, line.to_owned())).collect(),
    ))
}

fn run_in_words(conflict: &Conflict, manifest: &Manifest) -> String {
    let run = (0..manifest.runs).find(|run| manifest.key(*run) == conflict.key);
    match run {
        Some(run) => {
            let (point, repeat) = manifest.point_and_repeat(run);
            let values = manifest.points[point].in_words(&manifest.keys);
            format!("run {run} (point {point}, repeat {repeat}; {values})")
        }
        None => format!("a run that is no longer asked for ({})", conflict.key),
    }
}

fn difference(header: &str, one: &str, other: &str) -> Option<(String, [String; 2])> {
    let cells = |line: &str| -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(line.as_bytes());
        let record = reader.records().next().and_then(Result::ok);
        let cells = record.iter().flat_map(|record| record.iter());
        cells.map(str::to_owned).collect()
    };
    let (names, one, other) = (cells(header), cells(one), cells(other));
    let at = (0..names.len()).find(|at| one.get(*at) != other.get(*at))?;
    let cell = |cells: &[String]| cells.get(at).cloned().unwrap_or_default();
    Some((names[at].clone(), [cell(&one), cell(&other)]))
}

impl Display for Disagreement {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            run,
            places,
            difference,
        } = self;
        write!(out, "{run} gave different results:")?;
        for (nth, (path, line)) in places.iter().enumerate() {
            write!(out, "\n  {}:{line}", path.display())?;
            if let Some((name, cells)) = difference {
                write!(out, ": {name} is `{}`", cells[nth])?;
            }
        }
        Ok(())
    }
}
