//! How far a run is: a bar on standard error, on a terminal only, and only for runs that take a while.

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
        let bar = self.bar.get_or_insert_with(|| new_bar(self.end));
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

fn new_bar(end: SimTime) -> ProgressBar {
    let style = ProgressStyle::with_template(TEMPLATE).expect("the template is well-formed");
    ProgressBar::new(end.as_nanos()).with_style(style)
}
