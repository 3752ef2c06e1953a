"""References in HTML, SVG and web app manifests; the first byte says which."""

from __future__ import annotations

from assetbuild.references import html, svg, webmanifest
from targets.finding import check_finder

LANGUAGES = (html, svg, webmanifest)
SEEDS = (
    b"0<!doctype html><base href=x><link rel=icon href=a.png><img srcset='b.png 1x, c.png 2x' style='d:url(e.png)'>"
    b"<style>@import 'f.css';</style><script type=module>import 'g.js'</script><a href=\"h&amp;i\">",
    b"1<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns:x='http://www.w3.org/1999/xlink'>"
    b"<image href='a.png'/><use x:href='#b'/><style><![CDATA[c{d:url(e.png)}]]></style></svg>",
    b'2{"icons": [{"src": "a.png", "sizes": "1x1"}], "screenshots": [{"src": "b\\u002epng"}], "start_url": "/"}',
)
WORDS = tuple(
    b"<img src=|srcset=|<link |<style>|</style>|<script>|</script>|<!--|-->|<![CDATA[|]]>|&amp;|&#x2e;|&#0;|href=|'|\"|"
    b"<svg|<use |xlink:href=|<!ENTITY |<?|?>|{{|{%|<%|${|>|/>|<template>|<noscript>|<textarea>|<title>|\0|, |"
    b'"icons"|"src"|\\u0000|\\ud800|[|]|{|}|:'.split(b"|")
)


def target(data: bytes) -> None:
    check_finder(LANGUAGES[data[0] % len(LANGUAGES)] if data else html, data[1:])
