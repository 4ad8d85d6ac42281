//! `focus.csv`: the bill with the column names of FOCUS, the FinOps Open Cost and Usage Specification, version 1.2.
//!
//! A row per row of `costs.csv`. Every column that FOCUS calls mandatory is there; of the conditional ones those for which
//! a simulated bill has a value. A null is an empty cell.

#![expect(non_snake_case, reason = "FOCUS names its columns")]

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::csv_files::write_table;
use super::error::FileError;
use super::run_json::RunFacts;
use crate::aws::regions;
use crate::measure::Outcome;
use crate::measure::outcome::CostRow;
use crate::measure::table::{Number, Usd, table};

/// The version of FOCUS whose columns these are.
pub const VERSION: &str = "1.2";

const PROVIDER: &str = "AWS";

table! {
    /// One line of the bill, as FOCUS names its columns.
    FocusRow, "focus.csv", {
        /// Dollars: those of costs.csv.
        BilledCost: Usd,
        /// Id of the account that pays.
        BillingAccountId: String,
        /// Its alias.
        BillingAccountName: String,
        /// USD.
        BillingCurrency: String,
        /// End of the calendar month, excluded.
        BillingPeriodEnd: String,
        /// Begin of the calendar month.
        BillingPeriodStart: String,
        /// Usage.
        ChargeCategory: String,
        /// Null: no row corrects another.
        ChargeClass: String,
        /// Item, Regions, and who caused it, in words.
        ChargeDescription: String,
        /// Usage-Based.
        ChargeFrequency: String,
        /// End of the part of the month that the run measured, excluded.
        ChargePeriodEnd: String,
        /// Begin of that part.
        ChargePeriodStart: String,
        /// As PricingQuantity.
        ConsumedQuantity: Number,
        /// As PricingUnit.
        ConsumedUnit: String,
        /// As BilledCost: there are no negotiated discounts.
        ContractedCost: Usd,
        /// As ListUnitPrice.
        ContractedUnitPrice: Number,
        /// As BilledCost: nothing is paid in advance.
        EffectiveCost: Usd,
        /// AWS.
        InvoiceIssuerName: String,
        /// As BilledCost.
        ListCost: Usd,
        /// Average dollars per unit, tiers spread.
        ListUnitPrice: Number,
        /// Standard.
        PricingCategory: String,
        /// Billed quantity.
        PricingQuantity: Number,
        /// GiB (or GB) or GiB-Months.
        PricingUnit: String,
        /// AWS.
        ProviderName: String,
        /// AWS.
        PublisherName: String,
        /// Region from which bytes went, or where they lie.
        RegionId: String,
        /// AWS's name of it.
        RegionName: String,
        /// Host name of the registries' account in that Region.
        ResourceId: String,
        /// The registry, by alias.
        ResourceName: String,
        /// Private registry.
        ResourceType: String,
        /// Compute.
        ServiceCategory: String,
        /// Amazon Elastic Container Registry.
        ServiceName: String,
        /// Containers.
        ServiceSubcategory: String,
        /// As BillingAccountId: which account pays for which others is not part of a scenario.
        SubAccountId: String,
        /// As BillingAccountName.
        SubAccountName: String,
        /// A JSON object: item and caused_by of costs.csv.
        Tags: String,
        /// Id of the account that caused the line.
        x_CausedByAccountId: String,
        /// Its alias: caused_by of costs.csv.
        x_CausedByAccountName: String,
        /// Item of costs.csv.
        x_Item: String,
        /// Region to which bytes went, or where they lie.
        x_ToRegionId: String,
    }
}

/// Account ids by alias.
pub type AccountIds = BTreeMap<String, String>;

/// Writes `focus.csv` into `folder`.
///
/// # Errors
/// If the file cannot be written.
pub fn write_focus(
    folder: &Path,
    facts: &RunFacts,
    outcome: &Outcome,
    accounts: &AccountIds,
) -> Result<(), FileError> {
    let rows = outcome.costs.iter().map(|row| focus(row, facts, accounts));
    write_table(folder, &rows.collect::<Vec<_>>())
}

