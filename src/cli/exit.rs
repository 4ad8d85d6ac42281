//! How a command ends: its exit code, and what standard error says of it.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Display;
use std::io::ErrorKind;
use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;

use super::output::warn;
use crate::report::error::FileError;

/// Exit code where the world is wrong: disk, permissions, or a broken invariant of our own.
pub const BROKEN: u8 = 1;
/// Exit code of wrong usage and wrong scenarios.
const WRONG: u8 = 2;
/// Exit code of a merge that lacks runs.
const MISSING: u8 = 3;
/// Exit code of a merge that finds two results of one run.
const DISAGREES: u8 = 4;
/// Exit code of a run that breached a threshold.
const BREACHED: u8 = 99;
/// Exit code of an interrupted run: 128 and the number of SIGINT, as shells have it.
pub const INTERRUPTED: u8 = 130;

/// How a command ends that could do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All is well.
    Done,
    /// The run finished, and a threshold was breached.
    Breached,
}

impl Status {
    /// Returns the exit code.
    pub fn code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Breached => BREACHED.into(),
        }
    }
}

/// Why a command could not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The usage, the scenario or a file that it names is wrong; the text says all of it.
    Wrong(String),
    /// Disk or permissions; the text names the path and the system's reason.
    Broken(String),
    /// Runs of a sweep are missing; the text says which, and what to do.
    Missing(String),
    /// One run gave different results; the text says where.
    Disagrees(String),
    /// A signal came.
    Interrupted,
    /// A signal came, and what is complete is kept; the text says how to go on.
    Kept(String),
}

impl Failure {
    /// Returns a failure of usage.
    pub fn wrong(message: impl Display) -> Self {
        Self::Wrong(error_line(message))
    }

    /// Returns a failure of the world.
    pub fn broken(message: impl Display) -> Self {
        Self::Broken(error_line(message))
    }

    /// Returns a failure of a merge that lacks runs.
    pub fn missing(message: impl Display) -> Self {
        Self::Missing(error_line(message))
    }

    /// Returns a failure of a merge that finds two results of one run.
    pub fn disagreement(message: impl Display) -> Self {
        Self::Disagrees(error_line(message))
    }

    /// Says on standard error what is the matter, and returns the exit code.
    pub fn tell(&self) -> ExitCode {
        let (text, code) = match self {
            Self::Wrong(text) => (text.as_str(), WRONG),
            Self::Broken(text) => (text.as_str(), BROKEN),
            Self::Missing(text) => (text.as_str(), MISSING),
            Self::Disagrees(text) => (text.as_str(), DISAGREES),
            Self::Kept(text) => (text.as_str(), INTERRUPTED),
            Self::Interrupted => ("interrupted: nothing is left behind\n", INTERRUPTED),
        };
        warn(text);
        code.into()
    }
}

impl From<FileError> for Failure {
    /// Something in the way that `--force` would replace is a matter of usage.
    fn from(error: FileError) -> Self {
        if error.action == "replace" && error.reason.kind() == ErrorKind::AlreadyExists {
            Self::wrong(error)
        } else {
            Self::broken(error)
        }
    }
}

/// Shows clap's help, version or complaint, and returns the exit code: 0 or 2. A closed pipe takes nothing from that.
pub fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() {
        WRONG.into()
    } else {
        ExitCode::SUCCESS
    }
}

/// Makes a broken invariant say that it is one, and what to do about it.
pub fn report_broken_invariants() {
    panic::set_hook(Box::new(|broken| warn(&bug_report(broken))));
}

fn bug_report(broken: &PanicHookInfo<'_>) -> String {
    let what = broken.payload_as_str().unwrap_or("no message");
    let place = broken.location().map(ToString::to_string);
    let mut text = error_line(format_args!(
        "an internal check failed: {what}\n  at {}\n  This is a bug of ecrsim {}; please report it with the scenario and the seed.",
        place.as_deref().unwrap_or("an unknown place"),
        env!("CARGO_PKG_VERSION"),
    ));
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        text.push_str(&trace.to_string());
    }
    text
}

/// Returns a message as a line of standard error.
pub fn error_line(message: impl Display) -> String {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    format!("{style}error{style:#}: {message}\n")
}
