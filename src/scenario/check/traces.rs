//! Traces: CSV files of recorded operations, every wrong cell told with its line.

mod values;

use std::ops::Range;
use std::sync::Arc;

use csv::StringRecord;

use super::Context;
use super::accounts;
use super::documents::Documents;
use crate::aws::nearest;
use crate::scenario::diagnostic::{Diagnostic, FileId, Place};
use crate::scenario::document::Path;
use crate::scenario::names::{Moment, RegistryName};
use crate::scenario::read::TraceKey;
use crate::scenario::schema::{check_text, listed};
use crate::scenario::trace::{Interner, TraceAction, TraceRow, TraceRows, TraceValue, Traces};
use crate::scenario::types::{Scenario, Trace};
use crate::units::{Bytes, SimTime};

const COLUMNS: [&str; 7] = [
    "time",
    "action",
    "registry",
    "repository",
    "tags",
    "digest",
    "bytes",
];

/// A column that a trace may have besides, under any of these names: a document or a value.
const VALUE: [&str; 3] = ["value", "destination", "storage_class"];

/// Of a trace with more wrong rows, the first are enough to see what is wrong with all.
const MOST_WRONG: usize = 200;

/// Reads every trace of the scenario; what its rows put joins the documents.
pub(super) fn read(cx: &mut Context<'_>, scenario: &Scenario, documents: &mut Documents) -> Traces {
    let mut traces = Traces::new();
    for (name, trace) in &scenario.traces {
        let path = Path::root().to("traces").to(name).to("file");
        if let Some(file) = cx.file(&path, &trace.file) {
            let rows = shared(cx, scenario, documents, (name, trace), file);
            traces.insert(name.clone(), rows);
        }
    }
    traces
}

/// Returns the rows as another scenario of the same base has read them, or reads them.
fn shared(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &mut Documents,
    (name, trace): (&str, &Trace),
    file: FileId,
) -> Arc<TraceRows> {
    let store = Arc::clone(&cx.reader.store);
    let key = TraceKey {
        text: cx.reader.files.text(file).clone(),
        clip: trace.clip,
        start: scenario.start,
        duration: scenario.duration,
        profile: scenario.profile,
        accounts: scenario.accounts.clone(),
    };
    if let Some(rows) = store.trace(&key) {
        return rows;
    }
    let found = cx.count();
    let rows = Arc::new(rows(cx, scenario, documents, (name, trace), file));
    // What is wrong with them must be told to each.
    if !cx.has_errors() && cx.count() == found && stands_alone(&rows) {
        store.keep_trace(key, &rows);
    }
    rows
}

/// Returns whether no row names a document, which joins the scenario's own, or a destination, which its rules must have.
fn stands_alone(rows: &TraceRows) -> bool {
    let mut values = rows.rows.iter().map(|row| &row.value);
    !values.any(|value| matches!(value, TraceValue::Document(_) | TraceValue::Destination(_)))
}

fn is_known(column: &str) -> bool {
    VALUE.contains(&column) || COLUMNS.contains(&column)
}

fn rows(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &mut Documents,
    (name, trace): (&str, &Trace),
    file: FileId,
) -> TraceRows {
    let text = cx.reader.files.text(file).clone();
    let mut reading = Reading {
        cx,
        scenario,
        documents,
        name,
        clip: trace.clip,
        file,
        text: &text,
        rows: TraceRows::default(),
        registries: Interner::default(),
        repositories: Interner::default(),
        tag_lists: Interner::default(),
        digests: Interner::default(),
        values: values::Known::default(),
        wrong: 0,
    };
    reading.file();
    let mut rows = reading.rows;
    rows.rows.sort_by_key(|row| row.at);
    rows
}

/// One trace while it is read.
struct Reading<'c, 'r, 's> {
    cx: &'c mut Context<'r>,
    scenario: &'s Scenario,
    documents: &'c mut Documents,
    name: &'s str,
    clip: bool,
    file: FileId,
    text: &'s str,
    rows: TraceRows,
    registries: Interner,
    repositories: Interner,
    tag_lists: Interner,
    digests: Interner,
    values: values::Known,
    wrong: usize,
}

