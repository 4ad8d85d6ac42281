//! The command line as a user sees it: what each command prints, writes and returns.

mod case;
mod charts;
mod check;
mod cluster;
mod compare;
mod docs;
mod explain;
mod folder;
mod groups;
#[cfg(unix)]
mod interrupt;
mod lints;
mod money;
mod others;
mod output;
mod parquet;
mod report;
mod run;
mod solve;
mod sweep;
mod templates;
mod validate;
