"""Bytes that look like CSS, and bytes that do not."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = [
    "a", "url(", "URL(", "u\\72 l(", "\\75rl(", "ur\\00006c\r\n(", "image-set(", "-webkit-image-set(", "src(", "var(",
    "type(", "x(", "(", ")", "[", "]", "{", "}", ";", ":", ",", '"', "'", "\\", "\\\n", "\\\r\n", "\n", "\r", "\f", " ",
    "\0", "\x01", "/*", "*/", "*", "/", "/*# sourceMappingURL=a.map */", "/*# sourceMappingURL=", "@", "@import ",
    "@media ", "@charset 'x';", "@layer a;", "@\\69mport ", "@namespace ", "#", "-", "--", "--x:", "<!--", "-->", "1",
    "1e3", ".5", "%", "+", "é", "\ufeff", "a.png", "data:x", "asset-data:b", '"b.png"', "\\61", "\\61 ", "\\)",
    "=", "!",
]  # fmt: skip
soups = st.one_of(
    st.binary(max_size=40), st.lists(st.sampled_from(PIECES), max_size=25).map(lambda x: "".join(x).encode())
)
