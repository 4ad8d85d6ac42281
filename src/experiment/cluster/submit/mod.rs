//! `ecrsim submit`: what a scheduler is told, as job scripts and manifests in the sweep's folder.
//!
//! Slurm is supported and tested for real; for Kubernetes and AWS Batch manifests are generated and checked against their
//! schemas. Each makes an array of jobs `ecrsim sweep … --shard auto --shards N`, and then one `ecrsim merge`. To submit
//! again is the repair of whatever went wrong: what is done is skipped.

mod aws_batch;
mod container;
mod kubernetes;
mod quote;
mod slurm;

#[cfg(test)]
mod tests;

use std::fs;
use std::path::{self, Path, PathBuf};

pub use aws_batch::AwsBatch;
pub use container::Container;
pub use kubernetes::Kubernetes;
pub use quote::shell_command;
pub use slurm::{Slurm, Submitted, array_in};

use crate::experiment::journal::Manifest;
use crate::experiment::sweep::stop;
use crate::report::error::FileError;
use crate::units::{Bytes, SimDuration};

/// A sweep that a scheduler is to do.
#[derive(Clone, Debug)]
pub struct Job {
    /// What the scheduler calls it; by default after the sweep's file.
    pub name: Option<String>,
    /// The sweep's file.
    pub file: PathBuf,
    /// The sweep's folder.
    pub folder: PathBuf,
    /// The program, as the job's machines know it; by default this very one, or in a container `ecrsim`.
    pub program: Option<String>,
    /// Shards that the runs are cut into, each a job.
    pub shards: u64,
    /// Jobs at once, if not all.
    pub at_once: Option<u64>,
    /// Processors for each job.
    pub cpus: u32,
    /// Memory for each job.
    pub memory: Option<Bytes>,
    /// Time after which a job is ended.
    pub time: Option<SimDuration>,
}

/// Who is to do it.
#[derive(Clone, Debug)]
pub enum Scheduler {
    /// Slurm: job arrays.
    Slurm(Slurm),
    /// Kubernetes: Indexed Jobs.
    Kubernetes(Kubernetes),
    /// AWS Batch: array jobs.
    AwsBatch(AwsBatch),
}

/// What is told to a scheduler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Papers {
    /// Files to write into the sweep's folder.
    pub files: Vec<Paper>,
    /// Folders that must be there beside them.
    pub folders: Vec<PathBuf>,
    /// Shell commands that submit them, a line each.
    pub commands: String,
    /// What the user should know, a sentence each.
    pub hints: Vec<String>,
}

/// A file for a scheduler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Where it belongs.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// Longest name of a job: Kubernetes adds `-merge`, an index and a suffix, and takes 63 characters in all.
const LONGEST_NAME: usize = 40;

impl Scheduler {
    /// Returns what the scheduler is told of the job.
    ///
    /// # Errors
    /// In words, if the scheduler could not do it.
    pub fn papers(&self, job: &Job) -> Result<Papers, String> {
        let job = job.settled()?;
        let mut papers = match self {
            Self::Slurm(slurm) => slurm.papers(&job),
            Self::Kubernetes(kubernetes) => kubernetes.papers(&job),
            Self::AwsBatch(aws_batch) => aws_batch.papers(&job),
        }?;
        if job.at_once.is_some_and(|at_once| at_once > job.shards) {
            let hint = format!("`--at-once` is more than the {} shards", job.shards);
            papers.hints.push(hint);
        }
        Ok(papers)
    }
}

/// Says so if some of the shards have nothing to do at first.
pub fn idle_shares(manifest: &Manifest, shards: u64) -> Option<String> {
    let runs = stop::first_runs(manifest);
    let idle = shards.saturating_sub(runs);
    (idle > 0)
        .then(|| format!("{idle} of {shards} shards have nothing to do: there are {runs} runs"))
}

impl Papers {
    /// Writes the files.
    ///
    /// # Errors
    /// If one cannot be written.
    pub fn write(&self) -> Result<(), FileError> {
        let of_files = self.files.iter().filter_map(|paper| paper.path.parent());
        for folder in of_files.chain(self.folders.iter().map(PathBuf::as_path)) {
            fs::create_dir_all(folder).map_err(FileError::about("create", folder))?;
        }
        for Paper { path, text } in &self.files {
            fs::write(path, text).map_err(FileError::about("write", path))?;
        }
        Ok(())
    }

