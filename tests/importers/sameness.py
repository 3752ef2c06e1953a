"""Whether what two systems have made of the same sources means the same: as lists to compare."""

from __future__ import annotations

import re


def script_tokens(text: str) -> list[str]:
    """A script without comments, white space, semicolons and directives of strictness."""
    bare = re.sub(r"""/\*.*?\*/|//[^\n]*|["']use strict["']""", " ", text, flags=re.DOTALL)
    return re.findall(r"[\w$]+|\"[^\"]*\"|'[^']*'|[^\s;]", bare)


def rules_of(text: str) -> list[str]:
    """The rules of a style sheet, white space and comments taken out, URLs by their file's name alone."""
    bare = re.sub(r"/\*.*?\*/|@charset[^;]*;", "", text, flags=re.DOTALL)
    bare = re.sub(r"url\(\"?(?:[^)\"]*/)?([^)/\"]*?)(?:-[0-9a-f]{16})?(\.\w+)\"?\)", r"url(\1\2)", bare)
    return re.findall(r"[^{}]+\{[^{}]*\}", re.sub(r"\s+", "", bare))


def same(ours: str, theirs: str) -> None:
    """Asserts that two scripts have the same tokens, or two style sheets the same rules. JavaScript templates, which
    are compiled in the build here, are not looked at."""
    if "{" in theirs and "=" not in theirs.partition("{")[0] and "(" not in theirs.partition("{")[0]:
        assert rules_of(ours) == rules_of(theirs)
    else:
        cut = re.compile(r"(?:\(function\s*\(\)\s*\{\s*)?window\.(?:Shop|JST)\b")
        assert script_tokens(cut.split(ours, maxsplit=1)[0]) == script_tokens(cut.split(theirs, maxsplit=1)[0])