fn focus(row: &CostRow, facts: &RunFacts, accounts: &AccountIds) -> FocusRow {
    let [start, end] = month(&row.month);
    let id = |alias: &str| accounts.get(alias).map_or(alias, String::as_str).to_owned();
    let (payer, unit) = (id(&row.payer), unit(&row.unit).to_owned());
    FocusRow {
        BilledCost: row.usd,
        BillingAccountId: payer.clone(),
        BillingAccountName: row.payer.clone(),
        BillingCurrency: "USD".to_owned(),
        BillingPeriodEnd: moment(end),
        BillingPeriodStart: moment(start),
        ChargeCategory: "Usage".to_owned(),
        ChargeClass: String::new(),
        ChargeDescription: description(row),
        ChargeFrequency: "Usage-Based".to_owned(),
        ChargePeriodEnd: moment(end.min(facts.end.0)),
        ChargePeriodStart: moment(start.max(facts.measured_from.0)),
        ConsumedQuantity: row.quantity,
        ConsumedUnit: unit.clone(),
        ContractedCost: row.usd,
        ContractedUnitPrice: row.rate_usd,
        EffectiveCost: row.usd,
        InvoiceIssuerName: PROVIDER.to_owned(),
        ListCost: row.usd,
        ListUnitPrice: row.rate_usd,
        PricingCategory: "Standard".to_owned(),
        PricingQuantity: row.quantity,
        PricingUnit: unit,
        ProviderName: PROVIDER.to_owned(),
        PublisherName: PROVIDER.to_owned(),
        RegionId: row.from.clone(),
        RegionName: regions::find(&row.from).map_or_else(String::new, |of| of.name.clone()),
        ResourceId: host(&payer, &row.from),
        ResourceName: format!("{}/{}", row.payer, row.from),
        ResourceType: "Private registry".to_owned(),
        ServiceCategory: "Compute".to_owned(),
        ServiceName: "Amazon Elastic Container Registry".to_owned(),
        ServiceSubcategory: "Containers".to_owned(),
        SubAccountId: payer,
        SubAccountName: row.payer.clone(),
        Tags: serde_json::json!({ "caused_by": row.caused_by, "item": row.item }).to_string(),
        x_CausedByAccountId: id(&row.caused_by),
        x_CausedByAccountName: row.caused_by.clone(),
        x_Item: row.item.clone(),
        x_ToRegionId: row.to.clone(),
    }
}

/// Returns begin and end of a calendar month, `2026-03`.
///
/// # Panics
/// If it is none.
fn month(label: &str) -> [Timestamp; 2] {
    let first: Date = format!("{label}-01").parse().expect("a month of the bill");
    let next = first.saturating_add(1.month());
    [first, next].map(|date| {
        let midnight = date.to_zoned(TimeZone::UTC);
        midnight.expect("UTC has every midnight").timestamp()
    })
}

/// Returns a moment as FOCUS writes it: whole seconds of UTC.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Returns a unit in FOCUS's format of units.
fn unit(unit: &str) -> &str {
    match unit {
        "GiB-month" => "GiB-Months",
        other => other,
    }
}

/// Returns the host name of an account's private registry in a Region.
fn host(account_id: &str, region: &str) -> String {
    let suffix = match regions::find(region).map(|of| of.partition.as_str()) {
        Some("aws-cn") => "amazonaws.com.cn",
        _ => "amazonaws.com",
    };
    format!("{account_id}.dkr.ecr.{region}.{suffix}")
}

fn description(row: &CostRow) -> String {
    let (from, to, cause) = (&row.from, &row.to, &row.caused_by);
    match row.item.as_str() {
        "transfer" => format!("Replication {from} to {to}, images of {cause}"),
        "pull" => format!("Pulls {from} to {to}, fleets of {cause}"),
        "storage_source" => format!("Storage in {from}, pushed images of {cause}"),
        "storage_replica" => format!("Storage in {from}, replicas of images of {cause}"),
        "storage_orphan" => format!("Storage in {from}, orphaned replicas of images of {cause}"),
        item => format!("{item} {from} to {to}, caused by {cause}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn a_row_has_its_month_the_measured_part_of_it_and_the_payers_registry() {
        let mut facts = samples::facts();
        facts.measured_from = "2026-03-05T06:00:00Z".parse().expect("a moment");
        facts.end = "2026-05-01T00:00:00Z".parse().expect("a moment");
        let mut line = samples::small().costs[0].clone();
        line.payer = "build".to_owned();
        line.caused_by = "prod".to_owned();
        line.item = "storage_orphan".to_owned();
        line.unit = "GiB-month".to_owned();
        line.from = "cn-north-1".to_owned();
        let accounts = [("build", "111122223333"), ("prod", "444455556666")];
        let accounts = accounts.map(|(alias, id)| (alias.to_owned(), id.to_owned()));
        let row = focus(&line, &facts, &accounts.into());
        assert_eq!(
            [
                &row.BillingPeriodStart,
                &row.BillingPeriodEnd,
                &row.ChargePeriodStart,
                &row.ChargePeriodEnd
            ],
            [
                "2026-03-01T00:00:00Z",
                "2026-04-01T00:00:00Z",
                "2026-03-05T06:00:00Z",
                "2026-04-01T00:00:00Z"
            ]
        );
        assert_eq!(
            row.ResourceId,
            "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn"
        );
        assert_eq!(
            (row.PricingUnit.as_str(), row.x_CausedByAccountId.as_str()),
            ("GiB-Months", "444455556666")
        );
        assert_eq!(row.Tags, r#"{"caused_by":"prod","item":"storage_orphan"}"#);
        assert_eq!(
            row.ChargeDescription,
            "Storage in cn-north-1, orphaned replicas of images of prod"
        );
    }
}
