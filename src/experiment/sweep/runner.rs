//! Makes the runs that are missing, on all cores, and journals what each gives.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use rayon::ThreadPoolBuilder;

use super::goals::Goals;
use crate::experiment::engine::{Engine, NoSample};
use crate::experiment::journal::{Journal, Manifest, Results, Row, SweepFolder};
use crate::report::error::FileError;
use crate::scenario::content_hash;

/// How often the age of the open segment is looked at.
const TICK: Duration = Duration::from_secs(1);

/// A part of the runs: those whose number leaves `index` when divided by `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 0.
    pub index: u64,
    /// How many there are.
    pub count: u64,
}

impl Shard {
    /// All runs.
    pub const ALL: Self = Self { index: 0, count: 1 };

    /// Says whether a run belongs to it.
    pub fn has(self, run: u64) -> bool {
        run % self.count == self.index
    }
}

/// Who looks on.
pub trait Watch: Sync {
    /// Hears that so many more runs are to be made now.
    fn planned(&self, runs: u64);
    /// Hears that a run has ended, with how many events.
    fn ended(&self, events: u64);
    /// Hears the widest interval of a point that needs more repeats, over its mean.
    fn widest(&self, relative_half_width: f64);
    /// Says whether to go on.
    fn keep_going(&self) -> bool;
}

/// Why not all runs were made.
#[derive(Debug)]
pub enum Halt {
    /// Asked to stop; what is complete is kept.
    Interrupted,
    /// A file could not be read or written.
    File(FileError),
    /// A point's scenario is wrong, as text for people.
    Wrong(String),
    /// A run failed, and the first failure was to end the sweep.
    Failed {
        /// Number of the run.
        run: u64,
        /// What it said.
        error: String,
    },
}

impl From<FileError> for Halt {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

/// How the runs of a sweep are made.
#[derive(Debug)]
pub struct Runner<'a, E> {
    /// What makes them.
    pub engine: &'a E,
    /// Which they are.
    pub manifest: &'a Manifest,
    /// Where their results go.
    pub folder: &'a SweepFolder,
    /// Which of them are made here.
    pub shard: Shard,
    /// How many at once.
    pub jobs: usize,
    /// Whether the first failure ends the sweep.
    pub fail_fast: bool,
}

impl<E: Engine> Runner<'_, E> {
    /// Makes every run of the shard that has no result yet, and returns all results of the folder.
    ///
    /// With a rule to stop by, points get more repeats until they have enough. A shard, which does not know what others
    /// are about to find, makes one round: the repeats that the results before it ask for.
    ///
    /// # Errors
    /// If it was stopped, or could not go on; what is complete is in closed segments.
    pub fn run(&self, watch: &dyn Watch) -> Result<Results, Halt> {
        let mut results = Results::new(self.manifest);
        results.add_folder(self.folder)?;
        let mut goals = Goals::new(self.manifest);
        let is_whole = self.shard == Shard::ALL;
        let ahead = is_whole.then_some(self.jobs as u64);
        loop {
            if let Some(widest) = goals.raise(self.manifest, &mut results, ahead)? {
                watch.widest(widest);
            }
            let mut todo = goals.missing(self.manifest, &results);
            // Two points may be the same scenario; its runs are made once.
            let mut keys = HashSet::new();
            todo.retain(|run| self.shard.has(*run) && keys.insert(self.manifest.key(*run)));
            if todo.is_empty() {
                return Ok(results);
            }
            watch.planned(todo.len() as u64);
            let journal = Journal::new(self.folder, self.shard.index, &self.manifest.metrics);
            let made = self.make(&todo, &journal, watch);
            journal.close()?;
            made?;
            for segment in journal.new_segments() {
                results.add(segment)?;
            }
            if !is_whole {
                return Ok(results);
            }
        }
    }

    fn make(&self, todo: &[u64], journal: &Journal, watch: &dyn Watch) -> Result<(), Halt> {
        let pool = ThreadPoolBuilder::new().num_threads(self.jobs).build();
        let pool =
            pool.map_err(|why| Halt::Wrong(format!("cannot start {} jobs: {why}\n", self.jobs)))?;
        let shift = Shift {
            runner: self,
            todo,
            journal,
            watch,
            queue: Mutex::default(),
            over: AtomicBool::new(false),
            halt: Mutex::default(),
        };
        thread::scope(|scope| {
            let (done, is_done) = channel::<()>();
            let shift = &shift;
            scope.spawn(move || {
                while is_done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    shift.note(journal.close_old().map_err(Halt::from));
                }
            });
            pool.broadcast(|_| shift.work());
            drop(done);
        });
        locked(&shift.halt).take().map_or(Ok(()), Err)
    }
}

