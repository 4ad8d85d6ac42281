//! `ecrsim init`: prints a scenario to start from.

use clap::{Args, ValueEnum};

use super::exit::{Failure, Status};
use super::output::print;

const EXAMPLES: &str = "\
Examples:
  ecrsim init > shop.toml                the main example
  ecrsim init revocation > revoked.toml  a permission lost and given back";

/// Prints a commented scenario to start from
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Which scenario
    #[arg(value_enum, default_value_t)]
    template: Template,
}

/// The scenarios that are shipped as templates.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Template {
    /// Cross-Region and cross-account replication in one month, with a weekly release
    #[default]
    TwoRegions,
    /// A permission is lost while images are on their way, and given back
    Revocation,
    /// The source deletes old images; their replicas stay, and cost
    Orphans,
    /// Many images at once against a narrow link, and an outage
    ReleaseBurst,
    /// One registry that pushes, four that receive: how late, and for how much?
    HubAndSpoke,
    /// Clusters that pull what has just been pushed: how long must they wait?
    DeployRace,
    /// Fleets far away: is it cheaper to replicate, or to pull across Regions?
    ReplicateOrPull,
    /// A Region is added, and the images of before are brought there
    Backfill,
}

impl Template {
    fn text(self) -> &'static str {
        match self {
            Self::TwoRegions => include_str!("../../scenarios/two-regions.toml"),
            Self::Revocation => include_str!("../../scenarios/revocation.toml"),
            Self::Orphans => include_str!("../../scenarios/orphans.toml"),
            Self::ReleaseBurst => include_str!("../../scenarios/release-burst.toml"),
            Self::HubAndSpoke => include_str!("../../scenarios/hub-and-spoke.toml"),
            Self::DeployRace => include_str!("../../scenarios/deploy-race.toml"),
            Self::ReplicateOrPull => include_str!("../../scenarios/replicate-or-pull.toml"),
            Self::Backfill => include_str!("../../scenarios/backfill.toml"),
        }
    }
}

/// Prints the template.
pub fn run(options: &Options) -> Result<Status, Failure> {
    print(options.template.text())?;
    Ok(Status::Done)
}
