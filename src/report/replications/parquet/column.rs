//! A column of a row group: pages that are encoded and compressed as their rows come.

use std::iter;
use std::mem;

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{CompressedPage, Page};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::schema::types::ColumnDescPtr;

use super::chunk::Chunk;
use super::encoding::{hybrid, run};
use super::names::Place;
use super::page::Values;
use super::press::{Press, Pressing};

/// A column that is being filled.
pub struct Column {
    about: ColumnDescPtr,
    values: Values,
    page: PageRows,
    /// The row group's pages that have ended.
    chunk: Chunk,
    /// How many of their rows hold nothing.
    nulls: u64,
}

/// A page as it will stand in the file.
#[derive(Clone)]
struct EndedPage {
    bytes: Bytes,
    plain_bytes: usize,
    rows: usize,
    nulls: usize,
}

/// Rows of the page that is being filled.
#[derive(Clone, Default)]
struct PageRows {
    count: usize,
    /// Those that hold nothing.
    nulls: Vec<u32>,
}

impl Column {
    /// Returns an empty column.
    pub fn new(about: ColumnDescPtr, values: Values) -> Self {
        Self {
            about,
            values,
            page: PageRows::default(),
            chunk: Chunk::default(),
            nulls: 0,
        }
    }

    /// Takes rows of whole numbers.
    pub fn whole(&mut self, rows: impl Iterator<Item = Option<i64>> + Clone) {
        let Values::Whole(numbers) = &mut self.values else {
            unreachable!("the column holds whole numbers");
        };
        self.page.fill(rows, numbers.page());
    }

    /// Takes rows of other numbers.
    pub fn real(&mut self, rows: impl Iterator<Item = Option<f64>> + Clone) {
        let Values::Real(numbers) = &mut self.values else {
            unreachable!("the column holds numbers");
        };
        self.page.fill(rows, numbers.page());
    }

    /// Takes rows of names by their place in the dictionary.
    pub fn names(&mut self, rows: impl Iterator<Item = Place> + Clone) {
        let Values::Names(_, places) = &mut self.values else {
            unreachable!("the column holds names");
        };
        self.page.fill(rows, places);
    }

    /// Takes a row of text, and leaves other memory in its place.
    pub fn text(&mut self, text: &mut Vec<u8>) {
        let Values::Texts(texts) = &mut self.values else {
            unreachable!("the column holds texts");
        };
        match text.is_empty() {
            true => self.page.nulls.push(self.page.count as u32),
            false => texts.push(text),
        }
        self.page.count += 1;
    }

    /// Takes the rows of a page that another column of texts is filling.
    pub fn begin_page_as(&mut self, other: &Self) {
        let (Values::Texts(texts), Values::Texts(others)) = (&mut self.values, &other.values)
        else {
            unreachable!("both columns hold texts");
        };
        texts.clone_from(others);
        self.page.clone_from(&other.page);
    }

    /// Returns whether rows wait for the end of the page.
    pub const fn has_rows(&self) -> bool {
        self.page.count > 0
    }

    /// Returns how many bytes of text wait for the end of the page.
    pub const fn waiting_text_bytes(&self) -> usize {
        match &self.values {
            Values::Texts(page) => page.kept_bytes(),
            _ => 0,
        }
    }

    /// Ends the page.
    ///
    /// # Errors
    /// If a row that must hold a value has none, since it does not fit.
    pub fn end_page(&mut self, press: &mut Press) -> Result<()> {
        let page = self.make_page(press)?;
        self.put_page(page)
    }

    /// Ends the page, which is also that of a column of texts like this one that has taken no row for it.
    ///
    /// # Errors
    /// If the page is too large.
    pub fn end_page_of_both(&mut self, other: &mut Self, press: &mut Press) -> Result<()> {
        let page = self.make_page(press)?;
        other.put_page(page.clone())?;
        self.put_page(page)
    }

