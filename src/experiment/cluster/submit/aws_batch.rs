//! AWS Batch: an array job on a shared file system, and a job for the merge.

use serde_json::{Value, json};

use super::container::Container;
use super::kubernetes::{DEFAULT_MEMORY_MIB, REPEATS};
use super::quote::shell;
use super::{Paper, Papers, Settled};

/// What AWS Batch alone asks for.
#[derive(Clone, Debug)]
pub struct AwsBatch {
    /// The image and its volume.
    pub container: Container,
    /// Name or ARN of the job queue.
    pub queue: String,
    /// The EFS file system that is the volume; without one, the instance's own folder at the place of the mount is.
    pub file_system: Option<String>,
    /// ARN of the role that the jobs act in, if the file system asks for one.
    pub job_role: Option<String>,
}

/// Sizes of an array.
///
/// Source: AWS Batch API Reference, ArrayProperties, `size`.
const ARRAY_SIZES: std::ops::RangeInclusive<u64> = 2..=10_000;

/// The least time after which AWS Batch ends a job.
///
/// Source: AWS Batch API Reference, JobTimeout, `attemptDurationSeconds`.
const LEAST_TIME_S: u64 = 60;

const FOLDER: &str = "aws-batch";

impl AwsBatch {
    /// Returns the job definition and the two jobs, as `aws batch … --cli-input-json` takes them.
    pub(super) fn papers(&self, job: &Settled) -> Result<Papers, String> {
        if !ARRAY_SIZES.contains(&job.shards) {
            return Err(format!(
                "`--shards {}`: an array job of AWS Batch has {} to {}",
                job.shards,
                ARRAY_SIZES.start(),
                ARRAY_SIZES.end()
            ));
        }
        if job.at_once.is_some() {
            return Err("`--at-once`: AWS Batch has no such limit; the compute environment's largest number of vCPUs is one".to_owned());
        }
        let inside = self.container.inside(job)?;
        let program = job.program.as_deref().unwrap_or("ecrsim");
        let mut sweep = job.sweep(program, &inside.file, &inside.folder);
        // An instance's container may use more than its part of the processors, and so sees all of them.
        sweep.extend(["--jobs".to_owned(), job.cpus.to_string()]);
        let merge = job.merge(program, &inside.file, &inside.folder);
        let paper = |name: &str, value: &Value| Paper {
            path: job.place(FOLDER, name),
            text: format!("{value:#}\n"),
        };
        let files = vec![
            paper("job-definition.json", &self.definition(job, &sweep)),
            paper("sweep.json", &self.sweep(job)),
            paper("merge.json", &self.merge(job, &merge)),
        ];
        Ok(Papers {
            commands: commands(&files),
            files,
            folders: Vec::new(),
            hints: vec![
                inside.hint,
                "the merge starts only if every shard succeeds; where some do not, submit it without `--depends-on`: it says what is missing".to_owned(),
            ],
        })
    }

    fn definition(&self, job: &Settled, words: &[String]) -> Value {
        let mut definition = json!({
            "jobDefinitionName": job.name,
            "type": "container",
            "containerProperties": {
                "image": self.container.image,
                "command": words,
                "resourceRequirements": resources(job, job.cpus),
                "volumes": [self.volume()],
                "mountPoints": [{ "sourceVolume": "sweep", "containerPath": self.container.mount }],
            },
            "retryStrategy": {
                "attempts": REPEATS + 1,
                // Wrong usage stays wrong; anything else is tried again.
                "evaluateOnExit": [
                    { "onExitCode": "2", "action": "EXIT" },
                    { "onReason": "*", "action": "RETRY" },
                ],
            },
        });
        if let Some(role) = &self.job_role {
            definition["containerProperties"]["jobRoleArn"] = json!(role);
        }
        if let Some(seconds) = job.time_s {
            definition["timeout"] = json!({ "attemptDurationSeconds": seconds.max(LEAST_TIME_S) });
        }
        definition
    }

    fn volume(&self) -> Value {
        match &self.file_system {
            Some(id) => {
                let mut efs = json!({ "fileSystemId": id, "transitEncryption": "ENABLED" });
                if self.job_role.is_some() {
                    efs["authorizationConfig"] = json!({ "iam": "ENABLED" });
                }
                json!({ "name": "sweep", "efsVolumeConfiguration": efs })
            }
            None => json!({ "name": "sweep", "host": { "sourcePath": self.container.mount } }),
        }
    }

    fn sweep(&self, job: &Settled) -> Value {
        json!({
            "jobName": job.name,
            "jobQueue": self.queue,
            "jobDefinition": job.name,
            "arrayProperties": { "size": job.shards },
        })
    }

    fn merge(&self, job: &Settled, words: &[String]) -> Value {
        json!({
            "jobName": format!("{}-merge", job.name),
            "jobQueue": self.queue,
            "jobDefinition": job.name,
            "containerOverrides": {
                "command": words,
                "resourceRequirements": resources(job, 1),
            },
            "retryStrategy": { "attempts": 1 },
        })
    }
}

fn resources(job: &Settled, cpus: u32) -> Value {
    let memory_mib = job.memory_mib.unwrap_or(DEFAULT_MEMORY_MIB);
    json!([
        { "type": "VCPU", "value": cpus.to_string() },
        { "type": "MEMORY", "value": memory_mib.to_string() },
    ])
}

fn commands(files: &[Paper]) -> String {
    let file = |nth: usize| shell(&format!("file://{}", files[nth].path.to_string_lossy()));
    format!(
        "\
aws batch register-job-definition --cli-input-json {}
jobs=$(aws batch submit-job --cli-input-json {} --query jobId --output text)
aws batch submit-job --cli-input-json {} --depends-on jobId=\"$jobs\"
",
        file(0),
        file(1),
        file(2)
    )
}
