"""A small program and a profile of it, for tests of source and machine code."""
import re
import subprocess

SOURCE = """volatile unsigned sum;

void spin(unsigned n) {
    sum += n * n;
    sum ^= 7;
}

int main(void) {
    spin(3);
    return 0;
}
"""


def make(folder):
    """A program whose function spin starts in line 3, and a profile of 1 and 2 KiB in its lines 4 and 5.

    The paths of source, program and profile, and the first address of each line."""
    source, program, profile = folder / "work.c", folder / "work", folder / "work.heap"
    source.write_text(SOURCE)
    subprocess.run(["cc", "-g", "-O0", "-no-pie", "-fno-inline", str(source), "-o", str(program)], check=True)
    lines = subprocess.run(["objdump", "-dl", "--no-show-raw-insn", "--disassemble=spin", str(program)],
                           capture_output=True, text=True, check=True).stdout.splitlines()
    first = {}
    for place, code in zip(lines, lines[1:]):
        if (number := re.search(r"work\.c:(\d+)", place)) and (address := re.match(r"\s*([0-9a-f]+):", code)):
            first[int(number.group(1))] = int(address.group(1), 16)
    # An address of a stack stands behind its call.
    profile.write_text(f"heap profile: 3: 3072 [ 3: 3072] @ heapprofile\n"
                       f"1: 1024 [ 1: 1024] @ {first[4] + 1:#x}\n2: 2048 [ 2: 2048] @ {first[5] + 1:#x}\n"
                       f"MAPPED_LIBRARIES:\n00400000-00500000 r-xp 00000000 08:01 12 {program}\n")
    return source, program, profile, first
