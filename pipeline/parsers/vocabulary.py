"""The closed vocabularies of official documents, as data.

What belongs here: words and what they mean, by meaning; adding a phrase is adding a word to its line. What does not:
regular expressions with logic, and anything that names one site, page or document.
"""

from collections.abc import Mapping
from typing import Final

from pipeline.parsers.records import Relation, Status


def _words(text: str) -> tuple[str, ...]:
    """Words parted by `|`."""
    return tuple(text.split("|"))


def _by_word(table: Mapping[str, str]) -> dict[str, str]:
    """Meaning to its words, turned round: word to meaning."""
    return {word: meaning for meaning, words in table.items() for word in _words(words)}


def _by_status(table: Mapping[Status, str]) -> dict[str, Status]:
    """As `_by_word`, for the statuses of force."""
    return {word: status for status, words in table.items() for word in _words(words)}


# --- labels of metadata boxes (disclosure catalogue, document libraries, article heads) -> our field
LABELS: Final[dict[str, str]] = _by_word(
    {
        "index": "索引号|信息索引号|索取号|信息索取号",
        "topic": "主题分类|信息分类|内容分类|分类|所属主题",
        "issuer": (
            "发文机关|发文机构|发文单位|发文部门|制发机关|制发单位|制发部门|制定机关|制定单位|颁布单位|颁布机关|颁布部门|印发机关|"
            "公布机关"
        ),
        "publisher": "发布机构|发布机关|发布单位|发布部门|公开机构|公开主体",
        "joint": "联合发文单位|联合发文机构|联合发文机关|联合发文部门",
        "signed": "成文日期|生成日期|成文时间|生成时间|签署日期|签发日期|签发时间|发文日期|发文时间|制定日期|产生日期",
        "printed": "印发日期",
        "published": (
            "发布日期|发布时间|发表时间|公开日期|公开时间|公布日期|公布时间|颁布日期|上传时间|上网时间|上网日期|发稿时间|信息提供日期|"
            "信息提供时间|时间|日期"
        ),
        "updated": "更新时间|更新日期",
        "effective": "实施日期|生效日期|施行日期|实施时间|生效时间|施行时间|执行日期",
        "repealed": "废止日期|废止时间",
        "expiry": "失效日期|失效时间|有效期至|有效期截止|截止有效期",
        "validity": "有效期|有效期限|有效期间|有效时间",
        "status": (
            "有效性|时效性|文件状态|效力状态|是否有效|时效|有效状态|效力|时效状态|文件效力|文件时效|公文时效|文件有效性"
        ),
        "title": "标题|名称|信息名称|文件名称|文件标题|信息标题",
        "number": "发文字号|文号|发文文号|发文号|文件编号|文件字号|文件文号|文件号|公文文号|公文编号|发布文号",
        "keywords": "主题词|关键词",
        "register": "统一编号|统一登记号|登记号|备案登记号|备案编号",
        "form": "公文种类|体裁分类|文种|信息类别",
        "disclosure": "公开方式",
        "source": "来源|信息来源|稿源|文章来源|内容来源",
        "printed_in": "文件来源",
        "author": "作者|责任编辑",
        "noise": "浏览量|浏览次数|访问量|点击数|点击量|阅读次数|阅读量|字号|字体|字体大小|浏览字号|打印|分享|分享到",
    }
)
ENGLISH_LABELS: Final[dict[str, str]] = _by_word(
    {
        "source": "Source|Article source",
        "published": "Upload time|Published|Publish date|Published on|Release time|Release date|Publication date|Date",
        "updated": "Updated|Last updated|Update",
        "number": "Document number|Document No.|Doc. No.|Document No|Reference number|Reference No.",
        "issuer": ("Issued by|Issuing authority|Issuing body|Issuing agency|Issuing department|Promulgated by"),
        "signed": (
            "Date of issue|Issue date|Date issued|Date of issuance|Issued on|Promulgation date|Date of promulgation"
        ),
        "effective": "Effective date|Date of effect|Implementation date|Date of entry into force|Effective from",
        "expiry": "Expiry date|Expiration date|Valid until",
        "repealed": "Date of repeal|Repeal date",
        "status": "Status|Validity|Validity status|Effectiveness",
        "index": "Index number|Index No.",
        "topic": "Subject category|Topic|Category",
        "noise": "Views",
        "author": "Author|Editor",
    }
)
WEAK_LABELS: Final = frozenset(
    _words("作者|分享|分类|名称|打印|效力|日期|时效|时间|标题|有效期|有效期限|有效期间|有效时间|登记号|生成时间")
)
"""Words that are labels only beside others: alone they also stand in forms, tables and running text."""
BOX_FIELDS: Final = frozenset(
    _words(
        "effective|expiry|form|index|issuer|joint|keywords|number|publisher|register|repealed|signed|status|title|topic"
    )
)
BLANKS: Final = frozenset(_words("|()|()号|-|--|---|----|/|None|[]|[]号|null|—|——|〔〕|〔〕号|年第号|待定|无|暂无|空"))

