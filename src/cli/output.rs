//! Standard output and standard error: colour where it is wanted, and a reader who goes away is no error.

use std::io::{ErrorKind, Write};

use anstream::ColorChoice;
use clap::ValueEnum;

use super::exit::Failure;
use crate::report::terminal::Screen;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless the environment says otherwise
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Makes every later line obey.
    pub fn apply(self) {
        let choice = match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// Prints a result on standard output. A closed pipe is success: its reader has what it wanted.
///
/// # Errors
/// If it cannot be written for another reason, such as a full disk.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(reason) if reason.kind() != ErrorKind::BrokenPipe => Err(Failure::broken(
            format_args!("cannot write to standard output: {reason}"),
        )),
        _ => Ok(()),
    }
}

/// Says something on standard error; where that cannot be written, there is nobody left to tell.
pub fn warn(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Returns what is known of the screen behind standard output.
pub fn screen() -> Screen {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    Screen {
        columns: size.map(|(width, _)| usize::from(width.0)),
        // Where colour is not wanted, it is taken out again as the text is printed.
        colour: true,
    }
}
