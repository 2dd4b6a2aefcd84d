"""A validation error as one line that a person can act on: file, line, key, what is wrong, what to write instead.

What belongs here: wording pydantic's findings. What does not: the model itself. Values are repeated only where they are
words of a closed list; anything else might be a token.
"""

import difflib
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

from pydantic import BaseModel, ValidationError

from pipeline.alerts.words import HEADLINES

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from policywatch.yamlfile import Document, Place

_TAGS: Final = frozenset({"console", "file", "webhook", "apprise"})

_SIMPLE: Final = {
    "missing": "is missing; add it",
    "union_tag_not_found": f"no kind; add kind: and one of {', '.join(sorted(_TAGS))}",
    "tuple_type": "must be a list; write it like [first, second]",
    "string_type": "must be text; put quotes around it",
    "bool_type": "must be true or false",
    "string_pattern_mismatch": "has characters that cannot stand here; write letters, digits, _ and -",
    "string_too_short": "is empty; write something or leave the key out",
    "too_short": "is an empty list; name at least one",
}


def explain(problem: ValidationError, document: "Document", model: type[BaseModel]) -> str:
    """The first mistake of `problem` by line in one sentence, and how many more there are."""
    found = [(_place(details, document), details) for details in problem.errors()]
    place, details = min(found, key=lambda item: document.line_of(item[0]))
    line = document.line_of(place)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    key = dotted(place) or "the file"
    return f"{document.path}, line {line}, {key}: {_advice(details, place, model)}{more}"


def _place(details: "ErrorDetails", document: "Document") -> "Place":
    place: Place = ()
    for part in details["loc"]:
        # Pydantic adds the tag of a union to the path; the file has no such level.
        is_tag = len(place) > 1 and place[-2] == "deliver" and (*place, part) not in document.lines and part in _TAGS
        if not is_tag:
            place = (*place, part)
    return place


def dotted(place: "Place") -> str:
    """`place` as people write it: `subscriptions[0].events[1]`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def _advice(details: "ErrorDetails", place: "Place", model: type[BaseModel]) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind == "extra_forbidden":
        keys = _keys(model, details["loc"][:-1])
        return f"unknown key{near(str(place[-1]), keys)}; the keys here are {', '.join(keys)}"
    if kind in {"literal_error", "union_tag_invalid"}:
        return _wrong_word(details)
    if kind in {"model_type", "model_attributes_type", "dict_type"}:
        return f"must be a mapping with the keys {', '.join(_keys(model, place))}"
    if kind == "value_error":
        return str(context.get("error", details["msg"]))
    return details["msg"][:1].lower() + details["msg"][1:]


def _wrong_word(details: "ErrorDetails") -> str:
    context = details.get("ctx", {})
    allowed = str(context.get("expected") or context.get("expected_tags") or "").replace("'", "")
    words = allowed.replace(" or ", ", ").split(", ")
    value = details.get("input")
    said = str(value.get("kind") if isinstance(value, dict) else value)[:40]
    meant = [kind for kind, names in HEADLINES.items() if kind in words and said in names]
    hint = f", did you mean '{meant[0]}'?" if meant else near(said, words)
    return f"'{said}' is none of the words that stand here{hint}; write one of {', '.join(words)}"


def near(word: str, words: Collection[str]) -> str:
    """The question whether the word of `words` that is most like `word` was meant; empty where none is like it."""
    close = difflib.get_close_matches(word, sorted(words), n=1)
    return f", did you mean '{close[0]}'?" if close else ""


def _keys(model: type[BaseModel], place: "Place") -> list[str]:
    """The keys that may stand at `place` of a document of `model`."""
    models: list[Any] = [model]
    for part in place:
        if isinstance(part, str):
            fields = [item.model_fields[part] for item in models if part in item.model_fields]
            tagged = [
                item for item in models if part in _TAGS and part in get_args(item.model_fields["kind"].annotation)
            ]
            models = tagged or [found for field in fields for found in _models(field.annotation)]
    return list(dict.fromkeys(name for item in models for name in item.model_fields))


def _models(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - a type expression
    if isinstance(annotation, type) and get_origin(annotation) is None and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models(part)]
