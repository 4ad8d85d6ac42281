//! Copies that share one pipe: one ends, another starts, with so many moving bytes all the while.
//!
//! Each start and each end changes everybody's speed, and costs O(log n).

use divan::Bencher;
use divan::counter::ItemsCount;
use ecrsim::engine::Key;
use ecrsim::network::{Pipe, Speeds};
use ecrsim::units::SimTime;

const MOVING: [u64; 3] = [10, 1_000, 100_000];
/// Ends, and as many starts, in one sample's iteration.
const TURNS: u64 = 10_000;
const MEAN_BYTES: f64 = 250e6;

fn main() {
    divan::main();
}

/// Exponential sizes, drawn beforehand and taken in turn.
fn sizes() -> impl Iterator<Item = u64> {
    let key = Key::new(1, "size");
    let size = |number| (key.numbered(number).draws().exponential() * MEAN_BYTES) as u64 + 1;
    let drawn: Vec<u64> = (0..1 << 16).map(size).collect();
    (0..).map(move |turn: usize| drawn[turn % drawn.len()])
}

/// The bandwidth is what all copies share.
#[divan::bench(args = MOVING)]
fn shared(bencher: Bencher, moving: u64) {
    turn_over(bencher, moving, Some(10_000_000_000));
}

/// Each copy moves at its own top speed, whatever the others do.
#[divan::bench(args = MOVING)]
fn alone(bencher: Bencher, moving: u64) {
    turn_over(bencher, moving, None);
}

fn turn_over(bencher: Bencher, moving: u64, bandwidth: Option<u64>) {
    let speeds = Speeds {
        per_copy: Some(400_000_000),
        bandwidth,
    };
    let (mut pipe, mut sizes) = (Pipe::new(speeds, 1), sizes());
    let mut next_size = || sizes.next().expect("sizes never run out");
    for token in 0..moving {
        pipe.start(SimTime::ZERO, next_size(), 0, token as u32, token);
    }
    bencher.counter(ItemsCount::new(TURNS)).bench_local(|| {
        let mut turns = 0;
        while turns < TURNS {
            let end = pipe.next_end().expect("copies are moving");
            let mut ended = Vec::new();
            pipe.settle(end, |copy| ended.push(copy));
            turns += ended.len() as u64;
            for copy in ended {
                pipe.start(end, next_size(), 0, copy.token, copy.order);
            }
        }
    });
}
