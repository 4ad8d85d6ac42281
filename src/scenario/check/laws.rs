//! Distributions: their parameters, the files of empirical ones, and tails without mean or variance.

use super::Context;
use crate::scenario::distribution::{Distribution, Empirical, Law, Quantity};
use crate::scenario::document::Path;
use crate::scenario::laws;
use crate::scenario::types::{RouteLatency, Scenario, Stall};
use crate::units::{Bytes, SimDuration};

pub(super) fn check(cx: &mut Context<'_>, scenario: &mut Scenario) {
    let root = Path::root();
    for (name, stream) in &mut scenario.pushes {
        size(cx, &root.to("pushes").to(name).to("size"), &mut stream.size);
    }
    for (name, registry) in &mut scenario.registries {
        let repositories = root.to("registries").to(name).to("repositories");
        for (name, repository) in &mut registry.repositories {
            if let Some(images) = &mut repository.images {
                size(
                    cx,
                    &repositories.to(name).to("images").to("size"),
                    &mut images.size,
                );
            }
        }
    }
    spells(cx, scenario);
    let path = root.to("latency");
    latency(
        cx,
        &path,
        scenario.latency.dispatch.as_mut(),
        scenario.latency.stall.as_mut(),
    );
    for (route, parts) in &mut scenario.latency.routes {
        let RouteLatency { dispatch, stall } = parts;
        latency(
            cx,
            &path.to("routes").to(route),
            dispatch.as_mut(),
            stall.as_mut(),
        );
    }
}

/// Checks the laws of random outages.
fn spells(cx: &mut Context<'_>, scenario: &mut Scenario) {
    for (name, spell) in &mut scenario.spells {
        let path = Path::root().to("spells").to(name);
        one(cx, &path.to("every"), &mut spell.every);
        one(cx, &path.to("lasts"), &mut spell.lasts);
    }
}

fn latency(
    cx: &mut Context<'_>,
    path: &Path,
    dispatch: Option<&mut Distribution<SimDuration>>,
    stall: Option<&mut Stall>,
) {
    if let Some(dispatch) = dispatch {
        one(cx, &path.to("dispatch"), dispatch);
    }
    if let Some(time) = stall.and_then(|stall| stall.time.as_mut()) {
        one(cx, &path.to("stall").to("time"), time);
    }
}

/// Checks the law of images' sizes. A draw beyond the largest image, which a law without `max` may give, counts as that.
fn size(cx: &mut Context<'_>, path: &Path, distribution: &mut Distribution<Bytes>) {
    one(cx, path, distribution);
    if !cx.has_broken(path) && !distribution.mean_is_infinite() && distribution.mean() > LARGEST {
        cx.error(
            path,
            too_large(),
            "write the compressed bytes of a whole image, as in \"250 MB\"",
        );
    }
}

const LARGEST: f64 = Bytes::LARGEST_IMAGE.get() as f64;

/// Returns what is wrong with an image that is too large.
pub(super) fn too_large() -> String {
    format!("an image is at most {}", Bytes::LARGEST_IMAGE)
}

pub(super) fn one<Q: Quantity>(
    cx: &mut Context<'_>,
    path: &Path,
    distribution: &mut Distribution<Q>,
) {
    if cx.has_broken(path) {
        return;
    }
    samples(cx, path, distribution);
    let found = laws::check(distribution);
    let right = found.is_empty();
    for finding in found {
        let path = finding
            .keys
            .iter()
            .fold(path.clone(), |path, key| path.to(key));
        cx.error(&path, finding.message, finding.help);
    }
    if right && distribution.variance_is_infinite() {
        let moment = if distribution.mean_is_infinite() {
            "mean"
        } else {
            "variance"
        };
        cx.warn(
            "infinite-variance",
            path,
            format!("this Pareto law has no finite {moment}"),
            "add `max`; without it no interval is given for means and totals that rest on it",
        );
    }
}

/// Reads the file of every empirical law in a distribution.
fn samples<Q: Quantity>(cx: &mut Context<'_>, path: &Path, distribution: &mut Distribution<Q>) {
    match distribution {
        Distribution::Constant(_) => {}
        Distribution::Law(Law::Empirical(law)) => column(cx, &path.to("empirical"), law),
        Distribution::Law(_) => {}
        Distribution::Mixture(mixture) => {
            for (index, component) in mixture.mixture.iter_mut().enumerate() {
                let path = path.to("mixture").to(index).to("of");
                samples(cx, &path, &mut component.of);
            }
        }
    }
}

fn column<Q: Quantity>(cx: &mut Context<'_>, path: &Path, law: &mut Empirical<Q>) {
    let unit: Q = match format!("1 {}", law.unit).parse() {
        Ok(unit) => unit,
        Err(error) => {
            let error: crate::units::UnitError = error;
            cx.error(&path.to("unit"), error.message, error.help);
            return;
        }
    };
    let Some(file) = cx.file(&path.to("file"), &law.file) else {
        return;
    };
    let samples = super::column::read(cx, path, file, &law.column);
    let per_unit = unit.units() as f64;
    let mut samples: Vec<Q> = samples
        .into_iter()
        .map(|number| Q::from_units((number * per_unit).round() as u64))
        .filter(|sample| law.max.is_none_or(|max| *sample <= max))
        .collect();
    samples.sort_unstable();
    law.samples = samples.into();
}
