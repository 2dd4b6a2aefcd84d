"""Pages of an invented city in three shapes, and what noise does to them.

A shape is a page of HTML with what its listing says. `@` stands for the place: every case has one of its own, so that
hundreds of cases share one warehouse without touching each other.
"""

import re
from dataclasses import dataclass, field

FIRST, SECOND = "云江海河山林石玉青红溪岭沙竹柳枫松梅桃荷梨兰", "宁安平昌兴泰和丰顺庆康阳岳浦塘陵川原谷源"
PLACES = [one + other for one in FIRST for other in SECOND]

BODY = """<p>各区人民政府，市政府各部门：</p>
<p>为支持“专精特新”企业发展，根据《@市产业促进条例》，制定本办法。</p>
<p>第一条　企业新建厂房的，给予最高200万元的一次性建设补助。</p>
<p>第二条　企业购置机器的，可以按照购置额的20%给予补助，同一企业不得重复申报。</p>
<p>第三条　申请人应当于2025年6月30日前提交材料；逾期不予受理。</p>
<p>第四条　引进的软件和信息技术人才享受“人才绿卡”待遇，由市人力资源和社会保障局负责落实。</p>
<p>第五条　本办法自2022年3月1日起施行。</p>"""
SIGNED = "<p>@市人民政府办公室</p>\n<p>2022年2月11日</p>"
TITLE = "@市支持企业发展办法"
NUMBER = "@政办发〔2022〕3号"
TAIL = """<div class="relevantdoc"><h3>相关政策</h3><a href="/a1.html">@市防汛应急预案解读</a></div>
<div class="foot"><p>主办：@市人民政府办公室　网站标识码：0000000000</p></div>
</body></html>"""

