//! `ecrsim schema scenario`: the JSON Schema of the scenario file, for editors.

use crate::scenario::schema::scenario_schema;

/// Returns the JSON Schema of a scenario as text.
pub fn scenario() -> String {
    format!("{:#}\n", scenario_schema())
}
