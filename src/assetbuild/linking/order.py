"""Dependencies first: the strongly connected components of a graph, in topological order (Tarjan 1972, iterative)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def components(edges: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Each component sorted by name, after all that it depends on. `edges` maps every node to those it needs."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root in sorted(edges):
        if root in number:
            continue
        if not edges[root]:
            number[root] = len(number)
            yield (root,)
            continue
        work: list[tuple[str, Iterator[str]]] = [(root, iter(edges[root]))]
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for needed in rest:
                if needed not in number:
                    number[needed] = low[needed] = len(number)
                    if not edges[needed]:
                        yield (needed,)
                        continue
                    stack.append(needed)
                    on_stack.add(needed)
                    work.append((needed, iter(edges[needed])))
                    break
                if needed in on_stack:
                    low[node] = min(low[node], number[needed])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == number[node]:
                    members: list[str] = []
                    while not members or members[-1] != node:
                        members.append(stack.pop())
                        on_stack.discard(members[-1])
                    yield tuple(sorted(members))
