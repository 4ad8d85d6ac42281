//! Compresses pages.

use std::mem;

use bytes::Bytes;
use parquet::errors::Result;
use zstd::bulk::Compressor;
use zstd::zstd_safe::compress_bound;

use super::schema::ZSTD_LEVEL;

/// Keeps its memory from page to page.
pub struct Press {
    zstd: Compressor<'static>,
    plain: Vec<u8>,
    /// The last page, whose memory comes back when nobody else holds it.
    pressed: Bytes,
}

impl Press {
    /// Returns a press.
    ///
    /// # Errors
    /// If there is no memory.
    pub fn new() -> Result<Self> {
        Ok(Self {
            zstd: Compressor::new(ZSTD_LEVEL)?,
            plain: Vec::new(),
            pressed: Bytes::new(),
        })
    }

    /// Returns what `put` appends, compressed, and how many bytes it had before.
    ///
    /// # Errors
    /// If there is no memory.
    pub fn press(&mut self, put: impl FnOnce(&mut Vec<u8>)) -> Result<(Bytes, usize)> {
        self.plain.clear();
        put(&mut self.plain);
        let mut pressed = Vec::from(mem::take(&mut self.pressed));
        pressed.clear();
        pressed.reserve(compress_bound(self.plain.len()));
        self.zstd.compress_to_buffer(&self.plain, &mut pressed)?;
        self.pressed = pressed.into();
        Ok((self.pressed.clone(), self.plain.len()))
    }
}
