//! Streams of pushes and retention.

use std::collections::BTreeMap;

use super::Context;
use super::accounts;
use crate::scenario::document::Path;
use crate::scenario::schema::check_text;
use crate::scenario::types::{
    Burst, GeneratedRepositories, PushRepositories, PushStream, Refresh, Scenario, Shape,
};
use crate::units::SimDuration;

pub(super) fn check(cx: &mut Context<'_>, scenario: &Scenario) {
    for (name, stream) in &scenario.pushes {
        push_stream(cx, scenario, &Path::root().to("pushes").to(name), stream);
    }
    for (name, retention) in &scenario.retention {
        let path = Path::root().to("retention").to(name);
        accounts::registry(cx, scenario, &path.to("registry"), &retention.registry);
    }
}

fn push_stream(cx: &mut Context<'_>, scenario: &Scenario, path: &Path, stream: &PushStream) {
    accounts::registry(cx, scenario, &path.to("registry"), &stream.registry);
    match (&stream.rate, &stream.burst) {
        (None, None) if cx.is_broken(&path.to("rate")) || cx.is_broken(&path.to("burst")) => {}
        (None, None) => cx.error(
            path,
            format!("`{path}` has neither `rate` nor `burst`"),
            "add `rate = \"60 per hour\"`, or a `burst`",
        ),
        (Some(_), Some(_)) => cx.error(
            &path.to("burst"),
            "both `rate` and `burst` are given",
            "leave one of them out, or make two streams",
        ),
        (Some(_), None) => {}
        (None, Some(burst)) => check_burst(cx, scenario, &path.to("burst"), burst),
    }
    if stream.burst.is_some() && stream.shape != Shape::default() {
        cx.error(&path.to("shape"), "a burst has no shape", "leave it out");
    }
    shape(cx, path, &stream.shape);
    repositories(cx, &path.to("repositories"), &stream.repositories);
    if stream.base_refresh == Refresh::Every(SimDuration::ZERO) {
        cx.error(
            &path.to("base_refresh"),
            "`base_refresh` must be more than 0 s",
            "write \"never\" for a base that stays",
        );
    }
    tags(cx, scenario, path, stream);
}

fn check_burst(cx: &mut Context<'_>, scenario: &Scenario, path: &Path, burst: &Burst) {
    if burst.every == Some(SimDuration::ZERO) {
        cx.error(
            &path.to("every"),
            "`every` must be more than 0 s",
            "leave it out for a single burst",
        );
    }
    let duration_is_known = !cx.is_broken(&Path::root().to("duration"));
    if burst.first > scenario.duration && duration_is_known {
        let message = format!(
            "the first burst is after the end of the run ({})",
            scenario.duration
        );
        cx.error(&path.to("first"), message, "");
    }
}

/// Tells of weights that make no shape.
pub(super) fn shape(cx: &mut Context<'_>, path: &Path, shape: &Shape) {
    let Shape::Weights(week) = shape else {
        return;
    };
    let lists: [(&str, &[f64]); 2] = [("hours", &week.hours), ("days", &week.days)];
    for (key, weights) in lists {
        let path = path.to("shape").to(key);
        for (index, weight) in weights.iter().enumerate() {
            if *weight < 0.0 {
                cx.error(&path.to(index), "a weight must be at least 0", "");
            }
        }
        if weights.iter().sum::<f64>() <= 0.0 {
            cx.error(
                &path,
                format!("every weight of `{key}` is 0"),
                "give at least one a weight",
            );
        }
    }
}

fn repositories(cx: &mut Context<'_>, path: &Path, repositories: &PushRepositories) {
    match repositories {
        PushRepositories::Generated(generated) => first_name(cx, path, generated),
        PushRepositories::Listed(names) => {
            let mut seen = BTreeMap::new();
            for (index, name) in names.iter().enumerate() {
                if seen.insert(name, index).is_some() {
                    let message = format!("the repository `{name}` is listed twice");
                    cx.error(&path.to(index), message, "leave one of them out");
                }
            }
        }
    }
}

/// The first and the last name show whether prefix and number make names that ECR takes.
fn first_name(cx: &mut Context<'_>, path: &Path, generated: &GeneratedRepositories) {
    for number in [1, generated.count] {
        let name = format!("{}{number}", generated.prefix);
        if let Err(error) = check_text("repository", &name) {
            cx.error(&path.to("prefix"), error.message, error.help);
            return;
        }
    }
}

fn tags(cx: &mut Context<'_>, scenario: &Scenario, path: &Path, stream: &PushStream) {
    let path = path.to("tags");
    let quota = scenario.profile.limits().tags_per_image;
    if let Err(message) = quota.check(stream.tags.len()) {
        cx.error(&path, message, "");
    }
    for (index, tag) in stream.tags.iter().enumerate() {
        if stream.tags[..index].contains(tag) {
            cx.error(
                &path.to(index),
                format!("the tag `{tag}` is listed twice"),
                "leave one of them out",
            );
        }
    }
}
