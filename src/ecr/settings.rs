//! Settings of repositories that replication created, beside those of their sources: nothing of a source's settings comes
//! along (B61, B62, B70).

use std::sync::Arc;

use super::ids::HolderId;
use super::mutability::TagRule;
use super::world::World;
use crate::aws::LifecyclePolicy;

/// A repository's settings as far as they are simulated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Its tag mutability.
    pub mutability: TagRule,
    /// Its lifecycle policy.
    pub lifecycle: Option<Arc<LifecyclePolicy>>,
}

/// A repository that replication created.
#[derive(Clone, Debug)]
pub struct Created {
    /// The repository.
    pub holder: HolderId,
    /// That of the image for which it was created.
    pub source: HolderId,
    /// Name of the template by which it was created; `None`: with ECR's defaults.
    pub template: Option<String>,
    /// Its settings.
    pub settings: Settings,
    /// Those of its source; `None` if that is gone.
    pub source_settings: Option<Settings>,
}

impl World {
    /// Hands every repository that replication created and that exists now to `each`.
    pub fn for_each_created(&self, mut each: impl FnMut(Created)) {
        for (&holder, &source) in &self.created {
            let template = self.templates.get(&holder);
            each(Created {
                holder,
                source,
                template: template.map(|template| template.name.clone()),
                settings: self.settings(holder),
                source_settings: self.exists(source).then(|| self.settings(source)),
            });
        }
    }

    fn settings(&self, holder: HolderId) -> Settings {
        let mutability = self.holders[holder.index()].mutability();
        Settings {
            mutability: mutability.cloned().unwrap_or_default(),
            lifecycle: self.lifecycles.get(&holder).cloned(),
        }
    }
}
