"""`settings.yaml` in the home folder: what holds for all sources of a home, in one place. Without it, the defaults.

What belongs here: the file and its model, and holding a warehouse to it. What does not: what concerns one source
(`crawlers/sources/*.yaml`) or who is alerted (`alerts.yaml`).
"""

from typing import TYPE_CHECKING, Any, Final

from policywatch import yamlfile
from policywatch.errors import ConfigError
from policywatch.home import Home
from warehouse.steps import HERE

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.ledger import Ledger

TERMS: Final = HERE / "default_terms.yaml"
_KEYS: Final = {"default_terms": "true or false: infer terms by default rules (docs/meaning.md)"}
_COLUMNS: Final = ("jurisdiction", "issuers", "issued_from", "issued_to", "title_has", "years", "rule")


def has_default_terms(home: Home) -> bool:
    """Whether terms that no document states are inferred.

    Raises:
        ConfigError: the file has another key, or another value than true or false.
    """
    if not home.settings.exists():
        return False
    said = _read(home.settings)
    for key in said:
        if key not in _KEYS:
            msg = f"{home.settings}: there is no setting '{key}'; there is: {', '.join(_KEYS)}"
            raise ConfigError(msg)
    value = said.get("default_terms", False)
    if not isinstance(value, bool):
        msg = f"{home.settings}: default_terms is {value!r}; write {_KEYS['default_terms']}"
        raise ConfigError(msg)
    return value


def _read(path: "Path") -> dict[str, Any]:
    try:
        value = yamlfile.load(path).value
    except yamlfile.Fault as fault:
        where = f":{fault.line}" if fault.line else ""
        msg = f"{path}{where}: {fault}"
        raise ConfigError(msg) from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        msg = f"{path}: it is no mapping; write a line like `default_terms: true`"
        raise ConfigError(msg)
    return value


def default_terms() -> list[dict[str, Any]]:
    """The rows of `warehouse/default_terms.yaml`, in order, as table `default_term` keeps them."""
    rows = yamlfile.load(TERMS).value
    return [{"rank": rank} | {name: row.get(name) for name in _COLUMNS} for rank, row in enumerate(rows, start=1)]


def hold_to(home: Home, ledger: "Ledger") -> str | None:
    """Let a new warehouse infer terms, or not, as the settings say; one that was filled otherwise stays as it is.

    Returns:
        What a person has to do for the settings to hold; None where they do.
    """
    wanted = default_terms() if has_default_terms(home) else []
    held = ledger.query("SELECT * FROM default_term ORDER BY rank")
    if held == wanted:
        return None
    if not ledger.loaded():
        ledger.set_default_terms(wanted)
        return None
    is_on = "on" if wanted else "off"
    return f"default_terms is {is_on}, and this warehouse was made otherwise; `policywatch rebuild` makes it again so"
