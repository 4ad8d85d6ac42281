//! Spells: outages at random, with laws so plain that every change can be told by hand.

use crate::support::text::Text;
use crate::support::{seconds, times};
use crate::{IRELAND, TOKYO, VIRGINIA};

fn spell(name: &str, link: &str, every: &str, lasts: &str, capacity: &str) -> String {
    format!(
        "[spells.{name}]\nlink = '{link}'\nevery = {every}\nlasts = {lasts}\ncapacity = {capacity}"
    )
}

fn text() -> Text {
    Text::new().rule(VIRGINIA, &[IRELAND])
}

/// Returns when each replication ended, in seconds, by push.
fn ends(text: &Text) -> Vec<Option<f64>> {
    let run = text.run();
    let mut records: Vec<_> = run.records.iter().collect();
    records.sort_by_key(|record| record.id);
    records.iter().map(|record| times(record)[2]).collect()
}

#[test]
fn a_spell_cuts_the_link_again_and_again() {
    // Nothing from 10 s to 12 s, from 20 s to 22 s, … 20 MB from 1 s: 9 MB by 10 s, 17 MB by 20 s, the rest by 25 s.
    let text = text()
        .toml(&spell("cut", "us-east-1 -> eu-*", "'10 s'", "'2 s'", "0.0"))
        .put("0 s", VIRGINIA, "app", &["1"], "20 MB");
    assert_eq!(ends(&text), [Some(25.0)]);
}

#[test]
fn spells_that_overlap_multiply() {
    // Half from 10 s to 22 s and from 20 s to 32 s, so a quarter from 20 s to 22 s and from 30 s to 32 s. 20 MB from 1 s:
    // 9 MB by 10 s, 14 by 20 s, 14.5 by 22 s, 18.5 by 30 s, 19 by 32 s, and the last one by 34 s.
    let text = text()
        .toml(&spell("slow", "* -> eu-west-1", "'10 s'", "'12 s'", "0.5"))
        .put("0 s", VIRGINIA, "app", &["1"], "20 MB");
    assert_eq!(ends(&text), [Some(34.0)]);
}

#[test]
fn spells_multiply_with_outages() {
    // An outage leaves half from 5 s on, the spell half of that from 10 s to 14 s. 9 MB from 1 s: 4 MB by 5 s, 6.5 by 10 s,
    // 7.5 by 14 s, and the rest by 17 s.
    let outage = "[[outages]]\nlink = '* -> *'\nat = '5 s'\nlasts = '1 h'\ncapacity = 0.5";
    let text = text()
        .toml(outage)
        .toml(&spell("slow", "* -> *", "'10 s'", "'4 s'", "0.5"))
        .put("0 s", VIRGINIA, "app", &["1"], "9 MB");
    assert_eq!(ends(&text), [Some(17.0)]);
}

#[test]
fn a_link_that_no_spell_means_goes_on() {
    let text = text()
        .rule(VIRGINIA, &[TOKYO])
        .toml(&spell("cut", "* -> ap-*", "'3 s'", "'3 s'", "0.0"))
        .put("0 s", VIRGINIA, "app", &["1"], "10 MB");
    // Replications go by destination: Tokyo first, from 1 s to 3 s and then never again.
    assert_eq!(ends(&text), [None, Some(11.0)]);
}

#[test]
fn a_spells_draws_are_its_own() {
    let random = |more: &str| {
        let every = "{ exponential = { mean = '1 min' } }";
        let lasts = "{ lognormal = { median = '20 s', sigma = 1.0 } }";
        let text = text()
            .toml(&spell("b", "* -> eu-west-1", every, lasts, "0.1"))
            .toml(more);
        (0..30).fold(text, |text, number| {
            let (at, tag) = (format!("{} s", 100 * number), number.to_string());
            text.put(&at, VIRGINIA, "app", &[&tag], "20 MB")
        })
    };
    let plain = ends(&random(""));
    // Another spell, before it by name, that touches no link.
    let elsewhere = spell("a", "* -> sa-east-1", "'1 s'", "'1 s'", "0.0");
    assert_eq!(plain, ends(&random(&elsewhere)));
    let slowed = plain.iter().zip(0..);
    let slowed = slowed.filter(|&(end, number)| *end != Some(f64::from(100 * number + 21)));
    assert!(slowed.count() > 5, "{plain:?}");
}

#[test]
fn wrong_spells_are_told() {
    let told = text()
        .toml(&spell("x", "xx-* -> *", "'0 s'", "'0 s'", "0.5"))
        .errors();
    for part in [
        "`every` must be more than 0 s",
        "`lasts` must be more than 0 s",
        "`xx-*` matches no Region of AWS",
    ] {
        assert!(told.contains(part), "{told}");
    }
    let told = text()
        .toml(&spell("x", "* -> *", "'1 s'", "'1 s'", "1.5"))
        .errors();
    assert!(
        told.contains("`spells.x.capacity` is out of range"),
        "{told}"
    );
}

#[test]
fn the_marks_of_spells_are_the_times_that_a_run_finds() {
    let every = "{ exponential = { mean = '20 s' } }";
    let lasts = "{ exponential = { mean = '10 s' } }";
    let scenario = text()
        .toml(&spell("cut", "* -> *", every, lasts, "0.0"))
        .put("0 s", VIRGINIA, "app", &["1"], "60 MB");
    let loaded = scenario.load();
    let spells = ecrsim::simulation::spells_of(&loaded.scenario);
    let (mut now_s, mut left_s) = (1.0_f64, 60.0);
    let mut cuts = 0;
    for (at, until) in spells[0].times(loaded.scenario.seed, loaded.scenario.end()) {
        let (at_s, until_s) = (seconds(at), seconds(until));
        if now_s + left_s <= at_s {
            break;
        }
        left_s -= (at_s - now_s).max(0.0);
        now_s = now_s.max(until_s);
        cuts += 1;
    }
    assert!(cuts > 1);
    let end_s = ends(&scenario)[0].expect("it arrives");
    assert!((end_s - now_s - left_s).abs() < 1e-6, "{end_s}");
}
