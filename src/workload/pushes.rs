//! Streams of pushes: which repository, how many bytes, on which base.

use super::arrivals::{Arrivals, Position};
use crate::engine::{Choice, Key, Law};
use crate::units::{Bytes, SimDuration, SimTime};

/// What a stream of pushes does.
#[derive(Clone, Debug)]
pub struct PushPlan {
    /// When.
    pub arrivals: Arrivals,
    /// Which repository, by place; bursts take them in turn.
    pub choice: Choice,
    /// How many repositories there are.
    pub repositories: u32,
    /// Compressed bytes of a whole image.
    pub size: Law,
    /// Part of an image that lies in base layers.
    pub shared: f64,
    /// A new base this often; `None`: never.
    pub base_refresh: Option<SimDuration>,
}

/// Where a stream stands: lazy, one push at a time, so that memory does not grow with the run.
#[derive(Clone, Debug)]
pub struct PushStream {
    position: Position,
    /// Pushes so far.
    count: u64,
    /// Pushes so far by repository.
    counts: Vec<u64>,
    keys: Keys,
}

#[derive(Clone, Copy, Debug)]
struct Keys {
    gap: Key,
    repository: Key,
    size: Key,
    base: Key,
}

/// One push of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Its number in the stream, from 1.
    pub number: u64,
    /// Place of its repository.
    pub repository: u32,
    /// Its number in stream and repository, from 1: the `{n}` of tags.
    pub number_in_repository: u64,
    /// Bytes of its own layers.
    pub own_bytes: u64,
    /// Number of the repository's base that it is built on, if it has one.
    pub base: Option<u64>,
}

impl PushStream {
    /// Returns the stream `name` at its beginning.
    pub fn new(seed: u64, name: &str, repositories: u32) -> Self {
        let key = |purpose| Key::new(seed, purpose).named(name);
        let keys = Keys {
            gap: key("push-gap"),
            repository: key("push-repository"),
            size: key("push-size"),
            base: key("push-base"),
        };
        let counts = vec![0; repositories as usize];
        Self {
            position: Position::default(),
            count: 0,
            counts,
            keys,
        }
    }

    /// Draws the next push, and returns it with its time, if it comes by `end`.
    #[inline(always)]
    pub fn next(&mut self, plan: &PushPlan, end: SimTime) -> Option<(SimTime, Drawn)> {
        let number = self.count + 1;
        let at = plan
            .arrivals
            .next(&mut self.position, number, self.keys.gap, end)?;
        self.count = number;
        Some((at, self.draw(plan, number, at)))
    }

    /// Draws what push `number`, which comes at `at`, consists of.
    #[inline(always)]
    fn draw(&mut self, plan: &PushPlan, number: u64, at: SimTime) -> Drawn {
        let repository = match plan.arrivals {
            Arrivals::Bursts { .. } => ((number - 1) % u64::from(plan.repositories)) as usize,
            Arrivals::Poisson { .. } => plan
                .choice
                .draw(&mut self.keys.repository.numbered(number).draws()),
        };
        let count = &mut self.counts[repository];
        *count += 1;
        let size = draw_size(&plan.size, self.keys.size.numbered(number));
        let base = (plan.shared > 0.0).then(|| base_number(plan.base_refresh, at));
        Drawn {
            number,
            repository: repository as u32,
            number_in_repository: *count,
            own_bytes: part(size, 1.0 - plan.shared),
            base,
        }
    }

    /// Returns the bytes of base `number` of the repository `name`: `shared` × one draw of the size, for each platform its
    /// own.
    pub fn base_bytes(&self, plan: &PushPlan, name: &str, number: u64, platform: u32) -> u64 {
        let key = self.keys.base.named(name).numbered(number);
        part(
            draw_size(&plan.size, of_platform(key, platform)),
            plan.shared,
        )
    }

    /// Returns the bytes of the own layers of a platform's image, from 0, in push `number`: [`Drawn::own_bytes`] is the first
    /// one's.
    pub fn own_bytes(&self, plan: &PushPlan, number: u64, platform: u32) -> u64 {
        let key = of_platform(self.keys.size.numbered(number), platform);
        part(draw_size(&plan.size, key), 1.0 - plan.shared)
    }
}

/// The first platform draws what a push without others draws.
fn of_platform(key: Key, platform: u32) -> Key {
    match platform {
        0 => key,
        other => key.numbered(u64::from(other)),
    }
}

