"""Several processes for many candidates, by plain forks: what is loaded is shared, only results travel.

Threads would not help, since the parser holds the interpreter. A worker that dies is not a silent pass:
its files come back as outcomes that say so.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from binlint.sources.source import Source

Result = TypeVar("Result")

_MOST = 8  # workers; more gain nothing before the merging costs
_WORTH = 250_000  # bytes of source for which a worker pays; a fork costs about as much as 30 kB


class Worker(NamedTuple):
    """A child process, the pipe on which it answers, and what it was given."""

    process: int
    pipe: int
    sources: tuple[Source, ...]


def count_for(sources: Sequence[Source]) -> int:
    """How many processes are worth it; 1 where forking is not possible or not safe."""
    threads = sys.modules.get("threading")
    if not hasattr(os, "fork") or (threads is not None and threads.active_count() > 1):
        return 1
    return max(1, min(_MOST, os.cpu_count() or 1, sum(len(source.data) for source in sources) // _WORTH))


def examine_all(
    sources: Sequence[Source],
    examine: Callable[[Source], Result],
    lost: Callable[[Source], Result],
    count: int,
) -> list[Result]:
    """`examine` of every source, by `count` processes. `lost` makes the result of what a dead worker had."""
    by_size = sorted(sources, key=lambda source: (-len(source.data), source.path))
    workers = [_start(tuple(by_size[number::count]), examine) for number in range(count)]
    results: list[Result] = []
    for worker in workers:
        answer = _read(worker.pipe)
        _, status = os.waitpid(worker.process, 0)
        if status == 0 and answer:
            results.extend(pickle.loads(answer))  # noqa: S301 - written by our own child
        else:
            results.extend(lost(source) for source in worker.sources)
    return results


def _start(sources: tuple[Source, ...], examine: Callable[[Source], Result]) -> Worker:
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return Worker(process, reading, sources)
    status = 1
    try:
        os.close(reading)
        answer = pickle.dumps([examine(source) for source in sources])
        with open(writing, "wb") as pipe:
            pipe.write(answer)
        status = 0
    finally:
        os._exit(status)  # nothing of the parent's may be flushed or cleaned up twice


def _read(pipe: int) -> bytes:
    with open(pipe, "rb") as stream:
        return stream.read()
