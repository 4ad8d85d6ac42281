//! A run's folder appears whole or not at all, and replaces only what a run has written.

use super::*;

/// Makes a run's folder at `place` that holds `run.json` and a table with `text` in them.
fn run(place: &Path, force: bool, text: &str) -> Result<PathBuf, FileError> {
    let folder = RunFolder::create(place, force)?;
    fs::write(folder.path().join("summary.csv"), text).expect("written");
    fs::write(folder.path().join(RUN_FILE), text).expect("written");
    folder.publish()
}

fn home() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a folder");
    let place = home.path().join("output/shop");
    (home, place)
}

/// Names of everything in `folder`, hidden or not.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("it is there")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("ASCII")
        })
        .collect();
    names.sort();
    names
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("it is there")
}

#[test]
fn a_run_is_absent_until_it_is_whole() {
    let (_home, place) = home();
    let folder = RunFolder::create(&place, false).expect("nothing is there");
    assert!(!place.exists());
    fs::write(folder.path().join(RUN_FILE), "{}").expect("written");
    let published = folder.publish().expect("published");
    assert_eq!(names(&published), [RUN_FILE]);
    assert_eq!(names(place.parent().expect("it has one")), ["shop"]);
}

#[test]
fn an_abandoned_run_leaves_nothing() {
    let (home, place) = home();
    let folder = RunFolder::create(&place, false).expect("nothing is there");
    fs::write(folder.path().join("links.csv"), "half a").expect("written");
    drop(folder);
    assert!(names(home.path()).is_empty());
}

#[test]
fn an_interrupted_run_leaves_nothing_and_is_not_published() {
    let (home, place) = home();
    let folder = RunFolder::create(&place, false).expect("nothing is there");
    fs::write(folder.path().join(RUN_FILE), "{}").expect("written");
    folder.leftover().remove();
    assert!(names(home.path()).is_empty());
    folder.publish().expect_err("it was interrupted");
}

#[test]
fn the_handle_of_a_published_run_removes_nothing() {
    let (_home, place) = home();
    let folder = RunFolder::create(&place, false).expect("nothing is there");
    fs::write(folder.path().join(RUN_FILE), "{}").expect("written");
    let leftover = folder.leftover();
    folder.publish().expect("published");
    leftover.remove();
    assert_eq!(names(&place), [RUN_FILE]);
}

#[test]
fn an_earlier_run_is_replaced_whole() {
    let (_home, place) = home();
    run(&place, false, "old").expect("nothing is there");
    fs::write(place.join("of-an-old-version.csv"), "old").expect("written");
    run(&place, false, "new").expect("a run is replaced");
    assert_eq!(names(&place), [RUN_FILE, "summary.csv"]);
    assert_eq!(read(&place, RUN_FILE), "new");
    assert_eq!(names(place.parent().expect("it has one")), ["shop"]);
}

#[test]
fn an_earlier_run_stays_until_the_new_one_is_whole() {
    let (_home, place) = home();
    run(&place, false, "old").expect("nothing is there");
    drop(RunFolder::create(&place, false).expect("a run may be replaced"));
    assert_eq!(read(&place, RUN_FILE), "old");
}

#[test]
fn an_empty_folder_is_filled_and_stays_the_same_folder() {
    let (_home, place) = home();
    fs::create_dir_all(&place).expect("made");
    let folder = RunFolder::create(&place, false).expect("it is empty");
    assert!(
        folder
            .path()
            .starts_with(fs::canonicalize(&place).expect("it is there"))
    );
    fs::create_dir(folder.path().join("charts")).expect("made");
    fs::write(folder.path().join(RUN_FILE), "{}").expect("written");
    folder.publish().expect("published");
    assert_eq!(names(&place), ["charts", RUN_FILE]);
}

#[test]
fn an_empty_folder_is_empty_again_after_an_abandoned_run() {
    let (_home, place) = home();
    fs::create_dir_all(&place).expect("made");
    drop(RunFolder::create(&place, false).expect("it is empty"));
    assert!(names(&place).is_empty());
}

#[test]
fn what_a_killed_run_left_does_not_stand_in_the_way() {
    let (_home, place) = home();
    fs::create_dir_all(place.join(".ecrsim-1-0")).expect("made");
    run(&place, false, "new").expect("nothing of value is there");
    assert_eq!(read(&place, RUN_FILE), "new");
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let (_home, place) = home();
    fs::create_dir_all(&place).expect("made");
    fs::write(place.join("thesis.txt"), "years of work").expect("written");
    let error = RunFolder::create(&place, false).expect_err("it is not ours");
    assert_eq!(error.reason.kind(), ErrorKind::AlreadyExists);
    assert_eq!(names(&place), ["thesis.txt"]);
    assert_eq!(names(place.parent().expect("it has one")), ["shop"]);
}

