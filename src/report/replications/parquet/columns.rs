//! Records become columns of typed values, batch by batch.

use std::array;
use std::io::Write;
use std::mem;
use std::slice;

use parquet::errors::Result;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::SchemaDescriptor;

use super::column::Column;
use super::names::{Dictionaries, Place, reason_place, status_place};
use super::page::{Numbers, Values};
use super::press::Press;
use super::time::{Start, seconds};
use crate::measure::outcome::ReplicationRow;
use crate::measure::record::{AppliedTags, ReplicationRecord};
use crate::measure::table::{self, Kind, Moment, Table};
use crate::report::replications::texts::Texts;
use crate::report::replications::values::{applied, spans, times, usd};
use crate::simulation::names::Names;

/// A page ends after so many rows, or a few more: large enough to compress well, small enough to stay in the cache, all
/// columns of it.
const PAGE_ROWS: usize = 16_384;

/// Or after so many bytes of text in one of its columns.
const PAGE_TEXT_BYTES: usize = 1_048_576;

/// Records that stay in the nearest cache while their values go to one column after the other.
const TOGETHER: usize = 128;

/// The columns of a row group, and what makes their values of records.
pub struct Columns<'a> {
    texts: Texts<'a>,
    start: Start,
    dictionaries: Dictionaries,
    columns: [Column; ReplicationRow::COLUMNS.len()],
    press: Press,
    page_rows: usize,
    /// Whether all tags were applied to all rows of the page: then the two columns of tags have one page in common.
    all_tags_applied: bool,
    /// Where `tags` and `tags_applied` stand among the columns.
    tag_columns: [usize; 2],
    /// Two texts that are being made.
    scratch: [Scratch; 2],
}

/// Records, and the columns that have not got their values yet.
struct Rows<'a> {
    records: &'a [ReplicationRecord],
    columns: slice::IterMut<'a, Column>,
}

/// A text that is being made.
#[derive(Default)]
struct Scratch(Vec<u8>);

impl<'a> Columns<'a> {
    /// Prepares `names` for a file of `schema`; times count from `start`.
    ///
    /// # Errors
    /// If there is no memory.
    pub fn new(names: &'a Names, start: Moment, schema: &SchemaDescriptor) -> Result<Self> {
        let dictionaries = Dictionaries::new(names);
        let column = |place: usize| {
            let values = values(&ReplicationRow::COLUMNS[place], &dictionaries);
            Column::new(schema.column(place), values)
        };
        Ok(Self {
            texts: Texts::new(names),
            start: Start::new(start),
            columns: array::from_fn(column),
            dictionaries,
            press: Press::new()?,
            page_rows: 0,
            all_tags_applied: true,
            tag_columns: ["tags", "tags_applied"].map(place_of),
            scratch: Default::default(),
        })
    }

    /// Takes records.
    ///
    /// # Errors
    /// If a number does not fit.
    pub fn take(&mut self, records: &[ReplicationRecord]) -> Result<()> {
        for records in records.chunks(TOGETHER) {
            self.take_rows(records);
        }
        self.page_rows += records.len();
        let waiting_bytes = self.columns.iter().map(Column::waiting_text_bytes).max();
        if self.page_rows >= PAGE_ROWS || waiting_bytes >= Some(PAGE_TEXT_BYTES) {
            self.end_page()?;
        }
        Ok(())
    }

    /// Ends the row group, writes it to `file`, and begins the next one.
    ///
    /// # Errors
    /// If a number does not fit, or the file refuses.
    pub fn end_group<W: Write + Send>(&mut self, file: &mut SerializedFileWriter<W>) -> Result<()> {
        if self.page_rows > 0 {
            self.end_page()?;
        }
        let mut group = file.next_row_group()?;
        for column in &mut self.columns {
            let (chunk, closed) = column.end_group()?;
            group.append_column(&chunk, closed)?;
            column.reuse(chunk);
        }
        group.close().map(|_| ())
    }

    fn end_page(&mut self) -> Result<()> {
        self.page_rows = 0;
        if mem::replace(&mut self.all_tags_applied, true) {
            let both = self.columns.get_disjoint_mut(self.tag_columns);
            let [tags, tags_applied] = both.expect("these are two columns");
            tags.end_page_of_both(tags_applied, &mut self.press)?;
        }
        let mut waiting = self.columns.iter_mut().filter(|column| column.has_rows());
        waiting.try_for_each(|column| column.end_page(&mut self.press))
    }

