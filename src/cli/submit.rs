//! `ecrsim submit`: a sweep is handed to a scheduler.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::asked::manifest;
use super::exit::{Failure, Status};
use super::output::{print, warn};
use crate::experiment::cluster::submit::{
    AwsBatch, Container, Job, Kubernetes, Papers, Scheduler, Slurm, idle_shares,
};
use crate::experiment::journal::{Manifest, Settled, SweepFolder};
use crate::units::{Bytes, SimDuration};

const EXAMPLES: &str = "\
Examples:
  ecrsim submit sweep.toml --out /shared/sweep --engine slurm --shards 200 --time '1 h'
  ecrsim submit sweep.toml --out /shared/sweep --engine slurm --shards 200 --dry-run
  ecrsim submit sweep.toml --out sweep --engine kubernetes --shards 50 --image example.com/ecrsim:0.1.0 --claim sweeps
  ecrsim submit sweep.toml --out sweep --engine aws-batch --shards 50 --image example.com/ecrsim:0.1.0 --queue spot --file-system fs-0123456789abcdef0";

/// Hands a sweep to a scheduler: an array of jobs, each a shard of the runs, and then the merge
///
/// Writes the job scripts (Slurm) or manifests (Kubernetes, AWS Batch) into the sweep's folder, which all jobs must see;
/// for Slurm it submits them too, for the others it prints the commands that do. The same command again is the repair of
/// whatever went wrong: what is done is skipped. Good shards take 1 to 15 minutes, and there are 4 to 10 for each slot.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The sweep
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The sweep's folder, which all jobs must see
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Who is to do it
    #[arg(long, value_enum, value_name = "ENGINE")]
    engine: Engine,
    /// Shards that the runs are cut into, each a job
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    shards: u64,
    /// Only print what would be written and done
    #[arg(long)]
    dry_run: bool,
    /// Submit although some points look endless, as `ecrsim sweep` says
    #[arg(long)]
    yes: bool,
    /// Name of the jobs; by default after FILE
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Jobs at once, if not all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    at_once: Option<u64>,
    /// Processors of each job
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    cpus: u32,
    /// Memory of each job, as in '4 GiB'; in containers 2 GiB, if not given
    #[arg(long, value_name = "SIZE")]
    memory: Option<Bytes>,
    /// Time after which a job is ended, as in '2 h'
    #[arg(long, value_name = "TIME")]
    time: Option<SimDuration>,
    /// The program as the jobs' machines know it; by default this one, in containers 'ecrsim'
    #[arg(long, value_name = "PATH")]
    program: Option<String>,
    #[command(flatten)]
    slurm: SlurmOptions,
    #[command(flatten)]
    container: ContainerOptions,
    #[command(flatten)]
    kubernetes: KubernetesOptions,
    #[command(flatten)]
    aws_batch: AwsBatchOptions,
}

/// Who is to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// A job array; also AWS ParallelCluster and AWS PCS
    Slurm,
    /// An Indexed Job
    Kubernetes,
    /// An array job
    AwsBatch,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Slurm")]
