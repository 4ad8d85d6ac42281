//! `ecrsim`: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    ecrsim::cli::main(std::env::args_os())
}
