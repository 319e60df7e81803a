"""A progress bar for runs that take longer than a moment; rich is loaded when that moment is over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_MOMENT = 0.7  # seconds
_PAUSE = 0.1  # between two drawings


class Bar:
    """Called with (files done, files in all). Draws from the calling thread: the engine may fork."""

    def __init__(self) -> None:
        self._due = time.monotonic() + _MOMENT
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + _PAUSE
        if self._progress is None:
            self._progress = _start()
            if self._progress is None:
                self._due = float("inf")
                return
            self._task = self._progress.add_task("checking", total=total)
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total)
            self._progress.refresh()

    def close(self) -> None:
        """Takes the bar away."""
        if self._progress is not None:
            self._progress.stop()


def _start() -> Progress | None:
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    except ImportError:  # a trimmed installation does without
        return None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    progress = Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True)
    progress.start()
    return progress
