"""Jinja2 templates, through Jinja2's own lexer and parser. None is run, and no extension of the project is needed.

Jinja2's tree knows lines alone. It gets columns by being parsed from tokens that have their offset in the text where
a line number belongs: every node and every syntax error then bears an offset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from assetbuild.dataclass import dataclass, replace
from assetbuild.errors import Diagnostic, UsageError
from assetbuild.runtime.webassets import tag_name
from assetbuild.templates.calls import (
    ASSETS,
    ASSETS_TAG,
    HELPERS,
    NAME_KEYWORD,
    OUTPUT_KEYWORD,
    SRCSET_KEYWORD,
    Computed,
    Fault,
    Found,
    Helper,
    Named,
    named_in_srcset,
)

if TYPE_CHECKING:
    from jinja2 import Environment, nodes
    from jinja2.parser import Parser

# What ends or divides a statement of Jinja2 itself, and so is no tag of an extension.
_PARTS = frozenset(
    {"else", "elif", "endfor", "endif", "endblock", "endmacro", "endset", "endwith", "endautoescape", "endcall"}
    | {"endfilter"}
)
_KEYWORDS = frozenset({"if", "else", "or", "and"})
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_STOPS = _CLOSING | {",", ":"}
_ENDS = frozenset({"variable_end", "block_end"})
_LEFT_OUT = frozenset({"whitespace", "comment_begin", "comment", "comment_end", "raw_begin", "raw_end"})
# No identifier, so that no expression of a template can be mistaken for the tag.
ASSETS_CALL = "{% assets %}"
_NESTED_TOO_DEEP = Fault("nested too deep to be checked", 0, 0)


class _UnreadableError(Exception):
    def __init__(self, text: str, start: int) -> None:
        super().__init__(text)
        self.fault = Fault(text, start, start + 1)


@dataclass(frozen=True, slots=True)
class _Token:
    """As Jinja2's lexer names it; `text` is what is written in the template at offset `start`."""

    start: int
    type: str
    text: str


def find_in_jinja(content: str, flask_static: bool = False) -> list[Found]:
    """What names assets in a template, in no particular order; a template with a syntax error is one Fault.

    `content` has LF line ends. `flask_static`: url_for('static', filename='…') names an asset. Raises UsageError
    where Jinja2 is not installed.
    """
    read = _read(content)
    if isinstance(read, Fault):
        return [read]
    tree, tokens = read
    try:
        return list(_Calls(tree, [token for token in tokens if token.type not in _LEFT_OUT], flask_static))
    except RecursionError:
        return [_NESTED_TOO_DEEP]


def parsed(content: str) -> nodes.Template | Fault:
    """A template's tree, in which {% assets %} is a call of ASSETS_CALL, and offsets are where lines belong.

    Raises UsageError where Jinja2 is not installed.
    """
    read = _read(content)
    return read if isinstance(read, Fault) else read[0]


def _read(content: str) -> tuple[nodes.Template, list[_Token]] | Fault:
    try:
        from jinja2 import Environment, TemplateSyntaxError
    except ImportError:
        text = "Jinja2 is not installed, and there are templates to check in its language"
        raise UsageError(Diagnostic(text, hint="pip install jinja2")) from None
    environment = Environment(keep_trailing_newline=True)
    tokens: list[_Token] = []
    try:
        tokens = _tokens(environment, content)
        return _parse(environment, tokens), tokens
    except _UnreadableError as error:
        return error.fault
    except TemplateSyntaxError as error:
        # Its "line" is the offset of a token.
        lengths = {token.start: len(token.text) for token in tokens}
        return Fault(error.message or "syntax error", error.lineno, error.lineno + lengths.get(error.lineno, 1))
    except RecursionError:
        return _NESTED_TOO_DEEP


def _tokens(environment: Environment, content: str) -> list[_Token]:
    """All that the lexer yields. It drops blanks before a tag with "-", and tells no offsets."""
    from jinja2 import TemplateSyntaxError

    tokens: list[_Token] = []
    at = 0
    try:
        for _, kind, text in environment.lexer.tokeniter(content, None):
            at = content.index(text, at)
            tokens.append(_Token(at, kind, text))
            at += len(text)
    except TemplateSyntaxError as error:
        message = re.sub(r" at \d+$", "", error.message or "syntax error")
        # What is not closed begins with the last token; what is not expected comes after it.
        unclosed = message.startswith("Missing") and tokens
        raise _UnreadableError(message, tokens[-1].start if unclosed else at) from None
    return tokens


def _parse(environment: Environment, tokens: list[_Token]) -> nodes.Template:
    from jinja2.lexer import TokenStream
    from jinja2.parser import Parser

    placed = ((token.start, token.type, token.text) for token in _readable(tokens))
    parser = Parser(environment, "")
    parser.stream = TokenStream(environment.lexer.wrap(placed), None, None)
    tags = [tag for tag in _tags(tokens) if tag.text not in _PARTS]
    blocks = _blocks(tags)
    parser.extensions = {tag.text: lambda parser: _unknown_tag(parser, blocks) for tag in tags}
    return parser.parse()


