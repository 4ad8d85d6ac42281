//! What a sweep leaves on disk while it goes on, so that no work is lost: the manifest says which runs are asked for, closed
//! segments hold the results that are there.
//!
//! A folder may be written by any number of processes at once. Nothing in it is ever changed in place: a file is written
//! under a hidden name, synced, and put into its place whole. The run is the unit of truth, and its [`Key`] says which run
//! it is, whatever its number in this sweep or another.

mod key;
mod manifest;
mod place;
mod results;
mod segment;

pub use key::Key;
pub use manifest::{Manifest, Planned, ReadFile, Settled, Stop};
pub use place::{MANIFEST, SEGMENTS, SweepFolder};
pub use results::{Conflict, Found, Results};
pub use segment::{Journal, Row, cell, csv_line};

#[cfg(test)]
mod tests;
