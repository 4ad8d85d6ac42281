//! Links, latency routes, failures and outages.

use super::Context;
use super::{events, general};
use crate::aws::regions;
use crate::aws::wildcard::matches;
use crate::scenario::distribution::Distribution;
use crate::scenario::document::Path;
use crate::scenario::names::Route;
use crate::scenario::schema::check_text;
use crate::scenario::types::{Link, Scenario};
use crate::units::{Limit, SimDuration, Speed};

pub(super) fn check(cx: &mut Context<'_>, scenario: &Scenario) {
    let root = Path::root();
    for (route, link) in &scenario.links {
        let path = root.to("links").to(route);
        exact_or_any(cx, &path, route);
        speeds(cx, &path, link);
    }
    for route in scenario.latency.routes.keys() {
        exact_or_any(cx, &root.to("latency").to("routes").to(route), route);
    }
    outages(cx, scenario);
    spells(cx, scenario);
}

/// A pattern inside a Region's code would not say which of two links it is more exact than.
pub(super) fn exact_or_any(cx: &mut Context<'_>, path: &Path, route: &Route) {
    for code in [&route.source, &route.destination] {
        if code == "*" {
            continue;
        }
        if code.contains(['*', '?']) {
            let message = format!("`{code}` is neither a Region nor `*`");
            cx.error(
                path,
                message,
                "write a Region's code, or `*` for every Region",
            );
        } else if let Err(error) = check_text("region", code) {
            cx.error(path, error.message, error.help);
        }
    }
}

fn speeds(cx: &mut Context<'_>, path: &Path, link: &Link) {
    let speeds = [("per_copy", link.per_copy), ("bandwidth", link.bandwidth)];
    for (key, speed) in speeds {
        if speed == Some(Limit::AtMost(Speed::from_bits_per_s(0))) {
            let message = format!("`{key}` must be more than 0");
            cx.error(
                &path.to(key),
                message,
                "cut a link by an outage with capacity 0",
            );
        }
    }
}

fn outages(cx: &mut Context<'_>, scenario: &Scenario) {
    let list = Path::root().to("outages");
    let names = scenario.outages.iter().map(|outage| outage.name.as_deref());
    events::unique_names(cx, &list, names);
    for (index, outage) in scenario.outages.iter().enumerate() {
        let path = list.to(index);
        general::moment(cx, scenario, &path.to("at"), outage.at);
        if outage.lasts == SimDuration::ZERO {
            cx.error(&path.to("lasts"), "`lasts` must be more than 0 s", "");
        }
        for pattern in [&outage.link.source, &outage.link.destination] {
            some_region(cx, &path.to("link"), pattern);
        }
    }
}

fn spells(cx: &mut Context<'_>, scenario: &Scenario) {
    for (name, spell) in &scenario.spells {
        let path = Path::root().to("spells").to(name);
        for (key, law) in [("every", &spell.every), ("lasts", &spell.lasts)] {
            if *law == Distribution::Constant(SimDuration::ZERO) {
                cx.error(&path.to(key), format!("`{key}` must be more than 0 s"), "");
            }
        }
        for pattern in [&spell.link.source, &spell.link.destination] {
            some_region(cx, &path.to("link"), pattern);
        }
    }
}

/// Tells if a pattern is the code of no Region.
fn some_region(cx: &mut Context<'_>, path: &Path, pattern: &str) {
    if !pattern.contains(['*', '?']) {
        if let Err(error) = check_text("region", pattern) {
            cx.error(path, error.message, error.help);
        }
        return;
    }
    let known = regions::all()
        .iter()
        .any(|region| matches(pattern, region.code.chars()));
    if !known {
        cx.error(path, format!("`{pattern}` matches no Region of AWS"), "");
    }
}
