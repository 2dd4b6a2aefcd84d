"""Where a listing goes on: its later pages.

What belongs here: reading links and scripts of the first page. What does not: asking the later ones.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from crawlers.guess.addresses import relative
from crawlers.guess.block import text_of
from crawlers.urls import clean_url

_NEXT: Final = re.compile(r"^(?:下一?页|下页|后一?页|next|>|>>|»|›|下一页\s*[>»›]+)$", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+")
_TRS: Final = re.compile(
    r"createPageHTML\s*\(\s*(?P<count>\d+|\w+)\s*,\s*\d+\s*,\s*[\"'](?P<name>[\w.-]+)[\"']\s*,\s*[\"'](?P<ext>\w+)[\"']",
    re.IGNORECASE,
)
_DIV: Final = re.compile(
    r"createPageHTML\s*\(\s*[\"'][\w-]+[\"']\s*,\s*(?P<count>\d+)\s*,\s*\d+\s*,\s*[\"'](?P<name>[\w.-]+)[\"']\s*,\s*[\"'](?P<ext>\w+)[\"']",
    re.IGNORECASE,
)
_COUNT: Final = re.compile(
    r"\b(?P<name>countPage|pageCount|totalPages?|pageTotal|page_count|maxPage)\b\s*[=:]\s*[\"']?(?P<count>\d+)",
    re.IGNORECASE,
)
_SAID: Final = re.compile(r"共\s*(\d{1,5})\s*页|(?:第\s*)?1\s*/\s*(\d{1,5})\s*页?")
_MOST_PAGES: Final = 5000


@dataclass(slots=True)
class Paging:
    """Keys of `list:` that say how the listing goes on, and a remark by key."""

    keys: dict[str, Any] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)


def paging_of(tree: Any, text: str, url: str) -> Paging:  # noqa: ANN401 - lxml elements have no public type
    """How the listing goes on after the page `url`; no keys where nothing on the page says so."""
    paging = _by_links(tree, url) or _by_script(text) or Paging()
    if said := _SAID.search(" ".join(text_of(tree).split())):
        count = int(said[1] or said[2])
        if 1 < count <= _MOST_PAGES and paging.keys and "pages_from" not in paging.keys:
            paging.keys["max_pages"] = max(50, count)
            paging.why["max_pages"] = f"the page says that there are {count}"
    return paging


def _by_links(tree: Any, url: str) -> Paging | None:  # noqa: ANN401
    numbered: dict[int, str] = {}
    following: tuple[str, str] | None = None
    for link in tree.iter("a"):
        href, words = link.get("href"), text_of(link)
        to = clean_url(href, url) if href else None
        if to is None or to == clean_url(url) or urlsplit(to).hostname != urlsplit(url).hostname:
            continue
        if words.isdigit() and 1 < int(words) <= _MOST_PAGES:
            numbered.setdefault(int(words), to)
        elif _NEXT.match(words) and following is None:
            following = (words, to)
    if 2 in numbered and (found := _numbered(numbered, url)):  # noqa: PLR2004 - the second page
        return found
    if following is None:
        return None
    template = _template(following[1], None, url)
    if template:
        return Paging(
            {"next": template[0], "next_from": template[1]},
            {"next": f"the link {following[0]} leads to {following[1]}"},
        )
    words = following[0].replace('"', "")
    return Paging({"next_link": f'a:contains("{words}")'}, {"next_link": "the link's address holds no page number"})


def _numbered(numbered: dict[int, str], url: str) -> Paging | None:
    template = _template(numbered[2], numbered.get(3), url)
    if template is None:
        return None
    pattern, first, step = template
    keys: dict[str, Any] = {"next": pattern, "next_from": first}
    if step != 1:
        keys["next_step"] = step
    return Paging(keys, {"next": f"the link to page 2 leads to {numbered[2]}"})


def _template(second: str, third: str | None, url: str) -> tuple[str, int, int] | None:
    """The address of the later pages with `{n}`, the second page's n, and the step."""
    runs = list(_DIGITS.finditer(second))
    if third is not None:
        other = list(_DIGITS.finditer(third))
        if len(runs) == len(other):
            differing = [at for at, (a, b) in enumerate(zip(runs, other, strict=True)) if a.group() != b.group()]
            if len(differing) == 1:
                run, after = runs[differing[0]], other[differing[0]]
                step = int(after.group()) - int(run.group())
                if step > 0:
                    return _cut(second, run, url), int(run.group()), step
    # The number that the first page's address does not have: of a query, the page's; else the file's last.
    query = dict(parse_qsl(urlsplit(second).query))
    here = dict(parse_qsl(urlsplit(url).query))
    changed = [value for name, value in query.items() if value.isdigit() and here.get(name) != value]
    start = second.index("?") if "?" in second else -1
    folder = second.rpartition("/")[0] if start < 0 else ""
    for run in reversed(runs):
        in_query = start >= 0 and run.start() > start
        if (in_query and run.group() in changed) or (start < 0 and run.start() > len(folder)):
            if len(run.group()) < 5:  # noqa: PLR2004 - longer ones are ids
                return _cut(second, run, url), int(run.group()), 1
            return None
    return None


def _cut(address: str, run: "re.Match[str]", url: str) -> str:
    marked = f"{address[: run.start()]}\0{address[run.end() :]}"
    return relative(marked, url).replace("\0", "{n}")


def _by_script(text: str) -> Paging | None:
    count = _COUNT.search(text)
    for pattern, first in ((_TRS, 1), (_DIV, 2)):
        if match := pattern.search(text):
            # TRS counts its second page as 1; the other dialect names it by its number.
            keys: dict[str, Any] = {"next": f"{match['name']}_{{n}}.{match['ext']}", "next_from": first}
            why = {"next": f"the script says {' '.join(match.group().split())[:60]}"}
            if match["count"].isdigit():
                lead = r"createPageHTML\s*\(\s*" + (r"[^,]*,\s*" if pattern is _DIV else "")
                keys["pages_from"] = lead + r"(\d+)"
            elif count:
                keys["pages_from"] = rf"{count['name']}\s*[=:]\s*[\"']?(\d+)"
            return Paging(keys, why)
    if count and int(count["count"]) > 1:
        keys = {"next": "index_{n}.html", "next_from": 1, "pages_from": rf"{count['name']}\s*[=:]\s*[\"']?(\d+)"}
        return Paging(keys, {"next": f"a script counts {count['count']} pages; how they are named is a guess"})
    return None
