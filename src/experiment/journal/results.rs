//! The results that closed segments hold: an index by key, so that no more than one row is ever in memory.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use csv::{ByteRecord, ReaderBuilder};

use super::key::Key;
use super::manifest::Manifest;
use super::place::SweepFolder;
use super::segment::{COLUMNS, csv_line};
use crate::report::error::FileError;

/// Where the results of many runs are.
#[derive(Debug, Default)]
pub struct Results {
    /// Columns of every segment: those of the program's version.
    header: String,
    segments: Vec<PathBuf>,
    rows: HashMap<Key, Place>,
    /// Runs that gave different results.
    conflicts: Vec<Conflict>,
    /// The segment that was read from last, open.
    last: Option<(usize, File)>,
}

/// A row in a segment.
#[derive(Clone, Copy, Debug)]
struct Place {
    segment: usize,
    at: u64,
    length: usize,
}

/// A run that gave different results: a broken promise of this program, or of the machine that it ran on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Which run.
    pub key: Key,
    /// Two segments that hold different rows of it.
    pub segments: [PathBuf; 2],
}

/// A result as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// `done` or `failed`.
    pub status: String,
    /// Why it failed.
    pub error: String,
    /// The cells of the metrics.
    pub cells: Vec<String>,
}

impl Found {
    /// Returns the value of a metric by its place, if it has one.
    pub fn value(&self, metric: usize) -> Option<f64> {
        self.cells.get(metric)?.parse().ok()
    }
}

impl Results {
    /// Returns no results yet, of segments with the columns of `manifest`.
    pub fn new(manifest: &Manifest) -> Self {
        let fixed = COLUMNS.iter().copied();
        let header: Vec<&str> = fixed
            .chain(manifest.metrics.iter().map(String::as_str))
            .collect();
        Self {
            header: csv_line(&header),
            ..Self::default()
        }
    }

    /// Adds every closed segment of a folder.
    ///
    /// # Errors
    /// If one cannot be read, or is none.
    pub fn add_folder(&mut self, folder: &SweepFolder) -> Result<(), FileError> {
        for segment in closed(&folder.segments())? {
            self.add(segment)?;
        }
        Ok(())
    }

    /// Adds a closed segment.
    ///
    /// # Errors
    /// If it cannot be read, or is none.
    pub fn add(&mut self, segment: PathBuf) -> Result<(), FileError> {
        let text = fs::read(&segment).map_err(FileError::about("read", &segment))?;
        self.segments.push(segment.clone());
        self.index(&text)
            .map_err(FileError::about("read", &segment))
    }

    fn index(&mut self, text: &[u8]) -> io::Result<()> {
        if !text.starts_with(self.header.as_bytes()) {
            return Err(invalid("it is no segment of this version".to_owned()));
        }
        if !text.ends_with(b"\n") {
            let why = "it is cut off; remove it, and the runs that it held are made again";
            return Err(invalid(why.to_owned()));
        }
        let mut reader = ReaderBuilder::new().from_reader(text);
        let mut record = ByteRecord::new();
        let mut start = self.header.len();
        while reader.read_byte_record(&mut record)? {
            let end = reader.position().byte() as usize;
            let key = std::str::from_utf8(&record[0]).unwrap_or_default();
            let key: Key = key.parse().map_err(invalid)?;
            let place = Place {
                segment: self.segments.len() - 1,
                at: start as u64,
                length: end - start,
            };
            self.enter(key, place, &text[start..end])?;
            start = end;
        }
        Ok(())
    }

    /// Takes a row; a second one of the same run must be the same.
    fn enter(&mut self, key: Key, place: Place, row: &[u8]) -> io::Result<()> {
        let before = match self.rows.entry(key) {
            Entry::Vacant(free) => {
                free.insert(place);
                return Ok(());
            }
            Entry::Occupied(before) => *before.get(),
        };
        if self.bytes(before)? != row {
            let segments =
                [before.segment, place.segment].map(|segment| self.segments[segment].clone());
            self.conflicts.push(Conflict { key, segments });
        }
        Ok(())
    }

    /// Says whether a run's result is there.
    pub fn has(&self, key: Key) -> bool {
        self.rows.contains_key(&key)
    }

    /// Returns how many runs have a result.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Says whether no run has a result.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the runs that gave different results.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// Returns a run's result, read from its segment; `None` if it has none.
    ///
    /// # Errors
    /// If the segment cannot be read any more.
    pub fn find(&mut self, key: Key) -> Result<Option<Found>, FileError> {
        let Some(place) = self.rows.get(&key).copied() else {
            return Ok(None);
        };
        let found = self.bytes(place).and_then(|bytes| found(&bytes));
        let segment = &self.segments[place.segment];
        found.map(Some).map_err(FileError::about("read", segment))
    }

    fn bytes(&mut self, place: Place) -> io::Result<Vec<u8>> {
        let open = match self.last.take() {
            Some((segment, file)) if segment == place.segment => Ok(file),
            _ => File::open(&self.segments[place.segment]),
        };
        let mut file = open?;
        let mut bytes = vec![0; place.length];
        file.seek(SeekFrom::Start(place.at))?;
        file.read_exact(&mut bytes)?;
        self.last = Some((place.segment, file));
        Ok(bytes)
    }
}

/// Returns the closed segments in a folder, by name.
fn closed(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let entries = match fs::read_dir(folder) {
        Err(reason) if reason.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(FileError::about("read", folder))?,
    };
    let mut segments = Vec::new();
    for entry in entries {
        let path = entry.map_err(FileError::about("read", folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // A hidden one is being written, or was when its process was killed.
        if name.ends_with(".csv") && !name.starts_with('.') {
            segments.push(path);
        }
    }
    segments.sort();
    Ok(segments)
}

fn found(line: &[u8]) -> io::Result<Found> {
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(line);
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record)?;
    let text = |at: usize| record.get(at).unwrap_or_default().to_owned();
    Ok(Found {
        status: text(1),
        error: text(2),
        cells: record
            .iter()
            .skip(COLUMNS.len())
            .map(str::to_owned)
            .collect(),
    })
}

fn invalid(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
