"""System calls that fail, by a filter of the kernel's."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
SECCOMP_RET_ERRNO = 0x00050000
SECCOMP_RET_ALLOW = 0x7FFF0000
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06

NUMBERS = {
  "accept4": {"x86_64": 288, "aarch64": 242},
  "flock": {"x86_64": 73, "aarch64": 32},
}


class Program(ctypes.Structure):
  _fields_ = (("count", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def refuse(call: str, error: int) -> None:
  """Lets a system call fail from now on, in this process and those it begins."""
  number = NUMBERS[call][platform.machine()]
  steps = [
    (LOAD_WORD, 0, 0, 0),
    (JUMP_IF_EQUAL, 0, 1, number),
    (RETURN, 0, 0, SECCOMP_RET_ERRNO | error),
    (RETURN, 0, 0, SECCOMP_RET_ALLOW),
  ]
  code = b"".join(struct.pack("HBBI", *step) for step in steps)
  program = Program(len(steps), code)
  libc = ctypes.CDLL(None, use_errno=True)
  zero = ctypes.c_ulong(0)
  asked = libc.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero, zero, zero)
  if asked or libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(program)):
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
