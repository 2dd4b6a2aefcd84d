"""Signals that we were started to ignore, and the processes that we start.

What belongs here: letting a process that is started be stopped. What does not: stopping it (`crawlers.process`,
`pipeline.servers`, `pipeline.pool`).
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def heeding_signals() -> Iterator[None]:
    """Processes that are started meanwhile heed SIGINT and SIGTERM, however we were started; in the main thread only.

    A shell that starts a command with `&` in a script has it ignore SIGINT, and whatever that command starts as well.
    Dagster, whenever it looks out for interrupts, then leaves SIGTERM ignored, too.
    """
    with ExitStack() as stack:
        if threading.current_thread() is threading.main_thread():
            for sign, heeded in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
                if signal.getsignal(sign) is signal.SIG_IGN:
                    signal.signal(sign, heeded)
                    stack.callback(signal.signal, sign, signal.SIG_IGN)
        yield
