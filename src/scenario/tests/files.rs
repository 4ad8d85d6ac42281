//! Files that a scenario names.

use super::*;
use crate::scenario::{RegistryName, load_text};

pub(super) const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
    "Resource": "arn:aws:ecr:ap-northeast-1:444455556666:repository/*"
  }]
}"#;

const REPLICATION: &str = r#"{
  "registryId": "111122223333",
  "replicationConfiguration": {
    "rules": [{
      "destinations": [
        { "region": "eu-west-1", "registryId": "111122223333" },
        { "region": "us-east-1", "registryId": "999988887777" }
      ],
      "repositoryFilters": [{ "filter": "shop/", "filterType": "PREFIX_MATCH" }]
    }]
  }
}"#;

fn with_document() -> String {
    BASE.replace(
        "[registries.\"build/us-east-1\".rules.all]\ndestinations = [\"build/eu-west-1\"]",
        "[registries.\"build/us-east-1\"]\nreplication = \"aws/r.json\"",
    )
}

fn registry(text: &str) -> RegistryName {
    text.parse().unwrap()
}

#[test]
fn documents_of_aws_are_read() {
    let loaded = Folder::new(&with_document())
        .with("aws/r.json", REPLICATION)
        .loaded(&[]);
    let rules = &loaded.documents.replication[&registry("build/us-east-1")].rules;
    assert_eq!(rules[0].destinations.len(), 2);
    assert_eq!(
        loaded
            .files
            .iter()
            .map(|file| file.path.rsplit('/').next().unwrap())
            .collect::<Vec<_>>(),
        ["case.toml", "r.json"]
    );
}

#[test]
fn an_account_that_only_a_document_mentions_goes_by_its_id() {
    let more = "[thresholds]\n\"failed{destination=999988887777/us-east-1}\" = [\"total == 0\"]\n";
    let loaded = Folder::new(&(with_document() + more))
        .with("aws/r.json", REPLICATION)
        .loaded(&[]);
    assert_eq!(
        loaded.scenario.accounts["999988887777"].id.as_str(),
        "999988887777"
    );
    assert_eq!(loaded.scenario.alias("111122223333"), Some("build"));
}

#[test]
fn short_forms_become_the_same_documents() {
    let more = "[registries.\"prod/us-east-1\".permissions.from-build]\nprincipals = [\"build\"]\n";
    let loaded = Folder::new(&format!("{BASE}{more}")).loaded(&[]);
    let rules = &loaded.documents.replication[&registry("build/us-east-1")].rules;
    assert_eq!(rules[0].destinations[0].registry_id, "111122223333");
    let policy =
        serde_json::to_value(&loaded.documents.policies[&registry("prod/us-east-1")]).unwrap();
    let statement = &policy["Statement"][0];
    assert_eq!(statement["Principal"]["AWS"], "111122223333");
    assert_eq!(
        statement["Resource"],
        "arn:aws:ecr:us-east-1:444455556666:repository/*"
    );
}

#[test]
fn a_missing_file_is_an_error_at_the_key_that_names_it() {
    let told = Folder::new(&with_document()).wrong(&[]);
    holds(
        &told,
        &[
            "cannot read aws/r.json: No such file or directory",
            "case.toml:7:15",
            "paths are relative to the scenario's folder",
        ],
    );
    let told =
        Folder::new(&with_document()).wrong(&["registries.\"build/us-east-1\".replication=."]);
    holds(&told, &["it is a folder", "--set:1:"]);
}

#[test]
fn errors_in_a_document_name_its_file_and_line() {
    let wrong_region = REPLICATION.replace("eu-west-1", "eu-wst-1");
    let told = Folder::new(&with_document())
        .with("aws/r.json", wrong_region)
        .wrong(&[]);
    holds(
        &told,
        &[
            "`eu-wst-1` is not a Region of AWS",
            "aws/r.json:6:",
            "did you mean `eu-west-1`?",
        ],
    );
    let told = Folder::new(&with_document())
        .with("aws/r.json", "{\n  \"rules\": [,]\n}")
        .wrong(&[]);
    holds(&told, &["aws/r.json:2:"]);
}

