//! Accounts, and the registries that name them.

use std::collections::BTreeMap;

use super::Context;
use crate::aws::regions::{self, OptIn};
use crate::scenario::diagnostic::{Diagnostic, Place};
use crate::scenario::document::Path;
use crate::scenario::names::RegistryName;
use crate::scenario::schema::check_text;
use crate::scenario::types::Scenario;

pub(super) fn check(cx: &mut Context<'_>, scenario: &Scenario) {
    let path = Path::root().to("accounts");
    let mut aliases = BTreeMap::new();
    for (alias, account) in &scenario.accounts {
        let path = path.to(alias);
        if let Some(other) = aliases.insert(&account.id, alias) {
            let message = format!("`{alias}` has the same id as `{other}`");
            cx.error(&path, message, "an account has one alias");
        }
        for (index, region) in account.opted_in.iter().enumerate() {
            let opt_in = regions::find(region).map(|region| region.opt_in);
            if opt_in == Some(OptIn::NotRequired) {
                let message = format!("`{region}` needs no opt-in: every account has it");
                cx.warn(
                    "region-not-opted-in",
                    &path.to("opted_in").to(index),
                    message,
                    "leave it out",
                );
            }
        }
    }
}

/// Tells if the account or the Region of a registry is not known.
pub(super) fn registry(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    path: &Path,
    name: &RegistryName,
) {
    if !cx.is_broken(path) {
        registry_at(cx, scenario, cx.place(path), name);
    }
}

/// Tells if the account or the Region of a registry that is named at `place` is not known.
pub(super) fn registry_at(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    place: Place,
    name: &RegistryName,
) {
    if let Err(error) = check_text("region", &name.region) {
        cx.tell(Diagnostic::error(place.clone(), error.message).help(error.help));
    }
    account_at(cx, scenario, place, &name.account);
}

/// Tells if there is no account with this alias.
pub(super) fn account(cx: &mut Context<'_>, scenario: &Scenario, path: &Path, alias: &str) {
    if !cx.is_broken(path) {
        account_at(cx, scenario, cx.place(path), alias);
    }
}

fn account_at(cx: &mut Context<'_>, scenario: &Scenario, place: Place, alias: &str) {
    let accounts = Path::root().to("accounts");
    if scenario.accounts.contains_key(alias) || cx.is_broken(&accounts) {
        return;
    }
    let mut known = scenario.accounts.iter();
    if let Some((known, _)) = known.find(|(_, account)| account.id.as_str() == alias) {
        let message = format!("`{alias}` is an account's id; accounts go by their alias here");
        cx.tell(Diagnostic::error(place, message).help(format!("write `{known}`")));
        return;
    }
    let known: Vec<&str> = scenario.accounts.keys().map(String::as_str).collect();
    cx.unknown(place, "account", alias, &known);
}
