//! Slurm: a job array, then the merge; also what AWS ParallelCluster and AWS PCS are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::quote::{shell, shell_command};
use super::{Paper, Papers, Settled};

/// What Slurm alone asks for.
#[derive(Clone, Debug, Default)]
pub struct Slurm {
    /// Partition of the jobs, if not the cluster's default.
    pub partition: Option<String>,
    /// Account that is charged, if not the user's default.
    pub account: Option<String>,
    /// Further options of sbatch, as written on its command line.
    pub options: Vec<String>,
}

/// The jobs that were submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Number of the array.
    pub sweep: String,
    /// Number of the merge.
    pub merge: String,
}

/// Slurm's default: indices are below it.
const MAX_ARRAY_SIZE: u64 = 1001;

/// Folder of the scripts and what the jobs print.
const FOLDER: &str = "slurm";

/// The script of the array.
const SWEEP: &str = "sweep.sh";

impl Slurm {
    /// Returns the two scripts.
    pub(super) fn papers(&self, job: &Settled) -> Result<Papers, String> {
        if job.folder.contains('\\') {
            return Err(format!(
                "`{}`: Slurm cannot write to a path with a backslash",
                job.folder
            ));
        }
        self.check()?;
        let program = program(job)?;
        let sweep = Paper {
            path: job.place(FOLDER, SWEEP),
            text: self.sweep_script(job, &program),
        };
        let merge = Paper {
            path: job.place(FOLDER, "merge.sh"),
            text: self.merge_script(job, &program),
        };
        let commands = format!(
            "jobs=$(sbatch --parsable {})\nsbatch --parsable --dependency=afterany:\"${{jobs%%;*}}\" {}\n",
            shell(&sweep.path.to_string_lossy()),
            shell(&merge.path.to_string_lossy()),
        );
        Ok(Papers {
            files: vec![sweep, merge],
            folders: vec![job.place(FOLDER, "log")],
            commands,
            hints: hints(job),
        })
    }

    fn check(&self) -> Result<(), String> {
        let names = [&self.partition, &self.account];
        let mut texts = names.into_iter().flatten().chain(&self.options);
        if texts.any(|text| text.chars().any(char::is_control)) {
            return Err("an option of sbatch is one line".to_owned());
        }
        match self.options.iter().find(|option| !option.starts_with('-')) {
            Some(option) => Err(format!(
                "`--sbatch {option}`: write an option of sbatch, as in `--sbatch=--constraint=icelake`"
            )),
            None => Ok(()),
        }
    }

    fn sweep_script(&self, job: &Settled, program: &str) -> String {
        let last = job.shards - 1;
        let at_once = job.at_once.map(|jobs| format!("%{jobs}"));
        let mut lines = vec![
            format!("--job-name={}", job.name),
            format!("--array=0-{last}{}", at_once.unwrap_or_default()),
            // A lost node's tasks are made again, and go on with the same file.
            "--requeue".to_owned(),
            "--open-mode=append".to_owned(),
            format!("--output={}", log(job, "%A_%a.out")),
            format!("--cpus-per-task={}", job.cpus),
        ];
        // Slurm counts time in minutes.
        let minutes = job.time_s.map(|seconds| seconds.div_ceil(60));
        lines.extend(minutes.map(|minutes| format!("--time={minutes}")));
        lines.extend(self.common(job));
        let command = job.sweep(program, &job.file, &job.folder);
        script(
            "One shard of a sweep; which one, the array's index says. What is done already is skipped.",
            &lines,
            &shell_command(&command),
        )
    }

    fn merge_script(&self, job: &Settled, program: &str) -> String {
        let mut lines = vec![
            format!("--job-name={}-merge", job.name),
            "--requeue".to_owned(),
            "--open-mode=append".to_owned(),
            format!("--output={}", log(job, "merge_%j.out")),
            "--cpus-per-task=1".to_owned(),
        ];
        lines.extend(self.common(job));
        let command = job.merge(program, &job.file, &job.folder);
        script(
            "Puts the shards together; ends with exit code 3, and says what to do, if runs are missing.",
            &lines,
            &shell_command(&command),
        )
    }

