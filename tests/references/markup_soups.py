"""Bytes that look like HTML or SVG, and bytes that do not."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = [
    "<", ">", "/", "=", '"', "'", " ", "\n", "\r\n", "\f", "\0", "&", ";", "&amp;", "&#x61;", "&#38;", "&copy", "&e;",
    "é", "\ufeff", "<img ", "<IMG SRC=", "<image href=", "<use xlink:href='", "<x:image x:href='a.png'/>",
    "<link rel=icon href=", "<a href='b.html'>", "<base href='c/'>", "src=", "src='a.png'", 'SRC="b.png"', "srcset=",
    "srcset='a.png 1x, b.png 2x,'", "style=", "style='a:url(b.png)'", "style=\"b:url('c.png')\"",
    "style='a:url(&quot;b.png&quot;)'", "fill='url(a.svg#b)'", "a.png", "b.png,", ", ", "url(", ")", "url(a.png)",
    "@import 'a.css';", "<style>", "</style>", "<STYLE type=text/css>", "<script>", "</script>",
    "<script type=module>", "<script src='a.js'/>", "import './a.js';", "<!--", "-->", "--!>", "->", "<![CDATA[",
    "]]>", "<!DOCTYPE svg [", "]>", "<!ENTITY e 'x'>", "<?xml-stylesheet href='a.css'?>", "<?", "?>", "<svg>",
    "</svg>", "<svg xmlns:x='http://www.w3.org/1999/xlink'>", "<foreignObject>", "<title>", "</title>", "<textarea>",
    "<plaintext>", "{{", "}}", "{%", "%}", "{#", "#}", "<%", "<%=", "%>", "${", "}", "{{ x }}", "{% if x %}",
    "<% 'x>' %>", "data:x", "asset-data:b.png", "asset:c.png", "\\", "\\61 ", "/*", "*/", "<video poster=d.png>",
    "<template>",
]  # fmt: skip
soups = st.one_of(
    st.binary(max_size=40), st.lists(st.sampled_from(PIECES), max_size=30).map(lambda x: "".join(x).encode())
)
# URLs that a writer may be asked to write, and that mean themselves: no blanks around them, no control characters.
urls = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\"'<>&=`\\()[]{} ,;/é"), min_size=1
).filter(lambda url: url == url.strip() and not any(mark in url for mark in ("{{", "{%", "{#", "<%", "${")))