JSON_LABELS: Final[dict[str, str]] = _by_word(
    {
        "发文字号": "documentno|document_number|documentnumber|docno|fwzh|wenhao|wh|pcode|filenum|fileno",
        "索引号": "identifier|indexno|index_number|indexnumber|syh|idxid",
        "发文机关": "fwjg|fwjg_name|puborg|issuer|fbjg|pub_org|zdjgname",
        "发布机构": "publisher|docsource|pubunit|publish_org",
        "发布日期": "publishdate|publish_date|first_publish_time|publish_time|fbrq|pubtime|pub_date|releasedate|gbrq",
        "成文日期": "builddate|cwrq|written_date|docdate|signdate",
        "实施日期": "sxrq|effective_date|effectivedate",
        "主题分类": "classify_theme_name|ztfl_name|childtype|zhutiname",
        "有效性": "yxx|validity|effectiveness",
    }
)
"""Keys of documents that come as JSON -> the label that a page would print."""
JSON_TITLES: Final = frozenset(_words("title|doctitle|bt|docname|articletitle|doctitletext"))

# --- what portals print about force
STATUS_WORDS: Final[dict[str, Status]] = _by_status(
    {
        "in_force": (
            "有效|现行有效|全文有效|有效(延续实施)|继续有效|现行|是|生效|已生效|有效(延续)|正在施行|执行中|长期有效|有效期内|"
            "未失效|未废止|施行中|实施中|有效(现行有效)|现行有效(全文有效)"
        ),
        "not_yet_in_force": "尚未生效|未生效|即将生效|尚未实施|尚未施行|未施行|待生效",
        "amended": "已修改|已修订|已被修改|已被修订|修改|修订|有效(已修改)|有效(已修订)|部分修改|部分修订|已修正",
        "partially_in_force": "部分失效|条款失效|部分有效|部分废止|部分条款失效|部分条款废止|条款废止|部分条款有效",
        "repealed": "废止|已废止|全文废止|失效(提前废止)|提前废止|已被废止|宣布废止|已宣布废止|失效(废止)|全部废止",
        "not_in_force": (
            "失效|全文失效|否|已失效|无效|宣布失效|已宣布失效|到期失效|自动失效|自然失效|全部失效|已过期|过期|失效(到期失效)"
        ),
    }
)
ENGLISH_STATUS: Final[dict[str, Status]] = _by_status(
    {
        "in_force": "in force|effective|valid|currently effective|in effect|currently in force",
        "not_yet_in_force": "not yet effective|not yet in force|to take effect",
        "amended": "amended|revised|modified",
        "partially_in_force": "partially invalid|partially repealed|partially effective|partially in force",
        "repealed": "repealed|abolished|annulled",
        "not_in_force": "expired|invalid|no longer in force|no longer effective|ineffective|lapsed|not in force",
    }
)
"""The same in English, in small letters; only beside a label."""

