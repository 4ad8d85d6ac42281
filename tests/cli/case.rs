//! One call of the program, in a folder of its own.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use assert_cmd::Command;
use tempfile::TempDir;

/// A day of pushes from one account to another: right, and done in an instant.
pub const SHOP: &str = r#"
name = "shop"
duration = "1 day"
[accounts]
build = "111122223333"
prod = "444455556666"
[registries."build/us-east-1".rules.all]
destinations = ["build/us-west-2", "prod/eu-west-1"]
[registries."prod/eu-west-1".permissions.from-build]
principals = ["build"]
[pushes.ci]
registry = "build/us-east-1"
repositories = ["shop/web", "shop/api"]
rate = "10 per hour"
size = { lognormal = { median = "100 MB", sigma = 0.5 } }
"#;

/// A call in the making.
pub struct Case {
    folder: TempDir,
    args: Vec<OsString>,
    variables: Vec<(String, String)>,
}

/// What came of a call.
pub struct Ran {
    folder: TempDir,
    pub stdout: String,
    pub stderr: String,
}

impl Case {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            args: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Writes a file into the folder that the program is started in.
    pub fn file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    /// Writes `shop.toml`.
    pub fn scenario(self, toml: &str) -> Self {
        self.file("shop.toml", toml)
    }

    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments that hold no blanks.
    pub fn args(mut self, args: &str) -> Self {
        self.args
            .extend(args.split_whitespace().map(OsString::from));
        self
    }

    /// Goes on in the same folder without the arguments so far.
    pub fn args_cleared(mut self) -> Self {
        self.args.clear();
        self
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[track_caller]
    pub fn succeeds(self) -> Ran {
        self.ends_with(0)
    }

    #[track_caller]
    pub fn ends_with(self, code: i32) -> Ran {
        let output = self.command().output().expect("the program starts");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        assert_eq!(
            output.status.code(),
            Some(code),
            "exit code of {:?}\n{stdout}\n{stderr}",
            self.args
        );
        Ran {
            folder: self.folder,
            stdout,
            stderr,
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::from_std(self.process());
        command.timeout(std::time::Duration::from_secs(300));
        command
    }

    /// Returns the call for tests that keep its pipes in their own hands.
    pub fn process(&self) -> std::process::Command {
        let mut process = std::process::Command::new(env!("CARGO_BIN_EXE_ecrsim"));
        process
            .current_dir(self.folder.path())
            .args(&self.args)
            .stdin(Stdio::null());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE"] {
            process.env_remove(name);
        }
        process.envs(self.variables.iter().cloned());
        process
    }
}

impl Ran {
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[track_caller]
    pub fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    #[track_caller]
    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(name)).expect("JSON")
    }

    /// Goes on in the same folder.
    pub fn then(self) -> Case {
        Case {
            folder: self.folder,
            args: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Asserts that standard error says each of `texts`, and that standard output says nothing.
    #[track_caller]
    pub fn complains(self, texts: &[&str]) -> Self {
        assert_eq!(self.stdout, "");
        for text in texts {
            assert!(
                self.stderr.contains(text),
                "no `{text}` in:\n{}",
                self.stderr
            );
        }
        self
    }

    /// Asserts that nothing but these files lies in the folder that the program was started in.
    #[track_caller]
    pub fn leaves_only(self, names: &[&str]) -> Self {
        assert_eq!(entries(self.folder.path()), names);
        self
    }
}

/// Returns the names of what lies in `folder`, hidden things too, in order.
pub fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = entries
        .map(name)
        .map(|it| it.to_string_lossy().into())
        .collect();
    names.sort();
    names
}

/// Returns every file under `folder` with its bytes, in order of paths.
pub fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for name in entries(folder) {
        let path = folder.join(name);
        if path.is_dir() {
            files.extend(tree(&path));
        } else {
            files.push((path.clone(), fs::read(path).expect("a file")));
        }
    }
    files
}

/// Asserts that two folders hold the same files, byte by byte.
#[track_caller]
pub fn assert_same_folders(one: &Path, other: &Path) {
    let relative = |folder: &Path| -> Vec<(PathBuf, Vec<u8>)> {
        let inside = |path: PathBuf| path.strip_prefix(folder).expect("it lies in it").to_owned();
        tree(folder)
            .into_iter()
            .map(|(path, bytes)| (inside(path), bytes))
            .collect()
    };
    let (one, other) = (relative(one), relative(other));
    let names = |files: &[(PathBuf, Vec<u8>)]| -> Vec<PathBuf> {
        files.iter().map(|(path, _)| path.clone()).collect()
    };
    assert_eq!(names(&one), names(&other));
    for ((path, one), (_, other)) in one.iter().zip(&other) {
        assert!(one == other, "{} differs", path.display());
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}
