//! The rows of the card: what theory says, and how an ordinary run shows it.

use super::case::{Case, Run};
use super::formulas::{
    drain_time, erlang_c, over_level_mginf, slowdown_ps, sojourn_capped_sharing, sojourn_tail_mm1,
    under_level_mginf, wait_mg1, wait_mmc, wait_quantile_mmc,
};
use super::observe::{Path, first_under_s, slowdown, sojourn_s, wait_s};
use super::scenarios::{
    BURST, CONSTANT, EXPONENTIAL, INFINITE, MMC, PER_COPY, SHARING, SLOTS, lognormal, pareto,
};

const KLEINROCK_1: &str = "Kleinrock, Queueing Systems, vol. 1 (1975)";
const GROSS_HARRIS: &str = "Gross, Harris, Fundamentals of Queueing Theory (1998)";
const HARCHOL_BALTER: &str =
    "Harchol-Balter, Performance Modeling and Design of Computer Systems (2013)";
const KELLY: &str = "Kelly, Reversibility and Stochastic Networks (1979)";

/// Share of one server or of the bandwidth in use, unless a row says otherwise.
const LOAD: f64 = 0.7;
/// The same for several servers.
const LOAD_OF_MANY: f64 = 0.8;

/// Copies in flight on average in `scenarios/infinite.toml`: 5 per second, each for 4 s (gamma) and, one in five, a stall
/// of 5 s on average.
pub const MEAN_IN_FLIGHT: f64 = 5.0 * (4.0 + 0.2 * 5.0);

/// Images of the burst on the card; those of `scenarios/burst.toml` are fewer.
const BURST_IMAGES: f64 = 2_000.0;
/// Share of the link that the others use beside the burst.
const LOAD_BESIDE_BURST: f64 = 0.6;

/// One number that theory gives and a run shows.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// The model, in Kendall's words, and its load.
    pub model: &'static str,
    /// The number.
    pub quantity: &'static str,
    /// Its unit: `s`, or `1` for a share or a plain number.
    pub unit: &'static str,
    /// Where the closed form is derived.
    pub source: String,
    /// What the closed form gives.
    pub theory: f64,
    /// The scenario.
    pub case: Case,
    /// Takes the number from a run.
    pub observe: fn(&Run) -> f64,
}

/// Returns every row of the card.
pub fn theory() -> Vec<Experiment> {
    [
        one_server(),
        many_servers(),
        processor_sharing(),
        capped_sharing(),
        infinite(),
        bursts(),
    ]
    .concat()
}

/// Returns a function that makes rows of one model.
fn rows(
    model: &'static str,
    case: Case,
    source: String,
) -> impl Fn(&'static str, &'static str, f64, fn(&Run) -> f64) -> Experiment {
    move |quantity, unit, theory, observe| Experiment {
        model,
        quantity,
        unit,
        source: source.clone(),
        theory,
        case: case.clone(),
        observe,
    }
}

/// Slots of 100 MB/s for `rate_per_s` images of 100 MB per second.
fn slots(slots: u32, rate_per_s: f64, hours: u32) -> Case {
    Case::new("mmc.toml", MMC)
        .set(SLOTS, slots)
        .set("pushes.jobs.rate", format!("{rate_per_s} per second"))
        .set("duration", format!("{hours} h"))
}

/// Some 50,000 copies in each run. Lambda: 0.7 per second. Mu: 1 per second.
fn one_server() -> Vec<Experiment> {
    let case = slots(1, LOAD, 20);
    let constant = case.clone().set("pushes.jobs.size", CONSTANT);
    let mm1 = rows(
        "M/M/1, load 0.7",
        case,
        format!("{KLEINROCK_1}, 3.2 and 5.7"),
    );
    let md1 = rows("M/D/1, load 0.7", constant, format!("{KLEINROCK_1}, 5.5"));
    vec![
        mm1("mean wait", "s", wait_mmc(1, LOAD), |run| run.mean(wait_s)),
        mm1(
            "sojourn over 5 s",
            "1",
            sojourn_tail_mm1(LOAD, 5.0),
            |run| run.share(|record| sojourn_s(record) > 5.0),
        ),
        md1("mean wait", "s", wait_mg1(LOAD, 0.0), |run| {
            run.mean(wait_s)
        }),
    ]
}