#[test]
fn b4_a_document_that_replicates_deletes_needs_the_profile_that_has_it() {
    let deletes = REPLICATION.replace(
        "}]\n    }]",
        "}],\n      \"deleteReplication\": { \"enabled\": true }\n    }]",
    );
    let folder = Folder::new(&with_document()).with("aws/r.json", deletes);
    folder.loaded(&[]);
    holds(
        &folder.wrong(&["profile=\"2021\""]),
        &[
            "profile `2021` has no delete replication: profile `2026-11` has it",
            "aws/r.json:10:28",
        ],
    );
}

#[test]
fn files_that_are_no_text() {
    let told = Folder::new(&with_document())
        .with("aws/r.json", b"{}\n\xff")
        .wrong(&[]);
    holds(&told, &["aws/r.json: it is not UTF-8 text (line 2)"]);
    let folder = Folder::new(BASE).with("case.toml", b"\xff\xfe");
    holds(
        &folder.wrong(&[]),
        &["cannot read case.toml: it is not UTF-8 text (line 1)"],
    );
    let empty = Folder::new("");
    holds(
        &empty.wrong(&[]),
        &[
            "the key `duration` is missing",
            "the key `accounts` is missing",
            "case.toml:1:1",
        ],
    );
    let nul = Folder::new("duration = \"1\0day\"\n");
    holds(&nul.wrong(&[]), &["this is not TOML", "case.toml:1:"]);
}

#[test]
fn a_scenario_that_is_not_there() {
    let found = load(std::path::Path::new("nowhere/x.toml"), &[]).unwrap_err();
    holds(
        &found.render(false),
        &["error: cannot read nowhere/x.toml: No such file or directory"],
    );
    let folder = Folder::new(BASE);
    let found = load(folder.path().parent().unwrap(), &[]).unwrap_err();
    holds(&found.render(false), &["it is a folder"]);
}

#[test]
fn empirical_laws_read_a_column() {
    let scenario = BASE.replace(
        "\"100 MB\"",
        "{ empirical = { file = \"sizes.csv\", column = \"mb\", unit = \"MB\" } }",
    );
    let sizes = "name,mb\na,3\nb,1.5\nc,30\n";
    let loaded = Folder::new(&scenario).with("sizes.csv", sizes).loaded(&[]);
    let mean = loaded.scenario.pushes["ci"].size.mean();
    assert!((mean - 11_500_000.0).abs() < 1e-6, "{mean}");
    let told = Folder::new(&scenario)
        .with("sizes.csv", "name,mb\na,3\nb,x\nc,-1\n")
        .wrong(&[]);
    holds(
        &told,
        &[
            "`mb` must be a number of at least 0",
            "sizes.csv:3:1",
            "sizes.csv:4:1",
        ],
    );
    let told = Folder::new(&scenario)
        .with("sizes.csv", "name,MB\n")
        .wrong(&[]);
    holds(&told, &["unknown column `mb`"]);
    let told = Folder::new(&scenario.replace("unit = \"MB\"", "unit = \"Mb\""))
        .with("sizes.csv", sizes)
        .wrong(&[]);
    holds(&told, &["\"Mb\" is no unit of bytes"]);
}

#[test]
fn a_price_table_of_one_s_own_is_checked_by_line() {
    let table = "kind,from_region,to_region,tier_upper_gb,usd_per_gb\nstorage,us-est-1,,,0.1\n";
    let told = Folder::new(BASE)
        .with("own.csv", table)
        .wrong(&["prices.table=own.csv"]);
    holds(&told, &["own.csv:2:1", "`us-est-1` is not a Region of AWS"]);
}

#[test]
fn hashes_tell_files_apart() {
    let hash = |text: &str| Folder::new(text).loaded(&[]).files[0].hash.clone();
    assert_eq!(hash(BASE), hash(BASE));
    assert_ne!(hash(BASE), hash(&format!("{BASE}# changed\n")));
}

#[test]
fn a_text_is_read_as_if_it_were_a_file() {
    let found = load_text("given.toml", "duration = 'soon'\n", &[]).expect_err("no duration");
    assert!(
        found.render(false).contains("given.toml:1:12"),
        "{}",
        found.render(false)
    );
}
