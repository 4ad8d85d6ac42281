//! Streams of pulls: when, from which repository, and how far back from its newest image.

use super::arrivals::{Arrivals, Position};
use crate::engine::{Choice, Key};
use crate::units::SimTime;

/// What a stream of pulls does.
#[derive(Clone, Debug)]
pub struct PullPlan {
    /// When.
    pub arrivals: Arrivals,
    /// Which of the pushed stream's repositories, by place.
    pub choice: Choice,
    /// Chance of the newest image; of the one before it, if it is not the newest; and so on.
    pub newest: f64,
    /// Part of an image's bytes that a node already holds.
    pub cached: f64,
}

/// Where a stream stands: lazy, one pull at a time.
#[derive(Clone, Debug)]
pub struct PullStream {
    position: Position,
    count: u64,
    gap: Key,
    repository: Key,
    recency: Key,
}

impl PullStream {
    /// Returns the stream `name` at its beginning.
    pub fn new(seed: u64, name: &str) -> Self {
        let key = |purpose| Key::new(seed, purpose).named(name);
        Self {
            position: Position::default(),
            count: 0,
            gap: key("pull-gap"),
            repository: key("pull-repository"),
            recency: key("pull-recency"),
        }
    }

    /// Returns the number and time of the next pull, if it comes by `end`.
    pub fn next(&mut self, plan: &PullPlan, end: SimTime) -> Option<(u64, SimTime)> {
        let number = self.count + 1;
        let at = plan
            .arrivals
            .next(&mut self.position, number, self.gap, end)?;
        self.count = number;
        Some((number, at))
    }

    /// Draws the place of the repository of pull `number`.
    pub fn repository(&self, plan: &PullPlan, number: u64) -> usize {
        plan.choice
            .draw(&mut self.repository.numbered(number).draws())
    }

    /// Draws how many images pull `number` goes back from the newest of `images`.
    pub fn images_back(&self, plan: &PullPlan, number: u64, images: u64) -> u64 {
        let uniform = self.recency.numbered(number).draws().uniform();
        geometric(plan.newest, images, uniform)
    }
}

impl PullPlan {
    /// Returns the bytes of an image that a pull moves, to the nearest.
    pub fn pulled_bytes(&self, image_bytes: u64) -> u64 {
        libm::round(image_bytes as f64 * (1.0 - self.cached)) as u64
    }
}

/// Returns the number below `count` at `uniform` of a geometric law that is cut there, by inversion: of the law with chance p,
/// numbers below k have 1 - (1 - p)^k (textbook); the cut divides it by the same of `count`.
fn geometric(chance: f64, count: u64, uniform: f64) -> u64 {
    if chance >= 1.0 || count <= 1 {
        return 0;
    }
    let log_left = libm::log1p(-chance);
    let cut = libm::expm1(count as f64 * log_left);
    let number = libm::log1p(uniform * cut) / log_left;
    (number as u64).min(count - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_geometric_law_is_inverted_at_its_own_steps() {
        // Chance 1/2 among three: 4/7, 2/7, 1/7.
        let at = |uniform| geometric(0.5, 3, uniform);
        assert_eq!([at(0.01), at(4.0 / 7.0 - 1e-9)], [0, 0]);
        assert_eq!([at(4.0 / 7.0 + 1e-9), at(6.0 / 7.0 - 1e-9)], [1, 1]);
        assert_eq!([at(6.0 / 7.0 + 1e-9), at(1.0 - 1e-12)], [2, 2]);
        assert_eq!(geometric(1.0, 9, 0.999), 0);
        assert_eq!(geometric(0.1, 1, 0.999), 0);
        // So small a chance makes all alike.
        assert_eq!(geometric(1e-12, 4, 0.6), 2);
    }

    #[test]
    fn draws_depend_on_seed_name_and_number_alone() {
        let plan = PullPlan {
            arrivals: Arrivals::Poisson {
                per_ns: 1e-9,
                shape: None,
            },
            choice: Choice::Even(10),
            newest: 0.1,
            cached: 0.7,
        };
        let draws = |seed, name: &str| {
            let stream = PullStream::new(seed, name);
            let draw = |number| {
                let place = stream.repository(&plan, number);
                (place, stream.images_back(&plan, number, 40))
            };
            (1..=50).map(draw).collect::<Vec<_>>()
        };
        assert_eq!(draws(1, "tokyo"), draws(1, "tokyo"));
        assert_ne!(draws(1, "tokyo"), draws(2, "tokyo"));
        assert_ne!(draws(1, "tokyo"), draws(1, "osaka"));
        assert_eq!(plan.pulled_bytes(250_000_000), 75_000_000);
    }
}
