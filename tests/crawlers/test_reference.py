"""The table of all keys in docs/adding-a-source.md is what the models say.

`python tests/crawlers/test_reference.py` writes it. The words are those below each key in the models, so that code and
document cannot part.
"""

import ast
import inspect
import sys
from functools import cache
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from crawlers import listings, model  # noqa: E402 - also run as a script

DOCUMENT = ROOT / "docs" / "adding-a-source.md"
BEGIN, END = "<!-- keys: begin -->\n", "<!-- keys: end -->"
SECTIONS = {
    "The file": model.Source,
    "`politeness:`": model.Politeness,
    "`canonical:`, a list of": model.Canonical,
    "`confidence:`": model.Confidence,
    "`list:` of kind html, json, datastore or feed": listings._Walked,
    "`list:` of kind html, json or datastore, besides": listings._Told,
    "`list:` of kind html, besides": listings.HtmlList,
    "`list:` of kind json or datastore, besides": listings._Asked,
    "`list:` of kind json, besides": listings.JsonList,
    "`no_hits:` of kind json": listings.NoHits,
    "`list:` of kind datastore, besides": listings.DatastoreList,
    "`list:` of kind feed, besides": listings.FeedList,
    "`list:` of kind pages": listings.PagesList,
    "`page:`": model.PageHints,
    "`expect:`": model.Expect,
}
BAR = "\\|"
FORMS = {
    "str": "text",
    "int": "number",
    "float": "number",
    "bool": "true or false",
    "date": "day",
    "Regex": "regular expression",
    "Selector": "selector",
    "WebAddress": "address",
    "Path": "path",
    "NoHits": "map",
    "Listing": "map",
}


@cache
def words(kind: type[BaseModel]) -> dict[str, tuple[str, str]]:
    """By key of a model's own: its annotation and the text below it."""
    (body,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for at, statement in enumerate(body.body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            below = body.body[at + 1] if at + 1 < len(body.body) else None
            text = below.value.value if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) else ""
            found[statement.target.id] = (ast.unparse(statement.annotation), " ".join(str(text).split()))
    return found


def form(annotation: str) -> str:
    name = annotation.removesuffix(" | None")
    if name.startswith("Literal["):
        return ", ".join(f"`{value}`" for value in ast.literal_eval(f"({name[8:-1]},)"))
    if name.startswith("tuple["):
        return "range" if name.count("int") == 2 else "list"
    if name.startswith("Mapping["):
        return "map"
    if " | " in name:
        return "text, number or truth"
    return FORMS.get(name, "map")


def default(info: FieldInfo) -> str:
    if info.is_required():
        return "needed"
    value = info.get_default(call_default_factory=True)
    if value is PydanticUndefined or value in (None, (), {}) or isinstance(value, BaseModel):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def reference() -> str:
    parts = []
    for title, kind in SECTIONS.items():
        rows = [
            f"| `{name}` | {form(annotation)} | {default(kind.model_fields[name])} | {text.replace('|', BAR)} |"
            for name, (annotation, text) in words(kind).items()
            if name != "kind"
        ]
        head = f"### {title}\n\n| key | is | unless given | says |\n|---|---|---|---|\n"
        parts.append(head + "\n".join(rows).replace("|  |", "| |") + "\n")
    return "\n".join(parts)


def test_the_reference_is_what_the_models_say():
    text = DOCUMENT.read_text(encoding="utf-8")
    written = text.partition(BEGIN)[2].partition(END)[0]
    assert written == f"\n{reference()}\n", "run `python tests/crawlers/test_reference.py` and commit docs/"


def test_every_key_of_every_model_has_its_words():
    shown = {kind for kind in SECTIONS.values() if issubclass(kind, BaseModel)}
    for kind in (*shown, *listings.get_args(listings.Kind)):
        own = [base for base in kind.__mro__ if base in shown]
        documented = {name: text for base in own for name, (_, text) in words(base).items()}
        for name in kind.model_fields:
            assert name == "kind" or documented.get(name), f"{kind.__name__}.{name} has no text below it"


if __name__ == "__main__":
    before, _, after = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{reference()}\n{END}{after.partition(END)[2]}", encoding="utf-8")
