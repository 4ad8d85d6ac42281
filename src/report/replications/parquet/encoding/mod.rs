//! How the values of a page become bytes, as in `Encodings.md` of the Parquet format.
//!
//! The `parquet` crate has these encodings too, but behind a writer that takes a text by a counted reference, looks it up in
//! a hash table, and looks at every value once more for each of its services: twice the time of writing the CSV file.

mod bits;
mod delta;
mod front;
mod hybrid;
mod streams;

pub use self::delta::delta;
pub use self::front::FrontCoded;
pub use self::hybrid::{hybrid, run, width};
pub use self::streams::streams;
