//! `ecrsim check`, and how wrong scenarios are told by every command.

use crate::case::{Case, SHOP, assert_same_folders};

#[test]
fn right_scenario_shows_the_load_of_its_links() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("check shop.toml")
        .succeeds();
    assert_eq!(ran.stderr, "");
    assert!(
        ran.stdout.starts_with("shop.toml: right\n"),
        "{}",
        ran.stdout
    );
    for link in ["us-east-1 -> eu-west-1", "us-east-1 -> us-west-2"] {
        assert!(ran.stdout.contains(link), "{}", ran.stdout);
    }
}

#[test]
fn every_error_is_told_at_once_with_its_place() {
    let toml = SHOP
        .replace("prod/eu-west-1\"]", "prod/eu-wst-1\"]")
        .replace("\"10 per hour\"", "\"10 per our\"")
        .replace(
            "[pushes.ci]\n",
            "[pushes.ci]\nregistri = \"build/us-east-1\"\n",
        );
    for command in ["check", "run", "explain"] {
        let ran = Case::new()
            .scenario(&toml)
            .args(command)
            .args("shop.toml")
            .ends_with(2);
        let places = ["shop.toml:8:", "shop.toml:12:", "shop.toml:15:"];
        let hints = ["did you mean `eu-west-1`?", "did you mean `registry`?"];
        ran.complains(&places)
            .complains(&hints)
            .leaves_only(&["shop.toml"]);
    }
}

#[test]
fn missing_scenario_is_named() {
    for command in ["check", "run", "explain"] {
        let ran = Case::new().args(command).args("nowhere.toml").ends_with(2);
        ran.complains(&["cannot read nowhere.toml"])
            .leaves_only(&[]);
    }
}

#[test]
fn missing_input_file_is_an_error_at_the_key_that_names_it() {
    let toml = format!("{SHOP}[traces.history]\nfile = \"history.csv\"\n");
    let ran = Case::new()
        .scenario(&toml)
        .args("run shop.toml")
        .ends_with(2);
    ran.complains(&["history.csv", "shop.toml:17:"])
        .leaves_only(&["shop.toml"]);
}

#[test]
fn error_in_a_trace_names_its_line() {
    let toml = format!("{SHOP}[traces.history]\nfile = \"history.csv\"\n");
    let rows = "time,action,registry,repository,tags,digest,bytes\n\
                2026-01-01T01:00:00Z,PutImage,build/us-east-1,shop/web,1,,100\n\
                2026-01-01T02:00:00Z,PutImage,build/us-east-1,shop/web,2,,many\n";
    let case = Case::new().scenario(&toml).file("history.csv", rows);
    case.args("check shop.toml")
        .ends_with(2)
        .complains(&["history.csv:3:"]);
}

#[test]
fn wrong_override_is_an_error_at_the_override() {
    let case = Case::new()
        .scenario(SHOP)
        .args("check shop.toml --set pushes.ci.raet=1");
    case.ends_with(2).complains(&["--set", "raet"]);
}

#[test]
fn override_changes_what_is_checked() {
    let case = Case::new().scenario(SHOP).args("check shop.toml --set");
    let ran = case.arg("pushes.ci.rate=20 per hour").succeeds();
    assert!(ran.stdout.contains("20.0"), "{}", ran.stdout);
}

#[test]
fn one_wrong_file_of_several_is_enough() {
    let case = Case::new().scenario(SHOP).file("empty.toml", "");
    let ran = case.args("check shop.toml empty.toml").ends_with(2);
    assert!(ran.stdout.contains("shop.toml: right"), "{}", ran.stdout);
    assert!(ran.stderr.contains("empty.toml"), "{}", ran.stderr);
    assert!(ran.stderr.contains("duration"), "{}", ran.stderr);
}

#[test]
fn findings_as_json_have_terraforms_shape() {
    let toml = SHOP.replace("duration = \"1 day\"", "duration = \"1 dya\"");
    let ran = Case::new()
        .scenario(&toml)
        .args("check shop.toml --format json")
        .ends_with(2);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(found["format_version"], "1.0");
    assert_eq!(found["valid"], false);
    assert_eq!(found["error_count"], 1);
    let range = &found["diagnostics"][0]["range"];
    assert_eq!(range["filename"], "shop.toml");
    assert_eq!(range["start"]["line"], 3);
    assert_eq!(ran.stderr, "");
}

#[test]
fn right_scenario_is_valid_json_too() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("check shop.toml --format json")
        .succeeds();
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(
        (&found["valid"], &found["error_count"]),
        (&true.into(), &0.into())
    );
}

#[test]
fn lint_is_a_warning_until_it_is_denied() {
    let toml = SHOP.replace(
        "[registries.\"prod/eu-west-1\".permissions.from-build]\nprincipals = [\"build\"]\n",
        "",
    );
    let warned = Case::new()
        .scenario(&toml)
        .args("check shop.toml")
        .succeeds();
    assert!(warned.stderr.contains("no-permission"), "{}", warned.stderr);
    assert!(
        warned.stdout.contains("right, 1 warning"),
        "{}",
        warned.stdout
    );
    let denied = warned
        .then()
        .args("check shop.toml --deny no-permission")
        .ends_with(2);
    denied.complains(&["error", "no-permission"]);
}

#[test]
fn unknown_lint_is_a_usage_error() {
    let case = Case::new()
        .scenario(SHOP)
        .args("check shop.toml --deny overlaod");
    case.ends_with(2).complains(&["overlaod", "overload"]);
}

#[test]
fn scenario_with_its_defaults_gives_the_same_run() {
    let shown = Case::new()
        .scenario(SHOP)
        .args("check shop.toml --show")
        .succeeds();
    for key in [
        "profile",
        "tag_order",
        "dispatch",
        "[links.\"* -> *\"]",
        "aws-2026",
    ] {
        assert!(shown.stdout.contains(key), "no {key} in:\n{}", shown.stdout);
    }
    let full = shown.stdout.clone();
    let one = shown
        .then()
        .args("run shop.toml --quiet --out one")
        .succeeds();
    let two = one
        .then()
        .file("full.toml", &full)
        .args("run full.toml --quiet --out two")
        .succeeds();
    for name in ["one", "two"] {
        // It names the scenario's file and hash.
        std::fs::remove_file(two.path(name).join("run.json")).expect("it is there");
    }
    assert_same_folders(&two.path("one"), &two.path("two"));
}
