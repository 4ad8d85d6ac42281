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
const WAITING: usize = 32;

/// Asked now and then with the simulated time and the number of events whether to go on.
///
/// It is a reference, as sinks and deliveries are within a run: so the simulation is compiled once for all of them. A call
/// through one costs little beside what it does.
pub(super) type KeepGoing<'a> = &'a mut dyn FnMut(SimTime, u64) -> bool;

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
        mut sink: S,
        mut keep_going: impl FnMut(SimTime, u64) -> bool,
    ) -> Result<(Outcome, S), Interrupted> {
        let outcome = self.simulated(&mut sink, &mut keep_going)?;
        Ok((outcome, sink))
    }

    fn simulated(
        &self,
        sink: &mut dyn RecordSink,
        keep_going: KeepGoing<'_>,
    ) -> Result<Outcome, Interrupted> {
        let (ledger, summary) = self.booked(sink, keep_going)?;
        Ok(self.outcome(ledger, summary))
    }

    fn outcome(&self, ledger: Ledger<'_>, summary: Summary) -> Outcome {
        let mut outcome = ledger.outcome(summary, &self.loaded.thresholds);
        outcome.notes.extend(self.not_judged());
        outcome
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
    pub(super) fn booked<'l>(
        &self,
        sink: &'l mut dyn RecordSink,
        keep_going: KeepGoing<'_>,
    ) -> Result<(Ledger<'l>, Summary), Interrupted>
    where
        'a: 'l,
    {
        let mut ledger = self.ledger(sink);
        let teller = self.teller(ledger.sink.is_listening(), &mut ledger);
        let (_, summary) = Simulation::new(self.model, self.seed, teller).run(keep_going)?;
        Ok((ledger, summary))
    }

    /// Does the same as [`Run::simulate`] while another thread keeps the books, and a third draws pushes ahead: sooner, and
    /// with the same result.
    ///
    /// Where the system has no thread left, this one does it all.
    ///
    /// # Errors
    /// If `keep_going` says no.
    pub fn simulate_on_two_threads<S: RecordSink>(
        &self,
        mut sink: S,
        mut keep_going: impl FnMut(SimTime, u64) -> bool,
    ) -> Result<(Outcome, S), Interrupted> {
        let outcome = self.simulated_on_two_threads(&mut sink, &mut keep_going)?;
        Ok((outcome, sink))
    }

    fn simulated_on_two_threads(
        &self,
        sink: &mut dyn RecordSink,
        keep_going: KeepGoing<'_>,
    ) -> Result<Outcome, Interrupted> {
        let (full, filled) = sync_channel(WAITING);
        let (recycle, emptied) = sync_channel(WAITING);
        let (hand, handed) = sync_channel(1);
        thread::scope(|scope| {
            // Should this thread panic, the keeper hears that no ledger comes.
            let hand = hand;
            let keeping = move || {
                let ledger = handed.recv().expect("the ledger is handed over first");
                keep(ledger, filled, recycle)
            };
            let Ok(keeper) = thread::Builder::new().spawn_scoped(scope, keeping) else {
                return self.simulated(sink, keep_going);
            };
            let ledger = self.ledger(sink);
            let is_recording = ledger.sink.is_listening();
            hand.send(ledger).expect("the keeper waits for its ledger");
            let mut post = Post { full, emptied };
            let teller = self.teller(is_recording, &mut post);
            let run = self.drawn_ahead(scope, teller).run(keep_going);
            let summary = run.map(|(_, summary)| summary);
            // With it goes what the keeper listens to.
            drop(post);
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

    fn ledger<'l>(&self, sink: &'l mut dyn RecordSink) -> Ledger<'l>
    where
        'a: 'l,
    {
        let questions = Questions::of(self.loaded);
        let mut ledger = Ledger::new(self.model, &questions, &self.boundaries(), sink);
        ledger.interruptions = Interruptions::of(self.model, self.seed);
        ledger
    }

    fn teller<'t>(&self, is_recording: bool, delivery: &'t mut dyn Delivery) -> Teller<'t>
    where
        'a: 't,
    {
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
fn keep(mut ledger: Ledger<'_>, filled: Receiver<Notes>, emptied: SyncSender<Notes>) -> Ledger<'_> {
    for mut notes in filled {
        ledger.deliver(&mut notes);
        // Nobody may want it back any more.
        let _ = emptied.try_send(notes);
    }
    ledger
}
