//! Properties that hold whatever the scenario: nothing is lost, time goes forward, chance is keyed, runs repeat.
//!
//! Most are asked of random scenarios ([`scenarios`]); proptest prints the smallest scenario that breaks one, and its seed.

#[path = "../support/mod.rs"]
mod support;

mod chance;
mod conservation;
mod deployments;
mod determinism;
mod fingerprints;
mod groups;
mod outages;
mod pairing;
mod past;
mod retirement;
mod scenarios;
mod sections;
mod speed;
mod splitting;
mod story;
mod time;
