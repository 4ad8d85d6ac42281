//! One run, from a loaded scenario and its model to what was found.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::calendar::Boundaries;
use super::interruptions::Interruptions;
use super::ledger::Ledger;
use super::note::Notes;
use super::outcome::Outcome;
use super::questions::Questions;
use super::record::RecordSink;
use super::records::Records;
use super::teller::{Delivery, Post, Teller};
use crate::scenario::{DeltaThreshold, Loaded};
use crate::simulation::{DrawingAhead, Interrupted, Model, Observer, Simulation, Summary};
use crate::units::SimTime;

/// Lists of notes that may wait for the ledger; then the simulation waits.
const WAITING: usize = 64;

/// A run to be made.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What is simulated.
    pub loaded: &'a Loaded,
    /// Its model.
    pub model: &'a Model,
    /// The seed of its draws.
    pub seed: u64,
}

impl<'a> Run<'a> {
    /// Returns the run of `loaded`, whose model is `model`, under its own seed.
    pub const fn new(loaded: &'a Loaded, model: &'a Model) -> Self {
        let seed = loaded.scenario.seed;
        Self {
            loaded,
            model,
            seed,
        }
    }

    /// Simulates, and hands measured replications to `sink`, which comes back.
    ///
    /// `keep_going` is asked now and then with the simulated time and the number of events.
    ///
    /// # Errors
    /// If `keep_going` says no.
    pub fn simulate<S: RecordSink>(
        &self,
        sink: S,
        keep_going: impl FnMut(SimTime, u64) -> bool,
    ) -> Result<(Outcome, S), Interrupted> {
        let (ledger, summary) = self.booked(sink, keep_going)?;
        Ok(self.outcome(ledger, summary))
    }

    fn outcome<S: RecordSink>(&self, ledger: Ledger<'a, S>, summary: Summary) -> (Outcome, S) {
        let (mut outcome, sink) = ledger.outcome(summary, &self.loaded.thresholds);
        outcome.notes.extend(self.not_judged());
        (outcome, sink)
    }

    /// Says which thresholds take more than one run.
    fn not_judged(&self) -> Option<String> {
        let deltas: Vec<String> = self
            .loaded
            .deltas
            .iter()
            .map(DeltaThreshold::text)
            .collect();
        let list = deltas.join(", ");
        (!deltas.is_empty())
            .then(|| format!("for `ecrsim compare`, not judged in a single run: {list}"))
    }

    /// Simulates, and returns the books.
    pub(super) fn booked<S: RecordSink>(
        &self,
        sink: S,
        keep_going: impl FnMut(SimTime, u64) -> bool,
    ) -> Result<(Ledger<'a, S>, Summary), Interrupted> {
        let ledger = self.ledger(sink);
        let teller = self.teller(ledger.sink.is_listening(), ledger);
        let (teller, summary) = Simulation::new(self.model, self.seed, teller).run(keep_going)?;
        Ok((teller.delivery, summary))
    }

    /// Does the same while another thread keeps the books, and a third draws pushes ahead: sooner, and with the same result.
    ///
    /// Where the system has no thread left, this one does it all.
    ///
    /// # Errors
    /// If `keep_going` says no.
    pub fn simulate_on_two_threads<S: RecordSink + Send>(
        &self,
        sink: S,
        keep_going: impl FnMut(SimTime, u64) -> bool,
    ) -> Result<(Outcome, S), Interrupted> {
        let (full, filled) = sync_channel(WAITING);
        let (recycle, emptied) = sync_channel(WAITING);
        let (hand, handed) = sync_channel(1);
        thread::scope(|scope| {
            let keeping = move || {
                let ledger = handed.recv().expect("the ledger is handed over first");
                keep(ledger, filled, recycle)
            };
            let Ok(keeper) = thread::Builder::new().spawn_scoped(scope, keeping) else {
                return self.simulate(sink, keep_going);
            };
            let ledger = self.ledger(sink);
            let is_recording = ledger.sink.is_listening();
            hand.send(ledger).expect("the keeper waits for its ledger");
            let teller = self.teller(is_recording, Post { full, emptied });
            let simulation = self.drawn_ahead(scope, teller);
            let run = simulation.run(keep_going);
            // The teller goes, and with it the keeper's last notes.
            let summary = run.map(|(_, summary)| summary);
            let ledger = keeper.join().unwrap_or_else(|panic| resume_unwind(panic));
            Ok(self.outcome(ledger, summary?))
        })
    }

    /// Returns the run at its beginning, with a thread that draws its pushes; where there is none to be had, without.
    fn drawn_ahead<'s, O: Observer>(
        &self,
        scope: &'s thread::Scope<'s, '_>,
        observer: O,
    ) -> Simulation<'a, O>
    where
        'a: 's,
    {
        let (drawing, pushes) = DrawingAhead::new(self.model, self.seed);
        match thread::Builder::new().spawn_scoped(scope, || drawing.run()) {
            Ok(_) => Simulation::with_pushes(self.model, self.seed, observer, pushes),
            Err(_) => Simulation::new(self.model, self.seed, observer),
        }
    }

    fn ledger<S: RecordSink>(&self, sink: S) -> Ledger<'a, S> {
        let questions = Questions::of(self.loaded);
        let mut ledger = Ledger::new(self.model, &questions, &self.boundaries(), sink);
        ledger.interruptions = Interruptions::of(self.model, self.seed);
        ledger
    }

    fn teller<D: Delivery>(&self, is_recording: bool, delivery: D) -> Teller<'a, D> {
        let records = Records {
            model: self.model,
            rates: Questions::of(self.loaded).tariff.first_rates(self.model),
        };
        Teller::new(self.boundaries(), records, is_recording, delivery)
    }

    fn boundaries(&self) -> Boundaries {
        let Model {
            start, window, end, ..
        } = *self.model;
        let boundaries = Boundaries::new(start, self.loaded.scenario.bucket, window.from, end);
        if self.model.replicates_deletes {
            boundaries.looking_before()
        } else {
            boundaries
        }
    }
}

/// Books what comes until nothing more does.
fn keep<S: RecordSink>(
    mut ledger: Ledger<'_, S>,
    filled: Receiver<Notes>,
    emptied: SyncSender<Notes>,
) -> Ledger<'_, S> {
    for mut notes in filled {
        ledger.deliver(&mut notes);
        // Nobody may want it back any more.
        let _ = emptied.try_send(notes);
    }
    ledger
}