#[test]
fn force_replaces_it() {
    let (_home, place) = home();
    fs::create_dir_all(&place).expect("made");
    fs::write(place.join("notes.txt"), "not needed").expect("written");
    run(&place, true, "new").expect("forced");
    assert_eq!(names(&place), [RUN_FILE, "summary.csv"]);
}

#[test]
fn a_file_is_replaced_only_by_force() {
    let (_home, place) = home();
    fs::create_dir_all(place.parent().expect("it has one")).expect("made");
    fs::write(&place, "a file").expect("written");
    RunFolder::create(&place, false).expect_err("it is a file");
    run(&place, true, "new").expect("forced");
    assert_eq!(read(&place, RUN_FILE), "new");
}

#[test]
fn what_comes_meanwhile_is_not_overwritten() {
    let (_home, place) = home();
    let folder = RunFolder::create(&place, false).expect("nothing is there");
    fs::write(folder.path().join(RUN_FILE), "{}").expect("written");
    fs::create_dir(&place).expect("made");
    fs::write(place.join("thesis.txt"), "years of work").expect("written");
    folder.publish().expect_err("it is not ours");
    assert_eq!(names(&place), ["thesis.txt"]);
    assert_eq!(names(place.parent().expect("it has one")), ["shop"]);
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed_even_by_force() {
    let (home, place) = home();
    let elsewhere = home.path().join("elsewhere");
    run(&elsewhere, false, "precious").expect("nothing is there");
    fs::create_dir_all(place.parent().expect("it has one")).expect("made");
    std::os::unix::fs::symlink(&elsewhere, &place).expect("linked");
    let error = run(&place, false, "new").expect_err("it is a link");
    assert!(error.to_string().contains("symbolic link"), "{error}");
    run(&place, true, "new").expect("forced");
    assert_eq!(read(&elsewhere, RUN_FILE), "precious");
    assert_eq!(read(&place, RUN_FILE), "new");
    assert!(!place.is_symlink());
}

#[cfg(unix)]
#[test]
fn a_linked_run_json_makes_no_run() {
    let (home, place) = home();
    fs::create_dir_all(&place).expect("made");
    fs::write(home.path().join(RUN_FILE), "{}").expect("written");
    std::os::unix::fs::symlink(home.path().join(RUN_FILE), place.join(RUN_FILE)).expect("linked");
    run(&place, false, "new").expect_err("it is not a run's folder");
}

#[test]
fn a_parent_that_is_a_file_is_the_worlds_fault() {
    let (home, _) = home();
    fs::write(home.path().join("output"), "a file").expect("written");
    let error = RunFolder::create(&home.path().join("output/shop"), false)
        .expect_err("a file has no folders in it");
    assert!(error.to_string().contains("output"), "{error}");
}

#[test]
fn renewing_replaces_what_has_the_same_name_and_nothing_else() {
    let (_home, place) = home();
    run(&place, false, "old").expect("nothing is there");
    renew(&place, RUN_FILE, |folder| {
        fs::write(folder.join("summary.csv"), "new").expect("written");
        fs::create_dir(folder.join("charts")).expect("made");
        Ok(())
    })
    .expect("it is a run's folder");
    assert_eq!(names(&place), ["charts", RUN_FILE, "summary.csv"]);
    assert_eq!(read(&place, "summary.csv"), "new");
    assert_eq!(read(&place, RUN_FILE), "old");
}

#[test]
fn a_failed_renewal_changes_nothing() {
    let (_home, place) = home();
    run(&place, false, "old").expect("nothing is there");
    renew(&place, RUN_FILE, |folder| {
        fs::write(folder.join("summary.csv"), "half").expect("written");
        Err(FileError::new("write", folder, ErrorKind::StorageFull))
    })
    .expect_err("the disk is full");
    assert_eq!(names(&place), [RUN_FILE, "summary.csv"]);
    assert_eq!(read(&place, "summary.csv"), "old");
}

#[test]
fn what_is_no_run_is_not_renewed() {
    let (home, _) = home();
    let error = renew(home.path(), RUN_FILE, |_| Ok(())).expect_err("it holds no run");
    assert!(error.to_string().contains("run.json"), "{error}");
}

#[cfg(unix)]
#[test]
fn renewing_does_not_follow_a_link() {
    let (home, place) = home();
    run(&place, false, "old").expect("nothing is there");
    let elsewhere = home.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("made");
    std::os::unix::fs::symlink(&elsewhere, place.join("charts")).expect("linked");
    renew(&place, RUN_FILE, |folder| {
        fs::create_dir(folder.join("charts")).expect("made");
        fs::write(folder.join("charts/a.svg"), "new").expect("written");
        Ok(())
    })
    .expect("it is a run's folder");
    assert!(names(&elsewhere).is_empty());
    assert_eq!(read(&place, "charts/a.svg"), "new");
}
