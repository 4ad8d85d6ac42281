//! The queue M/M/16.

use std::collections::VecDeque;

use ecrsim_peers::answer::Answer;
use ecrsim_peers::models::mm16::{RATE_PER_S, SERVERS};
use rand::SeedableRng;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;

/// When each server is done; never, for one that is idle.
#[derive(Debug)]
struct Ends([f64; SERVERS]);

impl Ends {
    /// Returns the earliest end. All are looked at: sixteen are fewer than a heap is worth.
    #[inline]
    fn earliest_s(&self) -> f64 {
        self.0.iter().fold(
            f64::INFINITY,
            |least, &end_s| if end_s < least { end_s } else { least },
        )
    }

    /// Puts `to_s` in the place of an end of `from_s`.
    #[inline]
    fn replace(&mut self, from_s: f64, to_s: f64) {
        let server = self.0.iter().position(|&end_s| end_s == from_s);
        self.0[server.expect("a server that is done, or idle")] = to_s;
    }
}

/// Runs the model for as long as `pushes` arrivals take on average.
pub fn run(pushes: u64, seed: u64) -> Answer {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut exponential = || -> f64 { Exp1.sample(&mut random) };
    let end_s = pushes as f64 / RATE_PER_S;
    let mut answer = Answer::new(end_s);
    let mut ends = Ends([f64::INFINITY; SERVERS]);
    let mut idle = SERVERS;
    let mut arrived_s = VecDeque::new();
    let mut arrival_s = exponential() / RATE_PER_S;
    loop {
        let done_s = ends.earliest_s();
        if arrival_s.min(done_s) > end_s {
            return answer;
        }
        if arrival_s < done_s {
            answer.pushes += 1;
            answer.events += 1;
            if idle > 0 {
                idle -= 1;
                answer.times.add(0.0);
                ends.replace(f64::INFINITY, arrival_s + exponential());
            } else {
                arrived_s.push_back(arrival_s);
            }
            arrival_s += exponential() / RATE_PER_S;
        } else {
            answer.events += 1;
            if let Some(since_s) = arrived_s.pop_front() {
                answer.times.add(done_s - since_s);
                ends.replace(done_s, done_s + exponential());
            } else {
                idle += 1;
                ends.replace(done_s, f64::INFINITY);
            }
        }
    }
}
