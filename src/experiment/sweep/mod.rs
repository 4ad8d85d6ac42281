//! Sweeps: all points of a design, each under many seeds, on all cores, so that nothing is lost when it is interrupted.
//!
//! A [`Sweep`] file becomes a [`plan`]: the points and the [`Manifest`] of their runs. The [`runner`] makes those runs whose
//! results are not in the folder yet; [`tables`] are written from the folder alone when nothing is missing.
//!
//! [`Sweep`]: crate::scenario::sweep::Sweep
//! [`Manifest`]: super::journal::Manifest

pub mod design;
pub mod goals;
pub mod plan;
pub mod runner;
pub mod stop;
pub mod tables;

pub use goals::missing;
pub use runner::{Halt, Runner, Shard, Watch};

#[cfg(test)]
mod tests;
