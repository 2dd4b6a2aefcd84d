"""The closed vocabularies of official documents, as data.

What belongs here: words and what they mean, one line each; adding a phrase is adding a line. What does not: regular
expressions with logic, and anything that names one site, page or document.
"""

from typing import Final

from pipeline.parsers.records import Relation, Status

# --- labels of metadata boxes (disclosure catalogue, document libraries, article heads) -> our field
LABELS: Final[dict[str, str]] = {
    "索引号": "index", "信息索引号": "index", "索取号": "index", "信息索取号": "index",
    "主题分类": "topic", "信息分类": "topic", "内容分类": "topic", "分类": "topic", "所属主题": "topic",
    "发文机关": "issuer", "发文机构": "issuer", "发文单位": "issuer", "发文部门": "issuer", "制发机关": "issuer",
    "制定机关": "issuer", "制定单位": "issuer", "颁布单位": "issuer", "颁布机关": "issuer", "印发机关": "issuer",
    "发布机构": "publisher", "发布机关": "publisher", "发布单位": "publisher", "发布部门": "publisher",
    "公开机构": "publisher", "公开主体": "publisher",
    "联合发文单位": "joint", "联合发文机构": "joint", "联合发文机关": "joint", "联合发文部门": "joint",
    "成文日期": "signed", "生成日期": "signed", "成文时间": "signed", "签署日期": "signed", "发文日期": "signed",
    "发文时间": "signed", "制定日期": "signed", "产生日期": "signed",
    "印发日期": "printed",
    "发布日期": "published", "发布时间": "published", "发表时间": "published", "公开日期": "published",
    "公开时间": "published", "公布日期": "published", "颁布日期": "published", "上传时间": "published",
    "更新时间": "updated", "更新日期": "updated", "时间": "published", "日期": "published",
    "实施日期": "effective", "生效日期": "effective", "施行日期": "effective", "实施时间": "effective",
    "生效时间": "effective", "施行时间": "effective", "执行日期": "effective",
    "废止日期": "repealed", "废止时间": "repealed",
    "失效日期": "expiry", "失效时间": "expiry", "有效期至": "expiry", "有效期截止": "expiry", "截止有效期": "expiry",
    "有效性": "status", "时效性": "status", "文件状态": "status", "效力状态": "status", "是否有效": "status",
    "时效": "status", "有效状态": "status", "效力": "status", "时效状态": "status", "文件效力": "status",
    "标题": "title", "名称": "title", "信息名称": "title", "文件名称": "title", "文件标题": "title", "信息标题": "title",
    "发文字号": "number", "文号": "number", "发文文号": "number", "文件编号": "number", "文件字号": "number",
    "文件文号": "number", "公文文号": "number",
    "主题词": "keywords", "关键词": "keywords", "统一编号": "register", "统一登记号": "register",
    "公文种类": "form", "体裁分类": "form", "文种": "form", "信息类别": "form", "公开方式": "disclosure",
    "来源": "source", "信息来源": "source", "稿源": "source", "文件来源": "printed_in", "文章来源": "source",
    "内容来源": "source", "作者": "author", "责任编辑": "author", "浏览量": "noise", "浏览次数": "noise", "访问量": "noise",
    "点击数": "noise", "点击量": "noise", "阅读次数": "noise", "阅读量": "noise", "字号": "noise", "字体": "noise",
    "字体大小": "noise", "浏览字号": "noise", "打印": "noise", "分享": "noise", "分享到": "noise",
}  # fmt: skip
ENGLISH_LABELS: Final[dict[str, str]] = {
    "Source": "source", "Article source": "source", "Upload time": "published", "Published": "published",
    "Release time": "published", "Publication date": "published", "Date": "published", "Updated": "updated",
    "Document number": "number", "Issued by": "issuer", "Issuing authority": "issuer", "Effective date": "effective",
    "Views": "noise", "Author": "author",
}  # fmt: skip
WEAK_LABELS: Final = frozenset({"时间", "日期", "分类", "名称", "标题", "效力", "时效", "作者", "打印", "分享"})
"""Words that are labels only beside others: alone they also stand in forms, tables and running text."""
BOX_FIELDS: Final = frozenset(
    {"index", "topic", "issuer", "publisher", "joint", "signed", "effective", "repealed", "expiry", "status", "number",
     "title", "form", "keywords", "register"}
)  # fmt: skip
BLANKS: Final = frozenset({"", "-", "--", "---", "----", "—", "——", "无", "〔〕", "〔〕号", "[]", "[]号", "暂无", "空", "null",
                           "None", "/", "()", "()号", "年第号", "待定"})  # fmt: skip

