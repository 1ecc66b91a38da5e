"""Work in a folder that belongs to another user, as that user.

Root can write everywhere, so what root makes in the appliance's folder the appliance cannot write later, and a link
that lies there would lead root to any file of the machine. So root's commands do such work in a process of its own,
which has become the folder's owner first and can come back with nothing but a text.
"""

import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

UMASK = 0o027
"""As in han-appliance.service."""


class OwnerError(Exception):
    """The work failed; the sentence that it failed with."""


def as_owner(folder: Path, work: Callable[[], str], *failures: type[Exception]) -> str:
    """Return what `work` returns, done as the owner of `folder` where this process is root and the owner is not.

    Raise OwnerError, with its sentence, for one of the `failures` of work; it may be of any process.
    """
    try:
        owner = folder.stat()
    except (OSError, ValueError):
        owner = None  # there is no folder: the work says so
    if owner is None or os.geteuid() != 0 or owner.st_uid == 0:
        try:
            return work()
        except failures as error:
            raise OwnerError(str(error)) from None
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # From Python 3.12 on one is given where threads run: the child touches nothing that they may hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(reading)
        _work_and_end(owner, work, failures, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answered:
        answer = answered.read()
    os.waitpid(child, 0)
    try:
        done, text = json.loads(answer)
    except ValueError:
        raise OwnerError("it was cut off before its end; try again") from None
    if done is not True:
        raise OwnerError(str(text))
    return str(text)


def _work_and_end(
    owner: os.stat_result, work: Callable[[], str], failures: tuple[type[Exception], ...], writing: int
) -> NoReturn:
    """Become the owner, work, tell the outcome, and end this process."""
    try:
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)
        os.umask(UMASK)
        try:
            outcome = [True, work()]
        except failures as error:
            outcome = [False, str(error)]
        with os.fdopen(writing, "wb") as answer:
            answer.write(json.dumps(outcome).encode())
    finally:
        os._exit(0)  # neither the parent's buffers nor its exit handlers are this process's
