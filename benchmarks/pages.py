"""Pages to read for the benchmarks: distinct ones, made from a number, as long as asked for.

What belongs here: the markup of a portal's policy page around text of our own. What does not: measuring.
"""

from collections.abc import Callable

Page = tuple[str, bytes]

CLAUSES = 46
SUMS = 190
SUBJECTS = ("工业设计", "节能改造", "校企合作", "仓储物流", "水利设施", "文化演出", "乡村民宿", "科技服务")
_LINKS = 60


def usual(number: int) -> Page:
    """A page of 50 KB as portals serve them: a metadata list, 46 articles, and all that stands around them.

    Its shape is that of the policy and news pages of 30-80 KB that were saved from portals. Their medians: nine tags to
    a kilobyte, a quarter of the bytes text of the document, two fifths anything that can be seen, a fifth in `style`
    attributes, a tenth in scripts; in 50 KB some 70 paragraphs of 60 characters, as many spans, 60 links, 55 `div`.
    """
    return policy(number, CLAUSES, _printed, frame=_portal)


def running(number: int) -> Page:
    """A page of 50 KB that is hardly more than running text: four tags to a kilobyte, 46 articles of 1 KB."""
    return policy(number, CLAUSES, _article)


def dense(number: int) -> Page:
    """A page of 50 KB that is nothing but short articles, each with a share, a sum and two bodies."""
    return policy(number, SUMS, _sum, links=0)