    /// Makes the page of the rows that wait.
    fn make_page(&mut self, press: &mut Press) -> Result<EndedPage> {
        let is_optional = self.about.max_def_level() > 0;
        if !is_optional && !self.page.nulls.is_empty() {
            let name = self.about.name();
            let message = format!("a value of `{name}` is beyond 2^63 - 1");
            return Err(ParquetError::General(message));
        }
        if self.chunk.rows() == 0 {
            self.put_dictionary(press)?;
        }
        let (bytes, plain_bytes) = press.press(self.values.pressing(), |out| {
            if is_optional {
                self.page.put_levels(out);
            }
            self.values.put_page(out);
        })?;
        let ended = EndedPage {
            bytes,
            plain_bytes,
            rows: self.page.count,
            nulls: self.page.nulls.len(),
        };
        self.page.count = 0;
        self.page.nulls.clear();
        Ok(ended)
    }

    /// Adds a page to the row group.
    fn put_page(&mut self, ended: EndedPage) -> Result<()> {
        self.nulls += ended.nulls as u64;
        let page = Page::DataPage {
            buf: ended.bytes,
            num_values: ended.rows as u32,
            encoding: self.values.encoding(),
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        self.chunk
            .push(CompressedPage::new(page, ended.plain_bytes))
    }

    /// Ends the row group: returns the column's part of it, whose memory [`Self::reuse`] takes back for the next one.
    ///
    /// # Errors
    /// If there is no memory.
    pub fn end_group(&mut self) -> Result<(Bytes, ColumnCloseResult)> {
        let chunk = mem::take(&mut self.chunk);
        let rows_written = chunk.rows();
        let foot = ColumnChunkMetaData::builder(self.about.clone())
            .set_compression(self.values.compression());
        let (bytes, mut foot) = chunk.close(foot)?;
        if let Some(statistics) = self.values.take_statistics(mem::take(&mut self.nulls)) {
            foot = foot.set_statistics(statistics);
        }
        let closed = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written,
            metadata: foot.build()?,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok((bytes, closed))
    }

    /// Takes back the memory of the last row group.
    pub fn reuse(&mut self, written: Bytes) {
        self.chunk = Chunk::within(written.into());
    }

    /// Names have their dictionary before their pages.
    fn put_dictionary(&mut self, press: &mut Press) -> Result<()> {
        let Values::Names(dictionary, _) = &self.values else {
            return Ok(());
        };
        let (buf, plain_bytes) = press.press(Pressing::Whole, |out| dictionary.put(out))?;
        let page = Page::DictionaryPage {
            buf,
            num_values: dictionary.len() as u32,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        self.chunk.push(CompressedPage::new(page, plain_bytes))
    }
}

impl PageRows {
    /// Counts `rows`, and adds what they hold to `values`.
    fn fill<T: Default>(
        &mut self,
        rows: impl Iterator<Item = Option<T>> + Clone,
        values: &mut Vec<T>,
    ) {
        // Mostly all hold something: then they are taken without a look at each.
        let (begin, mut has_nulls) = (values.len(), false);
        values.extend(rows.clone().map(|row| {
            has_nulls |= row.is_none();
            row.unwrap_or_default()
        }));
        let count = values.len() - begin;
        if has_nulls {
            values.truncate(begin);
            for (place, row) in iter::zip(self.count.., rows) {
                match row {
                    Some(value) => values.push(value),
                    None => self.nulls.push(place as u32),
                }
            }
        }
        self.count += count;
    }

    /// Appends for each row whether it holds a value (1) or not (0), after the number of the bytes that this takes.
    fn put_levels(&self, out: &mut Vec<u8>) {
        let begin = out.len();
        out.extend_from_slice(&[0; 4]);
        match self.nulls.len() {
            0 => run(1, self.count, 1, out),
            nulls if nulls == self.count => run(0, self.count, 1, out),
            _ => hybrid(&self.levels(), 1, out),
        }
        let bytes = (out.len() - begin - 4) as u32;
        out[begin..begin + 4].copy_from_slice(&bytes.to_le_bytes());
    }
    fn levels(&self) -> Vec<u32> {
        let mut levels = vec![1; self.count];
        for &null in &self.nulls {
            levels[null as usize] = 0;
        }
        levels
    }
}
