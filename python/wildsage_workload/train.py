"""`python -m wildsage_workload.train [--algorithm NAME]`: the `train` command of a runtime.

A job with an entry point runs in script mode; one without runs the runtime's built-in algorithm, if it has one.
"""

import argparse
import os
import sys

from wildsage_workload import failures, script_mode, training_environment


def main(command_line: list[str]) -> int:
    """Runs the job and returns its exit status."""
    parser = argparse.ArgumentParser(prog="wildsage_workload.train")
    parser.add_argument("--algorithm", choices=["xgboost"], help="what a job without an entry point runs")
    # The platform hands over the argument `train`, as it does to an image.
    options, _ = parser.parse_known_args(command_line)
    try:
        job = training_environment.read()
        if job.program or not options.algorithm:
            script_mode.run(job)
        else:
            os.environ.update(training_environment.variables(job))
            from wildsage_workload.xgboost_algorithm import training

            training.run(job)
    except Exception as error:
        return failures.report(error)
    print("Reporting training SUCCESS", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
