"""Characters: traditional mirrors to simplified, invisible and full-width forms.

What belongs here: which script a page is in, and the conversions. What does not: comparing (`normal`).
OpenCC is loaded on first use only.
"""

import functools
import re
from typing import Any, Final

_HANT: Final = frozenset(
    "國務發關於辦實業權與門個體對應產資會業經機構為過開從這樣電動務應證報時間規劃農車東聯網請當點類員選費質條壓題長後來進項區級險設決廳縣"
)
_HANS: Final = frozenset(
    "国务发关于办实业权与门个体对应产资会经机构为过开从这样电动证报时间规划农车东联网请当点类员选费质条压题长后来进项区级险设决厅县"
)
_ONLY_HANT: Final = re.compile("[" + "".join(sorted(_HANT - _HANS)) + "]")
_ONLY_HANS: Final = re.compile("[" + "".join(sorted(_HANS - _HANT)) + "]")
_SAMPLE: Final = 6000
_CJK: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]{1,6000}")
_LATIN: Final = re.compile(r"[A-Za-z]{1,6000}")
_UNSEEN: Final = r"\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b\x0e-\x1f\x7f-\x9f"
_INVISIBLE: Final = re.compile(f"[{_UNSEEN}]")
_WIDE_CODES: Final = (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
_WIDE: Final = {code: code - 0xFEE0 for code in _WIDE_CODES} | {
    ord("％"): "%", ord("．"): ".", ord("＋"): "+", ord("－"): "-", ord("／"): "/",
}  # fmt: skip
_ODD: Final = re.compile(f"[{_UNSEEN}\uff10-\uff19\uff21-\uff3a\uff41-\uff5a％．＋－／]")
# What tw2sp leaves of mirrors that were converted by machine with a vocabulary.
# Words that tw2sp takes for computing terms and official documents use as they stand; each with its simplified form.
_KEPT_PAIRS: Final = (
    "執行:执行 指標:指标 座標:坐标 坐標:坐标 核心:核心 建立:建立 資料:资料 查詢:查询 檔案:档案 文件:文件"
    " 程序:程序 複製:复制 效能:效能 整合:整合 序列:序列 互動:互动 儲存:储存 裝置:装置 復函:复函 覆函:复函"
    " 開啟:开启 線上:线上 設定:设定 區域:区域 高階:高端 新增:新增 補貼:补贴 行程:行程 進程:进程 窗口:窗口"
    " 社區:社区 項目:项目 地址:地址 客戶:客户 記憶:记忆 宣告:宣告 檢視:检视 聯絡:联络 接受:接受 通訊:通讯"
    " 智慧城市:智慧城市 智慧農業:智慧农业 智慧養老:智慧养老 智慧教育:智慧教育 智慧醫療:智慧医疗"
    " 智慧交通:智慧交通 智慧社區:智慧社区 智慧旅遊:智慧旅游 智慧物流:智慧物流 智慧監管:智慧监管"
    " 智慧法院:智慧法院 智慧政務:智慧政务"
    " 啟用:启用 即時:即时 正規化:正规化 存檔:存档 點選:点选"
)
_KEPT: Final = dict(pair.split(":") for pair in _KEPT_PAIRS.split())
_KEPT_WORDS: Final = re.compile("|".join(sorted(_KEPT, key=len, reverse=True)))
_JOINER: Final = "\u2060"
_LEFTOVERS: Final = (
    (re.compile("高品质(?=发展|建设|推动|推进|供给|增长|完成|服务|开放|就业|转型|共建)"), "高质量"),
    (re.compile("(?<=推动|实现|促进|加快)高品质"), "高质量"),
    (
        re.compile("品质(?=管理|体系|监督|检验|标准|安全|基础设施|提升|控制|认证|保证|强国|发展|、计量|和效益|与效益)"),
        "质量",
    ),
    (re.compile("智慧(?=财产)"), "知识"),
    (re.compile("高水准"), "高水平"),
    (re.compile("(?<=信息|数据|资源|设施)共用|共用(?=制造|经济|机制|平台)"), "共享"),
)


def clean(text: str) -> str:
    """`text` in one line: no invisible characters, one blank for any white space, letters and digits half-width."""
    if not text.isascii() and _ODD.search(text):
        text = _INVISIBLE.sub("", text).translate(_WIDE)
    elif not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def is_traditional(text: str) -> bool:
    """Whether `text` is printed in traditional characters; a name or a quote in them does not make it so."""
    if _ONLY_HANT.search(text) is None:
        return False
    traditional = len(_ONLY_HANT.findall(text))
    return traditional > 2 and traditional > 2 * len(_ONLY_HANS.findall(text))  # noqa: PLR2004


def script_of(text: str) -> str | None:
    """ISO 15924 script: `Hans`, `Hant`, `Latn`; None for text without letters."""
    sample = text[:_SAMPLE]
    if is_traditional(sample):
        return "Hant"
    chinese = 0
    for run in _CJK.finditer(sample):
        chinese += len(run[0])
        # Whatever the rest is, it has not eight times as many Latin letters.
        if chinese * 8 > len(sample) - chinese:
            return "Hans"
    latin = sum(map(len, _LATIN.findall(sample)))
    if chinese * 8 > latin:
        return "Hans"
    return "Latn" if latin else None


@functools.lru_cache(maxsize=1)
def _converter() -> Any:  # noqa: ANN401 - opencc ships no types
    import opencc  # noqa: PLC0415 - its dictionaries take time to load; most pages are simplified

    return opencc.OpenCC("tw2sp")


def simplify(text: str) -> str:
    """Traditional text, also machine-converted with Taiwan vocabulary, in simplified characters and mainland words."""
    # A joiner inside a word keeps the converter's phrases from seeing it.
    kept = _KEPT_WORDS.sub(lambda match: _JOINER.join(_KEPT[match[0]]), text)
    converted: str = _converter().convert(kept).replace(_JOINER, "")
    for pattern, word in _LEFTOVERS:
        converted = pattern.sub(word, converted)
    return converted


# Words that tw2sp changes although they are printed alike in both scripts. It cannot tell whether a mirror means its
# own word or the mainland's, so digests take both for one.
_ALIKE_PAIRS: Final = (
    "智慧:智能 显著:显着 卓著:卓着 著称:着称 著录:着录 著书:着书 著于:着于 支援:支持 批次:批量"
    " 品质:质量 遮蔽:屏蔽 外接:外置 使用者:用户 工作列:任务栏 埠:端口 元件:组件 控制元件:控件"
    " 呼叫:调用 影像:图像 影印:复印 影片:视频 稽核:审核 物件:对象 停用:禁用 登入:登录 登出:注销"
    " 存取:访问 列印:打印 防毒:杀毒 相容:兼容 社群:社区 向量:矢量 西元:公元 映象:镜像 介面:界面"
    " 重新整理:刷新 分散式:分布式 晶片:芯片 最佳化:优化 超音波:超声波 排程:调度 演算法:算法"
    " 桌上型:桌面型 字型:字体 全域性:全局 多工:多任务 白血球:白细胞 心肌梗塞:心肌梗死 位址:地址"
    " 奈米:纳米 母音:元音 子音:辅音 高水准:高水平 共用:共享"
)
_ALIKE: Final = dict(pair.split(":") for pair in _ALIKE_PAIRS.split())
_ALIKE_WORDS: Final = re.compile("|".join(sorted(_ALIKE, key=len, reverse=True)))


def fold_words(text: str) -> str:
    """Simplified `text` with one word for two that a mirror's vocabulary and the mainland's share; for digests only."""
    return _ALIKE_WORDS.sub(lambda match: _ALIKE[match[0]], text)