struct SlurmOptions {
    /// Partition of the jobs
    #[arg(long, value_name = "NAME")]
    partition: Option<String>,
    /// Account that is charged
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// A further option of sbatch, as in --sbatch=--constraint=icelake; may be repeated
    #[arg(long = "sbatch", value_name = "OPTION", allow_hyphen_values = true)]
    options: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Containers (Kubernetes and AWS Batch)")]
struct ContainerOptions {
    /// Image that holds the program
    #[arg(long, value_name = "IMAGE", required_if_eq_any = [("engine", "kubernetes"), ("engine", "aws-batch")])]
    image: Option<String>,
    /// Where the container sees the shared volume
    #[arg(long, value_name = "PATH", default_value = "/sweep")]
    mount: String,
    /// The folder here that the volume holds; by default the nearest that holds both FILE and DIR
    #[arg(long, value_name = "FOLDER")]
    root: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Kubernetes")]
struct KubernetesOptions {
    /// Claim on the shared volume (ReadWriteMany)
    #[arg(long, value_name = "NAME", required_if_eq("engine", "kubernetes"))]
    claim: Option<String>,
    /// Namespace of the jobs
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "AWS Batch")]
struct AwsBatchOptions {
    /// Name or ARN of the job queue
    #[arg(long, value_name = "QUEUE", required_if_eq("engine", "aws-batch"))]
    queue: Option<String>,
    /// EFS file system that is the volume; if not given, the instance's own folder at the place of the mount is
    #[arg(long, value_name = "ID")]
    file_system: Option<String>,
    /// ARN of the role that the jobs act in
    #[arg(long, value_name = "ARN")]
    job_role: Option<String>,
}

/// Writes the papers and submits them, or shows them.
pub fn run(options: &Options) -> Result<Status, Failure> {
    options.refuse_misplaced()?;
    let papers = options.scheduler().papers(&options.job());
    let papers = papers.map_err(Failure::wrong)?;
    let folder = SweepFolder::at(&options.out);
    let manifest = manifest(&options.file, &folder, options.yes)?;
    for hint in papers
        .hints
        .iter()
        .chain(&idle_shares(&manifest, options.shards))
    {
        warn(&format!("note: {hint}\n"));
    }
    if options.dry_run {
        print(&papers.text())?;
        return Ok(Status::Done);
    }
    settle(&manifest, options)?;
    papers.write()?;
    print(&match options.engine {
        Engine::Slurm => submitted(&papers)?,
        Engine::Kubernetes | Engine::AwsBatch => written(&papers),
    })?;
    Ok(Status::Done)
}

/// Makes the folder the sweep's own, so that every job finds the manifest that it must agree with.
fn settle(manifest: &Manifest, options: &Options) -> Result<(), Failure> {
    match manifest.settle(&SweepFolder::open(&options.out)?)? {
        Settled::New | Settled::Same | Settled::Grown => Ok(()),
        Settled::Refused(why) => Err(Failure::wrong(format_args!(
            "{} holds another sweep: {why}",
            options.out.display()
        ))),
    }
}

fn submitted(papers: &Papers) -> Result<String, Failure> {
    let jobs = papers.sbatch().map_err(Failure::broken)?;
    Ok(format!(
        "submitted: job {} (the sweep), then job {} (the merge)\n",
        jobs.sweep, jobs.merge
    ))
}

fn written(papers: &Papers) -> String {
    let file = |file: &_| format!("written: {file}\n");
    let paths = papers.files.iter().map(|paper| paper.path.display());
    let files: String = paths.map(|path| file(&path)).collect();
    format!("{files}To submit:\n{}", papers.commands)
}

impl Options {
    fn job(&self) -> Job {
        Job {
            name: self.name.clone(),
            file: self.file.clone(),
            folder: self.out.clone(),
            program: self.program.clone(),
            shards: self.shards,
            at_once: self.at_once,
            cpus: self.cpus,
            memory: self.memory,
            time: self.time,
        }
    }

    /// Fails if an option is another engine's own.
    fn refuse_misplaced(&self) -> Result<(), Failure> {
        use Engine::{AwsBatch, Kubernetes, Slurm};
        let given: [(&str, &[Engine], bool); 10] = [
            ("--partition", &[Slurm], self.slurm.partition.is_some()),
            ("--account", &[Slurm], self.slurm.account.is_some()),
            ("--sbatch", &[Slurm], !self.slurm.options.is_empty()),
            (
                "--image",
                &[Kubernetes, AwsBatch],
                self.container.image.is_some(),
            ),
            (
                "--root",
                &[Kubernetes, AwsBatch],
                self.container.root.is_some(),
            ),
            ("--claim", &[Kubernetes], self.kubernetes.claim.is_some()),
            (
                "--namespace",
                &[Kubernetes],
                self.kubernetes.namespace.is_some(),
            ),
            ("--queue", &[AwsBatch], self.aws_batch.queue.is_some()),
            (
                "--file-system",
                &[AwsBatch],
                self.aws_batch.file_system.is_some(),
            ),
            ("--job-role", &[AwsBatch], self.aws_batch.job_role.is_some()),
        ];
        let is_wrong = |(_, engines, is_given): &&(&str, &[Engine], bool)| {
            *is_given && !engines.contains(&self.engine)
        };
        match given.iter().find(is_wrong) {
            Some((name, ..)) => Err(Failure::wrong(format_args!(
                "`{name}` is not an option of this engine"
            ))),
            None => Ok(()),
        }
    }

    fn scheduler(&self) -> Scheduler {
        match self.engine {
            Engine::Slurm => Scheduler::Slurm(Slurm {
                partition: self.slurm.partition.clone(),
                account: self.slurm.account.clone(),
                options: self.slurm.options.clone(),
            }),
            Engine::Kubernetes => Scheduler::Kubernetes(Kubernetes {
                container: self.container(),
                claim: given(&self.kubernetes.claim),
                namespace: self.kubernetes.namespace.clone(),
            }),
            Engine::AwsBatch => Scheduler::AwsBatch(AwsBatch {
                container: self.container(),
                queue: given(&self.aws_batch.queue),
                file_system: self.aws_batch.file_system.clone(),
                job_role: self.aws_batch.job_role.clone(),
            }),
        }
    }

    fn container(&self) -> Container {
        Container {
            image: given(&self.container.image),
            mount: self.container.mount.clone(),
            root: self.container.root.clone(),
        }
    }
}

/// Returns an option without which clap does not let this engine pass.
fn given(option: &Option<String>) -> String {
    option.clone().expect("clap asks for it with this engine")
}