PORTAL = f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="ArticleTitle" content="{TITLE}">
<title>{TITLE}_@市人民政府</title>
<style>.x{{display:none}}</style></head>
<body><div class="top"><a href="/">首页</a> <a href="/zw/">政务公开</a></div>
<div class="crumbs">当前位置：<a href="/">首页</a> &gt; <a href="/zw/">政策文件</a></div>
<ol class="doc-info">
<li>[主题分类]&nbsp;<span>工业、交通/企业</span></li>
<li>[发文机构]&nbsp;<span>@市人民政府办公室</span></li>
<li>[实施日期]&nbsp;<span>2022-03-01</span></li>
<li>[成文日期]&nbsp;<span>2022-02-11</span></li>
<li>[发文字号]&nbsp;<span>{NUMBER}</span></li>
<li>[废止日期]&nbsp;<span>----</span></li>
<li>[发布日期]&nbsp;<span>2022-02-15</span></li>
<li>[有效性]&nbsp;<span>有效</span></li>
</ol>
<div class="header"><h1>{TITLE}</h1></div>
<div class="tool">字号：<a href="javascript:void(0)">大</a> 浏览次数：<span id="n">1024</span></div>
<div id="mainText"><div class="view">{BODY}
{SIGNED}
<p>附件：<a href="/f/1.pdf">申报表.pdf</a></p></div></div>
{TAIL}
"""
PLAIN = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{TITLE}</title></head>
<body><div class="nav"><a href="/">首页</a></div>
<h1>{TITLE}</h1>
<p class="number">{NUMBER}</p>
<div class="tool">浏览次数：<span id="n">1024</span></div>
<div class="text">{BODY}
{SIGNED}</div>
{TAIL}
"""
BARE = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{TITLE}</title></head>
<body><div class="nav"><a href="/">首页</a></div>
<h2 class="title">{TITLE}</h2>
<div class="tool">浏览次数：<span id="n">1024</span></div>
<div class="content">{BODY}</div>
{TAIL}
"""


@dataclass(frozen=True)
class Shape:
    """A page, and what the listing said of it."""

    html: str
    listed: dict = field(default_factory=dict)


SHAPES = {
    "portal": Shape(PORTAL),
    "plain": Shape(PLAIN),
    "list": Shape(
        BARE,
        {"title": TITLE, "number": NUMBER, "issuers": "@市人民政府办公室", "published_date": "2022-02-15",
         "signed_date": "2022-02-11", "status": "有效"},
    ),
}  # fmt: skip


def swap(old, new, count=-1):
    """A change of the page: `old` becomes `new`; pages without `old` have no such case."""
    return lambda page: page.replace(old, new, count)


def sub(pattern, new):
    """The same by regular expression."""
    return lambda page: re.sub(pattern, new, page, flags=re.DOTALL)


def both(*changes):
    """One change after the other; none where one of them finds nothing."""

    def change(page):
        for item in changes:
            if (changed := item(page)) == page:
                return page
            page = changed
        return page

    return change


def in_body(change):
    """The change, in the text alone."""

    def inside(page):
        start, end = page.index("<p>各区"), page.index('<div class="relevantdoc">')
        return page[:start] + change(page[start:end]) + page[end:]

    return inside


def wide(match):
    return "".join(chr(ord(character) + 0xFEE0) for character in match[0])


def traditional(page):
    import opencc  # noqa: PLC0415

    return opencc.OpenCC("s2t").convert(page)


def taiwanese(page):
    import opencc  # noqa: PLC0415

    return opencc.OpenCC("s2twp").convert(page)


def reordered(page):
    """The rows of the box in another order."""
    box = re.search(r'(<ol class="doc-info">\n)(.*?)(</ol>)', page, re.DOTALL)
    if box is None:
        return page
    rows = box[2].splitlines(keepends=True)
    return page[: box.start(2)] + "".join(rows[::-1]) + page[box.end(2) :]


def as_table(page):
    """The box as a table."""
    if 'class="doc-info"' not in page:
        return page
    page = re.sub(r"<li>\[(.*?)\]&nbsp;<span>(.*?)</span></li>", r"<tr><td>\1：</td><td>\2</td></tr>", page)
    return page.replace('<ol class="doc-info">', '<table class="info">').replace("</ol>", "</table>")


def entities(page):
    """Every Chinese character of the text as a numeric reference."""
    return re.sub(r"[\u4e00-\u9fff]", lambda match: f"&#{ord(match[0])};", page)


def mobile(page):
    """The text a second time, for telephones."""
    body = re.search(r"<p>各区.*?</p>\n?(?=</div>|<p>@)", page, re.DOTALL)
    return page.replace('<div class="relevantdoc">', f'<div class="phone">{body[0]}</div><div class="relevantdoc">')


SHARE = '<div class="share"><a href="#">分享到微信</a> <a href="#">微博</a> <a href="#">QQ空间</a></div>'
TOOLS = '<div class="tool">'
BEFORE_TAIL = '<div class="relevantdoc">'
RELATED = '<a href="/a1.html">@市防汛应急预案解读</a>'

NOISE = {
    "counter": swap("1024", "99887"),
    "counter with unit": swap('<span id="n">1024</span>', '<span id="n">20,481</span>次'),
    "date of fetch": swap(TOOLS, f"{TOOLS}页面生成时间：2026-01-02 03:04 "),
    "today's date": swap('<a href="/">首页</a>', '<span>今天是2026年1月2日 星期五</span><a href="/">首页</a>'),
    "weather": swap('<a href="/">首页</a>', '<span>@ 晴 12℃~20℃</span><a href="/">首页</a>', 1),
    "print time": swap("</body>", "<div>打印时间：2026-01-02</div></body>"),
    "related links": swap(RELATED, '<a href="/a9.html">@市城市防洪规划批前公示</a>' * 3),
    "no related links": swap(f"<h3>相关政策</h3>{RELATED}", ""),
    "hot list": swap(BEFORE_TAIL, '<div class="hot"><h3>热门文件</h3><a href="/7">@市预算公开</a></div>'
                     + BEFORE_TAIL),
    "previous and next": swap(BEFORE_TAIL, '<div>上一篇：<a href="/1">@年鉴</a> 下一篇：<a href="/2">@市公报</a></div>'
                              + BEFORE_TAIL),
    "share bar": swap(BEFORE_TAIL, SHARE + BEFORE_TAIL),
    "share bar above": swap(TOOLS, SHARE + TOOLS),
    "print and close": swap(BEFORE_TAIL, "<div>【打印本页】 【关闭窗口】</div>" + BEFORE_TAIL),
    "scan to read": swap(BEFORE_TAIL, '<div class="qr">扫一扫在手机打开当前页<img src="q.png"></div>' + BEFORE_TAIL),
    "footer": swap("网站标识码：0000000000", "ICP备00000000号-2　技术支持：信息中心"),
    "menu": swap('<a href="/">首页</a>', '<a href="/">首页</a> <a href="/hd/">互动交流</a> <a href="/sj/">数据</a>', 1),
    "meta of the system": swap("</head>", '<meta name="MakeTime" content="2026-01-02 03:04:05"></head>'),
    "script": swap("</body>", "<script>var t = Date.now(); var n = '第一条 给予300万元';</script></body>"),
    "script inside the text": in_body(swap("第三条", "<script>track(17)</script>第三条")),
    "style": swap("</head>", "<style>p{line-height:2}</style></head>"),
    "comment": in_body(swap("第二条", "<!-- node-7 12:00:01 -->第二条")),
    "noscript": swap("</body>", "<noscript>请启用脚本</noscript></body>"),
    "hidden field": swap("</body>", '<input type="hidden" name="token" value="a81f"></body>'),
    "style of paragraphs": in_body(swap("<p>", '<p style="text-indent:2em;margin:0">')),
    "word's classes": in_body(swap("<p>", '<p class="MsoNormal"><span lang="EN-US"></span>')),
    "bold words": in_body(swap("一次性建设补助", "<b>一次性</b><strong>建设</strong>补助")),
    "cut by spans": in_body(swap("购置额的20%", '<span>购</span><span style="top:0">置额的</span><span>20</span>%')),
    "font tags": in_body(swap("第四条", '<font face="宋体" size="4">第四条</font>')),
    "a link in the text": in_body(swap("《@市产业促进条例》", '<a href="/t/9.html">《@市产业促进条例》</a>')),
    "an anchor": in_body(swap("第二条", '<a name="p2"></a>第二条')),
    "wrappers": in_body(lambda part: part.replace("<p>", "<div><p>").replace("</p>", "</p></div>")),
    "empty paragraphs": in_body(swap("<p>第", "<p></p><p>&nbsp;</p>\n<p>第")),
    "attribute order": swap('<div class="tool">', '<div data-v="9" id="t" class="tool">'),
    "attribute quotes": both(swap('class="tool"', "class='tool'"), swap('id="n"', "id=n")),
    "capital tags": in_body(lambda part: part.replace("<p>", "<P>").replace("</p>", "</P>")),
    "unclosed paragraphs": in_body(swap("</p>", "")),
    "indents": in_body(swap("<p>", "<p>\n　　 ")),
    "line breaks inside paragraphs": in_body(swap("，", "，\n")),
    "carriage returns": swap("\n", "\r\n"),
    "one line": in_body(swap("\n", "")),
    "tabs": in_body(swap("<p>第", "<p>\t\t第")),
    "blanks around numbers": in_body(sub(r"(\d+)(万元|年|月|日)", r" \1 \2")),
    "thin spaces": in_body(swap("最高200", "最高\u2009200\u2009")),
    "nbsp": in_body(swap("制定本办法", "制定&nbsp;本办法")),
    "zero width": in_body(swap("厂房", "厂\u200b房")),
    "byte order mark inside": in_body(swap("厂房", "厂\ufeff房")),
    "soft hyphen": in_body(swap("补助", "补&shy;助")),
    "full-width digits": in_body(sub(r"\d+(?=万元|%)", wide)),
    "full-width percent": in_body(swap("20%", "20％")),
    "half-width punctuation": in_body(lambda part: part.replace("，", ",").replace("；", ";").replace("：", ":")),
    "half-width brackets of the number": swap("〔2022〕", "[2022]"),
    "square brackets of the number": swap("〔2022〕", "［2022］"),
    "plain quotes": in_body(sub("[“”]", '"')),
    "corner quotes": in_body(lambda part: part.replace("“", "「").replace("”", "」")),
    "quotes as entities": in_body(lambda part: part.replace("“", "&ldquo;").replace("”", "&rdquo;")),
    "entities": in_body(entities),
    "hexadecimal entities": in_body(swap("补助", "&#x8865;&#x52A9;")),
    "compatibility characters": in_body(swap("料", "\uf9be")),
    "traditional mirror": traditional,
    "machine-converted mirror": taiwanese,
    "reordered metadata": reordered,
    "metadata as a table": as_table,
    "dates in words": swap("<span>2022-02-15</span>", "<span>2022年2月15日</span>"),
    "dates with a time": swap("<span>2022-02-15</span>", "<span>2022-02-15 09:30</span>"),
    "dates with points": swap("<span>2022-02-11</span>", "<span>2022.02.11</span>"),
    "colons for brackets": sub(r"<li>\[(.*?)\]&nbsp;", r"<li>\1："),
    "an empty row of metadata": swap("<li>[废止日期]&nbsp;<span>----</span></li>\n", ""),
    "the head's title": sub(r"<title>[^<]*</title>", f"<title>{TITLE}-@市政府门户网站</title>"),
    "mobile copy": mobile,
    "doctype": swap("<!DOCTYPE html>", '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "x.dtd">'),
    "image for decoration": in_body(swap("<p>第五条", '<p><img src="line.gif" alt=""></p><p>第五条')),
    "the file's address": swap("/f/1.pdf", "/f/P020260102.pdf?v=3"),
    "list of relations at the end": swap("</body>", '<div class="list"><a href="/p1">第一条 申报指南</a></div></body>'),
}  # fmt: skip

BYTES_NOISE = {
    "gb18030": lambda page: page.replace('charset="utf-8"', 'charset="gb18030"').encode("gb18030"),
    "undeclared gb18030": lambda page: page.replace('<meta charset="utf-8">', "").encode("gb18030"),
    "a mark of byte order": lambda page: b"\xef\xbb\xbf" + page.encode(),
    "utf-16": lambda page: page.encode("utf-16"),
    "a wrong declaration": lambda page: page.replace('charset="utf-8"', 'charset="gb2312"').encode(),
}

LISTED_NOISE = {
    "the list's date in words": {"published_date": "2022年2月15日"},
    "the list's date with a time": {"published_date": "2022-02-15 10:20:30"},
    "the list's date in brackets": {"published_date": "[2022-02-15]"},
    "the list's date with points": {"signed_date": "2022.2.11"},
    "the list's number in other brackets": {"number": "@政办发[2022]3号"},
    "the list's number in full width": {"number": "@政办发〔２０２２〕３号"},
    "the list's title cut off": {"title": "@市支持企业发…"},
    "the list's title with a bullet": {"title": "·@市支持企业发展办法"},
    "the list's title in traditional characters": {"title": "@市支持企業發展辦法"},
    "the list's word for in force": {"status": "现行有效"},
    "the list's blanks": {"issuers": " @市人民政府办公室 "},
}
