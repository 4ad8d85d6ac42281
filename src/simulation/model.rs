//! A scenario with everything resolved: dense ids instead of names, laws ready to be drawn from, all checked.
//!
//! A model never changes; runs of many seeds share it.

use std::sync::Arc;

use jiff::Timestamp;

use super::backfill::{Backfilling, StoredTagLists};
use super::groups::Group;
use super::names::Names;
use super::pulls::PullModel;
use super::slots::SlotTable;
use super::tags::TagBook;
use crate::aws::{LifecyclePolicy, Registry, RegistryPolicy, StorageClass};
use crate::ecr::mutability::TagRule;
use crate::ecr::rules::RuleSet;
use crate::ecr::{Quotas, RegistryId, RepositoryId, TagId, Template};
use crate::engine::Law;
use crate::network::Speeds;
use crate::units::{SimDuration, SimTime};
use crate::workload::{PushPlan, Retention};

/// Everything that a run needs but its seed.
#[derive(Clone, Debug)]
pub struct Model {
    /// The calendar's moment of time 0.
    pub start: Timestamp,
    /// The run's end; what happens exactly then still counts.
    pub end: SimTime,
    /// What is measured.
    pub window: Window,
    /// Names by id.
    pub names: Names,
    /// Accounts, by place.
    pub accounts: Vec<Account>,
    /// Region codes, by place.
    pub regions: Vec<String>,
    /// Registries by [`RegistryId`].
    pub registries: Vec<RegistryModel>,
    /// Ordered pairs of registries that some rule joins at some time; by source, then destination.
    pub lanes: Vec<Lane>,
    /// Links, by place; by source, then destination Region.
    pub links: Vec<LinkModel>,
    /// Registries that may ever hold a repository, by [`RepositoryId`]; names stand in [`Names`].
    pub holders: Vec<Vec<RegistryId>>,
    /// The same, to look up.
    pub slots: SlotTable,
    /// Repositories that exist at the start.
    pub provided: Vec<Provided>,
    /// Streams of pushes.
    pub streams: Vec<Stream>,
    /// Fleets that pull.
    pub pulls: Vec<PullModel>,
    /// Deletes of old images.
    pub retention: Vec<RetentionModel>,
    /// Deployments of what streams push, in order of name.
    pub deployments: Vec<DeploymentModel>,
    /// Single operations and recorded ones.
    pub scripts: Vec<Script>,
    /// Layers that stand for the content of one digest under several repository names, in bytes.
    pub commons: Vec<u64>,
    /// Changes of links' capacity.
    pub outages: Vec<Outage>,
    /// The same at random, in order of their names.
    pub spells: Vec<Spell>,
    /// Which tags of a push may collide with others.
    pub tags: TagBook,
    /// Tags that more than one image may bear, by [`TagId`].
    pub tag_texts: Vec<String>,
    /// How ECR behaves where AWS does not say.
    pub assumptions: Assumptions,
    /// Failures of attempts.
    pub failures: Failures,
    /// Service quotas that are kept.
    pub quotas: Quotas,
    /// Whether any rule replicates deletes at some time.
    pub replicates_deletes: bool,
    /// What backfills need; `None` if the scenario starts none.
    pub backfills: Option<Backfilling>,
    /// What tags stored images may bear; `None` if nobody asks: neither a backfill nor a restore.
    pub stored_tag_lists: Option<StoredTagLists>,
    /// Whether images are archived at some time.
    pub archives: bool,
    /// Lifecycle policies.
    pub lifecycles: LifecycleModel,
    /// Templates by which repositories are created that replication creates.
    pub templates: Vec<(Place, Template)>,
}

/// The measured part of a run.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The warm-up's end.
    pub from: SimTime,
    /// Last moment whose pushes are measured.
    pub pushes_until: SimTime,
}

