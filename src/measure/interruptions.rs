//! Outages, spells and bursts: what could be pulled meanwhile, what was at risk, and how long the backlog took to drain.
//!
//! Each has some links and a time. What concerns the same links is one group, which counts its replications once, in O(1)
//! for each note; an interruption keeps where they stood when it began. Its beginning and its end come before all else of
//! their instants. What holds for no time does not count: neither for a least nor for a largest.

mod rows;

use std::collections::BinaryHeap;

use crate::simulation::Model;
use crate::units::{SimDuration, SimTime};
use crate::workload::Arrivals;

/// Interruptions that are told of: the first of the run.
const MOST: usize = 100_000;

/// What an interruption is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Outage,
    Spell,
    Burst,
}

/// Everything about the interruptions of a run.
#[derive(Clone, Debug)]
pub(super) struct Interruptions {
    /// In order of their beginnings.
    list: Vec<Interruption>,
    /// Beginnings and ends: time, whether it is an end, place in the list.
    changes: Vec<(SimTime, bool, usize)>,
    /// How many of them have come.
    passed: usize,
    groups: Vec<Group>,
    /// Groups of each link.
    of_link: Vec<Vec<usize>>,
    /// Images and bytes at risk, by Region.
    at_risk: Vec<(u64, u64)>,
}

/// Interruptions of the same links.
#[derive(Clone, Debug)]
struct Group {
    kind: Kind,
    name: String,
    pattern: String,
    capacity: Option<f64>,
    /// Regions that are cut off.
    regions: Vec<usize>,
    /// Replications but for backfills', since the start of the run.
    requested: u64,
    completed: u64,
    /// Replications waiting or in flight, backfills' among them.
    backlog: u64,
    /// Images and bytes at risk.
    at_risk: (u64, u64),
    /// Places of those that have begun and not ended.
    active: Vec<usize>,
    since: SimTime,
    /// Backlog before, and place, of those that have ended and not drained: the largest backlog drains first.
    draining: BinaryHeap<(u64, usize)>,
}

/// One outage, spell or burst.
#[derive(Clone, Debug)]
struct Interruption {
    group: usize,
    at: SimTime,
    until: SimTime,
    /// Counts of the group when it began; of what has ended, what they grew by.
    requested: u64,
    completed: u64,
    backlog_before: u64,
    backlog_max: u64,
    least_share: Option<f64>,
    /// Time integral of the share, and the time for which there was one, in ns.
    share_ns: f64,
    shared_ns: u64,
    at_risk_max: (u64, u64),
    has_ended: bool,
    drained_at: Option<SimTime>,
}

impl Interruptions {
    /// Returns the interruptions of a run under `seed`, if there are any.
    pub fn of(model: &Model, seed: u64) -> Option<Box<Self>> {
        let mut new = Self {
            list: Vec::new(),
            changes: Vec::new(),
            passed: 0,
            groups: Vec::new(),
            of_link: vec![Vec::new(); model.links.len()],
            at_risk: vec![(0, 0); model.regions.len()],
        };
        new.add_outages(model);
        new.add_spells(model, seed);
        new.add_bursts(model);
        if new.list.is_empty() {
            return None;
        }
        new.list.sort_by_key(|of| (of.at, of.until, of.group));
        new.list.truncate(MOST);
        for (place, of) in new.list.iter().enumerate() {
            new.changes.push((of.at, false, place));
            // What takes no time still ends after what it does.
            let shortest = of.at + SimDuration::from_nanos(1);
            new.changes.push((of.until.max(shortest), true, place));
        }
        new.changes.sort_unstable();
        Some(Box::new(new))
    }

    fn add_outages(&mut self, model: &Model) {
        for outage in &model.outages {
            let group = Group::new(
                Kind::Outage,
                (&outage.name, &outage.pattern),
                Some(outage.capacity),
                model.regions_cut(&outage.links),
            );
            let times = [(outage.at, outage.until)];
            self.add(group, &outage.links, times.into_iter(), model.end);
        }
    }

    fn add_spells(&mut self, model: &Model, seed: u64) {
        for spell in &model.spells {
            let group = Group::new(
                Kind::Spell,
                (&spell.name, &spell.pattern),
                Some(spell.capacity),
                model.regions_cut(&spell.links),
            );
            let times = spell.times(seed, model.end);
            self.add(group, &spell.links, times, model.end);
        }
    }

    fn add_bursts(&mut self, model: &Model) {
        for stream in &model.streams {
            let Arrivals::Bursts {
                over, every, first, ..
            } = stream.plan.arrivals
            else {
                continue;
            };
            let lanes = model.lanes.iter();
            let mut links: Vec<usize> = lanes
                .filter(|lane| lane.source == stream.registry)
                .map(|lane| lane.link)
                .collect();
            links.sort_unstable();
            links.dedup();
            let region = model.registries[stream.registry.index()].region;
            let pattern = format!("{} -> *", model.regions[region]);
            let group = Group::new(Kind::Burst, (&stream.name, &pattern), None, Vec::new());
            let mut next = Some(first);
            let starts = std::iter::from_fn(|| {
                let at = next?;
                let later = |every: SimDuration| at.as_nanos().checked_add(every.as_nanos());
                next = every.and_then(later).map(SimTime::from_nanos);
                Some((at, at + over))
            });
            self.add(group, &links, starts, model.end);
        }
    }

