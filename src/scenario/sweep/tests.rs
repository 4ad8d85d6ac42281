//! Sweep files: ranges, conditions, and what is told about what is wrong.

use std::fs;

use tempfile::TempDir;

use super::condition::Name;
use super::*;

const SCENARIO: &str = r#"
duration = "10 days"
accounts.a = "111122223333"
registries."a/us-east-1".rules.all.destinations = ["a/eu-west-1"]
pushes.ci = { registry = "a/us-east-1", repositories = ["app"], rate = "6 per hour", size = "100 MB" }
events = [{ name = "gone", at = "5 days", action = "DeleteRegistryPolicy", registry = "a/eu-west-1" }]
"#;

fn folder(sweep: &str) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("shop.toml"), SCENARIO).expect("written");
    let text = format!("scenario = \"shop.toml\"\n{sweep}");
    fs::write(home.path().join("sweep.toml"), text).expect("written");
    home
}

#[track_caller]
fn sweep(text: &str) -> Sweep {
    let home = folder(text);
    let metrics = ["replication_latency.p99".to_owned()];
    read(&home.path().join("sweep.toml"), &metrics)
        .unwrap_or_else(|wrong| panic!("{}", wrong.render(false)))
}

#[track_caller]
fn wrong(text: &str) -> String {
    let home = folder(text);
    let metrics = ["replication_latency.p99".to_owned()];
    let wrong = read(&home.path().join("sweep.toml"), &metrics).expect_err("it is wrong");
    wrong.render(false)
}

/// Returns the cells of the only axis.
fn cells(text: &str) -> Vec<String> {
    let sweep = sweep(&format!("[vary]\n{text}"));
    match &sweep.axes[0].spread {
        Spread::Listed(levels) => levels.iter().map(|level| level.cell.clone()).collect(),
        Spread::Range(_) => panic!("a range without steps"),
    }
}

#[test]
fn ranges_by_hand() {
    let slots = "'links.\"* -> *\".slots'";
    assert_eq!(
        cells(&format!(
            "{slots} = {{ from = 8, to = 64, steps = 4, scale = \"log\" }}"
        )),
        ["8", "16", "32", "64"]
    );
    assert_eq!(
        cells(&format!("{slots} = {{ from = 1, to = 4, steps = 3 }}")),
        ["1", "3", "4"],
        "2.5 is rounded away from 0"
    );
    // Whole numbers that come out twice count once: 1, 1.67, 2.33, 3 are 1, 2, 2, 3.
    assert_eq!(
        cells(&format!("{slots} = {{ from = 1, to = 3, steps = 4 }}")),
        ["1", "2", "3"]
    );
    assert_eq!(
        cells("\"pushes.ci.rate\" = { from = \"60 per hour\", to = \"240 per hour\", steps = 4 }"),
        [
            "60 per hour",
            "120 per hour",
            "180 per hour",
            "240 per hour"
        ]
    );
    // Different units: what lies between is written in the base unit.
    assert_eq!(
        cells("\"latency.dispatch\" = { from = \"8 s\", to = \"1 min\", steps = 3 }"),
        ["8 s", "34 s", "1 min"]
    );
    // A third of a minute is no whole number of nanoseconds; nine decimals of a minute are.
    assert_eq!(
        cells("\"duration\" = { from = \"1 min\", to = \"2 min\", steps = 4 }"),
        ["1 min", "1.333333333 min", "1.666666667 min", "2 min"]
    );
    assert_eq!(
        cells("\"pushes.ci.size\" = { from = \"1 B\", to = \"2 MB\", steps = 3, scale = \"log\" }"),
        ["1 B", "1414 B", "2 MB"]
    );
    assert_eq!(
        cells("\"pushes.ci.shared\" = { from = 0, to = 1, steps = 3 }"),
        ["0", "0.5", "1"]
    );
    assert_eq!(
        cells("\"events.gone.at\" = { from = \"1 day\", to = \"3 days\", steps = 2 }"),
        ["1 day", "3 days"]
    );
}