def _readable(tokens: list[_Token]) -> Iterator[_Token]:
    for token in tokens:
        if token.type == "integer":
            # Python refuses to read a number of thousands of digits, and the lexer would pass that on.
            yield _Token(token.start, token.type, "0")
        else:
            yield token


def _tags(tokens: list[_Token]) -> list[_Token]:
    """The names that statements begin with."""
    written = [token for token in tokens if token.type != "whitespace"]
    return [second for first, second in pairwise(written) if first.type == "block_begin" and second.type == "name"]


def _blocks(tags: list[_Token]) -> frozenset[int]:
    """The offsets of those tags that an "end…" closes."""
    standing: dict[str, list[int]] = {}
    closed = set()
    for tag in tags:
        begun = standing.get(tag.text.removeprefix("end")) if tag.text.startswith("end") else None
        if begun:
            closed.add(begun.pop())
        else:
            standing.setdefault(tag.text, []).append(tag.start)
    return frozenset(closed)


def _unknown_tag(parser: Parser, blocks: frozenset[int]) -> list[nodes.Node]:
    """The parser is at the name of a tag that Jinja2 itself does not have; `blocks` are those with an end."""
    from jinja2 import nodes

    tag = next(parser.stream)
    arguments = _assets_arguments(parser) if tag.value == ASSETS_TAG else _calls_among_arguments(parser)
    made: list[nodes.Node] = [nodes.Output(arguments, lineno=tag.lineno)]
    if tag.lineno not in blocks:
        return made
    end = f"end{tag.value}"
    while True:
        made += parser.parse_statements((f"name:{end}", "name:else", "name:elif"))
        part = next(parser.stream)
        made.append(nodes.Output(_calls_among_arguments(parser), lineno=part.lineno))
        if part.value == end:
            return made


def _calls_among_arguments(parser: Parser) -> list[nodes.Expr]:
    """The helpers called between here and the end of the tag, whose own syntax is unknown."""
    found: list[nodes.Expr] = []
    stream = parser.stream
    while stream.current.type not in ("block_end", "eof"):
        if stream.current.type == "name" and stream.look().type == "lparen":
            found.append(parser.parse_unary(with_filter=False))
        else:
            next(stream)
    return found


def _assets_arguments(parser: Parser) -> list[nodes.Expr]:
    """The names as the arguments of one call, the options as its keywords."""
    from jinja2 import nodes

    stream = parser.stream
    begin = stream.current.lineno
    names: list[nodes.Expr] = []
    options: list[nodes.Keyword] = []
    while stream.current.type not in ("block_end", "eof"):
        if stream.current.type == "name" and stream.look().type == "assign":
            option = next(stream)
            stream.skip()
            options.append(nodes.Keyword(option.value, parser.parse_expression(), lineno=option.lineno))
        else:
            value = parser.parse_expression()
            names += value.items if isinstance(value, nodes.List | nodes.Tuple) else [value]
        if stream.current.type != "block_end":
            stream.expect("comma")
    called = nodes.Name(ASSETS_CALL, "load", lineno=begin)
    return [nodes.Call(called, names, options, None, None, lineno=begin)]


