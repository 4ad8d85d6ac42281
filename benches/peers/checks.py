"""What every program's answer must be, whatever it is written in.

Each range is that of a closed form, or of runs of the bare loops over many seeds; `README.md` says which.
"""

import math

# A full run of the fan-out, for which the narrow ranges hold.
FULL_PUSHES, FULL_REPEATS = 3_000_000, 5


def fan_out(pushes, repeats):
    """Ranges of the fan-out.

    There is no closed form, and means do not settle: the variance of a stall is infinite. A long stall, or several at
    once, can block a link for days: about one run in eight of 3 million pushes leaves the narrow range by itself, the
    median of five hardly ever does. A short run also starts with empty links, and waits less.
    """
    if pushes >= FULL_PUSHES and repeats >= FULL_REPEATS:
        return {"p50_s": (71.5, 73.5), "p99_s": (718, 759), "within_30min": (0.99775, 0.99795)}
    if pushes >= 50_000:
        return {"p50_s": (70.8, 75), "p99_s": (680, 850), "within_30min": (0.9973, 0.9983)}
    return {"p50_s": (69, 75), "p99_s": (550, 800), "within_30min": (0.9965, 0.9990)}


def mm16(jobs, _repeats):
    """Ranges of the wait in M/M/16: Erlang's C, and the exponential law of the waits of those that wait.

    L. Kleinrock, "Queueing Systems", volume 1 (1975), section 3.5.
    """
    servers, load = 16, 14.4
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    waits = blocked / (1 - load / servers * (1 - blocked))
    drain_per_s = servers - load
    return {
        "mean_s": around(waits / drain_per_s, 0.027, jobs),
        "p99_s": around(math.log(waits / 0.01) / drain_per_s, 0.047, jobs),
    }


def shared_link(copies, _repeats):
    """Ranges of the time on the shared link: the mean is E[S] / (1 - rho), here 1 s / 0.2.

    L. Kleinrock, "Queueing Systems", volume 2 (1976), section 4.4. The quantiles are means over 40 runs of the bare
    loop, 3 million copies each.
    """
    return {
        "mean_s": around(1 / (1 - 0.8), 0.010, copies),
        "p50_s": around(2.353, 0.008, copies),
        "p99_s": around(36.95, 0.015, copies),
    }


def around(value, deviation, jobs):
    """The range of four standard deviations; `deviation` is the relative one of a run of a million jobs."""
    margin = min(4 * deviation * math.sqrt(1e6 / jobs), 0.9)
    return (value * (1 - margin), value * (1 + margin))
