import re

from demo import generator

LINK = re.compile(r'href="\./(t20210301_\d+\.html)"')


def test_the_lists_name_every_generated_page_once(ask):
    found, page = [], 0
    while (answer := ask(generator.START + (f"index_{page}.html" if page else ""))).status == 200:
        found += LINK.findall(answer.text)
        page += 1
    assert page == 3
    assert [generator.START + name for name in found] == [generator.page_url(number) for number in range(1, 251)]


def test_pages_beyond_the_last_are_missing(ask):
    assert ask(generator.page_url(250)).status == 200
    assert ask(generator.page_url(251)).status == 404
    assert ask(generator.page_url(0)).status == 404


def test_generated_pages_differ_and_never_change(ask, portal):
    first = ask(generator.page_url(7))
    portal.edition = 12
    assert ask(generator.page_url(7)).body == first.body
    assert ask(generator.page_url(8)).body != first.body
    assert ask(generator.page_url(7), If_None_Match=first.headers["ETag"]).status == 304
    assert ask(generator.page_url(7), If_Modified_Since=first.headers["Last-Modified"]).status == 304


def test_a_generated_page_is_as_long_as_a_real_one(ask):
    assert 8_000 < len(ask(generator.page_url(1)).body) < 60_000