def long(size: int) -> Page:
    """A page of about `size` bytes: as many articles as it takes."""
    return policy(1, max(1, (size - 8_000) // len(_article(1, 12, SUBJECTS[1]).encode())), _article)


def policy(
    number: int,
    clauses: int,
    article: Callable[[int, int, str], str],
    links: int = _LINKS,
    frame: Callable[[int], tuple[str, str]] = lambda _: ("", ""),
) -> Page:
    """The page of policy `number` with so many clauses, what `frame` puts above and beneath it, and its address."""
    above, beneath = frame(number)
    subject = SUBJECTS[number % len(SUBJECTS)]
    title = f"云江市人民政府关于印发《云江市{subject}扶持办法（第{number}号）》的通知"
    menu = "\n".join(
        f'<li><a href="/lanmu/{n}/" target="_blank">栏目{n}·{SUBJECTS[n % 8]}</a></li>' for n in range(links)
    )
    articles = "\n".join(article(number, position, subject) for position in range(1, clauses))
    text = f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}_政策文件_云江市人民政府门户网站</title>
<meta name="ColumnType" content="政策文件"><meta name="ArticleTitle" content="{title}">
<style>body {{ margin: 0 }} .view p {{ text-indent: 2em; line-height: 1.9 }}</style></head>
<body>{above or f'<div class="nav"><ul>{menu}</ul></div>'}
<div class="container"><ol class="doc-info">
<li>[主题分类]&nbsp;<span>综合政务/其他</span></li>
<li>[发文机构]&nbsp;<span>云江市人民政府</span></li>
<li>[实施日期]&nbsp;<span>2021-03-01</span></li>
<li>[成文日期]&nbsp;<span>2021-02-20</span></li>
<li>[发文字号]&nbsp;<span>云政试〔2021〕{number}号</span></li>
<li>[废止日期]&nbsp;<span></span></li>
<li>[发布日期]&nbsp;<span>2021-03-01</span></li>
<li>[有效性]&nbsp;<span>有效</span></li>
</ol><div class="header"><h1>{title}</h1></div>
<div id="mainText"><div class="view">
<p>各县（区）人民政府，市政府各部门：</p>
<p>现将《云江市{subject}扶持办法（第{number}号）》印发给你们，请遵照执行。</p>
<p style="text-align: right;">云江市人民政府</p><p style="text-align: right;">2021年2月20日</p>
{articles}
<p>第{clauses}条　本办法自2021年3月1日起施行，有效期5年。
《云江市{subject}补助办法》（云政试〔2015〕{number}号）同时废止。</p>
</div></div></div>{beneath}
<div class="footer"><p>主办：云江市人民政府办公室</p><p>网站标识码：0000000001</p></div>
<script>var opened = {number}; function share() {{ window.open("/share?page=" + opened); }}</script>
</body></html>
"""
    return f"http://bench.yunjiang.example/zhengce/t20210301_{number}.html", text.encode()


_LINE = "margin-top: 0px; margin-bottom: 0px; text-indent: 2em; text-align: justify; line-height: 32px;"
_FONT = "font-family: 宋体; font-size: 16px;"


def _printed(number: int, position: int, subject: str) -> str:
    """An article as an office program exports it; every second goes on in a paragraph, every fifth has a sum."""
    more = f"（市{('财政', '工信', '商务')[position % 3]}局）" if position % 4 == 0 else ""
    if position % 5 == 0:
        more = f"单个项目最高{10 * (1 + (number * position) % 50)}万元。{more}"
    if position % 7 == 0:
        more += f"力争到2025年末，{subject}企业达到{position * 10}家。"
    first = (
        f'<p style="{_LINE}"><strong><span style="{_FONT}">第{position}条</span></strong>　{subject}项目的申报单位应当'
        f"依法设立、诚信经营，具备相适应的场地、设备和人员，每半年报告第{position}项工作的进展，按照批准的用途使用资金，单独核算。"
        f"{more}</p>"
    )
    if position % 2:
        return first
    return (
        f'{first}\n<p style="{_LINE} {_FONT}">主管部门收到材料后组织现场核查，对不齐全的一次性告知，'
        f"对符合要求的在{5 + position % 9}个工作日内提请专家评审。</p>"
    )


def _portal(number: int) -> tuple[str, str]:
    """What a portal puts above and beneath a document: columns, counters, share bar, related links, scripts."""
    site = "http://bench.yunjiang.example"
    layers = "".join(
        f"""<div class="layer" id="layer_{n}" style="display: none;"><i></i><em>{n}</em></div>""" for n in range(8)
    )
    columns = "\n".join(
        f"""        <li class="nav_item"><a href="{site}/lanmu/{n}/index.html" target="_blank">栏目{n}</a>
          <div class="drop" id="drop_{n}">本栏目公开{SUBJECTS[n % 8]}方面的文件、办事条件、
          办理依据、办理结果和常见问题，由承办单位负责更新</div></li>"""
        for n in range(24)
    )
    counters = "\n".join(
        f"""    <span id="VISIT-{n}">-</span><script type="text/javascript">(function () {{
      var s = document.createElement("script"); s.src = "/count/{n}?page={number}&t=" + Math.random();
      document.body.appendChild(s); }})();</script>"""
        for n in range(22)
    )
    share = "".join(
        f"""\n<div class="share" style="float: left; width: 24px; margin: 0 6px 0 0;"><a href="javascript:void(0);"
 onclick="share('{site}/share', {n})"><i class="icon"></i><img src="{site}/images/share_{n}.png" alt=""></a></div>"""
        for n in range(14)
    )
    related = "\n".join(
        f"""      <li><a href="{site}/zhengce/jiedu/2021/02/content_{n}_{number}.html" target="_blank"
       title="云江市关于进一步做好{SUBJECTS[n % 8]}工作的通知">云江市关于进一步做好{SUBJECTS[n % 8]}工作的通知</a>
       <span>2021-02-{n + 10}</span></li>"""
        for n in range(10)
    )
    above = f"""<!-- 顶部 --><div class="top"><div class="w1200">{layers}<ul class="nav">
{columns}
</ul></div>{counters}</div>"""
    beneath = f"""<!-- 分享 --><div class="bar">{share}</div>
<div class="related"><h3>相关链接</h3><ul>{related}</ul></div>
<script>var file_status = "有效"; var pageSize = 10; function share(n) {{ window.open("/share/" + n); }}</script>"""
    return above, beneath


def _sum(number: int, position: int, subject: str) -> str:
    amount = 10 * (1 + (number * position) % 50)
    return (
        f"<p>第{position}条　对符合条件的{subject}项目，经所在地主管部门审核、公示无异议后，按照核定投入的"
        f"{5 + position % 20}%给予补助，单个项目最高{amount}万元；同一项目不得重复申报。"
        "（市财政局，市发展改革委）</p>"
    )


def _article(number: int, position: int, subject: str) -> str:
    """An article of about 1 KB; every fifth has a sum, every seventh a target."""
    more = ""
    if position % 5 == 0:
        more = f"按照核定投入给予补助，单个项目最高{10 * (1 + (number * position) % 50)}万元。"
    if position % 7 == 0:
        more += f"力争到2025年末，{subject}企业达到{position * 10}家。"
    return (
        f"<p>第{position}条　{subject}项目的申报单位应当依法设立、诚信经营，具备与项目相适应的场地、设备和人员，"
        "并建立健全内部管理制度，对申报材料的真实性、完整性负责。主管部门收到申报材料后，应当及时组织现场核查，"
        "对材料不齐全的，一次性告知需要补正的内容；对符合要求的，提请专家进行评审，评审结果在门户网站上公示，"
        f"接受社会监督。{more}获得扶持的单位应当按照批准的用途使用资金，单独核算，自觉配合审计和绩效评价，"
        "不得截留、挤占、挪用。县（区）人民政府负责本行政区域内项目的日常服务和跟踪管理，协调解决项目建设中遇到的"
        f"困难，每半年将第{position}项工作的进展情况报送牵头部门汇总，由牵头部门会同有关单位研究提出改进措施。"
        "（市财政局，市发展改革委，各县区）</p>"
    )
