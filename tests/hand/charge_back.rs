//! Who caused which line of the bill, beside who pays it.

use crate::support::Run;
use crate::support::text::{Text, digest};
use crate::{IRELAND, VIRGINIA};

const GIB: u64 = 1 << 30;
const PROD: &str = "prod/us-east-1";

/// Both accounts send to `build/eu-west-1`, in a February. A GiB-month is 0.10 USD.
fn two_senders() -> Text {
    Text::instant("2026-02-01T00:00:00Z", "28 days")
        .rule(VIRGINIA, &[IRELAND])
        .rule(PROD, &[IRELAND])
        .permission(IRELAND, "prod", "")
}

fn put_digest(text: Text, at: &str, registry: &str, repository: &str, number: u32) -> Text {
    let push = format!(
        "registry = '{registry}'\nrepository = '{repository}'\ntags = ['1']\nsize = '1 GiB'\ndigest = '{}'",
        digest(number)
    );
    text.event(at, "PutImage", &push)
}

/// Returns the storage lines of replicas and orphans: payer, item, cause, quantity, dollars.
fn replicas(run: &Run) -> Vec<String> {
    let is_replica = |item: &str| item == "storage_replica" || item == "storage_orphan";
    let rows = run.outcome.costs.iter().filter(|row| is_replica(&row.item));
    let line = |row: &ecrsim::measure::outcome::CostRow| {
        let (quantity, usd) = (row.quantity.0, row.usd.0);
        let item = row.item.trim_start_matches("storage_");
        format!(
            "{} {item} {} {quantity:.6} {usd:.6}",
            row.payer, row.caused_by
        )
    };
    rows.map(line).collect()
}

#[test]
fn each_account_that_sends_has_a_line_of_its_own() {
    // 1 GiB by build, an orphan for the second half; 2 GiB by prod.
    let run = put_digest(two_senders(), "0 s", VIRGINIA, "app", 7)
        .put("0 s", PROD, "web", &["1"], "2 GiB")
        .delete_digest("14 days", VIRGINIA, "app", 7)
        .run();
    assert_eq!(
        replicas(&run),
        [
            "build replica build 0.500000 0.050000",
            "build replica prod 2.000000 0.200000",
            "build orphan build 0.500000 0.050000",
        ]
    );
    assert_eq!(run.stored(IRELAND), [2, 0, 3 * GIB, GIB]);
    // All lines together are the metric, which knows no causes.
    let sum: f64 = run
        .outcome
        .costs
        .iter()
        .filter(|row| row.item.starts_with("storage"))
        .map(|row| row.usd.0)
        .sum();
    let total = run.metric("storage_usd", "", "total").expect("a total");
    assert!((sum - total).abs() < 1e-12, "{sum} {total}");
    let transfers = run
        .outcome
        .costs
        .iter()
        .filter(|row| row.item == "transfer");
    let transfers: Vec<(&str, &str)> = transfers
        .map(|row| (row.payer.as_str(), row.caused_by.as_str()))
        .collect();
    assert_eq!(transfers, [("build", "build"), ("prod", "prod")]);
}

#[test]
fn one_cause_is_one_line_though_another_account_might_send() {
    let run = two_senders().put("0 s", PROD, "web", &["1"], "1 GiB").run();
    assert_eq!(replicas(&run), ["build replica prod 1.000000 0.100000"]);
}

#[test]
fn of_a_digest_that_two_push_the_first_copy_counts() {
    // The same repository and digest; prod pushes later, and has it still when build has deleted it.
    let both = put_digest(two_senders(), "0 s", VIRGINIA, "app", 7);
    let both = put_digest(both, "7 days", PROD, "app", 7);
    let run = both
        .clone()
        .delete_digest("14 days", VIRGINIA, "app", 7)
        .run();
    assert_eq!(replicas(&run), ["build replica build 1.000000 0.100000"]);
    // Deleted in Ireland too, and pushed anew under another tag by prod: a copy of prod's from then on.
    let run = both
        .delete_digest("14 days", VIRGINIA, "app", 7)
        .delete_digest("14 days", IRELAND, "app", 7)
        .put_digest("21 days", PROD, "app", &["2"], 7)
        .run();
    assert_eq!(
        replicas(&run),
        [
            "build replica build 0.500000 0.050000",
            "build replica prod 0.250000 0.025000",
        ]
    );
}

