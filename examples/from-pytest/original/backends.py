"""Operators on fields of one dimension."""


class Roundtrip:
    """One point after the other, as plain as it can be."""

    def shift(self, field, offset):
        return [field[at + offset] for at in range(len(field)) if 0 <= at + offset < len(field)]

    def scan(self, field, init):
        sums = []
        for value in field:
            init += value
            sums.append(init)
        return sums

    def select(self, mask, a, b):
        return [a[at] if mask[at] else b[at] for at in range(len(mask))]

    def neighbour_sum(self, field, table):
        return [sum(field[neighbour] for neighbour in neighbours) for neighbours in table]


class Vectorized:
    """Whole fields at a time."""

    def shift(self, field, offset):
        return field[offset:] if offset >= 0 else field[:offset]

    def scan(self, field, init):
        raise NotImplementedError("a scan takes one point after the other")

    def select(self, mask, a, b):
        return [y if x else z for x, y, z in zip(mask, a, b)]

    def neighbour_sum(self, field, table):
        sums = [0.0] * len(table)
        for column in zip(*table):
            sums = [before + field[neighbour] for before, neighbour in zip(sums, column)]
        return sums


class Compiled(Roundtrip):
    """Code for the offsets that are known, and a recursion for each scan."""

    def shift(self, field, offset):
        if offset not in (-1, 0, 1):
            raise ValueError(f"no code was generated for the offset {offset}")
        return super().shift(field, offset)

    def scan(self, field, init):
        if not field:
            return []
        return [init + field[0], *self.scan(field[1:], init + field[0])]


class DryRun:
    """Generates code, and runs none."""


BACKENDS = {"roundtrip": Roundtrip, "vectorized": Vectorized, "compiled": Compiled, "dry_run": DryRun}
