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
use super::press::Press;
use super::schema::compression;

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

/// Rows of the page that is being filled.
#[derive(Default)]
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
    pub fn whole(&mut self, rows: impl Iterator<Item = Option<i64>>) {
        let Values::Whole(page) = &mut self.values else {
            unreachable!("the column holds whole numbers");
        };
        self.page.fill(rows, |number| page.push(number));
    }

    /// Takes rows of other numbers.
    pub fn real(&mut self, rows: impl Iterator<Item = Option<f64>>) {
        let Values::Real(page) = &mut self.values else {
            unreachable!("the column holds numbers");
        };
        self.page.fill(rows, |number| page.push(number));
    }

    /// Takes rows of names by their place in the dictionary.
    pub fn names(&mut self, rows: impl Iterator<Item = Place>) {
        let Values::Names(_, page) = &mut self.values else {
            unreachable!("the column holds names");
        };
        self.page.fill(rows, |place| page.push(place));
    }

    /// Takes a row of text.
    pub fn text(&mut self, text: &[u8]) {
        let Values::Texts(page) = &mut self.values else {
            unreachable!("the column holds texts");
        };
        let row = (!text.is_empty()).then_some(text);
        self.page.fill(iter::once(row), |text| page.push(text));
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
        let is_optional = self.about.max_def_level() > 0;
        if !is_optional && !self.page.nulls.is_empty() {
            let name = self.about.name();
            let message = format!("a value of `{name}` is beyond 2^63 - 1");
            return Err(ParquetError::General(message));
        }
        if self.chunk.rows() == 0 {
            self.put_dictionary(press)?;
        }
        let (buf, plain_bytes) = press.press(|out| {
            if is_optional {
                self.page.put_levels(out);
            }
            self.values.put_page(out);
        })?;
        let page = Page::DataPage {
            buf,
            num_values: self.page.count as u32,
            encoding: self.values.encoding(),
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        self.chunk.push(CompressedPage::new(page, plain_bytes))?;
        self.nulls += self.page.nulls.len() as u64;
        self.page.count = 0;
        self.page.nulls.clear();
        Ok(())
    }

    /// Ends the row group: returns the column's part of it, and begins the next one.
    ///
    /// # Errors
    /// If there is no memory.
    pub fn end_group(&mut self) -> Result<(Bytes, ColumnCloseResult)> {
        let chunk = mem::take(&mut self.chunk);
        let rows_written = chunk.rows();
        let foot = ColumnChunkMetaData::builder(self.about.clone()).set_compression(compression());
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

    /// Names have their dictionary before their pages.
    fn put_dictionary(&mut self, press: &mut Press) -> Result<()> {
        let Values::Names(dictionary, _) = &self.values else {
            return Ok(());
        };
        let (buf, plain_bytes) = press.press(|out| dictionary.put(out))?;
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
    /// Counts `rows`, and hands on what they hold.
    fn fill<T>(&mut self, rows: impl Iterator<Item = Option<T>>, mut take: impl FnMut(T)) {
        for row in rows {
            match row {
                Some(value) => take(value),
                None => self.nulls.push(self.count as u32),
            }
            self.count += 1;
        }
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
