"""What published packages taught, where one file of the corpus cannot say it: notes, and whole projects."""

from __future__ import annotations

import base64
import os

import pytest
from findings import analysed, codes_of, findings_of

_ED25519_HEAD = bytes.fromhex("302e020100300506032b657004220420")


def fresh_pem() -> str:
    body = base64.b64encode(_ED25519_HEAD + os.urandom(32)).decode()
    return f"-----BEGIN PRIVATE KEY-----\\n{body}\\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize("line", ['start_key = "dummy"', 'key = "foo"', 'versions = {"public": "test"}'])
def test_a_word_with_a_weak_name_is_no_placeholder_of_a_credential(line: str) -> None:
    assert codes_of(f"import binance\n{line}\n") == []


def test_a_placeholder_with_a_clear_name_is_noted() -> None:
    assert codes_of('import binance\napi_key = "changeme"\n') == ["2 BIN201"]


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ('pem = "{}"\n', []),  # a test of signatures, a server's key
        ('print("{}")\n', []),
        ('ed25519_private_key = "{}"\n', ["1 BIN103"]),
        ('import binance\npem = "{}"\n', ["2 BIN103"]),
    ],
)
def test_a_project_lends_its_company_to_private_keys_with_a_clear_name(source: str, codes: list[str]) -> None:
    assert codes_of(source.format(fresh_pem()), project_company=True) == codes


def test_words_that_are_wrong_on_purpose_are_placeholders() -> None:
    found = findings_of('from binance.client import Client\nClient("something", "whatever")\n')
    assert {finding.code for finding in found} == {"BIN201"}


ENTANGLED = """
import settings, store
from binance.client import Client


class Test:
    @classmethod
    def before(cls):
        cls.path = settings.PATH
        settings.PATH = store.PATH
        store.PATH = settings.PATH

    def first(self):
        settings.PATH = self.path
        store.PATH = settings.PATH
        self.path = store.PATH

    def second(self):
        store.PATH = settings.PATH
        settings.PATH = self.path
        self.path = self.again(settings.PATH)

    def again(self, path):
        self.path = self.second(path) or settings.PATH
        return self.path or store.PATH

    def client(self):
        return Client(self.path, settings.PATH)
"""


def test_attributes_that_are_set_in_a_ring_are_asked_once() -> None:
    outcome = analysed({"test_it.py": ENTANGLED})
    assert not outcome.notes
    assert not outcome.findings
