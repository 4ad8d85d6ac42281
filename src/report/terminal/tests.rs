//! The summary as it is printed: pinned snapshots, and the lines and columns that it never passes.

use insta::assert_snapshot;

use super::*;
use crate::measure::table::Usd;
use crate::report::samples::{self, Size};

fn table(outcome: &Outcome, screen: Screen) -> String {
    let folder = Some(Path::new("output/shop"));
    summary(Format::Table, &samples::facts(), outcome, folder, screen)
}

fn large(destinations: usize) -> Outcome {
    samples::outcome(Size {
        destinations,
        ..samples::SMALL
    })
}

#[test]
fn two_destinations() {
    assert_snapshot!(table(&samples::small(), Screen::default()), @r"
    shop: 30 d from 2026-03-01 00:00 UTC, seed 1, ecrsim 0.1.0

    latency* by destination  requested  completed     p50     p95      p99     max  within 30 min
    prod/ap-northeast-1         15,304     15,298  4.63 s  17.9 s   34.5 s  4.68 h         99.9 %
    prod/eu-west-1              15,411     15,406     4 s  15.4 s     29 s  10.5 h        99.84 %
    all                         30,715     30,704  4.63 s  17.9 s  34.5 s~    12 h        99.71 %
    all, 95 % intervals: mean 20.3 ± 1.0 s, p50 4.63 ± 0.23 s, p95 17.86 ± 0.89 s

    cost                             quantity     USD  USD at internet rates
    transfer*                     2,573.6 GiB   51.47                 231.62
    storage, pushed images    387.4 GiB-month   38.74                  38.74
    storage, replicas       1,029.4 GiB-month  102.94                 102.94
    storage, orphans          257.4 GiB-month   25.74                  25.74
    total                                      218.89                 399.04

    7 failed: 7 TransferFailed
    ✗ replication_latency{destination=prod/ap-northeast-1} p95 < 20 s: 24.5 s
    ✓ replication_latency p99 < 30 min: 23.4 min
    ✓ replication_latency within(30 min) >= 0.99: 0.99712 (too close to call)
    ✓ total_usd total < 500 USD: 61.25 USD
    * assumed: latency preset `observed`, transfer at inter-region rates (price table aws-2026)
    ~ fewer than 10 samples beyond it
    files: output/shop
    ");
}

#[test]
fn thirty_destinations() {
    assert_snapshot!(table(&large(30), Screen::default()), @r"
    shop: 30 d from 2026-03-01 00:00 UTC, seed 1, ecrsim 0.1.0

    latency* by destination       requested  completed     p50     p95        p99     max  within 30 min
    staging-and-i…n/eu-central-1     15,126     15,093  21.1 s  79.6 s   2.65 min    12 h        99.88 %
    staging-and-i…tion/us-west-2     15,234     15,200  21.3 s  81.2 s   2.62 min  5.26 h        99.92 %
    staging-and-i…tion/us-east-1     15,384     15,352  20.6 s  80.2 s   2.62 min  9.06 h        99.88 %
    … the worst 3 by p99, and 27 more in destinations.csv
    all                             462,213    461,628  21.3 s  81.2 s  2.65 min~    12 h        99.71 %
    all, 95 % intervals: mean 42.8 ± 2.1 s, p50 21.3 ± 1.1 s, p95 81.2 ± 4.1 s

    cost                              quantity       USD  USD at internet rates
    transfer*                     38,693.2 GiB    773.86               3,482.39
    storage, pushed images     387.4 GiB-month     38.74                  38.74
    storage, replicas       15,477.3 GiB-month  1,547.73               1,547.73
    storage, orphans         3,869.3 GiB-month    386.93                 386.93
    total                                       2,747.26               5,455.79

    525 failed: 525 TransferFailed
    ✗ replication_latency{destination=prod/ap-northeast-1} p95 < 20 s: 24.5 s
    ✓ replication_latency p99 < 30 min: 23.4 min
    ✓ replication_latency within(30 min) >= 0.99: 0.99712 (too close to call)
    ✓ total_usd total < 500 USD: 61.25 USD
    * assumed: latency preset `observed`, transfer at inter-region rates (price table aws-2026)
    ~ fewer than 10 samples beyond it
    files: output/shop
    ");
}

#[test]
fn nothing_replicated() {
    assert_snapshot!(table(&samples::empty(), Screen::default()), @r"
    shop: 30 d from 2026-03-01 00:00 UTC, seed 1, ecrsim 0.1.0

    no replication was measured

    cost   quantity   USD  USD at internet rates
    total            0.00                   0.00

    no replication failed
    * assumed: latency preset `observed`, transfer at inter-region rates (price table aws-2026)
    files: output/shop
    ");
}

#[test]
fn markdown() {
    let folder = Some(Path::new("output/shop"));
    let text = summary(
        Format::Markdown,
        &samples::facts(),
        &samples::small(),
        folder,
        Screen::default(),
    );
    assert_snapshot!(text, @r"
    ### shop: 30 d from 2026-03-01 00:00 UTC, seed 1, ecrsim 0.1.0

    | latency\* by destination | requested | completed | p50 | p95 | p99 | max | within 30 min |
    | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | prod/ap-northeast-1 | 15,304 | 15,298 | 4.63 s | 17.9 s | 34.5 s | 4.68 h | 99.9 % |
    | prod/eu-west-1 | 15,411 | 15,406 | 4 s | 15.4 s | 29 s | 10.5 h | 99.84 % |
    | all | 30,715 | 30,704 | 4.63 s | 17.9 s | 34.5 s\~ | 12 h | 99.71 % |

    all, 95 % intervals: mean 20.3 ± 1.0 s, p50 4.63 ± 0.23 s, p95 17.86 ± 0.89 s

    | cost | quantity | USD | USD at internet rates |
    | --- | ---: | ---: | ---: |
    | transfer\* | 2,573.6 GiB | 51.47 | 231.62 |
    | storage, pushed images | 387.4 GiB-month | 38.74 | 38.74 |
    | storage, replicas | 1,029.4 GiB-month | 102.94 | 102.94 |
    | storage, orphans | 257.4 GiB-month | 25.74 | 25.74 |
    | total |  | 218.89 | 399.04 |

    7 failed: 7 TransferFailed

    - ✓ replication\_latency p99 \< 30 min: 23.4 min
    - ✓ replication\_latency within(30 min) \>= 0.99: 0.99712 (too close to call)
    - ✗ replication\_latency{destination=prod/ap-northeast-1} p95 \< 20 s: 24.5 s
    - ✓ total\_usd total \< 500 USD: 61.25 USD

    - \* assumed: latency preset `observed`, transfer at inter-region rates (price table aws-2026)
    - \~ fewer than 10 samples beyond it
    - files: output/shop
    ");
}

#[test]
fn it_never_passes_its_lines_and_columns() {
    for destinations in [1, 2, 5, 6, 7, 12, 75] {
        let run = large(destinations);
        for thresholds in [0, 1, 4, 40] {
            for columns in [None, Some(60), Some(80), Some(300)] {
                let mut outcome = run.clone();
                let pattern = outcome.thresholds.clone();
                outcome.thresholds = pattern.into_iter().cycle().take(thresholds).collect();
                let screen = Screen {
                    columns,
                    colour: false,
                };
                let text = table(&outcome, screen);
                assert!(text.lines().count() <= MAX_LINES, "{text}");
                let widest = text.lines().map(|line| line.chars().count()).max();
                let most = columns.unwrap_or(MAX_COLUMNS).min(MAX_COLUMNS);
                assert!(widest.is_some_and(|widest| widest <= most), "{text}");
            }
        }
    }
}

/// Orphans with a sentence longer than a line.
fn orphans() -> crate::measure::outcome::Orphans {
    let pass = |share| crate::measure::outcome::OrphanPass {
        share,
        at: None,
        by: None,
    };
    crate::measure::outcome::Orphans {
        storage_usd: 316.76,
        orphan_usd: 207.81,
        growth_bytes_per_month: 5.44e12,
        growth_usd_per_month: 506.84,
        passes: [0.1, 0.25, 0.5].map(pass).to_vec(),
    }
}

#[test]
fn orphans_stand_below_the_bill() {
    let mut outcome = large(30);
    outcome.orphans = Some(orphans());
    let text = table(&outcome, Screen::default());
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() <= MAX_LINES, "{text}");
    let total = lines.iter().position(|line| line.starts_with("total "));
    let below = total.and_then(|total| lines.get(total + 1));
    assert!(
        below
            .is_some_and(|line| line
                .starts_with("orphans: 65.6 % of storage, +5.44 TB, +506.8 USD a month; ")),
        "{text}"
    );
}

#[test]
fn a_breached_threshold_is_never_cut() {
    let mut outcome = large(75);
    let held = outcome.thresholds[0].clone();
    let breached = outcome.thresholds[2].clone();
    outcome.thresholds = vec![held; 40];
    outcome.thresholds.push(breached);
    let text = table(&outcome, Screen::default());
    assert!(text.contains("✗ replication_latency{destination=prod/ap-northeast-1}"));
}

#[test]
fn a_transfer_rate_without_a_price_says_so() {
    let mut outcome = samples::small();
    outcome.other_reading.transfer_usd = None;
    let text = table(&outcome, Screen::default());
    assert_eq!(text.matches("no price").count(), 2, "{text}");
    outcome.other_reading.transfer_usd = Some(Usd(1_000.0));
    let text = table(&outcome, Screen::default());
    assert!(text.contains("1,000.00"), "{text}");
}

/// Without a variance the mean has no bounds: what has some is shown, and the maximum.
#[test]
fn a_mean_without_variance_is_left_out() {
    let mut outcome = samples::small();
    outcome.notes = vec!["no ± for the mean: of infinite variance".to_owned()];
    for value in &mut outcome.metrics {
        match value.statistic.as_str() {
            "mean" => value.half_width = None,
            "within(30 min)" => value.half_width = Some(0.001_2),
            _ => {}
        }
    }
    let text = table(&outcome, Screen::default());
    let line = "all, 95 % intervals: p50 4.63 ± 0.23 s, within 30 min 99.71 ± 0.12 %, max 12 h\n";
    assert!(text.contains(line), "{text}");
    assert!(
        text.contains("\nno ± for the mean: of infinite variance\n"),
        "{text}"
    );
}

#[test]
fn colour_comes_only_when_asked_for() {
    let screen = |colour| Screen {
        columns: None,
        colour,
    };
    assert!(!table(&samples::small(), screen(false)).contains('\u{1b}'));
    assert!(table(&samples::small(), screen(true)).contains("\u{1b}[31m✗"));
}

#[test]
fn json_is_the_file() {
    let outcome = samples::small();
    let text = summary(
        Format::Json,
        &samples::facts(),
        &outcome,
        None,
        Screen::default(),
    );
    assert_eq!(text, SummaryDocument::new(&outcome).text());
}

#[test]
fn deployments_stand_before_the_bill() {
    let mut outcome = samples::small();
    samples::deployments::add(&mut outcome, 2);
    let text = table(&outcome, Screen::default());
    let lines: Vec<&str> = text.lines().collect();
    let place = lines
        .iter()
        .position(|line| line.starts_with("deployments"));
    let place = place.expect("their table");
    assert_eq!(
        lines[place..place + 3],
        [
            "deployments                      count  missed  gave up  wait p99  gate 99 %  99.9 %  all, 99.9 %",
            "cluster-1 (prod/ap-northeast-1)  1,000    10 %        1     1 min      2 min     2 h        never",
            "cluster-0 (prod/eu-west-1)       1,000     0 %        0      30 s      1 min     1 h        never",
        ]
    );
    assert!(lines.len() <= MAX_LINES, "{text}");
    let markdown = summary(
        Format::Markdown,
        &samples::facts(),
        &outcome,
        None,
        Screen::default(),
    );
    assert!(
        markdown.contains(
            "| cluster-1 (prod/ap-northeast-1) | 1,000 | 10 % | 1 | 1 min | 2 min | 2 h | never |"
        ),
        "{markdown}"
    );
}

#[test]
fn many_deployments_leave_room_for_the_others() {
    for destinations in [2, 30] {
        let mut outcome = large(destinations);
        samples::deployments::add(&mut outcome, 20);
        for columns in [60, 80, 100] {
            let screen = Screen {
                columns: Some(columns),
                ..Screen::default()
            };
            let text = table(&outcome, screen);
            let most = MAX_LINES + if columns < 100 { 4 } else { 0 };
            assert!(text.lines().count() <= most, "{text}");
            assert!(
                text.lines().all(|line| line.chars().count() <= columns),
                "{text}"
            );
            assert!(text.contains(" of 20"), "{text}");
        }
    }
}
