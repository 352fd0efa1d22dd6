from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

import ablation.spec
from ablation.spec import StudySpec, TrainingSpec
from ablation.spec.base import SpecModel
from ablation.spec.study import LEFT_OUT_OF_IDENTITY, RESULT_SECTIONS


def descendants(model: type[SpecModel]) -> Iterator[type[SpecModel]]:
    for child in model.__subclasses__():
        if child.__module__.startswith("ablation.spec."):
            yield from [child, *descendants(child)]


MODELS = sorted(
    (model for model in descendants(SpecModel) if not model.__name__.startswith("_")), key=lambda model: model.__name__
)
BUILT = {"Trial", "TrialSpec"}  # made by the program, not written by a person


def test_every_model_of_the_language_is_public() -> None:
    assert {"Adam", "Dense", "Rescale", "StudySpec", "TrialSpec"} < {model.__name__ for model in MODELS}
    public = [getattr(ablation.spec, name, None) for name in ablation.spec.__all__]
    public += [value for room in public if inspect.ismodule(room) for value in vars(room).values()]
    assert [model.__name__ for model in MODELS if model not in public] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_model_is_frozen_strict_and_knows_its_keys(model: type[BaseModel]) -> None:
    config = model.model_config
    assert (config["frozen"], config["extra"], config["strict"], config["allow_inf_nan"]) == (
        True,
        "forbid",
        True,
        False,
    )


@pytest.mark.parametrize("model", [model for model in MODELS if model.__name__ not in BUILT], ids=lambda m: m.__name__)
def test_every_field_but_kind_is_described(model: type[BaseModel]) -> None:
    silent = [name for name, field in model.model_fields.items() if name != "kind" and not field.description]
    assert silent == []
    assert model.__doc__


def test_every_field_of_a_study_is_in_the_identity_or_left_out_of_it() -> None:
    assert sorted([*RESULT_SECTIONS, *LEFT_OUT_OF_IDENTITY]) == sorted(StudySpec.model_fields)
    assert not set(RESULT_SECTIONS) & set(LEFT_OUT_OF_IDENTITY)


def test_json_schema_of_the_language_can_be_made() -> None:
    schema = StudySpec.model_json_schema()
    assert schema["required"] == ["study", "data", "model", "training"]
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("is_wanted", [True, False])
def test_one_word_for_all_diagnostics_is_the_same_spec_as_each_of_them(is_wanted: bool) -> None:
    each = {"norms": is_wanted, "dead_units": is_wanted, "clean_metrics": is_wanted}
    short, long = (TrainingSpec.model_validate({"epochs": 1, "diagnostics": value}) for value in (is_wanted, each))
    assert short.model_dump() == long.model_dump()