/// Some 30,000 to 170,000 copies in each run. Lambda: 0.8 c per second. Mu: 1 per second and slot.
fn many_servers() -> Vec<Experiment> {
    const EIGHT: f64 = 8.0 * LOAD_OF_MANY;
    const MANY: f64 = 32.0 * LOAD_OF_MANY;
    let source = || format!("{KLEINROCK_1}, 3.5; {GROSS_HARRIS}, 2.3");
    let eight = rows("M/M/8, load 0.8", slots(8, EIGHT, 3), source());
    // A quantile has a bias of its own that falls with the samples, faster than the interval: it wants a long run.
    let long = rows("M/M/8, load 0.8", slots(8, EIGHT, 8), source());
    let many = rows("M/M/32, load 0.8", slots(32, MANY, 2), source());
    vec![
        eight("mean wait", "s", wait_mmc(8, EIGHT), |run| run.mean(wait_s)),
        eight(
            "share that waits (Erlang C)",
            "1",
            erlang_c(8, EIGHT),
            |run| run.share(|record| wait_s(record) > 0.0),
        ),
        long(
            "wait, 90th percentile",
            "s",
            wait_quantile_mmc(8, EIGHT, 0.1),
            |run| run.metric("queue_time", "p90"),
        ),
        many("mean wait", "s", wait_mmc(32, MANY), |run| run.mean(wait_s)),
        many("mean sojourn", "s", 1.0 + wait_mmc(32, MANY), |run| {
            run.mean(sojourn_s)
        }),
    ]
}

/// Copies that share 100 MB/s, whose mean size is 100 MB.
fn sharing(size: &str) -> Case {
    Case::new("sharing.toml", SHARING).set("pushes.jobs.size", size)
}

/// Some 40,000 copies in each run. Lambda: 0.7 per second. Mu: 1 per second. Small copies are those of up to half the mean
/// size, large ones those from 1.5 times the mean size on.
fn processor_sharing() -> Vec<Experiment> {
    let source = || format!("{HARCHOL_BALTER}, 30.1");
    let slowed = slowdown_ps(LOAD);
    let exponential = rows("M/M/1-PS, load 0.7", sharing(EXPONENTIAL), source());
    let lognormal = rows(
        "M/G/1-PS, log-normal, load 0.7",
        sharing(&lognormal(1.2)),
        source(),
    );
    let pareto = rows("M/G/1-PS, Pareto, load 0.7", sharing(&pareto()), source());
    let mean: fn(&Run) -> f64 = |run| run.mean(sojourn_s);
    vec![
        exponential("mean sojourn", "s", slowed, mean),
        lognormal("mean sojourn", "s", slowed, mean),
        lognormal("slowdown, small", "1", slowed, |run| {
            slowdown(run, 0.0, 0.5)
        }),
        lognormal("slowdown, medium", "1", slowed, |run| {
            slowdown(run, 0.5, 1.5)
        }),
        lognormal("slowdown, large", "1", slowed, |run| {
            slowdown(run, 1.5, f64::INFINITY)
        }),
        pareto("mean sojourn", "s", slowed, mean),
    ]
}

/// Some 40,000 copies in each run, each at most at 1/c of the link's speed. Lambda: 0.7 per second. Mu: 1/c per second.
fn capped_sharing() -> Vec<Experiment> {
    let source = || format!("{KELLY}, 3.3");
    let theory = |servers: u32| {
        let alone_s = f64::from(servers);
        alone_s * sojourn_capped_sharing(servers, LOAD * alone_s)
    };
    let capped = |size: &str, speed: &str| sharing(size).set(PER_COPY, speed);
    let four = rows(
        "sharing, cap 1/4, log-normal",
        capped(&lognormal(1.2), "25 MB/s"),
        source(),
    );
    let sixteen = rows(
        "sharing, cap 1/16, Pareto",
        capped(&pareto(), "6250 kB/s"),
        source(),
    );
    let mean: fn(&Run) -> f64 = |run| run.mean(sojourn_s);
    vec![
        four("mean sojourn", "s", theory(4), mean),
        sixteen("mean sojourn", "s", theory(16), mean),
        sixteen("copies on the link", "1", LOAD * theory(16), |run| {
            run.metric("in_flight", "mean")
        }),
    ]
}

