//! `replications.parquet`: the values of `replications.csv`, typed, dictionary-coded and compressed.
//!
//! A row group holds a million rows. Its columns are encoded and compressed in memory as records come, page by page, and
//! written one after the other when it is full: what stays in memory is one compressed row group, however long the run.
//! Nothing in the file depends on the machine or the clock on the wall.

mod chunk;
mod column;
mod columns;
mod encoding;
mod names;
mod page;
mod press;
mod schema;
mod time;

use std::io::{self, BufWriter, Write};

use parquet::errors::{ParquetError, Result};
use parquet::file::writer::SerializedFileWriter;

use self::columns::Columns;
pub use self::schema::type_of;
use self::schema::{properties, schema};
use super::{Batch, Batches};
use crate::measure::record::ReplicationRecord;
use crate::measure::table::Moment;
use crate::simulation::names::Names;

/// Rows of a row group, but for the last one.
pub const GROUP_ROWS: usize = 1_000_000;

/// Bytes handed to the system at once: the `parquet` crate hands over many small pieces.
const BLOCK_BYTES: usize = 256 * 1_024;

/// Writes rows to `out` until no more come, and returns their number.
///
/// # Errors
/// If `out` refuses, or a number does not fit.
pub(super) fn write(
    out: impl Write + Send,
    batches: &Batches,
    names: &Names,
    start: Moment,
) -> io::Result<u64> {
    let out = BufWriter::with_capacity(BLOCK_BYTES, out);
    write_file(out, Pending::new(batches), names, start).map_err(io_reason)
}

fn write_file(
    out: impl Write + Send,
    mut pending: Pending,
    names: &Names,
    start: Moment,
) -> Result<u64> {
    let mut file = SerializedFileWriter::new(out, schema(), properties().into())?;
    let mut columns = Columns::new(names, start, file.schema_descr())?;
    let mut rows = 0;
    loop {
        let group_rows = fill_group(&mut pending, &mut columns)?;
        if group_rows == 0 {
            break;
        }
        rows += group_rows as u64;
        columns.end_group(&mut file)?;
    }
    file.close()?;
    Ok(rows)
}

/// Hands over records until the row group is full or no more come, and returns their number.
fn fill_group(pending: &mut Pending, columns: &mut Columns) -> Result<usize> {
    let mut rows = 0;
    while rows < GROUP_ROWS {
        let records = pending.next(GROUP_ROWS - rows);
        if records.is_empty() {
            break;
        }
        columns.take(records)?;
        rows += records.len();
    }
    Ok(rows)
}

/// Records that wait to be encoded.
struct Pending<'a> {
    batches: &'a Batches,
    batch: Batch,
    /// How many of the batch are encoded.
    taken: usize,
}

impl<'a> Pending<'a> {
    const fn new(batches: &'a Batches) -> Self {
        Self {
            batches,
            batch: Vec::new(),
            taken: 0,
        }
    }

    /// Waits for records and takes at most that many; none if no more come.
    fn next(&mut self, most: usize) -> &[ReplicationRecord] {
        while self.taken == self.batch.len() {
            let Some(next) = self.batches.next() else {
                return &[];
            };
            self.batches
                .hand_back(std::mem::replace(&mut self.batch, next));
            self.taken = 0;
        }
        let records = &self.batch[self.taken..];
        let records = &records[..most.min(records.len())];
        self.taken += records.len();
        records
    }
}

/// Returns the system's own reason if there is one, so that a full disk is known as such.
fn io_reason(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(reason) => match reason.downcast::<io::Error>() {
            Ok(reason) => *reason,
            Err(reason) => io::Error::other(reason),
        },
        other => io::Error::other(other),
    }
}
