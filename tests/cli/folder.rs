//! Where a run lands, what it replaces, and what it leaves when it cannot.

use std::fs;

use crate::case::{Case, SHOP, entries};

#[test]
fn default_place_is_named_after_the_scenario() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet")
        .succeeds();
    ran.leaves_only(&["output", "shop.toml"]);
}

#[test]
fn later_run_replaces_an_earlier_one() {
    let one = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet --png")
        .succeeds();
    let two = one
        .then()
        .args("run shop.toml --quiet --seed 2 --replications none")
        .succeeds();
    assert_eq!(two.json("output/shop/run.json")["seed"], 2);
    assert!(
        !two.path("output/shop/replications.csv").exists(),
        "nothing is left of the first"
    );
    assert_eq!(entries(&two.path("output")), ["shop"]);
}

#[test]
fn empty_folder_is_filled() {
    let case = Case::new().scenario(SHOP);
    fs::create_dir(case.path("here")).expect("a folder");
    let ran = case.args("run shop.toml --quiet --out here").succeeds();
    assert!(ran.path("here/run.json").is_file());
}

#[test]
fn somebody_elses_folder_is_left_alone() {
    let case = Case::new().scenario(SHOP).file("photos/cat.jpg", "meow");
    let ran = case.args("run shop.toml --quiet --out photos").ends_with(2);
    let ran = ran
        .complains(&["photos", "--force"])
        .leaves_only(&["photos", "shop.toml"]);
    assert_eq!(ran.read("photos/cat.jpg"), "meow");
}

#[test]
fn force_replaces_it() {
    let case = Case::new().scenario(SHOP).file("photos/cat.jpg", "meow");
    let ran = case
        .args("run shop.toml --quiet --out photos --force")
        .succeeds();
    assert!(ran.path("photos/run.json").is_file());
    assert!(!ran.path("photos/cat.jpg").exists());
}

#[test]
fn place_below_a_file_cannot_be_written() {
    let case = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet --out shop.toml/run");
    let ran = case.ends_with(1);
    ran.complains(&["cannot make `shop.toml`"])
        .leaves_only(&["shop.toml"]);
}

#[cfg(target_os = "linux")]
#[test]
fn place_that_the_system_refuses_is_the_worlds_fault() {
    let ran = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet --out /proc/ecrsim")
        .ends_with(1);
    ran.complains(&["/proc"]).leaves_only(&["shop.toml"]);
}

#[test]
fn refused_run_leaves_an_earlier_one_as_it_was() {
    let one = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet")
        .succeeds();
    let before = one.read("output/shop/run.json");
    let wrong = SHOP.replace("us-east-1", "us-esat-1");
    let two = one
        .then()
        .scenario(&wrong)
        .args("run shop.toml --quiet")
        .ends_with(2);
    assert_eq!(two.read("output/shop/run.json"), before);
    assert_eq!(entries(&two.path("output")), ["shop"]);
}
