import http.client
import socket
import threading
import urllib.request

import pytest

from demo.documents import load_documents
from demo.server import DemoPortal

POLICY = load_documents()["software-2021"].url
COUNTED = load_documents()["construction-market-2018"].url
LIST = "http://www.yunjiang.example/zhengce/zhengcefagui/"


def test_proxy_style_and_plain_requests_get_the_same_page(ask):
    through_proxy, plain = ask(POLICY), ask(POLICY, plain=True)
    assert through_proxy.status == plain.status == 200
    assert through_proxy.body == plain.body
    assert "云政规〔2021〕1号" in plain.text


def test_a_client_that_obeys_http_proxy_reaches_every_host(portal):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": portal.proxy}))
    for url in (POLICY, load_documents()["tech-center-2020"].url, load_documents()["software-news"].url):
        with opener.open(url, timeout=10) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
def test_a_validator_given_back_gets_not_modified_and_no_body(ask, header):
    first = ask(POLICY)
    condition = {"ETag": "If_None_Match", "Last-Modified": "If_Modified_Since"}[header]
    again = ask(POLICY, **{condition: first.headers[header]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_an_edited_page_gets_a_new_tag_and_a_later_date(ask, portal):
    url = load_documents()["training-institutions-2020"].url
    portal.edition = 2
    before = ask(url)
    portal.edition = 3
    after = ask(url, If_None_Match=before.headers["ETag"], If_Modified_Since=before.headers["Last-Modified"])
    assert after.status == 200
    assert "最高200万元的一次性" in before.text
    assert "最高150万元的一次性" in after.text
    assert ask(url, If_Modified_Since=before.headers["Last-Modified"]).status == 200


def test_a_wrong_tag_decides_even_beside_a_fitting_date(ask):
    first = ask(POLICY)
    again = ask(POLICY, If_None_Match='"other"', If_Modified_Since=first.headers["Last-Modified"])
    assert again.status == 200


def test_a_date_that_does_not_parse_is_ignored(ask):
    assert ask(POLICY, If_Modified_Since="yesterday").status == 200


def test_counter_and_related_links_change_on_every_fetch_and_forbid_validators(ask):
    first, second = ask(COUNTED), ask(COUNTED)
    assert first.headers["ETag"] is None
    assert first.headers["Last-Modified"] is None

    def noise(page):
        return page.partition('<span class="views">')[2].partition("</span>")[0], page.partition("relevantdoc")[2]

    for one, other in zip(noise(first.text), noise(second.text), strict=True):
        assert one
        assert one != other
    for cut in noise(first.text), noise(second.text):
        assert cut[1].count("<li>") == 3


def test_pages_without_a_counter_are_the_same_on_every_fetch(ask):
    assert ask(POLICY).body == ask(POLICY).body


def test_robots_allow_all_but_the_internal_pages(ask):
    robots = ask("http://www.yunjiang.example/robots.txt")
    assert robots.text == "User-agent: *\nDisallow: /internal/\n"
    assert ask("http://www.yunjiang.example/internal/").status == 200


@pytest.mark.parametrize(
    "url",
    [
        "http://www.yunjiang.example/zhengce/zhengcefagui/202601/t20260101_1.html",
        "http://www.yunjiang.example/zhengce/zhengcefagui/index_9.html",
        "http://jxj.yunjiang.example/zhengce/zhengcefagui/",
        "http://elsewhere.example/",
        "http://elsewhere.example/robots.txt",
    ],
)
def test_what_does_not_exist_is_missing(ask, url):
    assert ask(url).status == 404


def test_head_answers_without_a_body(ask):
    answer = ask(POLICY, method="HEAD")
    assert answer.status == 200
    assert answer.body == b""
    assert int(answer.headers["Content-Length"]) > 1000


def test_a_browser_finds_every_host_by_path_prefix(ask, portal):
    root = f"http://127.0.0.1:{portal.port}"
    assert 'href="/www.yunjiang.example/"' in ask(f"{root}/", plain=True).text
    page = ask(f"{root}/www.yunjiang.example/zhengce/zhengcefagui/", plain=True)
    assert page.status == 200
    assert 'href="/www.yunjiang.example/gfxwj/' in page.text
    assert 'href="//' not in page.text


def test_a_page_declares_and_uses_its_own_charset(ask):
    answer = ask(load_documents()["sme-cultivation-2019"].url)
    assert answer.headers.get_content_charset() == "gb18030"
    assert "charset=gb18030" in answer.text
    assert "专精特新" in answer.text


def test_an_attachment_is_served(ask, portal):
    portal.edition = 3
    page = load_documents()["park-pilot-2021"].url
    assert 'href="./P020210825300001.docx"' in ask(page).text
    assert ask(page.rpartition("/")[0] + "/P020210825300001.docx").body.startswith(b"PK")


def test_an_unknown_edition_is_refused(portal):
    with pytest.raises(KeyError, match="no edition 99"):
        portal.edition = 99
    with pytest.raises(KeyError, match="there are 1 to"):
        DemoPortal(0)


def test_two_portals_take_two_free_ports():
    with DemoPortal(1) as one, DemoPortal(2) as other:
        assert one.port != other.port


def test_a_taken_port_is_refused(portal):
    with pytest.raises(OSError, match="in use"), DemoPortal(1, port=portal.port):
        pass


def test_stopping_closes_kept_connections_and_leaves_no_thread():
    before = threading.active_count()
    portal = DemoPortal(1).start()
    port = portal.port
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    kept.request("GET", POLICY)
    kept.getresponse().read()
    portal.stop()
    portal.stop()
    assert threading.active_count() == before
    assert kept.sock is not None
    assert kept.sock.recv(1) == b""
    kept.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=2)
    with pytest.raises(RuntimeError, match="not running"):
        assert portal.port
