//! A private registry: one account in one Region (B10).

use std::fmt::{self, Display};

use super::regions;

/// A private registry by its two halves, as AWS names them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Registry {
    /// Owner: 12 digits.
    pub account_id: String,
    /// Region's code, as in `us-east-1`.
    pub region: String,
}

impl Registry {
    /// Returns the registry of `account_id` in `region`.
    pub fn new(account_id: impl Into<String>, region: impl Into<String>) -> Self {
        Self {
            account_id: account_id.into(),
            region: region.into(),
        }
    }

    /// Returns the partition that the registry's Region lies in, or `aws` for a Region that is not known.
    pub fn partition(&self) -> &'static str {
        regions::find(&self.region).map_or("aws", |region| region.partition.as_str())
    }

    /// Returns the ARN of the repository `name` in it; `name` may be a pattern.
    pub fn repository_arn(&self, name: &str) -> String {
        let Self { account_id, region } = self;
        let partition = self.partition();
        format!("arn:{partition}:ecr:{region}:{account_id}:repository/{name}")
    }
}

/// Writes `account/region`.
impl Display for Registry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.account_id, self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b44_repository_arn_carries_the_partition() {
        let registry = Registry::new("444455556666", "cn-north-1");
        assert_eq!(
            registry.repository_arn("prod/*"),
            "arn:aws-cn:ecr:cn-north-1:444455556666:repository/prod/*"
        );
    }
}
