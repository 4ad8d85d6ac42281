//! Whom a statement of a registry policy concerns (B45, U22).

use crate::aws::{names, wildcard};

/// The role by which ECR replicates, as the last part of its ARN in the source account (B36).
pub const REPLICATION_ROLE: &str =
    "role/aws-service-role/replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication";

/// Someone named by a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// `*`: everyone.
    Anyone,
    /// A whole account with all its roles and users (B45).
    Account {
        /// Account id of 12 digits.
        id: String,
        /// Partition of the root ARN; `None` if the bare id was given.
        partition: Option<String>,
    },
    /// A role, user or session: an ARN, which may hold wildcards, or a unique id.
    Identity(String),
    /// Anyone who is not of an account, as in `{"Service": "…"}`.
    Other {
        /// `Service`, `Federated` or `CanonicalUser`.
        kind: String,
        /// Who it is.
        name: String,
    },
}

impl Principal {
    /// Reads what stands under `AWS`: `*`, 12 digits, a root ARN, or the ARN or unique id of a role or user.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Anyone);
        }
        if names::check_account_id(text).is_ok() {
            return Ok(Self::Account {
                id: text.to_string(),
                partition: None,
            });
        }
        Self::parse_arn(text)
            .or_else(|| is_unique_id(text).then(|| Self::Identity(text.to_string())))
            .ok_or_else(|| format!("`{text}` is not a principal: an account id, an IAM ARN or `*`"))
    }

    fn parse_arn(text: &str) -> Option<Self> {
        let (partition, account, resource) = arn_parts(text)?;
        if resource == "root" && names::check_account_id(account).is_ok() {
            return Some(Self::Account {
                id: account.to_string(),
                partition: Some(partition.to_string()),
            });
        }
        Some(Self::Identity(text.to_string()))
    }

    /// Returns the whole account with this id.
    pub fn account(id: impl Into<String>) -> Self {
        Self::Account {
            id: id.into(),
            partition: None,
        }
    }

    /// Returns whether this can be the one in whose name ECR replicates for some account:
    /// the account itself, everyone, or the replication role (U22).
    pub fn may_replicate(&self) -> bool {
        match self {
            Self::Anyone | Self::Account { .. } => true,
            Self::Identity(arn) => arn_parts(arn).is_some_and(|(_, _, resource)| {
                wildcard::matches(resource, REPLICATION_ROLE.chars())
            }),
            Self::Other { .. } => false,
        }
    }

    /// Returns whether this covers the replication of `account_id`, in its `partition` (B45, U22).
    pub fn covers_replication_of(&self, account_id: &str, partition: &str) -> bool {
        match self {
            Self::Anyone => true,
            Self::Account {
                id,
                partition: named,
            } => id == account_id && named.as_deref().is_none_or(|named| named == partition),
            Self::Identity(pattern) => {
                let role = format!("arn:{partition}:iam::{account_id}:{REPLICATION_ROLE}");
                wildcard::matches(pattern, role.chars())
            }
            Self::Other { .. } => false,
        }
    }

    /// Returns what a document writes for it under `AWS` or its kind.
    pub fn text(&self) -> String {
        match self {
            Self::Anyone => "*".to_string(),
            Self::Account {
                id,
                partition: None,
            } => id.clone(),
            Self::Account {
                id,
                partition: Some(partition),
            } => format!("arn:{partition}:iam::{id}:root"),
            Self::Identity(text) | Self::Other { name: text, .. } => text.clone(),
        }
    }
}

/// Returns partition, account and resource of an IAM or STS ARN.
fn arn_parts(text: &str) -> Option<(&str, &str, &str)> {
    let mut fields = text.splitn(6, ':');
    let mut next = || fields.next();
    let (arn, partition, service, region) = (next()?, next()?, next()?, next()?);
    let (account, resource) = (next()?, next()?);
    let well_formed = arn == "arn" && matches!(service, "iam" | "sts") && region.is_empty();
    (well_formed && !resource.is_empty()).then_some((partition, account, resource))
}

/// Returns whether `text` looks like a unique id of IAM, which stands for a principal that was deleted.
fn is_unique_id(text: &str) -> bool {
    let alphanumeric = |letter: u8| letter.is_ascii_uppercase() || letter.is_ascii_digit();
    text.starts_with('A') && text.len() >= 16 && text.bytes().all(alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(text: &str) -> bool {
        let principal = Principal::parse(text).expect("the principal is right");
        principal.covers_replication_of("111122223333", "aws")
    }

    #[test]
    fn b45_account_in_each_of_its_forms() {
        assert!(covers("*"));
        assert!(covers("111122223333"));
        assert!(covers("arn:aws:iam::111122223333:root"));
        assert!(!covers("444455556666"));
        assert!(!covers("arn:aws:iam::444455556666:root"));
        assert!(!covers("arn:aws-cn:iam::111122223333:root"));
    }

    #[test]
    fn u22_only_the_replication_role_may_replicate() {
        let role = format!("arn:aws:iam::111122223333:{REPLICATION_ROLE}");
        assert!(covers(&role));
        assert!(covers("arn:aws:iam::111122223333:role/aws-service-role/*"));
        assert!(!covers("arn:aws:iam::111122223333:role/ci"));
        assert!(!covers("arn:aws:iam::111122223333:user/*"));
        assert!(!covers("arn:aws:sts::111122223333:assumed-role/ci/run-1"));
        assert!(!covers("AROAEXAMPLEEXAMPLEEX"));
    }

    #[test]
    fn u22_who_can_never_replicate() {
        let may = |text| {
            Principal::parse(text)
                .expect("the principal is right")
                .may_replicate()
        };
        assert!(may("111122223333"));
        assert!(may("arn:aws:iam::*:role/*"));
        assert!(!may("arn:aws:iam::111122223333:role/ci"));
        assert!(!may("AIDAEXAMPLEEXAMPLEEX"));
    }

    #[test]
    fn what_is_no_principal() {
        for text in [
            "",
            "build",
            "11112222333",
            "arn:aws:s3:::bucket",
            "arn:aws:iam::111122223333",
        ] {
            assert!(Principal::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn text_is_what_was_read() {
        for text in [
            "*",
            "111122223333",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::1:role/*",
        ] {
            assert_eq!(
                Principal::parse(text)
                    .expect("the principal is right")
                    .text(),
                text
            );
        }
    }
}
