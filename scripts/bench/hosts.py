"""Two "hosts" on this machine (network namespaces), joined by a link of a known rate and latency.

    hosts.py [--mbit 100] [--delay_ms 1] COMMAND...

Runs COMMAND on the first host, with $RANKS set to mpirun's arguments for one rank on each. Needs
root, ip and /dev/net/tun. This process is the link: it forwards each packet at the time when a wire
of that rate and latency would deliver it.
"""

import argparse
import contextlib
import fcntl
import heapq
import os
import select
import struct
import subprocess
import sys
import tempfile
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
MTU = 65000  # few packets, so that one process can keep up

AGENT = """#!/bin/sh
# What mpirun takes for ssh: a shell in that host, under its name.
host=$1
shift
exec ip netns exec "$host" unshare -u sh -c "hostname $host; $*"
"""


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


def tunnel(host, address):
    name = f"t{os.getpid()}"
    end = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    ip("link", "set", name, "netns", host)
    ip("-n", host, "addr", "add", f"{address}/24", "dev", name)
    for device in (name, "lo"):
        ip("-n", host, "link", "set", device, "mtu", str(MTU), "up")
    return end


def carry(a, b, rate, delay):
    """Forwards packets between two ends, forever."""
    other, free, due, number = {a: b, b: a}, {a: 0.0, b: 0.0}, [], 0
    while True:
        wait = max(0.0, due[0][0] - time.monotonic()) if due else None
        for end in select.select([a, b], [], [], wait)[0]:
            packet = os.read(end, MTU)
            free[end] = max(free[end], time.monotonic()) + len(packet) / rate
            heapq.heappush(due, (free[end] + delay, number, other[end], packet))
            number += 1
        while due and due[0][0] <= time.monotonic():
            _, _, end, packet = heapq.heappop(due)
            with contextlib.suppress(OSError):  # a host is being removed
                os.write(end, packet)


@contextlib.contextmanager
def two_hosts(mbit, delay_ms):
    """The names of the hosts, and the arguments with which mpirun puts a rank on each."""
    names = [f"gan-{os.getpid()}-{which}" for which in "ab"]
    with contextlib.ExitStack() as stack:
        for name in names:
            ip("netns", "add", name)
            stack.callback(subprocess.run, ["ip", "netns", "del", name])
        ends = [tunnel(name, f"10.213.0.{i + 1}") for i, name in enumerate(names)]
        link = os.fork()
        if link == 0:
            carry(*ends, mbit * 1e6 / 8, delay_ms * 1e-3)
        stack.callback(os.waitpid, link, 0)
        stack.callback(os.kill, link, 9)
        for end in ends:
            os.close(end)
        agent = stack.enter_context(tempfile.NamedTemporaryFile("w", delete=False))
        stack.callback(os.unlink, agent.name)
        agent.write(AGENT)
        agent.close()
        os.chmod(agent.name, 0o755)
        yield names, ["-H", ",".join(f"{name}:1" for name in names), "--bind-to", "none",
                      "--mca", "plm_rsh_agent", agent.name, "--mca", "btl", "tcp,self"]  # fmt: skip


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mbit", type=float, default=1000)
    parser.add_argument("--delay_ms", type=float, default=0.1)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    a = parser.parse_args()
    with two_hosts(a.mbit, a.delay_ms) as (names, ranks):
        environment = {**os.environ, "RANKS": " ".join(ranks)}
        command = ["ip", "netns", "exec", names[0], *a.command]
        sys.exit(subprocess.run(command, env=environment).returncode)


if __name__ == "__main__":
    main()
