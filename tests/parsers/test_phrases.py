"""Sentences about force and other documents: one line per phrase, false friends among them."""

import datetime as dt

import pytest

from pipeline.parsers.citations import read_citations
from pipeline.parsers.force import Days, read_force

TITLES = ("临沅市人民政府关于印发《临沅市甲办法》的通知", "临沅市甲办法")
DAYS = Days(issued=dt.date(2021, 1, 10), published=dt.date(2021, 1, 20))
START = dt.date(2022, 3, 1)

FORCE = {
    "自2022年1月1日起施行，有效期至2024年12月31日。": ["effective_on_date 2022-01-01", "valid_until 2024-12-31"],
    "本规定自2021年5月1日起施行，至2023年4月30日止。": ["effective_on_date 2021-05-01", "valid_until 2023-04-30"],
    "第十条 本办法自二〇二一年五月一日起施行。": ["effective_on_date 2021-05-01"],
    "本办法自发布之日起30日后施行，有效期5年。": ["effective_after_days 2021-02-19 P30D", "valid_for 2026-02-18 P5Y"],
    "本办法由市财政局负责解释，自2021年1月1日起施行。": ["effective_on_date 2021-01-01"],
    "本通知自下发之日起试行。": ["effective_on_issue 2021-01-10"],
    "（三）本细则自下文之日起执行，由管委会负责解释。": ["effective_on_issue 2021-01-10"],
    "本条例自公布之日起施行。": ["effective_on_publication 2021-01-20"],
    "《临沅市甲办法》已经市政府常务会议通过，现予公布，自2021年6月1日起施行。": ["effective_on_date 2021-06-01"],
    "《临沅市甲办法》自2021年3月1日起施行。": ["effective_on_date 2021-03-01"],
    "本通知有效期1年。": ["valid_for None P1Y"],
    "本细则试行期两年。": ["valid_for None P2Y"],
    "本通知自2021年7月1日起执行，执行期限暂定3年。": ["effective_on_date 2021-07-01", "valid_for 2024-06-30 P3Y"],
    "本意见自印发之日起施行。有效期三年。": ["effective_on_issue 2021-01-10", "valid_for 2024-01-09 P3Y"],
    "本公告执行期限为2023年1月1日至2027年12月31日。": ["effective_on_date 2023-01-01", "valid_until 2027-12-31"],
    "上述政策执行至2025年12月31日。": ["valid_until 2025-12-31"],
    "本政策延续至2023年底。": ["valid_until 2023-12-31"],
    "本办法自2021年5月1日起执行，2023年12月31日废止。": ["effective_on_date 2021-05-01", "valid_until 2023-12-31"],
    "本意见自2021年7月1日起施行，2026年6月30日终止。": ["effective_on_date 2021-07-01", "valid_until 2026-06-30"],
    "本通知自印发之日起生效，2023年12月31日前有效。": ["effective_on_issue 2021-01-10", "valid_until 2023-12-31"],
    "本意见自2021年7月1日起施行，有效期截止2026年6月30日。": ["effective_on_date 2021-07-01", "valid_until 2026-06-30"],
    "本意见自2021年7月1日起施行，有效期截至2026年6月30日。": ["effective_on_date 2021-07-01", "valid_until 2026-06-30"],
    "本通知自印发之日起生效，有效期至“十四五”末。": ["effective_on_issue 2021-01-10", "valid_until 2025-12-31"],
    "本办法自2021年1月1日起试行一年。": ["effective_on_date 2021-01-01", "valid_for 2021-12-31 P1Y"],
    "本办法试行期限自发布之日起至2022年12月31日止。": [
        "effective_on_publication 2021-01-20",
        "valid_until 2022-12-31",
    ],
    "本办法暂定执行3年。": ["valid_for None P3Y"],
    "本通知自2021年7月1日起执行，暂定3年。": ["effective_on_date 2021-07-01", "valid_for 2024-06-30 P3Y"],
    "本办法自2021年1月1日起实施，期限三年。": ["effective_on_date 2021-01-01", "valid_for 2023-12-31 P3Y"],
    "本方案自印发之日起执行，试点期2年。": ["effective_on_issue 2021-01-10", "valid_for 2023-01-09 P2Y"],
    "本规定自2021年7月1日零时起施行。": ["effective_on_date 2021-07-01"],
    "本规定从2021年7月1日开始执行。": ["effective_on_date 2021-07-01"],
    "本规定2021年7月1日起施行。": ["effective_on_date 2021-07-01"],
    "本规定自2021年7月1日起实行。": ["effective_on_date 2021-07-01"],
    "本通知自文件下发之日起执行。": ["effective_on_issue 2021-01-10"],
    "本通告自即日起施行，有效期一年。": ["effective_on_issue 2021-01-10", "valid_for 2022-01-09 P1Y"],
    "本措施自发布之日起30日后（即2021年3月1日）施行。": ["effective_after_days 2021-03-01 P30D"],
    "以上政策自2021年1月1日起执行，至2022年12月31日止。": ["effective_on_date 2021-01-01", "valid_until 2022-12-31"],
    "上述措施自2021年1月1日起实施，有效期2年。": ["effective_on_date 2021-01-01", "valid_for 2022-12-31 P2Y"],
    "本通告有效期为2021年1月1日0时至2021年3月31日24时。": ["effective_on_date 2021-01-01", "valid_until 2021-03-31"],
    "本办法施行期间为2021年1月1日至2022年12月31日。": ["effective_on_date 2021-01-01", "valid_until 2022-12-31"],
    "本政策自2021年4月1日起实施，有效期三年（2021年4月1日至2024年3月31日）。": [
        "effective_on_date 2021-04-01",
        "valid_until 2024-03-31",
        "valid_for 2024-03-31 P3Y",
    ],
    "本办法自2021年7月1日起施行，有效期五年，至2026年6月30日止。": [
        "effective_on_date 2021-07-01",
        "valid_until 2026-06-30",
        "valid_for 2026-06-30 P5Y",
    ],
    "政策延续至2023年底。": ["valid_until 2023-12-31"],
    "执行期限延长至2024年12月31日。": ["valid_until 2024-12-31"],
    "本通知自2021年7月1日起执行。\n有效期三年。": ["effective_on_date 2021-07-01", "valid_for 2024-06-30 P3Y"],
    # false friends
    "《乙办法》自2021年5月1日起执行，2023年12月31日废止。": [],
    "许可证自2021年1月1日起生效，2023年12月31日废止。": [],
    "稳岗返还政策延续至2023年底。": [],
    "项目执行期限延长至2024年12月31日。": [],
    "有效期三年。": [],
    "本办法施行前签订的合同，有效期至2023年12月31日的，继续履行。": [],
    "本办法所称的资格证书，有效期三年。": [],
    "第三条 本办法规定的补贴，执行至2023年12月31日。": [],
    "本办法自2021年1月1日起施行。企业应当备案，有效期三年。": ["effective_on_date 2021-01-01"],
    "将第十条修改为：“本办法自2021年1月1日起施行，有效期5年。”": [],
    "将第十条修改为：\n“第十条 本办法自2021年1月1日起施行，有效期5年。”": [],
    "该规定自2021年1月1日起施行。": [],
    "合作期限暂定3年。": [],
    "检测报告有效期2年，自2021年1月1日起执行。": [],
    "许可证有效期5年。": [],
    "证书有效期至2025年12月31日。": [],
    "新标准自2022年7月1日起执行。": [],
    "行业标准修改单自发布之日起实施。": [],
    "已发布的3项标准，原定于2024年10月1日起实施，现调整为2025年4月1日起实施。": [],
    "自2021年1月1日起，对企业执行新费率。": [],
    "自2015年3月1日起施行的《乙办法》同时废止。": [],
    "本办法所称有效期，是指5年。": [],
    "《乙条例》自2021年3月1日起施行。": [],
}
CITED = {
    "《乙办法》（临政发〔2010〕5号）同时废止。": "repeals 乙办法 临政发〔2010〕5号 2022-03-01",
    "自本办法施行之日起《乙办法》废止。": "repeals 乙办法 - 2022-03-01",
    "自2024年5月1日起，《乙办法》停止执行。": "repeals 乙办法 - 2024-05-01",
    "自2015年3月1日起施行的《乙办法》同时废止。": "repeals 乙办法 - 2022-03-01",
    "现决定废止《乙办法》（2009年7月1日临沅市人民政府令第15号发布）。": "repeals 乙办法 临沅市人民政府令第15号",
    "停止执行《乙办法》。": "repeals 乙办法 -",
    "国发〔2010〕5号文件同时废止。": "repeals - 国发〔2010〕5号 2022-03-01",
    "市教育局《关于乙的通知》（2015年修订）不再执行。": "repeals 关于乙的通知 -",
    "现将《乙办法》予以废止。": "repeals 乙办法 -",
    "《乙办法》第三条、第五条同时废止。": "partially_repeals 乙办法 - 2022-03-01 第三条、第五条",
    "《乙办法》中关于收费的规定同时废止。": "partially_repeals 乙办法 - 2022-03-01 关于收费的规定",
    "将《乙办法》第七条修改为：“收费标准另行制定。”": "amends 乙办法 - 第七条",
    "对《乙办法》作如下修改：": "amends 乙办法 -",
    "将《乙办法》中的“质监”修改为“市场监管”。": "amends 乙办法 -",
    "决定对《乙办法》予以修订。": "amends 乙办法 -",
    "《乙办法》经市政府同意，自2024年1月1日起废止。": "repeals 乙办法 - 2024-01-01",
    "《乙办法》有效期延长至2026年12月31日。": "extends 乙办法 - until 2026-12-31",
    "《乙办法》（临政规〔2018〕1号）继续执行至2025年底。": "extends 乙办法 临政规〔2018〕1号 until 2025-12-31",
    "《乙办法》暂停执行。": "suspends 乙办法 -",
    "根据《乙条例》（国务院令第700号），制定本办法。": "based_on 乙条例 国务院令第700号",
    # false friends: named, and nothing more
    "对企业不再执行《乙规定》中关于承包范围的限制性规定。": "mentions 乙规定 -",
    "《乙办法》废止后，有关工作按新规定办理。": "mentions 乙办法 -",
    "及时清理、废止《乙办法》等与上位法不一致的文件。": "mentions 乙办法 -",
    "凡与《乙办法》不一致的，以本办法为准。": "mentions 乙办法 -",
    "《关于废止〈乙办法〉的决定》已经会议通过，自公布之日起施行。": "mentions 关于废止〈乙办法〉的决定 -",
    "《乙标准》等500项行业标准自本公告发布之日起废止（附件3）。": "mentions 乙标准 -",
    "《乙办法》不再适用于本市。": "mentions 乙办法 -",
    "不得以废止《乙办法》为由拒绝受理。": "mentions 乙办法 -",
    "本文件已被《乙办法》（临政规〔2024〕1号）废止。": "mentions 乙办法 临政规〔2024〕1号",
    "执行《乙许可证管理办法》的规定。": "based_on 乙许可证管理办法 -",
    "按时报送《关于乙登记表的说明》。": "mentions 关于乙登记表的说明 -",
}
NAMELESS = [
    "废止的行业标准清单",
    "此前有关规定与本意见不一致的，以本意见为准。",
    "市政府及时修改或废止行政规范性文件。",
    "申请人应当提交《营业执照》《残疾人证》和《乙项目申请表》（附件1）。",
    "根据《乙项目合同书》《建设工程施工合同》和《乙资金汇总表（2022年）》拨付。",
    "并在《临沅日报》上公告。",
]


