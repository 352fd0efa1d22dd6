"""The charts: well-formed, with the expected marks, and not blank."""

from __future__ import annotations

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import pytest

from ablation.history import History
from ablation.report import StudyReport, render_trial_curves, theme
from ablation.report.charts.epochs import picture_epochs, spread_apart
from ablation.report.charts.series import mean_curves, turning_points
from ablation.report.drawing.domain import Domain, axis_domain
from ablation.report.drawing.ticks import epoch_ticks

from .studies import history, study

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PATH = "{http://www.w3.org/2000/svg}path"
CIRCLE = "{http://www.w3.org/2000/svg}circle"


def strokes(svg: bytes) -> list[str]:
    """Return the colour of every drawn path."""
    return [path.get("stroke", "") for path in ElementTree.fromstring(svg).iter(PATH)]


def png_bytes_used(png: bytes) -> int:
    """Return how many byte values occur in the picture's data."""
    data, place = b"", len(PNG_SIGNATURE)
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        place += 12 + length
    return len(set(zlib.decompress(data)))


def test_every_chart_of_a_study_comes_in_three_forms(files: dict[str, bytes]) -> None:
    names = {name.removesuffix(".svg") for name in files if name.endswith(".svg")}
    assert names == {"effects", "validation_loss", "training_loss", "learning_curves"}
    for name in names:
        ElementTree.fromstring(files[f"{name}.svg"])
        assert files[f"{name}.png"].startswith(PNG_SIGNATURE)
        assert png_bytes_used(files[f"{name}.png"]) > 50
        assert files[f"{name}.csv"].startswith(b"variant,")


@pytest.mark.parametrize(("penalty", "metrics"), [(0.0, ["loss"]), (0.1, ["loss", "objective"])])
def test_objective_has_charts_only_where_a_trial_has_a_penalty(penalty: float, metrics: list[str]) -> None:
    plain = {name: [1.0, 2.0] for name in ("loss", "val_loss", "objective", "val_objective")}
    with_penalty = plain | {"objective": [1.0 + penalty, 2.0 + penalty]}
    histories = {"original": {0: History(columns=plain)}, "l2": {0: History(columns=with_penalty)}}
    assert study(seeds=(0,)).model_copy(update={"histories": histories}).paired_metrics() == metrics


def test_validation_chart_has_a_line_a_seed_and_a_mean_a_variant(files: dict[str, bytes]) -> None:
    drawn = strokes(files["validation_loss.svg"])
    assert drawn.count(theme.BASELINE) == 3 + 1
    assert drawn.count(theme.VARIANT_COLOURS[0]) == 3 + 1


def test_baseline_is_thicker_than_the_others(files: dict[str, bytes]) -> None:
    svg = ElementTree.fromstring(files["validation_loss.svg"])
    widths = {path.get("stroke"): float(path.get("stroke-width", 0)) for path in svg.iter(PATH)}
    assert widths[theme.BASELINE] > widths[theme.VARIANT_COLOURS[0]]


def test_forest_plot_names_variants_verdicts_and_baseline(files: dict[str, bytes]) -> None:
    text = " ".join(ElementTree.fromstring(files["effects.svg"]).itertext())
    assert "baseline: original" in text and "l2" in text and "helps: -0." in text and "(left is better)" in text


def test_clipped_axis_carries_its_tag(files: dict[str, bytes]) -> None:
    assert b"clipped: some values lie outside the axis" in files["validation_loss.svg"]


def test_many_variants_get_a_panel_each() -> None:
    variants = [f"v{place}" for place in range(12)]
    svg = picture_epochs(study(variants, (0, 1)), "val_loss").drawing("").svg
    assert strokes(svg).count(theme.BASELINE) == 11
    assert all(f">{variant}<".encode() in svg for variant in variants[1:])


def test_trial_curves_have_a_panel_a_metric_and_both_splits() -> None:
    files = render_trial_curves(history(), title='l2 "<&>" seed 3')
    root = ElementTree.fromstring(files["curves.svg"])
    text = list(root.itertext())
    assert {"loss", "objective", "training", "validation", 'l2 "<&>" seed 3'} <= set(text)
    assert files["curves.png"].startswith(PNG_SIGNATURE)