#[test]
fn values_are_written_as_they_stand_and_read_as_numbers_in_base_units() {
    let sweep = sweep(
        "[vary]\n\"pushes.ci.size\" = [\"1 kB\", { lognormal = { median = \"2 MB\", sigma = 0.5 } }]\n'links.\"* -> *\".per_copy' = [\"8 bit/s\", \"unlimited\"]\n\"pushes.ci.rate\" = [\"36 per hour\", \"1 per minute\"]",
    );
    let levels: Vec<Vec<(String, Option<f64>)>> = sweep
        .axes
        .iter()
        .map(|axis| match &axis.spread {
            Spread::Listed(levels) => levels
                .iter()
                .map(|level| (level.cell.clone(), level.number))
                .collect(),
            Spread::Range(_) => panic!("a list"),
        })
        .collect();
    let cell = |text: &str, number| (text.to_owned(), number);
    assert_eq!(levels[0][0], cell("1 kB", Some(1_000.0)));
    assert_eq!(
        levels[0][1],
        cell("{ lognormal = { median = \"2 MB\", sigma = 0.5 } }", None)
    );
    assert_eq!(
        levels[1],
        [
            cell("8 bit/s", Some(8.0)),
            cell("unlimited", Some(f64::INFINITY))
        ]
    );
    assert_eq!(
        levels[2],
        [
            cell("36 per hour", Some(0.01)),
            cell("1 per minute", Some(1.0 / 60.0))
        ]
    );
    let Spread::Listed(sizes) = &sweep.axes[0].spread else {
        panic!("a list")
    };
    assert_eq!(
        sizes[0].set("pushes.ci.size"),
        Some("pushes.ci.size=\"1 kB\"".to_owned())
    );
}

#[test]
fn continuous_ranges_give_whole_numbers_equal_parts() {
    let sweep = sweep(
        "[design]\nkind = \"sobol\"\npoints = 4\n[vary]\n'links.\"* -> *\".slots' = { from = 1, to = 4 }",
    );
    let Spread::Range(ends) = &sweep.axes[0].spread else {
        panic!("a range")
    };
    let at = |share| sweep.axes[0].within(ends, share).cell;
    assert_eq!(
        [at(0.0), at(0.249), at(0.25), at(0.74), at(0.75), at(0.999)],
        ["1", "1", "2", "3", "4", "4"]
    );
}

#[test]
fn own_values_are_those_written_or_defaults() {
    let sweep = sweep(
        "[design]\nkind = \"one-at-a-time\"\n[vary]\n\"pushes.ci.rate\" = [\"1 per hour\"]\n'links.\"* -> *\".slots' = [4]\n\"pushes.ci.shared\" = [0.5]\n\"events.gone.at\" = [\"1 day\"]",
    );
    let own: Vec<String> = sweep
        .axes
        .iter()
        .map(|axis| sweep.own_level(axis).expect("a right scenario").cell)
        .collect();
    assert_eq!(own, ["6 per hour", "unlimited", "0.0", "5 days"]);
}

fn holds(text: &str, slots: f64, regions: f64) -> bool {
    let names = ["links.x.slots", "slots", "pushes.ci-2.regions", "regions"];
    let names: Vec<Name> = names
        .iter()
        .enumerate()
        .map(|(index, text)| Name {
            text: (*text).to_owned(),
            axis: Some(index / 2),
        })
        .collect();
    let condition = Condition::parse(text, &names).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    condition.holds(&[Some(slots), Some(regions)])
}

#[test]
fn conditions_bind_as_in_school() {
    assert!(holds("slots >= 8 * regions", 16.0, 2.0));
    assert!(!holds("slots >= 8 * regions", 15.0, 2.0));
    assert!(holds(
        "1 + 2 * 3 == 7 and 8 - 2 - 1 == 5 and 8 / 2 / 2 == 2",
        0.0,
        0.0
    ));
    assert!(holds("slots < 2 or slots > 4 and regions == 1", 1.0, 9.0));
    assert!(!holds(
        "(slots < 2 or slots > 4) and regions == 1",
        1.0,
        9.0
    ));
    assert!(holds("not slots == 3 and regions != 3", 2.0, 2.0));
    assert!(!holds("not slots == 3 and regions != 3", 3.0, 2.0));
    assert!(holds("-slots < -1.5e0", 2.0, 0.0));
    assert!(holds("links.x.slots - pushes.ci-2.regions == 1", 3.0, 2.0));
    assert!(holds(
        "slots <= '1 min' and regions == '2 kB'",
        60.0,
        2_000.0
    ));
}

