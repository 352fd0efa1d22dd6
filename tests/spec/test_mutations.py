"""Whatever a person does to a spec, it is either a study or a SpecError; and what is valid can be built."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from ablation.catalogue import catalogue
from ablation.spec import Mark, ModelShapes, ModelSpec, SpecError, Study, load_study, model_shapes, sample_shape
from ablation.spec.layers import Backbone

from .documents import SMALL
from .mutating import misprints, mutants, neighbours, overrides, seeds

MAX_PARAMETERS = 5_000_000

PROFILE = settings(
    max_examples=80,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
THOROUGH = settings(PROFILE, max_examples=10_000)
# How pydantic, PyYAML and Python speak of what they found.
FOREIGN = re.compile(
    r"Input should|[Tt]uple|[Dd]iscriminator|valid (integer|number|dictionary|string|list)|function-|instance of|"
    r"Traceback|object at 0x|<class|Extra inputs|is not valid here|None\b.*None|not iterable|NoneType"
)


def study_or_error(path: Path, text: str, settings: tuple[str, ...] = ()) -> Study | SpecError:
    """Load a spec; whatever is raised but a SpecError fails the test."""
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        return load_study(path, overrides=settings)
    except SpecError as error:
        return error


def assert_clean(found: Study | SpecError, path: Path) -> None:
    """A study has trials; an error has problems, each with a place in the file, in the words of the language."""
    if isinstance(found, Study):
        assert found.trials
        return
    assert found.problems
    for problem in found.problems:
        assert problem.mark.file == str(path) or is_of_the_command_line(problem.mark)
        assert problem.severity == "error"
        assert problem.message
        assert not FOREIGN.search(problem.message), problem.message


def is_of_the_command_line(mark: Mark) -> bool:
    return mark.file.startswith("--set ") and mark.line is None


def test_seeds_of_the_mutations_are_valid_and_reach_factors_graphs_and_blocks(tmp_path: Path) -> None:
    found = [study_or_error(tmp_path / "spec.yaml", text) for text in map(_written, seeds())]
    studies = [study for study in found if isinstance(study, Study)]
    assert len(studies) == len(seeds()) > 15
    layers = [layer for study in studies for variant in study.variants for layer in variant.spec.model.layers]
    assert any(study.spec.factors for study in studies)
    assert {"residual", "concatenate", "conv2d", "dense"} <= {layer.kind for layer in layers}


def _written(document: object) -> str:
    import yaml

    return str(yaml.safe_dump(document, sort_keys=False))


@PROFILE
@given(text=mutants())
def test_mutated_spec_is_a_study_or_a_spec_error(tmp_path: Path, text: str) -> None:
    assert_clean(study_or_error(tmp_path / "spec.yaml", text), tmp_path / "spec.yaml")


@PROFILE
@given(text=misprints())
def test_misprinted_spec_is_a_study_or_a_spec_error(tmp_path: Path, text: str) -> None:
    assert_clean(study_or_error(tmp_path / "spec.yaml", text), tmp_path / "spec.yaml")


@PROFILE
@given(settings=overrides())
def test_random_override_is_a_study_or_a_spec_error(tmp_path: Path, settings: tuple[str, ...]) -> None:
    assert_clean(study_or_error(tmp_path / "spec.yaml", SMALL, settings), tmp_path / "spec.yaml")


@pytest.mark.slow
@THOROUGH
@given(text=mutants())
def test_each_of_10000_mutants_is_a_study_or_a_spec_error(tmp_path: Path, text: str) -> None:
    assert_clean(study_or_error(tmp_path / "spec.yaml", text), tmp_path / "spec.yaml")


@pytest.mark.slow
@settings(THOROUGH, max_examples=3_000)
@given(text=misprints(), settings=overrides())
def test_each_of_3000_misprints_is_a_study_or_a_spec_error(
    tmp_path: Path, text: str, settings: tuple[str, ...]
) -> None:
    assert_clean(study_or_error(tmp_path / "spec.yaml", text, settings), tmp_path / "spec.yaml")


@pytest.mark.slow
def test_every_model_of_a_valid_mutant_can_be_built_as_its_shapes_say(tmp_path: Path) -> None:
    import keras

    from ablation.model import ModelError, build_model

    wanted = collected(tmp_path / "spec.yaml")
    assert len(wanted) >= 500
    wrong: list[str] = []
    for index, (spec, sample, shapes) in enumerate(wanted.values()):
        try:
            model = build_model(spec, input_shape=sample, seed=0)  # type: ignore[arg-type]
        except (ValueError, TypeError, ModelError) as error:
            wrong.append(f"{error}: {spec}")
            continue
        if (tuple(model.output_shape[1:]), model.count_params()) != (shapes.output_shape, shapes.parameters):
            wrong.append(f"{model.output_shape[1:]}, {model.count_params()} parameters, not as in {shapes}: {spec}")
        if index % 100 == 99:
            keras.backend.clear_session()
    assert wrong == []


def without_weights(spec: ModelSpec) -> ModelSpec:
    """Start backbones at random: whether files of weights can be had is not the spec's."""
    layers = (
        layer.model_copy(update={"weights": "none"}) if isinstance(layer, Backbone) else layer for layer in spec.layers
    )
    return spec.model_copy(update={"layers": tuple(layers)})


def collected(path: Path) -> dict[str, tuple[ModelSpec, tuple[int | None, ...], ModelShapes]]:
    """Return every different small model of the valid ones among many neighbours of valid specs."""
    found: dict[str, tuple[ModelSpec, tuple[int | None, ...], ModelShapes]] = {}

    @settings(THOROUGH, max_examples=3_000)
    @given(text=neighbours())
    def collect(text: str) -> None:
        study = study_or_error(path, text)
        assert_clean(study, path)
        for variant in study.variants if isinstance(study, Study) else ():
            sample = sample_shape(variant.spec.data, catalogue()[variant.spec.data.dataset])
            shapes = model_shapes(variant.spec.model, sample)
            if shapes.parameters is not None and shapes.parameters <= MAX_PARAMETERS:
                spec = without_weights(variant.spec.model)
                found[f"{sample}{spec.model_dump_json()}"] = spec, sample, shapes

    collect()
    return found
