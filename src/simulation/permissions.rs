//! Who may send what where, as it stands now: Regions enabled, registry policies, replication rules.
//!
//! Asking a policy means matching text, so that each answer is kept until the policy changes.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::model::Model;
use crate::aws::RegistryPolicy;
use crate::ecr::policy::{Admission, admit};
use crate::ecr::rules::RuleSet;
use crate::ecr::{Reason, RegistryId, RepositoryId};

/// What a policy says to a lane and repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Verdict {
    #[default]
    Unknown,
    Admitted,
    /// Only into a repository that exists (B41).
    AdmittedIfThere,
    Denied,
}

/// Permissions of a run at one moment.
#[derive(Clone, Debug)]
pub(super) struct Permissions {
    policies: Vec<Option<Arc<RegistryPolicy>>>,
    rules: Vec<Arc<RuleSet<RegistryId>>>,
    /// Whether a Region is enabled, by account and Region.
    enabled: Vec<Vec<bool>>,
    /// Whether both accounts of a lane have both Regions.
    lane_enabled: Vec<bool>,
    /// By lane and repository; a lane's list is made when first asked.
    verdicts: Vec<Vec<Verdict>>,
    /// Lanes by registry and repository; made when first asked. Repositories with the same lanes share a list, so that those
    /// of all stay at hand.
    routes: Vec<Vec<Option<Rc<[u32]>>>>,
    known_routes: BTreeSet<Rc<[u32]>>,
}

impl Permissions {
    pub fn new(model: &Model) -> Self {
        let mut permissions = Self {
            policies: model
                .registries
                .iter()
                .map(|registry| registry.policy.clone())
                .collect(),
            rules: model
                .registries
                .iter()
                .map(|registry| registry.rules.clone())
                .collect(),
            enabled: model
                .accounts
                .iter()
                .map(|account| account.enabled.clone())
                .collect(),
            lane_enabled: Vec::new(),
            verdicts: vec![Vec::new(); model.lanes.len()],
            routes: vec![Vec::new(); model.registries.len()],
            known_routes: BTreeSet::new(),
        };
        permissions.refresh_lanes(model);
        permissions
    }

    /// Returns the lanes on which a push to `repository` of `registry` is sent, by the rules as they stand.
    #[inline]
    pub fn routes(
        &mut self,
        model: &Model,
        registry: RegistryId,
        repository: RepositoryId,
    ) -> Rc<[u32]> {
        match self.routes[registry.index()].get(repository.index()) {
            Some(Some(routes)) => Rc::clone(routes),
            _ => self.find_routes(model, registry, repository),
        }
    }

    #[cold]
    fn find_routes(
        &mut self,
        model: &Model,
        registry: RegistryId,
        repository: RepositoryId,
    ) -> Rc<[u32]> {
        let name = &model.names.repositories[repository.index()];
        let targets = self.rules[registry.index()].targets(name);
        let lanes = targets
            .iter()
            .map(|target| model.lane(registry, target.destination) as u32);
        let lanes: Rc<[u32]> = lanes.collect();
        let known = self.known_routes.get(&lanes).cloned();
        let routes = known.unwrap_or_else(|| {
            self.known_routes.insert(Rc::clone(&lanes));
            lanes
        });
        let of_registry = &mut self.routes[registry.index()];
        if of_registry.is_empty() {
            of_registry.resize(model.holders.len(), None);
        }
        of_registry[repository.index()] = Some(Rc::clone(&routes));
        routes
    }

    /// Returns the lanes on which deletes in `repository` of `registry` are replicated, by the rules as they stand (B111):
    /// any one matching rule is enough (U5).
    pub fn delete_routes(
        &self,
        model: &Model,
        registry: RegistryId,
        repository: RepositoryId,
    ) -> Vec<u32> {
        let name = &model.names.repositories[repository.index()];
        let targets = self.rules[registry.index()].targets(name).into_iter();
        targets
            .filter(|target| target.delete_replication)
            .map(|target| model.lane(registry, target.destination) as u32)
            .collect()
    }

    /// Returns whether a rule of `registry` names `destination`.
    pub fn names(&self, registry: RegistryId, destination: RegistryId) -> bool {
        let mut named = self.rules[registry.index()].destinations();
        named.any(|&of| of == destination)
    }

    /// Decides whether a copy may start, as far as Regions and policy go.
    #[inline(always)]
    pub fn admit(
        &mut self,
        model: &Model,
        lane: u32,
        repository: RepositoryId,
        repository_exists: bool,
    ) -> Result<(), Reason> {
        let known = self.verdicts[lane as usize].get(repository.index());
        if self.lane_enabled[lane as usize] && known == Some(&Verdict::Admitted) {
            return Ok(());
        }
        self.decide(model, lane, repository, repository_exists)
    }

