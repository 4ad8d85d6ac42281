//! Usage, help, version, schema, completions, manual pages.

use crate::case::{Case, SHOP};

const COMMANDS: [&str; 11] = [
    "init",
    "check",
    "explain",
    "run",
    "compare",
    "sweep",
    "report",
    "validate",
    "schema",
    "completions",
    "man",
];

#[test]
fn every_command_has_help_with_examples() {
    for command in COMMANDS {
        let ran = Case::new().args(command).args("--help").succeeds();
        assert!(
            ran.stdout.contains(&format!("Usage: ecrsim {command}")),
            "{}",
            ran.stdout
        );
        assert!(
            ran.stdout.contains(&format!("  ecrsim {command}")),
            "an example: {}",
            ran.stdout
        );
    }
}

#[test]
fn help_of_the_program_names_commands_and_exit_codes() {
    let ran = Case::new().args("--help").succeeds();
    for word in COMMANDS.iter().chain(&["99", "130"]) {
        assert!(ran.stdout.contains(word), "no {word} in:\n{}", ran.stdout);
    }
}

#[test]
fn version_is_the_crates() {
    let ran = Case::new().args("--version").succeeds();
    assert_eq!(
        ran.stdout,
        format!("ecrsim {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn wrong_usage_is_2() {
    for args in [
        "",
        "fly",
        "check",
        "run",
        "explain",
        "report",
        "schema",
        "schema sweeps",
        "completions dos",
        "man fly",
        "--color red init",
    ] {
        Case::new().args(args).ends_with(2).complains(&[]);
    }
}

#[test]
fn misspelt_command_is_suggested() {
    Case::new()
        .args("explian")
        .ends_with(2)
        .complains(&["'explain'"]);
}

#[test]
fn options_that_are_not_there_are_not_taken_silently() {
    for option in ["--events", "--replications arrow"] {
        let case = Case::new()
            .scenario(SHOP)
            .args("run shop.toml")
            .args(option);
        case.ends_with(2).leaves_only(&["shop.toml"]);
    }
}

#[test]
fn schema_describes_the_scenario() {
    let ran = Case::new().args("schema scenario").succeeds();
    let schema: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let properties = schema["properties"].as_object().expect("properties");
    for key in [
        "duration",
        "accounts",
        "registries",
        "pushes",
        "events",
        "links",
        "thresholds",
    ] {
        assert!(properties.contains_key(key), "no {key}");
    }
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = Case::new().args("completions").arg(shell).succeeds();
        for command in COMMANDS {
            assert!(ran.stdout.contains(command), "{shell} knows no {command}");
        }
    }
}

#[test]
fn manual_pages_are_man_pages() {
    let page = Case::new().args("man").succeeds().stdout;
    assert!(page.contains(".TH ecrsim 1"), "{page}");
    let page = Case::new().args("man run").succeeds().stdout;
    assert!(page.contains(".TH ecrsim-run 1"), "{page}");
    assert!(page.contains("\\-\\-replications"), "{page}");
}
