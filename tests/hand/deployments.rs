//! Deployments against copies whose times are known: pushes at 0, 10, 20 and 30 min, in Ireland after 61 s (a second of
//! dispatch, 60 MB at 1 MB/s).

use ecrsim::measure::outcome::DeploymentRow;

use crate::support::Run;
use crate::support::text::Text;
use crate::{IRELAND, TOKYO, VIRGINIA};

/// Pushes of 60 MB to Virginia under these tags.
fn pushing(burst: &str, tags: &str) -> Text {
    Text::new().rule(VIRGINIA, &[IRELAND]).toml(&format!(
        "[pushes.ci]\nregistry = '{VIRGINIA}'\nrepositories = ['app']\nsize = '60 MB'\nburst = {burst}\ntags = {tags}"
    ))
}

fn four() -> Text {
    pushing("{ images = 4, over = '40 min' }", "['{n}']")
}

/// Adds deployments of all pushes.
fn deploying(text: Text, name: &str, registry: &str, delay: &str, more: &str) -> Text {
    text.toml(&format!(
        "[deployments.{name}]\nfollows = 'ci'\nregistry = '{registry}'\ndelay = '{delay}'\n{more}"
    ))
}

/// Returns the row of the only stream.
fn row(run: &Run) -> &DeploymentRow {
    let [row] = run.outcome.deployments.as_slice() else {
        panic!("one stream has one row");
    };
    row
}

/// Returns deployments, missed and gave up.
fn counts(run: &Run) -> [u64; 3] {
    let row = row(run);
    [row.deployments, row.missed, row.gave_up]
}

fn longest_wait_s(run: &Run) -> Option<f64> {
    row(run).wait_max_s.map(|wait| wait.0.as_secs_f64())
}

#[test]
fn a_deployment_waits_for_the_first_pull_after_the_arrival() {
    // Pulls 10, 20, 40 and 80 s after the push: waits of 10, 20 and 40 s. The image is there after 61 s.
    let run = deploying(four(), "x", IRELAND, "10 s", "").run();
    assert_eq!(counts(&run), [4, 4, 0]);
    assert_eq!(longest_wait_s(&run), Some(70.0));
    assert_eq!(run.metric("deploy_wait", "", "mean"), Some(70.0));
    assert_eq!(run.metric("deploy_wait", "", "count"), Some(4.0));
    assert_eq!(run.metric("deploys_missed", "", "total"), Some(4.0));
    assert_eq!(run.metric("deploys_missed", "", "rate"), Some(1.0));
}

#[test]
fn waits_grow_by_their_factor_up_to_the_longest() {
    // Pulls 10, 20, 35, 50 and 65 s after the push.
    let capped = "backoff = { first = '10 s', factor = 1.5, max = '15 s' }";
    let run = deploying(four(), "x", IRELAND, "10 s", capped).run();
    assert_eq!(longest_wait_s(&run), Some(55.0));
}

#[test]
fn the_last_pull_is_not_later_than_the_deadline() {
    let run = |give_up: &str| {
        let more = format!("give_up = '{give_up}'");
        deploying(four(), "x", IRELAND, "10 s", &more).run()
    };
    // The pull 80 s after the push is 70 s after the first one.
    let in_time = run("70 s");
    assert_eq!(counts(&in_time), [4, 4, 0]);
    let late = run("69 s");
    assert_eq!(counts(&late), [4, 4, 4]);
    assert_eq!(longest_wait_s(&late), None);
    assert_eq!(late.metric("deploy_wait", "", "mean"), None);
    assert_eq!(late.metric("deploy_wait", "", "within(30 min)"), Some(0.0));
    // The gate is that of the image, whatever became of the deployment.
    assert_eq!(row(&late).gate_p999_s.map(|gate| gate.0), Some(61.0));
}

#[test]
fn at_one_instant_the_image_arrives_before_it_is_pulled() {
    let run = deploying(four(), "x", IRELAND, "61 s", "").run();
    assert_eq!(counts(&run), [4, 0, 0]);
    assert_eq!(run.metric("deploy_wait", "", "max"), Some(0.0));
    let run = deploying(four(), "x", VIRGINIA, "0 s", "").run();
    assert_eq!(counts(&run), [4, 0, 0]);
    assert_eq!(row(&run).gate_p999_s.map(|gate| gate.0), Some(0.0));
}

