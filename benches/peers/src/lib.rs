//! What all peers share: the numbers of the models, the command line, and the answer.
//!
//! The numbers are those of `benches/fan-out.toml`, `mm16.toml` and `shared-link.toml`; `simpy_peer.py` has them too.

pub mod answer;
pub mod histogram;
pub mod models;
