"""Whatever a person does to a spec, it is either a study or a SpecError; never another error, never a crash."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ablation.spec import SpecError, Study, load_study

QUICKSTART = (Path(__file__).parents[2] / "specs" / "quickstart.yaml").read_text(encoding="utf-8")
DOCUMENT = yaml.safe_load(QUICKSTART)

KEYS = st.sampled_from(
    [
        "kind",
        "name",
        "units",
        "set",
        "layers",
        "seeds",
        "dense",
        "l2",
        "model.layers.*.units",
        "training",
        "",
        "a.b",
        "*",
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 2**40),
    st.floats(),
    st.sampled_from(["", "dense", "l2", "sgd", "adam", "relu", "test", "digits", "baseline", "yes", "1e-3", "*"]),
    st.text(max_size=5),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2), max_leaves=4
)


def places(value: Any, location: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the location of every key and item, outermost first."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [place for key, item in items for place in [(*location, key), *places(item, (*location, key))]]
    return found


def mutate(draw: st.DrawFn, document: dict[str, Any]) -> None:
    """Drop, replace, rename, copy or add one key or item."""
    *way, last = draw(st.sampled_from(places(document)))
    parent: Any = document
    for key in way:
        parent = parent[key]
    action = draw(st.sampled_from(["drop", "replace", "rename", "copy", "add"]))
    if action == "drop":
        del parent[last]
    elif action == "replace":
        parent[last] = draw(VALUES)
    elif action == "copy":
        *source_way, source = draw(st.sampled_from(places(document)))
        value: Any = document
        for key in (*source_way, source):
            value = value[key]
        parent[last] = copy.deepcopy(value)
    elif isinstance(parent, list):
        parent.insert(last, draw(VALUES))
    elif action == "rename":
        parent[draw(KEYS)] = parent.pop(last)
    else:
        parent[draw(KEYS | st.integers() | st.booleans())] = draw(VALUES)


@st.composite
def mutants(draw: st.DrawFn) -> str:
    document = copy.deepcopy(DOCUMENT)
    for _ in range(draw(st.integers(1, 3))):
        if places(document):
            mutate(draw, document)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=draw(st.booleans()))


@st.composite
def misprints(draw: st.DrawFn) -> str:
    """Take away, put in or repeat a few characters of the text itself."""
    text = QUICKSTART
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 20)))
        text = (
            text[:start]
            + draw(
                st.sampled_from(
                    ["", "\t", "  ", "\n", ": ", "- ", "&a ", "*a", "!!int ", "'", "[", "{", "0", text[start:end] * 2]
                )
            )
            + text[end:]
        )
    return text


PROFILE = settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def assert_study_or_spec_error(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        study = load_study(path)
    except SpecError as error:
        assert error.problems
        assert all(problem.mark.file == str(path) and problem.message for problem in error.problems)
    else:
        assert isinstance(study, Study)
        assert study.trials


@PROFILE
@given(text=mutants())
def test_mutated_spec_is_a_study_or_a_spec_error(tmp_path: Path, text: str) -> None:
    assert_study_or_spec_error(tmp_path / "spec.yaml", text)


@PROFILE
@given(text=misprints())
def test_misprinted_spec_is_a_study_or_a_spec_error(tmp_path: Path, text: str) -> None:
    assert_study_or_spec_error(tmp_path / "spec.yaml", text)


@PROFILE
@given(
    path=st.lists(KEYS | st.sampled_from(["model", "layers", "hidden_1", "0", "optimizer"]), max_size=4), value=VALUES
)
def test_random_override_is_a_study_or_a_spec_error(tmp_path: Path, path: list[str], value: Any) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(QUICKSTART, encoding="utf-8")
    try:
        assert load_study(spec, overrides=(f"{'.'.join(path)}={yaml.safe_dump(value)}",)).trials
    except SpecError as error:
        assert error.problems
