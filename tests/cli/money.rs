//! What a run says of money: orphans apart, who caused what.

use crate::case::{Case, Ran};

/// A GiB on 1 February in two Regions, deleted at the source at the middle of the month.
const ORPHAN: &str = r#"
start = 2026-02-01T00:00:00Z
duration = "28 days"
[accounts]
build = "111122223333"
[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1"]
[[events]]
at = "0 s"
action = "PutImage"
registry = "build/us-east-1"
repository = "app"
tags = ["1"]
size = "1 GiB"
[[events]]
at = "14 days"
action = "BatchDeleteImage"
registry = "build/us-east-1"
repository = "app"
tag = "1"
[latency]
dispatch = "0 s"
stall = { probability = 0.0 }
[links."* -> *"]
per_copy = "unlimited"
"#;

fn run(toml: &str, args: &str) -> Ran {
    let args = format!("run shop.toml --quiet --out run {args}");
    Case::new().scenario(toml).args(&args).succeeds()
}

#[test]
fn orphans_are_priced_apart_in_every_shape_of_the_summary() {
    // 2 GiB for half the month, then the orphan alone: a third of the bill of 0.15 USD, and all of it from then on.
    let sentence = "orphans: 33.3 % of storage, +1.17 GB, +0.11 USD a month; 10 % on 2026-02-15, 25 % 02-15, 50 % 02-15";
    let ran = run(ORPHAN, "");
    let said: Vec<&str> = ran.stdout.split_whitespace().collect();
    assert!(said.join(" ").contains(sentence), "{}", ran.stdout);
    assert_eq!(
        ran.read("run/orphans.csv"),
        "month,storage_usd,orphan_usd,orphan_share,end_bytes,growth_bytes,growth_usd\n\
         2026-02,0.15000000000000002,0.050000000,0.3333333333333333,1073741824,1073741824,0.100000000\n"
    );
    let page = ran.read("run/report.html");
    assert!(page.contains(sentence) && page.contains("Orphans by month (orphans.csv, 1 row)"));
    let orphans = &ran.json("run/summary.json")["orphans"];
    assert_eq!(orphans["months"][0]["growth_bytes"], 1_073_741_824.0);
    assert_eq!(
        orphans["passes"][2],
        serde_json::json!({"share": 0.5, "at": "2026-02-15T00:00:00.000Z", "by": "run"})
    );
    assert!(run(ORPHAN, "--format markdown").stdout.contains(sentence));
}

#[test]
fn without_orphans_the_summary_does_not_speak_of_them() {
    // Pushed instead of deleted.
    let kept = ORPHAN
        .replace("BatchDeleteImage", "PutImage")
        .replace("tag = \"1\"", "tags = [\"2\"]\nsize = \"1 GiB\"");
    let ran = run(&kept, "");
    assert!(!ran.stdout.contains("orphans:"), "{}", ran.stdout);
    assert_eq!(ran.json("run/summary.json").get("orphans"), None);
}

/// Columns that version 1.2 of FOCUS calls mandatory.
const MANDATORY: [&str; 21] = [
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "ServiceCategory",
    "ServiceName",
];

/// Returns header and rows of a table.
fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let header = cells(csv.headers().expect("a header"));
    let rows = csv.records().map(|row| cells(&row.expect("a row")));
    (header, rows.collect())
}

#[test]
fn focus_has_the_dollars_of_the_bill_row_by_row() {
    let two_accounts = ORPHAN
        .replace("[registries", "prod = \"444455556666\"\n[registries")
        .replace(
            "[\"build/eu-west-1\"]",
            "[\"build/eu-west-1\", \"prod/eu-west-1\"]",
        )
        + "[registries.\"prod/eu-west-1\".permissions.in]\nprincipals = [\"build\"]\n";
    let ran = run(&two_accounts, "--focus");
    let (header, rows) = table(&ran.read("run/focus.csv"));
    for column in MANDATORY {
        assert!(header.iter().any(|name| name == column), "{column}");
    }
    // FOCUS's own columns come first, in order; ours are marked.
    let own = header.iter().position(|name| name.starts_with("x_"));
    let focus = &header[..own.expect("columns of our own")];
    assert!(
        focus.is_sorted()
            && header[focus.len()..]
                .iter()
                .all(|name| name.starts_with("x_"))
    );
    let column = |name: &str| {
        let place = header.iter().position(|of| of == name).expect(name);
        rows.iter()
            .map(|row| row[place].clone())
            .collect::<Vec<_>>()
    };
    let (bill_header, bill) = table(&ran.read("run/costs.csv"));
    let billed = |name: &str| {
        let place = bill_header.iter().position(|of| of == name).expect(name);
        bill.iter()
            .map(|row| row[place].clone())
            .collect::<Vec<_>>()
    };
    for name in ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"] {
        assert_eq!(column(name), billed("usd"), "{name}");
    }
    assert_eq!(column("PricingQuantity"), billed("quantity"));
    assert_eq!(column("ListUnitPrice"), billed("rate_usd"));
    assert_eq!(column("BillingAccountName"), billed("payer"));
    assert_eq!(column("x_CausedByAccountName"), billed("caused_by"));
    let accounts = column("BillingAccountId");
    assert_eq!(accounts.first().map(String::as_str), Some("111122223333"));
    assert_eq!(accounts.last().map(String::as_str), Some("444455556666"));
    let orphans = rows.last().expect("a row").join("|");
    assert_eq!(
        orphans,
        "0.050000000|444455556666|prod|USD|2026-03-01T00:00:00Z|2026-02-01T00:00:00Z|Usage||\
         Storage in eu-west-1, orphaned replicas of images of build|Usage-Based|2026-03-01T00:00:00Z|2026-02-01T00:00:00Z|\
         0.5|GiB-Months|0.050000000|0.1|0.050000000|AWS|0.050000000|0.1|Standard|0.5|GiB-Months|AWS|AWS|eu-west-1|\
         Europe (Ireland)|444455556666.dkr.ecr.eu-west-1.amazonaws.com|prod/eu-west-1|Private registry|Compute|\
         Amazon Elastic Container Registry|Containers|444455556666|prod|\
         {\"caused_by\":\"build\",\"item\":\"storage_orphan\"}|111122223333|build|storage_orphan|eu-west-1"
    );
}

#[test]
fn focus_is_written_only_when_asked_for() {
    let ran = run(ORPHAN, "--focus");
    assert!(ran.path("run/focus.csv").is_file());
    let again = ran
        .then()
        .args("run shop.toml --quiet --out run")
        .succeeds();
    assert!(!again.path("run/focus.csv").exists());
}
