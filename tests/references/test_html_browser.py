"""The finder against a browser: what it requests of pages that are hard to read."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from assetbuild.references import html
from assetbuild.references.urls import resolve
from browser import browse, serve
from requirements_of_tests import need

# None offers a choice, of which a browser takes one, or what it shows only in other circumstances.
BODIES = (
    "<img src=a.png>",
    "<IMG SRC='a.png'>",
    '<img src="a.png"src="b.png">',
    '<img src = "a.png" alt=">">',
    '<img alt="<img src=b.png>" src=a.png>',
    '<img src="a&amp;b.png">',
    '<img src="a&#98;.png">',
    '<img src="a&notit;.png">',
    '<img src=" a.png ">',
    '<img src="a%20b.png">',
    '<img srcset="a.png 1x">',
    '<img srcset=" ,a.png,,">',
    '<img srcset="data:image/png;base64,AA,a.png 9x">',
    "<!-- <img src=a.png> --><img src=b.png>",
    "<!--><img src=a.png>-->",
    "<!---><img src=a.png>-->",
    "<!-- --!><img src=a.png>",
    "<! <img src=a.png> <img src=b.png>",
    "<?x <img src=a.png> ?><img src=b.png>",
    "</ <img src=a.png>><img src=b.png>",
    '<script>"<img src=a.png>"</script><img src=b.png>',
    "<script><!-- <script> </script> <img src=a.png> --></script><img src=b.png>",
    "<textarea><img src=a.png></textarea><img src=b.png>",
    "<title><img src=a.png></title><img src=b.png>",
    "<style>/*</style><img src=a.png>*/",
    "<style>x{background:url(a.png)}</style><x>x</x>",
    '<x style="background:url(a.png)">x</x>',
    '<x style="background:url(&quot;a.png&quot;)">x</x>',
    "<x style='background:url(\"a&#46;png\")'>x</x>",
    '<svg><image href="a.png"/></svg>',
    '<svg><image xlink:href="a.png"/></svg>',
    "<svg><style>x{background:url(a.png)}</style></svg><x>x</x>",
    "<svg><title><img src=a.png></title></svg>",
    '<svg><script>"</script><img src=a.png>',
    "<math><img src=a.png></math>",
    "<svg><![CDATA[<img src=a.png>]]></svg><img src=b.png>",
    "<table background=a.png><tr><td background=b.png>x</table>",
    "<video poster=a.png></video>",
    "<input type=image src=a.png>",
    "<input type=text src=a.png>",
    "<link rel=stylesheet href=a.css>",
    '<link rel="alternate stylesheet" title=x href=a.css>',
    "<link rel=preload as=image href=a.png>",
    '<link rel="STYLESHEET" href="a.css" href="b.css">',
    "<image src=a.png>",
    "<object data=a.png></object>",
    "<embed src=a.png>",
    "<script src=a.js></script>",
    '<script type=module>import "./a.js"</script>',
    '<script type=module>const x="</script><img src=a.png>',
    "<plaintext><img src=a.png>",
    "<xmp><img src=a.png></xmp><img src=b.png>",
    "<iframe><img src=a.png></iframe><img src=b.png>",
    "<img src=a.png",
    '<img src="a.png',
    '<img x="a" "src=b.png" src=a.png>',
    "<img =src=a.png src=b.png>",
    '<img src=a.png"b>',
    "<img src=`a.png`>",
    "<a <img src=a.png>x",
    "<img data-src=b.png src=a.png>",
    "<div hidden><img src=a.png></div>",
)


def test_what_is_found_is_what_a_browser_requests(tmp_path: Path) -> None:
    chromium = need("chromium")
    site = tmp_path / "site"
    with serve(tmp_path / "site") as url, browse(chromium, tmp_path / "profile") as browser:
        page = browser.new_page()
        for number, body in enumerate(BODIES):
            text = f'<!doctype html><link rel="icon" href="data:,"><body>{body}'
            (site / str(number)).mkdir(parents=True)
            (site / str(number) / "index.html").write_text(text)
            page.requested.clear()
            page.open(f"{url}/{number}/index.html")
            page.settle()
            targets = [resolve(found.written, f"{number}/index.html", "/static/") for found in html.find(text.encode())]
            requested = {
                unquote(one.removeprefix(f"{url}/")) for one in page.requested if one.startswith(f"{url}/{number}/")
            }
            expected = {target.path for target in targets if target}
            assert (body, requested - {f"{number}/index.html"}) == (body, expected)
