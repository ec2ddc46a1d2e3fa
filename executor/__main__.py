"""`python -m executor`: the execution server."""

import sys

from executor.app import create_app
from executor.settings import ExecutorSettings
from sandbox_policies.policy import PolicyError
from service.http import UnsafeAddress, serve
from service.logs import configure_server_logs
from service.settings import settings_of_server


def main() -> None:
    """Serve until told to stop. Exits with one sentence for an address or a policy file that will not do."""
    settings = settings_of_server("executor", ExecutorSettings)
    configure_server_logs("executor", settings)
    try:
        serve(create_app(settings), settings.execution_server_host, settings.execution_server_port)
    except (UnsafeAddress, PolicyError) as error:
        sys.exit(f"executor: {error}")


if __name__ == "__main__":
    main()