    /// Hands the values of records to the columns, in the order of the table.
    fn take_rows(&mut self, records: &[ReplicationRecord]) {
        let (start, places) = (self.start, &self.dictionaries);
        let columns = self.columns.iter_mut();
        let mut rows = Rows { records, columns };
        rows.whole(|record| record.id);
        rows.whole(|record| record.push);
        rows.names(|record| places.lanes[record.lane as usize].0);
        rows.names(|record| places.lanes[record.lane as usize].1);
        rows.names(|record| places.repositories[record.repository as usize]);
        let (digest, tags) = (rows.column(), rows.column());
        rows.moments::<0>(start);
        rows.moments::<1>(start);
        rows.moments::<2>(start);
        rows.moments::<3>(start);
        rows.names(|record| status_place(record.status));
        rows.names(|record| reason_place(record.status));
        rows.spans::<0>();
        rows.spans::<1>();
        rows.spans::<2>();
        rows.spans::<3>();
        rows.whole(|record| record.image_bytes);
        rows.whole(|record| record.moved_bytes);
        rows.whole(|record| record.attempts.into());
        let tags_applied = rows.column();
        rows.real(usd);
        assert!(rows.columns.next().is_none(), "every column gets its rows");
        let [text, again] = &mut self.scratch;
        for record in records {
            digest.text(text.make(|out| self.texts.digest(record.digest, out)));
            let applied = applied(record);
            let all_applied = matches!(applied, AppliedTags::All);
            if self.all_tags_applied && !all_applied {
                self.all_tags_applied = false;
                tags_applied.begin_page_as(tags);
            }
            let all = text.make(|out| self.texts.tags(record.tags, &AppliedTags::All, out));
            if !self.all_tags_applied {
                tags_applied.text(again.make(|out| match all_applied {
                    // What is made already is not made again.
                    true => out.extend_from_slice(all),
                    false => self.texts.tags(record.tags, applied, out),
                }));
            }
            tags.text(all);
        }
    }
}

impl<'a> Rows<'a> {
    /// Returns the next column.
    fn column(&mut self) -> &'a mut Column {
        self.columns.next().expect("the table has this column")
    }

    fn whole(&mut self, value: impl Fn(&ReplicationRecord) -> u64) {
        let number = |record| i64::try_from(value(record)).ok();
        self.column().whole(self.records.iter().map(&number));
    }

    /// Hands on one of a record's times. Which one is known to the compiler, so that it makes no array of them.
    fn moments<const PLACE: usize>(&mut self, start: Start) {
        let moment =
            |record: &ReplicationRecord| times(record)[PLACE].map(|time| start.after(time));
        self.column().whole(self.records.iter().map(&moment));
    }

    /// The same for spans.
    fn spans<const PLACE: usize>(&mut self) {
        self.real(|record| spans(record)[PLACE].map(seconds));
    }

    fn real(&mut self, value: impl Fn(&ReplicationRecord) -> Option<f64>) {
        self.column().real(self.records.iter().map(&value));
    }

    fn names(&mut self, place: impl Fn(&ReplicationRecord) -> Place) {
        self.column().names(self.records.iter().map(&place));
    }
}

impl Scratch {
    /// Returns the text that `put` makes.
    fn make(&mut self, put: impl FnOnce(&mut Vec<u8>)) -> &mut Vec<u8> {
        self.0.clear();
        put(&mut self.0);
        &mut self.0
    }
}

/// Returns where the column with that name stands.
fn place_of(name: &str) -> usize {
    let place = ReplicationRow::COLUMNS
        .iter()
        .position(|column| column.name == name);
    place.expect("the table has this column")
}

/// Returns an empty page for a column.
fn values(column: &table::Column, dictionaries: &Dictionaries) -> Values {
    match column.kind {
        Kind::Whole | Kind::Moment => Values::Whole(Numbers::default()),
        Kind::Real => Values::Real(Numbers::default()),
        Kind::Text => match dictionaries.of(column.name) {
            Some(dictionary) => Values::Names(dictionary, Vec::new()),
            None => Values::Texts(Default::default()),
        },
    }
}