/// Where each column stands.
#[derive(Clone, Copy)]
struct Header {
    /// Places of [`COLUMNS`].
    columns: [usize; 7],
    /// Place and name of the column [`VALUE`].
    value: Option<(usize, &'static str)>,
    count: usize,
}

/// The cells of one row, in the order of [`COLUMNS`].
struct Cells<'r> {
    cells: [&'r str; 7],
    /// The cell under [`VALUE`]; empty where there is no such column.
    value: &'r str,
    header: Header,
    line: Range<usize>,
}

impl Reading<'_, '_, '_> {
    fn file(&mut self) {
        let mut table = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(self.text.as_bytes());
        let mut record = StringRecord::new();
        let mut order = None;
        while self.wrong < MOST_WRONG && self.next(&mut table, &mut record) {
            match order {
                Some(header) => self.record(&record, header),
                None => match self.header(&record) {
                    Some(found) => order = Some(found),
                    None => return,
                },
            }
        }
        if order.is_none() && self.wrong == 0 {
            let help = format!("its first line must be `{}`", COLUMNS.join(","));
            self.wrong_at(0..0, "the trace is empty".to_owned(), help);
        }
    }

    /// Reads the next record; `false` at the end, or where the text is no CSV.
    fn next(&mut self, table: &mut csv::Reader<&[u8]>, record: &mut StringRecord) -> bool {
        table.read_record(record).unwrap_or_else(|error| {
            let at = error.position().map_or(0, |at| at.byte() as usize);
            self.wrong_at(at..at, "this is not CSV text".to_owned(), String::new());
            false
        })
    }

    /// Returns the place of each column in the rows.
    fn header(&mut self, record: &StringRecord) -> Option<Header> {
        let line = self.line(record);
        let mut order = [0; 7];
        for (column, name) in order.iter_mut().zip(COLUMNS) {
            match record.iter().position(|cell| cell.trim() == name) {
                Some(place) => *column = place,
                None => {
                    let message = format!("the header lacks the column `{name}`");
                    let help = format!("the first line must be `{}`", COLUMNS.join(","));
                    self.wrong_at(line.clone(), message, help);
                }
            }
        }
        for cell in record.iter().filter(|cell| !is_known(cell.trim())) {
            let help = format!(
                "the columns are {}, and `{}` of documents and values",
                listed(COLUMNS),
                VALUE[0]
            );
            self.wrong_at(
                self.cell(&line, cell),
                format!("unknown column `{cell}`"),
                help,
            );
        }
        let places = VALUE.map(|name| {
            let place = record.iter().position(|cell| cell.trim() == name);
            place.map(|place| (place, name))
        });
        let mut named = places.into_iter().flatten();
        if let (Some((_, first)), Some((_, second))) = (named.next(), named.next()) {
            let message = format!("`{first}` and `{second}` are two names of one column");
            self.wrong_at(
                self.cell(&line, second),
                message,
                "leave one of them out".to_owned(),
            );
        }
        let header = Header {
            columns: order,
            value: places.into_iter().flatten().next(),
            count: record.len(),
        };
        (self.wrong == 0).then_some(header)
    }

    fn record(&mut self, record: &StringRecord, header: Header) {
        let line = self.line(record);
        if record.len() != header.count {
            let message = format!(
                "this row has {} cells; there are {} columns",
                record.len(),
                header.count
            );
            self.wrong_at(line, message, String::new());
            return;
        }
        let cells = Cells {
            cells: header.columns.map(|place| record[place].trim()),
            value: header.value.map_or("", |(place, _)| record[place].trim()),
            header,
            line,
        };
        let row = self.row(&cells);
        if let Some(row) = row.filter(|row| self.in_run(row.at, &cells)) {
            self.rows.rows.push(row);
        }
    }

