"""The fan-out and the queue M/M/16 in SimPy, written as its documentation's examples are: a process for each thing.

Usage: simpy_peer.py WORK PUSHES SEED. Prints one line of JSON, with the keys of `src/answer.rs`.
The numbers are those of `src/models.rs`.
"""

import json
import math
import random
import sys

import simpy

PROMISE_S = 1_800.0


class FanOut:
    """One source, four destinations, a link with slots before each."""

    RATE_PER_S = 3_000 / 3_600
    REPOSITORIES = 200
    DESTINATIONS = 4
    DISPATCH_LAW = (math.log(60.0), 0.8)
    SIZE_LAW = (math.log(250e6), 1.0)
    SLOTS = 32
    PER_COPY_BYTES_PER_S = 40e6
    STALL_PROBABILITY = 0.01
    STALL_SCALE_S, STALL_SHAPE = 600.0, 1.5

    def __init__(self, pushes):
        self.end_s = pushes / self.RATE_PER_S
        self.env = simpy.Environment()
        self.links = [simpy.Resource(self.env, self.SLOTS) for _ in range(self.DESTINATIONS)]
        self.pushes_by_repository = [0] * self.REPOSITORIES
        self.events = self.promised = self.kept = 0
        self.times_s = []
        self.env.process(self.source())

    def source(self):
        """Pushes for ever."""
        while True:
            yield self.env.timeout(random.expovariate(self.RATE_PER_S))
            self.events += 1
            if self.env.now <= self.end_s - PROMISE_S:
                self.promised += self.DESTINATIONS
            self.pushes_by_repository[random.randrange(self.REPOSITORIES)] += 1
            transfer_s = random.lognormvariate(*self.SIZE_LAW) / self.PER_COPY_BYTES_PER_S
            for link in self.links:
                self.env.process(self.copy(link, transfer_s))

    def copy(self, link, transfer_s):
        """One copy, from its request to its arrival."""
        env = self.env
        pushed_s = env.now
        yield env.timeout(random.lognormvariate(*self.DISPATCH_LAW))
        self.events += 1
        with link.request() as slot:
            yield slot
            yield env.timeout(transfer_s)
            self.events += 1
            if random.random() < self.STALL_PROBABILITY:
                yield env.timeout(self.STALL_SCALE_S * random.paretovariate(self.STALL_SHAPE))
                self.events += 1
        latency_s = env.now - pushed_s
        self.times_s.append(latency_s)
        if latency_s <= PROMISE_S and pushed_s <= self.end_s - PROMISE_S:
            self.kept += 1

    def pushes(self):
        """The number of pushes so far."""
        return sum(self.pushes_by_repository)


class Mm16:
    """Jobs before sixteen servers."""

    RATE_PER_S = 14.4
    SERVERS = 16

    def __init__(self, pushes):
        self.end_s = pushes / self.RATE_PER_S
        self.env = simpy.Environment()
        self.servers = simpy.Resource(self.env, self.SERVERS)
        self.events = self.jobs = self.promised = self.kept = 0
        self.times_s = []
        self.env.process(self.source())

    def source(self):
        """Arrivals for ever."""
        while True:
            yield self.env.timeout(random.expovariate(self.RATE_PER_S))
            self.events += 1
            self.jobs += 1
            self.env.process(self.job())

    def job(self):
        """One job."""
        env = self.env
        arrived_s = env.now
        with self.servers.request() as server:
            yield server
            self.times_s.append(env.now - arrived_s)
            yield env.timeout(random.expovariate(1.0))
            self.events += 1

    def pushes(self):
        """The number of arrivals so far."""
        return self.jobs


def quantile(ordered, share):
    """The value at nearest rank."""
    return ordered[math.ceil(share * len(ordered)) - 1]


def main():
    """Runs the work that the command line names."""
    work, pushes, seed = sys.argv[1:]
    random.seed(int(seed))
    model = {"fan-out": FanOut, "mm16": Mm16}[work](int(pushes))
    model.env.run(until=model.end_s)
    times_s = sorted(model.times_s)
    answer = {
        "events": model.events,
        "pushes": model.pushes(),
        "mean_s": sum(times_s) / len(times_s),
        "p50_s": quantile(times_s, 0.5),
        "p99_s": quantile(times_s, 0.99),
    }
    if model.promised:
        answer["within_30min"] = model.kept / model.promised
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
