//! Kubernetes: an Indexed Job on a shared volume, and a Job for the merge.

use super::container::Container;
use super::quote::{json, shell};
use super::{Paper, Papers, Settled};

/// What Kubernetes alone asks for.
#[derive(Clone, Debug)]
pub struct Kubernetes {
    /// The image and its volume.
    pub container: Container,
    /// The claim on the volume, which several nodes must be able to write to at once (`ReadWriteMany`).
    pub claim: String,
    /// Namespace of the jobs, if not that of the context.
    pub namespace: Option<String>,
}

/// More indices than this need further limits.
///
/// Source: Kubernetes 1.33, API reference, JobSpec, `backoffLimitPerIndex` and `maxFailedIndexes`.
const MOST_INDICES: u64 = 100_000;

/// Memory of a job for which none is asked.
pub(super) const DEFAULT_MEMORY_MIB: u64 = 2048;

/// Times that a shard is made again.
pub(super) const REPEATS: u64 = 3;

const FOLDER: &str = "kubernetes";

impl Kubernetes {
    /// Returns the two manifests.
    pub(super) fn papers(&self, job: &Settled) -> Result<Papers, String> {
        if job.shards > MOST_INDICES {
            return Err(format!(
                "`--shards {}`: an Indexed Job has at most {MOST_INDICES}",
                job.shards
            ));
        }
        let inside = self.container.inside(job)?;
        let program = job.program.as_deref().unwrap_or("ecrsim");
        let sweep = self.sweep(job, &job.sweep(program, &inside.file, &inside.folder));
        let merge = job.merge(program, &inside.file, &inside.folder);
        let sweep = Paper {
            path: job.place(FOLDER, "sweep.yaml"),
            text: sweep,
        };
        let merge = Paper {
            path: job.place(FOLDER, "merge.yaml"),
            text: self.merge(job, &merge),
        };
        Ok(Papers {
            commands: self.commands(job, &sweep, &merge),
            files: vec![sweep, merge],
            folders: Vec::new(),
            hints: vec![
                inside.hint,
                "`kubectl wait` waits for every shard to succeed; where some do not, `kubectl apply` the merge all the same: it says what is missing".to_owned(),
            ],
        })
    }

    fn commands(&self, job: &Settled, sweep: &Paper, merge: &Paper) -> String {
        let space = self.namespace.as_ref();
        let space = space.map_or_else(String::new, |name| format!(" --namespace {}", shell(name)));
        let file = |paper: &Paper| shell(&paper.path.to_string_lossy());
        format!(
            "kubectl apply{space} -f {}\nkubectl wait{space} --for=condition=Complete --timeout=-1s job/{}\nkubectl apply{space} -f {}\n",
            file(sweep),
            job.name,
            file(merge)
        )
    }

    fn sweep(&self, job: &Settled, words: &[String]) -> String {
        let shards = job.shards;
        let at_once = job.at_once.unwrap_or(shards).min(shards);
        format!(
            "\
# A sweep in {shards} shards; which one a pod does, its index says. What is done already is skipped.
{}spec:
  completionMode: Indexed
  completions: {shards}
  parallelism: {at_once}
  backoffLimitPerIndex: {REPEATS}
  podFailurePolicy:
    rules:
      # What a node's end or an eviction takes away is no failure.
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
            status: \"True\"
      # Wrong usage is wrong for every shard.
      - action: FailJob
        onExitCodes:
          containerName: ecrsim
          operator: In
          values: [2]
{}",
            self.head(&job.name),
            self.template(job, job.cpus, job.time_s, words)
        )
    }

    fn merge(&self, job: &Settled, words: &[String]) -> String {
        format!(
            "\
# Puts the shards together; ends with exit code 3, and says what to do, if runs are missing.
{}spec:
  backoffLimit: 0
{}",
            self.head(&format!("{}-merge", job.name)),
            self.template(job, 1, None, words)
        )
    }

    fn head(&self, name: &str) -> String {
        let space = self.namespace.as_ref();
        let space = space.map_or_else(String::new, |name| format!("  namespace: {}\n", json(name)));
        format!(
            "\
apiVersion: batch/v1
kind: Job
metadata:
  name: {}
{space}  labels:
    app.kubernetes.io/name: ecrsim
",
            json(name)
        )
    }

    /// Returns the pods of a job. What they may use and what they are promised is the same, so that the program sees how
    /// many processors it has.
    fn template(&self, job: &Settled, cpus: u32, time_s: Option<u64>, words: &[String]) -> String {
        let deadline = time_s.map_or_else(String::new, |seconds| {
            format!("      activeDeadlineSeconds: {seconds}\n")
        });
        let resources = format!(
            "{{ cpu: \"{cpus}\", memory: \"{}Mi\" }}",
            job.memory_mib.unwrap_or(DEFAULT_MEMORY_MIB)
        );
        format!(
            "  template:
    metadata:
      labels:
        app.kubernetes.io/name: ecrsim
    spec:
      restartPolicy: Never
{deadline}      containers:
        - name: ecrsim
          image: {}
          command: [{}]
          resources:
            requests: {resources}
            limits: {resources}
          volumeMounts:
            - name: sweep
              mountPath: {}
      volumes:
        - name: sweep
          persistentVolumeClaim:
            claimName: {}
",
            json(&self.container.image),
            command(words),
            json(&self.container.mount),
            json(&self.claim)
        )
    }
}

/// Returns the words as a list, in which Kubernetes would replace `$(NAME)`.
fn command(words: &[String]) -> String {
    let word = |word: &String| json(&word.replace('$', "$$"));
    let words: Vec<String> = words.iter().map(word).collect();
    words.join(", ")
}
