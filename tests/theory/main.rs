//! Validated against theory: what the simulator measures beside the closed forms of queueing theory.
//!
//! The formulas, and the scenarios of the theory card, are those of `ecrsim validate` (`src/validation`); here they go
//! through more laws of sizes, slots and numbers, and under stricter intervals.
//!
//! Nothing here pins what the simulator happened to give. Each test states its arrival rate (lambda), service rate (mu),
//! warm-up, repeats and widest interval; its scenario is an ordinary file. A test holds if the closed form
//! lies in the 99.9 % interval of Student's t over the repeats, and if that interval is narrow enough to mean something.
//! Seeds are fixed, so a test does not come and go. After a change that moves draws, each interval has 1 chance in
//! 1,000 of a false alarm; all of them together (some 80) about 1 in 12. To tell one from an error: more repeats.
//! `cargo test --release --test theory -- --nocapture` shows every number beside its theory.

mod case;
mod drain;
mod infinite;
mod queue;
mod retries;
mod sharing;
mod solve;
mod uncertainty;
