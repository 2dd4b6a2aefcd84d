"""The words of the messages, Chinese and English side by side.

What belongs here: phrases, one table per thing that is said. What does not: when to say them (`render`).
"""

from typing import Final, Literal

Language = Literal["zh", "en"]

HEADLINES: Final[dict[str, tuple[str, str]]] = {
    "issued": ("新发布", "Issued"),
    "revised": ("修订", "Revised"),
    "silently_edited": ("正文有改动", "Edited without notice"),
    "amended": ("修改", "Amended"),
    "repealed": ("废止", "Repealed"),
    "partially_repealed": ("部分废止", "Partially repealed"),
    "extended": ("延长有效期", "Extended"),
    "commenced": ("开始施行", "In force"),
    "expired": ("到期失效", "Expired"),
    "expiring": ("即将到期", "Expiring"),
    "disappeared": ("页面消失", "Page gone"),
    "reappeared": ("页面恢复", "Page back"),
    "reported": ("新闻提及", "In the news"),
    "interpreted": ("政策解读", "Explained"),
    "source_unhealthy": ("来源异常", "Source failing"),
    "source_recovered": ("来源恢复", "Source back"),
}

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "issued": ("发布了新文件。", "A new policy was issued."),
    "revised": ("文件已修订。", "The policy was revised."),
    "silently_edited": (
        "正文有改动，文号和日期未变，也未见说明。",
        "The text was changed; number and dates were not, and no notice says so.",
    ),
    "amended": ("被另一文件修改。", "Another document amended it."),
    "amended_on": ("自 {day} 起被修改。", "Amended as of {day}."),
    "repealed": ("已废止，页面未写日期。", "Repealed; no date is given."),
    "repealed_on": ("自 {day} 起废止，不再有效。", "Repealed: no longer in force as of {day}."),
    "repealed_ahead": ("将自 {day} 起废止，此前仍有效。", "Will be repealed as of {day}; in force until then."),
    "partially_repealed": ("部分内容已废止。", "Part of it was repealed."),
    "partially_repealed_on": ("部分内容自 {day} 起废止。", "Part of it is repealed as of {day}."),
    "part_repealed_on": ("{part}自 {day} 起废止。", "{part} is repealed as of {day}."),
    "extended": ("有效期已延长。", "It stays in force longer."),
    "extended_from_to": (
        "有效期由 {before} 延长至 {until}。",
        "It stays in force until {until}; its term would have ended on {before}.",
    ),
    "extended_until": ("有效期延长至 {until}。", "It stays in force until {until}."),
    "commenced": ("已开始施行。", "It is in force now."),
    "commenced_until": ("自 {day} 起施行，有效期至 {until}。", "In force as of {day}, until {until}."),
    "commenced_on": ("自 {day} 起施行。", "In force as of {day}."),
    "expired": ("有效期届满，已失效。", "Its term is over; it is no longer in force."),
    "expired_on": ("有效期届满，自 {day} 起失效。", "Its term is over: no longer in force as of {day}."),
    "expiring": ("有效期将满。", "Its term is about to end."),
    "expiring_in": (
        "{days} 天后失效，有效期至 {last_day}（含当日）。",
        "No longer in force in {days} days: the last day is {last_day}.",
    ),
    "disappeared": (
        "连续两次正常抓取都未见该页面。页面消失不等于文件废止。",
        "Two good crawls in a row did not find the page. Gone is not repealed.",
    ),
    "reappeared": ("消失的页面又可以访问了。", "The page that had gone answers again."),
    "reported": ("有新闻或发布会提到这份文件。", "News or a press conference speaks of it."),
    "interpreted": ("有对这份文件的官方解读。", "An official explanation of it was published."),
    "source_unhealthy": (
        "已连续两次未能正常抓取该来源，其间的变化可能看不到。",
        "Two crawls in a row went wrong; changes there may be going unseen.",
    ),
    "source_recovered": ("该来源恢复正常抓取。", "The source answers well again."),
}