class _Calls:
    """Walks a tree, with the tokens it was made from."""

    def __init__(self, tree: nodes.Template, tokens: list[_Token], flask_static: bool) -> None:
        self._tree = tree
        self._tokens = tokens
        self._index = {token.start: index for index, token in enumerate(tokens)}
        self._flask_static = flask_static
        self._own = _own_names(tree)

    def __iter__(self) -> Iterator[Found]:
        from jinja2 import nodes

        for node in self._tree.find_all((nodes.Call, nodes.Filter)):
            assert isinstance(node, nodes.Call | nodes.Filter)
            called = self._helper_and_arguments(node)
            if called:
                yield from self._named_by(node, *called)

    def _named_by(
        self, node: nodes.Call | nodes.Filter, helper: Helper, arguments: list[nodes.Expr]
    ) -> Iterator[Found]:
        output, whole = (_output(node), _whole(node, arguments)) if helper is ASSETS else (None, None)
        for argument in arguments:
            for found in self._values(argument, helper):
                yield replace(found, output=output, whole=whole) if isinstance(found, Named) else found
        if helper.default is not None and not arguments:
            name = self._tokens[self._index[min(_offsets(node))]]
            yield Named(helper.default, name.start, name.start + len(name.text), helper)
        if helper.srcset:
            yield from self._in_srcset(node, helper)

    def _in_srcset(self, node: nodes.Call | nodes.Filter, helper: Helper) -> Iterator[Found]:
        from jinja2 import nodes

        for value in (keyword.value for keyword in node.kwargs if keyword.key == SRCSET_KEYWORD):
            if isinstance(value, nodes.Const) and isinstance(value.value, str):
                yield from named_in_srcset(value.value, self._inside_quotes(value.lineno)[0])
                continue
            names = _keys(value)
            if names is None:
                yield self._computed(value)
            for name in names or ():
                yield from self._values(name, helper)

    def _helper_and_arguments(self, node: nodes.Call | nodes.Filter) -> tuple[Helper, list[nodes.Expr]] | None:
        from jinja2 import nodes

        if isinstance(node, nodes.Filter):
            helper = HELPERS.get(node.name)
            return (helper, [node.node or node]) if helper else None
        if not isinstance(node.node, nodes.Name) or node.node.name in self._own:
            return None
        if node.node.name == "url_for" and self._flask_static:
            return Helper(), _flask_file_name(node)
        helper = ASSETS if node.node.name == ASSETS_CALL else HELPERS.get(node.node.name)
        return (helper, _names_among(node, helper)) if helper else None

    def _values(self, node: nodes.Expr, helper: Helper) -> Iterator[Found]:
        """What an expression can come to: the literals, and whatever else there is."""
        from jinja2 import nodes

        if isinstance(node, nodes.Const) and isinstance(node.value, str):
            yield Named(node.value, *self._inside_quotes(node.lineno), helper)
        elif isinstance(node, nodes.CondExpr):
            yield from self._values(node.expr1, helper)
            if node.expr2 is not None:
                yield from self._values(node.expr2, helper)
        elif isinstance(node, nodes.Or):
            yield from self._values(node.left, helper)
            yield from self._values(node.right, helper)
        elif isinstance(node, nodes.And):
            yield from self._values(node.right, helper)
        elif isinstance(node, nodes.Filter) and node.name in ("default", "d") and node.node and node.args:
            yield from self._values(node.node, helper)
            yield from self._values(node.args[0], helper)
        else:
            yield self._computed(node)

    def _inside_quotes(self, start: int) -> tuple[int, int]:
        """From after the first quote to before the last: strings that stand side by side are one."""
        index = last = self._index[start]
        while index < len(self._tokens) and self._tokens[index].type == "string":
            last, index = index, index + 1
        end = self._tokens[last]
        return start + 1, end.start + len(end.text) - 1

    def _computed(self, node: nodes.Expr) -> Computed:
        """From the leftmost token of an expression to where its argument, or its branch, ends."""
        start = min(_offsets(node))
        index = self._index[start]
        end = self._tokens[index]
        depth = 0
        for at in range(index, len(self._tokens)):
            token = self._tokens[at]
            if token.type in _ENDS or (depth == 0 and (token.text in _STOPS or token.text in _KEYWORDS)):
                break
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            end = token
        return Computed(start, end.start + len(end.text))


def _offsets(node: nodes.Node) -> Iterator[int]:
    yield node.lineno
    for child in node.iter_child_nodes():
        yield from _offsets(child)


def _names_among(call: nodes.Call, helper: Helper) -> list[nodes.Expr]:
    beyond = [call.dyn_args] if call.dyn_args is not None else []
    if helper.several:
        return [*call.args, *beyond]
    by_keyword = [keyword.value for keyword in call.kwargs if keyword.key == NAME_KEYWORD]
    return [*call.args, *by_keyword, *beyond][:1]


def _output(call: nodes.Call | nodes.Filter) -> str | None:
    """What {% assets %} says that webassets should write, if it is written literally."""
    from jinja2 import nodes

    for keyword in call.kwargs:
        if keyword.key == OUTPUT_KEYWORD and isinstance(keyword.value, nodes.Const):
            return keyword.value.value if isinstance(keyword.value.value, str) else None
    return None


def _whole(call: nodes.Call | nodes.Filter, arguments: list[nodes.Expr]) -> str | None:
    """What the tag {% assets %} is called as a whole, if all that it names is written literally."""
    from jinja2 import nodes

    from assetbuild.runtime.jinja import literal_filters

    names = [argument.value for argument in arguments if isinstance(argument, nodes.Const)]
    if len(names) != len(arguments):
        return None
    filters = [literal_filters(keyword.value) for keyword in call.kwargs if keyword.key in ("filters", "filter")]
    return tag_name(names, "".join(filters[:1]), _output(call))


def _keys(value: nodes.Expr) -> list[nodes.Expr] | None:
    """The keys of a mapping, or the first of each of several pairs, where they stand there; else None."""
    from jinja2 import nodes

    if isinstance(value, nodes.Dict):
        return [pair.key for pair in value.items]
    if not isinstance(value, nodes.List | nodes.Tuple):
        return None
    pairs = [pair.items[:1] for pair in value.items if isinstance(pair, nodes.List | nodes.Tuple)]
    return [name for pair in pairs for name in pair] if len(pairs) == len(value.items) else None


def _flask_file_name(call: nodes.Call) -> list[nodes.Expr]:
    from jinja2 import nodes

    if not call.args or not isinstance(call.args[0], nodes.Const) or call.args[0].value != "static":
        return []
    return [keyword.value for keyword in call.kwargs if keyword.key == "filename"]


def _own_names(tree: nodes.Template) -> frozenset[str]:
    """The names that the template itself gives a meaning: macros, imports, variables."""
    from jinja2 import nodes

    own = {macro.name for macro in tree.find_all(nodes.Macro)}
    own |= {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    own |= {module.target for module in tree.find_all(nodes.Import)}
    for imported in tree.find_all(nodes.FromImport):
        own |= {name if isinstance(name, str) else name[1] for name in imported.names}
    return frozenset(own)
