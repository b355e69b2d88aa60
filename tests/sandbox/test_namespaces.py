from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Start = Callable[[str], CompletedProcess[str]]

BEGIN = """
import codecs, os, socket
from pathlib import Path
from actionsd_sandbox import kernel, namespaces, privileges

here = DIRECTORY
os.chdir(here)
os.chmod(here, 0o755)
empty, path = here + "/empty", here + "/s"
os.mkdir(empty)
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen()
os.chmod(path, 0o777)
codecs.lookup("ascii")  # a user may not be able to read root's interpreter

def become_user():
    if os.geteuid() == 0:
        privileges.become(1500)
        kernel.prctl(4, 1)  # dumpable, as if it had never been anybody else

def attempt(it):
    try:
        print(it())
    except OSError as error:
        print(type(error).__name__, error.errno)
"""

AS_ROOT = pytest.param("", id="root")
AS_USER = pytest.param("become_user()\n", id="user")


@pytest.fixture
def with_a_socket(in_process: Start, short_path: Path) -> Start:
    """Run code in a process that has an empty directory and a socket beside it."""
    return lambda code: in_process(BEGIN.replace("DIRECTORY", repr(str(short_path))) + code)


@pytest.fixture
def in_namespaces(with_a_socket: Start, request: pytest.FixtureRequest) -> Start:
    """Run code in such a process that has entered namespaces, as root or as a user."""

    def start(code: str) -> CompletedProcess[str]:
        ended = with_a_socket(f"{request.param}namespaces.enter()\n{code}")
        if "PermissionError: [Errno 1] unshare" in ended.stderr:
            pytest.skip("this machine allows no namespaces")
        return ended

    if request.param == "" and os.geteuid() != 0:
        pytest.skip("not root")
    return start


both = pytest.mark.parametrize("in_namespaces", [AS_ROOT, AS_USER], indirect=True)


@both
def test_network_has_no_interface_that_is_up(in_namespaces: Start) -> None:
    ended = in_namespaces("""
print(socket.if_nameindex())
attempt(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)))
""")
    assert ended.stdout.splitlines()[0] == "[(1, 'lo')]"
    assert ended.stdout.splitlines()[1] == "OSError 101"  # ENETUNREACH


@both
def test_user_is_who_it_was(in_namespaces: Start) -> None:
    ended = in_namespaces("print(os.geteuid() in (0, 1500, os.stat(here).st_uid))")
    assert ended.stdout.strip() == "True", ended.stderr


@both
def test_root_has_nothing_but_the_socket(in_namespaces: Start) -> None:
    ended = in_namespaces("""
print(namespaces.empty_root(empty, path))
print(os.listdir("/"), os.listdir(".."), os.getcwd())
attempt(lambda: os.listdir(here))
""")
    assert ended.stdout.splitlines() == [
        "nothing in it but the broker's socket",
        "['s'] ['s'] /",
        "FileNotFoundError 2",
    ], ended.stderr


@both
def test_root_cannot_be_written(in_namespaces: Start) -> None:
    ended = in_namespaces("""
namespaces.empty_root(empty, path)
attempt(lambda: open("/file", "w"))
attempt(lambda: os.unlink("/s"))
""")
    assert ended.stdout.splitlines() == ["OSError 30"] * 2, ended.stderr  # EROFS


@both
def test_socket_is_the_one_outside(in_namespaces: Start) -> None:
    ended = in_namespaces("""
namespaces.empty_root(empty, path)
inside = socket.socket(socket.AF_UNIX)
inside.connect(namespaces.SOCKET)
outside, _ = listener.accept()
inside.send(b"through")
print(outside.recv(10))
""")
    assert ended.stdout.strip() == "b'through'", ended.stderr


@both
def test_root_stays_what_it_was_where_there_is_no_directory(in_namespaces: Start) -> None:
    ended = in_namespaces("""
attempt(lambda: namespaces.empty_root("/nonexistent", path))
print(os.path.exists(path))
""")
    assert ended.stdout.split() == ["FileNotFoundError", "2", "True"], ended.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may")
def test_root_can_be_left_without_mounts(with_a_socket: Start) -> None:
    ended = with_a_socket("""
print(namespaces.leave_root(empty))
print(os.listdir("/"), os.listdir(".."), os.getcwd())
""")
    assert ended.stdout.splitlines() == ["an empty directory", "[] [] /"], ended.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's mounts could be seen outside")
def test_directory_stays_empty_for_everybody_else(with_a_socket: Start) -> None:
    ended = with_a_socket("""
if os.fork() == 0:
    namespaces.enter()
    namespaces.empty_root(empty, path)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.wait()[1]), os.listdir(empty))
""")
    if "PermissionError: [Errno 1] unshare" in ended.stderr:
        pytest.skip("this machine allows no namespaces")
    assert ended.stdout.strip() == "0 []", ended.stderr


def test_process_of_several_threads_is_refused(with_a_socket: Start) -> None:
    ended = with_a_socket("""
import threading
go = threading.Event()
threading.Thread(target=go.wait).start()
become_user()
attempt(namespaces.enter)
go.set()
""")
    assert ended.stdout.split()[0] in {"OSError", "PermissionError"}, ended.stderr
