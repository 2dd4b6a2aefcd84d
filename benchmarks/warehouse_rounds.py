"""Policies that never were, as the staging that a load takes: 8 KB of Chinese each, in 40 numbered clauses.

What belongs here: the generator. What does not: loading and measuring. A policy is its number and its revision; the same
two give the same bytes, in whatever process. Words are drawn so that few are frequent and many rare, as in real texts:
a text that repeats itself would flatter every compression.
"""

# ruff: noqa: E501 - SQL and rows of the table read best in one line
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse import staging

MEASURES: Final = 40
PORTION: Final = 5_000
"""Policies that are made and written at once."""
BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)
SHARE: Final = 100
"""One page of this many is new, one changed, one gone in a round."""
_WORDS: Final = """
企业 项目 资金 补助 申报 单位 部门 负责 实施 管理 服务 发展 支持 创新 技术 产业 给予 最高 万元 奖励 符合 条件
规定 办法 通知 工作 建设 组织 监督 检查 评审 认定 标准 年度 期限 材料 提交 审核 公示 拨付 使用 绩效 评价 主管
财政 市场 监管 税务 人才 引进 培育 平台 园区 重点 领域 数字 经济 智能 制造 绿色 低碳 能源 环境 保护 安全 生产
应急 预案 责任 追究 违反 处罚 依法 依照 法律 法规 国务院 省政府 市政府 区政府 街道 社区 居民 农村 农业 农民
土地 住房 保障 教育 学校 医疗 卫生 健康 养老 就业 创业 培训 补贴 社会 保险 公共 交通 运输 道路 水利 文化 旅游
体育 科技 知识 产权 专利 品牌 质量 检验 检测 认证 出口 进口 贸易 投资 融资 贷款 担保 贴息 上市 股权 基金 登记
备案 许可 审批 办理 窗口 时限 流程 优化 简化 提高 效率 推进 加强 完善 建立 健全 机制 制度 规范 统一 协调 联席
会议 专家 委员会 领导 小组 办公室 牵头 配合 落实 考核 通报 公开 信息 数据 共享 系统 应当 可以 不得 鼓励 具体
另行 解释 施行 有效期 废止 修改 同时 按照 有关 要求 结合 实际 情况 以上 以下 其他 相关 包括 不含 以及 或者 其中
分别 累计
"""
PHRASES: Final = 2**18
LONG: Final = 7
"""Phrases that texts are made of, and the words in each."""
_PLACES: Final = """
SELECT
    CAST(hash(p.n * 400 + p.j * 4) >> 46 AS INTEGER) AS a,
    CAST(hash(p.n * 400 + p.j * 4 + 1) >> 46 AS INTEGER) AS b,
    CAST(hash(p.n * 400 + p.j * 4 + 2 + CASE WHEN p.j = p.n % 40 THEN p.r * 1000003 ELSE 0 END) >> 46 AS INTEGER) AS c,
    CAST(hash(p.n * 400 + p.j * 4 + 3) >> 46 AS INTEGER) AS d,
    CAST(10 + (p.n + p.j) % 490 AS VARCHAR) AS amount
FROM (SELECT n, r, unnest(range(40)) AS j FROM pages) AS p
"""
_PAGES: Final = """
CREATE OR REPLACE TEMP TABLE made AS
SELECT
    p.n,
    p.r,
    CAST($at AS TIMESTAMPTZ) + to_milliseconds(CAST(p.n % 1000000 AS INTEGER)) AS fetched_at,
    substr(md5($crawl_id || '|' || p.n), 1, 16) AS capture_id,
    'https://www.yunjiang.gov.cn/zhengce/' || p.n // 1000 || '/t' || p.n || '.html' AS url,
    '云江市' || i.phrase[:4] || '局' AS issuer,
    '云江市' || i.phrase[:4] || '局关于' || t.phrase || '的若干措施（' || p.n || '）' AS title,
    '云政发〔' || 2000 + p.n % 24 || '〕' || p.n || '号' AS number,
    DATE '2000-01-01' + CAST(p.n % 24 * 365 + p.n % 300 AS INTEGER) AS signed_date
FROM pages AS p
INNER JOIN phrase AS i ON i.place = p.n % 97
INNER JOIN phrase AS t ON t.place = p.n % 262144
ORDER BY p.n
"""
_READINGS: Final = """
SELECT
    m.capture_id, 'yunjiang' AS source, m.url, m.url AS canonical_url, m.fetched_at, 'issuer' AS authority,
    'source' AS change_cause, '1' AS parser_version, 'policy' AS kind, m.title, m.title AS title_norm,
    m.number, m.number AS number_raw, [m.issuer] AS issuers, [m.issuer] AS issuers_norm, m.issuer AS issuers_raw,
    CAST([] AS VARCHAR[]) AS joint_issuers, CAST([] AS VARCHAR[]) AS signatories, '主题' || m.n % 31 AS topic,
    m.signed_date, CAST(m.signed_date AS VARCHAR) AS signed_date_raw,
    m.signed_date + 5 AS published_date, CAST(m.signed_date + 5 AS VARCHAR) AS published_date_raw,
    m.signed_date + 30 AS effective_date, CAST(m.signed_date + 30 AS VARCHAR) AS effective_date_raw,
    CASE WHEN m.n % 3 = 0 THEN 'in_force' END AS stated_status, CASE WHEN m.n % 3 = 0 THEN '有效' END AS status_raw,
    m.signed_date + 30 AS in_force_from, CASE WHEN m.n % 2 = 0 THEN m.signed_date + 30 + 1826 END AS in_force_to,
    CASE WHEN m.n % 2 = 0 THEN
        '[{"rule": "effective_from", "date": "' || CAST(m.signed_date + 30 AS VARCHAR) || '", "quote": "自'
        || strftime(m.signed_date + 30, '%Y年%-m月%-d日') || '起施行", "where": "body", "term": null}, {"rule": "valid_for", "date": "'
        || CAST(m.signed_date + 30 + 1826 AS VARCHAR) || '", "quote": "有效期5年", "where": "body", "term": "5年"}]'
    ELSE '[]' END AS effect,
    '[]' AS attachments, 'zh' AS language, 'hans' AS script,
    CAST([] AS VARCHAR[]) AS warnings,
    '{"title": {"where": "h1", "quote": "' || m.title || '"}, "number": {"where": "box", "quote": "' || m.number || '"}}' AS evidence,
    sha256(m.n || '|' || m.r) AS reading_hash
FROM made AS m ORDER BY m.n
"""
_CLAUSES: Final = """
SELECT
    m.capture_id, CAST(m.j AS INTEGER) AS position, CAST(m.j + 1 AS VARCHAR) AS path, '第' || (m.j + 1) || '条' AS label,
    '措施' || m.j AS heading, 1 AS level, CAST([] AS VARCHAR[]) AS bodies,
    '[{"value": ' || (10 + (m.n + m.j) % 490) || '0000, "unit": "CNY", "limit": "cap"}]' AS amounts, '[]' AS targets, '[]' AS expiries
FROM (SELECT n, capture_id, unnest(range(40)) AS j FROM made) AS m
"""
_CITATIONS: Final = """
SELECT m.capture_id, 0 AS position, 'based_on' AS relation, '云江市促进' || m.n % 50 || '条例' AS title,
    '云江市促进' || m.n % 50 || '条例' AS title_norm, '根据《云江市促进' || m.n % 50 || '条例》' AS quote
FROM made AS m
UNION ALL
-- Every tenth repeals one that is older.
SELECT m.capture_id, 1, 'repeals', NULL, NULL, '《通知》（云政发〔' || 2000 + o.old % 24 || '〕' || o.old || '号）同时废止'
FROM made AS m, LATERAL (SELECT m.n // 2 AS old) AS o WHERE m.n % 10 = 3
"""
_CAPTURES: Final = """
SELECT
    substr(md5($crawl_id || '|' || p.n), 1, 16) AS capture_id, $crawl_id AS crawl_id, 'yunjiang' AS source, 'page' AS role,
    'https://www.yunjiang.gov.cn/zhengce/' || p.n // 1000 || '/t' || p.n || '.html' AS url, url AS canonical_url,
    CAST($at AS TIMESTAMPTZ) + to_milliseconds(CAST(p.n % 1000000 AS INTEGER)) AS fetched_at, p.outcome,
    CASE p.outcome WHEN 'missing' THEN 404 WHEN 'not_modified' THEN 304 ELSE 200 END AS status,
    sha256(p.n || '|' || p.r) AS digest, 'text/html' AS content_type, $crawl_id || '.warc.gz' AS warc_file,
    p.n * 9000 AS warc_offset, 9000 AS warc_length, CAST(p.r AS VARCHAR) AS etag
FROM pages AS p ORDER BY p.n
"""