# --- what portals print about force
STATUS_WORDS: Final[dict[str, Status]] = {
    "有效": "in_force", "现行有效": "in_force", "全文有效": "in_force", "有效(延续实施)": "in_force", "继续有效": "in_force",
    "现行": "in_force", "是": "in_force", "生效": "in_force", "已生效": "in_force", "有效(延续)": "in_force",
    "正在施行": "in_force", "执行中": "in_force",
    "尚未生效": "not_yet_in_force", "未生效": "not_yet_in_force", "即将生效": "not_yet_in_force",
    "已修改": "amended", "已修订": "amended", "已被修改": "amended", "修改": "amended", "有效(已修改)": "amended",
    "部分失效": "partially_in_force", "条款失效": "partially_in_force", "部分有效": "partially_in_force",
    "部分废止": "partially_in_force", "部分条款失效": "partially_in_force", "部分条款废止": "partially_in_force",
    "废止": "repealed", "已废止": "repealed", "全文废止": "repealed", "失效(提前废止)": "repealed", "提前废止": "repealed",
    "已被废止": "repealed", "宣布废止": "repealed", "失效(废止)": "repealed",
    "失效": "not_in_force", "全文失效": "not_in_force", "否": "not_in_force", "已失效": "not_in_force",
    "无效": "not_in_force", "宣布失效": "not_in_force", "到期失效": "not_in_force", "已过期": "not_in_force",
}  # fmt: skip

# --- what a document is called: the last word of its title
DOCUMENT_TYPES: Final = (
    "通知", "意见", "办法", "规定", "条例", "决定", "批复", "复函", "公告", "通告", "通报", "细则", "实施细则", "方案", "规划",
    "计划", "措施", "命令", "决议", "纲要", "答复", "规则", "章程", "准则", "规范", "标准", "预案", "公报", "议案", "函",
    "令", "解释", "规程", "若干政策", "政策措施", "若干规定", "行动", "目录", "法", "宪法", "修正案", "制度", "公约",
    "指导意见", "指南", "导则", "要点", "清单", "基准",
)  # fmt: skip
NOTICE_TYPES: Final = (
    "通知", "意见", "决定", "批复", "复函", "公告", "通告", "通报", "命令", "决议", "答复", "议案", "函", "令", "公报", "请示",
    "报告",
)  # fmt: skip
OWN_NOUNS: Final = (
    "实施办法", "暂行办法", "试行办法", "管理办法", "实施细则", "实施方案", "实施意见", "暂行规定", "指导意见", "若干措施",
    "行动计划", "工作方案", "政策措施", "通知", "意见", "办法", "规定", "条例", "决定", "批复", "公告", "通告", "通报", "细则",
    "方案", "规划", "计划", "措施", "命令", "决议", "纲要", "规则", "章程", "准则", "规范", "预案", "政策", "文件", "令",
    "制度", "规程", "标准", "法", "清单", "目录", "指南", "指引", "规章", "解释", "函", "修正案", "基准",
)  # fmt: skip
"""What a document calls itself after 本: 本办法, 本通知."""

# --- kinds of page
COLUMN_KINDS: Final[dict[str, str]] = {
    "政策解读": "interpretation", "文件解读": "interpretation", "解读": "interpretation", "回应关切": "interpretation",
    "政策图解": "interpretation", "图解": "interpretation", "政策问答": "interpretation", "interpretation": "interpretation",
    "新闻发布会": "press_conference", "发布会": "press_conference", "政策吹风会": "press_conference",
    "press conference": "press_conference",
    "工作动态": "news", "媒体聚焦": "news", "要闻": "news", "新闻": "news", "新闻动态": "news", "政务动态": "news",
    "部门动态": "news", "图片新闻": "news", "媒体报道": "news", "时政要闻": "news", "今日要闻": "news", "领导活动": "news",
    "办事指南": "guide", "服务指南": "guide", "办事服务": "guide", "常见问题": "guide", "便民服务": "guide", "热点问答": "guide",
    "政策文件": "policy", "规范性文件": "policy", "行政规范性文件": "policy", "信息公开目录": "policy", "政府公报": "policy",
    "政府文件": "policy", "行政法规": "policy", "地方性法规": "policy", "政府规章": "policy", "法规规章": "policy",
    "国务院文件": "policy", "国务院部门文件": "policy", "部门文件": "policy", "文件发布": "policy",
}  # fmt: skip
"""ColumnType, ColumnName and listed kinds. Whole words, or the end of a longer name."""
INTERPRETATION_WORDS: Final = (
    "解读", "图解", "一图读懂", "读懂", "答记者问", "政策问答", "起草说明", "政策说明", "一图看懂", "释义", "专家谈", "编制说明",
    "有关情况说明", "情况的说明",
)  # fmt: skip
PRESS_WORDS: Final = ("新闻发布会", "发布会", "吹风会", "press conference", "press briefing", "news conference", "记者会")
GUIDE_WORDS: Final = (
    "办事指南", "服务指南", "常见问题", "问题解答", "问答", "详解", "简介", "申请指引", "办理指引", "操作指引", "办理流程",
    "申领指南", "一问一答", "攻略", "热点问", "你问我答", "办理指南", "申报指南", "政策清单", "请查收", "怎么办", "如何办理",
)  # fmt: skip

