//! The run's own times, and moments in it.

use super::Context;
use crate::scenario::document::Path;
use crate::scenario::names::Moment;
use crate::scenario::schema::check_text;
use crate::scenario::types::Scenario;
use crate::units::{SimDuration, SimTime};

/// More steps than this make a table that nobody can use, and take memory for each destination.
const MOST_BUCKETS: u64 = 1_000_000;

pub(super) fn check(cx: &mut Context<'_>, scenario: &Scenario) {
    let root = Path::root();
    if check_text("name", &scenario.name).is_err() && cx.written(&root.to("name")).is_none() {
        let message = format!("the file's stem \"{}\" is no name", scenario.name);
        cx.error(
            &root,
            message,
            "add a `name` of lower-case letters, digits, `.`, `_` and `-`",
        );
    }
    if scenario.duration == SimDuration::ZERO {
        cx.error(&root.to("duration"), "`duration` must be more than 0 s", "");
    }
    if scenario.end_date().is_none() {
        cx.error(
            &root.to("duration"),
            "the run ends after the year 9999",
            "write a shorter duration or an earlier start",
        );
    }
    window(cx, scenario);
    bucket(cx, scenario);
}

fn window(cx: &mut Context<'_>, scenario: &Scenario) {
    let (warmup, cooldown) = (Path::root().to("warmup"), Path::root().to("cooldown"));
    if cx.is_broken(&warmup) || cx.is_broken(&cooldown) {
        return;
    }
    let unmeasured = scenario
        .warmup
        .as_nanos()
        .saturating_add(scenario.cooldown.as_nanos());
    if unmeasured >= scenario.duration.as_nanos() && unmeasured > 0 {
        let path = if scenario.warmup > SimDuration::ZERO {
            warmup
        } else {
            cooldown
        };
        cx.error(
            &path,
            "nothing is measured: warmup and cooldown take the whole duration",
            format_args!("together they must be less than {}", scenario.duration),
        );
    }
}

fn bucket(cx: &mut Context<'_>, scenario: &Scenario) {
    let path = Path::root().to("bucket");
    let nanos = scenario.bucket.as_nanos();
    if nanos == 0 {
        cx.error(&path, "`bucket` must be more than 0 s", "");
    } else if scenario.duration.as_nanos() / nanos > MOST_BUCKETS
        && !cx.is_broken(&Path::root().to("duration"))
    {
        let steps = scenario.duration.as_nanos() / nanos;
        let least =
            SimDuration::from_secs(scenario.duration.as_nanos() / MOST_BUCKETS / 1_000_000_000 + 1);
        cx.error(
            &path,
            format!("`bucket` cuts the run into {steps} steps; at most {MOST_BUCKETS} are allowed"),
            format_args!("write at least \"{least}\""),
        );
    }
}

/// Tells if a moment does not lie in the run.
pub(super) fn moment(cx: &mut Context<'_>, scenario: &Scenario, path: &Path, at: Moment) {
    let start = Path::root().to("start");
    if cx.is_broken(&Path::root().to("duration")) || cx.is_broken(&start) {
        return;
    }
    let range = format!(
        "the run goes from {} for {}",
        scenario.start, scenario.duration
    );
    match scenario.sim_time(at) {
        None => cx.error(
            path,
            format!("\"{at}\" is before the start of the run"),
            range,
        ),
        Some(time) if time > SimTime::ZERO + scenario.duration => {
            cx.error(path, format!("\"{at}\" is after the end of the run"), range);
        }
        Some(_) => {}
    }
}
