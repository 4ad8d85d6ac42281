//! The values of a column: one page of them, and what is known of its row group.

use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::file::statistics::{Statistics, ValueStatistics};

use super::encoding::{FrontCoded, delta, hybrid, streams, width};
use super::names::Dictionary;
use super::press::Pressing;
use super::schema::zstd;

/// Values that wait for the end of their page.
pub enum Values {
    /// Names, by their place in the dictionary.
    Names(Arc<Dictionary>, Vec<u32>),
    /// Texts of which most differ.
    Texts(FrontCoded),
    /// Whole numbers and moments.
    Whole(Numbers<i64>),
    /// Other numbers, none of them NaN.
    Real(Numbers<f64>),
}

/// Numbers of a page, and the least and greatest of the row group's earlier pages.
#[derive(Default)]
pub struct Numbers<T> {
    page: Vec<T>,
    range: Option<(T, T)>,
}

impl Values {
    /// Returns how its pages are encoded.
    pub const fn encoding(&self) -> Encoding {
        match self {
            Self::Names(..) => Encoding::RLE_DICTIONARY,
            Self::Texts(_) => Encoding::DELTA_BYTE_ARRAY,
            Self::Whole(_) => Encoding::DELTA_BINARY_PACKED,
            Self::Real(_) => Encoding::BYTE_STREAM_SPLIT,
        }
    }

    /// Returns how its pages are compressed, as the foot says it.
    pub fn compression(&self) -> Compression {
        match self.pressing() {
            Pressing::Left => Compression::UNCOMPRESSED,
            Pressing::Whole | Pressing::Blocks(_) => zstd(),
        }
    }

    /// Returns how to compress the page's values.
    pub const fn pressing(&self) -> Pressing {
        match self {
            Self::Names(..) | Self::Texts(_) => Pressing::Whole,
            // Distances in just as many bits as they need: zstd mostly looks for patterns in vain, and where whole releases
            // are pushed at once it would save an eighth of the file.
            Self::Whole(_) => Pressing::Left,
            // Sign and exponent repeat; most of the fraction's bytes do not, and would only blur what is frequent.
            Self::Real(numbers) => Pressing::Blocks(numbers.page.len()),
        }
    }

    /// Appends the page's values, and begins the next page.
    pub fn put_page(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::Names(dictionary, places) => {
                let width = width(dictionary.len().saturating_sub(1) as u64);
                out.push(width as u8);
                hybrid(places, width, out);
                places.clear();
            }
            Self::Texts(texts) => texts.put(out),
            Self::Whole(numbers) => numbers.put_page(delta, out),
            Self::Real(numbers) => numbers.put_page(streams, out),
        }
    }

    /// Returns least, greatest and NULLs of the row group, and forgets them. Names have none: most row groups hold all of
    /// them, so that a reader would skip little; and texts that differ lie anywhere in between.
    pub fn take_statistics(&mut self, nulls: u64) -> Option<Statistics> {
        match self {
            Self::Names(..) | Self::Texts(_) => None,
            Self::Whole(numbers) => Some(Statistics::Int64(numbers.take_statistics(nulls))),
            Self::Real(numbers) => Some(Statistics::Double(numbers.take_statistics(nulls))),
        }
    }
}

impl<T: Copy + PartialOrd> Numbers<T> {
    /// Returns the numbers of the page, to which more may be added.
    pub const fn page(&mut self) -> &mut Vec<T> {
        &mut self.page
    }

    fn put_page(&mut self, put: impl FnOnce(&[T], &mut Vec<u8>), out: &mut Vec<u8>) {
        put(&self.page, out);
        if let Some(&first) = self.page.first() {
            let range = self.range.unwrap_or((first, first));
            self.range = Some(self.page.iter().fold(range, |(least, greatest), &number| {
                (
                    if number < least { number } else { least },
                    if number > greatest { number } else { greatest },
                )
            }));
        }
        self.page.clear();
    }

    fn take_statistics(&mut self, nulls: u64) -> ValueStatistics<T>
    where
        T: parquet::data_type::AsBytes,
    {
        let (least, greatest) = self.range.take().unzip();
        ValueStatistics::new(least, greatest, None, Some(nulls), false)
    }
}
