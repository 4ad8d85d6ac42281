//! Many runs: what they have in common and how they differ.
//!
//! Knows a run as "parameters and a seed in, numbers out" ([`engine::Engine`]); only [`scenarios`] knows what is simulated.

pub mod cluster;
pub mod compare;
pub mod engine;
pub mod journal;
pub mod scenarios;
pub mod solve;
pub mod statistics;
pub mod sweep;
