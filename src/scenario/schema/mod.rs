//! The JSON Schema of a scenario, made from its types, and the check of a whole tree against it.
//!
//! Serde's derive stops at the first error and knows no places; this check finds every unknown key, wrong shape
//! and wrong unit at once. What passes it, serde reads.

mod build;
mod choose;
mod formats;
mod suggest;
mod view;
mod walk;

pub use build::{scenario_schema, sweep_schema};
pub(super) use formats::check_text;
pub use suggest::{did_you_mean, listed};
pub(super) use view::{formats_of, is_map_of_parts, property, takes_whole_numbers};
pub(super) use walk::{Shaped, check_shape};
