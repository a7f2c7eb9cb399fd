"""The report: one page that needs nothing else, and that no name from a scenario can break."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rehearsal.report import render, write
from rehearsal.report.lanes import chart
from rehearsal.report.shapes import Chart, Stretch
from rehearsal.run import Sent, Verdict
from rehearsal.story import lines
from rehearsal.timeline import Entry
from tests.unit.made_up_run import CLOSES, NAME, OPENS, START, UNTIL, minutes, run, scenario, span

MARKUP = "<img src=x onerror=alert(1)>\"'&"
VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """Every tag with its attributes, and whether all that were opened were closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def ids(self) -> set[str | None]:
        return {attributes["id"] for _, attributes in self.tags if "id" in attributes}


def test_the_page_is_well_formed_and_loads_nothing() -> None:
    text = render(run())
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not re.findall(r"https?:|url\(|@import", text)
    assert "default-src 'none'" in text


def test_names_with_markup_are_shown_and_not_run() -> None:
    entry = Entry(OPENS, "decision", MARKUP, MARKUP, {"decision": MARKUP})
    text = render(
        run(
            scenario=scenario(title=MARKUP, shows=MARKUP),
            entries=(entry,),
            endpoint_spans=(span(OPENS, CLOSES, "InService", endpoint=MARKUP, model=MARKUP),),
            verdicts=(Verdict(UNTIL, MARKUP, False, MARKUP),),
            leaks=(MARKUP,),
        )
    )
    assert "<img" not in text
    assert text.count("&lt;img src=x onerror=alert(1)&gt;") >= 10
    attributes = [name for _, given in Page(text).tags for name in given]
    assert not [name for name in attributes if name.startswith("on")]


def test_marks_and_headings_lead_to_what_is_there() -> None:
    page = Page(render(run()))
    targets = {str(given["href"]).removeprefix("#") for tag, given in page.tags if tag == "a"}
    described = {given["aria-labelledby"] for _, given in page.tags if "aria-labelledby" in given}
    assert targets
    assert targets | described <= page.ids()


def test_every_reason_is_in_the_page_without_hovering() -> None:
    text = render(run())
    cells = re.findall(r"<td>([^<]*)</td></tr>", text)
    assert {line.text for line in lines(run().entries)} <= set(cells)


def test_lanes_have_words_for_those_who_can_not_see_them() -> None:
    page = Page(render(run()))
    labels = [str(given["aria-label"]) for tag, given in page.tags if tag == "div" and "aria-label" in given]
    assert any(label.startswith("Training plan p5-for-eval, 2 x ml.p5.48xlarge") for label in labels)
    assert any("InService, my-model-v2 x 2" in label for label in labels)
    assert any("Requests to llama-eval per hour" in label for label in labels)


def test_a_run_that_failed_says_what_is_wrong() -> None:
    bad = run(verdicts=(Verdict(UNTIL, "no failed requests", False, "7"),), leaks=("endpoint llama-eval",))
    text = render(bad)
    assert "0 of 1 expectations held, 1 things left behind" in text
    assert "found: 7" in text
    assert "endpoint llama-eval" in text


def test_each_change_of_an_endpoint_is_shown_closely() -> None:
    titles = re.findall(r'<figcaption id="closeup-\d+">([^<]*)<', render(run()))
    assert [title.rpartition(" — ")[2] for title in titles] == [
        "llama-eval: deploy",
        "llama-eval: rotate",
        "llama-eval: resize",
        "llama-eval: hand over",
        "llama-eval: hand over",
    ]


def test_bars_stay_within_the_chart_and_in_proportion() -> None:
    drawn = chart(run(), lines(run().entries), "all", Stretch(START, UNTIL))
    lane = next(lane for lane in drawn.lanes if lane.title == NAME)
    assert all(0 <= bar.left <= bar.left + bar.width <= 100.001 for bar in lane.bars)
    weekly = next(lane for lane in drawn.lanes if lane.kind == "plan").bars[1]
    assert weekly.width == pytest.approx(100 * (CLOSES - OPENS - minutes(2)) / (UNTIL - START), abs=0.01)


def test_lines_too_close_to_tell_apart_share_a_mark() -> None:
    entries = tuple(
        Entry(OPENS + minutes(n), "decision", NAME, f"reason {n}", {"decision": "deploy"}) for n in range(3)
    )
    (lane,) = (lane for lane in _chart(entries, START, UNTIL).lanes if lane.marks)
    assert [(mark.label, len(mark.text)) for mark in lane.marks] == [("1 +2", 3)]
    (lane,) = (lane for lane in _chart(entries, OPENS, OPENS + minutes(4)).lanes if lane.marks)
    assert [mark.label for mark in lane.marks] == ["1", "2", "3"]


def _chart(entries: tuple[Entry, ...], start: datetime, end: datetime) -> Chart:
    return chart(run(entries=entries), lines(entries), "some", Stretch(start, end))


def test_ticks_are_whole_days_for_weeks_and_whole_minutes_for_minutes() -> None:
    days = chart(run(), (), "days", Stretch(START, UNTIL)).ticks
    minutely = chart(run(), (), "minutes", Stretch(OPENS, OPENS + minutes(10))).ticks
    assert [tick.label for tick in days][:2] == ["01 Mar", "02 Mar"]
    assert [tick.label for tick in minutely][:2] == ["11:30", "11:31"]
    hourly = chart(run(), (), "hours", Stretch(OPENS, OPENS + timedelta(days=2))).ticks
    assert [tick.label for tick in hourly][:4] == ["12:00", "18:00", "04 Mar", "06:00"]


def test_the_file_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    write(run(), path)
    assert path.read_text(encoding="utf-8") == render(run())


def test_a_day_of_traffic_is_the_sum_of_its_hours() -> None:
    made = run()
    text = render(made)
    day = (OPENS + timedelta(days=1)).date()
    served = sum(hour.served for hour in made.traffic if hour.at.date() == day)
    assert f"<td>{day.isoformat()}</td><td>{served:,}</td><td>0</td>" in text


def test_closely_requests_are_shown_from_the_first_to_the_last_and_failures_over_them() -> None:
    stretch = Stretch(OPENS, OPENS + minutes(60))
    entries = (
        Entry(OPENS + minutes(20), "request", f"endpoint/{NAME}", "requests fail: gone", {"error": "gone"}),
        Entry(OPENS + minutes(30), "request", f"endpoint/{NAME}", "requests are served again", {"failed": 10}),
    )
    sent = (Sent(NAME, OPENS + minutes(15), OPENS + minutes(45), 1.0),)
    drawn = chart(run(entries=entries, sent=sent), (), "close", stretch)
    lane = next(lane for lane in drawn.lanes if lane.kind == "traffic")
    assert [(bar.look, bar.left, bar.width) for bar in lane.bars] == [
        ("served", 25.0, 50.0),
        ("failed", pytest.approx(33.333, abs=0.001), pytest.approx(16.667, abs=0.001)),
    ]


def test_requests_that_fail_to_the_end_are_shown_failing_to_the_end() -> None:
    entries = (Entry(UNTIL - minutes(20), "request", f"endpoint/{NAME}", "requests fail: gone", {"error": "gone"}),)
    sent = (Sent(NAME, UNTIL - minutes(60), UNTIL, 1.0),)
    drawn = chart(run(entries=entries, sent=sent), (), "close", Stretch(UNTIL - minutes(60), UNTIL))
    lane = next(lane for lane in drawn.lanes if lane.kind == "traffic")
    assert lane.bars[1].left + lane.bars[1].width == pytest.approx(100, abs=0.01)
