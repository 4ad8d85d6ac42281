//! The fan-out and the queue M/M/16 in simcore, written with its callbacks as its own examples are.

mod fan_out;
mod mm16;

use ecrsim_peers::answer::Question;

fn main() {
    let Question { work, pushes, seed } = Question::from_command_line();
    let answer = match work.as_str() {
        "fan-out" => fan_out::run(pushes, seed),
        "mm16" => mm16::run(pushes, seed),
        other => panic!("no work called {other}"),
    };
    answer.print();
}
