//! Scenarios that once broke a property.

use crate::support::run;

const HEAD: &str = r#"
duration = "27 h"

[accounts]
build = "111122223333"
prod  = "444455556666"

[latency]
dispatch = "0 s"
"#;

/// Retention met a repository that its registry can never hold, and the run panicked.
#[test]
fn retention_of_everything_beside_repositories_of_others() {
    let run = run(&format!(
        r#"{HEAD}
[retention.old]
registry     = "build/us-east-1"
repositories = ["*"]
keep_last    = 0

[pushes.elsewhere]
registry     = "prod/us-east-1"
repositories = ["shop/a"]
rate         = "1 per hour"
size         = "1 MB"
"#
    ));
    let last = run.outcome.storage.last().expect("a row at the end");
    assert!(
        last.registry == "prod/us-east-1" && last.images > 0,
        "{last:?}"
    );
}

/// A registry that was already the destination of another had its own destinations forgotten, and the run panicked.
#[test]
fn a_destination_is_a_source_too() {
    let run = run(&format!(
        r#"{HEAD}
[registries."build/us-east-1".rules.all]
destinations = ["build/us-west-2"]

[registries."build/us-west-2".rules.all]
destinations = ["build/eu-west-1"]

[pushes.here]
registry     = "build/us-east-1"
repositories = ["shop/a"]
burst        = {{ images = 3 }}
size         = "1 MB"

[pushes.there]
registry     = "build/us-west-2"
repositories = ["shop/a"]
burst        = {{ images = 2 }}
size         = "1 MB"
tags         = ["there-{{n}}"]
"#
    ));
    let arrived = |destination: &str| run.metric("completed", destination, "total");
    assert_eq!(arrived("build/us-west-2"), Some(3.0));
    assert_eq!(arrived("build/eu-west-1"), Some(2.0));
}
