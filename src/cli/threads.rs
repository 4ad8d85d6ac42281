//! The threads of commands that make many runs.

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::exit::Failure;

/// Returns a pool of so many `jobs`; of as many as there are processors, if not given.
///
/// # Errors
/// If the system has no threads left.
pub fn pool(jobs: Option<u16>) -> Result<ThreadPool, Failure> {
    // 0 stands for as many threads as there are processors.
    let threads = jobs.map_or(0, usize::from);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|why| Failure::broken(format_args!("cannot start {threads} jobs: {why}")))
}
