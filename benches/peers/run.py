#!/usr/bin/env python3
"""Runs ecrsim and its peers in turn on one machine, checks that they agree, and prints how fast each is.

Needs Python 3.9, cargo, and a release build of ecrsim. SimPy is installed into an environment of its own beside the
built peers, unless it is there already. `README.md` says what is compared. Exit code: 0 if all agree, 1 if not or if
a program failed, 2 for wrong usage.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import checks

HERE = Path(__file__).resolve().parent
TARGET = HERE / "target"
ECRSIM = HERE.parent.parent / "target" / "release" / "ecrsim"
VENV = TARGET / "venv"

# A run of SimPy has so many times fewer pushes, but not fewer than the least.
SIMPY_FEWER, SIMPY_LEAST = 30, 10_000


@dataclass(frozen=True)
class Work:
    """A model that all programs run."""

    name: str
    title: str
    scenario: Path
    rate_per_s: float
    # The metric of ecrsim whose times the peers measure.
    metric: str
    # Whether the dispatch is an event of the work; ecrsim counts it always, also where it takes no time.
    counts_dispatch: bool
    expected: Callable


WORKS = [
    Work(
        name="fan-out",
        title="fan-out",
        scenario=HERE.parent / "fan-out.toml",
        rate_per_s=3000 / 3600,
        metric="replication_latency",
        counts_dispatch=True,
        expected=checks.fan_out,
    ),
    Work(
        name="mm16",
        title="M/M/16",
        scenario=HERE / "mm16.toml",
        rate_per_s=14.4,
        metric="queue_time",
        counts_dispatch=False,
        expected=checks.mm16,
    ),
    Work(
        name="shared-link",
        title="shared link",
        scenario=HERE / "shared-link.toml",
        rate_per_s=0.8,
        metric="transfer_time",
        counts_dispatch=False,
        expected=checks.shared_link,
    ),
]


@dataclass
class Program:
    """A program and the works that it has."""

    name: str
    works: tuple
    answer: Callable
    pushes: int


@dataclass
class Result:
    """What one program made of one work, over all repeats."""

    work: Work
    program: Program
    seconds: list = field(default_factory=list)
    answers: list = field(default_factory=list)

    def rates(self):
        """Millions of events per second of each repeat."""
        return [answer["events"] / seconds / 1e6 for answer, seconds in zip(self.answers, self.seconds)]

    def rate(self):
        """Their median."""
        return statistics.median(self.rates())

    def value(self, key):
        """The median of a statistic."""
        return statistics.median(answer[key] for answer in self.answers)

    def misses(self):
        """The statistics that lie outside their ranges, in words."""
        ranges = self.work.expected(self.program.pushes, len(self.answers))
        return [
            f"{key} is {self.value(key):.5g}, not within {low:.5g} and {high:.5g}"
            for key, (low, high) in ranges.items()
            if not low <= self.value(key) <= high
        ]


def call(command):
    """Runs a program to its end; returns what it printed."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = " ".join(map(str, command))
        sys.exit(f"{words}\nfailed with exit code {done.returncode}:\n{done.stderr.strip()}")
    return done.stdout


def peer(*command, suffix=""):
    """Returns how to run a peer, which prints its answer as JSON."""

    def run(work, pushes, seed):
        begin = time.perf_counter()
        text = call([*command, work.name + suffix, pushes, seed])
        return time.perf_counter() - begin, json.loads(text)

    return run


def ecrsim(path):
    """Returns how to run ecrsim, whose answer stands in the run's folder."""

    def run(work, pushes, seed):
        with tempfile.TemporaryDirectory(prefix="ecrsim-peers-") as parent:
            folder = Path(parent) / "run"
            duration = f"duration={round(pushes / work.rate_per_s * 1000)} ms"
            command = [path, "run", work.scenario, "--replications", "none", "--quiet"]
            command += ["--set", duration, "--seed", seed, "--out", folder]
            begin = time.perf_counter()
            call(command)
            seconds = time.perf_counter() - begin
            return seconds, read_folder(folder, work)

    return run


def read_folder(folder, work):
    """Returns ecrsim's answer with the keys of the peers."""
    run = json.loads((folder / "run.json").read_text())
    metrics = json.loads((folder / "summary.json").read_text())["metrics"]

    def value(metric, statistic):
        return metrics[metric][""][statistic]["value"]

    if value("failed", "total") != 0:
        sys.exit(f"{work.name}: replications failed in ecrsim; more pushes than its repositories hold?")
    names = {"mean_s": "mean", "p50_s": "p50", "p99_s": "p99", "within_30min": "within(30 min)"}
    answer = {key: value(work.metric, statistic) for key, statistic in names.items()}
    instant = 0 if work.counts_dispatch else value("requested", "total")
    return {"events": run["events"] - instant, **answer}


def build_peers():
    """Builds the Rust peers; returns the folder of the programs."""
    command = ["cargo", "build", "--release", "--locked", "--manifest-path", str(HERE / "Cargo.toml")]
    if subprocess.run([*command, "--target-dir", str(TARGET)], check=False).returncode != 0:
        sys.exit("the Rust peers do not build")
    return TARGET / "release"


