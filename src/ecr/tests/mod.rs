//! The state machine, fact by fact and against a naive one.

mod arrivals;
mod deletions;
mod groups;
mod naive;
mod operations;
mod pushes;
mod questions;
mod random;
mod retirement;
mod scene;
mod storage;
