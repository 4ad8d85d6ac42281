//! A scenario back as a file.

use super::*;
use crate::scenario::schema::scenario_schema;

fn folder(text: &str) -> Folder {
    Folder::new(text)
        .with("history.csv", super::traces::HISTORY)
        .with("aws/registry-policy.json", super::files::POLICY)
}

#[test]
fn the_full_format_loads_without_a_finding() {
    assert_eq!(folder(FULL).warnings(&[]), "");
}

#[test]
fn what_is_shown_loads_to_the_same() {
    let full = folder(FULL).loaded(&[]).scenario;
    assert_eq!(folder(&full.to_toml()).loaded(&[]).scenario, full);
    let plain = Folder::new(BASE).loaded(&[]).scenario;
    let shown = plain.to_toml();
    assert_eq!(Folder::new(&shown).loaded(&[]).scenario, plain);
    // And once more: what is shown of that is the same text.
    assert_eq!(Folder::new(&shown).loaded(&[]).scenario.to_toml(), shown);
}

#[test]
fn every_default_is_shown() {
    let shown = Folder::new(BASE).loaded(&[]).scenario.to_toml();
    holds(
        &shown,
        &[
            "name = \"case\"\n",
            "start = 2026-01-01T00:00:00Z\n",
            "bucket = \"1 h\"\n",
            "profile = \"2026-11\"\n",
            "[latency]\npreset = \"observed\"\ndispatch = { lognormal = { median = \"3 s\", sigma = 0.8 } }\n",
            "[links.\"* -> *\"]\nslots = \"unlimited\"\nper_copy = \"400 Mbit/s\"\nbandwidth = \"unlimited\"\n",
            "retries = 3\nbackoff = \"1 min\"\n",
            "in_flight_completes = 1.0\n",
            "table = \"aws-2026\"\n",
            "tags = [\"{n}\"]\n",
            "platforms = 1\nreferrers = 0\n",
            "base_refresh = \"never\"\n",
        ],
    );
}

#[test]
fn every_law_comes_back() {
    let laws = [
        "\"3 MB\"",
        "{ uniform = { min = \"1 B\", max = \"2 B\" } }",
        "{ exponential = { mean = \"1 MB\", max = \"1 GB\" } }",
        "{ lognormal = { p50 = \"1 MB\", p95 = \"2 MB\" } }",
        "{ gamma = { mean = \"1 MB\", shape = 2.5 } }",
        "{ weibull = { scale = \"1 MB\", shape = 0.5 } }",
        "{ pareto = { scale = \"1 MB\", shape = 3.5 } }",
        "{ quantiles = { \"0\" = \"1 B\", \"0.5\" = \"4 B\", \"1\" = \"3 GB\", max = \"2 GB\" } }",
        "{ mixture = [{ weight = 1, of = \"1 MB\" }, { weight = 2, of = { exponential = { mean = \"1 MB\" } } }], max = \"1 GB\" }",
    ];
    for law in laws {
        let scenario = Folder::new(&BASE.replace("\"100 MB\"", law))
            .loaded(&[])
            .scenario;
        let again = Folder::new(&scenario.to_toml()).loaded(&[]).scenario;
        assert_eq!(again, scenario, "{law}");
    }
}

#[test]
fn the_schema_describes_every_key() {
    fn undescribed(schema: &serde_json::Value, path: &str, found: &mut Vec<String>) {
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let tag = property.get("const").is_some();
            if property.get("description").is_none() && !tag {
                found.push(format!("{path}.{key}"));
            }
        }
    }
    let schema = scenario_schema();
    let mut found = Vec::new();
    undescribed(schema, "", &mut found);
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        if !name.starts_with("Law_of") && !name.starts_with("Popularity") {
            undescribed(definition, name, &mut found);
        }
    }
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(schema["properties"]["seed"]["default"], 1);
    assert_eq!(schema["additionalProperties"], false);
    assert!(!schema.to_string().contains("\"null\""));
}
