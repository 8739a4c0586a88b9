"""The filter on system calls, run as the kernel would run it."""

import errno
import struct

import pytest

from helpers.kernels import syscalls

MAP_SHARED, MAP_PRIVATE, MAP_ANONYMOUS = 1, 2, 0x20
LAST_OF_ALL = 460  # a call that is in no list


def verdict(
    machine: str, number: int, *arguments: int, architecture: int | None = None
) -> int | None:
    """The error that a call ends in; 0 if it is let through, None if nothing is done."""
    own = syscalls.MACHINES[machine]
    seen = struct.pack("=IIQ6Q", number, architecture or own, 0, *(*arguments, *[0] * 6)[:6])
    steps = list(struct.iter_unpack("=HBBI", syscalls.program(machine)))
    at = value = 0
    while True:
        code, yes, no, constant = steps[at]
        at += 1
        match code:
            case syscalls.LOAD:
                [value] = struct.unpack_from("=I", seen, constant)
            case syscalls.AND:
                value &= constant
            case syscalls.RETURN:
                return 0 if constant == syscalls.ALLOW else constant & 0xFFFF or None
            case syscalls.EQUAL:
                at += yes if value == constant else no
            case syscalls.AT_LEAST:
                at += yes if value >= constant else no
            case syscalls.ANY_BIT:
                at += yes if value & constant else no
            case _:
                pytest.fail(f"unknown instruction {code}")


@pytest.mark.parametrize(("column", "machine"), list(enumerate(syscalls.MACHINES)))
class TestFilter:
    def test_listed_calls_are_refused_and_others_are_not(self, column, machine):
        for numbers in syscalls.CALLS.values():
            if numbers[column] is not None:
                assert verdict(machine, numbers[column]) == errno.EPERM
        assert verdict(machine, LAST_OF_ALL) == 0

    def test_another_machines_calls_are_refused(self, column, machine):
        assert verdict(machine, LAST_OF_ALL, architecture=0x40000003) == errno.EPERM
        assert verdict(machine, syscalls.X32 + 1) == errno.EPERM

    def test_processes_and_threads_start_and_namespaces_do_not(self, column, machine):
        clone = syscalls.CLONE[column]
        assert verdict(machine, clone, 17) == verdict(machine, clone, 0x3D0F00) == 0
        for bit in (0x20000, *(1 << shift for shift in range(25, 31))):
            assert verdict(machine, clone, bit | 17) == errno.EPERM
        assert verdict(machine, syscalls.CLONE3[column]) == errno.ENOSYS

    def test_memory_is_shared_through_files_alone(self, column, machine):
        def mapped(flags: int) -> int | None:
            return verdict(machine, syscalls.MMAP[column], 0, 4096, 3, flags)

        assert mapped(MAP_PRIVATE | MAP_ANONYMOUS) == mapped(MAP_SHARED) == 0
        assert mapped(MAP_SHARED | MAP_ANONYMOUS) == mapped(3 | MAP_ANONYMOUS) == errno.EPERM

    def test_sockets_are_of_families_that_end_at_the_wall(self, column, machine):
        socket = syscalls.SOCKET[column]
        assert {verdict(machine, socket, family) for family in syscalls.FAMILIES} == {0}
        for family in (38, 40, 17):
            assert verdict(machine, socket, family) == errno.EAFNOSUPPORT

    def test_how_much_a_socket_holds_cannot_be_changed(self, column, machine):
        def option(level: int, name: int) -> int | None:
            return verdict(machine, syscalls.SETSOCKOPT[column], 5, level, name)

        for name in (syscalls.SO_SNDBUF, syscalls.SO_RCVBUF):
            assert option(syscalls.SOL_SOCKET, name) == errno.EPERM
            assert option(6, name) == 0
        assert option(syscalls.SOL_SOCKET, 2) == 0

    def test_files_are_locked_and_nobody_learns_of_others_locks(self, column, machine):
        def control(command: int) -> int | None:
            return verdict(machine, syscalls.FCNTL[column], 5, command)

        for command in syscalls.ABOUT_OTHERS.values():
            assert control(command) == errno.EPERM
        assert verdict(machine, syscalls.FLOCK[column], 5, 2) is None
        for command in (*range(5), 6, 7, 1030, 1031):  # flags, locks, copies, the size of a pipe
            assert control(command) == 0

    def test_whom_to_end_with_cannot_be_changed(self, column, machine):
        prctl = syscalls.PRCTL[column]
        assert verdict(machine, prctl, syscalls.PR_SET_PDEATHSIG) == errno.EPERM
        assert verdict(machine, prctl, 15) == 0


def test_an_unknown_machine_is_refused():
    with pytest.raises(ValueError, match="s390x"):
        syscalls.program("s390x")
