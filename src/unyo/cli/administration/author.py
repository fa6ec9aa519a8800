"""Who runs a command, as the audit trail names them."""

import os
import pwd

from unyo.storage.administration import Author


def os_author() -> Author:
    """The user of the operating system; behind sudo, whoever called it and as whom."""
    user = os.getuid()
    try:
        name = pwd.getpwuid(user).pw_name
    except KeyError:  # as in a container that runs under a number
        name = f"uid {user}"
    caller = os.environ.get("SUDO_USER", "")
    return Author(f"{caller} (sudo, as {name})" if caller.isprintable() and caller else name)