    /// Returns all of it as text that could be pasted into a shell, were it not for the files.
    pub fn text(&self) -> String {
        let file = |paper: &Paper| {
            let ends = if paper.text.ends_with('\n') { "" } else { "\n" };
            format!("#### {}\n{}{ends}\n", paper.path.display(), paper.text)
        };
        let files: String = self.files.iter().map(file).collect();
        format!("{files}#### commands\n{}", self.commands)
    }
}

/// A job whose paths are absolute and whose name is a name.
struct Settled {
    name: String,
    file: String,
    folder: String,
    program: Option<String>,
    shards: u64,
    at_once: Option<u64>,
    cpus: u32,
    memory_mib: Option<u64>,
    time_s: Option<u64>,
}

impl Job {
    fn settled(&self) -> Result<Settled, String> {
        if self.shards == 0 {
            return Err("`--shards`: there is at least one".to_owned());
        }
        let file = absolute(&self.file)?;
        let name = match &self.name {
            Some(name) => right_name(name)?.to_owned(),
            None => name_after(&self.file),
        };
        Ok(Settled {
            name,
            file,
            folder: absolute(&self.folder)?,
            program: self.program.clone(),
            shards: self.shards,
            at_once: self.at_once,
            cpus: self.cpus,
            memory_mib: self.memory.map(|memory| memory.get().div_ceil(1 << 20)),
            time_s: self
                .time
                .map(|time| time.as_nanos().div_ceil(1_000_000_000)),
        })
    }
}

impl Settled {
    /// Returns the words of a job that makes its shard's runs.
    fn sweep(&self, program: &str, file: &str, folder: &str) -> Vec<String> {
        let shards = self.shards.to_string();
        let words = [
            program, "sweep", file, "--out", folder, "--shard", "auto", "--shards", &shards,
        ];
        words.map(str::to_owned).to_vec()
    }

    /// Returns the words of the job that puts the shards together.
    fn merge(&self, program: &str, file: &str, folder: &str) -> Vec<String> {
        let shards = self.shards.to_string();
        [program, "merge", file, "--out", folder, "--shards", &shards]
            .map(str::to_owned)
            .to_vec()
    }

    /// Returns the place of a file for `scheduler` in the sweep's folder.
    fn place(&self, scheduler: &str, name: &str) -> PathBuf {
        Path::new(&self.folder).join(scheduler).join(name)
    }
}

/// Returns the path from the root on, as text without anything that a job script could not hold.
fn absolute(path: &Path) -> Result<String, String> {
    let whole = path::absolute(path).map_err(|why| format!("`{}`: {why}", path.display()))?;
    let text = whole.to_str().ok_or_else(|| {
        format!(
            "`{}`: a job script is UTF-8, this path is not",
            path.display()
        )
    })?;
    if text.chars().any(char::is_control) {
        return Err(format!(
            "`{}`: a path with a line break or another control character cannot stand in a job script",
            path.display()
        ));
    }
    Ok(text.to_owned())
}

/// Returns a name for jobs on the sweep of this file, as every scheduler takes it.
fn name_after(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let plain = |char: char| match char.to_ascii_lowercase() {
        letter if letter.is_ascii_alphanumeric() => letter,
        _ => '-',
    };
    let name: String = stem.chars().map(plain).take(LONGEST_NAME).collect();
    let name = name.trim_matches('-');
    if name.starts_with(|first: char| first.is_ascii_lowercase()) {
        name.to_owned()
    } else {
        let cut = name.len().min(LONGEST_NAME - "sweep-".len());
        format!("sweep-{}", &name[..cut])
            .trim_end_matches('-')
            .to_owned()
    }
}

fn right_name(name: &str) -> Result<&str, String> {
    let right = name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.ends_with(|last: char| last.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-');
    if right {
        Ok(name)
    } else {
        Err(format!(
            "`--name {name}`: write at most {LONGEST_NAME} lower-case letters, digits and hyphens, a letter first and no hyphen last"
        ))
    }
}
