"""`extends`: a spec that says only what differs from another."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablation.spec import Problem, SpecError, Study, load_study

from .documents import SMALL, changed


def write(directory: Path, **files: str) -> Path:
    """Write YAML files by name; return `spec.yaml`."""
    for name, text in files.items():
        (directory / f"{name}.yaml").write_text(text, encoding="utf-8")
    return directory / "spec.yaml"


def study(directory: Path, text: str, base: str = SMALL) -> Study:
    return load_study(write(directory, base=base, spec=f"extends: base.yaml\n{text}"))


def problems(directory: Path, text: str, base: str = SMALL) -> list[tuple[str, int | None, str, str]]:
    path = write(directory, base=base, spec=f"extends: base.yaml\n{text}")
    return [row(problem) for problem in wrong(path)]


def wrong(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(SpecError) as raised:
        load_study(path)
    return raised.value.problems


def row(problem: Problem) -> tuple[str, int | None, str, str]:
    return Path(problem.mark.file).name, problem.mark.line, problem.path, problem.message


def test_file_that_extends_another_has_all_that_it_does_not_change(tmp_path: Path) -> None:
    found = study(tmp_path, "study: other\ntraining: {epochs: 7}\n")
    assert (found.name, found.seeds, [variant.name for variant in found.variants]) == (
        "other",
        (0, 1),
        ["plain", "dropout"],
    )
    training = found.variants[0].spec.training
    assert (training.epochs, training.optimizer.kind, training.optimizer.learning_rate) == (7, "sgd", 0.1)


def test_list_replaces_a_list(tmp_path: Path) -> None:
    found = study(tmp_path, "data: {normalize: [{kind: standardize}]}\nseeds: [5]\n")
    assert [step.kind for step in found.variants[0].spec.data.normalize] == ["standardize"]
    assert found.seeds == (5,)


def test_null_removes_a_key(tmp_path: Path) -> None:
    found = study(tmp_path, "variants: {dropout: ~}\ncompare: ~\ntraining: {optimizer: ~}\n")
    assert [variant.name for variant in found.variants] == ["plain"]
    assert found.variants[0].spec.training.optimizer.kind == "adam"


def test_null_of_a_new_variant_is_a_value(tmp_path: Path) -> None:
    base = changed("units: 8", "units: 8, kernel_regularizer: {kind: l2}")
    new = "variants: {free: {set: {model.layers.hidden.kernel_regularizer: ~}}}\n"
    free = study(tmp_path, new, base).variants[-1]
    assert free.name == "free"
    assert "kernel_regularizer': None" in str(free.spec.model.model_dump())


def test_value_replaces_a_mapping_and_a_mapping_a_value(tmp_path: Path) -> None:
    found = study(tmp_path, "seeds: 2\nvariants: {plain: {description: The base.}}\n")
    assert found.seeds == (0, 1)
    assert found.spec.variants is not None
    assert found.spec.variants["plain"].description == "The base."


def test_file_of_three_merges_in_order(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        first=SMALL,
        second="extends: first.yaml\ntraining: {epochs: 5, batch_size: 16}\n",
        spec="extends: second.yaml\ntraining: {epochs: 9}\n",
    )
    training = load_study(path).variants[0].spec.training
    assert (training.epochs, training.batch_size) == (9, 16)


def test_file_is_found_beside_the_one_that_extends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "base.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "below" / "spec.yaml").write_text("extends: ../base.yaml\nseeds: [3]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "below")
    assert load_study(Path("spec.yaml")).seeds == (3,)


def test_override_comes_after_every_file(tmp_path: Path) -> None:
    path = write(tmp_path, base=SMALL, spec="extends: base.yaml\ntraining: {epochs: 7}\n")
    assert load_study(path, overrides=("training.epochs=4",)).variants[0].spec.training.epochs == 4


def test_problem_of_the_extended_file_names_that_file_and_line(tmp_path: Path) -> None:
    base = changed("rate: 0.5", "rate: 1.4", changed("enabled: true", "enabled: yes"))
    assert problems(tmp_path, "seeds: [3]\n", base) == [
        ("base.yaml", 10, "model.layers.drop.rate", "must be less than 1"),
        ("base.yaml", 18, "model.layers.drop.enabled", "must be true or false"),
    ]


def test_problems_of_both_files_are_reported_each_at_its_place(tmp_path: Path) -> None:
    text = "training: {epochs: two}\nsedes: 3\nvariants: {wide: {set: {model.layers.hiden.units: 3}}}\n"
    assert problems(tmp_path, text, changed("rate: 0.5", "rate: 1.4")) == [
        ("base.yaml", 10, "model.layers.drop.rate", "must be less than 1"),
        ("spec.yaml", 2, "training.epochs", "must be a whole number"),
        ("spec.yaml", 3, "sedes", "unknown key"),
        ("spec.yaml", 4, "variants.wide.set.model.layers.hiden.units", "matches nothing"),
    ]


def test_key_twice_in_both_files_is_reported_for_both(tmp_path: Path) -> None:
    found = problems(tmp_path, "seeds: [3]\nseeds: [4]\n", changed("epochs: 2", "epochs: 2\n  epochs: 3"))
    assert found == [
        ("spec.yaml", 3, "seeds", "duplicate key"),
        ("base.yaml", 15, "training.epochs", "duplicate key"),
    ]


def test_value_that_is_replaced_is_no_problem(tmp_path: Path) -> None:
    assert study(tmp_path, "seeds: [3]\n", changed("[0, 1]", "many")).seeds == (3,)


WRONG_TARGETS = {
    "number": (
        "3",
        "must be a file name",
        "got 3. Write the name of a YAML file, relative to this one, e.g. base.yaml.",
    ),
    "list": ("[base.yaml]", "must be a file name", "got [base.yaml]."),
    "empty": ("''", "must be a file name", "got ''."),
    "nothing": ("", "must be a file name", "got nothing."),
    "absolute": ("/tmp/base.yaml", "must be a YAML file, by a relative path", "got '/tmp/base.yaml'."),
    "no_yaml": ("base.txt", "must be a YAML file, by a relative path", "got 'base.txt'."),
    "missing": ("bse.yaml", "no such file", "Did you mean base.yaml?"),
    "folder": ("folder.yaml", "no such file", "folder.yaml is not there."),
    "null_character": ('"a\\0.yaml"', "no such file", "is not there."),
    "itself": ("spec.yaml", "spec.yaml extends itself", "Remove one `extends`."),
    "itself_by_another_way": ("./spec.yaml", "spec.yaml extends itself", "Remove one `extends`."),
}


@pytest.mark.parametrize("name", WRONG_TARGETS)
def test_extends_that_is_wrong_is_reported_at_its_line(tmp_path: Path, name: str) -> None:
    target, message, hint = WRONG_TARGETS[name]
    (tmp_path / "folder.yaml").mkdir()
    (problem,) = wrong(write(tmp_path, base=SMALL, spec=f"study: a\nextends: {target}\n"))
    assert row(problem)[:3] == ("spec.yaml", 2, "extends")
    assert message in problem.message
    assert hint in problem.hint


def test_files_that_extend_each_other_are_reported_where_the_circle_closes(tmp_path: Path) -> None:
    path = write(
        tmp_path, spec="extends: second.yaml\n", second="extends: third.yaml\n", third="\nextends: spec.yaml\n"
    )
    (problem,) = wrong(path)
    assert row(problem) == ("third.yaml", 2, "extends", "spec.yaml extends itself, by way of 2 other files")


def test_chain_of_too_many_files_is_reported(tmp_path: Path) -> None:
    files = {f"f{index}": f"extends: f{index + 1}.yaml\n" for index in range(12)}
    (problem,) = wrong(write(tmp_path, spec="extends: f0.yaml\n", f12=SMALL, **files))
    assert (problem.message, problem.hint) == ("more than 10 files extend each other", "Put them together.")


def test_extended_file_that_is_not_yaml_is_reported_with_what_is_known_of_the_other(tmp_path: Path) -> None:
    found = problems(tmp_path, "seeds: [1]\nseeds: [2]\n", "study: [a\n")
    assert [each[:2] for each in found] == [("spec.yaml", 3), ("base.yaml", 1)]