#[test]
fn wrong_conditions_are_pointed_at() {
    let told = |text: &str| {
        wrong(&format!(
            "where = \"{text}\"\n[vary]\n'links.\"* -> *\".slots' = [1, 2]"
        ))
    };
    assert!(told("slots > ").contains("something is missing at the end"));
    assert!(told("(slots > 1").contains("a `)` is missing"));
    assert!(told("slots > 1 2").contains("this does not belong to the condition"));
    assert!(told("slots > 'fast'").contains("\"fast\" is no quantity"));
    let unknown = told("slots > 1 and slotz < 2");
    assert!(unknown.contains("sweep.toml:2:24"), "{unknown}");
    assert!(
        unknown.contains("`slotz` is no varied key") && unknown.contains("did you mean `slots`?")
    );
    let text = wrong(
        "where = \"preset > 1\"\n[vary]\n\"latency.preset\" = [\"observed\", \"documented\"]",
    );
    assert!(
        text.contains("a condition cannot compare `observed`"),
        "{text}"
    );
    let two = wrong(
        "where = \"slots > 1\"\n[vary]\n'links.\"* -> *\".slots' = [1]\n'links.\"us-east-1 -> *\".slots' = [1]",
    );
    assert!(two.contains("several varied keys end in `slots`"), "{two}");
}

#[test]
fn designs_say_what_they_lack() {
    let rate = "\"pushes.ci.rate\" = [\"1 per hour\", \"2 per hour\"]";
    let slots = |inner: &str| format!("'links.\"* -> *\".slots' = {inner}");
    let sobol = wrong(&format!("[design]\nkind = \"sobol\"\n[vary]\n{rate}"));
    assert!(sobol.contains("a sobol design lacks `points`"), "{sobol}");
    let grid = wrong(&format!("[design]\npoints = 3\n[vary]\n{rate}"));
    assert!(grid.contains("`points` is not for a grid"), "{grid}");
    let list = wrong(&format!(
        "[design]\nkind = \"list\"\n[vary]\n{rate}\n{}",
        slots("[1, 2, 3]")
    ));
    assert!(
        list.contains("slots` has 3 values, `pushes.ci.rate` has 2"),
        "{list}"
    );
    let steps = wrong(&format!("[vary]\n{}", slots("{ from = 1, to = 2 }")));
    assert!(steps.contains("lacks `steps`"), "{steps}");
    let none = wrong(&format!(
        "[design]\nkind = \"sobol\"\npoints = 4\n[vary]\n{}",
        slots("{ from = 1, to = 2, steps = 2 }")
    ));
    assert!(
        none.contains("a range of a sobol design has no steps"),
        "{none}"
    );
    let log = wrong(&format!(
        "[vary]\n{}",
        slots("{ from = 0, to = 2, steps = 2, scale = \"log\" }")
    ));
    assert!(log.contains("must begin and end above 0"), "{log}");
    let mixed = wrong("[vary]\n\"pushes.ci.rate\" = { from = 1, to = \"2 per hour\", steps = 2 }");
    assert!(
        mixed.contains("two numbers, or two texts with units"),
        "{mixed}"
    );
    let unit = wrong("[vary]\n\"pushes.ci.rate\" = { from = \"1 MB\", to = \"2 MB\", steps = 2 }");
    assert!(unit.contains("quantities that the key takes"), "{unit}");
    assert!(wrong("[vary]").contains("nothing varies"));
    assert!(wrong(&format!("[vary]\n{rate}\npushes = {{ ci = 1 }}")).contains("`vary.pushes`"));
    let both = wrong(&format!(
        "[vary]\n{rate}\n[stop]\nmetrics = [\"replication_latency.p99\"]\nmax_repeats = 20"
    ));
    assert!(
        both.contains("needs either `relative_half_width` or `absolute_half_width`"),
        "{both}"
    );
}
