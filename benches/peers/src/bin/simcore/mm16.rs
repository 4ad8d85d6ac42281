//! The queue M/M/16.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use ecrsim_peers::answer::Answer;
use ecrsim_peers::models::mm16::{RATE_PER_S, SERVERS};
use rand_distr::{Exp, Exp1};
use serde::Serialize;
use simcore::{Event, EventHandler, Simulation, SimulationContext, cast};

/// A job arrives.
#[derive(Clone, Serialize)]
struct Arrival {}

/// A server is done with a job.
#[derive(Clone, Serialize)]
struct End {}

struct Queue {
    context: SimulationContext,
    gap_s: Exp<f64>,
    busy: usize,
    /// When those that wait arrived.
    waiting_since_s: VecDeque<f64>,
    answer: Answer,
}

impl Queue {
    fn schedule(&self) {
        let gap_s = self.context.sample_from_distribution(&self.gap_s);
        self.context.emit_self(Arrival {}, gap_s);
    }

    fn arrive(&mut self) {
        let now_s = self.context.time();
        self.answer.events += 1;
        self.answer.pushes += 1;
        if self.busy < SERVERS {
            self.busy += 1;
            self.start(0.0);
        } else {
            self.waiting_since_s.push_back(now_s);
        }
        self.schedule();
    }

    fn start(&mut self, waited_s: f64) {
        self.answer.times.add(waited_s);
        let service_s: f64 = self.context.sample_from_distribution(&Exp1);
        self.context.emit_self(End {}, service_s);
    }

    fn end(&mut self) {
        self.answer.events += 1;
        match self.waiting_since_s.pop_front() {
            Some(since_s) => self.start(self.context.time() - since_s),
            None => self.busy -= 1,
        }
    }
}

impl EventHandler for Queue {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrival {} => {
                self.arrive()
            }
            End {} => {
                self.end()
            }
        })
    }
}

/// Runs the model for as long as `pushes` arrivals take on average.
pub fn run(pushes: u64, seed: u64) -> Answer {
    let end_s = pushes as f64 / RATE_PER_S;
    let mut simulation = Simulation::new(seed);
    let queue = Queue {
        context: simulation.create_context("queue"),
        gap_s: Exp::new(RATE_PER_S).expect("a right law"),
        busy: 0,
        waiting_since_s: VecDeque::new(),
        answer: Answer::new(end_s),
    };
    queue.schedule();
    let queue = Rc::new(RefCell::new(queue));
    simulation.add_handler("queue", queue.clone());
    simulation.step_until_time(end_s);
    drop(simulation);
    let queue = Rc::into_inner(queue).expect("the simulation has let go of it");
    queue.into_inner().answer
}
