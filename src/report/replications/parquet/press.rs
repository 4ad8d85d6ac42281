//! Compresses pages.

use std::{iter, mem};

use bytes::Bytes;
use parquet::errors::Result;
use zstd::bulk::Compressor;
use zstd::stream::raw::{Encoder, InBuffer, Operation, OutBuffer};
use zstd::zstd_safe::compress_bound;

use super::schema::ZSTD_LEVEL;

/// Keeps its memory from page to page.
pub struct Press {
    zstd: Compressor<'static>,
    plain: Vec<u8>,
    /// The last page, whose memory comes back when nobody else holds it.
    pressed: Bytes,
}

/// How the bytes of a page are compressed.
#[derive(Clone, Copy)]
pub enum Pressing {
    /// Not at all: nothing would come of it.
    Left,
    /// All alike.
    Whole,
    /// In blocks of so many bytes, after what is left of the first of them: each block has its own code for its frequent bytes,
    /// and is left as it is if it has none.
    Blocks(usize),
}

/// More than the format adds to a block, or to the page itself.
const HEAD_BYTES: usize = 32;

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
    pub fn press(
        &mut self,
        pressing: Pressing,
        put: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(Bytes, usize)> {
        self.plain.clear();
        put(&mut self.plain);
        let mut pressed = Vec::from(mem::take(&mut self.pressed));
        pressed.clear();
        match pressing {
            Pressing::Left => pressed.extend_from_slice(&self.plain),
            Pressing::Whole => {
                pressed.reserve(compress_bound(self.plain.len()));
                self.zstd.compress_to_buffer(&self.plain, &mut pressed)?;
            }
            Pressing::Blocks(bytes) => self.press_blocks(bytes.max(1), &mut pressed)?,
        }
        self.pressed = pressed.into();
        Ok((self.pressed.clone(), self.plain.len()))
    }

    /// Compresses the page into one frame, whose blocks end every so many bytes.
    fn press_blocks(&mut self, block_bytes: usize, pressed: &mut Vec<u8>) -> Result<()> {
        let (head, alike) = self.plain.split_at(self.plain.len() % block_bytes);
        let blocks = iter::once(head).chain(alike.chunks(block_bytes));
        pressed
            .reserve(compress_bound(self.plain.len()) + HEAD_BYTES * (1 + blocks.clone().count()));
        let mut out = OutBuffer::around(pressed);
        let mut frame = Encoder::with_context(self.zstd.context_mut());
        frame.reinit()?;
        frame.set_pledged_src_size(Some(self.plain.len() as u64))?;
        for block in blocks {
            let mut block = InBuffer::around(block);
            frame.run(&mut block, &mut out)?;
            frame.flush(&mut out)?;
        }
        let left = frame.finish(&mut out, true)?;
        assert_eq!(left, 0, "there is room for a page that does not shrink");
        Ok(())
    }
}
