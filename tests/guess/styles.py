"""One unknown portal in many shapes: the same documents listed as different systems list them.

The city, its bureaus and documents are invented. Around every list stand what surrounds lists: a menu, a column tree, a
box of the most read, links to friends, a footer. `STYLES` maps a name to (address, body, Content-Type).
"""

import json
from dataclasses import dataclass

HOST = "https://www.linyuan.example"
LIST = f"{HOST}/zwgk/zcwj/"


@dataclass(frozen=True)
class Document:
    """A document as the portal knows it."""

    serial: int
    title: str
    number: str
    issuer: str
    signed: str
    published: str
    status: str

    @property
    def path(self) -> str:
        return (
            f"{self.published[:7].replace('-', '')}/t{self.published.replace('-', '')}_{41000 + self.serial * 37}.html"
        )

    @property
    def url(self) -> str:
        return LIST + self.path

    @property
    def cut(self) -> str:
        return self.title[:16] + "..."


_SUBJECTS = (
    "促进中小企业专精特新发展的若干措施", "城市房屋租赁管理办法", "企业职工技能提升补贴实施细则",
    "重大行政决策程序规定", "公共数据开放管理暂行办法", "农村公路养护管理办法", "高层次人才引进实施意见",
    "节约用水条例实施办法", "突发事件总体应急预案", "古树名木保护管理规定", "政府投资项目管理办法",
    "城乡居民基本医疗保险实施办法",
)  # fmt: skip
_BUREAUS = ("临远市人民政府", "临远市经济和信息化局", "临远市人力资源和社会保障局", "临远市住房和城乡建设局")
DOCUMENTS = tuple(
    Document(
        serial=at,
        title=f"{_BUREAUS[at % 4]}关于印发《临远市{subject}》的通知",
        number=f"临{'府政经人住'[at % 5]}发〔{2025 - at // 5}〕{40 - at * 3}号",
        issuer=_BUREAUS[at % 4],
        signed=f"{2025 - at // 5}-{11 - at % 10:02}-{27 - at:02}",
        published=f"{2025 - at // 5}-{11 - at % 10:02}-{28 - at:02}",
        status="失效" if at % 5 == 3 else "有效",
    )
    for at, subject in enumerate(_SUBJECTS)
)

_MENU = "".join(
    f'<li class="{"on" if at == 2 else ""}"><a href="/{path}/" title="{name}">{name}</a><ul>'
    + "".join(f'<li><a href="/{path}/{sub}/">{name}之{at}{sub}栏目</a></li>' for sub in "abcdef")
    + "</ul></li>"
    for at, (path, name) in enumerate(
        [("sy", "首页"), ("zx", "新闻资讯"), ("zwgk", "政务公开"), ("bs", "办事服务"), ("hd", "互动交流")]
    )
)
_READ = "".join(
    f'<li><em>{at}</em><a href="/zx/bdyw/2025{at:02}/t2025{at:02}11_{900 + at}.html">'
    f"本市召开第{at}次工作会议部署全年重点任务</a></li>"
    for at in range(1, 9)
)
_FRIENDS = "".join(f'<a href="https://www.friend{at}.example/">友好城市网站{at}</a>' for at in range(30))
_FOOTER = (
    '<div class="foot"><p>主办：临远市人民政府办公室　备案号<a href="https://beian.example/?recordcode=11010102004321">临公网安备'
    "11010102004321号</a></p><p>页面生成时间 2025-12-01 10:00:00</p></div>"
)
_HEAD = (
    '<meta charset="utf-8"><meta name="SiteName" content="临远市人民政府"><meta name="ColumnName" content="政策文件">'
    '<link rel="stylesheet" href="/css/style20250101.css">'
)


def page(content: str, *, after: str = "", head: str = "") -> str:
    """`content` amid everything that a portal puts around its lists."""
    return (
        f"<!DOCTYPE html><html><head><title>政策文件-临远市人民政府</title>{_HEAD}{head}</head><body>"
        f'<div class="header"><div class="nav"><ul class="menu">{_MENU}</ul></div></div>'
        '<div class="crumbs"><a href="/">首页</a> &gt; <a href="/zwgk/">'
        '政务公开</a> &gt; <a href="/zwgk/zcwj/">政策文件</a></div>'
        f'<div class="main"><div class="left"><h2>点击排行</h2><ul class="hot">{_READ}</ul></div>'
        f'<div class="right">{content}</div></div>{after}<div class="links">{_FRIENDS}</div>{_FOOTER}</body></html>'
    )


