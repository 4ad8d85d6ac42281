//! A file as a tree in which every key and value knows its place, whatever it was written in.

mod json;
mod overrides;
mod toml;
mod tree;
mod write;

pub use json::read_json;
pub use overrides::{Override, Segment};
pub use toml::read_toml;
pub(super) use tree::quoted_key;
pub use tree::{Entry, Node, Path, Value};
