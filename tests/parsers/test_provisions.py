"""What clauses provide: responsible bodies, sums, goals, figures and last days, one line per form."""

import datetime as dt

import pytest

from pipeline.parsers import read_text
from pipeline.parsers.goals import expiries_of, figures_of, targets_of
from pipeline.parsers.provisions import amounts_of, bodies_of

BODIES = {
    "加强管护。[责任单位：市水务局]": ["市水务局"],
    "加强管护。【责任单位：市水务局、市财政局】": ["市水务局", "市财政局"],
    "牵头单位：市水务局 配合单位：市财政局": ["市水务局", "市财政局"],
    "（市住房城乡建设局、市城管委，各镇街）。": ["市住房城乡建设局", "市城管委", "各镇街"],
    "（市水务局牵头，市财政局等按职责分工负责，2025年底前完成）": ["市水务局", "市财政局"],
    "责任领导：张三；责任单位：市水务局；完成时限：2025年12月": ["市水务局"],
    "落实责任（市水务局）\n各地要落实责任。": ["市水务局"],
    # false friends
    "符合条件的单位（企业、事业单位）。": [],
    "加强管护（甲办法第三条）。": [],
}
AMOUNTS = {
    "每家企业给予最高100万元奖励。": ["cap 1000000 CNY per 每家企业"],
    "按实际投资额的30%给予补助，最高不超过500万元。": ["exact 30 percent per 实际投资额", "cap 5000000 CNY"],
    "不超过合同金额的20%，每年最高补贴50万元。": ["cap 20 percent per 合同金额", "cap 500000 CNY per 每年"],
    "补贴标准为100元/人·月。": ["exact 100 CNY per 人·月"],
    "补贴标准为每平方米10元。": ["exact 10 CNY per 每平方米"],
    "一次性奖励五十万元。": ["exact 500000 CNY"],
    "处一万元以上三万元以下的罚款。": ["floor 10000 CNY", "cap 30000 CNY"],
    "最多可获200万元。": ["cap 2000000 CNY"],
    "补助不得超过100万元。": ["cap 1000000 CNY"],
    "以500万元为限。": ["cap 5000000 CNY"],
    "按其新增研发投入的10%，给予资助。": ["exact 10 percent per 新增研发投入"],
    "租金为32.5元/平方米/月，按200元/月予以发放。": ["exact 32 CNY per 平方米/月", "exact 200 CNY per 月"],
    "原则上不高于承担风险责任的0.5%。": ["cap 0 percent per 承担风险责任"],
    "单户担保金额500万元及以下的，单个企业年奖励额不超过1000万元。": [
        "cap 5000000 CNY",
        "cap 10000000 CNY per 单个企业",
    ],
    "由市财政按本市最低工资标准的50%核拨补贴。": ["exact 50 percent per 本市最低工资标准"],
    # false friends
    "三元材料企业，二元结构，数百万元的投资。": [],
    "增长率为30%。": [],
}
TARGETS = {
    "到2025年，培育“小巨人”企业500家，市级企业1000家。": ["“小巨人”企业 500 家 2025年", "市级企业 1000 家 2025年"],
    "2025年底前，建成示范基地100个。": ["示范基地 100 个 2025年底前"],
    "力争2025年培育专精特新企业500家以上。": ["专精特新企业 500 家 2025年"],
    "到2025年，建成5G基站3万个、充电桩10万个。": ["5G基站 30000 个 2025年", "充电桩 100000 个 2025年"],
    "到2025年，城镇化率提高5个百分点。": ["城镇化率提高 5 个百分点 2025年"],
    "到2025年，单位GDP能耗下降13.5%。": ["单位GDP能耗下降 13.5 % 2025年"],
    "到2025年，新增就业100万人次以上。": ["新增就业 1000000 人次 2025年"],
    "到2025年，用水总量控制在40亿立方米以内。": ["用水总量 4000000000 立方米 2025年"],
    # false friends
    "截至2025年底，全市企业达到500家。": [],
    "2025年，新增高新技术企业200家。": [],
    "到2025年12月31日止，企业应当备案10件。": [],
}
FIGURES = {
    "截至2024年9月底，全国专精特新中小企业达14.1万家。": ["专精特新中小企业 141000 家 截至2024年9月底"],
    "目前，全市共有高新技术企业2.5万家。": ["高新技术企业 25000 家 目前"],
    "累计培育专精特新企业2112家。": ["专精特新企业 2112 家 None"],
    "已累计认定257家国家级“小巨人”企业。": ["国家级“小巨人”企业 257 家 None"],
    # false friends
    "会议于2024年5月6日召开，共有300人参加。": [],
    "到2025年，企业将达到500家。": [],
}
EXPIRIES = {
    "（二）失业保险稳岗返还政策延续至2023年底。": ["失业保险稳岗返还政策 2023-12-31"],
    "第三条规定的补贴执行至2023年12月31日。": ["第三条规定的补贴 2023-12-31"],
    "本公告规定的税收优惠政策，执行至2027年12月31日。": ["本公告规定的税收优惠政策 2027-12-31"],
    # false friends: the document itself, another document, a paper, a condition
    "本办法自2021年1月1日起施行，有效期至2025年12月31日。": [],
    "上述政策执行至2025年12月31日。": [],
    "《乙办法》有效期延长至2026年12月31日。": [],
    "营业执照有效期至2026年12月31日。": [],
    "项目执行期限延长至2024年12月31日。": [],
    "补贴政策延续至2023年底的，可继续申请。": [],
}


@pytest.mark.parametrize("text", BODIES)
def test_bodies(text):
    assert list(bodies_of(text)) == BODIES[text]


@pytest.mark.parametrize("text", AMOUNTS)
def test_amounts(text):
    found = [f"{a.limit} {a.value:.0f} {a.unit}" + (f" per {a.per}" if a.per else "") for a in amounts_of(text)]
    assert found == AMOUNTS[text]


@pytest.mark.parametrize("text", TARGETS)
def test_targets(text):
    found = [
        f"{t.what} {int(t.value) if t.value == int(t.value) else t.value} {t.unit} {t.deadline}"
        for t in targets_of(text)
    ]
    assert found == TARGETS[text]


@pytest.mark.parametrize("text", FIGURES)
def test_figures(text):
    assert [f"{f.what} {f.value:.0f} {f.unit} {f.as_of}" for f in figures_of(text)] == FIGURES[text]


@pytest.mark.parametrize("text", EXPIRIES)
def test_expiries(text):
    assert [f"{e.what} {e.date}" for e in expiries_of(text)] == EXPIRIES[text]


def test_a_clause_holds_its_own_and_the_record_all():
    text = "临沅市水务局关于补贴的通知\n一、延续政策。用水补贴政策延续至2023年底。\n二、加强管护。各区要落实责任。"
    record = read_text(text, url="http://www.linyuan.gov.example/a/t1.html")
    assert [[e.date for e in clause.expiries] for clause in record.clauses] == [[dt.date(2023, 12, 31)], []]
    assert [e.what for e in record.expiries] == ["用水补贴政策"]
    assert record.in_force_to is None
