"""Writes small profile.proto files by hand, for tests of what is around them."""


def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def profile(addresses, mapping=None, type_="cpu", unit="nanoseconds", names=(), value=1):
    """One sample of one frame for each address.  mapping: dict of start, limit, offset, file, build_id;
    names: functions of the addresses, where they are known."""
    strings = [""]

    def text(s):
        if s not in strings:
            strings.append(s)
        return strings.index(s)

    out = field(1, field(1, text(type_)) + field(2, text(unit)))
    for i in range(len(addresses)):
        out += field(2, field(1, i + 1) + field(2, value))
    if mapping is not None:
        m = field(1, 1) + field(2, mapping.get("start", 0)) + field(3, mapping.get("limit", 0))
        m += field(4, mapping.get("offset", 0)) + field(5, text(mapping.get("file", "")))
        out += field(3, m + field(6, text(mapping.get("build_id", ""))) + field(7, int(bool(names))))
    for i, address in enumerate(addresses):
        line = field(4, field(1, i + 1) + field(2, i + 1)) if names else b""
        out += field(4, field(1, i + 1) + field(2, 1 if mapping is not None else 0) + field(3, address) + line)
    for i, name in enumerate(names):
        out += field(5, field(1, i + 1) + field(2, text(name)) + field(3, text(name)))
    return out + b"".join(field(6, s) for s in strings)
