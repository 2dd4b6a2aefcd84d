"""Pages to read for the benchmarks: distinct ones, made from a number, as long as asked for.

What belongs here: the markup of a portal's policy page around text of our own. What does not: measuring.
"""

from collections.abc import Callable

Page = tuple[str, bytes]

CLAUSES = 46
SUBJECTS = ("工业设计", "节能改造", "校企合作", "仓储物流", "水利设施", "文化演出", "乡村民宿", "科技服务")
_LINKS = 60


def usual(number: int) -> Page:
    """A page of 50 KB as portals serve them: navigation, a metadata list, 46 articles in running text, a footer."""
    return policy(number, CLAUSES, _article)


def dense(number: int) -> Page:
    """A page of 50 KB that is nothing but 190 short articles, each with a share, a sum and two bodies."""
    return policy(number, 190, _sum, links=0)


def long(size: int) -> Page:
    """A page of about `size` bytes: as many articles as it takes."""
    return policy(1, max(1, (size - 8_000) // len(_article(1, 12, SUBJECTS[1]).encode())), _article)


def policy(number: int, clauses: int, article: Callable[[int, int, str], str], links: int = _LINKS) -> Page:
    """The page of policy `number` with so many clauses, and its address."""
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
<body><div class="nav"><ul>{menu}</ul></div>
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
</div></div></div>
<div class="footer"><p>主办：云江市人民政府办公室</p><p>网站标识码：0000000001</p></div>
<script>var opened = {number}; function share() {{ window.open("/share?page=" + opened); }}</script>
</body></html>
"""
    return f"http://bench.yunjiang.example/zhengce/t20210301_{number}.html", text.encode()


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
