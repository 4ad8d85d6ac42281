//! Repository creation templates: what a repository is like that replication creates (B70, B71).

use std::sync::Arc;

use super::ids::HolderId;
use super::mutability::TagRule;
use super::world::World;
use crate::aws::LifecyclePolicy;

/// The template that a repository is created by, if it is created by replication.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Its tag mutability.
    pub mutability: TagRule,
    /// Its lifecycle policy.
    pub lifecycle: Option<Arc<LifecyclePolicy>>,
    /// Whether it needs a role that it lacks: creating fails (B71).
    pub lacks_role: bool,
}

impl World {
    /// Says by which template a repository is created; without one it gets ECR's plain defaults (B61).
    pub fn set_template(&mut self, holder: HolderId, template: Template) {
        self.templates.insert(holder, template);
    }

    /// Returns whether a repository cannot be created because its template lacks a role.
    pub fn lacks_role(&self, holder: HolderId) -> bool {
        let template = self.templates.get(&holder);
        template.is_some_and(|template| template.lacks_role)
    }

    /// Creates a missing repository as an arriving image from `source` does (B60).
    pub(super) fn create_for_arrival(&mut self, holder: HolderId, source: HolderId) {
        self.created.insert(holder, source);
        let Some(template) = self.templates.get(&holder) else {
            return self.make_repository(holder, None);
        };
        let (mutability, lifecycle) = (template.mutability.clone(), template.lifecycle.clone());
        self.make_repository(holder, Some(mutability));
        if let Some(policy) = lifecycle {
            self.lifecycles.insert(holder, policy);
        }
    }
}