impl Window {
    /// Returns whether what begins at `at` is measured.
    pub fn measures(&self, at: SimTime) -> bool {
        self.from <= at && at <= self.pushes_until
    }
}

/// An AWS account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Alias.
    pub alias: String,
    /// Whether each Region is enabled in it at the start, by place.
    pub enabled: Vec<bool>,
}

/// A private registry at the start.
#[derive(Clone, Debug)]
pub struct RegistryModel {
    /// Place of its account.
    pub account: usize,
    /// Place of its Region.
    pub region: usize,
    /// Account id and Region code.
    pub aws: Registry,
    /// Its policy.
    pub policy: Option<Arc<RegistryPolicy>>,
    /// Its replication configuration.
    pub rules: Arc<RuleSet<RegistryId>>,
    /// Whether blob mounting is on.
    pub blob_mounting: bool,
}

/// Where a source registry sends to.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    /// Source registry.
    pub source: RegistryId,
    /// Destination registry.
    pub destination: RegistryId,
    /// Place of its link.
    pub link: usize,
    /// Its number among the lanes of that link.
    pub flow: u32,
}

/// A link from Region to Region, and the latency of copies on it.
#[derive(Clone, Debug)]
pub struct LinkModel {
    /// Copies in progress at once; `None` is unlimited.
    pub slots: Option<u64>,
    /// Speeds.
    pub speeds: Speeds,
    /// Its lanes, by flow.
    pub lanes: Vec<usize>,
    /// From push to dispatch, in ns.
    pub dispatch: Law,
    /// Chance of a stall.
    pub stall_probability: f64,
    /// Length of a stall, in ns.
    pub stall: Law,
}

/// A repository that exists at the start.
#[derive(Clone, Debug)]
pub struct Provided {
    /// Where.
    pub registry: RegistryId,
    /// Which.
    pub repository: RepositoryId,
    /// Its tag mutability, if the scenario gives it.
    pub mutability: Option<TagRule>,
    /// Images stored before the start, with the law of their sizes in bytes; their tags are a list each.
    pub images: Option<StoredImages>,
}

/// Lifecycle policies of a run.
#[derive(Clone, Debug, Default)]
pub struct LifecycleModel {
    /// Those of the start.
    pub from_start: Vec<(Place, Arc<LifecyclePolicy>)>,
    /// Repositories whose policies may ask when a replica arrived (U16).
    pub watched: Vec<Place>,
    /// Whether any repository has one at some time.
    pub are_used: bool,
}

/// Images stored before the start: one push a day back from it, oldest first.
#[derive(Clone, Debug)]
pub struct StoredImages {
    /// How many.
    pub count: u64,
    /// Sizes in bytes.
    pub size: Law,
    /// The tag list of the oldest; the others follow.
    pub first_tag_list: u32,
}

/// A stream of pushes.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Its name; draws are keyed by it.
    pub name: String,
    /// Its place in the order of names.
    pub rank: u16,
    /// The registry that is pushed to.
    pub registry: RegistryId,
    /// Its repositories.
    pub repositories: Vec<RepositoryId>,
    /// Times, choices and sizes.
    pub plan: PushPlan,
    /// What a push brings besides one image.
    pub group: Option<Group>,
}

/// Deletes of old images in one registry.
#[derive(Clone, Debug)]
pub struct RetentionModel {
    /// Its place in the order of names.
    pub rank: u16,
    /// Where.
    pub registry: RegistryId,
    /// Which repositories, in order of their names.
    pub repositories: Vec<RepositoryId>,
    /// When, and how many images stay.
    pub plan: Retention,
}

/// Deployments of what a stream pushes.
#[derive(Clone, Debug)]
pub struct DeploymentModel {
    /// Its name; draws are keyed by it.
    pub name: String,
    /// Its place in the order of names.
    pub rank: u16,
    /// Place of the stream that it follows.
    pub follows: usize,
    /// Where it looks for the image.
    pub registry: RegistryId,
    /// From the push to the first pull, in ns.
    pub delay: Law,
    /// Chance that a push is deployed.
    pub share: f64,
    /// Waits between pulls.
    pub backoff: Backoff,
    /// Time after the first pull at which it gives up.
    pub give_up: SimDuration,
}

