//! Moves a complete folder into its place, so that at every moment the place holds the old run, the new one or none.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process;

use super::{Occupant, RUN_FILE};
use crate::report::error::FileError;

/// Begins the names of staging folders and of old ones on their way out.
const HIDDEN: &str = ".ecrsim-";

/// Makes a hidden folder of a name that nothing else has.
pub(super) fn make_hidden(parent: &Path) -> io::Result<PathBuf> {
    for number in 0_u64.. {
        let path = parent.join(format!("{HIDDEN}{}-{number}", process::id()));
        match fs::create_dir(&path) {
            Err(reason) if reason.kind() == ErrorKind::AlreadyExists => {}
            made => return made.map(|()| path),
        }
    }
    unreachable!("one of 2^64 names is free")
}

/// Renames `staging` to `place`; what stands there steps aside first and comes back if that fails.
pub(super) fn move_beside(
    staging: &Path,
    place: &Path,
    occupant: Occupant,
) -> Result<(), FileError> {
    let replace = FileError::about("replace", place);
    if occupant == Occupant::Nobody {
        return fs::rename(staging, place).map_err(FileError::about("write", place));
    }
    let parent = place.parent().unwrap_or(place);
    let attic = make_hidden(parent).map_err(FileError::about("write into", parent))?;
    let aside = attic.join("old");
    match fs::rename(place, &aside) {
        Ok(()) => {}
        Err(reason) => {
            remove_tree(&attic);
            return if is_immovable(&reason) && occupant != Occupant::Stranger {
                copy_inside(staging, place)
            } else {
                Err(replace(reason))
            };
        }
    }
    if let Err(reason) = fs::rename(staging, place) {
        // Back as it was; if even that fails, the old folder still exists under the attic's name.
        let _ = fs::rename(&aside, place).and_then(|()| fs::remove_dir(&attic));
        return Err(replace(reason));
    }
    remove_tree(&attic);
    Ok(())
}

/// Says whether a folder could not be renamed because of what it is: a mount point, or another's in a shared folder.
fn is_immovable(reason: &io::Error) -> bool {
    matches!(
        reason.kind(),
        ErrorKind::CrossesDevices | ErrorKind::ResourceBusy | ErrorKind::PermissionDenied
    )
}

/// Copies `staging` into a staging folder inside `place`, then moves its entries up.
fn copy_inside(staging: &Path, place: &Path) -> Result<(), FileError> {
    let inside = make_hidden(place).map_err(FileError::about("write into", place))?;
    copy_tree(staging, &inside)
        .map_err(FileError::about("write into", place))
        .and_then(|()| move_up(&inside, place))
        .inspect_err(|_| remove_tree(&inside))?;
    remove_tree(staging);
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    for entry in entries(from)? {
        let target = to.join(entry.file_name().unwrap_or_default());
        if entry.is_dir() {
            fs::create_dir(&target)?;
            copy_tree(&entry, &target)?;
        } else {
            fs::copy(&entry, &target)?;
        }
    }
    Ok(())
}

/// Moves the entries of `staging` into `place` that holds it, `run.json` last; what stood there goes first, `run.json`
/// before all, and comes back if anything fails.
pub(super) fn move_up(staging: &Path, place: &Path) -> Result<(), FileError> {
    visible_entries(place)
        .and_then(|old| swap(staging, place, &old))
        .map_err(FileError::about("write into", place))
}

/// Moves the entries of `staging` into `place` that holds it, over those of the same names.
pub(super) fn move_over(staging: &Path, place: &Path) -> Result<(), FileError> {
    let same_name = |new: &PathBuf| place.join(new.file_name().unwrap_or_default());
    entries(staging)
        .map(|new| {
            new.iter()
                .map(same_name)
                .filter(|old| old.symlink_metadata().is_ok())
                .collect()
        })
        .and_then(|old: Vec<_>| swap(staging, place, &old))
        .map_err(FileError::about("write into", place))
}

