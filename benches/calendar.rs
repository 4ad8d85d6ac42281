//! The hold model: take the next event, add one an exponential time later, with so many pending all the while.
//!
//! The standard library's heap does the same work in the same run.
//! Source of the model: D. W. Jones, "An empirical comparison of priority-queue and event-set implementations",
//! Communications of the ACM 29 (1986).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use divan::Bencher;
use divan::counter::ItemsCount;
use ecrsim::engine::{Calendar, Key, Rank};
use ecrsim::units::{SimDuration, SimTime};

const PENDING: [u64; 3] = [1_000, 100_000, 1_000_000];
/// Holds in one sample's iteration.
const HOLDS: u64 = 10_000;
const MEAN_NS: f64 = 1e9;

fn main() {
    divan::main();
}

/// What an event carries: as much as the simulation's events do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event(u64);

/// Exponential times, drawn beforehand and taken in turn.
struct Gaps {
    drawn: Vec<SimDuration>,
    next: usize,
}

impl Gaps {
    fn new() -> Self {
        let key = Key::new(1, "gap");
        let gap = |number| {
            let nanos = key.numbered(number).draws().exponential() * MEAN_NS;
            SimDuration::from_nanos(nanos as u64)
        };
        Self {
            drawn: (0..1 << 16).map(gap).collect(),
            next: 0,
        }
    }

    fn take(&mut self) -> SimDuration {
        self.next = (self.next + 1) % self.drawn.len();
        self.drawn[self.next]
    }
}

#[divan::bench(args = PENDING)]
fn calendar(bencher: Bencher, pending: u64) {
    let (mut gaps, mut calendar) = (Gaps::new(), Calendar::default());
    for number in 0..pending {
        let at = SimTime::ZERO + gaps.take();
        calendar.schedule(at, Rank::new(5, number), Event(number));
    }
    bencher.counter(ItemsCount::new(HOLDS)).bench_local(|| {
        for _ in 0..HOLDS {
            let (at, _, event) = calendar.pop().expect("as many are pending as before");
            calendar.schedule(at + gaps.take(), Rank::new(5, event.0), event);
        }
    });
}

#[divan::bench(args = PENDING)]
fn standard_heap(bencher: Bencher, pending: u64) {
    let (mut gaps, mut heap) = (Gaps::new(), BinaryHeap::new());
    for number in 0..pending {
        let at = SimTime::ZERO + gaps.take();
        heap.push(Reverse((at, Rank::new(5, number), Event(number))));
    }
    bencher.counter(ItemsCount::new(HOLDS)).bench_local(|| {
        for _ in 0..HOLDS {
            let Reverse((at, rank, event)) = heap.pop().expect("as many are pending as before");
            heap.push(Reverse((at + gaps.take(), rank, event)));
        }
    });
}