PLAIN_STATUS: Final = _words(
    "全文有效|现行有效|全文失效|全文废止|条款失效|条款废止|部分失效|部分废止|部分有效|尚未生效|已被废止|已废止|已失效|已修改"
)
"""Status words that say so without a label: beside a number or a day at the head of a page, in brackets at a title."""

# --- what a document is called: the last word of its title
DOCUMENT_TYPES: Final = _words(
    "通知|意见|办法|规定|条例|决定|批复|复函|公告|通告|通报|细则|实施细则|方案|规划|计划|措施|命令|决议|纲要|"
    "答复|规则|章程|准则|规范|标准|预案|公报|议案|函|令|解释|规程|若干政策|政策措施|若干规定|行动|目录|法|"
    "宪法|修正案|制度|公约|指导意见|指南|导则|要点|清单|基准"
)
NOTICE_TYPES: Final = _words("通知|意见|决定|批复|复函|公告|通告|通报|命令|决议|答复|议案|函|令|公报|请示|报告")
OWN_NOUNS: Final = _words(
    "实施办法|暂行办法|试行办法|管理办法|实施细则|实施方案|实施意见|暂行规定|指导意见|若干措施|行动计划|"
    "工作方案|政策措施|通知|意见|办法|规定|条例|决定|批复|公告|通告|通报|细则|方案|规划|计划|措施|命令|决议|"
    "纲要|规则|章程|准则|规范|预案|政策|文件|令|制度|规程|标准|法|清单|目录|指南|指引|规章|解释|函|修正案|"
    "基准"
)
"""What a document calls itself after 本: 本办法, 本通知."""

# --- what sites call themselves and their parts
SITE_NAME_ENDS: Final = _words(
    "网站|门户网|门户|政府网|信息网|政务网|首页|政府信息公开|政务公开|信息公开|信息公开目录|公开平台|服务平台|专栏|频道|"
    "新闻网|日报|官网|详情|正文|详细页|内容页|政策文件|规范性文件|政府文件|通知公告|法规库|文件库|政策库"
)
"""How the name of a site or of its part ends; such a heading is no title of a document."""
SITE_TITLE_WORDS: Final = _words("热词|热搜|搜索|无障碍|长者|适老|关怀版|欢迎您|欢迎访问|本网站|登录|注册|收藏|扫一扫")
"""Words in headings that belong to the furniture of a site."""

# --- kinds of page
COLUMN_KINDS: Final[dict[str, str]] = _by_word(
    {
        "interpretation": "政策解读|文件解读|解读|回应关切|政策图解|图解|政策问答|interpretation",
        "press_conference": "新闻发布会|发布会|政策吹风会|press conference",
        "news": "工作动态|媒体聚焦|要闻|新闻|新闻动态|政务动态|部门动态|图片新闻|媒体报道|时政要闻|今日要闻|领导活动",
        "guide": "办事指南|服务指南|办事服务|常见问题|便民服务|热点问答",
        "policy": (
            "政策文件|规范性文件|行政规范性文件|信息公开目录|政府公报|政府文件|行政法规|地方性法规|政府规章|"
            "法规规章|国务院文件|国务院部门文件|部门文件|文件发布|法律|法律解释|部门规章|监察法规|司法解释"
        ),
    }
)
"""ColumnType, ColumnName and listed kinds. Whole words, or the end of a longer name."""
INTERPRETATION_WORDS: Final = _words(
    "解读|图解|一图读懂|读懂|答记者问|政策问答|起草说明|政策说明|一图看懂|释义|专家谈|编制说明|有关情况说明|情况的说明"
)
PRESS_WORDS: Final = _words("新闻发布会|发布会|吹风会|press conference|press briefing|news conference|记者会")
GUIDE_WORDS: Final = _words(
    "办事指南|服务指南|常见问题|问题解答|问答|详解|简介|申请指引|办理指引|操作指引|办理流程|申领指南|"
    "一问一答|攻略|热点问|你问我答|办理指南|申报指南|政策清单|请查收|怎么办|如何办理"
)

