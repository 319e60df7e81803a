"""What may be shown of a source line."""

from __future__ import annotations

from findings import findings_of, with_values


def test_neighbours_on_the_line_are_masked_too() -> None:
    source = with_values("from binance.client import Client\nClient('«a»', '«b»')\n")
    values = source.split("'")[1::2]
    for found in findings_of(source):
        assert found.frame is not None
        shown = "\n".join(line for _, line in found.frame.lines)
        assert "Client('" in shown
        assert not any(value in shown or value[8:30] in shown for value in values)


def test_a_short_passphrase_is_masked_where_it_stands() -> None:
    found = findings_of(
        "from binance.spot import Spot\nSpot('«a»', private_key_pass='hunter2 horse')  # hunter2 horse\n"
    )
    passphrase = next(f for f in found if f.code == "BIN104")
    assert passphrase.frame is not None
    assert "hunter2" not in str(passphrase)


def test_suggestions_are_masked() -> None:
    source = with_values("from binance.client import Client\nClient('«a»', '«b»')\n")
    for found in findings_of(source):
        assert found.suggestion is not None
        assert found.suggestion.variables[0] in found.suggestion.after
        assert not any(value in str(found) for value in source.split("'")[1::2])
