//! `ecrsim report`: a folder's pictures come from its tables.

use std::fs;

use crate::case::{Case, SHOP, tree};

#[test]
fn draws_the_same_charts_again() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet --png --out run")
        .succeeds();
    let before = tree(&ran.path("run"));
    let again = ran.then().args("report run").succeeds();
    assert!(tree(&again.path("run")) == before, "a file differs");
}

#[test]
fn lost_charts_come_back() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet --out run")
        .succeeds();
    let before = tree(&ran.path("run"));
    fs::remove_dir_all(ran.path("run/charts")).expect("charts");
    let again = ran.then().args("report run").succeeds();
    assert!(again.stdout.contains("run"), "{}", again.stdout);
    assert!(tree(&again.path("run")) == before, "a file differs");
}

#[test]
fn folder_that_holds_no_run_is_refused() {
    let case = Case::new()
        .file("photos/cat.jpg", "meow")
        .args("report photos");
    case.ends_with(2)
        .complains(&["photos", "run.json"])
        .leaves_only(&["photos"]);
}

#[test]
fn broken_table_is_named() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet --out run")
        .succeeds();
    fs::write(ran.path("run/destinations.csv"), "nonsense\n1\n").expect("a file");
    ran.then()
        .args("report run")
        .ends_with(1)
        .complains(&["destinations.csv"]);
}
