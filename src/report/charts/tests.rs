use super::*;
use crate::report::csv_files::write_tables;
use crate::report::run_json::RunDocument;
use crate::report::samples::{self, Size};

/// Writes a made-up run of that size and draws its charts.
fn drawn(name: &str, size: Size, folder: &Path) {
    let folder = &folder.join(name);
    fs::create_dir_all(folder).expect("made");
    let outcome = if size.destinations == 0 {
        samples::empty()
    } else {
        samples::outcome(size)
    };
    write_tables(folder, &outcome).expect("written");
    RunDocument::new(&samples::facts_for(size), &outcome)
        .write(folder)
        .expect("written");
    draw_charts(folder, true).expect("drawn");
    crate::report::summary_json::SummaryDocument::new(&outcome)
        .write(folder)
        .expect("written");
    crate::report::page::write_page(folder).expect("written");
}

#[test]
fn show() {
    let Ok(folder) = std::env::var("SHOW") else {
        return;
    };
    let folder = Path::new(&folder);
    drawn("small", samples::SMALL, folder);
    drawn(
        "large",
        Size {
            destinations: 30,
            revocations: 3,
            ..samples::SMALL
        },
        folder,
    );
    drawn(
        "none",
        Size {
            destinations: 0,
            ..samples::SMALL
        },
        folder,
    );
}
