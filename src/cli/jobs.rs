//! How many processors there are for this process, and the threads of commands that make many runs.

use std::env;
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::exit::Failure;

/// Returns how many runs to make at once: the processors that this process may use (its affinity, its control group's quota),
/// and no more than a Slurm task was granted.
pub fn granted() -> usize {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let slurm = env::var("SLURM_CPUS_PER_TASK").ok();
    at_most(processors, slurm.as_deref())
}

/// Returns a pool of so many `jobs`; of as many as are granted, if not given.
///
/// # Errors
/// If the system has no threads left.
pub fn pool(jobs: Option<u16>) -> Result<ThreadPool, Failure> {
    pool_of(jobs.map_or_else(granted, usize::from))
}

/// Returns a pool of so many threads.
///
/// # Errors
/// If the system has none left.
pub fn pool_of(threads: usize) -> Result<ThreadPool, Failure> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|why| Failure::broken(format_args!("cannot start {threads} jobs: {why}")))
}

fn at_most(processors: usize, slurm: Option<&str>) -> usize {
    let granted = slurm.and_then(|text| text.parse().ok());
    granted.map_or(processors, |granted: usize| granted.clamp(1, processors))
}

#[cfg(test)]
mod tests {
    use super::at_most;

    #[test]
    fn slurm_grants_no_more_than_there_are() {
        assert_eq!(at_most(8, None), 8);
        assert_eq!(at_most(8, Some("2")), 2);
        assert_eq!(at_most(2, Some("8")), 2);
        assert_eq!(at_most(2, Some("0")), 1);
        assert_eq!(at_most(2, Some("many")), 2);
    }
}
