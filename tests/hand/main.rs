//! Small cases whose numbers can be worked out by hand: times to the nanosecond, bytes to the byte, dollars to the cent.

#[path = "../support/mod.rs"]
mod support;

mod bill;
mod charge_back;
mod coverage;
mod deletes;
mod deployments;
mod drift;
mod groups;
mod latency;
mod layers;
mod links;
mod orphan_bill;
mod orphans;
mod outages;
mod pulls;
mod quotas;
mod spells;
mod tables;

/// Registries of the tests.
const VIRGINIA: &str = "build/us-east-1";
const IRELAND: &str = "build/eu-west-1";
const TOKYO: &str = "build/ap-northeast-1";
