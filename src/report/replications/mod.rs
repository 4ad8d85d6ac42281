//! `replications.csv`, streamed by a thread of its own while the run goes on.
//!
//! The simulation hands over batches of small records; the thread makes text of them and writes big blocks. The rows are
//! those that the `csv` crate would make of [`ReplicationRow`]s, written by hand because there may be millions of them.

mod cells;
mod rows;

use std::fs::File;
use std::io::{self, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

use self::rows::RowWriter;
use super::csv_files::write_rows;
use super::error::FileError;
use crate::measure::outcome::ReplicationRow;
use crate::measure::record::{RecordSink, ReplicationRecord};
use crate::measure::table::{Moment, Table};
use crate::simulation::names::Names;

/// Records handed over at once: enough that the channel costs nothing, few enough to stay in the cache.
const BATCH_RECORDS: usize = 1_024;

/// Batches that may wait for the thread; then the simulation waits.
const WAITING_BATCHES: usize = 16;

/// Text written at once.
const BLOCK_BYTES: usize = 256 * 1_024;

type Batch = Vec<ReplicationRecord>;

/// Writes measured replications; ends with [`ReplicationWriter::finish`].
#[derive(Debug)]
pub struct ReplicationWriter {
    path: PathBuf,
    batch: Batch,
    full: Option<SyncSender<Batch>>,
    emptied: Receiver<Batch>,
    thread: Option<JoinHandle<io::Result<u64>>>,
}

impl ReplicationWriter {
    /// Starts `replications.csv` in `folder`, with the ids of `names` and times from `start` on.
    ///
    /// # Errors
    /// If the file cannot be made, or the system has no thread left.
    pub fn create(folder: &Path, names: Arc<Names>, start: Moment) -> Result<Self, FileError> {
        let path = folder.join(ReplicationRow::FILE);
        let file = File::create(&path).map_err(FileError::about("write", &path))?;
        Self::to(file, path, names, start)
    }

    /// Writes to `out`, which errors call `path`.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn to(
        out: impl Write + Send + 'static,
        path: PathBuf,
        names: Arc<Names>,
        start: Moment,
    ) -> Result<Self, FileError> {
        let (full, batches) = mpsc::sync_channel(WAITING_BATCHES);
        let (recycle, emptied) = mpsc::sync_channel(WAITING_BATCHES);
        let thread = thread::Builder::new()
            .name("replications.csv".to_owned())
            .spawn(move || write_batches(out, &batches, &recycle, &names, start))
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

/// The thread: writes header and batches until no more come, and returns the number of rows.
fn write_batches(
    mut out: impl Write,
    batches: &Receiver<Batch>,
    recycle: &SyncSender<Batch>,
    names: &Names,
    start: Moment,
) -> io::Result<u64> {
    let mut rows = 0;
    let mut block = Vec::with_capacity(BLOCK_BYTES + BLOCK_BYTES / 4);
    let mut writer = RowWriter::new(names, start);
    write_rows::<ReplicationRow>(&mut block, &[])?;
    for mut batch in batches {
        for record in &batch {
            writer.write(record, &mut block)?;
            if block.len() >= BLOCK_BYTES {
                out.write_all(&block)?;
                block.clear();
            }
        }
        rows += batch.len() as u64;
        batch.clear();
        // If the other side holds enough of them, this one is simply dropped.
        let _ = recycle.try_send(batch);
    }
    out.write_all(&block)?;
    out.flush()?;
    Ok(rows)
}

#[cfg(test)]
mod tests;
