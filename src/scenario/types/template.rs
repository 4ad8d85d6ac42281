//! Creation templates: what a repository is like that replication creates.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lifecycle::Lifecycle;
use crate::aws::TagMutability;

/// A repository creation template. It acts only when a repository is created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreationTemplate {
    /// What the names of its repositories begin with, an implied `/` after it; `ROOT` takes the rest.
    pub prefix: String,
    /// Which creations it is for; replication asks only those with REPLICATION.
    #[serde(default = "for_replication")]
    #[schemars(length(min = 1))]
    pub applied_for: Vec<AppliedFor>,
    /// Whether a tag may move to another image.
    #[serde(default)]
    pub tag_mutability: TagMutability,
    /// Tag patterns that the two EXCLUSION modes except; `*` is a wildcard.
    #[serde(default)]
    #[schemars(extend("items" = { "type": "string", "format": "tag-pattern" }))]
    pub exclusions: Vec<String>,
    /// Its lifecycle policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    /// How its repositories are encrypted; KMS needs a role.
    #[serde(default)]
    pub encryption: Encryption,
    /// Resource tags of its repositories; these need a role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_tags: BTreeMap<String, String>,
    /// The role with which ECR creates (customRoleArn).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_role_arn: Option<String>,
}

/// What makes ECR create a repository by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AppliedFor {
    /// An image that arrives by replication.
    Replication,
    /// An image that is pulled through a cache.
    PullThroughCache,
    /// A push.
    CreateOnPush,
}

/// How a repository is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Encryption {
    /// With a key of the storage service.
    #[default]
    #[serde(rename = "AES256")]
    Aes256,
    /// With a key of AWS KMS.
    #[serde(rename = "KMS")]
    Kms,
}

fn for_replication() -> Vec<AppliedFor> {
    vec![AppliedFor::Replication]
}

impl CreationTemplate {
    /// Returns whether it needs a role that it lacks: creating a repository by it fails (B71).
    pub fn lacks_role(&self) -> bool {
        let needs = self.encryption == Encryption::Kms || !self.resource_tags.is_empty();
        needs && self.custom_role_arn.is_none()
    }

    /// Returns how long its prefix is if it is for replication and takes the repository (B70); `ROOT` is the shortest.
    pub fn takes(&self, repository: &str) -> Option<usize> {
        if !self.applied_for.contains(&AppliedFor::Replication) {
            return None;
        }
        if self.prefix == "ROOT" {
            return Some(0);
        }
        let prefix = self.prefix.trim_end_matches('/');
        let rest = repository.strip_prefix(prefix)?;
        rest.starts_with('/').then_some(prefix.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(prefix: &str) -> CreationTemplate {
        CreationTemplate {
            prefix: prefix.to_owned(),
            applied_for: for_replication(),
            tag_mutability: TagMutability::Mutable,
            exclusions: Vec::new(),
            lifecycle: None,
            encryption: Encryption::Aes256,
            resource_tags: BTreeMap::new(),
            custom_role_arn: None,
        }
    }

    #[test]
    fn b70_a_slash_is_implied_after_the_prefix() {
        assert_eq!(template("prod").takes("prod/api"), Some(4));
        assert_eq!(template("prod/").takes("prod/api"), Some(4));
        assert_eq!(template("prod").takes("production/api"), None);
        assert_eq!(template("prod").takes("prod"), None);
        assert_eq!(template("ROOT").takes("prod"), Some(0));
    }

    #[test]
    fn b71_kms_and_resource_tags_need_a_role() {
        let mut kms = template("ROOT");
        assert!(!kms.lacks_role());
        kms.encryption = Encryption::Kms;
        assert!(kms.lacks_role());
        kms.custom_role_arn = Some("arn:aws:iam::444455556666:role/ecr".to_owned());
        assert!(!kms.lacks_role());
    }
}
