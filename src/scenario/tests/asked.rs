//! What is asked of a run: laws to draw from, prices to apply, thresholds to meet.

use super::*;

#[test]
fn laws_are_checked_where_they_stand() {
    let told = wrong_instead(
        "size = \"100 MB\"",
        "size = { pareto = { scale = \"1 GB\", shape = 2, max = \"1 MB\" } }",
    );
    holds(
        &told,
        &[
            "`max` leaves less than 0.1 % of the law: 1 MB is too low",
            "case.toml:12:54",
        ],
    );
    let told = wrong("[latency.stall]\ntime = { lognormal = { median = \"1 s\" } }\n");
    holds(&told, &["a log-normal law needs both `median` and `sigma`"]);
}

#[test]
fn prices_that_the_run_could_need_are_there() {
    let scenario = BASE.replace("us-east-1", "ap-southeast-4").replace(
        "\"111122223333\"",
        "{ id = \"111122223333\", opted_in = [\"ap-southeast-4\"] }",
    );
    let told = Folder::new(&scenario).wrong(&[]);
    holds(
        &told,
        &[
            "no price for transfer from ap-southeast-4 to eu-west-1 in the table `aws-2026`",
            "prices.transfer.\"ap-southeast-4 -> eu-west-1\"",
        ],
    );
    let priced = r#"prices.transfer={ "ap-southeast-4 -> *" = "0.1 USD per GB" }"#;
    let loaded = Folder::new(&scenario).loaded(&[priced]);
    assert_eq!(
        loaded.prices.transfer("ap-southeast-4", "eu-west-1"),
        Some(0.1)
    );
    holds(
        &Folder::new(&scenario).wrong(&["prices.transfer_rate=internet"]),
        &["no price for transfer"],
    );
    let table = "kind,from_region,to_region,tier_upper_gb,usd_per_gb\nstorage,us-east-1,,,0.1\ntransfer,us-east-1,*,,0.02\n";
    let told = Folder::new(BASE)
        .with("own.csv", table)
        .wrong(&["prices.table=own.csv"]);
    holds(
        &told,
        &["no price for storage in eu-west-1 in the table `own.csv`"],
    );
    let told = Folder::new(BASE).wrong(&["prices.table=aws-2025"]);
    holds(
        &told,
        &["there is no price table `aws-2025`", "write `aws-2026`"],
    );
}

#[test]
fn thresholds_are_read_in_the_order_of_the_file() {
    let more = "[thresholds]\ntotal_usd = [\"total < 5 USD\"]\nreplication_latency = [\"p99 < 30 min\", \"within(30 min) >= 0.99\"]\n";
    let loaded = Folder::new(&format!("{BASE}{more}")).loaded(&[]);
    let conditions: Vec<&str> = loaded
        .thresholds
        .iter()
        .map(|threshold| threshold.condition.as_str())
        .collect();
    assert_eq!(
        conditions,
        ["total < 5 USD", "p99 < 30 min", "within(30 min) >= 0.99"]
    );
}

#[test]
fn thresholds_ask_for_what_there_is() {
    let thresholds = |text: &str| wrong(&format!("[thresholds]\n{text}\n"));
    holds(
        &thresholds("replication_latency = [\"p98 < 1 s\"]"),
        &[
            "has no statistic `p98`",
            "its statistics are mean, min, p50",
        ],
    );
    holds(
        &thresholds("replication_latency = [\"p99 < 30\"]"),
        &["\"30\" lacks a unit of time"],
    );
    holds(
        &thresholds("deploy_wait = [\"p99 < 30 s\"]"),
        &["this scenario has no deployments"],
    );
    holds(
        &thresholds("\"replication_latency{destination=build/eu-wst-1}\" = [\"p99 < 30 s\"]"),
        &[
            "unknown destination `build/eu-wst-1`",
            "did you mean `build/eu-west-1`?",
        ],
    );
    holds(
        &thresholds("\"failed{reason=AccessDenid}\" = [\"total < 3\"]"),
        &["did you mean `AccessDenied`?"],
    );
    holds(
        &thresholds("\"refused{destination=build/eu-west-1}\" = [\"total < 3\"]"),
        &["`refused` has no label `destination`"],
    );
    holds(
        &thresholds("failed = \"total < 3\""),
        &["`thresholds.failed` must be a list, not text"],
    );
}

#[test]
fn tiers_that_the_table_lacks_are_told_if_the_run_would_reach_them() {
    // Of eu-south-2 only the first tier is known, up to 10,240 GB a month.
    let scenario = BASE.replace("us-east-1", "eu-south-2").replace(
        "\"111122223333\"",
        "{ id = \"111122223333\", opted_in = [\"eu-south-2\"] }",
    );
    let internet = "prices.transfer_rate=internet";
    // 6 per hour × 744 h × 100 MB = 416 GiB a month.
    Folder::new(&scenario).loaded(&[internet]);
    let told = Folder::new(&scenario).wrong(&[internet, "pushes.ci.rate=200 per hour"]);
    holds(
        &told,
        &[
            "no price for internet transfer from eu-south-2 above 10240 GB a month; about 13858 are expected",
            "--set:1:22",
        ],
    );
}
