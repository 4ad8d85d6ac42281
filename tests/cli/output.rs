//! Standard output and standard error: colour, closed pipes, full disks.

use std::process::Stdio;

use crate::case::{Case, SHOP};

const ESCAPE: char = '\u{1b}';

fn run() -> Case {
    Case::new().scenario(SHOP).args("run shop.toml --quiet")
}

#[test]
fn no_colour_where_there_is_no_terminal() {
    assert!(!run().succeeds().stdout.contains(ESCAPE));
    let wrong = Case::new().args("check nowhere.toml").ends_with(2);
    assert!(!wrong.stderr.contains(ESCAPE));
}

#[test]
fn colour_may_be_asked_for() {
    assert!(
        run()
            .args("--color always")
            .succeeds()
            .stdout
            .contains(ESCAPE)
    );
    assert!(
        run()
            .variable("CLICOLOR_FORCE", "1")
            .succeeds()
            .stdout
            .contains(ESCAPE)
    );
    let wrong = Case::new()
        .args("check nowhere.toml --color=always")
        .ends_with(2);
    assert!(wrong.stderr.contains(ESCAPE));
}

#[test]
fn colour_may_be_refused() {
    let refused = run()
        .variable("CLICOLOR_FORCE", "1")
        .args("--color never")
        .succeeds();
    assert!(!refused.stdout.contains(ESCAPE));
    let environment = run().variable("NO_COLOR", "1").succeeds();
    assert!(!environment.stdout.contains(ESCAPE));
}

#[test]
fn option_beats_the_environment() {
    let asked = run()
        .variable("NO_COLOR", "1")
        .args("--color always")
        .succeeds();
    assert!(asked.stdout.contains(ESCAPE));
}

#[test]
fn colour_changes_no_word() {
    let plain = run().succeeds().stdout;
    let coloured = run().args("--color always").succeeds().stdout;
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(stripped, plain);
}

/// Starts the call, hangs up at once, and returns the exit code.
fn with_closed_pipe(case: &Case) -> Option<i32> {
    let mut process = case.process();
    let mut child = process
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    child.wait().expect("it ends").code()
}

#[test]
fn reader_that_goes_away_is_no_error() {
    assert_eq!(with_closed_pipe(&run()), Some(0));
    assert_eq!(with_closed_pipe(&Case::new().args("init")), Some(0));
    assert_eq!(
        with_closed_pipe(&Case::new().args("schema scenario")),
        Some(0)
    );
    assert_eq!(with_closed_pipe(&Case::new().args("--help")), Some(0));
}

#[test]
fn reader_that_goes_away_hides_no_breach() {
    let toml = format!("{SHOP}[thresholds]\nreplication_latency = [\"p99 < 1 ms\"]\n");
    let case = Case::new().scenario(&toml).args("run shop.toml --quiet");
    assert_eq!(with_closed_pipe(&case), Some(99));
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_behind_standard_output_is_an_error() {
    let case = Case::new().args("init");
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("Linux has it");
    let output = case
        .process()
        .stdout(full)
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(told.contains("cannot write to standard output"), "{told}");
}