#[test]
fn a_gate_is_the_time_until_the_image_is_there_and_everywhere() {
    // At half the speed, Tokyo has it after 121 s.
    let slow = "[links.'* -> ap-northeast-1']\nper_copy = '4 Mbit/s'";
    let text = four().rule(VIRGINIA, &[TOKYO]).toml(slow);
    let run = deploying(text, "x", IRELAND, "10 s", "").run();
    let row = row(&run);
    let gates = [
        row.gate_p90_s,
        row.gate_p95_s,
        row.gate_p99_s,
        row.gate_p999_s,
    ];
    assert_eq!(gates.map(|gate| gate.map(|gate| gate.0)), [Some(61.0); 4]);
    let everywhere = [row.everywhere_p90_s, row.everywhere_p999_s];
    assert_eq!(
        everywhere.map(|gate| gate.map(|gate| gate.0)),
        [Some(121.0); 2]
    );
    let curve: Vec<(&str, u64, f64)> = run
        .outcome
        .gates
        .iter()
        .map(|row| (row.registry.as_str(), row.failed, row.failed_share.0))
        .collect();
    assert_eq!(
        curve,
        [
            (IRELAND, 4, 1.0),
            (IRELAND, 0, 0.0),
            ("", 4, 1.0),
            ("", 0, 0.0)
        ]
    );
    // A bucket ends at most 1.6 % above what it holds.
    let gate_s = run.outcome.gates[1].gate_s.0.as_secs_f64();
    assert!((61.0..62.0).contains(&gate_s), "{gate_s}");
}

#[test]
fn a_gate_of_unequal_copies_is_a_nearest_rank() {
    // A link of one slot, four pushes at once: there after 61, 121, 181 and 241 s.
    let at_once = pushing("{ images = 4 }", "['{n}']").toml("[links.'* -> eu-west-1']\nslots = 1");
    let run = deploying(at_once.clone(), "x", IRELAND, "3 min", "").run();
    // Pulls after 180 s: the third and the fourth miss, and find it after 190 and 250 s.
    assert_eq!(counts(&run), [4, 2, 0]);
    assert_eq!(longest_wait_s(&run), Some(70.0));
    assert_eq!(run.metric("deploy_wait", "", "mean"), Some(80.0 / 4.0));
    let near = |found: Option<f64>, expected: f64| {
        assert!(
            found.is_some_and(|found| (found / expected - 1.0).abs() < 1e-3),
            "{found:?}"
        );
    };
    near(row(&run).gate_p90_s.map(|gate| gate.0), 241.0);
    let failed: Vec<u64> = run.outcome.gates[..5]
        .iter()
        .map(|row| row.failed)
        .collect();
    assert_eq!(failed, [4, 3, 2, 1, 0]);
}

#[test]
fn a_copy_that_failed_is_never_there() {
    let prod = "prod/eu-west-1";
    let text = four().rule(VIRGINIA, &[prod]);
    let run = deploying(text, "x", prod, "10 s", "give_up = '10 min'").run();
    assert_eq!(counts(&run), [4, 4, 4]);
    assert_eq!(row(&run).gate_p90_s, None);
    assert_eq!(row(&run).everywhere_p90_s, None);
    assert_eq!(run.outcome.gates[0].failed, 4);
}

#[test]
fn a_registry_that_never_holds_the_image_lets_all_give_up() {
    let run = deploying(four(), "x", TOKYO, "10 s", "give_up = '1 min'").run();
    assert_eq!(counts(&run), [4, 4, 4]);
    assert_eq!(row(&run).everywhere_p90_s.map(|gate| gate.0), Some(61.0));
}

#[test]
fn a_tag_that_a_later_push_took_is_not_there() {
    // Pushes at 0 and 20 s, in Ireland at 61 and 81 s: `latest` stands on the first image for 20 s.
    let moving = || pushing("{ images = 2, over = '40 s' }", "['latest']");
    let quick = deploying(moving(), "x", IRELAND, "65 s", "").run();
    assert_eq!(counts(&quick), [2, 0, 0]);
    let slow = deploying(moving(), "x", IRELAND, "85 s", "give_up = '5 min'").run();
    assert_eq!(counts(&slow), [2, 1, 1]);
    assert_eq!(row(&slow).gate_p99_s.map(|gate| gate.0), Some(61.0));
    // By a tag of its own the first image is found.
    let own = pushing("{ images = 2, over = '40 s' }", "['{n}', 'latest']");
    let own = deploying(own, "x", IRELAND, "85 s", "").run();
    assert_eq!(counts(&own), [2, 0, 0]);
}

