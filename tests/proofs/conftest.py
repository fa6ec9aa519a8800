"""The servers of the proofs are started as `make proof` starts them: measured for no coverage."""

import pytest

from support.scratch import UNMEASURED


@pytest.fixture(autouse=True)
def _unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in UNMEASURED.items():
        monkeypatch.setenv(name, value)