    fn common(&self, job: &Settled) -> Vec<String> {
        let memory = job.memory_mib.map(|mib| format!("--mem={mib}M"));
        let named = |option: &str, value: &Option<String>| {
            let value = value.as_ref();
            value.map(|value| format!("--{option}={}", directive(value)))
        };
        let partition = named("partition", &self.partition);
        let account = named("account", &self.account);
        let options = self.options.iter().cloned();
        [memory, partition, account]
            .into_iter()
            .flatten()
            .chain(options)
            .collect()
    }
}

impl Papers {
    /// Submits the two scripts, which must have been written: the sweep, and the merge after it, however it ended.
    ///
    /// Not "after it succeeded": Slurm does not repeat a task killed with signal 9, and the merge of a repaired array would
    /// wait for ever. The merge itself judges what is missing.
    ///
    /// # Errors
    /// What sbatch says, in words.
    pub fn sbatch(&self) -> Result<Submitted, String> {
        let [sweep, merge] = self.files.as_slice() else {
            panic!("Slurm is told by two scripts, not by {}", self.files.len());
        };
        let sweep = sbatch(&sweep.path, None)?;
        let merge = sbatch(&merge.path, Some(&sweep)).map_err(|why| {
            format!("{why}\nThe sweep itself is submitted, as job {sweep}; `scancel {sweep}` takes it back.")
        })?;
        Ok(Submitted { sweep, merge })
    }
}

/// Returns where the script of the array lies in a sweep's folder, if it was submitted to Slurm.
pub fn array_in(folder: &Path) -> PathBuf {
    folder.join(FOLDER).join(SWEEP)
}

/// Submits a script and returns the job's number.
fn sbatch(script: &Path, after: Option<&str>) -> Result<String, String> {
    let mut command = Command::new("sbatch");
    command.arg("--parsable");
    command.args(after.map(|job| format!("--dependency=afterany:{job}")));
    let output = command.arg(script).output().map_err(|why| {
        format!(
            "cannot run sbatch: {why}\nThe scripts are written; `--dry-run` shows how to submit them."
        )
    })?;
    let said = String::from_utf8_lossy(&output.stdout);
    // The number of the job, and where there are several the name of the cluster.
    let job = said.trim().split(';').next().unwrap_or_default().to_owned();
    if output.status.success() && !job.is_empty() {
        Ok(job)
    } else {
        let why = String::from_utf8_lossy(&output.stderr);
        Err(format!("sbatch ({}): {}", output.status, why.trim_end()))
    }
}

fn program(job: &Settled) -> Result<String, String> {
    match &job.program {
        Some(program) => Ok(program.clone()),
        None => {
            let program = env::current_exe()
                .map_err(|why| format!("cannot tell where this program lies: {why}"))?;
            super::absolute(&program)
        }
    }
}

fn script(about: &str, options: &[String], command: &str) -> String {
    let lines: String = options
        .iter()
        .map(|option| format!("#SBATCH {option}\n"))
        .collect();
    format!("#!/bin/sh\n# {about}\n{lines}exec {command}\n")
}

/// Returns the pattern of a file that jobs print to.
fn log(job: &Settled, pattern: &str) -> String {
    let folder = job.place(FOLDER, "log").to_string_lossy().into_owned();
    directive(&(folder.replace('%', "%%") + "/" + pattern))
}

/// Returns the word as sbatch reads it in a script's head.
fn directive(word: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "_-./%:,+@".contains(char);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("\"{}\"", word.replace('\\', r"\\").replace('"', r#"\""#))
    }
}

fn hints(job: &Settled) -> Vec<String> {
    let mut hints = Vec::new();
    if job.shards > MAX_ARRAY_SIZE {
        hints.push(format!(
            "{} shards are more than Slurm's `MaxArraySize` allows, {MAX_ARRAY_SIZE}, unless the cluster has raised it: `scontrol show config | grep MaxArraySize`",
            job.shards
        ));
    }
    hints
}
