//! `--shard` and `--shards`: which part of a sweep is made here.

use std::env;

use super::exit::Failure;
use crate::experiment::cluster::shard::automatic;
use crate::experiment::sweep::Shard;

/// A part of a sweep, as asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The one that the scheduler tells.
    Auto,
    /// This one.
    One(Shard),
}

/// Reads `auto` or `I/N`.
///
/// # Errors
/// What to write instead.
pub fn part(text: &str) -> Result<Part, String> {
    if text == "auto" {
        return Ok(Part::Auto);
    }
    let read = || {
        let (index, count) = text.split_once('/')?;
        let shard = Shard {
            index: index.parse().ok()?,
            count: count.parse().ok()?,
        };
        (shard.index < shard.count).then_some(Part::One(shard))
    };
    read().ok_or_else(|| "write I/N with I from 0 to N - 1, as in 0/8, or auto".to_owned())
}

/// Returns the part that is made here; `None` if that is all.
///
/// # Errors
/// If the options contradict each other, or no scheduler tells the part.
pub fn shard(part: Option<Part>, shards: Option<u64>) -> Result<Option<Shard>, Failure> {
    match (part, shards) {
        (None, None) => Ok(None),
        (Some(Part::Auto), Some(count)) => {
            let variable = |name: &str| {
                let value = env::var_os(name);
                value.map(|value| value.to_string_lossy().into_owned())
            };
            let index = automatic(count, variable).map_err(Failure::wrong)?;
            Ok(Some(Shard { index, count }))
        }
        (Some(Part::Auto), None) => Err(Failure::wrong(
            "`--shard auto` needs `--shards N`: into how many parts the sweep is cut",
        )),
        (Some(Part::One(shard)), None) => Ok(Some(shard)),
        (Some(Part::One(shard)), Some(count)) if shard.count == count => Ok(Some(shard)),
        (Some(Part::One(shard)), Some(count)) => Err(Failure::wrong(format_args!(
            "`--shard {}/{}` and `--shards {count}` contradict each other",
            shard.index, shard.count
        ))),
        (None, Some(_)) => Err(Failure::wrong(
            "`--shards N` alone makes no part: write `--shard auto` beside it, or `--shard I/N` instead",
        )),
    }
}
