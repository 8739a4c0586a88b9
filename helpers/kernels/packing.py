"""How a kernel writes its messages, so that none is lost for a character that nobody can write.

jupyter_client's own way fails on half of a character (a lone surrogate, which Python's texts may
hold). In the thread that publishes what a cell prints, that failure can leave waiting what comes
next, that the cell is done among it: the notebook hangs.

A warm kernel gets it from :mod:`helpers.kernels.kernel_process`, a cold one by `PACKER`.
"""

import json
from typing import Any

PACKER = f"--Session.packer={__name__}.packed"  #: the argument for a kernel that starts cold


def packed(message: Any) -> bytes:
    """A message as JSON; half of a character becomes a question mark."""
    # Late: what a server imports before its kernels' libraries would change their warnings.
    from jupyter_client.jsonutil import json_default
    from jupyter_client.session import json_packer

    try:
        text = json.dumps(message, default=json_default, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        return json_packer(message)  # which mends it and warns
    return text.encode(errors="replace")
