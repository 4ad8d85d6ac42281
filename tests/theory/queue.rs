//! Slots as servers: first come first served, with waiting.

use ecrsim::validation::formulas::{erlang_c, sojourn_tail_mm1, wait_mg1, wait_mmc};
use ecrsim::validation::observe::{sojourn_s, wait_s};
use ecrsim::validation::scenarios::{CONSTANT, MMC, SLOTS, lognormal};

use crate::case::Case;

const MMC_STALL: &str = include_str!("scenarios/mmc-stall.toml");

/// M/M/c. Lambda: 0.8 c per second. Mu: 1 per second and slot (exponential bytes at a constant speed), c = 2, 8, 32.
/// Warm-up 2,000 s, 20 repeats of some 30,000 to 120,000 copies; intervals within 10 % of theory.
#[test]
fn mmc_waits_as_erlang_says() {
    for (slots, hours) in [(2, 7), (8, 2), (32, 2)] {
        check_mmc(MMC, slots, hours);
    }
}

/// The same with the service made of a stall: one byte takes no time, then the slot is held for an exponential time of
/// mean 1 s. A stall holds its slot as a transfer does.
#[test]
fn stalls_hold_slots_as_transfers_do() {
    check_mmc(MMC_STALL, 8, 2);
}

fn check_mmc(scenario: &'static str, slots: u32, hours: u32) {
    let load = 0.8 * f64::from(slots);
    let [wait, waited, sojourn] = Case::new("mmc.toml", scenario, 20)
        .set(SLOTS, slots)
        .set("pushes.jobs.rate", format!("{load} per second"))
        .set("duration", format!("{hours} h"))
        .estimate(|run| {
            [
                run.mean(wait_s),
                run.share(|record| wait_s(record) > 0.0),
                run.mean(sojourn_s),
            ]
        });
    wait.agrees("mean wait", wait_mmc(slots, load), 0.1);
    waited.agrees("share that waits", erlang_c(slots, load), 0.05);
    sojourn.agrees("mean time in system", 1.0 + wait_mmc(slots, load), 0.05);
}

/// M/M/1. Lambda: 0.7 per second. Mu: 1 per second. Warm-up 2,000 s, 20 repeats of some 50,000 copies; intervals within
/// 5 % of theory. The time in system is exponential with rate mu - lambda: its share over 5 s and over 10 s.
#[test]
fn mm1_time_in_system_is_exponential() {
    let [wait, over_5_s, over_10_s] = Case::new("mmc.toml", MMC, 20)
        .set(SLOTS, 1)
        .set("pushes.jobs.rate", "0.7 per second")
        .set("duration", "20 h")
        .estimate(|run| {
            [
                run.mean(wait_s),
                run.share(|record| sojourn_s(record) > 5.0),
                run.share(|record| sojourn_s(record) > 10.0),
            ]
        });
    wait.agrees("mean wait", wait_mmc(1, 0.7), 0.05);
    over_5_s.agrees("share over 5 s", sojourn_tail_mm1(0.7, 5.0), 0.05);
    over_10_s.agrees("share over 10 s", sojourn_tail_mm1(0.7, 10.0), 0.1);
}

/// M/G/1 with constant, gamma and log-normal service. Lambda: 0.7 per second. Mu: 1 per second. Warm-up 2,000 s, 20
/// repeats of some 50,000 copies; intervals within 10 % of theory (Pollaczek and Khinchine).
#[test]
fn mg1_waits_as_pollaczek_and_khinchine_say() {
    let sigma: f64 = 0.8;
    for (size, scv) in [
        (CONSTANT.to_owned(), 0.0),
        (
            "{ gamma = { mean = '100 MB', shape = 0.5 } }".to_owned(),
            2.0,
        ),
        (lognormal(sigma), (sigma * sigma).exp() - 1.0),
    ] {
        let [wait, waited] = Case::new("mmc.toml", MMC, 20)
            .set(SLOTS, 1)
            .set("pushes.jobs.rate", "0.7 per second")
            .set("duration", "20 h")
            .set("pushes.jobs.size", &size)
            .estimate(|run| [run.mean(wait_s), run.share(|record| wait_s(record) > 0.0)]);
        wait.agrees(&format!("mean wait, {size}"), wait_mg1(0.7, scv), 0.1);
        waited.agrees(&format!("share that waits, {size}"), 0.7, 0.02);
    }
}
