//! An outcome becomes files and a screen: the run's folder, CSV tables, charts, the HTML page, the terminal's summary.
//!
//! Knows nothing of ECR, clocks or chance. What it writes depends on the outcome alone: the same outcome gives the same
//! bytes. Charts and page are made from the folder's files, so that `ecrsim report` redraws them without simulating.
//!
//! A run's way: [`folder::RunFolder::create`] before it starts, [`replications::ReplicationWriter`] while it goes on,
//! [`write_run`] when it has ended, [`folder::RunFolder::publish`], [`terminal::summary`].

pub mod charts;
mod companions;
pub mod csv_files;
mod deployments;
pub mod error;
mod facts;
pub mod focus;
pub mod folder;
pub mod human;
pub mod orphans;
pub mod page;
mod pulls;
pub mod replications;
pub mod run_json;
pub mod story;
pub mod summary_json;
pub mod terminal;
pub mod view;
mod write;

pub use write::{redraw, redraw_differences, redraw_solve, redraw_sweep, write_run};

#[cfg(test)]
mod samples;
