//! `ecrsim schema`: prints the JSON Schema of a file, for editors and tools.

use clap::{Args, ValueEnum};

use super::exit::{Failure, Status};
use super::output::print;
use crate::scenario::schema::{scenario_schema, sweep_schema};

const EXAMPLES: &str = "\
Examples:
  ecrsim schema scenario > scenario.schema.json

An editor that knows TOML schemas takes it from the first line of a scenario:
  #:schema ./scenario.schema.json";

/// Prints the JSON Schema of a file, for editors and tools
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Of which file
    #[arg(value_enum, value_name = "FILE")]
    of: Schema,
}

/// The files that have a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Schema {
    /// The scenario file
    Scenario,
    /// The sweep file
    Sweep,
}

/// Prints the schema.
pub fn run(options: &Options) -> Result<Status, Failure> {
    let schema = match options.of {
        Schema::Scenario => scenario_schema(),
        Schema::Sweep => sweep_schema(),
    };
    print(&format!("{schema:#}\n"))?;
    Ok(Status::Done)
}