def test_clean_metrics_are_a_third_line_in_the_panel_of_their_metric() -> None:
    columns = history().columns
    clean = History(columns=columns | {"clean_loss": [value / 2 for value in columns["loss"]]})
    plain_svg, clean_svg = (render_trial_curves(each, title="t")["curves.svg"] for each in (history(), clean))
    assert strokes(plain_svg).count(theme.CLEAN_COLOUR) == 0
    assert strokes(clean_svg).count(theme.CLEAN_COLOUR) == 1
    text = list(ElementTree.fromstring(clean_svg).itertext())
    assert "training, dropout off" in text and "clean_loss" not in text


@pytest.mark.parametrize("epochs", [1, 2])
def test_trial_curves_of_few_epochs_show_points(epochs: int) -> None:
    svg = render_trial_curves(history(epochs=epochs), title="t")["curves.svg"]
    dots = [dot.get("fill") for dot in ElementTree.fromstring(svg).iter(CIRCLE)]
    assert dots.count(theme.VALIDATION_COLOUR) == epochs  # of the loss; the objective is of the training alone


def test_trial_curves_of_a_diverged_trial_tell_the_epoch() -> None:
    svg = render_trial_curves(history(diverges_at=4), title="t")["curves.svg"]
    assert b"a value is not finite at epoch 4" in svg
    assert b"NaN" not in svg and b"Infinity" not in svg


def test_trial_curves_without_any_value_are_left_out() -> None:
    assert render_trial_curves(History(columns={"epoch": [], "loss": []}), title="t") == {}
    assert render_trial_curves(History(columns={"epoch": [1.0], "loss": [float("nan")]}), title="t") == {}


def test_trial_curves_may_be_drawn_from_several_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda _: render_trial_curves(history(), title="t")["curves.svg"], range(4)))
    assert len(set(drawn)) == 1


def test_mean_curve_ends_where_the_first_seed_stops() -> None:
    report = study(seeds=(0, 1))
    histories = {"original": {0: history(0.0, epochs=6), 1: history(1.0, epochs=4)}}
    curve = mean_curves(report.model_copy(update={"histories": histories}), "val_loss")["original"]
    assert [epoch for epoch, _ in curve] == [1, 2, 3, 4]
    assert curve[2][1] == pytest.approx(1.5)


def test_mean_curve_leaves_failed_trials_out(report: StudyReport) -> None:
    history_of_0 = report.histories["dropout"][0].columns["val_loss"]
    assert [value for _, value in mean_curves(report, "val_loss")["dropout"]] == pytest.approx(history_of_0)


def test_turning_point_is_the_epoch_of_the_best_mean(report: StudyReport) -> None:
    assert turning_points(report, "val_loss")["original"][0] == 3


def test_axis_is_cut_at_outliers_only() -> None:
    assert not axis_domain([0.1 * step for step in range(20)]).is_clipped
    cut = axis_domain([*(0.1 * step for step in range(20)), 1e9])
    assert cut.is_clipped and cut.high < 4
    assert axis_domain([1e308, -1e308]).is_clipped


def test_curve_is_cut_where_it_leaves_the_axis() -> None:
    domain = Domain(0.0, 1.0, is_clipped=True)
    assert domain.cut([(1, 0.5), (2, 1.5), (3, 0.5), (4, None)]) == [
        (1, 0.5), (1.5, 1.0), (2, None), (2.5, 1.0), (3, 0.5), (4, None)
    ]  # fmt: skip


def test_labels_are_spread_apart_within_the_plot() -> None:
    assert spread_apart([10.0, 11.0, 99.0], 16, 100) == [10.0, 26.0, 99.0]
    assert spread_apart([95.0, 96.0], 16, 100) == [84.0, 100]


@pytest.mark.parametrize(
    ("epochs", "most", "ticks"), [(range(1, 4), 6, [1, 2, 3]), (range(1, 21), 6, [5, 10, 15, 20]), ([7], 6, [7])]
)
def test_epoch_ticks_are_round_and_few(epochs: list[int], most: int, ticks: list[int]) -> None:
    assert epoch_ticks(epochs, most) == ticks


def test_colours_follow_the_order_of_the_spec_and_the_baseline_is_grey() -> None:
    colours = theme.colours_of(["a", "base", "b"], "base")
    assert colours == {"a": theme.VARIANT_COLOURS[0], "base": theme.BASELINE, "b": theme.VARIANT_COLOURS[1]}