/// What the threads that make runs share.
struct Shift<'a, E: Engine> {
    runner: &'a Runner<'a, E>,
    todo: &'a [u64],
    journal: &'a Journal,
    watch: &'a dyn Watch,
    queue: Mutex<Queue<E::Point>>,
    over: AtomicBool,
    halt: Mutex<Option<Halt>>,
}

/// A point that whoever needs it first makes, for all its repeats.
type Shared<P> = Arc<OnceLock<Result<P, String>>>;

/// Which run is next, and the point that it belongs to.
struct Queue<P> {
    next: usize,
    point: Option<(usize, Shared<P>)>,
}

impl<P> Default for Queue<P> {
    fn default() -> Self {
        Self {
            next: 0,
            point: None,
        }
    }
}

impl<E: Engine> Shift<'_, E> {
    fn work(&self) {
        while !self.is_over() {
            let Some((run, shared)) = self.next() else {
                return;
            };
            self.note(self.one(run, &shared));
        }
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Remembers why to stop, if that is so; the first reason counts.
    fn note(&self, made: Result<(), Halt>) {
        if let Err(halt) = made {
            self.over.store(true, Ordering::Relaxed);
            locked(&self.halt).get_or_insert(halt);
        }
    }

    /// Takes the next run. Points follow one another, so that no more of them are in memory than there are threads.
    fn next(&self) -> Option<(u64, Shared<E::Point>)> {
        let mut queue = locked(&self.queue);
        let run = *self.todo.get(queue.next)?;
        queue.next += 1;
        let (point, _) = self.runner.manifest.point_and_repeat(run);
        let shared = match &queue.point {
            Some((current, shared)) if *current == point => Arc::clone(shared),
            _ => {
                let shared = Shared::default();
                queue.point = Some((point, Arc::clone(&shared)));
                shared
            }
        };
        Some((run, shared))
    }

    fn one(&self, run: u64, shared: &Shared<E::Point>) -> Result<(), Halt> {
        let manifest = self.runner.manifest;
        let (point, repeat) = manifest.point_and_repeat(run);
        let read = shared.get_or_init(|| self.point(point));
        let read = read.as_ref().map_err(|wrong| Halt::Wrong(wrong.clone()))?;
        let keep_going = || self.watch.keep_going() && !self.is_over();
        let seed = manifest.seed(point, repeat);
        let sample = self.runner.engine.run(read, seed, &keep_going);
        let mut row = Row {
            key: manifest.key(run),
            error: None,
            events: 0,
            values: Vec::new(),
        };
        match sample {
            Ok(sample) => {
                row.values = sample.values;
                row.events = sample.events;
            }
            Err(NoSample::Interrupted) => return Err(Halt::Interrupted),
            Err(NoSample::Failed(error)) if self.runner.fail_fast => {
                return Err(Halt::Failed { run, error });
            }
            Err(NoSample::Failed(error)) => row.error = Some(error),
        }
        self.journal.take(&row)?;
        self.watch.ended(row.events);
        if keep_going() {
            Ok(())
        } else {
            Err(Halt::Interrupted)
        }
    }

    /// Makes a point, and sees to it that it is the one that was planned.
    fn point(&self, point: usize) -> Result<E::Point, String> {
        let planned = &self.runner.manifest.points[point];
        let read = self.runner.engine.point(&planned.set)?;
        let identity = self.runner.engine.identity(&read);
        if content_hash(identity.as_bytes()) == planned.scenario {
            return Ok(read);
        }
        Err(format!(
            "the scenario's files changed while the sweep went on (point {point})\n"
        ))
    }
}

/// A thread that panicked with the lock held left what it guards whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
