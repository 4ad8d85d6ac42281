//! The pages of a column in a row group, one after the other.

use bytes::Bytes;
use parquet::basic::{Encoding, EncodingMask, PageType};
use parquet::column::page::{CompressedPage, PageWriter};
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaDataBuilder, PageEncodingStats};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};

/// Pages as they will stand in the file, and what its foot says of them.
pub struct Chunk {
    bytes: TrackedWrite<Vec<u8>>,
    plain_bytes: usize,
    rows: u64,
    dictionary_bytes: Option<i64>,
    pages: Vec<PageEncodingStats>,
}

impl Default for Chunk {
    fn default() -> Self {
        Self::within(Vec::new())
    }
}

impl Chunk {
    /// Returns a chunk without pages, which will lie in `memory`.
    pub fn within(mut memory: Vec<u8>) -> Self {
        memory.clear();
        Self {
            bytes: TrackedWrite::new(memory),
            plain_bytes: 0,
            rows: 0,
            dictionary_bytes: None,
            pages: Vec::new(),
        }
    }

    /// Appends a page; a dictionary comes first.
    ///
    /// # Errors
    /// If the page is too large.
    pub fn push(&mut self, page: CompressedPage) -> Result<()> {
        let (page_type, encoding) = (page.page_type(), page.encoding());
        let written = SerializedPageWriter::new(&mut self.bytes).write_page(page)?;
        self.plain_bytes += written.uncompressed_size;
        if page_type == PageType::DICTIONARY_PAGE {
            self.dictionary_bytes = Some(written.bytes_written as i64);
        } else {
            self.rows += u64::from(written.num_values);
        }
        match self.pages.last_mut() {
            Some(last) if last.page_type == page_type => last.count += 1,
            _ => self.pages.push(PageEncodingStats {
                page_type,
                encoding,
                count: 1,
            }),
        }
        Ok(())
    }

    /// Returns how many rows its pages hold.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Tells `foot` of the pages, and returns them.
    ///
    /// # Errors
    /// None, since memory takes everything.
    pub fn close(
        self,
        foot: ColumnChunkMetaDataBuilder,
    ) -> Result<(Bytes, ColumnChunkMetaDataBuilder)> {
        // Levels, where there are any, are encoded so.
        let encodings = self
            .pages
            .iter()
            .map(|pages| &pages.encoding)
            .chain([&Encoding::RLE]);
        let foot = foot
            .set_encodings_mask(EncodingMask::new_from_encodings(encodings))
            .set_num_values(self.rows as i64)
            .set_total_uncompressed_size(self.plain_bytes as i64)
            .set_total_compressed_size(self.bytes.bytes_written() as i64)
            .set_dictionary_page_offset(self.dictionary_bytes.map(|_| 0))
            .set_data_page_offset(self.dictionary_bytes.unwrap_or(0))
            .set_page_encoding_stats(self.pages);
        Ok((self.bytes.into_inner()?.into(), foot))
    }
}
