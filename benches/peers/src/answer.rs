//! The command line and the answer: one line of JSON.

use crate::histogram::Histogram;

/// What a program is asked: `WORK PUSHES SEED`.
#[derive(Debug)]
pub struct Question {
    /// The model.
    pub work: String,
    /// Pushes that are expected; the run lasts as long as they take on average.
    pub pushes: u64,
    /// Seed of every draw.
    pub seed: u64,
}

impl Question {
    /// Returns what the command line asks.
    ///
    /// # Panics
    /// If it is not `WORK PUSHES SEED`.
    pub fn from_command_line() -> Self {
        let mut words = std::env::args().skip(1);
        let mut word = || words.next().expect("usage: WORK PUSHES SEED");
        let work = word();
        let mut number = || word().parse().expect("a whole number");
        Self {
            work,
            pushes: number(),
            seed: number(),
        }
    }
}

/// What a run comes to.
#[derive(Debug)]
pub struct Answer {
    /// Events, counted as `README.md` says.
    pub events: u64,
    /// Pushes (or jobs) among them.
    pub pushes: u64,
    /// The times that the model is about.
    pub times: Histogram,
    last_promised_push_s: f64,
    promised: u64,
    kept: u64,
}

impl Answer {
    /// Every copy of an image should arrive within this time, as the fan-out is asked.
    pub const PROMISE_S: f64 = 1_800.0;

    /// Returns the answer of a run that has not begun and will last `duration_s`.
    pub fn new(duration_s: f64) -> Self {
        Self {
            events: 0,
            pushes: 0,
            times: Histogram::new(),
            last_promised_push_s: duration_s - Self::PROMISE_S,
            promised: 0,
            kept: 0,
        }
    }

    /// Counts a push. Copies of one that is younger than the promise at the end cannot be judged.
    #[inline]
    pub fn push(&mut self, pushed_s: f64, copies: usize) {
        self.pushes += 1;
        if pushed_s <= self.last_promised_push_s {
            self.promised += copies as u64;
        }
    }

    /// Counts a copy that arrives.
    #[inline]
    pub fn arrive(&mut self, pushed_s: f64, at_s: f64) {
        let latency_s = at_s - pushed_s;
        self.times.add(latency_s);
        let kept = latency_s <= Self::PROMISE_S && pushed_s <= self.last_promised_push_s;
        self.kept += u64::from(kept);
    }

    /// Prints the answer. Names of keys are those that `run.py` reads.
    pub fn print(&self) {
        let times = &self.times;
        print!("{{\"events\": {}, \"pushes\": {}", self.events, self.pushes);
        print!(", \"mean_s\": {:.6}", times.mean_s());
        print!(", \"p50_s\": {:.6}", times.quantile_s(0.5));
        print!(", \"p99_s\": {:.6}", times.quantile_s(0.99));
        if self.promised > 0 {
            let share = self.kept as f64 / self.promised as f64;
            print!(", \"within_30min\": {share:.6}");
        }
        println!("}}");
    }
}
