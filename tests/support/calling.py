"""What a command that calls a server is told by the environment, and nothing of the user's own."""

from pathlib import Path

from .processes import Account


def calling(url: str, account: Account, folder: Path) -> dict[str, str]:
    """The variables of an account at a server; profiles and cache stand in a folder of the test's own."""
    return {
        "UNYO_ENDPOINT": url,
        "UNYO_ACCESS_KEY": account.access_key,
        "UNYO_SECRET_KEY": account.secret_key,
        "UNYO_SERVICE_CODE": account.service_code,
        "UNYO_MASTER_ID": account.master_id,
        **nobody(folder),
    }


def nobody(folder: Path) -> dict[str, str]:
    """The variables of a user who has no profile yet."""
    return {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_CACHE_HOME": str(folder / "cache")}
