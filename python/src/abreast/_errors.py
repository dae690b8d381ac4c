"""What can go wrong, as exceptions: each is also one of Python's own kinds."""


class Error(Exception):
    """A call that did nothing. `status` is the name of the C API's status, `"ABREAST_LENGTH"`."""

    def __init__(self, status, text):
        # Both, so that it can be pickled: an error of a worker reaches its client.
        super().__init__(status, text)
        self.status = status

    def __str__(self):
        return self.args[1]


class ArgumentError(Error, ValueError):
    """An argument breaks a rule. The text names it, its value and the rule."""


class OutOfMemory(Error, MemoryError):
    """There is no room for what the call needs."""


class Failure(Error, RuntimeError):
    """Anything else: a status that is not about an argument."""


_ARGUMENTS = {
    "ABREAST_" + name
    for name in "ARGUMENT LENGTH UNKNOWN LEVEL NULL MISALIGNED TOO_LARGE OVERLAP TEXT HANDLE".split()
}


def of_status(status, text):
    """The exception that a status stands for."""
    if status in _ARGUMENTS:
        return ArgumentError(status, text)
    return (OutOfMemory if status == "ABREAST_NO_MEMORY" else Failure)(status, text)


def refuse(text):
    """An argument that is refused here, before the library sees it."""
    return ArgumentError("ABREAST_ARGUMENT", text)