/// Draws the bytes of an image: whole, at least 1, and no more than the largest image.
pub fn draw_size(law: &Law, key: Key) -> u64 {
    law.draw_whole(&mut key.draws())
        .clamp(1, Bytes::LARGEST_IMAGE.get())
}

/// Returns the number of the base that is current at `at`.
fn base_number(refresh: Option<SimDuration>, at: SimTime) -> u64 {
    refresh.map_or(0, |every| at.as_nanos() / every.as_nanos())
}

/// Returns a part of `bytes`, rounded up.
#[inline]
fn part(bytes: u64, share: f64) -> u64 {
    if share == 1.0 {
        return bytes;
    }
    libm::ceil(bytes as f64 * share) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(shared: f64) -> PushPlan {
        PushPlan {
            arrivals: Arrivals::Poisson {
                per_ns: 1e-9,
                shape: None,
            },
            choice: Choice::Even(3),
            repositories: 3,
            size: Law::LogNormal {
                mu: 15.0,
                sigma: 1.0,
            },
            shared,
            base_refresh: Some(SimDuration::from_secs(100)),
        }
    }

    fn draw(seed: u64, name: &str, plan: &PushPlan, pushes: usize) -> Vec<(SimTime, Drawn)> {
        let mut stream = PushStream::new(seed, name, plan.repositories);
        let mut next = || stream.next(plan, SimTime::from_nanos(u64::MAX / 4));
        std::iter::from_fn(&mut next).take(pushes).collect()
    }

    #[test]
    fn pushes_are_numbered_in_stream_and_repository() {
        let drawn = draw(1, "ci", &plan(0.0), 100);
        for (index, (_, push)) in drawn.iter().enumerate() {
            assert_eq!(push.number, index as u64 + 1);
            let before = drawn[..index]
                .iter()
                .filter(|(_, other)| other.repository == push.repository);
            assert_eq!(push.number_in_repository, before.count() as u64 + 1);
        }
    }

    #[test]
    fn draws_depend_on_seed_and_name_alone() {
        assert_eq!(draw(1, "ci", &plan(0.0), 50), draw(1, "ci", &plan(0.0), 50));
        assert_ne!(draw(1, "ci", &plan(0.0), 50), draw(2, "ci", &plan(0.0), 50));
        assert_ne!(draw(1, "ci", &plan(0.0), 50), draw(1, "cd", &plan(0.0), 50));
    }

    #[test]
    fn a_base_takes_its_share_and_is_renewed() {
        let (whole, split) = (
            draw(1, "ci", &plan(0.0), 300),
            draw(1, "ci", &plan(0.6), 300),
        );
        for ((at, whole), (_, split)) in whole.iter().zip(&split) {
            assert_eq!(
                split.own_bytes,
                libm::ceil(whole.own_bytes as f64 * (1.0 - 0.6)) as u64
            );
            assert_eq!(split.base, Some(at.as_nanos() / 100_000_000_000));
            assert_eq!(whole.base, None);
        }
        let stream = PushStream::new(1, "ci", 3);
        let bytes = |name, number| stream.base_bytes(&plan(0.6), name, number, 0);
        assert_eq!(bytes("a", 1), bytes("a", 1));
        assert_ne!(bytes("a", 1), bytes("a", 2));
        assert_ne!(bytes("a", 1), bytes("b", 1));
    }

    #[test]
    fn each_platform_has_a_size_and_bases_of_its_own() {
        let (plan, stream) = (plan(0.6), PushStream::new(1, "ci", 3));
        let first = draw(1, "ci", &plan, 1)[0].1;
        assert_eq!(stream.own_bytes(&plan, 1, 0), first.own_bytes);
        let own: Vec<u64> = (0..3).map(|of| stream.own_bytes(&plan, 1, of)).collect();
        let bases: Vec<u64> = (0..3)
            .map(|of| stream.base_bytes(&plan, "a", 1, of))
            .collect();
        for sizes in [own, bases] {
            assert!(sizes[0] != sizes[1] && sizes[1] != sizes[2] && sizes[0] != sizes[2]);
        }
    }

    #[test]
    fn bursts_take_repositories_in_turn() {
        let arrivals = Arrivals::Bursts {
            images: 5,
            over: SimDuration::from_secs(5),
            every: None,
            first: SimTime::ZERO,
        };
        let drawn = draw(
            1,
            "train",
            &PushPlan {
                arrivals,
                ..plan(0.0)
            },
            10,
        );
        let repositories: Vec<u32> = drawn.iter().map(|(_, push)| push.repository).collect();
        assert_eq!(repositories, [0, 1, 2, 0, 1]);
    }
}