DRAFT_WORDS: Final = _words("征求意见|征集意见|公开征集|意见征集|公开征求|意见稿|草案|送审稿")
"""Titles of drafts: what they say of force is not so yet."""
CASE_WORDS: Final = _words(
    "公示|中标|成交公告|成交结果|采购公告|采购项目|招标|磋商|询价|流标|废标|竞买|拍卖|出让公告|招聘|招考|录用|面试|体检|"
    "拟认定|拟入选|拟推荐|拟批准|领导简介|机构职能|工作年度报告|预算公开|决算公开|部门预算|部门决算"
)
"""Titles of single cases, tenders, appointments and reports: like notices in form, no policies in substance."""

# --- bodies
BODY_SUFFIXES: Final = _words(
    "领导小组办公室|联席会议办公室|领导小组|联席会议|指挥部|委员会办公室|人民代表大会常务委员会|人大常委会|"
    "人民代表大会|人民政府办公厅|人民政府办公室|人民政府|办公厅|办公室|委员会|联合会|管理局|监督局|管委会|"
    "总局|国务院|政府|法院|检察院|研究院|科学院|工程院|银行|总工会|协会|学会|中心|统战部|宣传部|组织部|"
    "交易所|办事处|街道办|建设兵团|集团公司|集团|公司|大学|学院|常委会|军委|中央|总署|支队|总队|大队|部|委|局|厅|署|"
    "办|司|院|会|行|社|处|站|所|馆|室|组"
)
"""How the name of an issuing body ends; longest first where one contains another."""
BARE_BUREAUS: Final = _words("办公厅|办公室|科技司|秘书处|秘书局")
NATIONAL_BODIES: Final = _words(
    "国务院办公厅|国务院|中共中央办公厅|中共中央|中央军委办公厅|全国人大常委会|最高人民法院|最高人民检察院|"
    "国家发展和改革委员会|国家发展改革委|工业和信息化部|科学技术部|科技部|教育部|公安部|民政部|司法部|财政部|"
    "人力资源和社会保障部|人力资源社会保障部|自然资源部|生态环境部|住房和城乡建设部|住房城乡建设部|"
    "交通运输部|水利部|农业农村部|商务部|文化和旅游部|国家卫生健康委员会|国家卫生健康委|应急管理部|"
    "中国人民银行|人民银行|审计署|国务院国有资产监督管理委员会|国务院国资委|国资委|海关总署|国家税务总局|"
    "税务总局|国家市场监督管理总局|市场监管总局|国家广播电视总局|广电总局|国家体育总局|国家统计局|"
    "国家医疗保障局|国家医保局|国家标准化管理委员会|国家标准委|国家能源局|国家知识产权局|国家数据局|"
    "国家网信办|国家互联网信息办公室|中央网信办|金融监管总局|国家金融监督管理总局|中国证监会|中国银保监会|"
    "国家药监局|国家林草局|国家铁路局|中国民用航空局|国家邮政局|国家文物局|国家疾控局|退役军人部|"
    "退役军人事务部|外交部|国防部|国家民委|国家安全部|国家外汇局|国家外汇管理局|共青团中央|全国总工会|"
    "全国妇联|全国工商联|中国残联|国家粮食和储备局|国家矿山安监局|国家中医药局"
)
"""National bodies: only used to cut names that are printed with nothing between them."""
SITE_SOURCES: Final = frozenset(_words("互联网|原创|未知|本站|本站原创|本网|本网站|本网讯|网站|转载"))

