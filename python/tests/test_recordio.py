import contextlib

import numpy as np
import pytest

from wildsage_workload import recordio

# A dense row [1.5, 2.0] with label 1, and a sparse row of 4 columns {1: 0.5, 3: 0.25} with label 0, as the SageMaker
# Python SDK's `write_numpy_to_dense_tensor` and `write_spmatrix_to_sparse_tensor` encode them.
GOLDEN_DENSE = bytes.fromhex(
    "0a23d7ce2c0000000a160a0676616c756573120c120a0a080000c03f0000004012120a0676616c756573120812060a040000803f"
)
GOLDEN_SPARSE = bytes.fromhex(
    "0a23d7ce330000000a1d0a0676616c756573121312110a080000003f0000803e120201031a010412120a0676616c75657312"
    "0812060a040000000000"
)


def test_dense_rows_of_the_sdk_are_read() -> None:
    features, labels = recordio.read(GOLDEN_DENSE)
    assert features.tolist() == [[1.5, 2.0]]
    assert labels is not None and labels.tolist() == [1.0]


def test_sparse_rows_of_the_sdk_are_read() -> None:
    features, labels = recordio.read(GOLDEN_SPARSE)
    assert features.shape == (1, 4)
    assert features.toarray().tolist() == [[0, 0.5, 0, 0.25]]
    assert labels is not None and labels.tolist() == [0.0]


def test_dense_rows_are_written_as_the_sdk_writes_them() -> None:
    written = recordio.write_features(np.array([[1.5, 2.0]]), np.array([1.0]))
    assert recordio.read(written)[0].tolist() == recordio.read(GOLDEN_DENSE)[0].tolist()
    assert len(written) % 4 == 0 and written[:4] == GOLDEN_DENSE[:4]


def test_what_is_written_is_read_back() -> None:
    matrix = np.random.default_rng(0).random((50, 300), np.float32)
    features, labels = recordio.read(recordio.write_features(matrix, np.arange(50)))
    assert np.array_equal(features, matrix)
    assert labels is not None and labels.tolist() == list(range(50))


def test_rows_without_labels_have_none() -> None:
    assert recordio.read(recordio.write_features(np.ones((2, 3))))[1] is None


def test_answers_carry_their_values_by_name() -> None:
    answer = recordio.write([{"score": [0.25], "probabilities": [0.25, 0.75]}])
    (frame,) = recordio.frames(answer)
    record = recordio.decode(frame)
    assert {name: tensor.values.tolist() for name, tensor in record.label.items()} == {
        "score": [0.25],
        "probabilities": [0.25, 0.75],
    }


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "No records"),
        (b"1,2,3,4,5,6\n", "Invalid RecordIO magic"),
        (GOLDEN_DENSE[:-6], "Truncated"),
        (GOLDEN_DENSE[:6], "Truncated"),
        (recordio.frame(b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), "Malformed"),
        (recordio.frame(b"\x0a\x50"), "Truncated protobuf"),
        (recordio.frame(b""), "No records"),
    ],
)
def test_other_bytes_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        recordio.read(data)


def test_random_damage_never_does_more_than_a_value_error() -> None:
    random = np.random.default_rng(7)
    for _ in range(300):
        damaged = bytearray(GOLDEN_SPARSE)
        damaged[random.integers(8, len(damaged))] = random.integers(256)
        with contextlib.suppress(ValueError):
            recordio.read(bytes(damaged))