DAYS: Final[dict[str, tuple[str, str]]] = {
    "issued": ("发布日期", "Issued on"),
    "revised": ("修订日期", "Revised on"),
    "amended": ("修改日期", "Amended as of"),
    "extended": ("延期日期", "Extended on"),
    "reported": ("报道日期", "Reported on"),
    "interpreted": ("解读日期", "Explained on"),
}
"""What the day of an event is called, where its sentence does not say it."""
ANY_DAY: Final = ("日期", "Date")

BY: Final[dict[str, tuple[str, str]]] = {
    "repealed": ("废止依据", "Repealed by"),
    "partially_repealed": ("废止依据", "Repealed by"),
    "amended": ("修改依据", "Amended by"),
    "extended": ("延期依据", "Extended by"),
}
"""What the document is called by which it happened."""
ANY_BY: Final = ("依据文件", "By")

PAGES: Final[dict[str, tuple[str, str]]] = {
    "reported": ("报道", "Report"),
    "interpreted": ("解读", "Explanation"),
}
"""What the page is called that speaks of the policy."""

LABELS: Final[dict[str, tuple[str, str]]] = {
    "policy": ("文件", "Policy"),
    "issuers": ("发布机关", "Issued by"),
    "number": ("文号", "Number"),
    "quote": ("原文", "In its words"),
    "changes": ("改动", "Changed"),
    "url": ("链接", "Link"),
    "archived": ("存档副本", "Archived copy"),
    "detected_at": ("发现时间", "Noticed at"),
    "source": ("来源", "Source"),
    "before": ("原", "was"),
    "after": ("今", "now"),
    "added": ("新增", "added"),
    "removed": ("删除", "removed"),
    "subscription": ("订阅", "Subscription"),
    "release": ("放行", "To send them"),
    "drop": ("丢弃", "To drop them"),
}

SAID: Final[dict[str, tuple[str, str]]] = {
    "untitled": ("（无标题）", "(untitled)"),
    "nothing": ("（空）", "(nothing)"),
    "more": ("另有 {count} 处改动", "and {count} more changes"),
    "more_events": (
        "另有 {count} 项变化未列出；全部变化见 policywatch changes。",
        "And {count} more; policywatch changes lists them all.",
    ),
    "fresh": ("最近一次正常抓取：{at}", "last good check {at}"),
    "not_fresh": ("最近一次正常抓取的时间不明", "its last good check is not known"),
    "find": ("policywatch archive find {url}", "policywatch archive find {url}"),
    "count": ("{what} {count} 项", "{count} × {what}"),
    "examples": ("其中：", "Among them:"),
}

DIGESTS: Final[dict[str, tuple[str, str]]] = {
    "at_once": ("{total} 项变化", "{total} changes"),
    "hourly": ("每小时汇总：{total} 项变化", "Hourly digest: {total} changes"),
    "daily": ("每日汇总：{total} 项变化", "Daily digest: {total} changes"),
    "weekly": ("每周汇总：{total} 项变化", "Weekly digest: {total} changes"),
}
"""The subject of a message of many events, by how often they are told."""

OUTAGES: Final[dict[str, tuple[str, str]]] = {
    "one": ("{name}", "{name}"),
    "many": ("{name}等 {count} 个来源", "{name} and {others} more"),
    "mixed": ("{down} 个来源异常，{up} 个恢复", "{down} sources failing, {up} back"),
}

