"""Policy pages by the thousand, for benchmarks: they never change, and any of them can be made again from its number.

What belongs here: generated pages and their lists, served at `bench.yunjiang.example`. What does not: the documents
that tell a story (`demo/documents`).
"""

import re
from datetime import datetime
from typing import Final

from demo.editions import ZONE

HOST: Final = "bench.yunjiang.example"
START: Final = f"http://{HOST}/zhengce/"
PAGES: Final = 2000
ITEMS_PER_PAGE: Final = 100
PUBLISHED: Final = datetime(2021, 3, 1, 9, tzinfo=ZONE)
ARTICLES: Final = 40

_LIST: Final = re.compile(r"/zhengce/(?:index(?:_(\d{1,5}))?\.html)?$")
_PAGE: Final = re.compile(r"/zhengce/t20210301_(\d{1,7})\.html$")
_SUBJECTS: Final = ("工业设计", "节能改造", "校企合作", "仓储物流", "水利设施", "文化演出", "乡村民宿", "科技服务")


def page_url(number: int) -> str:
    """The address of page `number`, from 1."""
    return f"http://{HOST}/zhengce/t20210301_{number}.html"


def answer(path: str, pages: int) -> str | None:
    """The page or list page at `path`, of a portal of `pages` pages; None where there is none."""
    if found := _LIST.match(path):
        return _list_page(int(found[1] or 0), pages)
    if (found := _PAGE.match(path)) and 1 <= int(found[1]) <= pages:
        return policy_page(int(found[1]))
    return None


def policy_page(number: int) -> str:
    """Generated policy `number` as a page of about 12 KB: a metadata list, 40 articles, a repeal of nothing known."""
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    title = f"云江市人民政府关于印发《云江市{subject}扶持办法（第{number}号）》的通知"
    articles = "\n".join(_article(number, position, subject) for position in range(1, ARTICLES + 1))
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}_政策文件_云江市人民政府门户网站</title>
<meta name="ColumnType" content="政策文件"><meta name="ArticleTitle" content="{title}"></head>
<body><div class="container"><ol class="doc-info">
<li>[主题分类]&nbsp;<span>综合政务/其他</span></li>
<li>[发文机构]&nbsp;<span>云江市人民政府</span></li>
<li>[实施日期]&nbsp;<span>2021-03-01</span></li>
<li>[成文日期]&nbsp;<span>2021-02-20</span></li>
<li class="fwzh">[发文字号]&nbsp;<span>云政试〔2021〕{number}号</span></li>
<li>[废止日期]&nbsp;<span></span></li>
<li>[发布日期]&nbsp;<span>2021-03-01</span></li>
<li class="yxx">[有效性]&nbsp;<span>有效</span></li>
</ol><div class="header"><h1><p>{title}</p></h1></div>
<div id="mainText"><div class="view">
<p>各县（区）人民政府，市政府各部门：</p>
<p>现将《云江市{subject}扶持办法（第{number}号）》印发给你们，请遵照执行。</p>
<p style="text-align: right;">云江市人民政府</p><p style="text-align: right;">2021年2月20日</p>
{articles}
<p>第{ARTICLES + 1}条　本办法自2021年3月1日起施行，有效期5年。</p>
</div></div></div></body></html>
"""


def _article(number: int, position: int, subject: str) -> str:
    amount = 10 * (1 + (number * position) % 50)
    return (
        f"<p>第{position}条　对符合条件的{subject}项目，经所在地主管部门审核、公示无异议后，按照核定投入的"
        f"{5 + position % 20}%给予补助，单个项目最高{amount}万元；同一项目不得重复申报。"
        "（市财政局，市发展改革委）</p>"
    )


def _list_page(page: int, pages: int) -> str | None:
    first = page * ITEMS_PER_PAGE + 1
    if first > pages:
        return None
    items = "\n".join(
        f'<li><i class="flag">是</i> <a href="./t20210301_{number}.html" title="云江市第{number}号办法">'
        f"云江市第{number}号办法</a> <span>2021-03-01</span></li>"
        for number in range(first, min(first + ITEMS_PER_PAGE, pages + 1))
    )
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>政策文件库</title></head>
<body><ul class="default_news">
{items}
<li><a href="javascript:void(0)">更多</a></li>
</ul></body></html>
"""
