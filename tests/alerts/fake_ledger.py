"""An outbox in memory that keeps the ledger's promises, and rows to put into it."""

from datetime import UTC, date, datetime

NOW = datetime(2024, 3, 2, 22, 17, tzinfo=UTC)
CHECKED = datetime(2024, 3, 1, 22, 17, tzinfo=UTC)


def event_row(nth=1, **changes):
    row = {
        "event_id": f"ev_{nth:016x}",
        "kind": "repealed",
        "policy_id": f"po_{nth:016x}",
        "page_id": f"pg_{nth:016x}",
        "source": "yunjiang",
        "number": f"云政发〔2021〕{nth}号",
        "title": "云江市促进中小企业发展办法",
        "url": f"http://www.yunjiang.example/a/{nth}.html",
        "happened_on": date(2024, 3, 1),
        "detected_at": CHECKED,
        "before": '{"status": "in_force"}',
        "after": '{"status": "repealed"}',
        "quote": "《云江市促进中小企业发展办法》自2024年3月1日起废止。",
        "is_baseline": False,
        "change_cause": "source",
        "crawl_id": "yunjiang-20240301T221700Z",
        "issuers": ["云江市人民政府"],
        "topic": "工业、交通/中小企业",
        "source_title": "云江市人民政府门户网站",
        "source_checked_at": CHECKED,
    }
    return row | changes


class FakeLedger:
    def __init__(self, *rows):
        self.events = {row["event_id"]: row for row in rows}
        self.matched = set()
        self.deliveries = {}
        self.kill_before_mark = False

    def unmatched_events(self):
        return [row for key, row in sorted(self.events.items()) if key not in self.matched]

    def queue(self, deliveries, matched_event_ids):
        for item in deliveries:
            new = {"status": "pending", "attempts": 0, "last_error": None, **item}
            self.deliveries.setdefault(item["idempotency_key"], new)
        self.matched |= set(matched_event_ids)

    def pending(self, now):
        return [
            self.events[item["event_id"]] | item
            for item in self.deliveries.values()
            if item["status"] == "pending" and item["next_attempt_at"] <= now
        ]

    def mark_sent(self, key, at):
        if self.kill_before_mark:
            raise KeyboardInterrupt
        row = self.deliveries[key]
        row.update(status="sent", attempts=row["attempts"] + 1, sent_at=at, next_attempt_at=None)

    def mark_failed(self, key, at, error, next_attempt_at=None):
        row = self.deliveries[key]
        row.update(
            status="pending" if next_attempt_at else "failed",
            attempts=row["attempts"] + 1,
            last_error=error,
            last_attempt_at=at,
            next_attempt_at=next_attempt_at,
        )
