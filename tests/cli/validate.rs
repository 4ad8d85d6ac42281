//! `ecrsim validate`: the card, its shapes, and that threads do not reach it. With two repeats: wide intervals, little time.

use serde_json::Value;

use crate::case::Case;

fn card(args: &str) -> crate::case::Ran {
    Case::new()
        .args("validate --repeats 2 --quiet")
        .args(args)
        .succeeds()
}

#[test]
fn card_is_the_same_on_one_thread_and_on_many() {
    let one = card("--format json --jobs 1");
    let many = card("--format json --jobs 5");
    assert!(one.stdout == many.stdout, "{}\n{}", one.stdout, many.stdout);
    assert_eq!(one.stderr, "");
    let card: Value = serde_json::from_str(&one.stdout).expect("JSON");
    assert_eq!((&card["repeats"], &card["seed"]), (&2.into(), &1.into()));
    check_rows(&card);
    check_intervals_and_warm_ups(&card);
}

/// Each kind of theory that the card promises has its row; each row says where it comes from, and agrees with itself.
fn check_rows(card: &Value) {
    let rows = card["rows"].as_array().expect("rows");
    for (model, quantity) in [
        ("M/M/1,", "mean wait"),
        ("M/M/8", "wait, 90th percentile"),
        ("M/D/1", "mean wait"),
        ("M/G/1-PS", "mean sojourn"),
        ("M/G/1-PS", "slowdown, large"),
        ("sharing, cap", "mean sojourn"),
        ("M/G/infinity", "mean in flight"),
        ("burst", "first idle"),
    ] {
        let is_it = |row: &&Value| {
            let text = |key: &str| row[key].as_str().expect("text").to_owned();
            text("model").starts_with(model) && text("quantity") == quantity
        };
        assert!(rows.iter().any(|row| is_it(&row)), "no {model} {quantity}");
    }
    let mut misses = 0;
    for row in rows {
        let number = |key: &str| row[key].as_f64().expect("a number");
        let holds = (number("low")..=number("high")).contains(&number("theory"));
        assert_eq!(row["verdict"] == "holds", holds, "{row}");
        misses += u64::from(!holds);
        assert!(
            row["source"]
                .as_str()
                .is_some_and(|it| it.contains("19") || it.contains("20"))
        );
        assert!(
            row["scenario"]
                .as_str()
                .is_some_and(|it| it.ends_with(".toml"))
        );
    }
    assert_eq!(card["misses"], misses);
    assert_eq!(card["holds"], true);
}

fn check_intervals_and_warm_ups(card: &Value) {
    let coverage = &card["coverage"];
    assert_eq!(coverage["experiments"], 400);
    let covered = coverage["covered"].as_u64().expect("a number");
    assert!((365..=393).contains(&covered), "{coverage}");
    for check in card["warm_up"].as_array().expect("checks") {
        let number = |key: &str| check[key].as_f64().expect("a number");
        assert!(
            number("bias_at_most") < 0.1 * number("standard_error"),
            "{check}"
        );
    }
}

#[test]
fn table_says_how_many_may_miss() {
    let ran = card("--seed 7");
    let first = ran.stdout.lines().next();
    let title = format!(
        "theory card: 2 repeats, seed 7, ecrsim {}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(first, Some(title.as_str()));
    for text in [
        "theory",
        "95 % interval",
        "more than 5 only once",
        "365 to 393",
        "The card holds.",
    ] {
        assert!(ran.stdout.contains(text), "no {text} in:\n{}", ran.stdout);
    }
    let widest = ran.stdout.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{widest:?}:\n{}", ran.stdout);
    assert!(!ran.stdout.contains('…'), "a name is cut:\n{}", ran.stdout);
}

#[test]
fn markdown_has_two_tables() {
    let ran = Case::new()
        .args("validate --repeats 2 --format markdown")
        .succeeds();
    assert!(ran.stdout.starts_with("### theory card"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("| --- |").count(), 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("events in"), "{}", ran.stderr);
}

#[test]
fn one_repeat_has_no_interval() {
    for args in ["--repeats 1", "--repeats 0", "--jobs 0", "--seed x"] {
        Case::new()
            .args("validate")
            .args(args)
            .ends_with(2)
            .complains(&["invalid value"]);
    }
}
