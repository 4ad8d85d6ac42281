//! Which stored images something may still ask for. Of the others the state machine keeps no record.

use super::model::{Model, Operation, Place};
use super::observer::Observer;
use super::risk::Risk;
use super::run::Simulation;
use crate::ecr::{RepositoryId, Slots};

impl Model {
    /// Returns whether any stored image may be asked for, wherever it is.
    fn asks_everywhere(&self) -> bool {
        let mut steps = self.scripts.iter().flat_map(|script| &script.steps);
        self.replicates_deletes
            || self.archives
            || self.stored_tag_lists.is_some()
            || !self.pulls.is_empty()
            || !self.deployments.is_empty()
            || self.streams.iter().any(|stream| stream.group.is_some())
            || steps.any(|step| matches!(step.operation.concern(), Concern::Everything))
            || Risk::of(self).is_some()
    }

    /// Returns the repositories whose stored images deletes, or lifecycle policies, may ask for; some more than once.
    fn asked(&self) -> impl Iterator<Item = Place> + '_ {
        let retention = self.retention.iter().flat_map(|of| {
            let registry = of.registry;
            let repositories = of.repositories.iter();
            repositories.map(move |&repository| Place {
                registry,
                repository,
            })
        });
        let steps = self.scripts.iter().flat_map(|script| &script.steps);
        let operations = steps.filter_map(|step| match step.operation.concern() {
            Concern::Images(place) => Some(place),
            Concern::Nothing | Concern::Everything => None,
        });
        let from_start = self.lifecycles.from_start.iter().map(|(place, _)| *place);
        let templates = self.templates.iter();
        let created = templates.filter(|(_, template)| template.lifecycle.is_some());
        retention
            .chain(operations)
            .chain(from_start)
            .chain(created.map(|(place, _)| *place))
    }
}

/// Which stored images an operation may concern that it does not name by a tag or a digest.
///
/// What can be named keeps its record anyway: a tag that a scenario names is common, and a digest that it gives is given.
enum Concern {
    Nothing,
    /// Those of a repository.
    Images(Place),
    Everything,
}

impl Operation {
    const fn concern(&self) -> Concern {
        match self {
            Self::DeleteRepository(place) | Self::PutLifecyclePolicy(place, _) => {
                Concern::Images(*place)
            }
            // What destinations hold is counted anew by other rules.
            Self::PutReplicationConfiguration { .. }
            | Self::StartBackfill { .. }
            | Self::StopBackfill { .. } => Concern::Everything,
            Self::PutImage(..)
            | Self::DeleteByTag(..)
            | Self::DeleteByDigest(..)
            | Self::UpdateStorageClass(..)
            | Self::CreateRepository(..)
            | Self::PutImageTagMutability(..)
            | Self::DeleteLifecyclePolicy(..)
            | Self::PutRegistryPolicy { .. }
            | Self::DeleteRegistryPolicy { .. }
            | Self::SetRegion { .. }
            | Self::PutAccountSetting { .. } => Concern::Nothing,
        }
    }
}

impl Model {
    /// Returns in which registries, by slot, something may ask for images of each repository; `None`: in all.
    fn asked_slots(&self) -> Option<Vec<Slots>> {
        if self.asks_everywhere() {
            return None;
        }
        let mut asked = vec![Slots::NONE; self.holders.len()];
        for Place {
            registry,
            repository,
        } in self.asked()
        {
            asked[repository.index()].add(self.slots.of(repository, registry));
        }
        Some(asked)
    }
}