def has_simpy(python):
    """Whether that Python finds SimPy."""
    return subprocess.run([python, "-c", "import simpy"], capture_output=True, check=False).returncode == 0


def python_with_simpy():
    """Returns a Python that has SimPy: this one, or that of an environment made for it."""
    own = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    for python in (own, Path(sys.executable)):
        if python.exists() and has_simpy(python):
            return python
    venv.create(VENV, with_pip=True)
    call([own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt"])
    return own


def programs(options):
    """Returns the programs in the order of the table."""
    rust = build_peers()
    every = tuple(work.name for work in WORKS)
    fewer = min(options.pushes, max(options.pushes // SIMPY_FEWER, SIMPY_LEAST))
    found = [
        Program("bare loop", every, peer(rust / "bare"), options.pushes),
        Program("bare loop, binary heap", ("fan-out",), peer(rust / "bare", suffix="-heap"), options.pushes),
        Program("ecrsim", every, ecrsim(options.ecrsim), options.pushes),
        Program("simcore", ("fan-out", "mm16"), peer(rust / "simcore"), options.pushes),
    ]
    if not options.without_simpy:
        simpy = peer(python_with_simpy(), HERE / "simpy_peer.py")
        found.append(Program("SimPy", ("fan-out", "mm16"), simpy, fewer))
    return found


def measure(found, repeats):
    """Runs all in turn, as often as asked, so that what slows the machine for a while slows them all."""
    results = [Result(work, program) for work in WORKS for program in found if work.name in program.works]
    for repeat in range(1, repeats + 1):
        for result in results:
            tell(f"{repeat}/{repeats} {result.work.name}, {result.program.name}")
            seconds, answer = result.program.answer(result.work, result.program.pushes, repeat)
            result.seconds.append(seconds)
            result.answers.append(answer)
    tell("")
    return results


def tell(progress):
    """Says on a terminal what runs now."""
    if sys.stderr.isatty():
        print(f"\r{progress:60}\r", end="", file=sys.stderr, flush=True)


def rate_of(results, work, program):
    """The rate of the named program in a work."""
    return next(result.rate() for result in results if result.work is work and result.program.name == program)


def rows(results):
    """The table's rows, header first."""
    yield ["work", "program", "pushes", "seconds", "million events/s", "of ecrsim", "of the bare loop", "p50", "p99"]
    for result in results:
        own, rates = result.rate(), result.rates()
        yield [
            result.work.title,
            result.program.name,
            f"{result.program.pushes:,}",
            f"{statistics.median(result.seconds):.2f}",
            f"{own:.3g} ({min(rates):.3g}–{max(rates):.3g})",
            f"{own / rate_of(results, result.work, 'ecrsim'):.3g}×",
            f"{own / rate_of(results, result.work, 'bare loop'):.3g}×",
            f"{result.value('p50_s'):.4g} s",
            f"{result.value('p99_s'):.4g} s",
        ]


def print_table(table, markdown):
    """Prints the table, aligned for people or with Markdown's bars."""
    table = list(table)
    if markdown:
        table.insert(1, ["---", "---"] + ["--:"] * (len(table[0]) - 2))
        print("\n".join(f"| {' | '.join(row)} |" for row in table))
        return
    widths = [max(map(len, column)) for column in zip(*table)]
    for row in table:
        names = [cell.ljust(width) for cell, width in zip(row[:2], widths)]
        numbers = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:])]
        print("  ".join(names + numbers))


def machine():
    """The processor's name and the number of its cores, as far as the system says."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def at_least_one(text):
    """Reads a number of the command line."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number, at least 1")
    return int(text)


def parse(arguments):
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pushes", type=at_least_one, help="pushes, jobs or copies of a run (3,000,000)")
    parser.add_argument("--repeats", type=at_least_one, help="runs of each program, each with a seed of its own (5)")
    parser.add_argument("--quick", action="store_true", help="60,000 pushes, once: do they still run and agree?")
    parser.add_argument("--ecrsim", type=Path, default=ECRSIM, help="the program to compare (the release build)")
    parser.add_argument("--without-simpy", action="store_true", help="leave SimPy out, where it cannot be installed")
    parser.add_argument("--markdown", action="store_true", help="print the table for a README")
    options = parser.parse_args(arguments)
    options.pushes = options.pushes or (60_000 if options.quick else 3_000_000)
    options.repeats = options.repeats or (1 if options.quick else 5)
    if not options.ecrsim.is_file():
        parser.error(f"no ecrsim at {options.ecrsim}: build it with `cargo build --release`, or say --ecrsim PATH")
    options.ecrsim = options.ecrsim.resolve()
    return options


def main(arguments):
    """Measures, prints, and says whether all agree."""
    options = parse(arguments)
    results = measure(programs(options), options.repeats)
    print_table(rows(results), options.markdown)
    print(f"\nMedian (least–most) of {options.repeats}, whole processes, in turn.", end=" ")
    print(f"{machine()}, {time.strftime('%Y-%m-%d')}.")
    agree = True
    for result in results:
        for miss in result.misses():
            agree = False
            print(f"disagrees: {result.work.title}, {result.program.name}: {miss}", file=sys.stderr)
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
