//! Deployments are drawn by name and number, and only listen: nothing else depends on them.

use crate::support::run;

const BASE: &str = r#"
duration = "12 h"
[accounts]
build = "111122223333"
[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1"]
[pushes.ci]
registry = "build/us-east-1"
repositories = { prefix = "app-", count = 3 }
rate = "100 per hour"
size = "200 MB"
"#;

fn deployments(name: &str, share: f64) -> String {
    format!(
        "[deployments.{name}]\nfollows = \"ci\"\nregistry = \"build/eu-west-1\"\nshare = {share}\n\
         delay = {{ exponential = {{ mean = \"8 s\" }} }}\n"
    )
}

#[test]
fn a_share_is_drawn_and_a_larger_one_holds_the_smaller() {
    let of = |share| {
        let run = run(&format!("{BASE}{}", deployments("x", share)));
        let row = &run.outcome.deployments[0];
        (row.deployments, row.missed)
    };
    let all = of(1.0).0;
    // About 1,200 pushes: 0.3 of them within 4 standard errors, sqrt(0.3 x 0.7 / 1,200) each.
    let (some, missed) = of(0.3);
    assert!(
        (some as f64 / all as f64 - 0.3).abs() < 4.0 * 0.0133,
        "{some} of {all}"
    );
    let (more, missed_more) = of(0.4);
    assert!(some < more && missed <= missed_more && missed > 0);
    assert_eq!(of(0.0), (0, 0));
}

#[test]
fn other_deployments_move_no_draw() {
    let alone = run(&format!("{BASE}{}", deployments("x", 0.5)));
    let both = run(&format!(
        "{BASE}{}{}",
        deployments("a", 0.7),
        deployments("x", 0.5)
    ));
    assert_eq!(both.outcome.deployments[1], alone.outcome.deployments[0]);
    let none = run(BASE);
    assert_eq!(none.outcome.deployments, []);
    assert_eq!(none.outcome.destinations, both.outcome.destinations);
    assert_eq!(none.records.len(), both.records.len());
    let ends = |run: &crate::support::Run| -> Vec<_> {
        run.records.iter().map(|record| record.ended_at).collect()
    };
    assert_eq!(ends(&none), ends(&both));
    assert_ne!(none.outcome.fingerprint, both.outcome.fingerprint);
}