/// Waits that grow from one pull to the next.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The first.
    pub first: SimDuration,
    /// Each is the one before it times this.
    pub factor: f64,
    /// The longest.
    pub max: SimDuration,
}

impl Backoff {
    /// Returns the wait after `wait`, to the nearest nanosecond.
    pub fn after(&self, wait: SimDuration) -> SimDuration {
        let grown = wait.as_nanos() as f64 * self.factor;
        SimDuration::from_nanos(grown.round() as u64).min(self.max)
    }
}

/// Operations at fixed times: a trace, or the scenario's single events.
#[derive(Clone, Debug)]
pub struct Script {
    /// Its name; draws are keyed by it.
    pub name: String,
    /// Its place in the order of names; single events come first.
    pub rank: u16,
    /// Operations in order of time, then of the file.
    pub steps: Vec<Step>,
    /// Base layers by number, in bytes: images name them.
    pub bases: Vec<u64>,
}

/// An operation of a script.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub at: SimTime,
    /// The number by which its draws are keyed.
    pub draw: u64,
    /// What.
    pub operation: Operation,
}

/// A repository in a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub registry: RegistryId,
    /// Which repository.
    pub repository: RepositoryId,
}

/// An image that a script pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScriptImage {
    /// The digest that the user gave.
    pub digest: Option<u32>,
    /// Its tags.
    pub tag_list: u32,
    /// Bytes of the layers that no other image has.
    pub own_bytes: u64,
    /// Number of its base layer in the script.
    pub base: Option<u32>,
    /// Number of its content layer in the model.
    pub common: Option<u32>,
}

/// How an operation names a stored image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// By a tag.
    Tag(TagId),
    /// By a digest that the user gave.
    Digest(u32),
}

/// What a single operation does.
#[derive(Clone, Debug)]
pub enum Operation {
    /// `PutImage`.
    PutImage(Place, ScriptImage),
    /// `BatchDeleteImage` by tag.
    DeleteByTag(Place, TagId),
    /// `BatchDeleteImage` by digest, one that the user gave.
    DeleteByDigest(Place, u32),
    /// `UpdateImageStorageClass`.
    UpdateStorageClass(Place, Named, StorageClass),
    /// `CreateRepository`, with its tag mutability.
    CreateRepository(Place, Option<TagRule>),
    /// `DeleteRepository`, with all images.
    DeleteRepository(Place),
    /// `PutImageTagMutability`.
    PutImageTagMutability(Place, TagRule),
    /// `PutLifecyclePolicy`.
    PutLifecyclePolicy(Place, Arc<LifecyclePolicy>),
    /// `DeleteLifecyclePolicy`.
    DeleteLifecyclePolicy(Place),
    /// `PutReplicationConfiguration`.
    PutReplicationConfiguration {
        /// Where.
        registry: RegistryId,
        /// The whole new configuration (B37).
        rules: Arc<RuleSet<RegistryId>>,
    },
    /// `PutRegistryPolicy`.
    PutRegistryPolicy {
        /// Where.
        registry: RegistryId,
        /// The whole new policy.
        policy: Arc<RegistryPolicy>,
    },
    /// `DeleteRegistryPolicy`.
    DeleteRegistryPolicy {
        /// Where.
        registry: RegistryId,
    },
    /// `StartReplicationBackfill`.
    StartBackfill {
        /// Whose images are copied.
        registry: RegistryId,
        /// Where to.
        destination: RegistryId,
    },
    /// `StopReplicationBackfill`.
    StopBackfill {
        /// Whose images are copied.
        registry: RegistryId,
        /// Where to; `None` is everywhere.
        destination: Option<RegistryId>,
    },
    /// `EnableRegion` and `DisableRegion`.
    SetRegion {
        /// Place of the account.
        account: usize,
        /// Place of the Region.
        region: usize,
        /// Whether it is enabled from now on.
        enabled: bool,
    },
    /// `PutAccountSetting`.
    PutAccountSetting {
        /// Where.
        registry: RegistryId,
        /// Whether blob mounting is on from now on.
        blob_mounting: bool,
    },
}

