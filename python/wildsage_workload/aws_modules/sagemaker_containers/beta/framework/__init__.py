"""What scripts import from here: `from sagemaker_containers.beta.framework import encoders, worker`.

`modules`, `server` and `transformer` are parts of AWS's own model server. Scripts import them along with the others and
never use them; here they are empty.
"""

from sagemaker_containers import training_env  # noqa: F401
from sagemaker_containers.beta.framework import (  # noqa: F401
    content_types,
    encoders,
    env,
    errors,
    modules,
    server,
    transformer,
    worker,
)