#[test]
fn a_layer_counts_for_the_account_whose_image_brought_it_first() {
    // One digest under two names: with blob mounting its layer is stored once in Ireland, brought by build.
    let text = two_senders().toml(&format!(
        "[registries.'{VIRGINIA}']\nblob_mounting = true\n[registries.'{IRELAND}']\nblob_mounting = true\n\
         [registries.'{PROD}']\nblob_mounting = true"
    ));
    let both = put_digest(text, "0 s", VIRGINIA, "app", 7);
    let both = put_digest(both, "7 days", PROD, "web", 7);
    assert_eq!(
        replicas(&both.run()),
        ["build replica build 1.000000 0.100000"]
    );
    // Though its image is deleted there, prod's still needs it.
    let run = both
        .clone()
        .delete_digest("14 days", IRELAND, "app", 7)
        .run();
    assert_eq!(replicas(&run), ["build replica build 1.000000 0.100000"]);
    assert_eq!(run.stored(IRELAND), [1, 0, GIB, 0]);
    // Billed in each repository (U15), each has brought its own: build's for 14 days, prod's for 21.
    let run = both
        .delete_digest("14 days", IRELAND, "app", 7)
        .run_with(&["assumptions.mounted_layers_billed_once=false"]);
    assert_eq!(
        replicas(&run),
        [
            "build replica build 0.500000 0.050000",
            "build replica prod 0.750000 0.075000",
        ]
    );
}

#[test]
fn a_layer_that_the_owners_own_push_brought_first_is_the_owners() {
    // Pushed in prod's own registry and sent there by build under another name; prod deletes its own at half the month.
    let text = Text::instant("2026-02-01T00:00:00Z", "28 days")
        .rule(VIRGINIA, &[PROD])
        .permission(PROD, "build", "")
        .toml(&format!(
            "[registries.'{VIRGINIA}']\nblob_mounting = true\n[registries.'{PROD}']\nblob_mounting = true"
        ));
    let text = put_digest(text, "0 s", PROD, "web", 7);
    let run = put_digest(text, "1 day", VIRGINIA, "app", 7)
        .put("0 s", VIRGINIA, "other", &["1"], "1 GiB")
        .delete_digest("14 days", PROD, "web", 7)
        .run();
    assert_eq!(
        replicas(&run),
        [
            "prod replica build 1.000000 0.100000",
            "prod replica prod 0.500000 0.050000",
        ]
    );
}

#[test]
fn who_pulls_causes_and_who_owns_the_registry_pays() {
    let fleet = |name: &str, account: &str, rate: &str| {
        format!(
            "[pulls.{name}]\naccount = '{account}'\nregion = 'eu-west-1'\nof = 'ci'\nrate = '{rate}'\n"
        )
    };
    let text = Text::instant("2026-02-01T00:00:00Z", "28 days").toml(&format!(
        "[pushes.ci]\nregistry = '{VIRGINIA}'\nrepositories = ['app']\nsize = '1 GiB'\n\
         burst = {{ images = 1, over = '1 h' }}\n{}{}{}",
        fleet("one", "build", "10 per hour"),
        fleet("two", "prod", "1 per hour"),
        fleet("three", "prod", "3 per hour")
    ));
    for reading in ["inter-region", "internet"] {
        let run = text.run_with(&[&format!("prices.transfer_rate={reading}")]);
        let pulls = |account: &str| {
            let to = format!("{account}/eu-west-1");
            let rows = run.outcome.pulls.iter().filter(|row| row.to == to);
            rows.map(|row| row.pulls).sum::<u64>() as f64
        };
        let bill = run.outcome.costs.iter().filter(|row| row.item == "pull");
        let bill: Vec<_> = bill.collect();
        let found: Vec<(&str, &str, f64)> = bill
            .iter()
            .map(|row| (row.payer.as_str(), row.caused_by.as_str(), row.quantity.0))
            .collect();
        assert_eq!(
            found,
            [
                ("build", "build", pulls("build")),
                ("build", "prod", pulls("prod")),
            ]
        );
        let total = run.metric("pull_usd", "", "total").expect("a total");
        let sum: f64 = bill.iter().map(|row| row.usd.0).sum();
        assert!((sum - total).abs() < 1e-9 * total, "{sum} {total}");
        // Tiers add up over both, and spread back in proportion to bytes.
        let [build, prod] = [&bill[0], &bill[1]];
        assert!((build.rate_usd.0 - prod.rate_usd.0).abs() < 1e-12);
    }
}

#[test]
fn an_archived_replica_is_its_owners_whoever_caused_it() {
    // Build's image lies in prod's registry for 14 days, then in the archive there; prod pushes there too.
    let text = Text::instant("2026-02-01T00:00:00Z", "28 days")
        .rule(VIRGINIA, &[PROD])
        .permission(PROD, "build", "")
        .put("0 s", PROD, "web", &["1"], "2 GiB");
    let archive = format!(
        "registry = '{PROD}'\nrepository = 'app'\ndigest = '{}'\nstorage_class = 'ARCHIVE'",
        digest(7)
    );
    let run = put_digest(text, "0 s", VIRGINIA, "app", 7)
        .event("14 days", "UpdateImageStorageClass", &archive)
        .run();
    assert_eq!(replicas(&run), ["prod replica build 0.500000 0.050000"]);
    let archived = run.outcome.costs.iter();
    let mut archived = archived.filter(|row| row.item == "storage_archive");
    let row = archived.next().expect("it lies in the archive");
    assert_eq!((&*row.payer, &*row.caused_by), ("prod", "prod"));
    assert!((row.quantity.0 - 0.5).abs() < 1e-12, "{:?}", row.quantity);
    assert!(archived.next().is_none());
}
