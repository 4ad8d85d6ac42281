//! A signal in the middle of a run.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::case::{Case, SHOP, entries};

/// Minutes of work, if nobody interrupts.
fn long_run() -> Case {
    let toml = SHOP
        .replace("1 day", "1000 days")
        .replace("10 per hour", "20000 per hour");
    Case::new()
        .scenario(&toml)
        .args("run shop.toml --yes --out run")
}

/// Starts the run and waits until it has begun to write.
fn started(case: &Case) -> Child {
    let mut process = case.process();
    process.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = process.spawn().expect("the program starts");
    let before = Instant::now();
    while entries(case.path("").as_path()).len() < 2 {
        assert!(
            before.elapsed() < Duration::from_secs(60),
            "the run writes nothing"
        );
        sleep(Duration::from_millis(20));
    }
    child
}

fn interrupt(child: &Child, signal: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill")
        .args(["-s", signal, &id])
        .status()
        .expect("kill");
    assert!(sent.success());
}

#[test]
fn interrupted_run_ends_with_130_and_leaves_nothing() {
    for signal in ["INT", "TERM"] {
        let case = long_run();
        let child = started(&case);
        sleep(Duration::from_millis(200));
        interrupt(&child, signal);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(130), "{signal}");
        assert_eq!(output.stdout, b"");
        let told = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(told.contains("interrupted"), "{told}");
        assert_eq!(entries(case.path("").as_path()), ["shop.toml"]);
    }
}

#[test]
fn interrupted_run_leaves_an_earlier_one_as_it_was() {
    let earlier = Case::new()
        .scenario(SHOP)
        .args("run shop.toml --quiet --out run")
        .succeeds();
    let seed = earlier.json("run/run.json")["seed"].clone();
    let toml = SHOP
        .replace("1 day", "1000 days")
        .replace("10 per hour", "20000 per hour");
    let case = earlier
        .then()
        .scenario(&toml)
        .args("run shop.toml --yes --out run --seed 9");
    let mut process = case.process();
    let mut child = process
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let before = Instant::now();
    while entries(case.path("").as_path()).len() < 3 {
        assert!(
            before.elapsed() < Duration::from_secs(60),
            "the run writes nothing"
        );
        sleep(Duration::from_millis(20));
    }
    interrupt(&child, "INT");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_eq!(entries(case.path("").as_path()), ["run", "shop.toml"]);
    let run = std::fs::read_to_string(case.path("run/run.json")).expect("the earlier run");
    let run: serde_json::Value = serde_json::from_str(&run).expect("JSON");
    assert_eq!(run["seed"], seed);
}
