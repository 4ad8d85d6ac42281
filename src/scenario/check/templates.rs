//! Creation templates of a registry.

use std::collections::BTreeSet;

use super::{Context, registries};
use crate::aws::names;
use crate::scenario::document::Path;
use crate::scenario::types::Registry;

/// Checks the templates of the registry at `path`.
pub(super) fn check(cx: &mut Context<'_>, path: &Path, registry: &Registry) {
    let path = path.to("creation_templates");
    let mut seen = BTreeSet::new();
    for (name, template) in &registry.creation_templates {
        let path = path.to(name);
        let prefix = &template.prefix;
        let plain = prefix.strip_suffix('/').unwrap_or(prefix);
        if prefix != "ROOT" && names::check_repository_name(plain).is_err() {
            let message = format!("\"{prefix}\" is not a template's prefix");
            let help = "write the beginning of a repository's name, or `ROOT`";
            cx.error(&path.to("prefix"), message, help);
        }
        if !seen.insert(plain) {
            let message = format!("two templates have the prefix `{plain}`");
            cx.error(&path.to("prefix"), message, "a registry has one for each");
        }
        registries::exclusions(cx, &path, template.tag_mutability, &template.exclusions);
    }
}
