"""The baseline as a file, its fingerprints, and which findings it knows."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence

import pytest
from fresh_values import fresh_key

from binlint.baseline.entries import Baseline, BaselineError, Entry, dump, parse
from binlint.baseline.match import Found, Match, Scope, match
from binlint.baseline.prints import Fingerprints, is_guessable
from binlint.baseline.update import Wishes, updated
from binlint.day import is_day
from binlint.finding import Confidence, Finding, Kind, Location, Place, SecretText, Severity

SALT, OTHER = "0" * 32, "1" * 32
HEADER = json.dumps({"version": 1, "salt": SALT})
TODAY = "2026-11-23"
PRINTS = Fingerprints()


def line(path: str = "a.py", fp: str = "a" * 32, **fields: object) -> str:
    return json.dumps({"path": path, "rule": "BIN101", "fp": fp, "count": 1, **fields})


def found(
    value: str, path: str = "a.py", number: int = 1, rule: str = "BIN101", severity: Severity = Severity.ERROR
) -> Found:
    finding = Finding(
        Location(path, Place(number, 1, number, 9)),
        rule,
        "hardcoded-api-key",
        "Something",
        severity,
        Confidence.HIGH,
        Kind.API_KEY,
        "********",
    )
    return Found(finding, path, SecretText(value), "KEY")


def scope(*looked_at: str, on_disk: Sequence[str] = ()) -> Scope:
    return Scope(frozenset(looked_at), lambda path: path in {*looked_at, *on_disk}, lambda path: True)


def baseline_of(*every: Found, salt: str = SALT, **fields: object) -> Baseline:
    known = match(Baseline((salt,)), every, scope("a.py"), TODAY, PRINTS)
    made = updated(Baseline((salt,)), known, scope("a.py"), Wishes(Severity.NOTE), PRINTS)
    return made._replace(entries=tuple(entry._replace(**fields) for entry in made.entries))  # type: ignore[arg-type]


def matched(baseline: Baseline, *every: Found, at: Scope | None = None) -> Match:
    return match(baseline, every, at or scope("a.py", "b.py"), TODAY, PRINTS)


def silent(baseline: Baseline, *every: Found, at: Scope | None = None) -> list[tuple[str, int]]:
    known = matched(baseline, *every, at=at).known
    return sorted((each.path, each.finding.location.place.line) for each, _ in known)


# the file


def test_a_file_is_read_back_as_it_was_written():
    entry = Entry("a.py", "BIN101", "a" * 32, 2, Severity.WARNING, "KEY", "old", "2027-01-31")
    baseline = Baseline(
        (SALT,), (entry, entry._replace(path="\udcff\u2028.py", hint="", reason="", expires=""))
    )
    text = dump(baseline)
    assert parse(text.encode(), "x") == baseline
    assert dump(parse(text.encode(), "x")) == text
    assert text.isascii()


def test_line_ends_and_marks_of_other_systems_are_understood():
    text = f"\ufeff{HEADER}\r\n{line()}\r\n\r\n"
    assert len(parse(text.encode(), "x").entries) == 1


def test_an_empty_file_is_an_empty_baseline():
    assert parse(b"\n", "x") == Baseline()


def test_equal_lines_and_headers_count_once():
    text = "\n".join([HEADER, line(), HEADER, line(), line(count=3, reason="b"), line(expires="2027-01-01")])
    (entry,) = parse(text.encode(), "x").entries
    assert (entry.count, entry.reason, entry.expires) == (3, "b", "2027-01-01")


def test_two_salts_are_kept():
    text = "\n".join([HEADER, line(), HEADER.replace(SALT, OTHER), line(fp="b" * 32)])
    assert parse(text.encode(), "x").salts == (SALT, OTHER)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([HEADER, "{"], "line 2: not valid JSON"),
        ([HEADER, "[" * 100_000], "line 2: not valid JSON"),
        ([HEADER, "[]"], "line 2: expected an object"),
        ([HEADER, "<<<<<<< HEAD"], "line 2: a mark of a merge conflict"),
        ([HEADER, line(fp="a")], "line 2: fp:"),
        ([HEADER, line(path="")], "line 2: path:"),
        ([HEADER, line(rule="E501")], "line 2: rule:"),
        ([HEADER, line(count=0)], "line 2: count:"),
        ([HEADER, line(count=True)], "line 2: count:"),
        ([HEADER, line(level="fatal")], "line 2: level:"),
        ([HEADER, line(expires="2027-02-29")], "line 2: expires:"),
        ([HEADER, line(line=3)], "line 2: an unknown field"),
        (['{"version": 2, "salt": "x"}'], "of a newer binlint"),
        (['{"version": 1, "salt": "x"}'], "32 hex digits"),
        ([line()], "no line with the salt"),
        ([HEADER.replace(SALT, f"{number:032x}") for number in range(17)], "different salts"),
    ],
)
def test_a_broken_line_is_named(lines: list[str], words: str):
    with pytest.raises(BaselineError) as error:
        parse("\n".join(lines).encode(), "the-file")
    assert words in str(error.value)
    assert str(error.value).startswith("the-file: ")


def test_what_is_no_text_is_an_error():
    with pytest.raises(BaselineError, match="not UTF-8"):
        parse(b"\xff\xfe", "x")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2027-01-31", True),
        ("2028-02-29", True),
        ("2000-02-29", True),
        ("2027-02-29", False),
        ("1900-02-29", False),
        ("2027-13-01", False),
        ("2027-00-01", False),
        ("2027-01-00", False),
        ("0000-01-01", False),
        ("27-1-1", False),
        ("tomorrow", False),
    ],
)
def test_days(text: str, is_one: bool):
    assert is_day(text) is is_one


# fingerprints


def test_a_fingerprint_is_a_keyed_digest_of_rule_and_value():
    key = fresh_key()
    expected = hmac.new(bytes.fromhex(SALT), b"BIN101\0" + key.encode(), hashlib.sha256).hexdigest()[:32]
    assert PRINTS.of(SALT, "BIN101", SecretText(key)) == expected
    assert PRINTS.of(OTHER, "BIN101", SecretText(key)) != expected
    assert PRINTS.of(SALT, "BIN102", SecretText(key)) != expected


def test_what_can_be_guessed_costs_scrypt():
    expected = hashlib.scrypt(b"BIN104\0hunter2", salt=bytes.fromhex(SALT), n=2**14, r=8, p=1, dklen=16).hex()
    assert PRINTS.of(SALT, "BIN104", SecretText("hunter2")) == expected


def test_only_what_a_machine_has_made_is_beyond_guessing():
    # a key without digits is taken for words, which only costs time
    assert sum(is_guessable(fresh_key()) for _ in range(500)) < 10
    assert sum(is_guessable(hashlib.sha256(bytes([n])).hexdigest()) for n in range(200)) < 10
    assert not is_guessable("-----BEGIN PRIVATE KEY-----\n" + "aB3dE6gH9j" * 2 + "kL1mN4pQ7r" * 2)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "hunter2",
        "correct horse battery staple and so on",
        "your_api_key_here" * 4,
        "1" * 64,
        "MyDogIsCalledRex2019AndHeLikesBones",
    ],
)
def test_words_can_be_guessed(value: str):
    assert is_guessable(value)


def test_fingerprints_are_not_shown():
    prints = Fingerprints()
    key = fresh_key()
    prints.of(SALT, "BIN101", SecretText(key))
    assert repr(prints) == "Fingerprints(1)"


# what is old


def test_the_same_value_is_silent_and_another_one_is_not():
    key = fresh_key()
    known = baseline_of(found(key))
    assert silent(known, found(key, number=7), found(fresh_key(), number=7)) == [("a.py", 7)]


def test_a_further_copy_is_new():
    key = fresh_key()
    assert silent(baseline_of(found(key)), found(key), found(key, number=2)) == [("a.py", 1)]


def test_a_copy_in_another_file_is_new_while_the_old_one_is_there():
    key = fresh_key()
    assert silent(baseline_of(found(key)), found(key), found(key, "b.py")) == [("a.py", 1)]


def test_a_value_moves_when_its_place_is_gone():
    key = fresh_key()
    known = baseline_of(found(key))
    assert silent(known, found(key, "b.py"), at=scope("b.py")) == [("b.py", 1)]
    assert silent(known, found(key, "b.py"), at=scope("a.py", "b.py")) == [("b.py", 1)]
    assert silent(known, found(key, "b.py"), at=scope("b.py", on_disk=["a.py"])) == []
    assert silent(known, found(key, "b.py"), found(key, "c.py"), at=scope("b.py", "c.py")) == [("b.py", 1)]


def test_two_files_merge_into_one():
    key = fresh_key()
    known = baseline_of(found(key), found(key, "b.py"))
    assert silent(known, found(key), found(key, number=2), at=scope("a.py")) == [("a.py", 1), ("a.py", 2)]


def test_a_key_behind_an_old_placeholder_is_new():
    known = baseline_of(found("your_api_key", rule="BIN201", severity=Severity.NOTE))
    assert silent(known, found(fresh_key())) == []
    assert silent(known, found("your_api_key")) == []
    assert silent(known, found("your_api_key", rule="BIN201", severity=Severity.NOTE)) == [("a.py", 1)]


def test_a_higher_severity_is_new_and_a_lower_one_is_not():
    key = fresh_key()
    assert silent(baseline_of(found(key, severity=Severity.WARNING)), found(key)) == []
    assert silent(baseline_of(found(key)), found(key, severity=Severity.WARNING)) == [("a.py", 1)]


def test_another_rule_of_the_same_severity_is_not_new():
    key = fresh_key()
    assert silent(baseline_of(found(key)), found(key, rule="BIN102")) == [("a.py", 1)]
    assert silent(baseline_of(found(key, rule="BIN107", severity=Severity.WARNING)), found(key)) == []


def test_after_its_last_day_an_entry_is_silent_no_more():
    key = fresh_key()
    known = baseline_of(found(key), expires=TODAY)
    assert silent(known, found(key)) == [("a.py", 1)]
    known = baseline_of(found(key), expires="2026-11-22")
    assert silent(known, found(key)) == []
    assert len(matched(known, found(key)).expired) == 1
    assert len(matched(known, found(key, "b.py")).expired) == 1


def test_entries_of_two_salts_do_not_add_up():
    key = fresh_key()
    one, two = baseline_of(found(key)), baseline_of(found(key), salt=OTHER)
    both = Baseline((SALT, OTHER), (*one.entries, *two.entries))
    assert silent(both, found(key), found(key, number=2)) == [("a.py", 1)]
    known = matched(both, found(key))
    assert updated(both, known, scope("a.py"), Wishes(), PRINTS) == one


def test_what_is_not_found_is_stale_only_where_one_has_looked():
    key = fresh_key()
    known = baseline_of(found(key), found(key, number=2))
    assert len(matched(known).stale(scope("a.py"))) == 1
    assert len(matched(known, found(key)).stale(scope("a.py"))) == 1
    assert matched(known, at=scope("b.py", on_disk=["a.py"])).stale(scope("b.py", on_disk=["a.py"])) == ()


def test_an_update_keeps_what_people_have_written_and_prunes_on_demand():
    old, new = fresh_key(), fresh_key()
    known = baseline_of(found(old), found(old, number=2), reason="why", expires="2027-01-31", hint="NAME")
    after = updated(known, matched(known, found(old), found(new)), scope("a.py"), Wishes(), PRINTS)
    assert [(e.count, e.reason, e.expires, e.hint) for e in after.entries if e.reason] == [
        (2, "why", "2027-01-31", "NAME")
    ]
    assert len(after.entries) == 2
    pruned = updated(after, matched(after, found(old)), scope("a.py"), Wishes(prune=True), PRINTS)
    assert [(e.count, e.reason) for e in pruned.entries] == [(1, "why")]
    assert pruned.salts == known.salts


def test_an_update_renews_what_has_expired_only_on_demand():
    key = fresh_key()
    known = baseline_of(found(key), expires="2026-01-01")
    same = updated(known, matched(known, found(key)), scope("a.py"), Wishes(today=TODAY), PRINTS)
    assert same == known
    wishes = Wishes(expires="2027-05-01", today=TODAY)
    (entry,) = updated(known, matched(known, found(key)), scope("a.py"), wishes, PRINTS).entries
    assert entry.expires == "2027-05-01"


def test_what_is_not_reported_is_not_taken_in():
    known = matched(Baseline(), found("your_api_key", rule="BIN201", severity=Severity.NOTE))
    assert updated(Baseline((SALT,)), known, scope("a.py"), Wishes(), PRINTS).entries == ()