@pytest.mark.parametrize("sentence", FORCE)
def test_force(sentence):
    found = [f"{e.rule} {e.date} {e.term or ''}".strip() for e in read_force(sentence.split("\n"), TITLES, DAYS)]
    assert found == FORCE[sentence]


def said(citation):
    parts = [citation.relation, citation.title or "-", citation.number or "-", str(citation.date or "")]
    parts += [f"until {citation.until}" if citation.until else "", citation.scope or ""]
    return " ".join(filter(None, parts))


@pytest.mark.parametrize("sentence", CITED)
def test_citation(sentence):
    cited = read_citations([sentence], titles=TITLES, number=None, start=START, kind="policy")
    assert [said(citation) for citation in cited] == [CITED[sentence]]


@pytest.mark.parametrize("sentence", NAMELESS)
def test_what_names_nothing_cites_nothing(sentence):
    assert read_citations([sentence], titles=TITLES, number=None, start=START, kind="policy") == ()


def test_news_repeals_nothing():
    cited = read_citations(["《乙办法》同时废止。"], titles=("新办法来了",), number=None, start=None, kind="news")
    assert [citation.relation for citation in cited] == ["mentions"]


def test_a_document_does_not_cite_itself():
    texts = ["现将《临沅市甲办法》印发给你们。", "根据临政发〔2021〕1号文件要求执行。"]
    assert read_citations(texts, titles=TITLES, number="临政发〔2021〕1号", start=START, kind="policy") == ()
