"""A draft in its three forms: plain text, Markdown, HTML.

What belongs here: lines, marks, escaping. What does not: what is said (`draft`).

Marks are 【】 in text, ~~struck~~ and **bold** in Markdown, `<del>` and `<ins>` in HTML. Everything that a page may
have printed goes through `markdown` or `html.escape` here, and nowhere else.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from pipeline.alerts.changes import SHORT, Change
from pipeline.alerts.draft import Draft, Entry, Fact, Group
from pipeline.alerts.safe import markdown
from pipeline.alerts.words import LABELS, SAID
from pipeline.comparing import Mark

_STYLE: Final = {
    "body": (
        "margin:0;padding:16px;color:#222;"
        "font:15px/1.6 -apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',Arial,sans-serif"
    ),
    "h1": "font-size:18px;line-height:1.4;margin:0 0 8px",
    "h2": "font-size:16px;line-height:1.4;margin:20px 0 4px;padding-top:12px;border-top:1px solid #ddd",
    "p": "margin:0 0 8px",
    "quote": "margin:0 0 8px;padding:4px 12px;border-left:3px solid #bbb;color:#444",
    "facts": "margin:0 0 8px;font-size:14px;word-break:break-word",
    "label": "color:#666",
    "change": "margin:0 0 8px;padding-left:12px",
    "del": "background:#fdd;color:#900",
    "ins": "background:#dfd;color:#060;text-decoration:none",
    "foot": "margin:16px 0 0;font-size:12px;color:#888",
}


# --- plain text ------------------------------------------------------------------------------------------------------


def as_text(draft: Draft) -> str:
    """The draft for consoles, files and services that show plain text."""
    lines = [draft.subject, *draft.lead]
    for group in draft.groups:
        lines += ["", f"■ {group.title}"] if group.title else []
        for entry in group.entries:
            lines += _text_entry(draft, entry)
        lines += [f"  {line}" for line in _text_facts(draft, group.facts)]
    if draft.more:
        lines += ["", draft.more]
    if any(group.title for group in draft.groups) and draft.facts:
        lines.append("")
    lines += [f"  {line}" for line in _text_facts(draft, draft.facts)]
    return "\n".join(lines) + "\n"


def _text_entry(draft: Draft, entry: Entry) -> Iterator[str]:
    yield f"{entry.headline}{draft.colon}{entry.sentence}" if entry.headline else entry.sentence
    yield from (f"  {line}" for line in _text_facts(draft, entry.facts))
    if entry.quote:
        yield f"  {draft.say(LABELS['quote'])}{draft.colon}“{entry.quote}”"
    if entry.changes:
        yield f"  {draft.say(LABELS['changes'])}{draft.colon.strip()}"
        for change in entry.changes:
            yield from (f"    {line}" for line in _text_change(draft, change))
        yield from (f"    {line}" for line in _more_changes(draft, entry))


def _text_facts(draft: Draft, facts: Iterable[Fact]) -> Iterator[str]:
    for fact in facts:
        yield f"{fact.label}{draft.colon}{fact.value}"


def _text_change(draft: Draft, change: Change) -> list[str]:
    name = f"{change.name}{draft.colon}"
    if (line := _on_one_line(draft, change)) is not None:
        return [name + line]
    if change.before is None or change.after is None:
        return [
            f"{name}{draft.say(LABELS[_sort(change)])}“{change.before or change.after or draft.say(SAID['nothing'])}”"
        ]
    before, after = change.before, change.after
    if change.marks:
        before, after = (_bracketed(change.marks, side) for side in ("gone", "new"))
    return [
        name.rstrip(),
        f"  {draft.say(LABELS['before'])}{draft.colon}{before}",
        f"  {draft.say(LABELS['after'])}{draft.colon}{after}",
    ]


def _bracketed(marks: Iterable[Mark], side: str) -> str:
    return "".join(text if sort == "same" else f"【{text}】" for sort, text in marks if sort in {"same", side})


# --- Markdown --------------------------------------------------------------------------------------------------------


def as_markdown(draft: Draft) -> str:
    """The draft for files and services that show Markdown."""
    lines = [f"### {markdown(draft.subject)}", ""]
    lines += [text for line in draft.lead for text in (markdown(line), "")]
    for group in draft.groups:
        lines += [f"#### {markdown(group.title)}", ""] if group.title else []
        for entry in group.entries:
            lines += _markdown_entry(draft, entry)
        facts = [_markdown_fact(draft, fact) for fact in (*group.facts, *(() if group.title else draft.facts))]
        lines += [*facts, ""] if facts else []
    if draft.more:
        lines += [markdown(draft.more), ""]
    if not draft.groups or any(group.title for group in draft.groups):
        lines += [_markdown_fact(draft, fact) for fact in draft.facts]
    return "\n".join(lines).rstrip("\n") + "\n"


def _markdown_entry(draft: Draft, entry: Entry) -> Iterator[str]:
    headline = f"**{markdown(entry.headline)}**{draft.colon}" if entry.headline else ""
    yield from (headline + markdown(entry.sentence), "")
    if entry.facts:
        yield from (*(_markdown_fact(draft, fact) for fact in entry.facts), "")
    if entry.quote:
        yield from (f"> {markdown(entry.quote)}", "")
    items = [item for change in entry.changes for item in _markdown_change(draft, change)]
    if items:
        yield f"- {draft.say(LABELS['changes'])}{draft.colon.strip()}"
        yield from (f"  {item}" for item in (*items, *(f"- {line}" for line in _more_changes(draft, entry))))
        yield ""


def _markdown_fact(draft: Draft, fact: Fact) -> str:
    if fact.url:
        return f"- {fact.label}{draft.colon}<{fact.url}>"
    # A code span ends at its backquote alone, and addresses hold none: theirs are escaped.
    value = f"`{fact.value.replace('`', '%60')}`" if fact.is_code else markdown(fact.value)
    return f"- {markdown(fact.label)}{draft.colon}{value}"


def _markdown_change(draft: Draft, change: Change) -> list[str]:
    name = f"- {markdown(change.name)}{draft.colon}"
    if (line := _on_one_line(draft, change)) is not None:
        return [name + markdown(line)]
    if change.before is None or change.after is None:
        text = markdown(change.before or change.after or draft.say(SAID["nothing"]))
        sign = "~~" if change.after is None else "**"
        return [f"{name}{draft.say(LABELS[_sort(change)])} {sign}{text}{sign}"]
    before, after = markdown(change.before), markdown(change.after)
    if change.marks:
        before, after = _signed(change.marks, "gone", "~~"), _signed(change.marks, "new", "**")
    return [
        name.rstrip(),
        f"  - {draft.say(LABELS['before'])}{draft.colon}{before}",
        f"  - {draft.say(LABELS['after'])}{draft.colon}{after}",
    ]


def _signed(marks: Iterable[Mark], side: str, sign: str) -> str:
    return "".join(
        markdown(text) if sort == "same" else _sign(text, sign) for sort, text in marks if sort in {"same", side}
    )


def _sign(text: str, sign: str) -> str:
    """`text` between `sign`s, or between brackets where Markdown would not see them: beside punctuation."""
    if text[:1].isalnum() and text[-1:].isalnum():
        return f"{sign}{markdown(text)}{sign}"
    return f"【{markdown(text)}】"


# --- HTML ------------------------------------------------------------------------------------------------------------


def as_html(draft: Draft) -> str:
    """The draft as a document for e-mail: styles in place, nothing fetched, foreign words isolated in direction."""
    parts = [_tag("h1", _bdi(draft.subject)), *(_tag("p", escape(line)) for line in draft.lead)]
    for group in draft.groups:
        parts += _html_group(draft, group)
    if draft.more:
        parts.append(_tag("p", escape(draft.more)))
    parts.append(_html_facts(draft, draft.facts))
    foot = f"policywatch · {draft.say(LABELS['subscription'])}{draft.colon}{draft.subscription}"
    parts.append(f'<p style="{_STYLE["foot"]}">{escape(foot)}</p>')
    lang = "zh-CN" if draft.language == "zh" else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        f"<title>{escape(draft.subject)}</title></head>\n"
        f'<body style="{_STYLE["body"]}">\n' + "\n".join(filter(None, parts)) + "\n</body></html>\n"
    )


def fragment(draft: Draft) -> str:
    """The inside of the document without its heading and foot, for feeds, which have their own."""
    parts = [_tag("p", escape(line)) for line in draft.lead]
    for group in draft.groups:
        parts += _html_group(draft, group)
    return "\n".join(filter(None, [*parts, _html_facts(draft, draft.facts)]))


def _html_group(draft: Draft, group: Group) -> Iterator[str]:
    if group.title:
        yield _tag("h2", _bdi(group.title))
    for entry in group.entries:
        headline = f"<b>{escape(entry.headline)}</b>{draft.colon}" if entry.headline else ""
        yield _tag("p", headline + escape(entry.sentence))
        yield _html_facts(draft, entry.facts)
        if entry.quote:
            yield f'<blockquote dir="auto" style="{_STYLE["quote"]}">{escape(entry.quote)}</blockquote>'
        if entry.changes:
            yield _tag("p", escape(draft.say(LABELS["changes"]) + draft.colon.strip()))
            for change in entry.changes:
                yield f'<div dir="auto" style="{_STYLE["change"]}">{_html_change(draft, change)}</div>'
            for line in _more_changes(draft, entry):
                yield f'<div style="{_STYLE["change"]}">{escape(line)}</div>'
    yield _html_facts(draft, group.facts)


def _html_change(draft: Draft, change: Change) -> str:
    name = f"<b>{escape(change.name)}</b>"
    before, after = (
        f'<{tag} style="{_STYLE[tag]}">{escape(text)}</{tag}>' if text is not None else None
        for tag, text in (("del", change.before), ("ins", change.after))
    )
    if before is None or after is None:
        return f"{name} {escape(draft.say(LABELS[_sort(change)]))}<br>{before or after or ''}"
    if change.marks:
        before, after = (_tagged(change.marks, side, tag) for side, tag in (("gone", "del"), ("new", "ins")))
    elif _on_one_line(draft, change) is not None:
        return f"{name}{draft.colon}{before} → {after}"
    labels = [escape(draft.say(LABELS[side]) + draft.colon) for side in ("before", "after")]
    return f"{name}<br>{labels[0]}{before}<br>{labels[1]}{after}"


def _tagged(marks: Iterable[Mark], side: str, tag: str) -> str:
    return "".join(
        escape(text) if sort == "same" else f'<{tag} style="{_STYLE[tag]}">{escape(text)}</{tag}>'
        for sort, text in marks
        if sort in {"same", side}
    )


def _html_facts(draft: Draft, facts: Iterable[Fact]) -> str:
    rows = []
    for fact in facts:
        value = _bdi(fact.value)
        if fact.url:
            value = f'<a href="{escape(fact.url)}" rel="noopener noreferrer">{escape(fact.value)}</a>'
        elif fact.is_code:
            value = f"<code>{escape(fact.value)}</code>"
        label = f'<span style="{_STYLE["label"]}">{escape(fact.label + draft.colon)}</span>'
        rows.append(f"<div>{label}{value}</div>")
    return f'<div style="{_STYLE["facts"]}">{"".join(rows)}</div>' if rows else ""


def _tag(name: str, inner: str) -> str:
    return f'<{name} style="{_STYLE[name]}">{inner}</{name}>'


def _bdi(text: str) -> str:
    return f"<bdi>{escape(text)}</bdi>"


# --- shared ----------------------------------------------------------------------------------------------------------


def _sort(change: Change) -> str:
    return "added" if change.before is None else "removed"


def _on_one_line(draft: Draft, change: Change) -> str | None:
    """`before → after` where both are short and nothing in them needs marks."""
    if change.marks:
        return None
    before, after = (text if text is not None else draft.say(SAID["nothing"]) for text in (change.before, change.after))
    return f"{before} → {after}" if max(len(before), len(after)) <= SHORT else None


def _more_changes(draft: Draft, entry: Entry) -> list[str]:
    return [draft.say(SAID["more"]).format(count=entry.more_changes)] if entry.more_changes else []