def _list_of_spans() -> str:
    rows = "".join(
        f'<li><i class="flag">{d.status}</i><a href="./{d.path}" target="_blank" title="{d.title}">{d.cut}'
        f"</a><span>{d.published}</span></li>"
        for d in DOCUMENTS
    )
    more = '<li><a href="javascript:void(0)">更多</a></li>'
    pages = '<a href="index_1.html">2</a><a href="index_2.html">3</a><a href="index_1.html">下一页</a>'
    return page(f'<ul class="default_news">{rows}{more}</ul>{pages}')


def _table() -> str:
    rows = "".join(
        f'<tr><td>{at}</td><td><a href="/zwgk/zcwj/{d.path}">{d.title}</a></td><td>{d.number}</td><td>{d.signed}</td>'
        f"<td>{d.published}</td><td>{d.status}</td></tr>"
        for at, d in enumerate(DOCUMENTS, 1)
    )
    header = "<tr><th>序号</th><th>标题</th><th>文号</th><th>成文日期</th><th>发布日期</th><th>有效性</th></tr>"
    script = '<script>var countPage = 7; createPageHTML(countPage, 0, "index", "html");</script>'
    return page(f'<form id="search"><table id="docTable">{header}{rows}</table></form>', after=script)


def _definitions() -> str:
    rows = "".join(f'<dt><a href="{d.path}">{d.title}</a></dt><dd>发布日期：{d.published}</dd>' for d in DOCUMENTS)
    return page(f'<dl class="wjlist">{rows}</dl><p>共 9 页 <a href="?page=2">下一页</a></p>')


def _cards() -> str:
    rows = "".join(
        f'<div class="card item{at % 2}"><a href="{d.path}"><h3>{d.title}'
        '</h3><p class="brief">为贯彻落实上级部署，结合本市实际，制定本文件，'
        f'请认真组织实施。</p><div class="info"><span class="wh">{d.number}'
        f'</span><span class="time">发布时间：{d.published}</span></div></a></div>'
        for at, d in enumerate(DOCUMENTS)
    )
    return page(f'<div class="cards">{rows}</div><a class="next" href="list_2.html">下一页</a>')


def _nested() -> str:
    rows = ""
    for at, d in enumerate(DOCUMENTS):
        links = "".join(
            f'<li><a href="../jd/{d.path.replace(".html", f"9{k}.html")}" title="《{d.title}》政策解读之{k}">'
            f"《{d.title}》政策解读之{k}</a></li>"
            for k in range(at % 3)
        )
        rows += (
            f'<li><a href="./{d.path}" title="{d.title}">{d.cut}</a>'
            f'<div class="popbox"><h3>相关解读</h3><ul>{links}</ul></div>'
            f"<span>{d.published.replace('-', '/')}</span></li>"
        )
        if at % 5 == 4:
            rows += '<li class="empty"></li>'
    return page(f'<ul class="u-list">{rows}</ul>')


def _bare_dates() -> str:
    rows = "".join(f'<li>·<a href="{d.url}">{d.title}</a> [{d.published}]</li>' for d in DOCUMENTS)
    return page(
        f'<div class="zcwj_con"><ul>{rows}</ul></div><a href="./index_2.html">2</a><a href="./index_3.html">3</a>'
    )


def _blocks_of_five() -> str:
    blocks = "".join(
        '<ul class="news_list">'
        + "".join(
            f'<li><span class="date">{d.published}</span><a href="{d.path}">{d.title}</a></li>'
            for d in DOCUMENTS[at : at + 5]
        )
        + "</ul>"
        for at in range(0, len(DOCUMENTS), 5)
    )
    return page(f'<div class="list-con">{blocks}</div>')