# --- force: what a document says of its own start and end
FORCE_VERBS: Final = _words("施行|实施|执行|试行|实行|生效|试点")
"""自…起施行."""
ISSUE_WORDS: Final = _words("印发|下发|发文|下文|签发|颁发|发出")
"""自…之日起施行: the day of the document."""
PUBLICATION_WORDS: Final = _words("发布|公布|颁布|公告|刊登")
"""自…之日起施行: the day on which it was made public."""
TERM_WORDS: Final = _words(
    "有效期限|有效期|试行期限|试行期|执行期限|执行期|实施期限|施行期限|实施期|施行期|政策期限|暂行期|有效时间|有效期间|执行时间|"
    "有效试行期|试点期限|试点期"
)
"""…为5年: how long it holds."""

# --- goals and figures
COUNTED_UNITS: Final = _words(
    "%|％|‰|个百分点|百分点|元|美元|家|户|人次|人|个|项目|项|件|所|座|台套|台|套|辆|艘|架|亩|公顷|平方公里|平方千米|平方米|立方米|"
    "公里|千米|吨标准煤|吨|千瓦时|千瓦|度|处|名|条|岁|次|场|张|册|部|支|只|间|床|倍|米|公斤|种|类|批|期|队|对|片|块|宗|笔"
)
"""What is counted: the word behind a figure."""
REACHING_WORDS: Final = _words(
    "达到|达|超过|突破|提高到|提升到|增长到|增至|增加到|扩大到|不低于|不少于|保持在|稳定在|控制在|下降到|降低到|降到|降至|压减到|"
    "提高至|提升至|增加至|增长至|下降至|降低至"
)
"""企业达到500家."""
DOING_WORDS: Final = _words(
    "培育|建成|打造|引进|认定|创建|建设|形成|推广|实现|完成|改造|新建|新培育|改扩建|推动|支持|发展|培养|培训|布局|扶持|设立|"
    "选树|遴选|孵化|集聚|制定|组织"
)
"""培育专精特新企业500家."""

# --- relations: the verb, and whether what it governs stands before it
REPEAL_AFTER: Final = _words(
    "同时废止|予以废止|即行废止|自行废止|相应废止|一并废止|同时失效|自行失效|自动失效|宣布失效|同时停止执行|"
    "停止执行|停止施行|停止使用|不再执行|不再施行|不再适用|同时终止执行|终止执行|予以撤销|即予废止|均废止|"
    "废止|失效"
)
"""Verbs whose object stands before them: 《X》同时废止."""
REPEAL_BEFORE: Final = _words("决定废止|现废止|现予废止|同意废止|废止以下|废止下列|废止|停止执行")
"""Verbs whose object follows: 现决定废止《X》."""
EXTEND_WORDS: Final = _words(
    "有效期延长|延长有效期|有效期调整|有效期延续|有效期顺延|继续执行|继续有效|延续执行|延续实施|继续实施|"
    "执行期限延长|延期执行|延长执行|延长实施|实施期限延长|延长至|延续至|延长到"
)
SUSPEND_WORDS: Final = _words(
    "暂停执行|暂停实施|暂停施行|暂时停止执行|暂缓执行|暂停适用|暂时调整实施|暂时调整适用|停止适用"
)
AMEND_WORDS: Final = _words(
    "修改为|作如下修改|作出修改|予以修改|予以修订|进行修改|作出如下修改|修订为|决定修改|调整为|修改如下"
)
RELATION_ORDER: Final[tuple[Relation, ...]] = (
    "repeals",
    "partially_repeals",
    "suspends",
    "extends",
    "amends",
    "interprets",
    "based_on",
    "mentions",
)
"""When one document is named twice, the stronger relation is kept beside the weaker ones."""

