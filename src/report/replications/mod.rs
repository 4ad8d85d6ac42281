//! One row per measured replication, streamed to a file by a thread of its own while the run goes on: as text
//! (`replications.csv`), or typed and compressed (`replications.parquet`).
//!
//! The simulation hands over batches of small records. The CSV rows are those that the `csv` crate would make of
//! [`ReplicationRow`]s, written by hand because there may be millions of them; the Parquet file holds the same values.

mod cells;
pub mod parquet;
mod rows;
mod texts;
mod values;

use std::fs::File;
use std::io::{self, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

use super::error::FileError;
use crate::measure::outcome::ReplicationRow;
use crate::measure::record::{RecordSink, ReplicationRecord};
use crate::measure::table::{Moment, Table};
use crate::simulation::names::Names;

/// Records handed over at once: enough that the channel costs nothing, few enough to stay in the cache.
const BATCH_RECORDS: usize = 1_024;

/// Batches that may wait for the thread; then the simulation waits.
const WAITING_BATCHES: usize = 16;

type Batch = Vec<ReplicationRecord>;

/// How replications are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text, for everyone.
    Csv,
    /// Typed columns, compressed.
    Parquet,
}

impl Format {
    /// Returns the name of the file in the run's folder.
    pub fn file(self) -> PathBuf {
        let csv = Path::new(ReplicationRow::FILE);
        match self {
            Self::Csv => csv.to_owned(),
            Self::Parquet => csv.with_extension("parquet"),
        }
    }
}

/// Writes measured replications; ends with [`ReplicationWriter::finish`].
#[derive(Debug)]
pub struct ReplicationWriter {
    path: PathBuf,
    batch: Batch,
    full: Option<SyncSender<Batch>>,
    emptied: Receiver<Batch>,
    thread: Option<JoinHandle<io::Result<u64>>>,
}

/// What the thread gets: batches of records, which it hands back.
struct Batches {
    full: Receiver<Batch>,
    emptied: SyncSender<Batch>,
}

impl ReplicationWriter {
    /// Starts the file of `format` in `folder`, with the ids of `names` and times from `start` on.
    ///
    /// # Errors
    /// If the file cannot be made, or the system has no thread left.
    pub fn create(
        folder: &Path,
        format: Format,
        names: Arc<Names>,
        start: Moment,
    ) -> Result<Self, FileError> {
        let path = folder.join(format.file());
        let file = File::create(&path).map_err(FileError::about("write", &path))?;
        Self::to(file, path, format, names, start)
    }

    /// Writes to `out`, which errors call `path`.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn to(
        out: impl Write + Send + 'static,
        path: PathBuf,
        format: Format,
        names: Arc<Names>,
        start: Moment,
    ) -> Result<Self, FileError> {
        let (full, batches) = mpsc::sync_channel(WAITING_BATCHES);
        let (recycle, emptied) = mpsc::sync_channel(WAITING_BATCHES);
        let batches = Batches {
            full: batches,
            emptied: recycle,
        };
        let write = move || match format {
            Format::Csv => rows::write(out, &batches, &names, start),
            Format::Parquet => parquet::write(out, &batches, &names, start),
        };
        let thread = thread::Builder::new()
            .name("replications".to_owned())
            .spawn(write)
            .map_err(FileError::about("write", &path))?;
        Ok(Self {
            path,
            batch: Vec::with_capacity(BATCH_RECORDS),
            full: Some(full),
            emptied,
            thread: Some(thread),
        })
    }

    /// Says whether writing has failed, so that a long run can stop early; [`Self::finish`] says why.
    pub fn has_failed(&self) -> bool {
        self.full.is_none()
    }

    /// Writes what is left and returns how many rows there are.
    ///
    /// # Errors
    /// If anything could not be written, now or earlier.
    pub fn finish(mut self) -> Result<u64, FileError> {
        self.hand_over();
        self.end()
            .map_err(|reason| FileError::new("write", &self.path, reason))
    }

    /// Hands the batch to the thread; without one, because it has failed, the records are dropped.
    fn hand_over(&mut self) {
        let next = self.emptied.try_recv().unwrap_or_default();
        let batch = mem::replace(&mut self.batch, next);
        let taken = self.full.as_ref().map(|full| full.send(batch));
        if !matches!(taken, Some(Ok(()))) {
            self.full = None;
            self.batch.clear();
        }
    }

    /// Lets the thread come to its end and returns what it says.
    fn end(&mut self) -> io::Result<u64> {
        self.full = None;
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(0),
            Some(Ok(result)) => result,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
    }
}

impl RecordSink for ReplicationWriter {
    fn record(&mut self, record: ReplicationRecord) {
        self.batch.push(record);
        if self.batch.len() >= BATCH_RECORDS {
            self.hand_over();
        }
    }
}

impl Drop for ReplicationWriter {
    /// Waits for the thread, so that nobody writes any more when the folder is removed.
    fn drop(&mut self) {
        self.full = None;
        if let Some(thread) = self.thread.take() {
            // The run is given up: whatever went wrong, its file goes too.
            let _ = thread.join();
        }
    }
}

impl Batches {
    /// Waits for the next batch; `None` if no more come.
    fn next(&self) -> Option<Batch> {
        self.full.recv().ok()
    }

    /// Gives a batch back to be filled again.
    fn hand_back(&self, mut batch: Batch) {
        batch.clear();
        // If the other side holds enough of them, this one is simply dropped.
        let _ = self.emptied.try_send(batch);
    }
}

#[cfg(test)]
mod tests;