#[test]
fn a_deleted_image_is_not_there() {
    // The first is deleted after 5 min, the deployments pull 6 min after each push.
    let text = four().delete_tag("5 min", IRELAND, "app", "1");
    let run = deploying(text, "x", IRELAND, "6 min", "give_up = '10 min'").run();
    assert_eq!(counts(&run), [4, 1, 1]);
}

#[test]
fn only_measured_pushes_are_deployed_and_only_pulls_in_the_run_count() {
    let warm = four().key("warmup = '15 min'");
    let run = deploying(warm, "x", IRELAND, "10 s", "").run();
    assert_eq!(counts(&run), [2, 2, 0]);
    // First pulls at 40, 50, 60 and 70 min: the run ends after 60.
    let run = deploying(four(), "x", IRELAND, "40 min", "").run();
    assert_eq!(counts(&run), [3, 0, 0]);
}

#[test]
fn the_end_of_the_run_finds_one_trying() {
    let late = pushing("{ images = 1, first = '59 min 30 s' }", "['{n}']");
    let run = deploying(late, "x", IRELAND, "10 s", "").run();
    assert_eq!(counts(&run), [1, 1, 0]);
    assert_eq!(longest_wait_s(&run), None);
    // It has tried for 20 s only: nobody knows yet.
    assert_eq!(run.metric("deploy_wait", "", "within(30 min)"), None);
    assert_eq!(row(&run).gate_p90_s, None);
}

#[test]
fn thresholds_ask_one_stream_or_all() {
    let text = deploying(four(), "early", IRELAND, "10 s", "");
    let text = deploying(text, "late", IRELAND, "2 min", "").toml(
        "[thresholds]\n'deploy_wait' = ['mean == 35 s']\n'deploy_wait{stream=early}' = ['mean == 70 s']\n\
         'deploys_missed{stream=late}' = ['total == 0']\n'deploys_missed' = ['rate == 0.5']\n\
         'deploy_wait{stream=late}' = ['within(30 min) == 1']",
    );
    let run = text.run();
    let verdicts: Vec<(Option<f64>, bool)> = run
        .outcome
        .thresholds
        .iter()
        .map(|verdict| (verdict.observed, verdict.held))
        .collect();
    let all = [35.0, 70.0, 0.0, 0.5, 1.0];
    let mut observed: Vec<f64> = verdicts.iter().filter_map(|it| it.0).collect();
    let mut expected = all.to_vec();
    observed.sort_by(f64::total_cmp);
    expected.sort_by(f64::total_cmp);
    assert_eq!(observed, expected);
    assert!(verdicts.iter().all(|(_, held)| *held));
}

