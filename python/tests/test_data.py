import os
import threading
from pathlib import Path

import numpy as np
import pytest

from wildsage_workload import recordio
from wildsage_workload.failures import UserError
from wildsage_workload.xgboost_algorithm import data, libsvm, request_content


def channel(tmp_path: Path, **files: str | bytes) -> Path:
    folder = tmp_path / "channel"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", " "])
def test_csv_has_its_label_first_and_any_usual_delimiter(tmp_path: Path, delimiter: str) -> None:
    folder = channel(tmp_path, a=f"1{delimiter}2.5{delimiter}3\n0{delimiter}4{delimiter}-5e-1\n")
    rows = data.read(folder, "csv", False)
    assert rows is not None
    assert rows.labels.tolist() == [1, 0]
    assert rows.features.tolist() == [[2.5, 3], [4, -0.5]]


def test_an_empty_csv_field_is_a_missing_value(tmp_path: Path) -> None:
    rows = data.read(channel(tmp_path, a="1,,3\n0,nan,2\n"), "csv", False)
    assert rows is not None and np.isnan(rows.features[:, 0]).all()


def test_csv_weights_are_the_second_column(tmp_path: Path) -> None:
    rows = data.read(channel(tmp_path, a="1,0.5,3\n0,2,4\n"), "csv", True)
    assert rows is not None and rows.weights is not None
    assert rows.weights.tolist() == [0.5, 2]
    assert rows.features.tolist() == [[3], [4]]


def test_several_files_and_folders_are_one_data_set_without_marker_files(tmp_path: Path) -> None:
    folder = channel(tmp_path, b="2,20\n", a="1,10\n", _SUCCESS="x", empty="")
    (folder / "more").mkdir()
    (folder / "more" / "c").write_text("3,30\n")
    rows = data.read(folder, "csv", False)
    assert rows is not None and rows.labels.tolist() == [1, 2, 3]


def test_a_channel_without_data_is_none(tmp_path: Path) -> None:
    assert data.read(channel(tmp_path, _SUCCESS="x"), "csv", False) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("label,age\n1,2\n", "without a header: 'label,age'"),
        ("1,2\n1,old\n", "old"),
        ("1,2\n1,2,3\n", "3"),
        ("1\n2\n", "Could not determine delimiter"),
    ],
)
def test_bad_csv_is_refused_with_its_file(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(UserError, match=f"Failed to load csv data from broken: .*{message}"):
        data.read(channel(tmp_path, broken=content), "csv", False)


def test_files_of_different_width_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="different numbers of columns: 2 and 3"):
        data.read(channel(tmp_path, a="1,2\n", b="1,2,3\n"), "csv", False)


def test_hidden_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Hidden file"):
        data.read(channel(tmp_path, **{".hidden": "1,2\n"}), "csv", False)


def test_libsvm_keeps_its_columns_weights_and_groups(tmp_path: Path) -> None:
    rows = data.read(channel(tmp_path, a="1:0.5 qid:3 1:2 3:4 # note\n\n0 qid:4 2:1\n"), "libsvm", False)
    assert rows is not None and rows.weights is not None and rows.groups is not None
    assert rows.features.toarray().tolist() == [[0, 2, 0, 4], [0, 0, 1, 0]]
    assert (rows.labels.tolist(), rows.weights.tolist(), rows.groups.tolist()) == ([1, 0], [0.5, 1], [3, 4])


def test_libsvm_files_may_show_fewer_columns_than_others(tmp_path: Path) -> None:
    rows = data.read(channel(tmp_path, a="1 0:1\n", b="0 5:1\n"), "libsvm", False)
    assert rows is not None and rows.features.shape == (2, 6)


@pytest.mark.parametrize("content", ["1 a:2\n", "1 2\n", "x 1:2\n", "1 -1:2\n", "1 1.5:2\n", "1 1:2:3\n", "1,2,3\n"])
def test_bad_libsvm_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UserError, match="Failed to load libsvm data"):
        data.read(channel(tmp_path, a=content), "libsvm", False)


def test_inference_rows_may_leave_the_label_out() -> None:
    assert libsvm.parse(b"0:1 2:3", labelled=False).features.toarray().tolist() == [[1, 0, 3]]
    assert libsvm.parse(b"9 0:1 2:3", labelled=False).features.toarray().tolist() == [[1, 0, 3]]


def test_parquet_and_recordio_have_the_label_too(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    folder = channel(tmp_path)
    parquet.write_table(pyarrow.table({"y": [1, 0], "a": [2.5, None], "b": [1, 2]}), folder / "data.parquet")
    rows = data.read(folder, "parquet", False)
    assert rows is not None and rows.labels.tolist() == [1, 0]
    assert rows.features[0].tolist() == [2.5, 1] and np.isnan(rows.features[1, 0])
    (folder / "data.parquet").unlink()
    (folder / "data.pbr").write_bytes(recordio.write_features(np.array([[1.0, 2]]), np.array([7.0])))
    rows = data.read(folder, "recordio-protobuf", False)
    assert rows is not None and rows.labels.tolist() == [7] and rows.features.tolist() == [[1, 2]]


def test_data_without_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="without labels"):
        data.read(channel(tmp_path, a=recordio.write_features(np.ones((2, 2)))), "recordio-protobuf", False)


def test_csv_can_come_through_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "train_0")
    writer = threading.Thread(target=lambda: (tmp_path / "train_0").write_text("1,2\n0,3\n"))
    writer.start()
    rows = data.read(tmp_path / "train", "csv", False, piped=True)
    writer.join()
    assert rows is not None and rows.features.tolist() == [[2], [3]]
    with pytest.raises(UserError, match="Pipe mode is not supported for libsvm"):
        data.read(tmp_path / "train", "libsvm", False, piped=True)


def test_content_types_are_known_by_short_and_long_names() -> None:
    assert data.content_type(None) == "libsvm"
    assert data.content_type("text/csv; label_size=1; charset=utf-8") == "csv"
    assert data.content_type("application/x-parquet") == "parquet"
    with pytest.raises(UserError, match="label_size"):
        data.content_type("text/csv;label_size=2")
    with pytest.raises(UserError, match="image/png is not an accepted ContentType"):
        data.content_type("image/png")


def test_a_request_with_one_value_a_line_is_one_column() -> None:
    assert request_content.read(b"1\n2\n", "text/csv")[0].tolist() == [[1], [2]]


def test_a_request_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(ValueError, match="ensure data is in csv format"):
        request_content.read(b"\xff\xfe,1", "text/csv")
