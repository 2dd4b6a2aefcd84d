"""Which policy does a citation mean? Bound where it is sure, later if need be, and never by a guess."""


def old(world, url="http://city/a", *names, **more):
    return world.policy(url, *names, **more)


def citing(world, *citations, **more):
    fields = {
        "name": "云江市乙办法",
        "number": "云政发〔2022〕9号",
        "signed_date": "2022-01-20",
        "effective_date": "2022-03-01",
    }
    return world.policy("http://city/b", citations=list(citations), **(fields | more))


def bound(world):
    """(rule, title of the bound policy) of the standing citations."""
    return world.rows(
        """SELECT c.binding_rule, v.title FROM citation AS c
        LEFT JOIN policy_version AS v ON v.policy_id = c.bound_policy_id AND v.known_to IS NULL
        WHERE c.known_to IS NULL ORDER BY c.position"""
    )


def test_sure_bindings(world):
    fields = {"name": "云江市人民政府甲办法的通知", "instrument_title": "云江市甲办法"}
    cited = {
        (None, "云政发〔2020〕1号"): "number",
        ("云江市甲办法", "云政发〔2020〕1号"): "number and title",
        ("云江市甲办法", None): "title of the same issuer",
        ("甲办法的通知", None): "title of the same issuer",  # the issuer that the title begins with is left out
        ("一个打错的标题", "云政发〔2020〕1号"): "number",
    }
    world.crawl("2022-02-02", old(world, **fields), citing(world, *[world.cites("mentions", *item) for item in cited]))
    assert bound(world) == [(rule, fields["name"]) for rule in cited.values()]


def test_no_guess(world):
    cited = [
        ("云江市甲办怯", None),  # one character off
        ("云江市甲办法", "云政发〔2019〕8号"),  # the title under another number is another document
        (None, "云政发〔2020〕11号"),
        ("办法", None),  # too short to name anything
        (None, None),
    ]
    short = old(world, "http://city/c", name="办法", number=None)
    world.crawl("2022-02-02", old(world), short, citing(world, *[world.cites("repeals", *item) for item in cited]))
    assert bound(world) == [(None, None)] * len(cited)
    assert world.events() == []


def test_a_title_that_two_policies_bear_stays_unbound_unless_the_words_name_the_issuer(world):
    finance = {"number": "云财〔2020〕1号", "issuers": ["云江市财政局"]}
    health = {"number": "云卫〔2020〕1号", "issuers": ["云江市卫生健康委员会"]}
    named = world.cites("repeals", "云江市甲办法", scope="一", quote="云江市财政局《云江市甲办法》同时废止")
    world.crawl(
        "2022-02-02", old(world, **finance), old(world, "http://city/c", **health),
        citing(world, world.cites("repeals", "云江市甲办法"), named),
    )  # fmt: skip
    assert [rule for rule, _ in bound(world)] == [None, "title and issuer"]
    assert (
        world.one("SELECT v.number FROM citation c JOIN policy_version v ON v.policy_id = c.bound_policy_id")
        == "云财〔2020〕1号"
    )


def test_a_day_beside_the_title_tells_which_of_two_is_meant(world):
    newer = old(world, "http://city/c", number="云政发〔2021〕3号", signed_date="2021-06-01")
    quotes = {
        "云江市人民政府2020年1月2日印发的《云江市甲办法》": "云政发〔2020〕1号",
        "《云江市甲办法》（2021年6月1日印发）、《云江市丁办法》": "云政发〔2021〕3号",
        "《云江市甲办法》、《云江市丁办法》（2021年6月1日印发）": None,  # another's day
        "《云江市戊办法》（2020年1月2日印发）、《云江市甲办法》": None,
        "《云江市甲办法》（2020年11月2日印发）": None,
    }
    named = [world.cites("repeals", "云江市甲办法", scope=str(n), quote=text) for n, text in enumerate(quotes)]
    world.crawl("2022-02-02", old(world), newer, citing(world, *named))
    found = world.rows(
        """SELECT v.number, c.binding_rule FROM citation AS c LEFT JOIN policy_version AS v
        ON v.policy_id = c.bound_policy_id AND v.known_to IS NULL WHERE c.known_to IS NULL ORDER BY c.position"""
    )
    assert found == [(number, number and "title, issuer and day") for number in quotes.values()]


