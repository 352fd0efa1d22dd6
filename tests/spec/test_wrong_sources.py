"""Datasets of a study's own that are described wrongly: each is one problem, at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from .documents import Wrong, assert_reported, changed, load, problems

SHA = "a" * 64
CSV = "format: {kind: csv, targets: [y]}"
HELD = "holdout: {test_fraction: 0.2}"
A_FILE = f"{{uri: a.csv, sha256: {SHA}}}"
TRAIN, TEST = (f"{{uri: {part}.csv, sha256: {SHA}, part: {part}}}" for part in ("train", "test"))


def source(text: str, path: str, message: str, hint: str) -> Wrong:
    return Wrong("dataset: digits", f"dataset: {{{text}}}", 3, f"data.dataset{path}", message, hint)


def address(uri: str, message: str, hint: str) -> Wrong:
    return source(f"uri: '{uri}', sha256: {SHA}, classes: 2, {CSV}, {HELD}", ".uri", message, hint)


def described(text: str, path: str, message: str, hint: str) -> Wrong:
    return source(f"uri: data/a.csv, sha256: {SHA}, {text}", path, message, hint)


def several(files: str, path: str, message: str, hint: str) -> Wrong:
    return source(f"files: [{files}], {CSV}", path, message, hint)


WRONG_FILES = {
    "digest_missing": source(
        f"uri: data/a.csv, {CSV}, {HELD}",
        ".sha256",
        "is missing",
        "Add `sha256:`; `ablate data digest data/a.csv` prints it.",
    ),
    "digest_of_an_address_missing": source(
        f"uri: 'https://example.org/a.csv', {CSV}, {HELD}", ".sha256", "is missing", "`ablate data digest PATH`"
    ),
    "digest_of_one_of_several_missing": several(
        "{uri: a.csv}",
        ".files.0.sha256",
        "is missing",
        "Add `sha256:`. Digest of the file, as `ablate data digest PATH`",
    ),
    "digest_too_short": source(
        f"uri: a.csv, sha256: abc, {CSV}",
        ".sha256",
        "must be letters a to f and digits; exactly 64 characters",
        "got 'abc'. Digest of the file, as `ablate data digest PATH` prints it",
    ),
    "digest_in_capitals": source(f"uri: a.csv, sha256: {'A' * 64}, {CSV}", ".sha256", "64 characters", f"Write {SHA}."),
    "digest_that_is_a_number": source(
        f"uri: a.csv, sha256: {'1' * 64}, {CSV}", ".sha256", "must be text", "Put it in quotes."
    ),
    "address_missing": source(f"sha256: {SHA}, {CSV}", ".uri", "is missing", "Add `uri:`. https://, http://, s3://"),
    "nothing": source(CSV, ".uri", "is missing", "Add `uri:` and `sha256:`, or `files:` with both for each file."),
    "no_files": source(f"files: [], {CSV}", ".uri", "is missing", "Add `uri:` and `sha256:`, or `files:`"),
    "address_and_files": source(
        f"uri: a.csv, sha256: {SHA}, files: [{A_FILE}], {CSV}",
        ".files",
        "a dataset has either uri and sha256, or files",
        "Remove files, or uri and sha256.",
    ),
    "file_twice": several(
        f"{TRAIN}, {TEST}",
        ".files.1.sha256",
        "is the digest of files.0 as well: a file counts once",
        "Remove one of them, or write its own digest.",
    ),
    "file_as_text": several(
        "a.csv", ".files.0", "must be a mapping of keys to values", "with the keys uri, sha256, part"
    ),
    "unknown_key": described(f"{CSV}, hash: x", ".hash", "unknown key", "shape"),
    "file_instead_of_a_source": Wrong(
        "dataset: digits",
        "dataset: data/wine.csv",
        3,
        "data.dataset",
        "is a name of the catalogue, not a file",
        "For files of your own write {uri: ..., sha256: ..., format: {kind: ...}}.",
    ),
    "list_of_files": Wrong(
        "dataset: digits", f"dataset: [{A_FILE}]", 3, "data.dataset", "must be text", "or a dataset"
    ),
}
WRONG_ADDRESSES = {
    "another_scheme": address(
        "ftp://a.org/a.csv", "nothing is read from ftp:", "Use https://, http://, s3:// or file://"
    ),
    "drive": address("C:/data/a.csv", "nothing is read from c:", "or a path relative to the working directory."),
    "relative_file": address(
        "file://data/a.csv", "file:// takes an absolute path, file:///...", "Write the path alone: data/a.csv."
    ),
    "relative_file_of_one_slash": address(
        "file:a.csv", "file:// takes an absolute path", "Write the path alone: a.csv."
    ),
    "user_and_password": address(
        "https://me:secret@a.org/a.csv",
        "holds a user name or a password, and a spec is published with its results",
        "Fetch the file yourself and write its path; buckets are opened by the variables AWS_*.",
    ),
    "user_of_a_bucket": address("s3://key@bucket/a.csv", "holds a user name or a password", "the variables AWS_*"),
    "signature": address(
        "https://a.org/a.csv?x=1&X-Amz-Signature=f00",
        "holds the parameter X-Amz-Signature, which lets in whoever has the address",
        "write its path",
    ),
    "no_server": address("https:///a.csv", "names no server", "Write https://NAME/PATH."),
    "no_bucket": address("s3:///a.csv", "names no server", "Write s3://NAME/PATH."),
    "blank": address("https://a.org/my data/a.csv", "has a blank", "Write %20 for it."),
    "not_closed": address("https://[a/a.csv", "is no address: Invalid IPv6 URL", "Write an address, or a path."),
    "unprintable": source(
        f'uri: "a\\x1b.csv", sha256: {SHA}, {CSV}', ".uri", "has a character that cannot be printed", "Remove it."
    ),
    "empty": address("", "must not be empty", "got ''"),
    "too_long": address("a" * 2001, "must be at most 2000 characters", "got 'aaa"),
    "hidden_file": address("data/.hidden", "ends with '.hidden', which is no plain file name", "begins with a letter"),
    "folder_above": address("..", "ends with '..', which is no plain file name", "Give it a name of letters"),
    "name_with_a_blank": address(
        "my wine.csv", "ends with 'my wine.csv', which is no plain", "letters, digits, _, - and ."
    ),
    "no_name": address("https://a.org/", "ends without the name of a file", "Give it a name"),
}
WRONG_FORMATS = {
    "format_missing": described("classes: 2", ".format", "is missing", "Add `format:`. How the files are read."),
    "kind_unknown": described(
        "format: {kind: cvs, targets: [y]}", ".format.kind", "unknown kind 'cvs'", "Did you mean csv?"
    ),
    "kind_of_the_catalogue_alone": described(
        "format: {kind: sklearn_digits}", ".format.kind", "unknown kind 'sklearn_digits'", "Choose from: npz,"
    ),
    "kind_by_its_name": described(
        "format: csv", ".format", "must be a mapping with a kind", "{kind: csv, targets: ...}"
    ),
    "csv_without_targets": described(
        "format: {kind: csv}", ".format.targets", "is missing", "Add `targets:`. Columns to predict"
    ),
    "csv_of_no_targets": described(
        "format: {kind: csv, targets: []}", ".format.targets", "must not be empty", "got []"
    ),
    "csv_target_as_text": described(
        "format: {kind: csv, targets: y}", ".format.targets", "must be a list", "Write [y]."
    ),
    "feature_that_is_a_target": described(
        "format: {kind: csv, targets: [y], features: [x, y]}",
        ".format.features.1",
        "the column 'y' is a target as well",
        "Remove one of them.",
    ),
    "feature_twice": described(
        "format: {kind: csv, targets: [y], features: [x, x]}", ".format.features.1", "'x' stands twice", "Remove one"
    ),
    "target_twice": described(
        "format: {kind: csv, targets: [y, y]}", ".format.targets.1", "'y' stands twice", "Remove one"
    ),
    "delimiter_of_two": described(
        "format: {kind: csv, targets: [y], delimiter: ', '}", ".format.delimiter", "must be one character", "got ', '"
    ),
    "delimiter_that_is_not_ascii": described(
        "format: {kind: csv, targets: [y], delimiter: ö}",
        ".format.delimiter",
        "must be an ASCII character that neither quotes a value nor ends a line",
        "Write another one, such as ',', ';' or '\\t'.",
    ),
    "delimiter_that_quotes": described(
        "format: {kind: csv, targets: [y], delimiter: '\"'}", ".format.delimiter", "neither quotes a value", "Write"
    ),
    "delimiter_that_ends_a_line": described(
        'format: {kind: csv, targets: [y], delimiter: "\\n"}', ".format.delimiter", "nor ends a line", "Write another"
    ),
    "delimiter_that_returns": described(
        'format: {kind: csv, targets: [y], delimiter: "\\r"}', ".format.delimiter", "nor ends a line", "Write another"
    ),
    "sequences_of_two_columns": described(
        "format: {kind: parquet, targets: [y], features: [a, b], sequences: true}",
        ".format.features",
        "sequences are one column, got 2",
        "Keep the column of lists.",
    ),
    "option_of_another_format": described(
        "format: {kind: npz, delimiter: x}", ".format.delimiter", "unknown key", "Choose from: kind."
    ),
}
WRONG_TASKS = {
    "classes_in_two_columns": described(
        f"format: {{kind: csv, targets: [a, b]}}, classes: 3, {HELD}",
        ".format.targets",
        "classes stand in one column, got 2",
        "Keep one, or remove `classes:` to predict numbers.",
    ),
    "classes_and_targets": described(
        f"{CSV}, classes: 3, targets: 1, {HELD}", ".targets", "either classes, to tell apart, or targets", "Remove one"
    ),
    "targets_that_are_not_the_columns": described(
        f"{CSV}, targets: 2, {HELD}", ".targets", "is 2, but format.targets has 1", "Remove it: columns are counted."
    ),
    "one_class": described(f"{CSV}, classes: 1, {HELD}", ".classes", "must be at least 2", "got 1. Number of classes"),
    "images_without_classes": described(
        "format: {kind: image_folders}", ".classes", "is missing: image_folders holds classes", "Add `classes:`"
    ),
    "shape_of_sequences": described(
        "format: {kind: keras_sequences}, input_shape: [9]",
        ".input_shape",
        "that of sequences",
        "Remove it.",
    ),
    "shape_that_is_not_the_columns": described(
        f"format: {{kind: csv, targets: [y], features: [a, b]}}, input_shape: [3], {HELD}",
        ".input_shape",
        "is not that of these files, [2]",
        "Remove it.",
    ),
}
WRONG_PARTS = {
    "holdout_missing": described(
        CSV,
        ".holdout",
        "is missing: nothing says which samples are for testing",
        "Add `holdout: {test_fraction: 0.2}`, or give each of several files a `part:`, train or test.",
    ),
    "holdout_of_two_idx_missing": source(
        f"files: [{A_FILE}, {A_FILE}], format: {{kind: idx}}", ".holdout", "is missing", "Add `holdout: {test_frac"
    ),
    "holdout_of_four_idx": source(
        f"files: [{', '.join([A_FILE] * 4)}], format: {{kind: idx}}, {HELD}",
        ".holdout",
        "files of the format idx have a test part",
        "Remove it.",
    ),
    "holdout_of_sequences": described(
        f"format: {{kind: keras_sequences}}, classes: 2, {HELD}",
        ".holdout",
        "keras_sequences have a test part",
        "Remove it.",
    ),
    "holdout_of_cifar": described(
        f"format: {{kind: cifar_python}}, classes: 10, {HELD}",
        ".holdout",
        "cifar_python have a test part",
        "Remove it.",
    ),
    "holdout_beside_parts": source(
        f"files: [{TRAIN}, {TEST}], {CSV}, {HELD}", ".holdout", "the files have a test part already", "Remove it."
    ),
    "holdout_of_everything": described(
        f"{CSV}, holdout: {{test_fraction: 1.0}}", ".holdout.test_fraction", "must be less than 1", "got 1.0"
    ),
    "holdout_without_a_fraction": described(
        f"{CSV}, holdout: {{seed: 1}}", ".holdout.test_fraction", "is missing", "Add `test_fraction:`. Share of"
    ),
    "part_unknown": several(
        f"{{uri: a.csv, sha256: {SHA}, part: val}}",
        ".files.0.part",
        "must be train or test",
        "Choose from: train, test",
    ),
    "part_missing_in_one": several(
        f"{TRAIN}, {A_FILE}", ".files.1.part", "is missing: other files have one", "Add `part:`"
    ),
    "part_train_alone": several(TRAIN, ".files", "every file is of the part train", "Add files of the other part"),
    "part_of_idx": source(
        f"files: [{TRAIN}, {TRAIN}, {TEST}, {TEST}], format: {{kind: idx}}",
        ".files.0.part",
        "idx says by itself which samples are for testing, or by the order of its files",
        "Remove `part:`.",
    ),
    "three_of_idx": source(
        f"files: [{', '.join([A_FILE] * 3)}], format: {{kind: idx}}",
        ".files",
        "idx takes four files (training images, training labels, test images, test labels) or two (images, "
        "labels); got 3",
        "Take fewer.",
    ),
    "one_of_idx": described("format: {kind: idx}", ".uri", "or two (images, labels); got 1", "as many under `files:`."),
    "two_of_npz": source(
        f"files: [{A_FILE}, {A_FILE}], format: {{kind: npz}}", ".files", "npz takes one file; got 2", "Take fewer."
    ),
    "two_of_cifar": source(
        f"files: [{A_FILE}, {A_FILE}], format: {{kind: cifar_binary}}, classes: 10",
        ".files",
        "cifar_binary takes one file; got 2",
        "Take fewer.",
    ),
}
WRONG_SOURCES = WRONG_FILES | WRONG_ADDRESSES | WRONG_FORMATS | WRONG_TASKS | WRONG_PARTS


@pytest.mark.parametrize("name", WRONG_SOURCES)
def test_source_that_is_wrong_is_reported_at_its_place(tmp_path: Path, name: str) -> None:
    assert_reported(tmp_path, WRONG_SOURCES[name])


@pytest.mark.parametrize("uri", ["https://me:hunter2@a.org/a.csv", "https://a.org/a.csv?token=hunter2"])
def test_secret_of_an_address_is_not_repeated(tmp_path: Path, uri: str) -> None:
    (problem,) = problems(tmp_path, changed("digits", f"{{uri: '{uri}', sha256: {SHA}, {CSV}, {HELD}}}"))
    assert "hunter2" not in str(problem)


ADDRESSES = [
    "https://a.org/b/c.csv?version=3",
    "http://127.0.0.1:8000/a.csv",
    "s3://bucket/folder/a.csv",
    "file:///data/my%20folder/a.csv",
    "/data/a.csv",
    "../data/my folder/a.csv",
    "a.csv",
]


@pytest.mark.parametrize("uri", ADDRESSES)
def test_address_or_path_is_accepted(tmp_path: Path, uri: str) -> None:
    text = changed("digits", f"{{uri: '{uri}', sha256: {SHA}, {CSV}, classes: 10, input_shape: [4], {HELD}}}")
    (file,) = load(tmp_path, text).variants[0].spec.data.dataset.dataset.files  # type: ignore[union-attr]
    assert (file.url, file.name, file.sha256, file.is_own) == (uri, uri.partition("?")[0].split("/")[-1], (SHA,), True)
