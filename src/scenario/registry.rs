//! Registries and accounts by their names in the scenario and by AWS's.

use super::names::RegistryName;
use super::types::Scenario;
use crate::aws::Registry;

impl Scenario {
    /// Returns the alias of the account with this id.
    pub fn alias(&self, account_id: &str) -> Option<&str> {
        let mut accounts = self.accounts.iter();
        let found = accounts.find(|(_, account)| account.id.as_str() == account_id);
        found.map(|(alias, _)| alias.as_str())
    }

    /// Returns the registry of an account id and a Region, as the scenario writes it.
    pub fn registry_name(&self, account_id: &str, region: &str) -> Option<RegistryName> {
        let account = self.alias(account_id)?.to_owned();
        let region = region.to_owned();
        Some(RegistryName { account, region })
    }

    /// Returns the registry as AWS names it, if its account is known.
    pub fn aws_registry(&self, name: &RegistryName) -> Option<Registry> {
        let account = self.accounts.get(&name.account)?;
        Some(Registry::new(account.id.as_str(), name.region.as_str()))
    }
}
