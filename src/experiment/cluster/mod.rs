//! Beyond one machine: whose share a job does, and what schedulers are told.
//!
//! There is no daemon and no network code: batch schedulers place jobs, make them again and notice lost nodes. The program
//! knows how to do its share ([`share`]), how to be handed to a scheduler ([`submit`]), and how to prove that the whole is
//! there ([`merge`]). The files are the truth, never the scheduler.

pub mod merge;
pub mod share;
pub mod submit;
