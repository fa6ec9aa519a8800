"""What the cases' helpers assert is explained as a test's own asserts are."""

import pytest

pytest.register_assert_rewrite("support.judging", "support.playing", "support.watching")
