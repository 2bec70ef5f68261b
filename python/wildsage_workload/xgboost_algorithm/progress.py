"""What happens after each round: the metrics line, checkpoints, and the answer to a stop signal."""

import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from wildsage_workload.xgboost_algorithm import checkpoints

EvaluationLog = Mapping[str, Mapping[str, list[Any]]]

# CloudWatch shows the tab between metrics in this form, and metric definitions look for it.
TAB = "#011"
SECONDS_BETWEEN_SAVES = 20
# Saving a model that grows with each round after each of a thousand rounds would take longer than training it.
SECONDS_BETWEEN_CHECKPOINTS = 1


def metrics_line(round_number: int, values: Mapping[str, Mapping[str, float]]) -> str:
    """`[3]#011train-rmse:0.12345#011validation-rmse:0.23456`."""
    return f"[{round_number}]" + "".join(
        f"{TAB}{data}-{metric}:{value:.5f}" for data, metrics in values.items() for metric, value in metrics.items()
    )


class StopSignal:
    """Remembers SIGTERM instead of dying of it, so that the model of the rounds so far can be saved."""

    def __init__(self) -> None:
        self.received = False
        signal.signal(signal.SIGTERM, self._receive)

    def _receive(self, _number: int, _frame: object) -> None:
        self.received = True


def callback(
    xgboost: Any,
    first_round: int,
    is_master: bool,
    checkpoint_folder: Path | None,
    stop: StopSignal | None,
    save: Callable[[Any], None] | None,
) -> Any:
    """An XGBoost callback. `first_round` is not 0 when the run goes on from a checkpoint; `save` keeps the model."""

    class Progress(xgboost.callback.TrainingCallback):
        def __init__(self) -> None:
            super().__init__()
            self.saved_at = self.checkpoint_at = time.monotonic()
            self.round = self.checkpoint_round = first_round - 1

        def after_iteration(self, model: Any, epoch: int, evals_log: EvaluationLog) -> bool:
            self.round = first_round + epoch
            if is_master:
                print(metrics_line(self.round, _latest(evals_log)), flush=True)
                now = time.monotonic()
                if now - self.checkpoint_at > SECONDS_BETWEEN_CHECKPOINTS:
                    self.keep_checkpoint(model)
                # A round may last longer than the time from SIGTERM to SIGKILL.
                if save and now - self.saved_at > SECONDS_BETWEEN_SAVES:
                    save(model)
                    self.saved_at = time.monotonic()
            return bool(stop and stop.received)

        def after_training(self, model: Any) -> Any:
            if is_master:
                self.keep_checkpoint(model)
            return model

        def keep_checkpoint(self, model: Any) -> None:
            if checkpoint_folder and self.round > self.checkpoint_round:
                checkpoints.save(model, checkpoint_folder, self.round)
                self.checkpoint_round, self.checkpoint_at = self.round, time.monotonic()

    return Progress()


def _latest(log: EvaluationLog) -> dict[str, dict[str, float]]:
    return {data: {metric: values[-1] for metric, values in found.items()} for data, found in log.items()}
