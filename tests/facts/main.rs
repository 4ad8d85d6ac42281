//! One test per fact of ECR that needs the whole pipeline: from a scenario's text to what its run found.

#[path = "../support/mod.rs"]
mod support;

mod archive;
mod arrivals;
mod backfills;
mod deletes;
mod digests;
mod groups;
mod lifecycles;
mod permissions;
mod revocations;
mod rules;
mod templates;
mod traces;
mod triggers;

/// Registries of the tests.
const VIRGINIA: &str = "build/us-east-1";
const IRELAND: &str = "build/eu-west-1";
const TOKYO: &str = "build/ap-northeast-1";
const PROD: &str = "prod/us-east-1";
const PROD_IRELAND: &str = "prod/eu-west-1";
