//! `ecrsim man`: prints manual pages.

use clap::Args;
use clap_mangen::Man;

use super::exit::{Failure, Status};
use super::output::print;

const EXAMPLES: &str = "\
Examples:
  ecrsim man | man -l -            the program
  ecrsim man run > ecrsim-run.1    a command";

/// Prints a manual page, in the format of man(1)
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// A command's page; without it, the program's
    command: Option<String>,
}

/// Prints the page.
pub fn run(options: &Options) -> Result<Status, Failure> {
    let page = match &options.command {
        Some(name) => command_page(name)?,
        None => super::command_line(),
    };
    let mut text = Vec::new();
    Man::new(page)
        .source(concat!("ecrsim ", env!("CARGO_PKG_VERSION")))
        .render(&mut text)
        .expect("memory takes every byte");
    print(&String::from_utf8_lossy(&text))?;
    Ok(Status::Done)
}

/// Returns the command `name` as its own program, as manual pages have it: `ecrsim-run`.
fn command_page(name: &str) -> Result<clap::Command, Failure> {
    let mut all = super::command_line();
    all.build();
    let command = all
        .find_subcommand(name)
        .ok_or_else(|| Failure::wrong(format_args!("there is no command `{name}`")))?;
    let display_name = format!("ecrsim-{name}");
    Ok(command.clone().display_name(display_name))
}