/// Some 100,000 copies in each run. Lambda: 5 per second. Mu: 1/5 per second.
fn infinite() -> Vec<Experiment> {
    let row = rows(
        "M/G/infinity",
        Case::new("infinite.toml", INFINITE),
        format!("{GROSS_HARRIS}, 5.2"),
    );
    vec![
        row("mean in flight", "1", MEAN_IN_FLIGHT, |run| {
            run.metric("in_flight", "mean")
        }),
        row("variance in flight", "1", MEAN_IN_FLIGHT, |run| {
            Path::in_flight(run).time_mean(|level| (level - MEAN_IN_FLIGHT).powi(2))
        }),
        row(
            "part of time over 30",
            "1",
            over_level_mginf(MEAN_IN_FLIGHT, 30),
            |run| Path::in_flight(run).time_mean(|level| f64::from(u8::from(level > 30.0))),
        ),
        row(
            "part of time under 20",
            "1",
            under_level_mginf(MEAN_IN_FLIGHT, 20),
            |run| Path::in_flight(run).time_mean(|level| f64::from(u8::from(level < 20.0))),
        ),
    ]
}

/// 2,000 images at once, 1 s of work each, beside 0.6 per second; no warm-up.
fn bursts() -> Vec<Experiment> {
    let source = "Kleinrock, Queueing Systems, vol. 2 (1976), 2.7; vol. 1 (1975), 5.8".to_owned();
    let case = Case::new("burst.toml", BURST).set("pushes.release.burst.images", BURST_IMAGES);
    let narrow = case.clone().set(SLOTS, 16).set(PER_COPY, "6250 kB/s");
    let shared = rows("burst of 2,000, shared link", case, source.clone());
    let slots = rows("burst of 2,000, 16 slots", narrow, source);
    vec![
        shared(
            "first idle",
            "s",
            drain_time(BURST_IMAGES, LOAD_BESIDE_BURST),
            |run| first_under_s(&run.records, 1),
        ),
        // While all slots are in use copies end at rate 1 per second; the first slot is free when 15 are left.
        slots(
            "first slot free",
            "s",
            drain_time(BURST_IMAGES - 15.0, LOAD_BESIDE_BURST),
            |run| first_under_s(&run.records, 16),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_another_one_and_its_scenario_is_right() {
        let rows = theory();
        let mut names: Vec<_> = rows.iter().map(|row| (row.model, row.quantity)).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rows.len());
        for row in rows {
            assert_eq!(row.case.load().warnings.list.len(), 0, "{}", row.model);
        }
    }

    /// M/M/1 at 0.7 waits 7/3 s, M/D/1 half of it; sharing takes 10/3 s; the burst of 2,000 s of work lasts 5,000 s.
    #[test]
    fn theory_by_hand() {
        let theory = |model: &str, quantity: &str| {
            let rows = theory();
            let row = rows
                .iter()
                .find(|row| row.model.starts_with(model) && row.quantity == quantity);
            row.expect("a row").theory
        };
        for (model, quantity, expected) in [
            ("M/M/1,", "mean wait", 7.0 / 3.0),
            ("M/D/1", "mean wait", 7.0 / 6.0),
            ("M/G/1-PS, log", "slowdown, large", 10.0 / 3.0),
            ("M/G/inf", "variance in flight", 25.0),
            ("burst of 2,000, shared", "first idle", 5_000.0),
            ("burst of 2,000, 16", "first slot free", 4_962.5),
        ] {
            let found = theory(model, quantity);
            assert!((found - expected).abs() < 1e-9, "{model}: {found}");
        }
    }
}
