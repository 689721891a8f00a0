"""Runs the program in a pseudo-terminal and emulates the display."""

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
    """Runs a program in a terminal with that many columns.

    `lines` is the displayed text. Like most terminals, it rewraps lines when it is resized, and
    keeps the cursor at the same character.
    """

    def __init__(self, columns, *command, cwd=None, **environment):
        self.lines, self.at, self.raw, self.rest = [""], 0, "", ""
        self.columns = columns
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        ready, go = os.pipe()
        self.process, self.master = pty.fork()
        if self.process == 0:
            os.close(go)
            os.read(ready, 1)  # until the terminal's size is set
            os.chdir(cwd or ".")
            for name in "NO_COLOR", "COLORTERM", "KITTY_WINDOW_ID", "COLUMNS":
                os.environ.pop(name, None)
            os.execve(command[0], [str(word) for word in command], os.environ | environment)
        os.close(ready)
        self.resize(columns)
        os.close(go)

    def resize(self, columns):
        """Resizes the terminal; the program gets SIGWINCH."""
        self.columns = columns
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def read(self, seconds=60):
        """Displays the next output; returns False at the end, or after `seconds` without output."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:  # Linux reports the end of output like this
            data = b""
        if not data:
            return False
        self.rest += self.decoder.decode(data)
        # An incomplete escape code waits for the rest.
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
        elif piece == "\r":  # to the start of the wrapped row, not of the whole line
            self.at = max(self.at - 1, 0) // self.columns * self.columns
        elif piece in ("\x1b[J", "\x1b[K"):
            self.lines[-1] = line[: self.at]
        elif len(piece) == 1:
            self.lines[-1] = line[: self.at].ljust(self.at) + piece + line[self.at + 1 :]
            self.at += 1

    def read_until(self, pattern):
        """Reads until the last line matches the pattern."""
        while not re.search(pattern, self.lines[-1]):
            assert self.read(), f"no '{pattern}' in {self.raw[-2000:]!r}"

    def interrupt(self):
        os.kill(self.process, signal.SIGINT)

    def finish(self):
        """Reads to the end; returns the exit code."""
        while self.read():
            pass
        os.close(self.master)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
