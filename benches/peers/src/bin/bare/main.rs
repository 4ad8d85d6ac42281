//! Bare loops: the three models by hand, with nothing but a calendar, the draws and a histogram of times.
//!
//! They say what the machine can do where nothing is kept, asked, checked or told.

mod calendar;
mod fan_out;
mod mm16;
mod shared_link;

use calendar::{Buckets, Heap};
use ecrsim_peers::answer::Question;

fn main() {
    let Question { work, pushes, seed } = Question::from_command_line();
    let answer = match work.as_str() {
        "fan-out" => fan_out::run::<Buckets>(pushes, seed),
        "fan-out-heap" => fan_out::run::<Heap>(pushes, seed),
        "mm16" => mm16::run(pushes, seed),
        "shared-link" => shared_link::run(pushes, seed),
        other => panic!("no work called {other}"),
    };
    answer.print();
}