PAPER_WORDS: Final = _words(
    "证|证书|执照|牌照|护照|证明|凭证|票据|发票|收据|回执|存根|手册|标志牌|合格证|"
    "申请表|登记表|备案表|审批表|汇总表|统计表|信息表|情况表|推荐表|评分表|明细表|一览表|报名表|调查表|报告表|报表|清册|台账|表|"
    "申请书|承诺书|责任书|委托书|协议书|通知书|决定书|告知书|意见书|确认书|证明书|报告书|保证书|授权书|建议书|任务书|说明书|"
    "计划书|申报书|花名册|合同书|合同|合作协议|服务协议|委托协议|监管协议|租赁协议|安置协议|补充协议|日报|晚报|早报|时报|商报|都市报|青年报|周报|周刊|杂志|新闻联播"
)
"""How papers end that are named in 《》 and are no documents of rules: certificates, forms, contracts, newspapers."""

# --- pages that are not what they should be
CHALLENGE_WORDS: Final = _words(
    "安全验证|访问拦截|访问被阻断|造成安全威胁|人机验证|滑动验证|请完成验证|请输入验证码|访问验证|浏览器安全检查|正在验证|请开启javascript|"
    "请启用javascript|enable javascript and cookies|checking your browser|just a moment|verify you are human|"
    "captcha|访问过于频繁|请求过于频繁|访问频率过高|您的访问被拦截|请求已被拦截|访问已被拦截|访问被拦截|请求被拦截|被云防护拦截|"
    "web应用防火墙|安全狗|云盾|ddos protection|attention required|access denied|请稍候，正在|"
    "正在进行安全检测|安全检测中|网站防火墙|请稍候|验证码|安全检查"
)
ERROR_WORDS: Final = _words(
    "404 not found|页面不存在|页面未找到|您访问的页面|找不到该页|找不到页面|无法找到|文章不存在|信息不存在|"
    "内容不存在|已被删除|已删除|502 bad gateway|503 service|500 internal server error|504 gateway|"
    "403 forbidden|not found|系统繁忙|服务器错误|服务不可用|系统维护|站点维护|error 404|http status 404|"
    "访问出错|出错了|抱歉，您要|page not found|nginx error|信息已被撤销|该信息已|文章已被撤销|信息已下线|文章已下线|"
    "无权访问|没有访问权限|无访问权限|登录后方可查看|登录后查看"
)

# --- lines of the site inside the text: dropped
TAIL_WORDS: Final = _words(
    "相关链接|相关政策|相关解读|相关新闻|相关文章|相关文件|相关稿件|相关阅读|相关信息|相关附件|解读链接|"
    "延伸阅读|推荐阅读|热门推荐|猜你喜欢|关联解读|关联文件|政策关联|扫一扫|扫码|上一篇|下一篇|相关推荐|"
    "related links|related articles|相关报道|最新文章|热点新闻"
)
NOISE_WORDS: Final = _words(
    "版权所有:|版权所有：|版权所有 |版权所有©|版权所有(c)|网站标识码|"
    "浏览次数|浏览量|阅读次数|阅读量|点击数|点击量|访问量|访问次数|页面生成时间|生成时间|当前时间|返回顶部|"
    "关闭窗口|打印本页|打印此页|【打印】|【关闭】|分享到|扫一扫|字号：|字体：|责任编辑|当前位置|您当前所在|"
    "您现在的位置|您当前的位置|views:|page views|手机打开当前页|我要纠错|收藏本页|【纠错】|【返回顶部】|"
    "浏览字号|字体大小|您所在的位置|本页面浏览|今日访问|点击查看政策解读|点击进入|访问人数|网友评论|我要评论|语音播报|视力保护色"
)
FILE_TYPES: Final = _words("pdf|doc|docx|xls|xlsx|wps|et|ofd|zip|rar|ppt|pptx|7z|txt|csv|jpg?|ceb|rtf")
BODY_TOKENS: Final = _words(
    "content|article|zoom|editor|maintext|con_con|detail|body|text|neirong|txt|main|news|wenzhang|zhengwen"
)
"""Pieces of id and class that authors give to the box of the text; they only break ties."""
