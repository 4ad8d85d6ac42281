//! One file per command: parse options, call one room below, print; no logic of its own.

pub mod check;
pub mod schema;
