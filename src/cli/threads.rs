//! The threads of commands that make many runs.

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::exit::Failure;
use super::jobs::granted;

/// Returns a pool of so many `jobs`; of as many as there are processors for this process, if not given.
///
/// # Errors
/// If the system has no threads left.
pub fn pool(jobs: Option<u16>) -> Result<ThreadPool, Failure> {
    let threads = jobs.map_or_else(granted, usize::from);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|why| Failure::broken(format_args!("cannot start {threads} jobs: {why}")))
}
