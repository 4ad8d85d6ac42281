//! The fan-out: pushes, four copies of each, four links with slots.

use std::collections::VecDeque;

use ecrsim_peers::answer::Answer;
use ecrsim_peers::models::fan_out::*;
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, Exp1, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::calendar::Calendar;

const DISPATCH: u64 = 0;
const TRANSFER_END: u64 = 1;
const STALL_END: u64 = 2;

/// A copy from its request to its end.
#[derive(Clone, Copy)]
struct Copy {
    pushed_s: f64,
    transfer_s: f64,
}

#[derive(Default)]
struct Link {
    busy: usize,
    waiting: VecDeque<u64>,
}

/// What an entry of the calendar says: place of the copy, link, kind.
const fn what(place: u64, link: usize, kind: u64) -> u64 {
    place << 4 | (link as u64) << 2 | kind
}

struct FanOut<C> {
    end_s: f64,
    calendar: C,
    random: Xoshiro256PlusPlus,
    copies: Vec<Copy>,
    /// Places of `copies` that are free.
    free: Vec<u64>,
    links: [Link; DESTINATIONS],
    pushes_by_repository: [u64; REPOSITORIES],
    answer: Answer,
}

impl<C: Calendar> FanOut<C> {
    fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        let normal: f64 = StandardNormal.sample(&mut self.random);
        median * (sigma * normal).exp()
    }

    fn gap_s(&mut self) -> f64 {
        let gap: f64 = Exp1.sample(&mut self.random);
        gap / RATE_PER_S
    }

    /// The pending push is kept out of the calendar.
    fn run(mut self) -> Answer {
        let mut push_s = self.gap_s();
        loop {
            let next = self.calendar.take(push_s.min(self.end_s));
            if let Some((at_s, what)) = next {
                self.handle(at_s, what);
            } else if push_s < self.end_s {
                self.push(push_s);
                push_s += self.gap_s();
            } else {
                return self.answer;
            }
        }
    }

    fn push(&mut self, at_s: f64) {
        self.answer.events += 1;
        self.answer.push(at_s, DESTINATIONS);
        let repository = self.random.gen_range(0..REPOSITORIES);
        self.pushes_by_repository[repository] += 1;
        let size_bytes = self.lognormal(SIZE_MEDIAN_BYTES, SIZE_SIGMA);
        let copy = Copy {
            pushed_s: at_s,
            transfer_s: size_bytes / PER_COPY_BYTES_PER_S,
        };
        for link in 0..DESTINATIONS {
            let due_s = at_s + self.lognormal(DISPATCH_MEDIAN_S, DISPATCH_SIGMA);
            let place = self.keep(copy);
            self.calendar.add(due_s, what(place, link, DISPATCH));
        }
    }

    fn keep(&mut self, copy: Copy) -> u64 {
        if let Some(place) = self.free.pop() {
            self.copies[place as usize] = copy;
            return place;
        }
        self.copies.push(copy);
        self.copies.len() as u64 - 1
    }

    #[inline]
    fn handle(&mut self, at_s: f64, what: u64) {
        self.answer.events += 1;
        let (place, link) = (what >> 4, (what >> 2 & 3) as usize);
        match what & 3 {
            DISPATCH => self.dispatch(at_s, link, place),
            TRANSFER_END => self.end_transfer(at_s, link, place),
            _ => self.end(at_s, link, place),
        }
    }

    fn dispatch(&mut self, at_s: f64, link: usize, place: u64) {
        if self.links[link].busy < SLOTS {
            self.links[link].busy += 1;
            self.start(at_s, link, place);
        } else {
            self.links[link].waiting.push_back(place);
        }
    }

    fn start(&mut self, at_s: f64, link: usize, place: u64) {
        let due_s = at_s + self.copies[place as usize].transfer_s;
        self.calendar.add(due_s, what(place, link, TRANSFER_END));
    }

    fn end_transfer(&mut self, at_s: f64, link: usize, place: u64) {
        if self.random.r#gen::<f64>() >= STALL_PROBABILITY {
            return self.end(at_s, link, place);
        }
        // The inverse of Pareto's law at a uniform number above 0.
        let uniform = 1.0 - self.random.r#gen::<f64>();
        let stall_s = STALL_SCALE_S * uniform.powf(-1.0 / STALL_SHAPE);
        self.calendar
            .add(at_s + stall_s, what(place, link, STALL_END));
    }

    /// The copy has arrived; the next one that waits takes its slot.
    fn end(&mut self, at_s: f64, link: usize, place: u64) {
        self.answer
            .arrive(self.copies[place as usize].pushed_s, at_s);
        self.free.push(place);
        match self.links[link].waiting.pop_front() {
            Some(next) => self.start(at_s, link, next),
            None => self.links[link].busy -= 1,
        }
    }
}

/// Runs the model for as long as `pushes` take on average.
pub fn run<C: Calendar>(pushes: u64, seed: u64) -> Answer {
    let end_s = pushes as f64 / RATE_PER_S;
    let model = FanOut {
        end_s,
        calendar: C::default(),
        random: Xoshiro256PlusPlus::seed_from_u64(seed),
        copies: Vec::new(),
        free: Vec::new(),
        links: Default::default(),
        pushes_by_repository: [0; REPOSITORIES],
        answer: Answer::new(end_s),
    };
    model.run()
}