/// Moves `old` entries of `place` out and those of `staging` in; as it was if anything fails.
fn swap(staging: &Path, place: &Path, old: &[PathBuf]) -> io::Result<()> {
    let attic = make_hidden(place)?;
    let swapped = entries(staging).and_then(|new| {
        let out = moves(old, &attic).rev();
        let moves: Vec<_> = out.chain(moves(&new, place)).collect();
        rename_all(&moves)
    });
    match swapped {
        Ok(()) => {
            remove_tree(&attic);
            remove_tree(staging);
        }
        Err(_) => remove_empty(&[attic]),
    }
    swapped
}

/// Returns the moves of `paths` into `folder`, in order, `run.json` last.
fn moves(paths: &[PathBuf], folder: &Path) -> impl DoubleEndedIterator<Item = (PathBuf, PathBuf)> {
    let (last, first): (Vec<_>, Vec<_>) = paths
        .iter()
        .map(|path| {
            (
                path.clone(),
                folder.join(path.file_name().unwrap_or_default()),
            )
        })
        .partition(|(path, _)| path.ends_with(RUN_FILE));
    first.into_iter().chain(last)
}

/// Renames each pair in order; if one fails, those before it are undone.
fn rename_all(moves: &[(PathBuf, PathBuf)]) -> io::Result<()> {
    for (done, (from, to)) in moves.iter().enumerate() {
        if let Err(reason) = fs::rename(from, to) {
            for (from, to) in moves[..done].iter().rev() {
                let _ = fs::rename(to, from);
            }
            return Err(reason);
        }
    }
    Ok(())
}

/// Returns the paths of what is in `folder`, in order of name.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Returns the paths of what is in `folder`, but for staging folders.
pub(super) fn visible_entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = entries(folder)?;
    paths.retain(|path| !is_hidden(path));
    Ok(paths)
}

/// Says whether an entry is a staging folder, such as a run that was killed leaves.
fn is_hidden(entry: &Path) -> bool {
    let name = entry.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with(HIDDEN)
}

/// Removes a folder of ours with all that is in it; links in it are removed, not followed.
///
/// A thread may still be writing into it when a run is interrupted, so it is tried more than once.
pub(super) fn remove_tree(folder: &Path) {
    for _ in 0..8 {
        match fs::remove_dir_all(folder) {
            Err(reason) if reason.kind() == ErrorKind::DirectoryNotEmpty => {}
            _ => return,
        }
    }
}

/// Removes folders that were made, innermost first, unless something else is in them by now.
pub(super) fn remove_empty(outermost_first: &[PathBuf]) {
    for folder in outermost_first.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        fs::create_dir_all(folder.join(name).parent().expect("it has one")).expect("made");
        fs::write(folder.join(name), text).expect("written");
    }

    fn read(folder: &Path, name: &str) -> String {
        fs::read_to_string(folder.join(name)).expect("it is there")
    }

    #[test]
    fn what_was_moved_comes_back_if_a_later_move_fails() {
        let home = tempfile::tempdir().expect("a folder");
        write(home.path(), "a", "first");
        let moves = ["a", "missing"].map(|name| {
            let to = home.path().join(format!("{name}-moved"));
            (home.path().join(name), to)
        });
        rename_all(&moves).expect_err("`missing` is not there");
        assert_eq!(read(home.path(), "a"), "first");
        assert!(!home.path().join("a-moved").exists());
    }

    #[test]
    fn run_json_comes_last() {
        let paths = ["a.csv", "run.json", "z.csv"].map(PathBuf::from);
        let order: Vec<_> = moves(&paths, Path::new("to"))
            .map(|(from, _)| from)
            .collect();
        assert_eq!(order, ["a.csv", "z.csv", "run.json"].map(PathBuf::from));
    }

    /// What happens where a rename over the place is refused, as over a mount point on the same device.
    #[test]
    fn a_folder_that_cannot_be_renamed_is_filled_instead() {
        let home = tempfile::tempdir().expect("a folder");
        let (staging, place) = (home.path().join("staging"), home.path().join("place"));
        write(&staging, "run.json", "new");
        write(&staging, "charts/a.svg", "chart");
        write(&place, "run.json", "old");
        write(&place, "stale.csv", "old");
        copy_inside(&staging, &place).expect("it is filled");
        assert_eq!(read(&place, "run.json"), "new");
        assert_eq!(read(&place, "charts/a.svg"), "chart");
        assert_eq!(entries(&place).expect("it is there").len(), 2);
        assert!(!staging.exists());
    }
}
