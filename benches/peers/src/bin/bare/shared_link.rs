//! One link that all copies share alike: M/M/1 processor sharing.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use ecrsim_peers::answer::Answer;
use ecrsim_peers::models::shared_link::RATE_PER_S;
use rand::SeedableRng;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Runs the model for as long as `pushes` take on average.
///
/// Virtual time passes at the rate of each copy's share, so that a copy's end stands fixed in it.
pub fn run(pushes: u64, seed: u64) -> Answer {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut exponential = || -> f64 { Exp1.sample(&mut random) };
    let end_s = pushes as f64 / RATE_PER_S;
    let mut answer = Answer::new(end_s);
    // Virtual ends with the true starts, as bits of floats.
    let mut copies: BinaryHeap<Reverse<(u64, u64)>> = BinaryHeap::new();
    let (mut now_s, mut virtual_s) = (0.0, 0.0);
    let mut arrival_s = exponential() / RATE_PER_S;
    loop {
        let sharing = copies.len() as f64;
        let done_s = copies.peek().map_or(f64::INFINITY, |first| {
            now_s + (f64::from_bits(first.0.0) - virtual_s) * sharing
        });
        if arrival_s.min(done_s) > end_s {
            return answer;
        }
        if arrival_s < done_s {
            if copies.is_empty() {
                virtual_s = 0.0;
            } else {
                virtual_s += (arrival_s - now_s) / sharing;
            }
            now_s = arrival_s;
            answer.pushes += 1;
            answer.events += 1;
            let end = virtual_s + exponential();
            copies.push(Reverse((end.to_bits(), now_s.to_bits())));
            arrival_s += exponential() / RATE_PER_S;
        } else if let Some(Reverse((end, start))) = copies.pop() {
            virtual_s = f64::from_bits(end);
            now_s = done_s;
            answer.events += 1;
            answer.times.add(now_s - f64::from_bits(start));
        }
    }
}