class Writer:
    """Makes staging folders; a context manager that holds the generator's own database."""

    def __init__(self, *, clauses: bool = True) -> None:
        self.clauses = clauses
        self._connection = duckdb.connect()
        self._connection.execute("SET TimeZone = 'UTC'")
        words = list(dict.fromkeys(_WORDS.split()))
        drawn = random.Random(8_000).choices(words, [1 / (place + 5) for place in range(len(words))], k=PHRASES * LONG)
        phrases = ["".join(drawn[place : place + LONG]) for place in range(0, len(drawn), LONG)]
        self._phrases = pa.array(phrases, pa.string())
        self._connection.register("phrases", pa.table({"place": range(PHRASES), "phrase": self._phrases}))
        self._connection.execute("CREATE TABLE phrase AS SELECT * FROM phrases")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def first(self, folder: Path, policies: int, *, known: int = 0, number: int = 0) -> Path:
        """Crawl `number`, which finds pages up to `policies`, beyond those that are `known`: all are new."""
        return self._write(
            folder, number, f"SELECT n, 0 AS r, 'new' AS outcome FROM range({known}, {policies}) AS t(n)"
        )

    def round(self, folder: Path, number: int, policies: int, asked: int, *, every: bool = False) -> Path:
        """Crawl `number` (from 1): of `asked` pages of `policies` one in a hundred changed, one is gone, one is new.

        The others answer that nothing changed; with `every`, they are read again, and read as before.
        """
        share, known = asked // SHARE, asked - asked // SHARE
        begin = (number * known) % max(policies - known, 1)
        quiet = "changed" if every else "not_modified"
        return self._write(
            folder,
            number,
            f"""
            SELECT n, CASE WHEN n % {SHARE} = 1 THEN {number} ELSE 0 END AS r,
                CASE n % {SHARE} WHEN 1 THEN 'changed' WHEN 2 THEN 'missing' ELSE '{quiet}' END AS outcome
            FROM range({begin}, {begin + known}) AS t(n)
            UNION ALL
            SELECT n, 0, 'new' FROM range({policies + (number - 1) * share}, {policies + number * share}) AS t(n)
            """,
        )

    def _write(self, folder: Path, number: int, pages: str) -> Path:
        """The pages (n, r, outcome) that `pages` selects, as the staging folder of crawl `number`."""
        at = BEGIN + timedelta(days=number)
        crawl_id = f"yunjiang-{at:%Y%m%dT%H%M%SZ}"
        values = {"crawl_id": crawl_id, "at": at}
        connection = self._connection
        connection.execute(f"CREATE OR REPLACE TEMP TABLE asked AS {pages}")
        (count,) = connection.execute("SELECT count(*) FROM asked").fetchone() or (0,)
        connection.execute("CREATE OR REPLACE TEMP TABLE pages AS SELECT * FROM asked")
        captures = connection.execute(_CAPTURES, values).to_arrow_table()
        run = {
            "crawl_id": crawl_id, "source": "yunjiang", "started_at": at.isoformat(),
            "finished_at": (at + timedelta(hours=2)).isoformat(), "verdict": "good", "reasons": [],
            "counts": {"pages": count},
        }  # fmt: skip
        staging.write(folder, run, {"captures": _fitted("captures", captures)})
        wanted = ["readings", "citations", *(["clauses"] if self.clauses else [])]
        writers = {
            name: pq.ParquetWriter(folder / f"{name}.parquet", staging.SCHEMAS[name], compression="zstd")
            for name in wanted
        }
        try:
            for tables in self._portions(values):
                for name, writer in writers.items():
                    writer.write_table(tables[name])
        finally:
            for writer in writers.values():
                writer.close()
        (folder / staging.RUN_FILE).write_text(json.dumps(run), encoding="utf-8")
        return folder

    def _portions(self, values: dict[str, object]) -> Iterator[dict[str, pa.Table]]:
        connection = self._connection
        read = "SELECT n, r FROM asked WHERE outcome IN ('new', 'changed') ORDER BY n"
        pages = connection.execute(read).to_arrow_table()
        for start in range(0, max(pages.num_rows, 1), PORTION):
            connection.register("portion", pages.slice(start, PORTION))
            connection.execute("CREATE OR REPLACE TEMP TABLE pages AS SELECT * FROM portion")
            connection.execute(_PAGES, values)
            clauses = self._clauses()
            size = len(clauses) // MEASURES
            offsets = pa.array(range(0, (size + 1) * MEASURES, MEASURES), pa.int32())
            texts = pc.binary_join(pa.ListArray.from_arrays(offsets, clauses), "\n")
            readings = connection.execute(_READINGS).to_arrow_table()
            hashes = [hashlib.sha256(text.as_buffer()).hexdigest() for text in texts]
            readings = readings.append_column("text", texts).append_column("text_hash", pa.array(hashes, pa.string()))
            found = {"readings": readings, "citations": connection.execute(_CITATIONS).to_arrow_table()}
            if self.clauses:
                found["clauses"] = connection.execute(_CLAUSES).to_arrow_table().append_column("text", clauses)
            yield {name: _fitted(name, table) for name, table in found.items()}

    def _clauses(self) -> pa.Array:
        """The clauses of the portion's pages, 40 a page, in order."""
        places = self._connection.execute(_PLACES).to_arrow_table().combine_chunks()
        a, b, c, d = (self._phrases.take(places.column(name)) for name in "abcd")
        parts = ["对", a, "的，", b, "，最高", places.column("amount"), "万元；", c, "，由市", d, "。"]
        found = pc.binary_join_element_wise(*parts, "")
        return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _fitted(name: str, table: pa.Table) -> pa.Table:
    """`table` in the columns of staging file `name`; what the generator has nothing to say of is null."""
    schema = staging.SCHEMAS[name]
    columns: Sequence[pa.Array | pa.ChunkedArray] = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(list(columns), schema=schema)
