"""RTF files: Chinese as escaped bytes or by its number in Unicode, under whatever code page the file declares."""

import datetime as dt

import making
import pytest

from pipeline.parsers import read_page
from pipeline.parsers.documents import document_text

URL = "http://www.linyuan.example/file.rtf"
NOTICE = (
    "临沅市人民政府关于印发临沅市雨水利用办法的通知",
    "各区人民政府，市政府各委、办、局：",
    "现将《临沅市雨水利用办法》印发给你们，请按照第一条、第二条的规定认真组织实施。",
    "临沅市人民政府",
    "2021年3月4日",
    "临沅市雨水利用办法",
    "第一条　为了利用雨水，改善环境，制定本办法。",
    "第二条　本办法自2021年5月1日起施行，有效期5年。",
)


@pytest.mark.parametrize("page", ["\\ansicpg936", "\\ansicpg1252", ""])
@pytest.mark.parametrize("written", ["escaped", "unicode"])
def test_an_rtf_reads_like_a_page(page, written):
    record = read_page(making.rtf(NOTICE, page, written), url=URL)
    assert (record.kind, record.title, record.issuers) == ("policy", NOTICE[0], ("临沅市人民政府",))
    assert (record.signed_date, record.in_force_to) == (dt.date(2021, 3, 4), dt.date(2026, 4, 30))
    assert "页脚" not in record.text


def test_rows():
    content = making.rtf(["清单"], rows=[["序号", "名称"], ["1", "雨水"]])
    assert document_text(content).text.split("\n") == ["清单", "序号 | 名称", "1 | 雨水"]
