//! Which run a result belongs to.

use std::fmt::{self, Display};
use std::str::FromStr;

use crate::scenario::content_hash;

/// What a run depends on, as one number: its scenario with every default, its seed, and the program's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u128);

impl Key {
    /// Returns the key of a run of the scenario whose hash is `scenario`.
    pub fn of(scenario: &str, seed: u64, version: &str) -> Self {
        let text = content_hash(format!("{scenario} {seed} {version}").as_bytes());
        text.parse().expect("a hash is 32 hexadecimal digits")
    }
}

impl Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:032x}", self.0)
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = (text.len() == 32).then(|| u128::from_str_radix(text, 16).ok());
        let number = digits.flatten();
        number
            .map(Self)
            .ok_or_else(|| format!("\"{text}\" is no key of a run"))
    }
}
