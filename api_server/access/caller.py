"""Whoever a request comes from."""

from dataclasses import dataclass

LOCAL_USER_ID = "local"
"""The one user of an installation without access control, which listens on loopback only."""


@dataclass(frozen=True)
class Caller:
    """One authenticated user. Sessions and executions of another user do not exist for them."""

    user_id: str
    is_administrator: bool = False


LOCAL_CALLER = Caller(LOCAL_USER_ID, is_administrator=True)
