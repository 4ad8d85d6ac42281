//! The command line as a user sees it: what each command prints, writes and returns.

mod case;
mod check;
mod docs;
mod explain;
mod folder;
#[cfg(unix)]
mod interrupt;
mod lints;
mod others;
mod output;
mod parquet;
mod report;
mod run;
mod templates;
mod validate;