# --- bodies
BODY_SUFFIXES: Final = (
    "领导小组办公室", "联席会议办公室", "领导小组", "联席会议", "指挥部", "委员会办公室", "人民代表大会常务委员会", "人大常委会",
    "人民代表大会", "人民政府办公厅", "人民政府办公室", "人民政府", "办公厅", "办公室", "委员会", "联合会", "管理局", "监督局", "管委会", "总局",
    "国务院", "政府", "法院", "检察院", "研究院", "科学院", "工程院", "银行", "总工会", "协会", "学会", "中心", "统战部", "宣传部",
    "组织部", "交易所", "办事处", "街道办", "集团公司", "集团", "公司", "大学", "学院", "常委会", "军委", "中央", "总署", "支队",
    "总队", "大队", "部", "委", "局", "厅", "署", "办", "司", "院", "会", "行", "社", "处", "站", "所", "馆", "室", "组",
)  # fmt: skip
"""How the name of an issuing body ends; longest first where one contains another."""
BARE_BUREAUS: Final = ("办公厅", "办公室", "科技司", "秘书处", "秘书局")
NATIONAL_BODIES: Final = (
    "国务院办公厅", "国务院", "中共中央办公厅", "中共中央", "中央军委办公厅", "全国人大常委会", "最高人民法院", "最高人民检察院",
    "国家发展和改革委员会", "国家发展改革委", "工业和信息化部", "科学技术部", "科技部", "教育部", "公安部", "民政部", "司法部",
    "财政部", "人力资源和社会保障部", "人力资源社会保障部", "自然资源部", "生态环境部", "住房和城乡建设部", "住房城乡建设部",
    "交通运输部", "水利部", "农业农村部", "商务部", "文化和旅游部", "国家卫生健康委员会", "国家卫生健康委", "应急管理部",
    "中国人民银行", "人民银行", "审计署", "国务院国有资产监督管理委员会", "国务院国资委", "国资委", "海关总署",
    "国家税务总局", "税务总局", "国家市场监督管理总局", "市场监管总局", "国家广播电视总局", "广电总局", "国家体育总局",
    "国家统计局", "国家医疗保障局", "国家医保局", "国家标准化管理委员会", "国家标准委", "国家能源局", "国家知识产权局",
    "国家数据局", "国家网信办", "国家互联网信息办公室", "中央网信办", "金融监管总局", "国家金融监督管理总局", "中国证监会",
    "中国银保监会", "国家药监局", "国家林草局", "国家铁路局", "中国民用航空局", "国家邮政局", "国家文物局", "国家疾控局",
    "退役军人部", "退役军人事务部", "外交部", "国防部", "国家民委", "国家安全部", "国家外汇局", "国家外汇管理局", "共青团中央",
    "全国总工会", "全国妇联", "全国工商联", "中国残联", "国家粮食和储备局", "国家矿山安监局", "国家中医药局",
)  # fmt: skip
"""National bodies: only used to cut names that are printed with nothing between them."""
SITE_SOURCES: Final = frozenset({"本网", "本站", "原创", "本站原创", "本网讯", "网站", "互联网", "转载", "未知", "本网站"})