    /// Adds what begins by `end`.
    fn add(
        &mut self,
        group: Group,
        links: &[usize],
        times: impl Iterator<Item = (SimTime, SimTime)>,
        end: SimTime,
    ) {
        let number = self.groups.len();
        for &link in links {
            self.of_link[link].push(number);
        }
        self.groups.push(group);
        let times = times.take_while(|&(at, _)| at <= end).take(MOST);
        self.list
            .extend(times.map(|(at, until)| Interruption::new(number, at, until)));
    }

    /// A push requested a replication.
    pub fn requested(&mut self, at: SimTime, link: usize) {
        self.change(at, link, |group| {
            group.requested += 1;
            group.backlog += 1;
        });
    }

    /// A backfill requested a replication.
    pub fn backfilled(&mut self, at: SimTime, link: usize) {
        self.change(at, link, |group| group.backlog += 1);
    }

    /// A replication of a push is COMPLETE.
    pub fn completed(&mut self, at: SimTime, link: usize) {
        self.change(at, link, |group| group.completed += 1);
    }

    /// A replication has ended.
    pub fn left(&mut self, at: SimTime, link: usize) {
        self.change(at, link, |group| group.backlog -= 1);
        for &group in &self.of_link[link] {
            self.groups[group].drain(at, &mut self.list);
        }
    }

    /// So many images and bytes are at risk in a Region from now on.
    pub fn at_risk(&mut self, at: SimTime, region: usize, level: (u64, u64)) {
        self.pass(at);
        self.at_risk[region] = level;
        let concerned = self.groups.iter_mut();
        for group in concerned.filter(|group| group.regions.contains(&region)) {
            group.flush(at, &mut self.list);
            let levels = group.regions.iter().map(|&region| self.at_risk[region]);
            group.at_risk = levels.fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        }
    }

    /// The run has ended.
    pub fn finish(&mut self, at: SimTime) {
        self.pass(at);
        for group in &mut self.groups {
            group.flush(at, &mut self.list);
            for &place in &group.active {
                self.list[place].count(group);
            }
        }
    }

    fn change(&mut self, at: SimTime, link: usize, change: impl Fn(&mut Group)) {
        self.pass(at);
        for &group in &self.of_link[link] {
            let group = &mut self.groups[group];
            group.flush(at, &mut self.list);
            change(group);
        }
    }

    /// Begins and ends what is due by `at`.
    #[inline]
    fn pass(&mut self, at: SimTime) {
        while let Some(&(due, ends, place)) = self.changes.get(self.passed)
            && due <= at
        {
            self.passed += 1;
            let group = &mut self.groups[self.list[place].group];
            group.flush(due, &mut self.list);
            if ends {
                group.end(place, &mut self.list);
            } else {
                group.begin(place, &mut self.list[place]);
            }
        }
    }
}

impl Group {
    fn new(
        kind: Kind,
        (name, pattern): (&str, &str),
        capacity: Option<f64>,
        regions: Vec<usize>,
    ) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            pattern: pattern.to_owned(),
            capacity,
            regions,
            requested: 0,
            completed: 0,
            backlog: 0,
            at_risk: (0, 0),
            active: Vec::new(),
            since: SimTime::ZERO,
            draining: BinaryHeap::new(),
        }
    }

    /// Books the time since the last change on everything that has begun and not ended.
    #[inline]
    fn flush(&mut self, at: SimTime, list: &mut [Interruption]) {
        let held_ns = at.since(self.since).as_nanos();
        self.since = at;
        if held_ns == 0 {
            return;
        }
        for &place in &self.active {
            list[place].hold(self, held_ns);
        }
    }

    fn begin(&mut self, place: usize, of: &mut Interruption) {
        of.requested = self.requested;
        of.completed = self.completed;
        of.backlog_before = self.backlog;
        of.backlog_max = self.backlog;
        self.active.push(place);
    }

    fn end(&mut self, place: usize, list: &mut [Interruption]) {
        self.active.retain(|&active| active != place);
        let of = &mut list[place];
        of.count(self);
        of.has_ended = true;
        self.draining.push((of.backlog_before, place));
        self.drain(list[place].until, list);
    }

    /// Ends the draining of what had at least the present backlog before.
    #[inline]
    fn drain(&mut self, at: SimTime, list: &mut [Interruption]) {
        while let Some(&(before, place)) = self.draining.peek()
            && before >= self.backlog
        {
            self.draining.pop();
            list[place].drained_at = Some(at.max(list[place].until));
        }
    }
}

impl Interruption {
    const fn new(group: usize, at: SimTime, until: SimTime) -> Self {
        Self {
            group,
            at,
            until,
            requested: 0,
            completed: 0,
            backlog_before: 0,
            backlog_max: 0,
            least_share: None,
            share_ns: 0.0,
            shared_ns: 0,
            at_risk_max: (0, 0),
            has_ended: false,
            drained_at: None,
        }
    }

    /// Things stood as they do in the group for so long.
    fn hold(&mut self, group: &Group, held_ns: u64) {
        self.backlog_max = self.backlog_max.max(group.backlog);
        self.at_risk_max.0 = self.at_risk_max.0.max(group.at_risk.0);
        self.at_risk_max.1 = self.at_risk_max.1.max(group.at_risk.1);
        if group.requested == 0 {
            return;
        }
        let share = group.completed as f64 / group.requested as f64;
        self.least_share = Some(self.least_share.map_or(share, |least| least.min(share)));
        self.share_ns += share * held_ns as f64;
        self.shared_ns += held_ns;
    }

    /// Turns the counts at the beginning into what came since.
    fn count(&mut self, group: &Group) {
        self.requested = group.requested - self.requested;
        self.completed = group.completed - self.completed;
    }
}