def _layout_table() -> str:
    rows = "".join(
        '<tr><td width="20"><img src="/dot.gif"></td><td>'
        f'<a href="/zwgk/zcwj/{d.path}" title="{d.title}">{d.cut}</a></td>'
        f'<td align="right"><font>({d.published})</font></td></tr><tr><td colspan="3" height="1"></td></tr>'
        for d in DOCUMENTS
    )
    return page(f'<table><tr><td>政策文件</td></tr></table><table width="100%">{rows}</table>')


def _links_as_entries() -> str:
    rows = "".join(
        f'<a class="doc-item" href="/art/{d.published.replace("-", "/")}/art_80179_{d.serial + 11664800}.html">'
        f"<b>{d.title}</b>"
        f"<em>{d.published}</em></a>"
        for d in DOCUMENTS
    )
    return page(f'<section class="doc-list">{rows}</section>')


def _split_days() -> str:
    rows = "".join(
        f'<div class="row"><div class="day"><b>{d.published[8:]}</b><span>{d.published[:7]}</span></div>'
        f'<div class="txt"><a href="detail.jsp?id={d.serial + 5000}&amp;col=7">{d.title}</a></div></div>'
        for d in DOCUMENTS
    )
    return page(f'<div class="zclb">{rows}</div>')


def _unlabelled_spans() -> str:
    rows = "".join(
        f'<li><a href="{d.path}">{d.title}</a><span>{d.issuer}</span>'
        f"<span>{d.number}</span><span>{d.published}</span></li>"
        for d in DOCUMENTS
    )
    return page(f'<div id="content9f3e2a1b4c"><ul>{rows}</ul></div>')


def _commented() -> str:
    rows = "".join(f'<li><a href="{d.path}">{d.title}</a><b>{d.published}</b></li>' for d in DOCUMENTS)
    return page(f'<ul class="zwgklist"><!--{rows}--></ul>', head="<!--[if lt IE 9]><script></script><![endif]-->")


def _popups_with_days() -> str:
    rows = "".join(
        f'<li><a href="{d.path}" title="{d.title}">{d.cut}</a><div class="pop"><ul><li><a href="../jd/{d.path}">'
        f"《{d.title}》解读</a><span>2025-11-30</span></li></ul></div><span>{d.published}</span></li>"
        for d in DOCUMENTS
    )
    return page(f'<ul class="u-list">{rows}</ul>')


def _rows_in_a_script() -> str:
    rows = [{"title": d.title, "url": d.url, "pubtime": f"{d.published} 08:00:00"} for d in DOCUMENTS]
    script = f"var word = []; var docArr = {json.dumps(rows, ensure_ascii=False)}; show(docArr);"
    return f"<html><body><div id=results></div><script>{script}</script></body></html>"


HTML_STYLES = {
    "list of spans": _list_of_spans,
    "table": _table,
    "definitions": _definitions,
    "cards": _cards,
    "nested links": _nested,
    "bare dates": _bare_dates,
    "blocks of five": _blocks_of_five,
    "layout table": _layout_table,
    "links as entries": _links_as_entries,
    "split days": _split_days,
    "unlabelled spans": _unlabelled_spans,
    "in a comment": _commented,
    "pop-ups with days": _popups_with_days,
    "rows in a script": _rows_in_a_script,
}


def script_page() -> str:
    """A page whose list a script fills from `answer()`."""
    script = '<script>$.ajax({url: "/api/zcwj/list?pageNo=1&pageSize=12", dataType: "json", success: show});</script>'
    return page('<ul id="list"></ul>', after=script)


def answer() -> str:
    rows = [
        {
            "id": d.serial + 77,
            "docTitle": d.title.replace("通知", "<em>通知</em>"),
            "docUrl": f"/zwgk/zcwj/{d.path}",
            "fileNo": d.number,
            "publisher": d.issuer,
            "pubDate": f"{d.published} 09:30:00",
            "cwrq": d.signed,
            "thumb": "/images/a20250101.png",
            "status": {"有效": 1, "失效": 2}[d.status],
            "summary": "为贯彻落实上级部署。" * 12,
        }
        for d in DOCUMENTS
    ]
    side = [{"name": name, "id": at, "count": 7} for at, name in enumerate(_BUREAUS)]
    return json.dumps(
        {"code": 0, "facets": side, "data": {"list": rows, "page": {"total": 83, "pageNo": 1}}}, ensure_ascii=False
    )


