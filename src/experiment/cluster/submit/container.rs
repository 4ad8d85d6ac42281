//! Where a container sees the files: a volume that all jobs share.

use std::path::{Component, Path, PathBuf};

use super::Settled;

/// An image and the shared volume that it sees.
#[derive(Clone, Debug)]
pub struct Container {
    /// The image, which holds the program.
    pub image: String,
    /// Where the container sees the volume.
    pub mount: String,
    /// The folder here that the volume holds; by default the nearest one that holds both the sweep's file and its folder.
    pub root: Option<PathBuf>,
}

/// What a job in a container is called with.
pub struct Inside {
    /// The sweep's file, as the container sees it.
    pub file: String,
    /// The sweep's folder, as the container sees it.
    pub folder: String,
    /// What the volume must hold, in words.
    pub hint: String,
}

impl Container {
    /// Returns the paths as the container sees them.
    pub(super) fn inside(&self, job: &Settled) -> Result<Inside, String> {
        if !self.mount.starts_with('/') || self.mount.chars().any(char::is_control) {
            return Err(format!(
                "`--mount {}`: write a path from the root on",
                self.mount
            ));
        }
        let (file, folder) = (plain(Path::new(&job.file)), plain(Path::new(&job.folder)));
        let root = match &self.root {
            Some(root) => plain(Path::new(&super::absolute(root)?)),
            None => common(&file, &folder),
        };
        let hint = format!(
            "the volume must hold, under `{}`, what `{}` holds here: the sweep's file and every file that it names",
            self.mount,
            root.display()
        );
        Ok(Inside {
            file: self.seen(&file, &root)?,
            folder: self.seen(&folder, &root)?,
            hint,
        })
    }

    fn seen(&self, path: &Path, root: &Path) -> Result<String, String> {
        let relative = path.strip_prefix(root).map_err(|_| {
            let (path, root) = (path.display(), root.display());
            format!("`{path}` is not in `{root}`, the folder that the volume holds (`--root`)")
        })?;
        let names: Vec<_> = relative.iter().map(|name| name.to_string_lossy()).collect();
        let mount = self.mount.trim_end_matches('/');
        Ok(if names.is_empty() {
            self.mount.clone()
        } else {
            format!("{mount}/{}", names.join("/"))
        })
    }
}

/// Returns the path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// Returns the nearest folder that holds both.
fn common(file: &Path, folder: &Path) -> PathBuf {
    let both = file.parent().unwrap_or(file).components();
    let same = both.zip(folder.components());
    same.take_while(|(one, other)| one == other)
        .map(|(one, _)| one)
        .collect()
}
