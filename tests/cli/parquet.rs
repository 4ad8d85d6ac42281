//! `ecrsim run --replications parquet`: the folder around the file; its values are compared in the writer's own tests.

use std::fs::File;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::case::{Case, Ran, SHOP, assert_same_folders, entries};

const RUN: &str = "run shop.toml --quiet --replications parquet";

fn run(out: &str) -> Ran {
    let case = Case::new().scenario(SHOP).args(RUN);
    case.args("--out").arg(out).succeeds()
}

/// Returns the names of the columns and the number of rows.
fn shape(path: &Path) -> (Vec<String>, usize) {
    let file = SerializedFileReader::new(File::open(path).expect("a file")).expect("Parquet");
    let facts = file.metadata().file_metadata();
    let columns = facts.schema_descr().columns().iter();
    let names = columns.map(|column| column.name().to_owned()).collect();
    (names, facts.num_rows().try_into().expect("not negative"))
}

#[test]
fn it_stands_in_the_place_of_the_csv_file() {
    let ran = run("typed")
        .then()
        .args("run shop.toml --quiet --out text")
        .succeeds();
    let expected = entries(&ran.path("text"))
        .iter()
        .map(|name| name.replace("replications.csv", "replications.parquet"))
        .collect::<Vec<_>>();
    assert_eq!(entries(&ran.path("typed")), expected);
    let text = ran.read("text/replications.csv");
    let header: Vec<_> = text.lines().next().expect("a header").split(',').collect();
    let (columns, rows) = shape(&ran.path("typed/replications.parquet"));
    assert_eq!(columns, header);
    assert_eq!(rows, text.lines().count() - 1);
}

#[test]
fn same_seed_gives_the_same_bytes() {
    let ran = run("one").then().args(RUN).args("--out two").succeeds();
    assert_same_folders(&ran.path("one"), &ran.path("two"));
}

#[test]
fn charts_are_drawn_again_without_the_csv_file() {
    let ran = run("run").then();
    let ran = ran.args(RUN).args("--out drawn-again").succeeds().then();
    let ran = ran.args("report drawn-again").succeeds();
    assert_same_folders(&ran.path("run"), &ran.path("drawn-again"));
}

#[test]
fn a_run_of_another_kind_leaves_no_file_of_the_first() {
    let ran = run("run").then();
    let ran = ran.args("run shop.toml --quiet --out run").succeeds();
    let names = entries(&ran.path("run"));
    let found = names.iter().filter(|name| name.starts_with("replications"));
    assert_eq!(found.collect::<Vec<_>>(), ["replications.csv"]);
}

#[test]
fn a_run_without_replications_has_a_file_without_rows() {
    let toml = SHOP.replace("destinations =", "prefixes = [\"none/\"]\ndestinations =");
    let case = Case::new().scenario(&toml).args(RUN).args("--out none");
    let ran = case.succeeds();
    assert_eq!(shape(&ran.path("none/replications.parquet")).1, 0);
}