HELD: Final[dict[str, tuple[str, str]]] = {
    "subject": (
        "待人工确认：{name}，{events} 项变化暂缓提醒",
        "To be confirmed: {events} changes at {name} are held back",
    ),
    "number": (
        "一次抓取改动了 {policies} 件文件，超过 {limit} 件的上限（此前共 {known} 件）。",
        "One crawl changed {policies} policies, more than the limit of {limit}; {known} were known before.",
    ),
    "share": (
        "一次抓取改动了 {policies} 件文件，占此前 {known} 件的 {share}%，超过 {limit}% 的上限。",
        "One crawl changed {policies} of {known} known policies: {share}%, more than the limit of {limit}%.",
    ),
    "likely": (
        "这往往是网站改版，而不是政策变动。请看过之后决定：",
        "More often that is a redesign of the site than a change of policy. Look at it, then decide:",
    ),
    "release": ("policywatch alerts release {hold_id}", "policywatch alerts release {hold_id}"),
    "drop": ("policywatch alerts drop {hold_id}", "policywatch alerts drop {hold_id}"),
}

FEEDS: Final[dict[str, tuple[str, str]]] = {
    "all": ("政策变化", "Policy changes"),
    "one": ("政策变化：{name}", "Policy changes: {name}"),
}

DAYS_AHEAD: Final[dict[str, str]] = {
    "commences": "施行",
    "resumes": "恢复施行",
    "expires": "失效",
    "is repealed": "废止",
    "is suspended": "暂停施行",
}
"""What the days of the calendar are called; the calendar is one file for all, in Chinese."""

FIELDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("标题", "title"),
    "instrument_title": ("文件名称", "name of the instrument"),
    "number": ("文号", "number"),
    "issuers": ("发布机关", "issuers"),
    "joint_issuers": ("联合发文机关", "joint issuers"),
    "topic": ("主题", "topic"),
    "index_number": ("索引号", "index number"),
    "attachments": ("附件", "attachments"),
    "status": ("状态", "status"),
    "stated_status": ("标注的状态", "stated status"),
    "signed_date": ("成文日期", "signed"),
    "published_date": ("发布日期", "published"),
    "effective_date": ("施行日期", "effective"),
    "repealed_date": ("废止日期", "repealed"),
    "in_force_from": ("施行起始日", "in force from"),
    "in_force_to": ("有效期至", "last day in force"),
    "text": ("正文", "text"),
    "reason": ("原因", "reason"),
    "reasons": ("原因", "reasons"),
    "scope": ("范围", "scope"),
    "is_approximate": ("日期为推定", "day is an estimate"),
    "disputed": ("依据不一", "evidence conflicts"),
    "bound_by": ("人工认定", "bound by hand"),
}

REASONS: Final[dict[str, tuple[str, str]]] = {
    "repealed": ("被后来的文件废止", "repealed by a later document"),
    "repealed_stated": ("网站标注已废止", "the portal says that it was repealed"),
    "status_stated": ("网站标注已失效", "the portal says that it is no longer in force"),
    "term": ("有效期届满", "its own term"),
    "extension": ("延长后的有效期届满", "its term as extended"),
    "default_term": ("按当地规定推定的有效期届满", "the term that a rule gives where none is stated (inferred)"),
}

SILENT: Final = frozenset({
    "by_policy_id", "by_title", "by_number", "page_title", "relation", "state", "days_left", "within_days", "verdict",
    "last_good_at",
})  # fmt: skip
"""Fields that messages do not list: told in other words, or of use to machines only. Webhooks carry them all."""

HEADED: Final = frozenset({"title", "number", "issuers"})
"""Fields that stand at a message's head: listed only where they changed."""

VALUES: Final[dict[str, tuple[str, str]]] = {
    "in_force": ("有效", "in force"),
    "not_yet_in_force": ("尚未施行", "not yet in force"),
    "amended": ("已修改", "amended"),
    "partially_in_force": ("部分有效", "partially in force"),
    "repealed": ("已废止", "repealed"),
    "not_in_force": ("失效", "not in force"),
    "expired": ("到期失效", "expired"),
    "unknown": ("不明", "unknown"),
    "true": ("是", "yes"),
    "false": ("否", "no"),
}


def pick(pair: tuple[str, str], language: Language) -> str:
    """The phrase of `pair` in `language`."""
    return pair[0] if language == "zh" else pair[1]
