//! Presets, routes and links merged; what a run will take.

use super::*;
use crate::scenario::{Distribution, Law, Scenario, estimate};
use crate::units::{SimDuration, Speed};

fn scenario(more: &str, overrides: &[&str]) -> Scenario {
    Folder::new(&format!("{BASE}{more}"))
        .loaded(overrides)
        .scenario
}

fn median(law: &Distribution<SimDuration>) -> Option<SimDuration> {
    match law {
        Distribution::Law(Law::Lognormal(law)) => law.median,
        _ => None,
    }
}

#[test]
fn links_are_merged_key_by_key_from_exact_to_any() {
    let scenario = scenario(
        "[links.\"us-east-1 -> eu-west-1\"]\nslots = 1\n\
         [links.\"us-east-1 -> *\"]\nslots = 2\nper_copy = \"20 Mbit/s\"\n\
         [links.\"* -> eu-west-1\"]\nslots = 3\nper_copy = \"30 Mbit/s\"\nbandwidth = \"3 Gbit/s\"\n\
         [links.\"* -> *\"]\nslots = 4\nbandwidth = \"4 Gbit/s\"\n",
        &[],
    );
    let exact = scenario.link_parameters("us-east-1", "eu-west-1");
    assert_eq!(exact.slots, Some(1));
    assert_eq!(exact.per_copy, Some(Speed::from_bits_per_s(20_000_000)));
    assert_eq!(exact.bandwidth, Some(Speed::from_bits_per_s(3_000_000_000)));
    assert_eq!(
        scenario.link_parameters("us-east-1", "sa-east-1").slots,
        Some(2)
    );
    assert_eq!(
        scenario.link_parameters("us-west-1", "eu-west-1").slots,
        Some(3)
    );
    let any = scenario.link_parameters("us-west-1", "sa-east-1");
    assert_eq!(any.slots, Some(4));
    assert_eq!(any.per_copy, Some(Speed::from_bits_per_s(400_000_000)));
}

#[test]
fn unlimited_is_an_answer_not_a_gap() {
    let scenario = scenario(
        "[links.\"us-east-1 -> *\"]\nslots = \"unlimited\"\nper_copy = \"unlimited\"\n[links.\"* -> *\"]\nslots = 4\n",
        &[],
    );
    let link = scenario.link_parameters("us-east-1", "eu-west-1");
    assert_eq!(
        (link.slots, link.per_copy, link.bandwidth),
        (None, None, None)
    );
}

#[test]
fn a_preset_gives_what_is_left_out_and_the_speed_of_a_copy() {
    let scenario = scenario(
        "[latency]\npreset = \"pessimistic\"\nstall = { probability = 0 }\n",
        &[],
    );
    let latency = scenario.latency("us-east-1", "eu-west-1");
    assert!(latency.stall_probability.abs() < f64::EPSILON);
    // The preset's stall lasts at least its scale, 1 h.
    assert!(
        matches!(latency.stall, Distribution::Law(Law::Pareto { scale, .. }) if scale == SimDuration::from_secs(3_600))
    );
    let mean_s = latency.dispatch.mean() / 1e9;
    // Median 15 min, 95 % below 2 h: sigma = ln 8 / 1.6449 = 1.2642; mean = 900 e^(sigma²/2) = 2001 s.
    assert!((mean_s - 2_001.0).abs() < 1.0, "{mean_s}");
    assert_eq!(
        scenario.link_parameters("us-east-1", "eu-west-1").per_copy,
        Some(Speed::from_bits_per_s(100_000_000))
    );
}

#[test]
fn observed_is_the_default_preset() {
    let latency = scenario("", &[]).latency("us-east-1", "eu-west-1");
    assert_eq!(median(&latency.dispatch), Some(SimDuration::from_secs(3)));
    assert!((latency.stall_probability - 0.004).abs() < f64::EPSILON);
}

#[test]
fn routes_override_single_keys_for_one_pair() {
    let scenario = scenario(
        "[latency]\ndispatch = { lognormal = { median = \"9 s\", sigma = 1 } }\n\
         [latency.routes.\"us-east-1 -> eu-west-1\"]\nstall = { probability = 0.5 }\n\
         [latency.routes.\"us-east-1 -> sa-east-1\"]\ndispatch = { lognormal = { median = \"7 s\", sigma = 1 } }\n",
        &[],
    );
    let one = scenario.latency("us-east-1", "eu-west-1");
    assert_eq!(median(&one.dispatch), Some(SimDuration::from_secs(9)));
    assert!((one.stall_probability - 0.5).abs() < f64::EPSILON);
    let other = scenario.latency("us-east-1", "sa-east-1");
    assert_eq!(median(&other.dispatch), Some(SimDuration::from_secs(7)));
    assert!((other.stall_probability - 0.004).abs() < f64::EPSILON);
}

