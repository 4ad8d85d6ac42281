//! Deployments: what they follow, where they look, how they try again.

use super::*;

const DEPLOYMENT: &str = "
[deployments.x]
follows  = \"ci\"
registry = \"build/eu-west-1\"
delay    = \"5 min\"
";

#[track_caller]
fn deployment_wrong(of: &str, now: &str, parts: &[&str]) {
    assert!(DEPLOYMENT.contains(of), "it has no {of}");
    holds(&wrong(&DEPLOYMENT.replace(of, now)), parts);
}

#[test]
fn what_is_left_out_is_as_the_kubelet_does() {
    let loaded = Folder::new(&format!("{BASE}{DEPLOYMENT}")).loaded(&[]);
    let of = &loaded.scenario.deployments["x"];
    let seconds = |duration: crate::units::SimDuration| duration.as_secs_f64();
    let backoff = [
        seconds(of.backoff.first),
        of.backoff.factor,
        seconds(of.backoff.max),
    ];
    assert_eq!(backoff, [10.0, 2.0, 300.0]);
    assert_eq!((of.share, seconds(of.give_up)), (1.0, 3_600.0));
    let first =
        Folder::new(&format!("{BASE}{DEPLOYMENT}")).loaded(&["deployments.x.backoff.first=20 s"]);
    let backoff = first.scenario.deployments["x"].backoff;
    assert_eq!(
        [seconds(backoff.first), seconds(backoff.max)],
        [20.0, 300.0]
    );
}

#[test]
fn names_are_known() {
    deployment_wrong(
        "\"ci\"",
        "\"cj\"",
        &[
            "unknown stream of pushes `cj`",
            "did you mean `ci`?",
            "there is `ci`",
        ],
    );
    deployment_wrong(
        "build/eu-west-1",
        "qrod/eu-west-1",
        &["unknown account `qrod`"],
    );
    deployment_wrong(
        "build/eu-west-1",
        "build/eu-wst-1",
        &["eu-wst-1", "eu-west-1"],
    );
}

#[test]
fn numbers_are_in_range() {
    let more = |line: &str| format!("\"5 min\"\n{line}");
    let wrong = |line: &str, parts: &[&str]| deployment_wrong("\"5 min\"", &more(line), parts);
    wrong(
        "share = 1.2",
        &["`deployments.x.share` is out of range: it must be from 0 to 1"],
    );
    wrong(
        "backoff = { factor = 0.5 }",
        &["`deployments.x.backoff.factor` is out of range"],
    );
    wrong(
        "backoff = { first = \"0 s\" }",
        &["the first wait must be more than 0 s"],
    );
    wrong(
        "backoff = { first = \"10 min\" }",
        &["the longest wait (5 min) is shorter than the first (10 min)"],
    );
    wrong("give_up = 3600", &["deployments.x.give_up"]);
    wrong(
        "gives_up = \"1 h\"",
        &["unknown key `gives_up`", "did you mean `give_up`?"],
    );
    deployment_wrong(
        "delay    = \"5 min\"\n",
        "",
        &["`deployments.x` lacks the key `delay`"],
    );
    deployment_wrong(
        "\"5 min\"",
        "{ uniform = { min = \"2 min\", max = \"1 min\" } }",
        &["`min` is more than `max`", "case.toml:17:32"],
    );
}

#[test]
fn thresholds_name_streams_of_deployments() {
    let with = |text: &str| format!("{DEPLOYMENT}[thresholds]\n{text}\n");
    let right = "\"deploy_wait{stream=x}\" = [\"p99 < 30 s\"]\ndeploys_missed = [\"rate < 0.1\"]";
    Folder::new(&format!("{BASE}{}", with(right))).loaded(&[]);
    holds(
        &wrong(&with("\"deploy_wait{stream=y}\" = [\"p99 < 30 s\"]")),
        &["unknown stream `y`"],
    );
    holds(
        &wrong(&with(
            "\"deploy_wait{destination=build/eu-west-1}\" = [\"p99 < 30 s\"]",
        )),
        &[
            "`deploy_wait` has no label `destination`",
            "its labels are `stream`",
        ],
    );
}

#[test]
fn a_deployment_that_no_rule_serves_is_odd() {
    let scenario = format!("{BASE}{DEPLOYMENT}");
    assert_eq!(Folder::new(&scenario).warnings(&[]), "");
    let elsewhere = Folder::new(&scenario).warnings(&["deployments.x.registry=build/us-west-2"]);
    holds(
        &elsewhere,
        &[
            "warning[deployment-without-rule]: no rule sends what `ci` pushes to `build/us-west-2`",
            "every deployment gives up",
        ],
    );
    let at_home = Folder::new(&scenario).warnings(&["deployments.x.registry=build/us-east-1"]);
    assert_eq!(at_home, "");
    let some = Folder::new(&scenario).warnings(&[
        "pushes.ci.repositories=[\"shop/a\", \"base/a\"]",
        "registries.\"build/us-east-1\".rules.all.prefixes=[\"shop/\"]",
    ]);
    holds(
        &some,
        &["rules send 1 of the 2 repositories of `ci` to `build/eu-west-1`"],
    );
}
