"""What the blocks {% compress %} of a project's templates can come to: inheritance, includes and conditions resolved.

A block may come to several texts: a condition that only a running page decides is taken both ways, the same one always
the same way in one text. What else only a page knows leaves a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from assetbuild.dataclass import dataclass, field
from assetbuild.importers.template_nodes import (
    Block,
    Branches,
    Compress,
    Loop,
    Node,
    Print,
    Tag,
    Template,
    Text,
    bindings,
)
from assetbuild.importers.template_nodes import Scope as With
from assetbuild.importers.template_values import UNKNOWN, Scope, Shown, text_of

MARK: Final = "\ufdd0"
"""Stands for what only a running page knows: a noncharacter, which no text has."""
MOST: Final = 32
"""So many texts of one block are looked at."""
_DEEPEST: Final = 30

_NEGATIONS: Final = re.compile(r"(?:not\s+)*")
_WORDS: Final = re.compile(r"\w+")
_OF_LOOPS: Final = frozenset({"forloop", "loop", "cycle"})

Turn = tuple[tuple[str, int], ...]
"""The loops around a place: the name that each gives its values, and how often it has run."""
Blocks = Mapping[str, tuple[tuple[Node, ...], ...]]
"""By name, what a block holds: that of the most derived template first."""


@dataclass(frozen=True, slots=True)
class Found:
    """A block in a template: the markups that it can come to, what in them only a page knows, and what went wrong.

    `whole` is false if there are more than `MOST`.
    """

    block: Compress
    template: Template
    markups: tuple[str, ...]
    unknown: tuple[str, ...]
    whole: bool = True


class _Undecided(Exception):
    """A condition without a decision."""

    def __init__(self, key: tuple[object, ...]) -> None:
        self.key = key


@dataclass(slots=True)
class Library:
    """All templates by name, those of each language by themselves; `unknown` collects names that are in neither."""

    django: dict[str, Template] = field(default_factory=dict)
    jinja: dict[str, Template] = field(default_factory=dict)

    def get(self, name: str, jinja: bool) -> Template | None:
        return (self.jinja if jinja else self.django).get(name)

    def add(self, name: str, template: Template) -> None:
        """The first of a name counts."""
        (self.jinja if template.jinja else self.django).setdefault(name, template)


def blocks_of(template: Template, library: Library, context: Mapping[str, object], static_url: str) -> Iterator[Found]:
    """Every block that a page has which is made of this template, with the values of a context."""
    page = _Page(library, template)
    root, blocks = page.resolved(template)
    scope = Scope(dict(context), static_url, template.jinja)
    yield from page.walk(root, scope, blocks, 0)


@dataclass(slots=True)
class _Page:
    library: Library
    template: Template
    unknown: dict[str, None] = field(default_factory=dict)
    decisions: dict[tuple[object, ...], bool] = field(default_factory=dict)

    def resolved(self, template: Template) -> tuple[tuple[Node, ...], Blocks]:
        """The nodes of the topmost template that this one extends, and the blocks in all of them."""
        blocks: dict[str, tuple[tuple[Node, ...], ...]] = {}
        met: list[Template] = []
        current = template
        while True:
            met.append(current)
            for block in _blocks_in(current.nodes):
                blocks[block.name] = (*blocks.get(block.name, ()), block.nodes)
            if current.parent is None:
                return current.nodes, blocks
            name = text_of(Scope({}, "", current.jinja).value(current.parent))
            parent = self.library.get(name, current.jinja) if name is not None else None
            if parent is None or parent in met:
                # Without its parent, the blocks are all there is.
                return tuple(_blocks_in(current.nodes)), blocks
            current = parent

    def walk(self, nodes: Sequence[Node], scope: Scope, blocks: Blocks, depth: int) -> Iterator[Found]:
        if depth > _DEEPEST:
            return
        for node in nodes:
            if isinstance(node, Compress):
                yield self.found(node, scope, blocks)
            elif isinstance(node, Block):
                inside = blocks.get(node.name) or (node.nodes,)
                yield from self.walk(inside[0], scope, _with_super(blocks, node.name, inside), depth + 1)
            elif isinstance(node, Branches):
                for _, branch in node.branches:
                    yield from self.walk(branch, scope, blocks, depth + 1)
            elif isinstance(node, Loop):
                unknown = dict.fromkeys(_loop_names(node.written), UNKNOWN)
                yield from self.walk(node.nodes, scope.with_values(unknown), blocks, depth + 1)
                yield from self.walk(node.otherwise, scope, blocks, depth + 1)
            elif isinstance(node, With):
                yield from self.walk(node.nodes, _bound(node.names, scope), blocks, depth + 1)
            elif isinstance(node, Print) and _is_super(node.expression, scope):
                yield from self.walk(_super_nodes(blocks), scope, _above(blocks), depth + 1)
            elif isinstance(node, Tag):
                if (included := self.included(node, scope)) is not None:
                    template, inner = included
                    root, inner_blocks = self.resolved(template)
                    yield from self.walk(root, inner, inner_blocks, depth + 1)
                else:
                    self.tag(node, scope, blocks, 0)

    def found(self, node: Compress, scope: Scope, blocks: Blocks) -> Found:
        """All markups of a block."""
        markups: dict[str, None] = {}
        waiting: list[dict[tuple[object, ...], bool]] = [{}]
        self.unknown = {}
        tried = 0
        while waiting and len(markups) < MOST and tried < 4 * MOST:
            self.decisions = waiting.pop(0)
            tried += 1
            try:
                markups[self.text(node.nodes, scope.with_values({}), blocks, 0, ())] = None
            except _Undecided as undecided:
                waiting += [{**self.decisions, undecided.key: taken} for taken in (True, False)]
        return Found(node, self.template, tuple(markups), tuple(self.unknown), not waiting)

    def text(self, nodes: Sequence[Node], scope: Scope, blocks: Blocks, depth: int, turn: Turn) -> str:
        """What nodes print."""
        if depth > _DEEPEST:
            return self.mark("templates that include one another")
        return "".join([self.printed(node, scope, blocks, depth, turn) for node in nodes])

    def printed(self, node: Node, scope: Scope, blocks: Blocks, depth: int, turn: Turn) -> str:
        deeper = depth + 1
        if isinstance(node, Text):
            return node.text
        if isinstance(node, Print):
            if _is_super(node.expression, scope):
                return self.text(_super_nodes(blocks), scope, _above(blocks), deeper, turn)
            shown = scope.printed(node.expression)
            return self.mark(f"{{{{ {node.expression} }}}}") if shown is None else shown
        if isinstance(node, Branches):
            return self.text(self.branch(node, scope, turn), scope, blocks, deeper, turn)
        if isinstance(node, Block):
            inside = blocks.get(node.name) or (node.nodes,)
            return self.text(inside[0], scope, _with_super(blocks, node.name, inside), deeper, turn)
        if isinstance(node, With):
            return self.text(node.nodes, _bound(node.names, scope), blocks, deeper, turn)
        if isinstance(node, Loop):
            return self.loop(node, scope, blocks, deeper, turn)
        if isinstance(node, Compress):
            return self.mark("a block in a block")
        return self.tag(node, scope, blocks, deeper, turn)

    def branch(self, node: Branches, scope: Scope, turn: Turn) -> tuple[Node, ...]:
        for condition, nodes in node.branches:
            if condition is None:
                return nodes
            known = scope.truth(condition)
            if known is None:
                known = self.decided(condition, turn)
            if known:
                return nodes
        return ()

    def decided(self, condition: str, turn: Turn) -> bool:
        """What is decided of a condition for this text: the same in each turn of a loop that it does not speak of."""
        negations = _NEGATIONS.match(condition)
        assert negations is not None
        words = set(_WORDS.findall(condition))
        turns = [one for one in turn if one[0] in words or words & _OF_LOOPS]
        key = (condition[negations.end() :], *turns)
        if key not in self.decisions:
            raise _Undecided(key)
        return self.decisions[key] is (negations[0].count("not") % 2 == 0)

    def loop(self, node: Loop, scope: Scope, blocks: Blocks, depth: int, turn: Turn) -> str:
        names = _loop_names(node.written)
        values = scope.value(node.written.partition(" in ")[2])
        if not values or text_of(values) == "":
            return self.text(node.otherwise, scope, blocks, depth, turn)
        if not isinstance(values, list | tuple) or len(names) != 1:
            return self.mark(f"{{% {node.written} %}}")
        return "".join(
            self.text(node.nodes, scope.with_values({names[0]: value}), blocks, depth, (*turn, (names[0], index)))
            for index, value in enumerate(values[:MOST])
        )

    def tag(self, node: Node, scope: Scope, blocks: Blocks, depth: int, turn: Turn = ()) -> str:
        assert isinstance(node, Tag)
        name, *words = node.words
        names = bindings(tuple(words))
        if name == "include":
            included = self.included(node, scope)
            if included is None:
                return self.mark(" ".join(("{%", *node.words, "%}")))
            template, inner = included
            root, inner_blocks = self.resolved(template)
            return self.text(root, inner, inner_blocks, depth, turn)
        if name == "set":
            scope.values[words[0]] = scope.value(words[1])
            return ""
        if name in ("static", "get_static_prefix") and not scope.jinja:
            made = scope.static(scope.value(words[0]) if words and name == "static" else "")
            if len(words) >= 2 and words[-2] == "as":
                scope.values[words[-1]] = made
                return ""
            return str(made) if isinstance(made, Shown) else self.mark(" ".join(("{%", *node.words, "%}")))
        for bound, _ in names if "as" in words else ():
            scope.values[bound] = UNKNOWN
        if name in ("import", "from", "do"):
            return ""
        return self.mark(" ".join(("{%", *node.words, "%}")))

    def included(self, node: Tag, scope: Scope) -> tuple[Template, Scope] | None:
        """The template of an `include`, and the scope in it; None for another tag, or one that is not there."""
        if node.words[0] != "include" or len(node.words) < 2:
            return None
        name = text_of(scope.value(node.words[1]))
        template = self.library.get(name, scope.jinja) if name is not None else None
        if template is None:
            return None
        own = {key: scope.value(expression) for key, expression in bindings(node.words[2:])}
        only, apart = "only" in node.words, "without" in node.words
        inner = Scope({}, scope.static_url, scope.jinja, closed=only) if only or apart else scope
        return template, inner.with_values(own)

    def mark(self, what: str) -> str:
        self.unknown[what] = None
        return MARK


def _blocks_in(nodes: Sequence[Node]) -> Iterator[Block]:
    """All blocks, those in blocks as well."""
    for node in nodes:
        if isinstance(node, Block):
            yield node
        if isinstance(node, Block | Loop | With | Compress):
            yield from _blocks_in(node.nodes)
            yield from _blocks_in(node.otherwise if isinstance(node, Loop) else ())
        elif isinstance(node, Branches):
            for _, branch in node.branches:
                yield from _blocks_in(branch)


_SUPER: Final = ""


def _with_super(blocks: Blocks, name: str, inside: tuple[tuple[Node, ...], ...]) -> Blocks:
    """The blocks as one of them sees them: what `block.super` is there stands under the empty name."""
    return {**blocks, _SUPER: inside[1:]}


def _super_nodes(blocks: Blocks) -> tuple[Node, ...]:
    return next(iter(blocks.get(_SUPER, ())), ())


def _above(blocks: Blocks) -> Blocks:
    return {**blocks, _SUPER: blocks.get(_SUPER, ())[1:]}


def _is_super(expression: str, scope: Scope) -> bool:
    return expression.replace(" ", "") == ("super()" if scope.jinja else "block.super")


def _loop_names(written: str) -> list[str]:
    return [name.strip(" ()") for name in written.removeprefix("for ").partition(" in ")[0].split(",")]


def _bound(names: Sequence[tuple[str, str]], scope: Scope) -> Scope:
    return scope.with_values({name: scope.value(expression) for name, expression in names})
