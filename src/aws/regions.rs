//! AWS's Regions: partition, name, and whether an account must opt in to them (B33, B35).
//!
//! Source: `data/regions.csv`, from botocore 1.44.5 (2026-11-17) and AWS's pages "AWS Regions" and "Enable or disable
//! AWS Regions in your account" (read 2026-11-22). `me-west-1` and `sa-west-1` are opt-in by the rule that every Region
//! launched after 2019-03-20 is; for `aws-eusc` and the `aws-iso` partitions nothing public was found.

use std::sync::LazyLock;

use serde::Deserialize;

use super::nearest::nearest as nearest_of;

/// Whether an account must enable a Region before it can use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum OptIn {
    /// It must (B35).
    #[serde(rename = "true")]
    Required,
    /// Every account of the partition has it.
    #[serde(rename = "false")]
    NotRequired,
    /// Nothing public was found.
    #[serde(rename = "unknown")]
    Unknown,
}

/// One AWS Region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Region {
    /// Code, as in `us-east-1`.
    #[serde(rename = "region")]
    pub code: String,
    /// Partition: `aws`, `aws-cn`, `aws-us-gov`, …; replication never leaves it (B33).
    pub partition: String,
    /// AWS's name of it, as in `US East (N. Virginia)`.
    pub name: String,
    /// Whether accounts must opt in to it.
    #[serde(rename = "opt_in_required")]
    pub opt_in: OptIn,
}

impl Region {
    /// Returns what ARNs of its partition begin with, as in `arn:aws-cn:`.
    pub fn arn_prefix(&self) -> String {
        format!("arn:{}:", self.partition)
    }
}

static REGIONS: LazyLock<Vec<Region>> = LazyLock::new(|| {
    csv::Reader::from_reader(include_bytes!("data/regions.csv").as_slice())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("the table of Regions is built in, and a test reads it")
});

/// Returns every Region, by partition and code.
pub fn all() -> &'static [Region] {
    &REGIONS
}

/// Returns the Region with this code.
pub fn find(code: &str) -> Option<&'static Region> {
    all().iter().find(|region| region.code == code)
}

/// Returns the code that `code` may have been meant to be.
pub fn nearest(code: &str) -> Option<&'static str> {
    nearest_of(code, all().iter().map(|region| region.code.as_str()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn table_holds_48_regions_of_8_partitions() {
        let partitions: BTreeSet<_> = all().iter().map(|region| &region.partition).collect();
        assert_eq!((all().len(), partitions.len()), (48, 8));
    }

    #[test]
    fn b35_regions_launched_after_march_2019_are_opt_in() {
        let opt_in = |code| find(code).expect("a known Region").opt_in;
        assert_eq!(opt_in("ap-east-1"), OptIn::Required);
        assert_eq!(opt_in("ap-northeast-1"), OptIn::NotRequired);
        assert_eq!(opt_in("eusc-de-east-1"), OptIn::Unknown);
    }

    #[test]
    fn b33_partition_shows_in_the_arn() {
        assert_eq!(
            find("cn-north-1").expect("a known Region").arn_prefix(),
            "arn:aws-cn:"
        );
        assert_eq!(
            find("us-gov-west-1").expect("a known Region").partition,
            "aws-us-gov"
        );
    }

    #[test]
    fn misspelt_code_has_a_neighbour() {
        assert_eq!(find("eu-wst-1"), None);
        assert_eq!(nearest("eu-wst-1"), Some("eu-west-1"));
        assert_eq!(nearest("mars"), None);
    }
}
