//! Accounts, and registries with their rules, permissions and repositories.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lifecycle::Lifecycle;
use super::template::CreationTemplate;
use crate::aws::TagMutability;
use crate::scenario::distribution::Distribution;
use crate::scenario::names::{AccountId, RegistryName};
use crate::units::Bytes;

/// An AWS account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "AccountForm")]
pub struct Account {
    /// Its 12-digit id.
    pub id: AccountId,
    /// Opt-in Regions that are enabled in it.
    pub opted_in: Vec<String>,
}

/// An account as written: its id alone, or a table.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum AccountForm {
    /// The 12-digit id.
    Short(AccountId),
    /// The id and the Regions opted in.
    Long {
        /// The 12-digit id.
        id: AccountId,
        /// Regions that need opt-in and are enabled in this account.
        #[serde(default)]
        #[schemars(extend("items" = { "type": "string", "format": "region" }))]
        opted_in: Vec<String>,
    },
}

impl From<AccountForm> for Account {
    fn from(form: AccountForm) -> Self {
        match form {
            AccountForm::Short(id) => Self {
                id,
                opted_in: Vec::new(),
            },
            AccountForm::Long { id, opted_in } => Self { id, opted_in },
        }
    }
}

/// A private registry: one account in one Region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Registry {
    /// Replication rules by name; not with `replication`.
    #[schemars(extend("propertyNames" = { "format": "name" }))]
    pub rules: BTreeMap<String, Rule>,
    /// File with the replication configuration as put-replication-configuration takes it; not with `rules`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication: Option<String>,
    /// Statements of the registry policy by name; not with `policy`.
    #[schemars(extend("propertyNames" = { "format": "name" }))]
    pub permissions: BTreeMap<String, Permission>,
    /// File with the registry policy as put-registry-policy takes it; not with `permissions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Registry setting: layers are shared between repositories.
    pub blob_mounting: bool,
    /// Repositories that exist before the run starts.
    #[schemars(extend("propertyNames" = { "format": "repository" }))]
    pub repositories: BTreeMap<String, Repository>,
    /// Templates by name of repositories that replication creates.
    #[schemars(extend("propertyNames" = { "format": "name" }))]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub creation_templates: BTreeMap<String, CreationTemplate>,
}

/// A replication rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// Registries to which pushes are copied.
    pub destinations: Vec<RegistryName>,
    /// Prefixes of repository names (PREFIX_MATCH); left out, every repository.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("items" = { "type": "string", "format": "prefix" }))]
    pub prefixes: Vec<String>,
    /// The rule's deleteReplication.enabled.
    #[serde(default)]
    pub delete_replication: bool,
}

/// A statement of a registry policy in short form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Permission {
    /// Account aliases, 12-digit ids, root ARNs, or `*`.
    #[schemars(length(min = 1))]
    pub principals: Vec<String>,
    /// Actions such as `ecr:ReplicateImage`; `*` and `?` are wildcards.
    #[serde(default = "default_actions")]
    #[schemars(length(min = 1))]
    pub actions: Vec<String>,
    /// Patterns of repository names inside this registry; `*` and `?` are wildcards.
    #[serde(default = "default_repositories")]
    #[schemars(length(min = 1))]
    pub repositories: Vec<String>,
    /// Allow, or Deny, which wins.
    #[serde(default)]
    pub effect: Effect,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Effect {
    /// Grants.
    #[default]
    Allow,
    /// Forbids, against any Allow.
    Deny,
}

fn default_actions() -> Vec<String> {
    vec![
        "ecr:CreateRepository".to_owned(),
        "ecr:ReplicateImage".to_owned(),
    ]
}

fn default_repositories() -> Vec<String> {
    vec!["*".to_owned()]
}

/// A repository that exists before the run starts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Repository {
    /// Whether a tag may move to another image.
    pub tag_mutability: TagMutability,
    /// Tag patterns that the two EXCLUSION modes except; `*` is a wildcard.
    #[schemars(extend("items" = { "type": "string", "format": "tag-pattern" }))]
    pub exclusions: Vec<String>,
    /// Images stored before the start, one push a day back from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<StoredImages>,
    /// Its lifecycle policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
}

/// Images stored before the run starts, each under its number as tag from the oldest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoredImages {
    /// How many.
    pub count: u64,
    /// Compressed bytes of each.
    pub size: Distribution<Bytes>,
}
