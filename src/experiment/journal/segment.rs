//! Segments: closed files of results. A row is in one of them, whole and synced, or it is not there at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::key::Key;
use super::place::{SweepFolder, random, sync_folder};
use crate::measure::table::{Number, guarded};
use crate::report::error::FileError;

/// A segment is closed when it has so many rows …
const MOST_ROWS: usize = 1_000;

/// … or when its first row is this old.
const OLDEST: Duration = Duration::from_secs(30);

/// Columns of a segment before those of the metrics.
pub(super) const COLUMNS: [&str; 4] = ["key", "status", "error", "events"];

/// What one run gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Which run.
    pub key: Key,
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// Events that it handled.
    pub events: u64,
    /// A value for each metric; none if it failed.
    pub values: Vec<Option<f64>>,
}

/// Takes rows and closes segments.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    /// Shard and a random number: no other process has it.
    prefix: String,
    /// The header line.
    header: String,
    columns: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    text: String,
    rows: usize,
    since: Option<Instant>,
    /// Number of segments before this one.
    closed: u64,
    /// Those that nobody has asked for yet.
    new: Vec<PathBuf>,
}

/// A segment that is full, to be written.
struct Full {
    text: String,
    name: String,
}

impl Journal {
    /// Returns a journal of `shard` in `folder` for runs that give `metrics`.
    pub fn new(folder: &SweepFolder, shard: u64, metrics: &[String]) -> Self {
        let header = COLUMNS.iter().copied();
        let header: Vec<&str> = header.chain(metrics.iter().map(String::as_str)).collect();
        Self {
            folder: folder.segments(),
            prefix: format!("{shard}-{:016x}", random()),
            header: csv_line(&header),
            columns: metrics.len(),
            open: Mutex::default(),
        }
    }

    /// Takes a row; closes the segment if it is full or old.
    ///
    /// # Errors
    /// If the segment cannot be written.
    pub fn take(&self, row: &Row) -> Result<(), FileError> {
        let line = self.line(row);
        let full = {
            let mut open = self.open();
            open.text.push_str(&line);
            open.rows += 1;
            open.since.get_or_insert_with(Instant::now);
            let is_due = open.rows >= MOST_ROWS || open.is_old();
            is_due.then(|| self.cut(&mut open))
        };
        // Others go on taking rows while this one is written.
        full.map_or(Ok(()), |full| self.write(full))
    }

    /// Closes the segment if it is old.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn close_old(&self) -> Result<(), FileError> {
        let full = {
            let mut open = self.open();
            open.is_old().then(|| self.cut(&mut open))
        };
        full.map_or(Ok(()), |full| self.write(full))
    }

    /// Closes the segment if it has rows.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn close(&self) -> Result<(), FileError> {
        let full = {
            let mut open = self.open();
            (open.rows > 0).then(|| self.cut(&mut open))
        };
        full.map_or(Ok(()), |full| self.write(full))
    }

    /// Returns the segments that were closed since this was last asked.
    pub fn new_segments(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.open().new)
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // A thread that panicked with the lock held had added a whole line or nothing.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cut(&self, open: &mut Open) -> Full {
        let name = format!("{}-{}.csv", self.prefix, open.closed);
        open.closed += 1;
        open.rows = 0;
        open.since = None;
        let rows = std::mem::take(&mut open.text);
        let text = format!("{}{rows}", self.header);
        Full { text, name }
    }

    fn write(&self, full: Full) -> Result<(), FileError> {
        let place = self.folder.join(&full.name);
        let hidden = self.folder.join(format!(".{}", full.name));
        put_whole(&self.folder, &hidden, &place, full.text.as_bytes())
            .map_err(FileError::about("write", &place))?;
        self.open().new.push(place);
        Ok(())
    }

    fn line(&self, row: &Row) -> String {
        let status = if row.error.is_some() {
            "failed"
        } else {
            "done"
        };
        let error = row.error.as_deref().map(guarded).unwrap_or_default();
        let mut cells = vec![
            row.key.to_string(),
            status.to_owned(),
            error.replace(['\r', '\n'], " "),
            row.events.to_string(),
        ];
        if row.error.is_some() {
            cells.extend((0..self.columns).map(|_| String::new()));
        } else {
            assert_eq!(row.values.len(), self.columns, "one value for each metric");
            cells.extend(row.values.iter().map(|value| cell(*value)));
        }
        csv_line(&cells)
    }
}

impl Open {
    fn is_old(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() >= OLDEST)
    }
}

fn put_whole(folder: &Path, hidden: &Path, place: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(hidden)?;
    let written = file
        .write_all(text)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(hidden, place));
    if written.is_err() {
        // What is left of it is in nobody's way.
        let _ = fs::remove_file(hidden);
    }
    written.and_then(|()| sync_folder(folder))
}

/// Writes a number so that it reads back as the same, as `summary.csv` does; none as an empty cell.
pub fn cell(value: Option<f64>) -> String {
    let finite = value.filter(|value| value.is_finite());
    finite.map_or_else(String::new, |value| Number(value).to_string())
}

/// Writes cells as a line of CSV.
pub fn csv_line<C: AsRef<[u8]>>(cells: &[C]) -> String {
    let mut line = csv::WriterBuilder::new().from_writer(Vec::new());
    line.write_record(cells)
        .expect("memory takes a record of any cells");
    let bytes = line.into_inner().expect("memory takes it all");
    String::from_utf8(bytes).expect("the cells are text")
}