# --- relations: the verb, and whether what it governs stands before it
REPEAL_AFTER: Final = (
    "同时废止", "予以废止", "即行废止", "自行废止", "相应废止", "一并废止", "同时失效", "自行失效", "自动失效", "宣布失效", "同时停止执行",
    "停止执行", "停止施行", "停止使用", "不再执行", "不再施行", "不再适用", "同时终止执行", "终止执行", "予以撤销", "即予废止", "均废止",
    "废止", "失效",
)  # fmt: skip
"""Verbs whose object stands before them: 《X》同时废止."""
REPEAL_BEFORE: Final = ("决定废止", "现废止", "现予废止", "同意废止", "决定对", "废止以下", "废止下列", "废止")
"""Verbs whose object follows: 现决定废止《X》."""
EXTEND_WORDS: Final = (
    "有效期延长", "延长有效期", "有效期调整", "有效期延续", "有效期顺延", "继续执行", "继续有效", "延续执行", "延续实施", "继续实施",
    "执行期限延长", "延期执行", "延长执行", "延长实施", "实施期限延长", "延长至", "延续至", "延长到",
)  # fmt: skip
SUSPEND_WORDS: Final = ("暂停执行", "暂停实施", "暂停施行", "暂时停止执行", "暂缓执行", "暂停适用", "暂时调整实施", "停止适用")
AMEND_WORDS: Final = ("修改为", "作如下修改", "作出修改", "予以修改", "进行修改", "作出如下修改", "修订为", "决定修改", "调整为", "修改如下")
RELATION_ORDER: Final[tuple[Relation, ...]] = (
    "repeals", "partially_repeals", "suspends", "extends", "amends", "interprets", "based_on", "mentions",
)  # fmt: skip
"""When one document is named twice, the stronger relation is kept beside the weaker ones."""

# --- pages that are not what they should be
CHALLENGE_WORDS: Final = (
    "安全验证", "人机验证", "滑动验证", "请完成验证", "请输入验证码", "访问验证", "浏览器安全检查", "正在验证", "请开启javascript", "请启用javascript",
    "enable javascript and cookies", "checking your browser", "just a moment", "verify you are human", "captcha",
    "访问过于频繁", "请求过于频繁", "访问频率过高", "您的访问被拦截", "访问被拦截", "请求被拦截", "被云防护拦截", "web应用防火墙", "安全狗", "云盾",
    "ddos protection", "attention required", "access denied", "请稍候，正在", "正在进行安全检测", "安全检测中", "网站防火墙",
    "请稍候", "验证码", "安全检查",
)  # fmt: skip
ERROR_WORDS: Final = (
    "404 not found", "页面不存在", "页面未找到", "您访问的页面", "找不到该页", "找不到页面", "无法找到", "文章不存在", "信息不存在", "内容不存在",
    "已被删除", "已删除", "502 bad gateway", "503 service", "500 internal server error", "504 gateway", "403 forbidden",
    "not found", "系统繁忙", "服务器错误", "服务不可用", "系统维护", "站点维护", "error 404", "http status 404", "访问出错", "出错了",
    "抱歉，您要", "page not found", "nginx error",
)  # fmt: skip

# --- lines of the site inside the text: dropped
TAIL_WORDS: Final = (
    "相关链接", "相关政策", "相关解读", "相关新闻", "相关文章", "相关文件", "相关稿件", "相关阅读", "相关信息", "相关附件", "解读链接", "延伸阅读",
    "推荐阅读", "热门推荐", "猜你喜欢", "关联解读", "关联文件", "政策关联", "扫一扫", "扫码", "上一篇", "下一篇", "相关推荐",
    "related links", "related articles", "相关报道", "最新文章", "热点新闻",
)  # fmt: skip
NOISE_WORDS: Final = (
    "浏览次数", "浏览量", "阅读次数", "阅读量", "点击数", "点击量", "访问量", "访问次数", "页面生成时间", "生成时间", "当前时间", "返回顶部", "关闭窗口",
    "打印本页", "打印此页", "【打印】", "【关闭】", "分享到", "扫一扫", "字号：", "字体：", "责任编辑", "当前位置", "您当前所在", "您现在的位置",
    "您当前的位置", "views:", "page views", "手机打开当前页", "我要纠错", "收藏本页", "【纠错】", "【返回顶部】", "浏览字号", "字体大小", "您所在的位置",
    "本页面浏览", "今日访问", "点击查看政策解读", "点击进入", "访问人数",
)  # fmt: skip
FILE_TYPES: Final = ("pdf", "doc", "docx", "xls", "xlsx", "wps", "et", "ofd", "zip", "rar", "ppt", "pptx", "7z", "txt", "csv", "jpg?",
                     "ceb", "rtf")  # fmt: skip
BODY_TOKENS: Final = (
    "content", "article", "zoom", "editor", "maintext", "con_con", "detail", "body", "text", "neirong", "txt", "main", "news",
    "wenzhang", "zhengwen",
)  # fmt: skip
"""Pieces of id and class that authors give to the box of the text; they only break ties."""
