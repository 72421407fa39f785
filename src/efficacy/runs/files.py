"""Files on disk: whole or not at all, one writer at a time."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import Finding, MachineError

PARTIAL = ".partial."


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of(text: str) -> str:
    """Hex digest of a text as publish writes it."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def partial(path: Path) -> Path:
    """Where a file grows before it gets its name: hidden, in the same folder, the same name every time.

    The lock of the output guards it, so that a leftover of a run that was killed is simply written over.
    """
    return path.with_name(PARTIAL + path.name)


def publish(contents: Mapping[Path, str]) -> None:
    """Write files so that each appears whole under its name, in the order given, or none at all.

    All are on disk before the first is renamed. Raises MachineError (exit 8).
    """
    try:
        for path, text in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial(path).open("w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        for path in contents:
            partial(path).replace(path)
    except OSError as error:
        discard(*contents)
        raise machine_error(error, next(iter(contents))) from None


def discard(*paths: Path) -> None:
    """Remove the partial files of these paths, as far as the machine lets us."""
    for path in paths:
        try:
            partial(path).unlink(missing_ok=True)
        except OSError:
            continue


@contextmanager
def only_writer(lock: Path, *, name: str, wait: float = 0) -> Iterator[None]:
    """Hold the lock of an output; the operating system frees it when the process dies.

    name: what findings call the output. wait: seconds to wait for another writer. Raises MachineError (exit 8) when
    another run holds it or the folder cannot be written.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        held = FileLock(lock, timeout=wait)
        held.acquire()
    except Timeout:
        raise MachineError(Finding("machine.locked", file=name)) from None
    except OSError as error:
        raise machine_error(error, lock, name=name) from None
    try:
        yield
    finally:
        held.release()


def machine_error(error: OSError, path: Path, *, name: str | None = None) -> MachineError:
    """An operating system's refusal as a finding: without its text, which holds paths of this machine."""
    code = "machine.disk_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "machine.cannot_write"
    reason = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return MachineError(Finding(code, file=name or path.name, values={"reason": reason}))
