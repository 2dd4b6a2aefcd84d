"""One policy, however many pages carry it."""

import pytest


def policies(world):
    return world.one("SELECT count(*) FROM policy")


def winner(world):
    return world.one("SELECT url FROM policy_version WHERE known_to IS NULL")


SAME = [
    {"name": "另一标题"},  # the same number and issuer
    {"name": "另一标题", "issuers": []},  # one side names no issuer
    {"issuers": ["云江市人民政府", "云江市财政局"]},  # the box names one where the signature names two
    {"number": None},  # the same title, issuer and day
    {"number": None, "name": "通知", "instrument_title": "办法"},  # the notice and its instrument
]
OTHER = [
    {"number": "云政发〔2020〕99号"},  # another number, though title, issuer and day are the same
    {"number": None, "signed_date": "2020-01-03"},
    {"number": None, "issuers": ["云江市财政局"]},
    {"issuers": ["云江市财政局"]},
]


def pairs(world, variants):
    """For each variant a page, and the page that differs from it so; the pairs have nothing in common."""
    ones, twos = [], []
    for place, other in enumerate(variants):
        base = {"name": f"第{place}号办法", "number": f"云政发〔2020〕{place}号"}
        more = {k: f"第{place}号{v}" if k in ("name", "instrument_title") else v for k, v in other.items()}
        ones.append(world.policy(f"http://city/a{place}", **base))
        twos.append(world.policy(f"http://city/b{place}", **(base | more)))
    return ones, twos


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(("variants", "expected"), [(SAME, 1), (OTHER, 2)])
def test_pages_fold_if_they_carry_the_same_policy_and_only_then(world, variants, expected, together):
    ones, twos = pairs(world, variants)
    if together:
        world.crawl("2021-01-01", *ones, *twos)
    else:
        world.crawl("2021-01-01", *ones)
        world.crawl("2021-02-01", *twos)
    found = world.rows(
        """SELECT regexp_extract(canonical_url, '[0-9]+$') AS pair, count(DISTINCT policy_id) FROM page
        WHERE policy_id IS NOT NULL GROUP BY pair ORDER BY pair"""
    )
    assert found == [(str(place), expected) for place in range(len(variants))]
    assert world.one("SELECT count(*) FROM event") == expected * len(variants)


def test_an_announcement_number_is_unique_only_per_issuer(world):
    one = world.policy("http://city/a", "甲公告", "2022年第8号", issuers=["云江市市场监督管理局"])
    two = world.policy("http://city/b", "乙公告", "2022年第8号", issuers=["云江市经济和信息化局"])
    nobody = world.policy("http://city/c", "丙公告", "2022年第8号", issuers=[])
    world.crawl("2021-01-01", one, two, nobody)
    assert policies(world) == 3


def test_a_chain_of_pages_folds_into_one(world):
    notice = world.policy("http://city/a", "通知", None, instrument_title="甲办法")
    numbered = world.policy("http://city/b", "通知", "云政发〔2020〕1号")
    bare = world.policy("http://city/c", "另一标题", "云政发〔2020〕1号", issuers=[])
    world.crawl("2021-01-01", notice, numbered, bare)
    assert policies(world) == 1


def test_the_most_authoritative_page_wins_whenever_it_comes_and_that_is_no_event(world):
    world.crawl("2021-01-01", world.policy("http://repost/a", "转载标题", authority="repost"), source="other")
    world.crawl("2021-02-01", world.policy("http://city/a"))
    assert winner(world) == "http://city/a"
    world.crawl("2021-03-01", world.policy("http://bureau/a", authority="issuer"), source="bureau")
    assert winner(world) == "http://bureau/a"
    world.crawl("2021-04-01", world.policy("http://media/a", "媒体标题", authority="media"), source="media")
    assert winner(world) == "http://bureau/a"
    assert world.events(baseline=True) == [("issued", "转载标题", "2020-01-05")]
    assert world.one("SELECT count(*) FROM policy_version") == 3


def test_of_equal_authority_the_first_seen_wins(world):
    world.crawl("2021-01-01", world.policy("http://city/z"))
    world.crawl("2021-02-01", world.policy("http://city/a"))
    assert winner(world) == "http://city/z"


def test_an_edit_of_a_witness_changes_nothing(world):
    world.crawl("2021-01-01", world.policy("http://city/a"), world.policy("http://city/b"))
    world.crawl("2021-02-01", world.policy("http://city/b", outcome="changed", text="别的正文"))
    assert world.events() == []
    assert world.one("SELECT count(*) FROM policy_version") == 1


def test_a_repost_page_is_a_witness_even_if_it_came_first_or_names_itself_as_issuer(world):
    repost = world.policy("http://repost/a", kind="repost", authority="repost", issuers=["某区政府"])
    world.crawl("2021-01-01", repost, source="other")
    assert policies(world) == 0
    world.crawl("2021-02-01", world.policy("http://city/a"))
    assert policies(world) == 1
    assert world.one("SELECT count(DISTINCT policy_id) FROM page_version WHERE known_to IS NULL") == 1
    assert winner(world) == "http://city/a"


def test_a_repost_of_something_unknown_makes_no_policy_but_a_media_page_of_a_policy_does(world):
    world.crawl("2021-01-01", world.policy("http://x/a", "甲", None, kind="repost", authority="repost"))
    world.crawl("2021-02-01", world.policy("http://x/b", "乙", None, authority="media"))
    assert world.events(baseline=True) == [("issued", "乙", "2020-01-05")]


def test_other_kinds_of_pages_are_pages_only(world):
    kinds = ["news", "press_conference", "interpretation", "guide", "other", "listing"]
    world.crawl("2021-01-01", *[world.policy(f"http://city/{kind}", kind=kind) for kind in kinds])
    assert policies(world) == 0
    assert world.one("SELECT count(*) FROM page") == len(kinds)


def test_a_page_keeps_its_policy_when_its_number_is_corrected_and_another_takes_the_old_one(world):
    world.crawl("2021-01-01", world.policy("http://city/a"))
    world.crawl("2021-02-01", world.policy("http://city/a", number="云政发〔2020〕7号", outcome="changed"))
    world.crawl("2021-03-01", world.policy("http://city/b", "云江市乙办法", signed_date="2020-05-05"))
    assert policies(world) == 2
    assert world.one("SELECT count(DISTINCT policy_id) FROM page") == 2


def test_a_mirror_is_a_witness_of_the_same_page(world):
    direct = "http://city/a"
    mirror = world.policy(direct, "云江市甲辦法", asked="http://city/gate/big5/city/a")
    world.crawl("2021-01-01", mirror)
    world.crawl("2021-02-01", world.policy(direct), mirror)
    world.crawl("2021-03-01", world.policy(direct, outcome="unchanged"), mirror)
    assert world.one("SELECT count(*) FROM page") == 1
    assert world.one("SELECT title FROM policy_version WHERE known_to IS NULL") == "云江市甲办法"
    assert world.events() == []
    world.crawl("2021-04-01", world.policy(direct, "云江市甲办法", outcome="changed", text="新的正文"))
    assert world.events() == [("silently_edited", "云江市甲办法", None)]


def test_ids_are_the_same_in_another_warehouse(world, tmp_path):
    world.crawl("2021-01-01", world.policy())
    other = type(world)(tmp_path / "other")
    other.crawl("2022-05-05", world.policy(text="别的"))
    ids = "SELECT policy_id, first_page_id FROM policy"
    assert world.one(ids) == other.one(ids)
    other.ledger.close()
