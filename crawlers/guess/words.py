"""The words by which a listing's facts are told apart: dates, numbers, issuers, states, and what a column is called.

What belongs here: patterns and vocabularies of listings. What does not: reading policies (`pipeline.parsers` knows far
more, and may not be asked from here).
"""

import re
from collections.abc import Sequence
from typing import Final

_DAY: Final = r"(?:19|20)\d{2}\s*[-/.年]\s*[01]?\d\s*[-/.月]\s*[0-3]?\d\s*日?"
DATE: Final = re.compile(rf"(?<!\d){_DAY}(?!\d)")
"""A whole day as listings print it."""
ONLY_DATE: Final = re.compile(
    rf"\W*(?:{_DAY})(?:[\sT]*\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?\W*"
)
NUMBER: Final = re.compile(r"[〔\[﹝【（(〕]?(?:19|20)\d{2}[〕\]﹞】）)]?\s*(?:年)?\s*第?\s*\d+\s*号|第\s*\d+\s*号")
ISSUER: Final = re.compile(r"[\u4e00-\u9fff、,，;；\s]{2,60}(?:府|局|委|厅|部|院|办|会|署|行|中心|队|处|科|室)")
STATES: Final = frozenset(
    {
        "是",
        "否",
        "有效",
        "现行有效",
        "全文有效",
        "有效（延续实施）",
        "尚未生效",
        "未生效",
        "已修改",
        "部分失效",
        "部分有效",
    }
    | {"条款失效", "失效", "全文失效", "失效（提前废止）", "废止", "全文废止", "已废止", "已失效"}
)
_COLUMNS: Final = (
    ("number", re.compile(r"文号|发文字号|文件编号")),
    ("signed_date", re.compile(r"成文|生成日期|签发")),
    ("effective_date", re.compile(r"实施|生效|施行")),
    ("published_date", re.compile(r"发布(?:日期|时间)|公布|公开日期|时间|日期")),
    ("issuers", re.compile(r"发文机[关构]|发布机[关构]|发文单位|制定机关|发布单位|来源")),
    ("status", re.compile(r"有效性|时效|效力|状态|是否有效")),
    ("topic", re.compile(r"主题|类别|分类")),
    ("title", re.compile(r"标题|名称|题名")),
)
MORE: Final = re.compile(r"^(?:更多|more|查看更多|\W*)$", re.IGNORECASE)
CUT: Final = re.compile(r"(?:\.{2,}|…)\s*$")


def column_of(header: str) -> str | None:
    """The fact that a column or label of this name holds; None where the name says nothing."""
    return next((name for name, pattern in _COLUMNS if pattern.search(header)), None)


def kind_of(values: Sequence[str]) -> str | None:
    """What a column of values holds by the look of them: date, number, status, issuers; None where they look mixed."""
    filled = [value for value in values if value]
    if not filled:
        return None

    def share(test: "re.Pattern[str]") -> float:
        return sum(bool(test.fullmatch(value)) for value in filled) / len(filled)

    if share(ONLY_DATE) >= 0.8:  # noqa: PLR2004
        return "date"
    if all(value in STATES for value in filled):
        return "status"
    if sum(bool(NUMBER.search(value)) and len(value) < 40 for value in filled) / len(filled) >= 0.6:  # noqa: PLR2004
        return "number"
    return "issuers" if share(ISSUER) >= 0.8 else None  # noqa: PLR2004
