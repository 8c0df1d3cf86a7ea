"""Which of the optional libraries a build has, by what it says of itself."""
import re
import subprocess


def left_out(cprof):
    """Names of those that are not there: "curl", "dw", "capstone" …"""
    said = subprocess.run([cprof, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"^ *without (.*)$", said, re.M)
    return set(found[1].split()) if found else set()