    /// Reads a row; every wrong cell of it is told.
    fn row(&mut self, cells: &Cells<'_>) -> Option<TraceRow> {
        let at = self.time(cells);
        let action = self.action(cells);
        let registry = self.registry(cells);
        let action = action?;
        let repository = self.repository(cells, action);
        let digest = self.digest(cells, action);
        let tags = self.tags(cells, action);
        let bytes = self.bytes(cells, action);
        self.enough(cells, action);
        let value = self.value(cells, action);
        Some(TraceRow {
            at: at?,
            action,
            registry: registry?,
            repository: repository?,
            tags: tags?,
            digest: digest?,
            bytes: bytes?,
            value: value?,
        })
    }

    fn time(&mut self, cells: &Cells<'_>) -> Option<SimTime> {
        let moment: Moment = match cells.cells[0].parse() {
            Ok(moment) => moment,
            Err(error) => {
                let error: crate::units::UnitError = error;
                self.wrong_cell(cells, 0, error.message, error.help);
                return None;
            }
        };
        let time = self.scenario.sim_time(moment);
        // What is before the start lies outside the run: clipped, or told below as the last moment of all.
        Some(time.unwrap_or(SimTime::from_nanos(u64::MAX)))
    }

    fn in_run(&mut self, at: SimTime, cells: &Cells<'_>) -> bool {
        let unknown = self.cx.is_broken(&Path::root().to("duration"));
        if at <= self.scenario.end() || unknown {
            return true;
        }
        if !self.clip {
            let message = format!("\"{}\" is outside the run", cells.cells[0]);
            let help = format!(
                "the run goes from {} for {}; `clip = true` leaves such rows out",
                self.scenario.start, self.scenario.duration
            );
            self.wrong_cell(cells, 0, message, help);
        }
        false
    }

    fn action(&mut self, cells: &Cells<'_>) -> Option<TraceAction> {
        let written = cells.cells[1];
        let found = TraceAction::ALL
            .into_iter()
            .find(|action| action.name() == written);
        if found.is_none() {
            let names = || TraceAction::ALL.into_iter().map(TraceAction::name);
            let help = nearest(written, names()).map_or_else(
                || format!("a trace can say {}", listed(names())),
                |near| format!("did you mean `{near}`?"),
            );
            self.wrong_cell(cells, 1, format!("unknown action `{written}`"), help);
        }
        found
    }

    fn registry(&mut self, cells: &Cells<'_>) -> Option<u32> {
        Some(self.registry_cell(cells, cells.header.columns[2], cells.cells[2]))
    }

    /// Returns the number of the registry that a cell names; what is wrong with it is told once.
    fn registry_cell(&mut self, cells: &Cells<'_>, column: usize, written: &str) -> u32 {
        let (number, new) = self.registries.number(written);
        if !new {
            return number;
        }
        let checked =
            check_text("registry", written).and_then(|()| written.parse::<RegistryName>());
        let name = match checked {
            Ok(name) => name,
            Err(error) => {
                let span = self.cell_at(&cells.line, column, written);
                self.wrong_at(span, error.message, error.help);
                // The number is taken: later rows with the same text are not told again.
                RegistryName {
                    account: String::new(),
                    region: String::new(),
                }
            }
        };
        if !name.account.is_empty() {
            let place = self.place(self.cell_at(&cells.line, column, written));
            accounts::registry_at(self.cx, self.scenario, place, &name);
        }
        self.rows.registries.push(name);
        number
    }

    fn repository(&mut self, cells: &Cells<'_>, action: TraceAction) -> Option<Option<u32>> {
        let written = cells.cells[3];
        if !action.has_repository() {
            return self.must_be_empty(cells, 3, action).then_some(None);
        }
        let (number, new) = self.repositories.number(written);
        if new {
            self.rows.repositories.push(written.to_owned());
            self.check(cells, 3, "repository", written);
        }
        Some(Some(number))
    }

    fn tags(&mut self, cells: &Cells<'_>, action: TraceAction) -> Option<u32> {
        let written = cells.cells[4];
        if !action.has_image() && !self.must_be_empty(cells, 4, action) {
            return None;
        }
        let (number, new) = self.tag_lists.number(written);
        if new {
            let tags: Vec<String> = written.split_whitespace().map(str::to_owned).collect();
            for tag in &tags {
                self.check(cells, 4, "tag", tag);
            }
            self.rows.tag_lists.push(tags);
        }
        Some(number)
    }

