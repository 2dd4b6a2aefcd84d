"""What pages are, by title and form: one line per title, with the form that such pages have."""

import pytest

from pipeline.parsers import read_page

URL = "http://www.linyuan.gov.example/a/t1.html"
SOURCE = "<div>来源：临沅市水务局 发布时间：2022-05-06</div>"
NEWS = "<p>5月6日，全市水库管护工作会议召开。市长张三出席会议并讲话。会议强调，要严格落实责任，确保安全。</p>"
NOTICE = (
    "<p>临水〔2022〕8号</p><p>各县（市、区）人民政府：</p><p>现就有关事项通知如下，请认真贯彻落实。</p>"
    "<p>一、严格备案。各地要做好备案工作。</p><p>临沅市水务局</p><p>2022年5月6日</p>"
)
RULES = "<p>第一条 为了规范管护，制定本办法。</p><p>第二条 适用本办法。</p><p>第三条 自公布之日起施行。</p>"
KINDS = {
    NEWS: {
        "全市水库管护工作会议召开": "news",
        "临沅市出台水库管护办法": "news",
        "《临沅市水库管护办法》7月1日起施行": "news",
        "我市印发水库管护实施方案": "news",
        "图解：临沅市水库管护办法": "interpretation",
        "【政策解读】临沅市水库管护办法": "interpretation",
        "市水务局负责人就《临沅市水库管护办法》答记者问": "interpretation",
        "国新办举行水库管护国务院政策例行吹风会": "press_conference",
        "取水许可证办理指南": "guide",
        "临沅市水库管护项目中标结果公告": "other",
        "临沅市水务局2022年公开招聘工作人员公告": "other",
    },
    NOTICE: {
        "临沅市水务局关于做好《水库管护办法》宣传解读工作的通知": "policy",
        "临沅市水务局关于公布第一批示范水库名单的通知": "policy",
        "关于印发《临沅市水库管护工作指引》的通知": "policy",
        "临沅市“十四五”水库发展规划": "policy",
        "临沅市水务局行政处罚决定书（临水罚〔2022〕1号）": "other",
    },
    RULES: {
        "临沅市水库管护办法（2022年修订）": "policy",
        "临沅市新闻发布会管理办法": "policy",
        "临沅市政策解读工作规定": "policy",
        "临沅市行政处罚裁量权基准": "policy",
    },
}


@pytest.mark.parametrize(("text", "title"), [(text, title) for text, titles in KINDS.items() for title in titles])
def test_kind(text, title):
    page = f"<html><head><title>{title}</title></head><body>{SOURCE}<h1>{title}</h1><div>{text}</div></body></html>"
    assert read_page(page, url=URL).kind == KINDS[text][title]
