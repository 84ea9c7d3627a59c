"""Event: a value that cannot change, whole in JSON."""

import json
from dataclasses import FrozenInstanceError, asdict

import pytest

from rwa_deploy.events import Event

TRANSFER = Event("BondToken", "0x5", "Transfer", {"value": 2**200, "ids": (1, 2)}, 3, 1_600_000_000, "0x7", 4)


def test_event_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        TRANSFER.block = 4  # type: ignore[misc]


def test_event_keeps_large_integers_in_json():
    assert json.loads(json.dumps(asdict(TRANSFER)))["args"]["value"] == 2**200


def test_event_equals_another_with_the_same_facts():
    assert Event(**asdict(TRANSFER)) == TRANSFER
