//! What a sweep's file asks for, for commands that run nothing.

use std::path::Path;

use super::exit::Failure;
use super::jobs::granted;
use super::sweep::planned;
use crate::experiment::journal::{Manifest, SweepFolder};
use crate::experiment::scenarios::Scenarios;
use crate::experiment::sweep::plan;
use crate::measure::Scalar;
use crate::scenario::sweep::read;

/// Returns the manifest of the sweep at `file`: the one that stands in its folder, if that is still right, else a new one.
///
/// # Errors
/// Everything that is wrong with the sweep; what looks endless too, without `yes`.
pub fn manifest(file: &Path, folder: &SweepFolder, yes: bool) -> Result<Manifest, Failure> {
    let names: Vec<String> = Scalar::all().iter().map(Scalar::name).collect();
    let sweep = read(file, &names).map_err(|wrong| Failure::Wrong(wrong.render(true)))?;
    let known = Manifest::read(folder)?;
    if let Some(known) = known.and_then(|found| plan::still_right(&sweep, found)) {
        return Ok(known);
    }
    let engine = Scenarios::of(sweep.base.clone());
    let (manifest, forecast) = planned(&sweep, &engine, granted(), || true)?;
    if !yes {
        forecast.refuse_doubtful(&manifest)?;
    }
    Ok(manifest)
}