/// A change of some links' capacity for a while.
#[derive(Clone, Debug)]
pub struct Outage {
    /// Its name, if the scenario gives one.
    pub name: String,
    /// Its links as the scenario names them.
    pub pattern: String,
    /// When it begins.
    pub at: SimTime,
    /// When it ends.
    pub until: SimTime,
    /// Share of normal speed left; overlapping outages multiply.
    pub capacity: f64,
    /// Places of the links.
    pub links: Vec<usize>,
}

/// Changes of some links' capacity at random.
#[derive(Clone, Debug)]
pub struct Spell {
    /// Its name; draws are keyed by it.
    pub name: String,
    /// Its links as the scenario names them.
    pub pattern: String,
    /// From one beginning to the next, in ns.
    pub every: Law,
    /// How long each lasts, in ns.
    pub lasts: Law,
    /// Share of normal speed left.
    pub capacity: f64,
    /// Places of the links.
    pub links: Vec<usize>,
}

/// How ECR behaves where AWS does not say.
#[derive(Clone, Copy, Debug)]
pub struct Assumptions {
    /// U8: chance that a copy in flight completes after its permission is gone.
    pub in_flight_completes: f64,
    /// U24: mutable tags move only forward in the order of pushes.
    pub tags_move_forward: bool,
    /// U9: an explicit Deny also stops copies within an account.
    pub deny_stops_own_account: bool,
    /// U15: mounted layers are billed once per registry.
    pub mounted_billed_once: bool,
}

/// Failures of attempts.
#[derive(Clone, Copy, Debug)]
pub struct Failures {
    /// Chance that an attempt fails, at its end.
    pub probability: f64,
    /// Attempts after the first.
    pub retries: u32,
    /// Wait before the next attempt joins the queue.
    pub backoff: SimDuration,
}

impl Model {
    /// Returns whether a link's capacity changes at some time.
    pub fn may_change(&self, link: usize) -> bool {
        let outages = self.outages.iter().map(|outage| &outage.links);
        let spells = self.spells.iter().map(|spell| &spell.links);
        outages.chain(spells).any(|links| links.contains(&link))
    }

    /// Returns the template by which replication would create a repository.
    pub fn template(&self, at: Place) -> Option<&Template> {
        let mut templates = self.templates.iter();
        templates
            .find(|(place, _)| *place == at)
            .map(|(_, template)| template)
    }

    /// Returns the place of the lane between two registries.
    ///
    /// # Panics
    /// If no rule ever joins them: every rule's lanes are made before the run.
    pub fn lane(&self, source: RegistryId, destination: RegistryId) -> usize {
        let key = (source, destination);
        let place = self
            .lanes
            .binary_search_by_key(&key, |lane| (lane.source, lane.destination));
        place.expect("every rule's lanes are made before the run")
    }
}

impl Model {
    /// Returns the accounts that send to a registry at some time, by alias, separated by spaces.
    pub fn senders(&self, registry: &RegistryModel) -> String {
        let to = |lane: &&Lane| self.registries[lane.destination.index()].aws == registry.aws;
        let accounts = self
            .lanes
            .iter()
            .filter(to)
            .map(|lane| self.registries[lane.source.index()].account);
        let accounts: std::collections::BTreeSet<&str> = accounts
            .map(|account| self.accounts[account].alias.as_str())
            .collect();
        accounts.into_iter().collect::<Vec<_>>().join(" ")
    }
}