    #[inline(never)]
    fn decide(
        &mut self,
        model: &Model,
        lane: u32,
        repository: RepositoryId,
        repository_exists: bool,
    ) -> Result<(), Reason> {
        if !self.lane_enabled[lane as usize] {
            return Err(Reason::RegionNotEnabled);
        }
        match self.verdict(model, lane, repository) {
            Verdict::Admitted => Ok(()),
            Verdict::AdmittedIfThere if repository_exists => Ok(()),
            Verdict::AdmittedIfThere => Err(Reason::RepositoryCreationDenied),
            Verdict::Denied | Verdict::Unknown => Err(Reason::AccessDenied),
        }
    }

    /// Replaces a registry's rules; what was requested before stays (U18).
    pub fn set_rules(&mut self, registry: RegistryId, rules: Arc<RuleSet<RegistryId>>) {
        self.rules[registry.index()] = rules;
        self.routes[registry.index()].clear();
    }

    /// Enables or disables a Region in an account.
    pub fn set_region(&mut self, model: &Model, account: usize, region: usize, enabled: bool) {
        self.enabled[account][region] = enabled;
        self.refresh_lanes(model);
    }

    /// Returns whether the registry has a policy.
    pub fn has_policy(&self, registry: RegistryId) -> bool {
        self.policies[registry.index()].is_some()
    }

    /// Replaces a registry's policy, and returns each lane to it with the repositories for which it lost
    /// `ecr:ReplicateImage` by that: those that the rules send there, and `in_flight` ones.
    pub fn set_policy(
        &mut self,
        model: &Model,
        registry: RegistryId,
        policy: Option<Arc<RegistryPolicy>>,
        in_flight: &[(u32, RepositoryId)],
    ) -> Vec<(u32, Vec<RepositoryId>)> {
        let lanes = (0..model.lanes.len() as u32)
            .filter(|&lane| model.lanes[lane as usize].destination == registry);
        let lanes: Vec<u32> = lanes.collect();
        let before: Vec<Vec<RepositoryId>> = lanes
            .iter()
            .map(|&lane| self.admitted(model, lane, in_flight))
            .collect();
        self.policies[registry.index()] = policy;
        lanes
            .iter()
            .for_each(|&lane| self.verdicts[lane as usize].clear());
        let mut lost = Vec::new();
        for (lane, mut repositories) in lanes.into_iter().zip(before) {
            repositories
                .retain(|&repository| self.verdict(model, lane, repository) == Verdict::Denied);
            if !repositories.is_empty() {
                lost.push((lane, repositories));
            }
        }
        lost
    }

    fn admitted(
        &mut self,
        model: &Model,
        lane: u32,
        in_flight: &[(u32, RepositoryId)],
    ) -> Vec<RepositoryId> {
        let source = model.lanes[lane as usize].source;
        let mut repositories: Vec<RepositoryId> =
            (0..model.holders.len()).map(RepositoryId::new).collect();
        repositories.retain(|&repository| {
            let sent = model.holders[repository.index()]
                .binary_search(&source)
                .is_ok()
                && self.routes(model, source, repository).contains(&lane);
            (sent || in_flight.contains(&(lane, repository)))
                && self.verdict(model, lane, repository) != Verdict::Denied
        });
        repositories
    }

    fn verdict(&mut self, model: &Model, lane: u32, repository: RepositoryId) -> Verdict {
        let verdicts = &mut self.verdicts[lane as usize];
        if verdicts.is_empty() {
            verdicts.resize(model.holders.len(), Verdict::Unknown);
        }
        let verdict = verdicts[repository.index()];
        if verdict != Verdict::Unknown {
            return verdict;
        }
        let asked = self.ask(model, lane, repository);
        self.verdicts[lane as usize][repository.index()] = asked;
        asked
    }

    fn ask(&self, model: &Model, lane: u32, repository: RepositoryId) -> Verdict {
        let lane = &model.lanes[lane as usize];
        let admission = Admission {
            source_account_id: &model.registries[lane.source.index()].aws.account_id,
            destination: &model.registries[lane.destination.index()].aws,
            policy: self.policies[lane.destination.index()].as_deref(),
            repository: &model.names.repositories[repository.index()],
            repository_exists: false,
            deny_stops_own_account: model.assumptions.deny_stops_own_account,
        };
        match admit(&admission) {
            Ok(()) => Verdict::Admitted,
            Err(Reason::RepositoryCreationDenied) => Verdict::AdmittedIfThere,
            Err(_) => Verdict::Denied,
        }
    }

    /// Both accounts must have opted in to both Regions (B35).
    fn refresh_lanes(&mut self, model: &Model) {
        let ends = |lane: &super::model::Lane| {
            [lane.source, lane.destination].map(|id| &model.registries[id.index()])
        };
        let has_both = |lane| {
            let ends = ends(lane);
            ends.iter().all(|owner| {
                ends.iter()
                    .all(|place| self.enabled[owner.account][place.region])
            })
        };
        self.lane_enabled = model.lanes.iter().map(has_both).collect();
    }
}
