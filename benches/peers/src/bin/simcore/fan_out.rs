//! The fan-out: a source that pushes, and a link for each destination.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use ecrsim_peers::answer::Answer;
use ecrsim_peers::models::fan_out::*;
use rand_distr::{Exp, LogNormal, Pareto};
use serde::Serialize;
use simcore::{Event, EventHandler, Id, Simulation, SimulationContext, cast};

/// A push is due.
#[derive(Clone, Serialize)]
struct Push {}

/// A copy joins the queue of its link.
#[derive(Clone, Serialize)]
struct Dispatch {
    copy: Copy,
}

/// The bytes of a copy are there.
#[derive(Clone, Serialize)]
struct TransferEnd {
    copy: Copy,
}

/// A copy's stall has passed.
#[derive(Clone, Serialize)]
struct StallEnd {
    copy: Copy,
}

#[derive(Clone, Serialize)]
struct Copy {
    pushed_s: f64,
    transfer_s: f64,
}

struct Source {
    context: SimulationContext,
    links: Vec<Id>,
    gap_s: Exp<f64>,
    size_bytes: LogNormal<f64>,
    dispatch_s: LogNormal<f64>,
    pushes_by_repository: [u64; REPOSITORIES],
    answer: Rc<RefCell<Answer>>,
}

impl Source {
    fn schedule(&self) {
        let gap_s = self.context.sample_from_distribution(&self.gap_s);
        self.context.emit_self(Push {}, gap_s);
    }

    fn push(&mut self) {
        let mut answer = self.answer.borrow_mut();
        let pushed_s = self.context.time();
        answer.events += 1;
        answer.push(pushed_s, DESTINATIONS);
        let repository = self.context.gen_range(0..REPOSITORIES);
        self.pushes_by_repository[repository] += 1;
        let size_bytes = self.context.sample_from_distribution(&self.size_bytes);
        let transfer_s = size_bytes / PER_COPY_BYTES_PER_S;
        for &link in &self.links {
            let delay_s = self.context.sample_from_distribution(&self.dispatch_s);
            let copy = Copy {
                pushed_s,
                transfer_s,
            };
            self.context.emit(Dispatch { copy }, link, delay_s);
        }
        self.schedule();
    }
}

impl EventHandler for Source {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Push {} => {
                self.push()
            }
        })
    }
}

struct Link {
    context: SimulationContext,
    stall_s: Pareto<f64>,
    busy: usize,
    waiting: VecDeque<Copy>,
    answer: Rc<RefCell<Answer>>,
}

impl Link {
    fn dispatch(&mut self, copy: Copy) {
        self.answer.borrow_mut().events += 1;
        if self.busy < SLOTS {
            self.busy += 1;
            self.start(copy);
        } else {
            self.waiting.push_back(copy);
        }
    }

    fn start(&self, copy: Copy) {
        let transfer_s = copy.transfer_s;
        self.context.emit_self(TransferEnd { copy }, transfer_s);
    }

    fn end_transfer(&mut self, copy: Copy) {
        self.answer.borrow_mut().events += 1;
        if self.context.rand() >= STALL_PROBABILITY {
            return self.end(&copy);
        }
        let stall_s = self.context.sample_from_distribution(&self.stall_s);
        self.context.emit_self(StallEnd { copy }, stall_s);
    }

    fn end_stall(&mut self, copy: &Copy) {
        self.answer.borrow_mut().events += 1;
        self.end(copy);
    }

    /// The copy has arrived; the next one that waits takes its slot.
    fn end(&mut self, copy: &Copy) {
        self.answer
            .borrow_mut()
            .arrive(copy.pushed_s, self.context.time());
        match self.waiting.pop_front() {
            Some(next) => self.start(next),
            None => self.busy -= 1,
        }
    }
}

impl EventHandler for Link {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Dispatch { copy } => {
                self.dispatch(copy)
            }
            TransferEnd { copy } => {
                self.end_transfer(copy)
            }
            StallEnd { copy } => {
                self.end_stall(&copy)
            }
        })
    }
}

/// Runs the model for as long as `pushes` take on average.
pub fn run(pushes: u64, seed: u64) -> Answer {
    let end_s = pushes as f64 / RATE_PER_S;
    let mut simulation = Simulation::new(seed);
    let answer = Rc::new(RefCell::new(Answer::new(end_s)));
    let links = (0..DESTINATIONS).map(|link| add_link(&mut simulation, link, &answer));
    let links = links.collect();
    let lognormal = |median: f64, sigma| LogNormal::new(median.ln(), sigma).expect("a right law");
    let source = Source {
        context: simulation.create_context("source"),
        links,
        gap_s: Exp::new(RATE_PER_S).expect("a right law"),
        size_bytes: lognormal(SIZE_MEDIAN_BYTES, SIZE_SIGMA),
        dispatch_s: lognormal(DISPATCH_MEDIAN_S, DISPATCH_SIGMA),
        pushes_by_repository: [0; REPOSITORIES],
        answer: Rc::clone(&answer),
    };
    source.schedule();
    simulation.add_handler("source", Rc::new(RefCell::new(source)));
    simulation.step_until_time(end_s);
    drop(simulation);
    Rc::into_inner(answer)
        .expect("the simulation has let go of it")
        .into_inner()
}

fn add_link(simulation: &mut Simulation, number: usize, answer: &Rc<RefCell<Answer>>) -> Id {
    let name = format!("link-{number}");
    let link = Link {
        context: simulation.create_context(&name),
        stall_s: Pareto::new(STALL_SCALE_S, STALL_SHAPE).expect("a right law"),
        busy: 0,
        waiting: VecDeque::new(),
        answer: Rc::clone(answer),
    };
    simulation.add_handler(&name, Rc::new(RefCell::new(link)))
}