    fn digest(&mut self, cells: &Cells<'_>, action: TraceAction) -> Option<Option<u32>> {
        let written = cells.cells[5];
        if !action.has_image() {
            return self.must_be_empty(cells, 5, action).then_some(None);
        }
        if written.is_empty() {
            return Some(None);
        }
        let (number, new) = self.digests.number(written);
        if new {
            self.rows.digests.push(written.to_owned());
            self.check(cells, 5, "digest", written);
        }
        Some(Some(number))
    }

    fn bytes(&mut self, cells: &Cells<'_>, action: TraceAction) -> Option<Bytes> {
        let written = cells.cells[6];
        if action != TraceAction::PutImage {
            let none = written == "0" || self.must_be_empty(cells, 6, action);
            return none.then_some(Bytes::default());
        }
        let largest = Bytes::LARGEST_IMAGE.get();
        let bytes = written
            .parse()
            .ok()
            .filter(|bytes| (1..=largest).contains(bytes));
        if bytes.is_none() {
            let message = format!("\"{written}\" is no number of bytes");
            let help =
                "write the whole image's compressed bytes as digits, from 1 to 10000000000000";
            self.wrong_cell(cells, 6, message, help.to_owned());
        }
        bytes.map(Bytes::new)
    }

    /// What concerns stored images must say by tags or by digest which.
    fn enough(&mut self, cells: &Cells<'_>, action: TraceAction) {
        let (tags, digest) = (cells.cells[4], cells.cells[5]);
        if action.has_named_image() && tags.is_empty() == digest.is_empty() {
            let message = format!("{} needs tags or a digest, not both", action.name());
            self.wrong_at(cells.line.clone(), message, String::new());
        }
    }

    fn must_be_empty(&mut self, cells: &Cells<'_>, column: usize, action: TraceAction) -> bool {
        let empty = cells.cells[column].is_empty();
        if !empty {
            let message = format!("{} has no {}", action.name(), COLUMNS[column]);
            self.wrong_cell(cells, column, message, "leave the cell empty".to_owned());
        }
        empty
    }

    fn check(&mut self, cells: &Cells<'_>, column: usize, format: &str, text: &str) {
        if let Err(error) = check_text(format, text) {
            self.wrong_cell(cells, column, error.message, error.help);
        }
    }

    fn wrong_cell(&mut self, cells: &Cells<'_>, column: usize, message: String, help: String) {
        let place = cells.header.columns[column];
        let span = self.cell_at(&cells.line, place, cells.cells[column]);
        self.wrong_at(span, message, help);
    }

    /// Returns the bytes of the cell at `place`; in a line with quotes, where its text is first found.
    fn cell_at(&self, line: &Range<usize>, place: usize, cell: &str) -> Range<usize> {
        let text = &self.text[line.clone()];
        let before: usize = text.split(',').take(place).map(|cell| cell.len() + 1).sum();
        if text.contains('"') || before > text.len() {
            return self.cell(line, cell);
        }
        self.cell(&(line.start + before..line.end), cell)
    }

    fn wrong_at(&mut self, span: Range<usize>, message: String, help: String) {
        self.wrong += 1;
        self.cx
            .tell(Diagnostic::error(self.place(span), message).help(help));
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place {
            file: self.file,
            span,
        }
    }

    /// Returns the bytes of a record's first line.
    fn line(&self, record: &StringRecord) -> Range<usize> {
        let start = record.position().map_or(0, |at| at.byte() as usize);
        // Blank lines before a record count as part of it for the reader.
        let skipped =
            self.text[start..].len() - self.text[start..].trim_start_matches(['\r', '\n']).len();
        let start = start + skipped;
        let length = self.text[start..].lines().next().map_or(0, str::len);
        start..start + length
    }

    /// Returns the bytes of a cell, or of its line if the cell's text is written differently there.
    fn cell(&self, line: &Range<usize>, cell: &str) -> Range<usize> {
        let found = self.text[line.clone()]
            .find(cell)
            .filter(|_| !cell.is_empty());
        found.map_or(line.clone(), |at| {
            line.start + at..line.start + at + cell.len()
        })
    }
}
