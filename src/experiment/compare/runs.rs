//! The runs of a comparison: every system under every seed, in parallel.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::experiment::engine::{Column, Engine, NoSample, Sample};

/// One of the systems that are compared.
#[derive(Debug)]
pub struct Contender<P> {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub point: P,
}

/// How many runs of each system, and under which seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeats {
    /// Runs of each system.
    pub count: u64,
    /// Seed of the first; each further one has the next.
    pub first_seed: u64,
}

/// What each run of the systems gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Gathered {
    /// The numbers that a run gives.
    pub columns: Vec<Column>,
    /// The systems, the base first.
    pub systems: Vec<System>,
    /// Names of the columns whose means over repeats have no interval in one of the systems.
    pub without_interval: BTreeSet<String>,
}

/// What the runs of one system gave.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// Its name.
    pub name: String,
    /// For each column a value of each repeat; `None` without a sample.
    pub values: Vec<Vec<Option<f64>>>,
}

/// Why there is nothing to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It was asked to stop.
    Interrupted,
    /// A run failed inside.
    Failed {
        /// Of which system.
        system: String,
        /// Under which seed.
        seed: u64,
        /// What it said.
        why: String,
    },
}

/// Who is told of runs that ended, and says whether to go on; on several threads.
pub trait Audience: Sync {
    /// Hears of a run that has handled so many events.
    fn ended(&self, events: u64);

    /// Says whether to go on.
    fn keep_going(&self) -> bool;
}

impl Repeats {
    fn seeds(self) -> impl Iterator<Item = u64> {
        (0..self.count).map(move |number| self.first_seed.wrapping_add(number))
    }
}

/// Makes `repeats` of every contender on rayon's present pool; what comes out does not depend on the threads.
///
/// # Errors
/// If `audience` wants no more, or a run fails: then the first of them in the order of contenders and seeds.
pub fn gather<E: Engine>(
    engine: &E,
    contenders: &[Contender<E::Point>],
    repeats: Repeats,
    audience: &impl Audience,
) -> Result<Gathered, Stopped> {
    let keep_going = || audience.keep_going();
    let of_all = contenders
        .iter()
        .flat_map(|of| repeats.seeds().map(move |seed| (of, seed)));
    let of_all: Vec<(&Contender<E::Point>, u64)> = of_all.collect();
    let run = |&(of, seed): &(&Contender<E::Point>, u64)| {
        let sample = engine.run(&of.point, seed, &keep_going);
        sample
            .inspect(|sample| audience.ended(sample.events))
            .map_err(|why| stopped(why, &of.name, seed))
    };
    let ended: Vec<Result<Sample, Stopped>> = of_all.par_iter().map(run).collect();
    if !audience.keep_going() || ended.contains(&Err(Stopped::Interrupted)) {
        return Err(Stopped::Interrupted);
    }
    let samples: Vec<Sample> = ended.into_iter().collect::<Result<_, _>>()?;
    let columns = engine.columns();
    let mut left = samples.as_slice();
    let mut systems = Vec::new();
    for of in contenders {
        let (mine, others) = left.split_at(repeats.count as usize);
        left = others;
        systems.push(System::of(&of.name, mine, columns.len()));
    }
    let without_interval = contenders
        .iter()
        .flat_map(|of| engine.without_interval(&of.point))
        .collect();
    Ok(Gathered {
        columns,
        systems,
        without_interval,
    })
}

fn stopped(why: NoSample, system: &str, seed: u64) -> Stopped {
    match why {
        NoSample::Interrupted => Stopped::Interrupted,
        NoSample::Failed(why) => Stopped::Failed {
            system: system.to_owned(),
            seed,
            why,
        },
    }
}

impl System {
    fn of(name: &str, samples: &[Sample], columns: usize) -> Self {
        let column = |place: usize| samples.iter().map(|sample| sample.values[place]).collect();
        Self {
            name: name.to_owned(),
            values: (0..columns).map(column).collect(),
        }
    }
}
