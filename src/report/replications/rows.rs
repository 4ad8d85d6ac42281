//! `replications.csv`: one record becomes one row; names by id, prepared once; no allocation per row.

use std::io::{self, Write};

use super::Batches;
use super::cells::{self, Clock, is_special};
use super::texts::Texts;
use super::values::{applied, reason, spans, times, usd};
use crate::measure::outcome::ReplicationRow;
use crate::measure::record::{AppliedTags, ReplicationRecord};
use crate::measure::table::{Moment, needs_guard};
use crate::report::csv_files::write_rows;
use crate::simulation::names::{Digest, Names, TagList};

/// Text written at once.
const BLOCK_BYTES: usize = 256 * 1_024;

/// Writes header and rows to `out` until no more come, and returns the number of rows.
///
/// # Errors
/// If `out` refuses, or a time lies beyond the calendar.
pub fn write(
    mut out: impl Write,
    batches: &Batches,
    names: &Names,
    start: Moment,
) -> io::Result<u64> {
    let mut rows = 0;
    let mut block = Vec::with_capacity(BLOCK_BYTES + BLOCK_BYTES / 4);
    let mut writer = RowWriter::new(names, start);
    write_rows::<ReplicationRow>(&mut block, &[])?;
    while let Some(batch) = batches.next() {
        for record in &batch {
            writer.write(record, &mut block)?;
            if block.len() >= BLOCK_BYTES {
                out.write_all(&block)?;
                block.clear();
            }
        }
        rows += batch.len() as u64;
        batches.hand_back(batch);
    }
    out.write_all(&block)?;
    out.flush()?;
    Ok(rows)
}

/// Formats rows; borrows the names of the run.
struct RowWriter<'a> {
    names: &'a Names,
    texts: Texts<'a>,
    clock: Clock,
    /// `source,destination` by lane id.
    lanes: Vec<Vec<u8>>,
    /// Repository by id.
    repositories: Vec<Vec<u8>>,
    /// By push stream id: no cell of its tags needs a guard or quotes, whatever the number.
    plain: Vec<bool>,
    /// Tags that must be looked at before they become a cell.
    scratch: Vec<u8>,
}

impl<'a> RowWriter<'a> {
    /// Prepares the cells of `names`; times count from `start`.
    fn new(names: &'a Names, start: Moment) -> Self {
        let cell = |text: &String| {
            let mut cell = Vec::new();
            cells::text(text, &mut cell);
            cell
        };
        let registries: Vec<_> = names.registries.iter().map(cell).collect();
        let registry = |id: u32| registries[id as usize].as_slice();
        Self {
            names,
            texts: Texts::new(names),
            clock: Clock::new(start),
            lanes: names
                .lanes
                .iter()
                .map(|&(source, destination)| [registry(source), registry(destination)].join(&b','))
                .collect(),
            repositories: names.repositories.iter().map(cell).collect(),
            plain: names
                .templates
                .iter()
                .map(|tags| tags.iter().all(|template| is_plain(template)))
                .collect(),
            scratch: Vec::new(),
        }
    }

    /// Appends the row of `record`.
    fn write(&mut self, record: &ReplicationRecord, out: &mut Vec<u8>) -> io::Result<()> {
        cells::whole(record.id, out);
        out.push(b',');
        cells::whole(record.push, out);
        out.push(b',');
        out.extend_from_slice(&self.lanes[record.lane as usize]);
        out.push(b',');
        out.extend_from_slice(&self.repositories[record.repository as usize]);
        out.push(b',');
        self.digest(record.digest, out);
        out.push(b',');
        self.tags(record.tags, &AppliedTags::All, out);
        out.push(b',');
        self.times(record, out)?;
        for cell in [record.status.name(), reason(record.status)] {
            out.extend_from_slice(cell.as_bytes());
            out.push(b',');
        }
        for span in spans(record) {
            if let Some(span) = span {
                cells::seconds(span, out);
            }
            out.push(b',');
        }
        for number in [
            record.image_bytes,
            record.moved_bytes,
            record.attempts.into(),
        ] {
            cells::whole(number, out);
            out.push(b',');
        }
        self.tags(record.tags, applied(record), out);
        out.push(b',');
        if let Some(usd) = usd(record) {
            cells::usd(usd, out);
        }
        out.push(b'\n');
        Ok(())
    }

    fn digest(&self, digest: Digest, out: &mut Vec<u8>) {
        match digest {
            Digest::Generated(_) => self.texts.digest(digest, out),
            Digest::Given(id) => cells::text(&self.names.digests[id as usize], out),
        }
    }

    fn times(&mut self, record: &ReplicationRecord, out: &mut Vec<u8>) -> io::Result<()> {
        for time in times(record) {
            if let Some(time) = time {
                self.clock.put(time, out)?;
            }
            out.push(b',');
        }
        Ok(())
    }

    /// Appends the cell of the tags of `list` that `applied` names.
    fn tags(&mut self, list: TagList, applied: &AppliedTags, out: &mut Vec<u8>) {
        if matches!(list, TagList::Stream { stream, .. } if self.plain[stream as usize]) {
            return self.texts.tags(list, applied, out);
        }
        self.scratch.clear();
        self.texts.tags(list, applied, &mut self.scratch);
        let text = str::from_utf8(&self.scratch).expect("tags are text");
        cells::text(text, out);
    }
}

/// Says whether no cell that begins with this template, or holds it, needs a guard or quotes.
fn is_plain(template: &str) -> bool {
    let first_is_plain = !template.starts_with(['=', '+', '-', '@', '\'']);
    first_is_plain && !needs_guard(template) && !template.bytes().any(is_special)
}
