//! Wrong shapes: all at once, each underlined, with what to write instead.

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::scenario::diagnostic::validation_json;

#[test]
fn an_unknown_key_is_underlined_and_the_near_one_named() {
    assert_snapshot!(wrong_instead("rate =", "rat ="), @r#"
    error: unknown key `rat` in `pushes.ci`
      --> case.toml:11:1
       |
    11 | rat = "6 per hour"
       | ^^^ did you mean `rate`?
       |
       = help: the keys here are `registry`, `repositories`, `rate`, `shape`, `timezone`, `burst`, `size`, `shared`, `base_refresh`, `tags`, `platforms` or `referrers`
    "#);
}

#[test]
fn a_wrong_unit_is_underlined() {
    assert_snapshot!(wrong_instead("10 days", "10 dais"), @r#"
    error: "dais" is no unit of time
     --> case.toml:2:12
      |
    2 | duration = "10 dais"
      |            ^^^^^^^^^
      |
      = help: write a number and a unit of ns, us, ms, s, min, h, day or week, as in "90 s" or "1 day 12 h"
    "#);
}

#[test]
fn a_missing_key_is_told_at_its_table() {
    assert_snapshot!(wrong_instead("size = \"100 MB\"", ""), @r"
    error: `pushes.ci` lacks the key `size`
     --> case.toml:8:9
      |
    8 | [pushes.ci]
      |         ^^
      |
      = help: add `size`: Compressed bytes of a whole image.
    ");
}

#[test]
fn everything_wrong_is_told_at_once_in_the_order_of_the_file() {
    let scenario = r#"
duration = 10
sede = 1
[accounts]
build = 111122223333
[registries."build/us-east-1".rules.all]
destinations = ["bild/eu-west-1"]
[pushes.ci]
registry = "build/us-est-1"
repositories = ["Shop"]
rate = "6 per hours"
size = { lognormall = { median = "1 MB", sigma = 1 } }
shared = 1.5
[thresholds]
replication_latancy = ["p99 < 1 s"]
"#;
    let told = Folder::new(scenario).wrong(&[]);
    assert_eq!(
        titles(&told),
        [
            "`duration` must be text with a unit, not a whole number",
            "unknown key `sede`",
            "`accounts.build` must be text or a table, not a whole number",
            "unknown account `bild`",
            "`us-est-1` is not a Region of AWS",
            "\"Shop\" is not a repository name: runs of a-z and 0-9, joined by `.`, `_`, `__`, `-` or `/`",
            "\"hours\" is no period of a rate",
            "unknown key `lognormall` in `pushes.ci.size`",
            "`pushes.ci.shared` is out of range: it must be from 0 to 1",
            "unknown metric `replication_latancy`",
        ]
    );
    holds(
        &told,
        &[
            "did you mean `seed`?",
            "write it in quotes: \"111122223333\"",
            "did you mean `lognormal`?",
        ],
    );
}

#[test]
fn a_stand_in_for_something_wrong_causes_no_further_errors() {
    // Without its duration, no moment can be outside the run; without its action, an event has no registry.
    let told = wrong_instead("\"10 days\"", "\"10 dais\"")
        + &wrong("[[events]]\nat = \"9 days\"\naction = \"PutImag\"\n");
    assert_eq!(
        titles(&told),
        [
            "\"dais\" is no unit of time",
            "`events.0` has an unknown action, `PutImag`"
        ]
    );
}

#[test]
fn kinds_of_values_are_named() {
    let told =
        wrong("[failures]\nretries = \"3\"\nprobability = true\n[[outages]]\nlink = 5\nat = []\n");
    holds(
        &told,
        &[
            "`failures.retries` must be a whole number, not text",
            "`failures.probability` must be a number, not true or false",
            "`outages.0.link` must be text, not a whole number",
            "`outages.0.at` must be text, not a list",
            "`outages.0` lacks the key `lasts`",
            "`outages.0` lacks the key `capacity`",
        ],
    );
}

#[test]
fn numbers_out_of_range() {
    let told = wrong(
        "[failures]\nretries = 5000000000\nprobability = nan\n\
         [links.\"* -> *\"]\nslots = 0\n\
         [assumptions]\nin_flight_completes = 1e400\n",
    );
    holds(
        &told,
        &[
            "`failures.retries` is out of range: it must be from 0 to 4294967295",
            "`failures.probability` is out of range: it must be a finite number",
            "`links.\"* -> *\".slots` is out of range: it must be at least 1",
            "`assumptions.in_flight_completes` is out of range: it must be a finite number",
        ],
    );
    let huge = wrong_instead(
        "duration",
        "seed = 99999999999999999999999999999999999999999999\nduration",
    );
    holds(&huge, &["`seed` is out of range", "case.toml:2:8"]);
}

#[test]
fn words_that_may_be_one_of_a_few() {
    let told = wrong("[latency]\npreset = \"obsreved\"\n[prices]\ngb = \"MB\"\n");
    holds(
        &told,
        &[
            "`latency.preset` cannot be \"obsreved\"",
            "did you mean `observed`?",
            "write `observed`, `documented` or `pessimistic`",
            "`prices.gb` cannot be \"MB\"",
        ],
    );
}

#[test]
fn a_push_has_1_to_64_platforms_and_at_most_64_referrers() {
    let with = |keys: &str| {
        wrong_instead(
            "rate = \"6 per hour\"",
            &format!("rate = \"6 per hour\"\n{keys}"),
        )
    };
    let told = with("platforms = 0\nreferrers = 65");
    holds(
        &told,
        &[
            "`pushes.ci.platforms` is out of range: it must be from 1 to 64",
            "case.toml:12:13",
            "`pushes.ci.referrers` is out of range: it must be from 0 to 64",
            "case.toml:13:13",
        ],
    );
    holds(
        &with("platforms = 65\nreferrers = \"two\""),
        &["it must be from 1 to 64", "`pushes.ci.referrers`"],
    );
    holds(&with("platform = 2"), &["did you mean `platforms`?"]);
}

#[test]
fn lists_have_lengths() {
    let told = wrong_instead(
        "rate = \"6 per hour\"",
        "rate = \"6 per hour\"\nshape = { hours = [1, 2] }",
    );
    holds(
        &told,
        &["`pushes.ci.shape.hours` has 2 items; it must have 24"],
    );
    let told = wrong_instead("[\"shop/a\"]", "[]");
    holds(
        &told,
        &["`pushes.ci.repositories` has 0 items; it must have at least 1"],
    );
}

#[test]
fn names_become_paths_and_cells_so_they_are_plain() {
    let told = wrong("[traces.\"My trace\"]\nfile = \"x.csv\"\n");
    holds(&told, &["\"My trace\" is no name", "case.toml:13:9"]);
    let told = Folder::named("My case.toml", BASE).wrong(&[]);
    holds(
        &told,
        &["the file's stem \"My case\" is no name", "add a `name`"],
    );
    assert_eq!(Folder::new(BASE).loaded(&[]).scenario.name, "case");
}

#[test]
fn json_of_the_same_shape_is_read() {
    let toml = Folder::new(BASE).loaded(&[]).scenario;
    let json = serde_json::to_string_pretty(&toml).unwrap();
    let json = json.replacen('{', "{ \"$schema\": \"scenario.schema.json\",", 1);
    assert_eq!(Folder::named("case.json", &json).loaded(&[]).scenario, toml);
    let told =
        Folder::named("case.json", &json.replace("\"seed\": 1", "\"seed\": null")).wrong(&[]);
    holds(
        &told,
        &[
            "`seed` must be a whole number, not null",
            "leave the key out",
        ],
    );
}

#[test]
fn json_is_strict() {
    let told = Folder::named("case.json", "{\"duration\": \"1 day\",}").wrong(&[]);
    holds(
        &told,
        &[
            "this is not JSON: Trailing commas are not allowed",
            "case.json:1:21",
        ],
    );
    let twice = "{\"duration\": \"1 day\", \"duration\": \"2 dais\", \"accounts\": {}}";
    let told = Folder::named("case.json", twice).wrong(&[]);
    holds(
        &told,
        &[
            "the key `duration` is written twice",
            "\"dais\" is no unit of time",
        ],
    );
}

#[test]
fn toml_errors_are_all_told() {
    let told = Folder::new("a = 1\na = 2\n[x\n").wrong(&[]);
    holds(
        &told,
        &[
            "this is not TOML: duplicate key",
            "case.toml:2:1",
            "unclosed table",
            "case.toml:3:3",
        ],
    );
}

#[test]
fn dates_may_stand_bare_or_in_quotes() {
    let start = |date: &str| Folder::new(&format!("start = {date}\n{BASE}"));
    let bare = start("2026-03-02T00:00:00Z").loaded(&[]).scenario;
    let quoted = start("\"2026-03-02T00:00:00Z\"").loaded(&[]).scenario;
    assert_eq!(bare.start, quoted.start);
    let told = start("2026-03-02T00:00:00").wrong(&[]);
    holds(&told, &["is no RFC 3339 date-time", "2026-03-02T00:00:00Z"]);
}

#[test]
fn at_most_a_hundred_findings_are_shown() {
    let many: String = (0..150)
        .map(|number| format!("key{number} = 1\n"))
        .collect();
    let told = Folder::new(&format!("{many}{BASE}")).wrong(&[]);
    assert_eq!(titles(&told).len(), 100);
    holds(&told, &["50 more findings are not shown"]);
}

#[test]
fn nothing_is_wrapped_and_nothing_is_coloured_unasked() {
    let long = format!("name = \"{}X\"\n{BASE}", "a".repeat(400));
    let found = Folder::new(&long).load(&[]).unwrap_err();
    let plain = found.render(false);
    assert!(plain.lines().any(|line| line.len() > 400) && !plain.contains('\u{1b}'));
    assert!(found.render(true).contains('\u{1b}'));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_damage_to_a_file_makes_the_reader_panic(
        place in 0..FULL.len(),
        length in 0_usize..40,
        instead in "[\\[\\]{}=\"',.0-9a-z* \n-]{0,12}",
    ) {
        let mut text: Vec<char> = FULL.chars().collect();
        let place = place.min(text.len());
        let end = (place + length).min(text.len());
        text.splice(place..end, instead.chars());
        let text: String = text.into_iter().collect();
        if let Err(found) = Folder::new(&text).load(&[]) {
            prop_assert!(found.has_errors());
            found.render(false);
        }
    }
}

#[test]
fn findings_as_json_have_terraform_s_shape() {
    let found = Folder::new(&BASE.replace("10 days", "10 dais"))
        .load(&[])
        .unwrap_err();
    let value = validation_json(&[&found]);
    assert_eq!(value["format_version"], "1.0");
    assert_eq!(
        (&value["valid"], &value["error_count"]),
        (&false.into(), &1.into())
    );
    let told = &value["diagnostics"][0];
    assert_eq!(told["severity"], "error");
    assert_eq!(told["summary"], "\"dais\" is no unit of time");
    assert_eq!(
        told["range"]["start"],
        json!({ "line": 2, "column": 12, "byte": 12 })
    );
    assert_eq!(told["snippet"]["code"], "duration = \"10 dais\"");
    assert_eq!(told["snippet"]["highlight_start_offset"], 11);
    assert_eq!(told["snippet"]["highlight_end_offset"], 20);
    let right = Folder::new(BASE).loaded(&[]).warnings;
    assert_eq!(validation_json(&[&right])["valid"], true);
}