/// A copy takes 2 s or 4 s, by chance, and a deployment pulls every second from the push on: it finds the image a second
/// after it came, for pulls come before arrivals of their instant that wait for a start. So its wait is as uncertain as
/// the latency: to the last digit of the interval. Giving up after 3 s, it misses what takes 4 s, and the share within 3 s
/// stays as uncertain as that of latencies within 2 s.
#[test]
fn a_wait_is_as_sure_as_the_latency_that_it_follows() {
    let half_widths = |give_up: &str| {
        let run = Text::new()
            .lasting("10 h")
            .rule(VIRGINIA, &[IRELAND])
            .toml(&format!(
                "[pushes.ci]\nregistry = '{VIRGINIA}'\nrepositories = ['app']\nrate = '200 per hour'\nsize = '1 kB'\n\
                 [deployments.web]\nfollows = 'ci'\nregistry = '{IRELAND}'\ndelay = '0 s'\n\
                 backoff = {{ first = '1 s', factor = 1.0, max = '1 s' }}\ngive_up = '{give_up}'\n\
                 [thresholds]\ndeploy_wait = ['within(2 s) > 0', 'within(3 s) > 0']"
            ))
            .run_with(&[
                "latency.dispatch={ mixture = [{ weight = 1, of = '2 s' }, { weight = 1, of = '4 s' }] }",
                "links.'* -> *'.per_copy='unlimited'",
            ]);
        let sure = |metric: &str, statistic: &str| {
            let mut metrics = run.outcome.metrics.iter();
            let found = metrics.find(|of| {
                (of.metric, of.destination.as_str(), of.statistic.as_str())
                    == (metric, "", statistic)
            });
            found.expect("a metric").half_width
        };
        [
            sure("deploy_wait", "mean"),
            sure("replication_latency", "mean"),
            sure("deploy_wait", "within(3 s)"),
            sure("replication_latency", "within(2 s)"),
        ]
    };
    let same = |one: Option<f64>, other: Option<f64>| {
        let (one, other) = one.zip(other).expect("2,000 are enough");
        assert!(
            one > 0.0 && (one - other).abs() < 1e-9 * one,
            "{one} is {other}"
        );
    };
    let [wait, latency, wait_share, latency_share] = half_widths("1 h");
    same(wait, latency);
    same(wait_share, latency_share);
    let [_, _, wait_share, latency_share] = half_widths("3 s");
    same(wait_share, latency_share);
}

#[test]
fn what_a_backfill_brings_is_available_from_then_on() {
    // Denied until 25 min; a backfill at 35 min copies the images of 0, 10 and 20 min, and that of 30 min comes by itself:
    // each is there 61 s after it was requested.
    let denied = pushing("{ images = 4, over = '40 min' }", "['{n}']")
        .rule(VIRGINIA, &["prod/us-east-1"])
        .event(
            "25 min",
            "PutRegistryPolicy",
            "registry = 'prod/us-east-1'\npermissions = { in = { principals = ['build'] } }",
        )
        .event(
            "35 min",
            "StartReplicationBackfill",
            &format!("registry = '{VIRGINIA}'\ndestination = 'prod/us-east-1'"),
        );
    let run = deploying(denied, "x", "prod/us-east-1", "10 s", "give_up = '50 min'").run();
    // Pushes at 0, 10, 20 and 30 min are there at 36 min 1 s and 31 min 1 s: after 2161, 1561, 961 and 61 s.
    let found: Vec<(f64, u64)> = run
        .outcome
        .gates
        .iter()
        .filter(|row| !row.registry.is_empty())
        .map(|row| (row.gate_s.0.as_secs_f64().round(), row.failed))
        .collect();
    let expected = [(0.0, 4), (61.0, 3), (961.0, 2), (1561.0, 1), (2161.0, 0)];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for ((gate_s, failed), (expected_s, left)) in found.iter().zip(expected) {
        // A bucket is at most a 64th wide.
        assert!(
            (gate_s - expected_s).abs() <= expected_s / 64.0,
            "{found:?}"
        );
        assert_eq!(*failed, left, "{found:?}");
    }
    // Everywhere with Ireland, where each was after 61 s.
    assert_eq!(counts(&run), [4, 4, 0]);
    let slowest = row(&run).everywhere_p999_s.expect("it came everywhere").0;
    assert!((slowest - 2161.0).abs() < 2161.0 / 64.0, "{slowest}");
}

#[test]
fn the_end_of_a_backfill_forgets_no_push_that_is_still_on_its_way() {
    // 60 MB at 0.1 MB/s: in Ireland after 601 s. In Tokyo after 61 s; a backfill there at 2 min has nothing to move.
    let text = pushing("{ images = 1, over = '40 min' }", "['{n}']")
        .toml("[links.'us-east-1 -> eu-west-1']\nper_copy = '0.8 Mbit/s'")
        .rule(VIRGINIA, &[TOKYO])
        .event(
            "2 min",
            "StartReplicationBackfill",
            &format!("registry = '{VIRGINIA}'\ndestination = '{TOKYO}'"),
        );
    let run = deploying(text, "x", IRELAND, "10 s", "").run();
    assert_eq!(run.outcome.backfills[0].completed, 1);
    let gate = row(&run).gate_p999_s.expect("it came").0;
    assert!((gate - 601.0).abs() < 601.0 / 64.0, "{gate}");
}
