"""Several processes give what one gives, and a dead one is no silent pass."""

from __future__ import annotations

import os
import signal

import pytest

from binlint import workers
from binlint.sources.source import Source

SOURCES = [Source(f"{number}.py", b"x" * number) for number in range(7)]
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")


def size(source: Source) -> str:
    return f"{source.path} {len(source.data)}"


def lost(source: Source) -> str:
    return f"{source.path} lost"


@forks
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_the_number_of_processes_changes_nothing(count: int) -> None:
    assert sorted(workers.examine_all(SOURCES, size, lost, count)) == [size(source) for source in SOURCES]


@forks
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_what_a_dead_worker_had_is_told() -> None:
    def dies(source: Source) -> str:
        if source.path == "3.py":
            os.kill(os.getpid(), signal.SIGKILL)
        return size(source)

    results = workers.examine_all(SOURCES, dies, lost, 3)
    assert "3.py lost" in results
    assert len(results) == len(SOURCES)
    assert any(not result.endswith("lost") for result in results)


def test_little_work_is_done_alone() -> None:
    assert workers.count_for(SOURCES) == 1
