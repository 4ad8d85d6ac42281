//! `--shard auto`: which shard of a sweep an array job does, from what its scheduler tells it.
//!
//! Never assumed, so that somebody's own array does not silently do a part; and without an index an error, never
//! "everything".

use std::fmt::Write as _;

/// How an engine tells a job its index, counted from 0.
struct Contract {
    engine: &'static str,
    index: &'static str,
    /// The variable that must say as much as `--shards`, where there is one to be believed.
    ///
    /// Slurm's `SLURM_ARRAY_TASK_COUNT` is not: `--array=2,5` sets it to 2, and an array of failed indices submitted again
    /// would do other shards.
    count: Option<&'static str>,
}

const CONTRACTS: &[Contract] = &[
    Contract {
        engine: "Slurm",
        index: "SLURM_ARRAY_TASK_ID",
        count: None,
    },
    Contract {
        engine: "AWS Batch",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        count: Some("AWS_BATCH_JOB_ARRAY_SIZE"),
    },
    Contract {
        engine: "Kubernetes",
        index: "JOB_COMPLETION_INDEX",
        count: None,
    },
];

/// Returns the index of this job's shard of `shards`, as the environment's `variable`s tell it.
///
/// # Errors
/// In words, if no engine tells an index, if what is told is no number or not below `shards`, if an engine counts other
/// shards, or if two engines disagree.
///
/// # Example
/// ```
/// use ecrsim::experiment::cluster::shard::automatic;
/// let environment = |name: &str| (name == "SLURM_ARRAY_TASK_ID").then(|| "5".to_owned());
/// assert_eq!(automatic(8, environment), Ok(5));
/// assert!(automatic(5, environment).is_err());
/// assert!(automatic(8, |_| None).is_err());
/// ```
pub fn automatic(shards: u64, variable: impl Fn(&str) -> Option<String>) -> Result<u64, String> {
    let mut told: Option<(&Contract, u64)> = None;
    for contract in CONTRACTS {
        let Some(index) = contract.shard(shards, &variable)? else {
            continue;
        };
        match told {
            Some((other, another)) if another != index => {
                return Err(format!(
                    "`--shard auto`: {}={another} and {}={index} disagree; say `--shard I/{shards}` yourself",
                    other.index, contract.index
                ));
            }
            _ => told = Some((contract, index)),
        }
    }
    told.map(|(_, index)| index).ok_or_else(no_index)
}

impl Contract {
    /// Returns the index that the engine tells, if it is this one that runs the job.
    fn shard(
        &self,
        shards: u64,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<u64>, String> {
        let Some(text) = variable(self.index) else {
            return Ok(None);
        };
        let index = number(self.index, &text)?;
        if let Some(name) = self.count {
            let count = variable(name).ok_or_else(|| {
                format!("`--shard auto`: {} is set, but {name} is not", self.index)
            })?;
            if number(name, &count)? != shards {
                return Err(format!(
                    "`--shard auto`: {} counts {name}={count} shards, `--shards` {shards}; they must be the same",
                    self.engine
                ));
            }
        }
        if index >= shards {
            return Err(format!(
                "`--shard auto`: {}={index} is no shard of {shards}: they are counted from 0 to {}",
                self.index,
                shards.saturating_sub(1)
            ));
        }
        Ok(Some(index))
    }
}

fn number(name: &str, text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("`--shard auto`: {name}=`{text}` is no index"))
}

fn no_index() -> String {
    let mut text = "`--shard auto`: no scheduler tells this job its index; looked for".to_owned();
    for (nth, contract) in CONTRACTS.iter().enumerate() {
        let comma = if nth == 0 { "" } else { "," };
        let _ = write!(text, "{comma} {} ({})", contract.index, contract.engine);
    }
    text + "; say `--shard I/N` yourself"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(
        variables: &[(&'static str, &'static str)],
    ) -> impl Fn(&str) -> Option<String> + use<> {
        let variables = variables.to_vec();
        move |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    type Variables = Vec<(&'static str, String)>;

    /// Runs are dealt by their number modulo the number of shards.
    fn runs(shard: u64, shards: u64, all: u64) -> Vec<u64> {
        (0..all).filter(|run| run % shards == shard).collect()
    }

    #[test]
    fn each_engine_deals_every_run_once() {
        // Variables of the n-th of 4 jobs, as each engine sets them.
        let engines: [fn(u64) -> Variables; 4] = [
            |n| vec![("SLURM_ARRAY_TASK_ID", n.to_string())],
            // An array of the failed indices alone, submitted again: the count that Slurm tells is not ours.
            |n| {
                vec![
                    ("SLURM_ARRAY_TASK_ID", n.to_string()),
                    ("SLURM_ARRAY_TASK_COUNT", "2".to_owned()),
                ]
            },
            |n| {
                vec![
                    ("AWS_BATCH_JOB_ARRAY_INDEX", n.to_string()),
                    ("AWS_BATCH_JOB_ARRAY_SIZE", "4".to_owned()),
                ]
            },
            |n| vec![("JOB_COMPLETION_INDEX", n.to_string())],
        ];
        for engine in engines {
            let shard = |n| {
                let variables = engine(n);
                let lookup = move |name: &str| {
                    let found = variables.iter().find(|(known, _)| *known == name);
                    found.map(|(_, value)| value.clone())
                };
                runs(automatic(4, lookup).expect("a shard"), 4, 10)
            };
            let shards: Vec<Vec<u64>> = (0..4).map(shard).collect();
            assert_eq!(
                shards,
                [vec![0, 4, 8], vec![1, 5, 9], vec![2, 6], vec![3, 7]]
            );
        }
    }

    #[test]
    fn nothing_is_assumed() {
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[], "no scheduler tells this job its index"),
            (&[("SLURM_ARRAY_TASK_COUNT", "4")], "no scheduler"),
            (&[("SLURM_ARRAY_TASK_ID", "4")], "counted from 0 to 3"),
            (&[("SLURM_ARRAY_TASK_ID", "")], "is no index"),
            (&[("SLURM_ARRAY_TASK_ID", "-1")], "is no index"),
            (&[("JOB_COMPLETION_INDEX", "two")], "is no index"),
            (
                &[("AWS_BATCH_JOB_ARRAY_INDEX", "1")],
                "AWS_BATCH_JOB_ARRAY_SIZE is not",
            ),
            (
                &[
                    ("AWS_BATCH_JOB_ARRAY_INDEX", "1"),
                    ("AWS_BATCH_JOB_ARRAY_SIZE", "8"),
                ],
                "must be the same",
            ),
            (
                &[("SLURM_ARRAY_TASK_ID", "1"), ("JOB_COMPLETION_INDEX", "2")],
                "SLURM_ARRAY_TASK_ID=1 and JOB_COMPLETION_INDEX=2 disagree",
            ),
        ];
        for (variables, expected) in cases {
            let wrong = automatic(4, environment(variables)).expect_err("no shard");
            assert!(wrong.contains(expected), "{variables:?}: {wrong}");
        }
    }

    #[test]
    fn engines_that_agree_are_believed() {
        let both = [("SLURM_ARRAY_TASK_ID", "2"), ("JOB_COMPLETION_INDEX", "2")];
        assert_eq!(automatic(4, environment(&both)), Ok(2));
    }
}
