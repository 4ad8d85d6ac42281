//! Discrete-event simulation of Amazon ECR's private image replication, across Regions and accounts.
//!
//! A scenario file says who pushes what where, under which rules and permissions, over which links. A run says when each
//! image reaches each destination, what never arrives and why, and what transfer and storage cost.
//!
//! # The house
//!
//! Data flows one way, and the rooms stand here in the order in which it flows, from the last to the first. An import
//! only ever points to a room further down.
//!
//! | room | what it does | what it does not know |
//! | --- | --- | --- |
//! | [`cli`] | one file per command: parse options, call one room below, print | any logic of its own |
//! | [`validation`] | the theory card: ordinary scenarios with repeats beside closed forms of queueing theory | files, screens |
//! | [`experiment`] | many runs: compare, sweep, solve | ECR: a run is parameters and a seed in, numbers out |
//! | [`report`] | an outcome becomes files and a screen: run folder, CSV tables, charts, page, summary | ECR, clocks, chance |
//! | [`measure`] | listens to a run: latencies, time integrals, money, revocations, thresholds | how to change anything |
//! | [`simulation`] | the composition: wires workload, ECR and network to the engine, tells an observer | names, but for keys of draws |
//! | [`workload`] | who does what when: streams of pushes, bursts, retention | what ECR makes of it |
//! | [`ecr`] | ECR's semantics as a state machine: registries, repositories, images, tags, layers, rules, policies | clocks, chance |
//! | [`network`] | links: slots, fair-shared bandwidth, changes of capacity | ECR |
//! | [`scenario`] | the file: schema, loading, diagnostics, overrides, the table of metrics | how it is simulated |
//! | [`aws`] | facts as data: Regions, limits by profile, prices; the shapes of AWS's own documents | scenarios, time, state |
//! | [`engine`] | calendar, clock, keyed random streams, laws | registries |
//! | [`units`] | time, bytes, rates, money: parse, print, arithmetic | everything else |
//!
//! How a run passes through it: text → [`scenario::load`] (names, as the user wrote them) → [`simulation::Model`] (dense
//! ids; everything resolved and checked once) → [`simulation::Simulation`], the engine's loop → each happening is told
//! once to a [`simulation::Observer`] → the books of [`measure`] → [`measure::Outcome`] (plain tables) → [`report`].
//! The loop, the state machine and the links know ids only; names come back in the report. A run owns all that it
//! changes: no globals, no locks, no wall clock. What a stream pushes and when depends on its draws alone, so that another
//! thread may draw it ahead. The observer only takes notes; its books may be kept by a third, which gets them in lists, in
//! order.
//!
//! # Two kinds of truth
//!
//! *Semantics*, what happens to which image and why, has no chance in it; each rule of AWS stands in one place beside the
//! number of its fact: a `B` is documented or observed, a `U` is an assumption where AWS does not say. *Dynamics*, when it
//! happens, is distributions, queues and shared links, validated against theory.
//!
//! Facts without a behaviour of their own: the service-linked role `AWSServiceRoleForECRReplication` exists whenever a
//! rule does (B36); `ecr:ReplicateImage` is ECR's own action, which no user calls (B43); registry policies are evaluated
//! in scope V2, the only one left (B46, B47).
//!
//! # Example
//!
//! ```no_run
//! use ecrsim::measure::{self, record::NoRecords};
//! use ecrsim::{scenario, simulation};
//!
//! let loaded = scenario::load("shop.toml".as_ref(), &[]).expect("a right scenario");
//! let model = simulation::Model::new(&loaded);
//! let run = measure::Run::new(&loaded, &model);
//! let (outcome, _) = run.simulate(NoRecords, |_, _| true).expect("not interrupted");
//! println!("{:?}", outcome.destinations);
//! ```

pub mod aws;
pub mod cli;
pub mod ecr;
pub mod engine;
pub mod experiment;
pub mod measure;
pub mod network;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod units;
pub mod validation;
pub mod workload;
