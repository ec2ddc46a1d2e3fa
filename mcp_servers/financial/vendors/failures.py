"""Why a vendor gives no answer, beside the problems that callers cause.

Problem
├── BadArgument
│   └── NotOffered           the vendor has such data in another form only
├── NotConfigured            no vendor has this kind of data; the operator must give a key
└── VendorFailed             the question is fine, the vendor does not answer it
    ├── VendorUnavailable    it is down, slow, or answers nonsense; wait
    ├── RateLimited          it asks us to wait
    ├── NotInPlan            the operator's plan does not include it
    └── KeyRefused           the operator's key is not accepted
"""

from mcp_servers.problems import BadArgument, Problem


class NotOffered(BadArgument):
    """The vendor has such data in another form only: another timeframe, adjustment or class."""

    code = "not_offered"


class NotConfigured(Problem):
    """No configured vendor has this kind of data."""

    code = "not_configured"


class VendorFailed(Problem):
    """The vendor does not answer. Its details name the `vendor` and the `endpoint`, never a URL."""


class VendorUnavailable(VendorFailed):
    """The vendor is down, slow, or its answer cannot be read."""

    code = "vendor_unavailable"


class RateLimited(VendorFailed):
    """The vendor's allowance is used up; `retry_after_seconds` is in the details."""

    code = "rate_limited"


class NotInPlan(VendorFailed):
    """The plan that the key belongs to does not include this data."""

    code = "not_in_plan"


class KeyRefused(VendorFailed):
    """The vendor does not accept the key."""

    code = "key_refused"
