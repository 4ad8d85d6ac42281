//! Chance: every draw is a short stream of its own, found by what it is for, not by its place in a common sequence.
//!
//! A [`Key`] is a hash of (seed, purpose, names, number); the draw's generator is SplitMix64 started from it
//! (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014), as `rand_xoshiro` has it.
//! So adding a destination, a rule or a stream moves no other draw: common random numbers for comparisons.

use rand::{Rng, SeedableRng};
use rand_distr::Distribution;
use rand_xoshiro::SplitMix64;

/// What a draw is for; made step by step, so that the costly part (names) is done once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u64);

impl Key {
    /// Returns the key of everything that is drawn for `purpose` under `seed`.
    pub fn new(seed: u64, purpose: &str) -> Self {
        Self(mix(seed ^ 0x6563_7273_696d_0001)).named(purpose)
    }

    /// Returns the key of the entity `name` under this one.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        let length = Self(mix(self.0 ^ name.len() as u64));
        name.bytes().fold(length, |key, byte| {
            Self(mix(key.0.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte)))
        })
    }

    /// Returns the key of the `number`-th under this one.
    #[must_use]
    pub const fn numbered(self, number: u64) -> Self {
        Self(mix(self.0 ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// Returns the draw's own stream.
    pub fn draws(self) -> Draws {
        Draws(SplitMix64::seed_from_u64(self.0))
    }

    /// Returns the key itself, as 64 well-mixed bits.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

/// The finaliser of MurmurHash3 with Stafford's constants ("mix13"): every input bit reaches every output bit.
const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// The stream of one draw; as many numbers as the law needs.
#[derive(Clone, Debug)]
pub struct Draws(SplitMix64);

impl Draws {
    /// Returns a number strictly between 0 and 1, uniform over 2^52 points.
    pub fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Returns whether a chance of `probability` came true; never at 0, always at 1.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Returns a draw from the exponential law of mean 1.
    pub fn exponential(&mut self) -> f64 {
        rand_distr::Exp1.sample(&mut self.0)
    }

    /// Returns a draw from the standard normal law.
    pub fn normal(&mut self) -> f64 {
        rand_distr::StandardNormal.sample(&mut self.0)
    }

    /// Returns a draw from a gamma law.
    pub fn gamma(&mut self, law: &rand_distr::Gamma<f64>) -> f64 {
        law.sample(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_draw_depends_on_all_that_names_it() {
        let key = Key::new(1, "size").named("ci").numbered(7);
        assert_eq!(
            key.bits(),
            Key::new(1, "size").named("ci").numbered(7).bits()
        );
        for other in [
            Key::new(2, "size").named("ci").numbered(7),
            Key::new(1, "gap").named("ci").numbered(7),
            Key::new(1, "size").named("cd").numbered(7),
            Key::new(1, "size").named("ci").numbered(8),
            Key::new(1, "size").named("c").named("i").numbered(7),
        ] {
            assert_ne!(key.bits(), other.bits());
        }
    }

    #[test]
    fn every_bit_of_what_names_a_draw_counts() {
        let are_distinct = |keys: &mut dyn Iterator<Item = Key>| {
            let keys: Vec<u64> = keys.map(Key::bits).collect();
            BTreeSet::from_iter(&keys).len() == keys.len()
        };
        // Nothing, then each bit alone.
        let numbers = || std::iter::once(0).chain((0..64).map(|bit| 1 << bit));
        assert!(are_distinct(&mut numbers().map(|key| Key(key).numbered(7))));
        assert!(are_distinct(&mut numbers().map(|n| Key(7).numbered(n))));
        assert!(are_distinct(&mut numbers().map(|key| Key(key).named("ci"))));
        let letters = (0..128_u8).map(|letter| char::from(letter).to_string());
        assert!(are_distinct(
            &mut letters.map(|letter| Key(7).named(&letter))
        ));
    }

    #[test]
    fn keys_are_mixed_as_splitmix64_mixes_its_counter() {
        for seed in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef] {
            let first = SplitMix64::seed_from_u64(seed).next_u64();
            assert_eq!(mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15)), first);
        }
    }

    #[test]
    fn the_least_uniform_number_is_above_zero() {
        // The counter that comes to 0, which is mixed to 0.
        let least = Key(0_u64.wrapping_sub(0x9e37_79b9_7f4a_7c15));
        assert_eq!(least.draws().0.next_u64(), 0);
        assert_eq!(least.draws().uniform(), 0.5_f64.powi(53));
    }

    #[test]
    fn neighbouring_numbers_are_independent() {
        // 100,000 keyed uniforms: mean 0.5 and lag-1 correlation 0, each within 4 standard errors.
        let key = Key::new(1, "test");
        let draws: Vec<f64> = (0..100_000)
            .map(|n| key.numbered(n).draws().uniform())
            .collect();
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        assert!((mean - 0.5).abs() < 4.0 / (12.0 * n).sqrt(), "mean {mean}");
        let lag: f64 = draws
            .windows(2)
            .map(|pair| (pair[0] - 0.5) * (pair[1] - 0.5))
            .sum::<f64>()
            / n
            * 12.0;
        assert!(lag.abs() < 4.0 / n.sqrt(), "correlation {lag}");
    }

    #[test]
    fn chance_never_and_always() {
        let key = Key::new(1, "chance");
        assert!((0..10_000).all(|n| !key.numbered(n).draws().chance(0.0)));
        assert!((0..10_000).all(|n| key.numbered(n).draws().chance(1.0)));
    }
}
