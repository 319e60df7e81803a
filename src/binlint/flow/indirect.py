"""Calls that are made by somebody else: threads, pools, schedulers, `map`."""

from __future__ import annotations

from collections.abc import Iterator

from binlint import facts as f
from binlint.facts import Call, Expr

_RUNNERS = {  # name of the call → position of the function that it calls with the arguments behind it
    "submit": 0,
    "to_thread": 0,
    "apply": 0,
    "call_soon": 0,
    "run_in_executor": 1,
    "call_later": 1,
    "run_sync": 0,
}
_WORKERS = frozenset({"Thread", "Process", "Timer", "apply_async"})  # take `target=`, `args=` and `kwargs=`
_SENDERS = frozenset({"delay", "remote"})  # methods of tasks that take the arguments of the task
_MAPS = {"map": False, "imap": False, "starmap": True}


def indirect(call: Call, name: str) -> Iterator[Call]:
    """The call that `Thread(target=f, args=…)`, `pool.submit(f, …)` or `map(f, …)` makes in the end."""
    keywords = {key: value for key, value in call.keywords if key is not None}
    if name in _RUNNERS and len(call.args) > _RUNNERS[name]:
        at = _RUNNERS[name]
        yield call._replace(func=call.args[at], args=call.args[at + 1 :])
    elif name in _SENDERS and isinstance(call.func, f.Attribute) and call.args:
        yield call._replace(func=call.func.value)
    elif name == "add_job" and call.args and ("args" in keywords or "kwargs" in keywords):
        yield _handed(call, call.args[0], keywords)
    elif name in _MAPS and len(call.args) >= 2:
        elements: tuple[Expr, ...] = tuple(f.Element(arg) for arg in call.args[1:])
        yield call._replace(func=call.args[0], args=(f.Star(elements[0]),) if _MAPS[name] else elements)
    elif name in _WORKERS or isinstance(call.func, f.Ref):
        target = keywords.get("target") or keywords.get("function") or keywords.get("func")
        if target is not None and ("args" in keywords or "kwargs" in keywords):
            yield _handed(call, target, keywords)
        elif name == "apply_async" and isinstance(call.func, f.Attribute):
            yield _handed(call, call.func.value, {"args": call.args[0]} if call.args else keywords)


def _handed(call: Call, target: Expr, keywords: dict[str, Expr]) -> Call:
    """The call of `target` with what stands in `args=` and `kwargs=`."""
    args: tuple[Expr, ...] = (f.Star(keywords["args"]),) if "args" in keywords else ()
    named = ((None, keywords["kwargs"]),) if "kwargs" in keywords else ()
    return call._replace(func=target, args=args, keywords=named)
