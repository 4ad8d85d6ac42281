//! How far a run is: a bar on standard error, on a terminal only, and only for runs that take a while.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::units::SimTime;

/// Shorter runs show none.
const PATIENCE: Duration = Duration::from_secs(1);

const NANOS_PER_DAY: f64 = 86_400e9;

const TEMPLATE: &str = "{bar:30} {percent:>3} %  {msg}";

/// A run's progress. It goes away when dropped.
#[derive(Debug)]
pub struct Progress {
    began: Instant,
    end: SimTime,
    /// Hidden until patience is over, and where standard error is no terminal.
    bar: Option<ProgressBar>,
    quiet: bool,
}

impl Progress {
    /// Starts the clock of a run until `end`; a `quiet` one never shows anything.
    pub fn start(end: SimTime, quiet: bool) -> Self {
        Self {
            began: Instant::now(),
            end,
            bar: None,
            quiet,
        }
    }

    /// Returns how long it has been going on.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Shows the simulated time and the number of events so far.
    pub fn show(&mut self, now: SimTime, events: u64) {
        let elapsed = self.elapsed();
        if self.quiet || elapsed < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| bar_of(self.end.as_nanos()));
        bar.set_position(now.as_nanos());
        bar.set_message(format!(
            "day {:.1} of {:.1}, {:.1} million events per second",
            now.as_nanos() as f64 / NANOS_PER_DAY,
            self.end.as_nanos() as f64 / NANOS_PER_DAY,
            events as f64 / elapsed.as_secs_f64() / 1e6,
        ));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The progress of many runs, which end on several threads. It goes away when dropped.
#[derive(Debug)]
pub struct ManyRuns {
    began: Instant,
    runs: u64,
    ended: AtomicU64,
    events: AtomicU64,
    bar: OnceLock<ProgressBar>,
    quiet: bool,
}

impl ManyRuns {
    /// Starts the clock of so many `runs`; a `quiet` one never shows anything.
    pub fn start(runs: u64, quiet: bool) -> Self {
        Self {
            began: Instant::now(),
            runs,
            ended: AtomicU64::new(0),
            events: AtomicU64::new(0),
            bar: OnceLock::new(),
            quiet,
        }
    }

    /// Counts a run that has ended.
    pub fn ended(&self, events: u64) {
        let ended = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
        let events = self.events.fetch_add(events, Ordering::Relaxed) + events;
        let elapsed = self.began.elapsed();
        if self.quiet || elapsed < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| bar_of(self.runs));
        bar.set_position(ended);
        bar.set_message(format!(
            "run {ended} of {}, {:.1} million events per second",
            self.runs,
            events as f64 / elapsed.as_secs_f64() / 1e6,
        ));
    }

    /// Says how many events there were, and in what time.
    pub fn timing(&self) -> String {
        timing(self.events.load(Ordering::Relaxed), self.began.elapsed())
    }
}

impl Drop for ManyRuns {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

/// Says how many events were handled, and in what time.
pub fn timing(events: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    let millions = events as f64 / 1e6;
    format!(
        "{millions:.2} million events in {seconds:.2} s: {:.1} million per second\n",
        millions / seconds.max(1e-9)
    )
}

fn bar_of(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(TEMPLATE).expect("the template is well-formed");
    ProgressBar::new(length).with_style(style)
}

/// The progress of a sweep, whose runs end on several threads, and which may find that it needs more of them. It goes away
/// when dropped.
#[derive(Debug)]
pub struct SweepProgress {
    began: Instant,
    planned: AtomicU64,
    ended: AtomicU64,
    events: AtomicU64,
    /// Bits of the widest interval over its mean; 0 while nothing is known of it.
    widest: AtomicU64,
    bar: OnceLock<ProgressBar>,
    quiet: bool,
}

impl SweepProgress {
    /// Starts the clock; a `quiet` one never shows anything.
    pub fn start(quiet: bool) -> Self {
        Self {
            began: Instant::now(),
            planned: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            events: AtomicU64::new(0),
            widest: AtomicU64::new(0),
            bar: OnceLock::new(),
            quiet,
        }
    }

    /// Hears of so many more runs.
    pub fn planned(&self, runs: u64) {
        let planned = self.planned.fetch_add(runs, Ordering::Relaxed) + runs;
        if let Some(bar) = self.bar.get() {
            bar.set_length(planned);
        }
    }

    /// Hears the widest interval, over its mean, of the points that need more repeats.
    pub fn widest(&self, relative: f64) {
        self.widest.store(relative.to_bits(), Ordering::Relaxed);
    }

    /// Counts a run that has ended.
    pub fn ended(&self, events: u64) {
        let ended = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
        self.events.fetch_add(events, Ordering::Relaxed);
        let elapsed = self.began.elapsed();
        if self.quiet || elapsed < PATIENCE {
            return;
        }
        let planned = self.planned.load(Ordering::Relaxed);
        let bar = self.bar.get_or_init(|| bar_of(planned));
        bar.set_position(ended);
        bar.set_message(self.message(ended, planned, elapsed));
    }

    fn message(&self, ended: u64, planned: u64, elapsed: Duration) -> String {
        let rate = ended as f64 / elapsed.as_secs_f64();
        let left_s = planned.saturating_sub(ended) as f64 / rate;
        let mut message =
            format!("run {ended} of {planned}, {rate:.1} per second, {left_s:.0} s left");
        let widest = f64::from_bits(self.widest.load(Ordering::Relaxed));
        if widest > 0.0 {
            message += &format!(", widest interval ±{:.1} %", widest * 100.0);
        }
        message
    }

    /// Says how many runs and events there were, and in what time.
    pub fn timing(&self) -> String {
        let ended = self.ended.load(Ordering::Relaxed);
        let events = timing(self.events.load(Ordering::Relaxed), self.began.elapsed());
        format!("{ended} runs, {events}")
    }
}

impl Drop for SweepProgress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
