//! `ecrsim completions`: prints a completion script.

use clap::Args;
use clap_complete::Shell;

use super::exit::{Failure, Status};
use super::output::print;

const EXAMPLES: &str = "\
Examples:
  ecrsim completions bash > ~/.local/share/bash-completion/completions/ecrsim
  ecrsim completions fish > ~/.config/fish/completions/ecrsim.fish";

/// Prints a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Which shell
    shell: Shell,
}

/// Prints the script.
pub fn run(options: &Options) -> Result<Status, Failure> {
    let mut command = super::command_line();
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, "ecrsim", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Status::Done)
}