#[test]
fn business_hours_average_to_one() {
    let scenario = scenario("", &["pushes.ci.shape=business-hours"]);
    let weights = scenario.pushes["ci"].shape.weekly_weights();
    let mean = weights.iter().sum::<f64>() / 168.0;
    assert!((mean - 1.0).abs() < 1e-12);
    // Monday 09:00 against Monday 03:00 is 2 to 0.2; Saturday is a quarter of Monday.
    assert!((weights[9] / weights[3] - 10.0).abs() < 1e-12);
    assert!((weights[5 * 24 + 9] / weights[9] - 0.25).abs() < 1e-12);
}

#[test]
fn offered_load_is_the_mean_over_the_run() {
    let folder = Folder::new(BASE);
    let loaded = folder.loaded(&[
        "links.\"* -> *\".slots=2",
        "latency.stall.probability=0",
        "failures.probability=0.5",
        "failures.retries=1",
    ]);
    let estimate = estimate(&loaded);
    let [link] = estimate.links.as_slice() else {
        panic!("one link");
    };
    // 6 per hour, half of them tried twice: 9 attempts an hour of 100 MB at 50 MB/s, 2 s each, on 2 slots.
    assert!((link.replications_per_s * 3_600.0 - 6.0).abs() < 1e-9);
    assert!((link.attempts_per_s * 3_600.0 - 9.0).abs() < 1e-9);
    assert!((link.slot_load.unwrap() - 9.0 * 2.0 / 3_600.0 / 2.0).abs() < 1e-12);
    assert_eq!(link.bandwidth_load, None);
    // 1440 pushes, 2160 attempts of three events each.
    assert!(
        (estimate.events - 7_920.0).abs() < 1.0,
        "{}",
        estimate.events
    );
    assert!(estimate.reasons_needing_yes.is_empty());
}

#[test]
fn shared_layers_and_popularity_count_in_the_load() {
    let scenario = BASE.replace(
        "[\"shop/a\"]",
        "{ prefix = \"shop/s\", count = 2, popularity = { zipf = 1 } }",
    );
    let loaded = Folder::new(&scenario).loaded(&[
        "pushes.ci.shared=0.5",
        "registries.\"build/us-east-1\".rules.all.prefixes=[\"shop/s1\"]",
    ]);
    let link = &estimate(&loaded).links[0];
    // The first of two has weight 1/(1 + 1/2) = 2/3: 4 per hour. Own layers 50 MB each; one base of 50 MB in 10 days.
    assert!((link.replications_per_s * 3_600.0 - 4.0).abs() < 1e-9);
    let per_hour = link.bytes_per_s * 3_600.0;
    assert!(
        (per_hour - (4.0 * 50e6 + 50e6 / 240.0)).abs() < 1.0,
        "{per_hour}"
    );
}

#[test]
fn bursts_and_traces_count_in_the_load() {
    let scenario = BASE.replace(
        "rate = \"6 per hour\"",
        "burst = { images = 240, every = \"4 days\", first = \"1 day\" }",
    );
    let trace = "time,action,registry,repository,tags,digest,bytes\n1 day,PutImage,build/us-east-1,x/y,v1,,864000000\n";
    let loaded = Folder::new(&(scenario + "[traces.t]\nfile = \"t.csv\"\n"))
        .with("t.csv", trace)
        .loaded(&[]);
    // Bursts on day 1, 5 and 9, and one row.
    let link = &estimate(&loaded).links[0];
    assert!((link.replications_per_s * 864_000.0 - 721.0).abs() < 1e-6);
    assert!((link.bytes_per_s - (720.0 * 1e8 + 864e6) / 864_000.0).abs() < 1.0);
}

#[test]
fn runs_that_should_be_asked_for_twice() {
    let reasons =
        |overrides: &[&str]| estimate(&Folder::new(BASE).loaded(overrides)).reasons_needing_yes;
    assert!(reasons(&["pushes.ci.rate=1e6 per second"])[0].contains("events"));
    assert!(
        reasons(&["links.\"* -> *\".bandwidth=1 Mbit/s"])[0]
            .contains("its queue grows all the time")
    );
    let endless = "pushes.ci.size={ pareto = { scale = \"1 B\", shape = 0.9 } }";
    assert!(
        reasons(&[endless])
            .iter()
            .any(|reason| reason == "the law of pushes.ci.size has no finite mean")
    );
}
