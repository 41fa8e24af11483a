"""Engines of packages: found by their entry points, and none of their faults reaches the person at the machine."""

from __future__ import annotations

import textwrap
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from rmos_console.core.errors import CancelledError, EngineError, RmosError, UsageError
from rmos_console.core.explain.engine import GROUP, EngineInput, Explanation, ExplanationEngine
from rmos_console.core.explain.engines import SHIPPED, Unusable, engine_ids, find_engine
from rmos_console.core.explain.offline import OfflineEngine
from rmos_console.core.explain.running import plain_reason, run_engine
from rmos_console.core.explain.testkit import BLOCKED, problems
from rmos_console.core.records.advisory import Sentence
from tests.house.tracked import CHECKOUT

Expect = Callable[..., object]
Install = Callable[..., None]
SOURCE = EngineInput(BLOCKED, "0" * 64)
MODULE = """
from rmos_console.core.explain.engine import Explanation

class Good:
    id = "good"
    version = "2"
    def explain(self, source):
        return Explanation(headline="Good", text="Good\\n\\nAll of it")

class Impostor(Good):
    id = "offline"
    version = "1"

class Versionless(Good):
    id = "versionless"
    version = "1, 2"

class Exiting:
    def __init__(self):
        raise SystemExit(3)

class Raising:
    def __init__(self):
        raise RuntimeError("/home/somebody/secret")

nothing = object
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a package that brings engines, as pip would leave it."""
    count = iter(range(100))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delenv("RMOS_ENGINE", raising=False)

    def make(engines: dict[str, str], code: str = MODULE) -> None:
        number = next(count)
        name = f"engine_package_{tmp_path.name}_{number}".replace("-", "_")
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(code))
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"{engine} = {target.replace('MODULE', name)}" for engine, target in engines.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines, ""]))

    return make


def reason(engine: ExplanationEngine) -> str:
    assert isinstance(engine, Unusable), engine
    with pytest.raises(EngineError) as raised:
        run_engine(engine, SOURCE, engine_id=engine.id, seconds=5, cancelled=lambda: False)
    assert raised.value.message == engine.reason
    assert "/" not in engine.reason
    return engine.reason


def test_the_offline_engine_is_the_default(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install({"good": "MODULE:Good"})
    assert isinstance(find_engine(), OfflineEngine)
    monkeypatch.setenv("RMOS_ENGINE", "good")
    assert (find_engine().id, find_engine().version) == ("good", "2")
    assert isinstance(find_engine("offline"), OfflineEngine)
    assert engine_ids() == ("offline", "http", "good")


def test_the_shipped_engines_are_declared_as_they_are_found() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"][GROUP] == {name: f"{module}:{made}" for name, (module, made) in SHIPPED.items()}


def test_a_package_can_take_neither_the_place_nor_the_name_of_the_offline_engine(install: Install) -> None:
    install({"offline": "MODULE:Impostor", "mine": "MODULE:Impostor"})
    assert isinstance(find_engine("offline"), OfflineEngine)
    assert "of another name" in reason(find_engine("mine"))


def test_an_engine_nobody_installed_is_wrong_usage(install: Install) -> None:
    install({"good": "MODULE:Good", "Bad Name": "MODULE:Good"})
    for name in ("goood", "Bad Name", "../x", "a\x1b[2J", "x" * 100):
        with pytest.raises(UsageError, match="offline, http, good"):
            find_engine(name)


BROKEN = [
    ("broken", "no_such_module_here:Engine", "cannot be loaded"),
    ("broken", "MODULE:no_such_name", "cannot be loaded"),
    ("broken", "MODULE:Raising", "cannot be loaded"),
    ("broken", "MODULE:Exiting", "stopped unexpectedly"),
    ("broken", "MODULE:nothing", "something that is no engine"),
    ("versionless", "MODULE:Versionless", "no usable version"),
]


@pytest.mark.parametrize(("name", "target", "says"), BROKEN)
def test_an_engine_that_cannot_be_loaded_says_so(
    install: Install, expected_logs: Expect, name: str, target: str, says: str
) -> None:
    expected_logs("swallowed", always=False)
    install({name: target})
    assert says in reason(find_engine(name))


def test_a_package_that_hangs_while_it_is_imported_is_given_up(install: Install) -> None:
    install({"slow": "MODULE:Good"}, "import threading\nthreading.Event().wait(20)")
    assert "no answer within 0.1 s" in reason(find_engine("slow", load_seconds=0.1))


def test_two_packages_with_one_name_are_neither(install: Install) -> None:
    install({"good": "MODULE:Good"})
    install({"good": "MODULE:Good"}, MODULE + "# another")
    assert "Several installed packages" in reason(find_engine("good"))


def test_the_http_engine_is_off_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RMOS_HTTP_ENGINE_URL", raising=False)
    assert "is off; set RMOS_HTTP_ENGINE_URL" in reason(find_engine("http"))
    monkeypatch.setenv("RMOS_HTTP_ENGINE_URL", "http://localhost:1/v1")
    monkeypatch.setenv("RMOS_HTTP_ENGINE_MODEL", "tiny")
    assert (find_engine("http").id, find_engine("http").version) == ("http", "1/tiny")


class Given:
    """An engine that does what a test says."""

    id = "given"
    version = "1"
    deterministic = True

    def __init__(self, answer: Callable[[EngineInput], object]) -> None:
        self.answer = answer

    def explain(self, source: EngineInput) -> Explanation:
        return self.answer(source)  # type: ignore[return-value]  # engines that break the protocol are what is tested


def text(headline: str = "A", body: str = "A\n\nb", **more: object) -> Explanation:
    return Explanation.model_validate({"headline": headline, "text": body, **more})


def failing(error: BaseException) -> Callable[[EngineInput], object]:
    def answer(_source: EngineInput) -> object:
        raise error

    return answer


def run(answer: Callable[[EngineInput], object], seconds: float = 5.0) -> Explanation:
    return run_engine(Given(answer), SOURCE, engine_id="given", seconds=seconds, cancelled=lambda: False)


WRONG: list[tuple[object, str]] = [
    (None, "gave no explanation"), ("text", "no explanation"), (text(" ", " "), "an empty explanation"),
    (text("", "\nb"), "an empty explanation"), (text("A", ""), "an empty explanation"),
    (text("A", "B\n\nA"), "does not start with its headline"),
    (text("A\nB", "A\nB"), "does not start with its headline"),
    (text(confidence=1.5), "confidence"), (text(evidence=[Sentence(start=0, end=99)]), "its text does not have"),
    (text(evidence=[Sentence(start=2, end=1)]), "its text does not have"),
    (text(evidence=[Sentence(start=1, end=3), Sentence(start=0, end=1)]), "its text does not have"),
    (text(evidence=[Sentence(start=0, end=2, marks=((0, 3, "a"),))]), "outside of their sentence"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "says"), WRONG)
def test_an_answer_that_is_none_is_a_reason_and_found_by_the_kit(answer: object, says: str) -> None:
    with pytest.raises(EngineError, match=rf"^The engine given .*{says}.*\.$"):
        run(lambda _source: answer)
    assert f"for a blocked run it {'gave'}" in " ".join(problems(Given(lambda _source: answer)))


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (RuntimeError("boom in /opt/engine/x.py"), "stopped unexpectedly"),
        (SystemExit(1), "stopped unexpectedly"),
        (KeyboardInterrupt(), "stopped unexpectedly"),
        (MemoryError(), "stopped unexpectedly"),
        (RecursionError("x"), "stopped unexpectedly"),
        (RmosError("No model at /home/me/model.bin."), r"No model at \(a file\)"),
        (RmosError(""), "gave no reason"),
        (RmosError("Two\nlines\x1b[2J\u202e"), r"Two lines \[2J$"),
    ],
)
def test_whatever_an_engine_raises_is_a_plain_reason(error: BaseException, says: str, expected_logs: Expect) -> None:
    expected_logs("swallowed", always=False)
    with pytest.raises(EngineError, match=says) as raised:
        run(failing(error))
    assert "/" not in raised.value.message