def rss() -> str:
    items = "".join(
        f"<item><title>{d.title}</title><link>{d.url}</link><pubDate>{d.published} 09:00:00</pubDate></item>"
        for d in DOCUMENTS
    )
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>临远市政策文件</title>'
    return f"{head}{items}</channel></rss>"


def sitemap() -> str:
    columns = "".join(f"<url><loc>{HOST}/zwgk/{name}/</loc></url>" for name in ("zcwj", "zcjd", "ldjh"))
    documents = "".join(f"<url><loc>{d.url}</loc><lastmod>{d.published}</lastmod></url>" for d in DOCUMENTS)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{columns}{documents}</urlset>'


def _record(d: Document) -> str:
    return f'<li><a href="/zwgk/zcwj/{d.path}" title="{d.title}">{d.cut}</a><b>{d.published}</b></li>'


def datastore() -> str:
    records = "".join(f"<record><![CDATA[{_record(d)}]]></record>" for d in DOCUMENTS)
    return (
        f"<datastore><totalrecord>83</totalrecord><totalpage>4</totalpage><recordset>{records}</recordset></datastore>"
    )


def datastore_page() -> str:
    """A column page of the system that answers with `datastore()`."""
    records = "".join(f"<record><![CDATA[{_record(d)}]]></record>" for d in DOCUMENTS)
    query = "page=1&appid=1&webid=8&path=/&columnid=80179&unitid=415001&webname=临远&permissiontype=0"
    proxy = f"/module/web/jpage/dataproxy.jsp?{query}"
    return page(
        f'<div id="415001"><script type="text/xml"><datastore><nextgroup><![CDATA[<a href="{proxy}"></a>]]></nextgroup>'
        f"<recordset>{records}</recordset></datastore></script></div>"
        f"<script>var jpage = {{perPage: 12, totalRecord: 83}};</script>"
    )


QUERY = (
    "{'webId':'8d82','pageId':'1b56','parseType':'buildstatic','pageType':'column','tagId':'信息列表','tplSetId':'2097',"
    "'paramJson':'{\\'pageNo\\':1,\\'pageSize\\':\\'12\\'}'}"
)


def build_unit() -> str:
    rows = "".join(
        f'<li class="cf"><a href="/zwgk/zcwj/{d.path}" title="{d.title}">{d.cut}'
        f'</a><span class="fr">{d.published}</span></li>'
        for d in DOCUMENTS
    )
    return json.dumps(
        {"success": True, "data": {"html": f'<div class="page-content"><ul>{rows}</ul></div>'}}, ensure_ascii=False
    )


def jpaas_page() -> str:
    """A column page of the system that answers with `build_unit()`."""
    rows = json.loads(build_unit())["data"]["html"]
    unit = "/api-gateway/jpaas-publish-server/front/page/build/unit"
    return page(f'<div>{rows}<script src="/cms/list.js" url="{unit}" querydata="{QUERY}"></script></div>')


def to_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def url_in(style: str, document: Document) -> str:
    """The document's address as the list of this style has it."""
    if style == "links as entries":
        return f"{HOST}/art/{document.published.replace('-', '/')}/art_80179_{document.serial + 11664800}.html"
    if style == "split days":
        return f"{LIST}detail.jsp?id={document.serial + 5000}&col=7"
    return document.url


def document_page(document: Document) -> str:
    """The document's own page."""
    return page(
        f'<h1>{document.title}</h1><ol class="doc-info"><li>[发文机构] <span>{document.issuer}</span></li>'
        f"<li>[发文字号] <span>{document.number}</span></li><li>[成文日期] <span>{document.signed}</span></li>"
        f"<li>[发布日期] <span>{document.published}</span></li></ol>"
        '<div id="mainText"><p>各县区人民政府，市政府各部门：</p>'
        "<p>第一条　为了规范管理，根据有关法律法规，结合本市实际，制定本办法"
        "。</p><p>第二条　本办法适用于本市行政区域内的相关活动。</p>"
        "<p>第三条　本办法自印发之日起施行，有效期5年。</p></div>"
    )
