"""Reading `sources/*.yaml`: files in, checked `Source` objects out, errors that name file, line, key and fix.

What belongs here: finding, parsing and checking the files. What does not: the model itself (`model.py`), re-exported
here because callers think of both as one.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from crawlers.listings import KINDS
from crawlers.model import Source, canonical_url, describe
from policywatch import yamlfile
from policywatch.errors import ConfigError, UsageError

__all__ = ["Source", "canonical_url", "folders", "load_source", "load_sources"]

_Keys = tuple[str, ...]
_Lines = dict[_Keys, int]

ENVIRONMENT = "POLICYWATCH_SOURCES"


def folders(folder: str | Path | None = None) -> tuple[Path, ...]:
    """Where sources are looked for: `folder`, else POLICYWATCH_SOURCES (parted by os.pathsep), else our own."""
    if folder is not None:
        return (Path(folder),)
    named = os.environ.get(ENVIRONMENT)
    if named:
        return tuple(Path(part) for part in named.split(os.pathsep) if part)
    return (Path(__file__).with_name("sources"),)


def load_sources(folder: str | Path | None = None) -> dict[str, Source]:
    """Every source, by name, in the order of names.

    Raises:
        ConfigError: a folder is missing, a file does not fit the model, or two files carry one name.
    """
    files = _files(folder)
    return {name: _read(path) for name, path in sorted(files.items())}


def load_source(name: str, folder: str | Path | None = None) -> Source:
    """The source called `name`, reading only its own file.

    Raises:
        UsageError: there is no such source.
        ConfigError: its file does not fit the model, or two files carry the name.
    """
    files = _files(folder)
    if name not in files:
        known = ", ".join(sorted(files)) or "none"
        msg = f"no source is called '{name}'; there are: {known}"
        raise UsageError(msg)
    return _read(files[name])


def _files(folder: str | Path | None) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for place in folders(folder):
        if not place.is_dir():
            msg = f"{place}: no such folder of sources; correct {ENVIRONMENT} or create it"
            raise ConfigError(msg)
        for path in sorted([*place.glob("*.yaml"), *place.glob("*.yml")]):
            if path.stem in files:
                other = files[path.stem]
                msg = f"{path}: name: there is a source '{path.stem}' already in {other}; rename one file and its name"
                raise ConfigError(msg)
            files[path.stem] = path
    return files


_read_before: dict[Path, tuple[bytes, Source]] = {}
"""By file: the text it held, and what came of it. One run of a source asks for all of them a dozen times."""


def _read(path: Path) -> Source:
    """The source in `path`; a file that holds what it held when it was last read is not checked again."""
    try:
        text = path.read_bytes()
    except OSError:
        return _checked(path)  # which says it in the words of the file's reader
    if (known := _read_before.get(path)) is not None and known[0] == text:
        return known[1]
    source = _checked(path)
    if getattr(source.list, "urls_file", None) is None:  # that one can change by itself
        _read_before[path] = (text, source)
    return source


def _checked(path: Path) -> Source:
    values, lines = _parse(path)
    if not isinstance(values, dict):
        msg = f"{path}: holds no keys; start from another source's file"
        raise ConfigError(msg)
    elsewhere = _add_addresses(path, lines, values.get("list"))
    try:
        source = Source.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_message(path, lines, elsewhere, error)) from None
    if source.name != path.stem:
        line = lines.get(("name",), 1)
        msg = f"{path}:{line}: name: '{source.name}' must be the file's own name, '{path.stem}'; rename one"
        raise ConfigError(msg)
    return source


def _add_addresses(path: Path, lines: _Lines, listing: Any) -> dict[_Keys, str]:  # noqa: ANN401 - what YAML gives
    """Put the addresses of `urls_file` behind those of `urls`, and say where each of them stands.

    Raises:
        ConfigError: the file cannot be read.
    """
    if not isinstance(listing, dict) or not isinstance(listing.get("urls_file"), str):
        return {}
    beside = path.parent / listing["urls_file"]
    try:
        text = beside.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        line = lines.get(("list", "urls_file"), 1)
        msg = f"{path}:{line}: list.urls_file: {beside} cannot be read ({error}); save it there as UTF-8 text"
        raise ConfigError(msg) from None
    given = list(listing.get("urls") or ())
    places: dict[_Keys, str] = {}
    for number, printed in enumerate(text.splitlines(), start=1):
        if (address := printed.strip()) and not address.startswith("#"):
            places["list", "urls", str(len(given))] = f"{beside}:{number}"
            given.append(address)
    listing["urls"] = given
    return places


def _parse(path: Path) -> tuple[Any, _Lines]:
    try:
        document = yamlfile.load(path)
    except yamlfile.Fault as fault:
        line = f":{fault.line}" if fault.line else ""
        key = f"{'.'.join(map(str, fault.place))}: " if fault.place else ""
        msg = f"{path}{line}: {key}{fault}"
        raise ConfigError(msg) from None
    return document.value, {tuple(map(str, place)): line for place, line in document.lines.items()}


def _message(path: Path, lines: _Lines, elsewhere: Mapping[_Keys, str], error: ValidationError) -> str:
    found = error.errors(include_url=False)
    # A misspelt key is missing as well; the misspelling is what helps.
    first = next((item for item in found if item["type"] == "extra_forbidden"), found[0])
    # The tag of a tagged union is part of pydantic's path and not of the file's.
    tagged = first["loc"][:1] == ("list",) and first["loc"][1:2] and first["loc"][1] in KINDS
    keys = tuple(str(part) for index, part in enumerate(first["loc"]) if not (tagged and index == 1))
    known = keys
    while known and known not in lines:
        known = known[:-1]
    place = elsewhere.get(keys) or f"{path}:{lines.get(known, 1)}"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    key = f"{'.'.join(keys)}: " if keys else ""
    return f"{place}: {key}{describe(first)}{more}"