def test_an_engine_that_hangs_is_abandoned_and_told() -> None:
    told = threading.Event()
    seen: list[EngineInput] = []

    def hang(source: EngineInput) -> object:
        seen.append(source)
        told.wait(20)
        return text()

    with pytest.raises(EngineError, match=r"The engine given gave no answer within 0\.1 s"):
        run(hang, seconds=0.1)
    assert seen[0].stopped()
    told.set()


def test_an_engine_is_abandoned_when_its_caller_stops() -> None:
    began, end = threading.Event(), threading.Event()

    def hang(_source: EngineInput) -> object:
        began.set()
        end.wait(20)
        return text()

    with pytest.raises(CancelledError):
        run_engine(Given(hang), SOURCE, engine_id="given", seconds=20, cancelled=began.is_set)
    end.set()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("5:1 and/or 3 mm/min", "5:1 and/or 3 mm/min"),
        ("see /etc/passwd, ~/x.txt and C:\\Users\\me\\a.txt", "see (a file), (a file) and (a file)"),
        ("file:///tmp/x 'rel/path' (/var/x)", "(a file) 'rel/path' ((a file)"),
        ("Failed. Traceback (most recent call last):\n  File x", "Failed."),
    ],
)
def test_reasons_name_no_places_of_a_machine(said: str, shown: str) -> None:
    assert plain_reason(said) == shown


def test_the_kit_finds_what_it_says_it_finds() -> None:
    count = iter(range(1000))
    changing = Given(lambda _source: text(body=f"A\n\n{next(count)}"))
    assert any("claims to be deterministic" in each for each in problems(changing))
    assert any("changed its input" in each for each in problems(Given(_spoil)))
    assert any("raised ZeroDivisionError" in each for each in problems(Given(lambda _source: 1 // 0)))
    evidence = text(evidence=[Sentence(start=0, end=1, paths=("decision..score[x]",))])
    assert any("is no path" in each for each in problems(Given(lambda _source: evidence)))
    assert any("no answer within" in each for each in problems(Given(lambda _source: _hang()), seconds=0.02))
    assert any("cannot be sealed" in each for each in problems(Given(lambda _source: text(content="\ud800"))))
    odd = Given(lambda _source: text())
    odd.id, odd.version = "No Id", "a,b"
    assert [each[:8] for each in problems(odd)] == ["its id '", "its vers"]
    assert problems(Given(lambda _source: text())) == []
    assert problems(OfflineEngine()) == []


def _spoil(source: EngineInput) -> Explanation:
    assert isinstance(source.run, dict)
    source.run["spoiled"] = True
    return text()


def _hang() -> object:
    return threading.Event().wait(1)
