//! Beyond one machine: which part a job does, and what schedulers are told.
//!
//! There is no daemon and no network code: batch schedulers place jobs, make them again and notice lost nodes. The program
//! knows which part of the runs is its own ([`shard`]), how to be handed to a scheduler ([`submit`]), and how to prove that the whole is
//! there ([`merge`]). The files are the truth, never the scheduler.

pub mod merge;
pub mod shard;
pub mod submit;
