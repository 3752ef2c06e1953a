"""ERB to Jinja2: tags that only name assets are converted, every other one is told with its line."""

from __future__ import annotations

from assetbuild.importers.erb import converted


def text(source: str, file: str = "a.css.erb") -> str:
    made, problems = converted(file, source)
    assert problems == []
    return made


def problems(source: str, file: str = "a.css.erb") -> list[tuple[int | None, int | None, str]]:
    return [(one.line, one.column, one.text) for one in converted(file, source)[1]]


def test_helpers_that_name_an_asset_become_asset_url() -> None:
    for tag in (
        'asset_path "a.png"',
        "asset_path('a.png')",
        "asset_url 'a.png'",
        'image_path( "a.png" )',
        "font_url 'a.png'",
    ):
        assert text(f"a {{ b: url(<%= {tag} %>) }}\n") == "a { b: url({{ asset_url('a.png') }}) }\n", tag


def test_extensions_suffixes_and_data_urls() -> None:
    assert (
        text("<%= javascript_path 'a' %> <%= stylesheet_path 'a.css' %>")
        == "{{ asset_url('a.js') }} {{ asset_url('a.css') }}"
    )
    assert text("<%= font_path 'a.eot?#iefix' %>") == "{{ asset_url('a.eot?#iefix') }}"
    assert text("<%= asset_data_uri 'a.png' %>") == "{{ asset_data_url('a.png') }}"
    assert text("<%= asset_path 'https://x.y/a.png' %> <%= asset_path '/a.png' %>") == "https://x.y/a.png /a.png"


def test_comments_go_and_line_ends_stay() -> None:
    assert text("a\n<%# why %>\nb <%= asset_path 'x' %>\nc") == "a\n\nb {{ asset_url('x') }}\nc"


def test_what_does_more_is_told_with_its_line() -> None:
    reason = "not converted: this tag does more than name an asset, and is not run"
    assert problems("a\n  <% if x %>\n<%= Rails.env %><%= asset_path x %>\n<%= asset_path \"#{x}\" %>") == [
        (2, 3, reason), (3, 1, reason), (3, 17, reason), (4, 1, reason)
    ]  # fmt: skip


def test_in_scripts_the_tag_has_to_be_a_whole_string() -> None:
    assert text("x = \"<%= asset_path('a.png') %>\"", "a.js.erb") == "x = \"{{ asset_url('a.png') }}\""
    reason = "not converted: in a script the name of an asset has to be a whole string"
    assert problems("x = 'see <%= asset_path('a.png') %>'", "a.js.erb") == [(1, 10, reason)]


def test_what_jinja_would_read_is_told() -> None:
    assert problems("a {{b}}\n") == [(1, 3, "not converted: Jinja2 would read '{{' as its own")]