impl<O: Observer> Simulation<'_, O> {
    /// Tells the world where images may be asked for, before there are any.
    pub(super) fn tell_asked(&mut self) {
        for (repository, asked) in (0..).zip(self.model.asked_slots().unwrap_or_default()) {
            self.world.set_asked(RepositoryId(repository), asked);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_text;

    const SCENARIO: &str = r#"
duration = "2 days"
[accounts]
build = "111122223333"
[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1", "build/us-west-2"]
[pushes.ci]
registry = "build/us-east-1"
repositories = ["shop/web", "shop/api"]
rate = "30 per hour"
size = "10 MB"
"#;

    /// Returns where the scenario with these tables asks for images, each as `region repository`; `None`: everywhere.
    fn asked(tables: &str) -> Option<Vec<String>> {
        let text = format!("{SCENARIO}{tables}");
        let loaded = load_text("s.toml", &text, &[])
            .unwrap_or_else(|found| panic!("{}", found.render(false)));
        let model = Model::new(&loaded);
        let slots = model.asked_slots()?;
        let mut places = Vec::new();
        for (repository, asked) in slots.iter().enumerate() {
            for slot in asked.iter() {
                let registry = model.holders[repository][usize::from(slot)];
                let region = &model.regions[model.registries[registry.index()].region];
                places.push(format!("{region} {}", model.names.repositories[repository]));
            }
        }
        places.sort();
        Some(places)
    }

    fn event(action: &str) -> Option<Vec<String>> {
        asked(&format!("[[events]]\nat = '1 h'\naction = {action}\n"))
    }

    const HERE: &str = "registry = 'build/us-east-1'\nrepository = 'shop/web'";

    #[test]
    fn where_nothing_deletes_nothing_asks() {
        let nothing = Some(vec![]);
        assert_eq!(asked(""), nothing);
        for action in [
            "'BatchDeleteImage'\ntag = '3'\n",
            "'PutImage'\ntags = ['x']\nsize = '1 MB'\n",
            "'PutImageTagMutability'\ntag_mutability = 'IMMUTABLE'\n",
            "'DeleteLifecyclePolicy'\n",
        ] {
            assert_eq!(event(&format!("{action}{HERE}")), nothing, "{action}");
        }
        assert_eq!(
            event("'DeleteRegistryPolicy'\nregistry = 'build/eu-west-1'"),
            nothing
        );
        let half = "[[outages]]\nlink = 'us-east-1 -> eu-west-1'\nat = '1 h'\nlasts = '1 h'\ncapacity = 0.0\n";
        assert_eq!(asked(half), nothing, "another way out is left");
        let template = "[registries.'build/eu-west-1'.creation_templates.shop]\nprefix = 'shop/'\napplied_for = ['REPLICATION']\n";
        assert_eq!(asked(template), nothing);
        let with_policy = format!("{template}lifecycle = {{ keep_last = 2 }}\n");
        let both = ["eu-west-1 shop/api", "eu-west-1 shop/web"].map(str::to_owned);
        assert_eq!(asked(&with_policy), Some(both.to_vec()));
    }

    #[test]
    fn deletes_ask_where_they_act() {
        let web = Some(vec!["us-east-1 shop/web".to_owned()]);
        let retention = "[retention.old]\nregistry = 'build/us-east-1'\nrepositories = ['shop/w*']\nkeep_last = 3\n";
        assert_eq!(asked(retention), web);
        assert_eq!(event(&format!("'DeleteRepository'\n{HERE}")), web);
        let put = "'PutLifecyclePolicy'\nlifecycle = { keep_last = 2 }\n";
        assert_eq!(event(&format!("{put}{HERE}")), web);
        let policy =
            "[registries.'build/us-west-2'.repositories.'shop/api'.lifecycle]\nkeep_last = 2\n";
        assert_eq!(asked(policy), Some(vec!["us-west-2 shop/api".to_owned()]));
    }

    #[test]
    fn what_may_look_at_any_image_asks_everywhere() {
        for tables in [
            "[deployments.d]\nfollows = 'ci'\nregistry = 'build/eu-west-1'\ndelay = '1 s'\n",
            "[pulls.p]\naccount = 'build'\nregion = 'eu-west-1'\nof = 'ci'\nrate = '1 per hour'\n",
            "[pushes.pairs]\nregistry = 'build/us-east-1'\nrepositories = ['shop/web']\nrate = '1 per hour'\nsize = '1 MB'\nplatforms = 2\n",
            "[registries.'build/us-east-1'.rules.more]\ndestinations = ['build/eu-west-1']\ndelete_replication = true\n",
            "[[outages]]\nlink = 'us-east-1 -> *'\nat = '1 h'\nlasts = '1 h'\ncapacity = 0.0\n",
        ] {
            assert_eq!(asked(tables), None, "{tables}");
        }
        for action in [
            "'PutReplicationConfiguration'\nregistry = 'build/us-east-1'\nrules = {}\n",
            "'StartReplicationBackfill'\nregistry = 'build/us-east-1'\ndestination = 'build/eu-west-1'\n",
            "'UpdateImageStorageClass'\nregistry = 'build/us-east-1'\nrepository = 'shop/web'\ntag = '3'\nstorage_class = 'ARCHIVE'\n",
        ] {
            assert_eq!(event(action), None, "{action}");
        }
    }
}
