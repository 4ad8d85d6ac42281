//! Settings of repositories that replication created, where they differ from their sources'.

use super::ledger::Ledger;
use super::outcome::RepositoryRow;
use crate::ecr::Settings;
use crate::simulation::CreatedRepository;

impl Ledger<'_> {
    /// Returns the rows of `repositories.csv`, by registry and name.
    pub(super) fn repository_rows(&self) -> Vec<RepositoryRow> {
        let rows = self.created.iter().map(|of| self.repository_row(of));
        let mut rows: Vec<RepositoryRow> = rows.collect();
        let key = |row: &RepositoryRow| (row.registry.clone(), row.repository.clone());
        rows.sort_by_cached_key(key);
        rows
    }

    fn repository_row(&self, of: &CreatedRepository) -> RepositoryRow {
        let names = &self.model.names;
        let (settings, source) = (&of.created.settings, &of.created.source_settings);
        let of_source =
            |text: fn(&Settings) -> String| source.as_ref().map_or_else(String::new, text);
        RepositoryRow {
            registry: names.registries[of.registry.index()].clone(),
            repository: names.repositories[of.repository.index()].clone(),
            source: names.registries[of.source.index()].clone(),
            template: of.created.template.clone().unwrap_or_default(),
            tag_mutability: settings.mutability.text(),
            source_tag_mutability: of_source(|source| source.mutability.text()),
            lifecycle_policy: has_policy(settings),
            source_lifecycle_policy: of_source(has_policy),
            differs: differing(of).join(" "),
        }
    }

    /// Says how many of them differ from their sources, if any does.
    pub(super) fn drift_note(&self) -> Option<String> {
        let all = self.created.len();
        let differ = self.created.iter().filter(|of| !differing(of).is_empty());
        let differ = differ.count();
        (differ > 0).then(|| {
            format!(
                "{differ} of {all} repositories that replication created differ from their source in their settings \
                 (repositories.csv)"
            )
        })
    }
}

fn has_policy(settings: &Settings) -> String {
    let has_policy = settings.lifecycle.is_some();
    (if has_policy { "yes" } else { "no" }).to_owned()
}

/// Returns the settings in which a repository differs from its source; none if that is gone.
fn differing(of: &CreatedRepository) -> Vec<&'static str> {
    let Some(source) = &of.created.source_settings else {
        return Vec::new();
    };
    let own = &of.created.settings;
    let settings = [
        ("tag_mutability", own.mutability != source.mutability),
        ("lifecycle_policy", own.lifecycle != source.lifecycle),
    ];
    let differ = settings.into_iter().filter(|(_, differs)| *differs);
    differ.map(|(name, _)| name).collect()
}
