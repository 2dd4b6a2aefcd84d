import opencc
import pytest

from demo.documents import load_documents
from demo.mirror import traditional

DOCUMENT = load_documents()["software-2021"]
LEFT_BY_THE_LIBRARY = {"高品质": "高质量", "创建": "建立", "文档": "文件"}
"""What `tw2sp` does not bring back; a reader needs its own short list for these."""


def mirror_of(path: str) -> str:
    return f"http://www.yunjiang.example/gate/big5/www.yunjiang.example{path}"


def test_the_mirror_is_listed_instead_of_the_page_in_one_edition(ask, portal):
    listing = "http://www.yunjiang.example/zhengce/zhengcefagui/"
    hits = {}
    for number in (5, 6, 7):
        portal.edition = number
        text = "".join(ask(f"{listing}{name}").text for name in ("", "index_1.html"))
        relative = DOCUMENT.path.removeprefix("/zhengce/zhengcefagui/")
        hits[number] = (f'href="./{relative}"' in text, "/gate/big5/" in text)
    assert hits == {5: (True, False), 6: (False, True), 7: (True, False)}


def test_the_mirror_shows_the_words_and_the_mistakes_of_a_machine(ask, portal):
    portal.edition = 6
    answer = ask(mirror_of(DOCUMENT.path))
    assert answer.status == 200
    assert 'lang="zh-Hant"' in answer.text
    for word in ("齣具", "機製", "産品", "高品質發展", "資訊", "軟體", "網際網路", "經濟和信息化局", "[發佈日期]"):
        assert word in answer.text


def test_undoing_the_conversion_gives_the_page_back():
    back = opencc.OpenCC("tw2sp")
    version = DOCUMENT.at(6)
    for line in (version.title, *version.body, *version.box, *version.box.values()):
        undone = back.convert(traditional(line))
        for wrong, right in LEFT_BY_THE_LIBRARY.items():
            undone = undone.replace(wrong, right)
        assert undone == line


@pytest.mark.parametrize("number", [1, 6, 12])
def test_the_mirror_has_validators_of_its_own(ask, portal, number):
    portal.edition = number
    plain, mirror = ask(DOCUMENT.url), ask(mirror_of(DOCUMENT.path))
    assert plain.headers["ETag"] != mirror.headers["ETag"]
    assert ask(mirror_of(DOCUMENT.path), If_None_Match=mirror.headers["ETag"]).status == 304


def test_there_is_no_mirror_of_what_does_not_exist(ask):
    assert ask(mirror_of("/zhengce/nothing.html")).status == 404
