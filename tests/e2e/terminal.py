"""The program in a terminal: a pseudo-terminal, and what it would show."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios

PIECE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b_.*?\x1b\\|.", re.DOTALL)


class Terminal:
    """Runs a program in a terminal of so many columns.

    `lines` is what it shows. As most terminals do, it wraps a line again when it is resized,
    and keeps the cursor at the same letter.
    """

    def __init__(self, columns, *command, cwd=None, **environment):
        self.lines, self.at, self.raw, self.rest = [""], 0, "", ""
        self.columns = columns
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        ready, go = os.pipe()
        self.process, self.master = pty.fork()
        if self.process == 0:
            os.close(go)
            os.read(ready, 1)  # until the terminal has its size
            os.chdir(cwd or ".")
            for name in "NO_COLOR", "COLORTERM", "KITTY_WINDOW_ID", "COLUMNS":
                os.environ.pop(name, None)
            os.execve(command[0], [str(word) for word in command], os.environ | environment)
        os.close(ready)
        self.resize(columns)
        os.close(go)

    def resize(self, columns):
        """The program gets SIGWINCH."""
        self.columns = columns
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def read(self, seconds=60):
        """Shows what comes next; False at the end, or where nothing comes for so long."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:  # how Linux tells of the end
            data = b""
        if not data:
            return False
        self.rest += self.decoder.decode(data)
        # A code that is not whole yet waits for the rest.
        cut = self.rest.rfind("\x1b")
        whole = self.rest
        if cut >= 0 and len(PIECE.match(self.rest, cut)[0]) == 1:
            whole = self.rest[:cut]
        self.rest = self.rest[len(whole) :]
        self.raw += whole
        for piece in PIECE.findall(whole):
            self.show(piece)
        return True

    def show(self, piece):
        line = self.lines[-1]
        if piece == "\n":
            self.lines.append("")
            self.at = 0
        elif piece == "\r":  # to the start of the row, not of what was wrapped into rows
            self.at = max(self.at - 1, 0) // self.columns * self.columns
        elif piece in ("\x1b[J", "\x1b[K"):
            self.lines[-1] = line[: self.at]
        elif len(piece) == 1:
            self.lines[-1] = line[: self.at].ljust(self.at) + piece + line[self.at + 1 :]
            self.at += 1

    def read_until(self, pattern):
        """Until the last line looks like that."""
        while not re.search(pattern, self.lines[-1]):
            assert self.read(), f"no '{pattern}' in {self.raw[-2000:]!r}"

    def interrupt(self):
        os.kill(self.process, signal.SIGINT)

    def finish(self):
        """Reads to the end; the exit code."""
        while self.read():
            pass
        os.close(self.master)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
