//! `replications.parquet`: the values of `replications.csv`, typed, dictionary-coded and compressed.
//!
//! A row group holds a million rows. Its columns are encoded and compressed in memory as records come, page by page, and
//! written one after the other when it is full: what stays in memory is one compressed row group, however long the run.
//! Nothing in the file depends on the machine or the clock on the wall.

mod columns;
mod schema;

use std::io::{self, Write};

use bytes::Bytes;
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::SchemaDescriptor;

use self::columns::Columns;
pub use self::schema::type_of;
use self::schema::{properties, schema};
use super::{Batch, Batches};
use crate::measure::record::ReplicationRecord;
use crate::measure::table::Moment;
use crate::simulation::names::Names;

/// Rows of a row group, but for the last one.
pub const GROUP_ROWS: usize = 1_000_000;

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
    write_file(out, Pending::new(batches), &Columns::new(names, start)).map_err(io_reason)
}

fn write_file(out: impl Write + Send, mut pending: Pending, columns: &Columns) -> Result<u64> {
    let mut file = SerializedFileWriter::new(out, schema(), properties().into())?;
    let mut rows = 0;
    loop {
        let group = Group::encode(
            file.schema_descr(),
            file.properties(),
            &mut pending,
            columns,
        )?;
        if group.rows == 0 {
            break;
        }
        rows += group.rows as u64;
        group.write(&mut file)?;
    }
    file.close()?;
    Ok(rows)
}

/// A row group that is encoded and not written yet.
struct Group {
    rows: usize,
    chunks: Vec<(Vec<u8>, ColumnCloseResult)>,
}

impl Group {
    /// Takes records until it is full or no more come.
    fn encode(
        schema: &SchemaDescriptor,
        properties: &WriterPropertiesPtr,
        pending: &mut Pending,
        columns: &Columns,
    ) -> Result<Self> {
        let new_chunk = |_| TrackedWrite::new(Vec::new());
        let mut chunks: Vec<_> = schema.columns().iter().map(new_chunk).collect();
        let writer = |(column, chunk)| {
            let pages = Box::new(SerializedPageWriter::new(chunk));
            get_column_writer(Clone::clone(column), properties.clone(), pages)
        };
        let mut writers: Vec<_> = schema
            .columns()
            .iter()
            .zip(&mut chunks)
            .map(writer)
            .collect();
        let mut rows = 0;
        while rows < GROUP_ROWS {
            let records = pending.next(GROUP_ROWS - rows);
            if records.is_empty() {
                break;
            }
            columns.write(records, &mut writers)?;
            rows += records.len();
        }
        let closed: Result<Vec<_>> = writers.into_iter().map(ColumnWriter::close).collect();
        let bytes = chunks.into_iter().map(TrackedWrite::into_inner);
        let chunks = bytes
            .zip(closed?)
            .map(|(bytes, closed)| Ok((bytes?, closed)));
        Ok(Self {
            rows,
            chunks: chunks.collect::<Result<_>>()?,
        })
    }

    fn write<W: Write + Send>(self, file: &mut SerializedFileWriter<W>) -> Result<()> {
        let mut group = file.next_row_group()?;
        for (bytes, closed) in self.chunks {
            group.append_column(&Bytes::from(bytes), closed)?;
        }
        group.close().map(|_| ())
    }
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
