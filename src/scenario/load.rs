//! From a path to a checked scenario with everything that it names, or to all that is wrong with it.

use std::path::Path;

use super::base::Base;
use super::check::{self, Context, Documents};
use super::diagnostic::{Diagnostic, Diagnostics, FileId, Severity};
use super::document::{Node, Value, read_json, read_toml};
use super::read::{InputFile, Reader};
use super::schema::{Shaped, check_shape, scenario_schema};
use super::threshold::{DeltaThreshold, Threshold};
use super::trace::Traces;
use super::types::Scenario;
use crate::aws::PriceTable;

/// A checked scenario and what it names.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The scenario, every default filled in; accounts that only a document mentions go by their id.
    pub scenario: Scenario,
    /// Replication configurations and registry policies, of registries and of events.
    pub documents: Documents,
    /// The rows of each trace, by its name.
    pub traces: Traces,
    /// Prices, with the scenario's own over them.
    pub prices: PriceTable,
    /// Thresholds, in the order of the file.
    pub thresholds: Vec<Threshold>,
    /// Thresholds on differences, for comparisons.
    pub deltas: Vec<DeltaThreshold>,
    /// Every file that was read, the scenario first.
    pub files: Vec<InputFile>,
    /// Lints.
    pub warnings: Diagnostics,
}

impl Loaded {
    /// Tells whether images may be archived at some time.
    pub fn may_archive(&self) -> bool {
        !check::archiving(&self.scenario, &self.documents, &self.traces).is_empty()
    }
}

/// What the checks resolve on the way.
pub(super) struct Parts {
    pub(super) documents: Documents,
    pub(super) traces: Traces,
    pub(super) prices: PriceTable,
    pub(super) thresholds: Vec<Threshold>,
    pub(super) deltas: Vec<DeltaThreshold>,
}

/// Reads and checks the scenario at `path` (JSON if it ends in `.json`, else TOML) under overrides `KEY=VALUE`.
///
/// # Errors
/// Everything that is wrong with the scenario, its overrides and the files that it names.
pub fn load(path: &Path, overrides: &[String]) -> Result<Loaded, Diagnostics> {
    Base::open(path)?.with(overrides)
}

/// Reads and checks the scenario `text` as if it stood in a file `name` of the working folder.
///
/// # Errors
/// As those of [`load`].
pub fn load_text(name: &str, text: &str, overrides: &[String]) -> Result<Loaded, Diagnostics> {
    let path = Path::new(name);
    let mut reader = Reader::beside(path);
    let file = reader.given(name, name.to_owned(), text.to_owned());
    Base::read(reader, file, path)?.with(overrides)
}

/// Parses the file.
pub(super) fn tree(
    reader: &Reader,
    file: FileId,
    path: &Path,
) -> Result<(Node, Vec<Diagnostic>), Vec<Diagnostic>> {
    let text = reader.files.text(file).clone();
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    if is_json {
        let (root, wrong) = read_json(file, &text)?;
        return Ok((without_schema(root), wrong));
    }
    Ok((read_toml(file, &text)?, Vec::new()))
}

/// Editors find the schema of a JSON file by its key `$schema`, which is no key of a scenario.
fn without_schema(mut root: Node) -> Node {
    if let Value::Table(entries) = &mut root.value {
        entries.retain(|entry| entry.key != "$schema");
    }
    root
}

pub(super) fn checked(
    reader: Reader,
    path: &Path,
    root: &Node,
    mut found: Vec<Diagnostic>,
) -> Result<Loaded, Diagnostics> {
    let Shaped {
        json,
        found: shape,
        broken,
    } = check_shape(root, scenario_schema());
    found.extend(shape);
    let mut scenario: Scenario = match serde_json::from_value(json) {
        Ok(scenario) => scenario,
        Err(error) => {
            found.push(Diagnostic::placeless(format!(
                "the scenario cannot be read: {error}"
            )));
            return Err(diagnostics(reader, found));
        }
    };
    if scenario.name.is_empty() {
        scenario.name = stem(path);
    }
    scenario.fill_defaults();
    let mut cx = Context::new(root, reader, found, broken);
    let parts = check::check(&mut cx, &mut scenario);
    let (found, reader) = cx.finish();
    finish(scenario, parts, found, reader)
}

fn finish(
    scenario: Scenario,
    parts: Parts,
    mut found: Vec<Diagnostic>,
    reader: Reader,
) -> Result<Loaded, Diagnostics> {
    let failed = found.iter().any(|found| found.severity == Severity::Error);
    if failed {
        // What a lint says of a scenario with stand-ins in it may not be so.
        found.retain(|found| found.severity == Severity::Error);
        return Err(diagnostics(reader, found));
    }
    let files = reader.read.clone();
    let mut warnings = diagnostics(reader, found);
    // A trace's text may be large, and is needed only where a finding shows a line of it.
    warnings.forget_unshown();
    Ok(Loaded {
        scenario,
        documents: parts.documents,
        traces: parts.traces,
        prices: parts.prices,
        thresholds: parts.thresholds,
        deltas: parts.deltas,
        files,
        warnings,
    })
}

pub(super) fn diagnostics(reader: Reader, list: Vec<Diagnostic>) -> Diagnostics {
    let mut all = Diagnostics {
        files: reader.files,
        list,
    };
    all.sort();
    all
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
