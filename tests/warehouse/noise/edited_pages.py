"""Real edits of the pages of `noisy_pages`, and what must come of each."""

import re
from dataclasses import dataclass, field

from noisy_pages import BODY, both, in_body, sub, swap


@dataclass(frozen=True)
class Edit:
    """A real edit: the event that must come of it, and which measures read differently, are new or have ended.

    All by their paths: before the edit, but for the new ones. Those that only moved are told by nobody.
    """

    change: object
    kind: str = "silently_edited"
    changed: tuple = ()
    new: tuple = ()
    ended: tuple = ()
    moved: tuple = ()
    listed: dict = field(default_factory=dict)


ONE, TWO, THREE, FOUR, FIVE = "第一条", "第二条", "第三条", "第四条", "第五条"
RENT = "企业租用场地的，给予三年租金补贴。"
CONTENT = dict(re.findall(r"<p>(第.条)　(.*?)</p>", BODY))


def line(label, text):
    return f"<p>{label}　{text}</p>"


def article(label):
    return line(label, CONTENT[label])


def rewrite(**labels):
    """The articles as given, in place of all."""
    return sub(r"<p>第一条.*第五条.*?</p>", "\n".join(line(label, text) for label, text in labels.items()))


def words(old, new, *changed, **more):
    """An edit of words in the text."""
    return Edit(in_body(swap(old, new)), changed=changed, **more)


EDITS = {
    "a digit in an amount": words("200万元", "150万元", ONE),
    "a nought more": words("200万元", "2000万元", ONE),
    "another unit": words("200万元", "200亿元", ONE),
    "a decimal point": words("20%", "2.0%", TWO),
    "a percentage": words("20%", "30%", TWO),
    "at most to at least": words("最高200", "不低于200", ONE),
    "once dropped": words("一次性", "", ONE),
    "may to shall": words("可以按照", "应当按照", TWO),
    "a dropped 不": words("不得重复", "得重复", TWO),
    "refused to accepted": words("不予受理", "予以受理", THREE),
    "a duty that ends": words("应当于", "可以于", THREE),
    "the day of a deadline": words("6月30日", "6月20日", THREE),
    "the month of a deadline": words("6月30日", "9月30日", THREE),
    "the year of a deadline": words("2025年6月", "2024年6月", THREE),
    "a deadline dropped": words("于2025年6月30日前", "", THREE),
    "a sentence dropped": words("；逾期不予受理", "", THREE),
    "a sentence added": words("申报。</p>", "申报。企业应当提供发票。</p>", TWO),
    "a condition added": words("企业新建厂房的", "连续经营三年以上的企业新建厂房的", ONE),
    "another object": words("厂房", "仓库", ONE),
    "another subject": words("同一企业", "同一法定代表人", TWO),
    "a body added": words("社会保障局负责", "社会保障局、市财政局负责", FOUR),
    "a body replaced": words("市人力资源和社会保障局负责", "市科学技术局负责", FOUR),
    "a body dropped": words("，由市人力资源和社会保障局负责落实", "", FOUR),
    "a name in quotes": words("人才绿卡", "人才金卡", FOUR),
    "a programme of the preamble": words("专精特新", "小巨人"),
    "a cited law": words("产业促进条例", "科技创新条例"),
    "an addressee": words("各区人民政府，", "各县人民政府，"),
    "an article added at the end": Edit(
        in_body(swap("施行。</p>", f"施行。</p>\n{line('第六条', '本办法由市财政局解释。')}")), new=("第六条",)),
    "an article put in": Edit(
        rewrite(**{ONE: CONTENT[ONE], TWO: RENT, THREE: CONTENT[TWO], FOUR: CONTENT[THREE],
                   FIVE: CONTENT[FOUR], "第六条": CONTENT[FIVE]}), new=(TWO,), moved=(TWO, THREE, FOUR, FIVE)),
    "an article put first": Edit(
        rewrite(**{ONE: RENT, TWO: CONTENT[ONE], THREE: CONTENT[TWO], FOUR: CONTENT[THREE],
                   FIVE: CONTENT[FOUR], "第六条": CONTENT[FIVE]}), new=(ONE,), moved=(ONE, TWO, THREE, FOUR, FIVE)),
    "an article dropped": Edit(in_body(swap(article(FOUR), "")), ended=(FOUR,)),
    "the first article dropped, the others renumbered": Edit(
        rewrite(**{ONE: CONTENT[TWO], TWO: CONTENT[THREE], THREE: CONTENT[FOUR], FOUR: CONTENT[FIVE]}),
        ended=(ONE,), moved=(TWO, THREE, FOUR, FIVE)),
    "two articles change places": Edit(
        rewrite(**CONTENT | {ONE: CONTENT[TWO], TWO: CONTENT[ONE]}),
        moved=(ONE, TWO)),
    "an article moved and edited": Edit(
        rewrite(**{ONE: CONTENT[TWO], TWO: CONTENT[THREE].replace("30日", "20日"), THREE: CONTENT[ONE],
                   FOUR: CONTENT[FOUR], FIVE: CONTENT[FIVE]}), changed=(THREE,), moved=(ONE, TWO)),
    "an article replaced": Edit(
        in_body(swap(CONTENT[FOUR], "对获得驰名商标的单位奖励五十万元。")), new=(FOUR,), ended=(FOUR,)),
    "the whole text replaced": Edit(
        rewrite(**{ONE: "规划先行。", TWO: "节约用地！"}), new=(ONE, TWO), ended=(ONE, TWO, THREE, FOUR, FIVE)),
    "the day of effect": Edit(
        both(in_body(swap("2022年3月1日", "2022年4月1日")), lambda page: page.replace("2022-03-01", "2022-04-01")),
        changed=(FIVE,)),
    "a term added": words("起施行。", "起施行，有效期10年。", FIVE),
    "a last day added": words("起施行。", "起施行，有效期至2030年12月31日。", FIVE),
    "the title": Edit(lambda page: page.replace("发展办法", "发展规定"),
                      listed={"title": "@市支持企业发展规定"}),
    "the status": Edit(swap("<span>有效</span>", "<span>失效</span>"), "repealed"),
    "the status on the list": Edit(lambda page: page, "repealed", listed={"status": "废止"}),
    "the day of repeal": Edit(swap("----", "2022-12-31"), "repealed"),
    "the day of signing": Edit(
        both(swap("2022-02-11", "2022-02-12"), swap("2022年2月11日", "2022年2月12日")), "revised"),
    "the day of publication": Edit(swap("<span>2022-02-15", "<span>2022-02-16"), "revised"),
    "the day of publication on the list": Edit(lambda page: page, "revised", listed={"published_date": "2022-02-16"}),
    "the topic": Edit(swap("工业、交通/企业", "财政、金融/补贴")),
    "an attachment added": Edit(swap("申报表.pdf</a>", '申报表.pdf</a> <a href="/f/2.pdf">目录.pdf</a>')),
    "an attachment renamed": Edit(swap("申报表.pdf</a>", "申请书.pdf</a>")),
    "a signatory": Edit(sub(r"@市人民政府办公室</p>\n<p>2022", "@市人民政府</p>\n<p>2022")),
}  # fmt: skip