def test_an_annex_of_hundreds_ends_each_once(world):
    world.crawl("2022-01-02", *[old(world, f"http://city/{n}", f"云江市第{n}号办法", None) for n in range(300)])
    annex = [world.cites("repeals", f"云江市第{n}号办法") for n in (*range(300), *range(20), *range(400, 420))]
    report = world.crawl("2022-02-02", citing(world, *annex))
    assert (report.citations_bound, report.citations_unbound) == (300, 20)
    assert report.events == {"issued": 1, "repealed": 300}
    ends = "SELECT DISTINCT CAST(in_force_to AS VARCHAR) FROM effect WHERE known_to IS NULL AND end_kind = 'repealed'"
    assert world.rows(ends) == [("2022-02-28",)]


def test_a_number_that_names_no_organ_needs_an_issuer(world):
    one = old(world, number="2020年第8号", name="甲公告", issuers=["云江市财政局"])
    two = old(world, "http://city/c", number="2020年第8号", name="乙公告", issuers=["云江市卫生健康委员会"])
    by_nobody = citing(world, world.cites("repeals", None, "2020年第8号"))
    world.crawl("2022-02-02", one, two, by_nobody)
    assert bound(world) == [(None, None)]
    by_finance = citing(world, world.cites("repeals", None, "2020年第8号"), issuers=["云江市财政局"], outcome="changed")
    world.crawl("2022-03-02", by_finance)
    assert bound(world) == [("number of the same issuer", "甲公告")]


def test_a_document_does_not_mean_itself_nor_a_younger_one(world):
    itself = world.cites("repeals", "云江市乙办法")
    world.crawl("2022-02-02", citing(world, itself), old(world, name="云江市乙办法", signed_date="2023-01-01"))
    assert bound(world) == [(None, None)]
    world.crawl(
        "2022-03-02",
        old(world, "http://city/c", name="云江市乙办法", number="云政发〔2015〕3号", signed_date="2015-01-01"),
    )
    assert bound(world) == [("title of the same issuer", "云江市乙办法")]


def test_what_is_crawled_later_is_bound_then_and_already_ended(world):
    report = world.crawl("2022-02-02", citing(world, world.cites("repeals", None, "云政发〔2020〕1号")))
    assert (report.citations_bound, report.citations_unbound) == (0, 1)
    report = world.crawl("2022-04-02", old(world))
    assert (report.citations_bound, report.events) == (1, {"issued": 1})
    assert world.force() == [("2020-02-01", "2022-02-28", "repealed", False)]
    assert world.one("SELECT strftime(bound_at, '%m') FROM citation") == "04"


def test_a_number_learned_later_binds_too(world):
    world.crawl("2022-02-02", old(world, number=None), citing(world, world.cites("repeals", None, "云政发〔2020〕1号")))
    report = world.crawl("2022-04-02", old(world, outcome="changed"))
    assert report.events == {"repealed": 1, "revised": 1}


def test_a_repeal_that_the_document_takes_back_ends_nothing_any_more(world):
    world.crawl("2022-01-02", old(world))
    world.crawl("2022-02-02", citing(world, world.cites("repeals", None, "云政发〔2020〕1号")))
    world.crawl("2022-04-02", citing(world, outcome="changed", text="更正"))
    assert world.force() == [("2020-02-01", None, None, False)]
    assert world.force(known="2022-03-03") == [("2020-02-01", "2022-02-28", "repealed", False)]


def test_the_same_entry_twice_and_ten_thousand_of_them(world):
    many = [world.cites("repeals", None, f"云政发〔2010〕{number}号") for number in range(5000)] * 2
    world.crawl("2022-01-02", old(world))
    report = world.crawl("2022-02-02", citing(world, *many, world.cites("repeals", None, "云政发〔2020〕1号")))
    assert (report.citations_bound, report.citations_unbound) == (1, 5000)
    assert report.events == {"issued": 1, "repealed": 1}


def test_mirrors_of_the_citing_document_say_it_once(world):
    world.crawl("2022-01-02", old(world))
    repeal = world.cites("amends", None, "云政发〔2020〕1号")
    copy = world.policy("http://x/b", "云江市乙办法", "云政发〔2022〕9号", authority="repost", citations=[repeal])
    world.crawl("2022-02-02", citing(world, repeal), copy)
    assert [row[0] for row in world.events()] == ["amended"]
