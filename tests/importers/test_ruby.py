"""Ruby read as data: what is written out is read, what is computed is handed on with its line, nothing is run."""

from __future__ import annotations

import pytest

from assetbuild.errors import UsageError
from assetbuild.importers.ruby import Statement, Unread, Value, read_ruby


def only(text: str) -> Statement:
    found = read_ruby("x.rb", text)
    assert len(found) == 1
    assert isinstance(found[0], Statement), found[0]
    return found[0]


def spelled(value: Value) -> object:
    if value.kind == "list":
        return [spelled(item) for item in value.items]
    return value.text if value.kind == "text" else (value.kind, value.text)


def unread(text: str) -> list[tuple[int, str]]:
    return [(one.place.line, one.reason) for one in read_ruby("x.rb", text) if isinstance(one, Unread)]


def test_a_call_has_values_and_keywords_with_and_without_brackets() -> None:
    for text in (
        'pin "a", to: "b.js", preload: true',
        'pin("a", to: "b.js", preload: true)',
        'pin "a", :to => "b.js", preload: true',
    ):
        call = only(text)
        assert (call.target, [spelled(one) for one in call.values]) == ("pin", ["a"])
        assert {name: spelled(one) for name, one in call.keywords.items()} == {
            "to": "b.js",
            "preload": ("name", "true"),
        }


def test_lists_are_words_or_brackets_over_several_lines_with_comments_between() -> None:
    assert spelled(only("x.y += %w( a.js\n  b.css )").values[0]) == ["a.js", "b.css"]
    assert spelled(only("x.y += [\n 'a', # first\n \"b\",\n]").values[0]) == ["a", "b"]
    assert spelled(only("x.y += %w[a] + ['b']").values[0]) == ["a", "b"]


def test_paths_below_the_root_are_known() -> None:
    for text in (
        'Rails.root.join("a", "b")',
        '"#{Rails.root}/a/b"',
        'Rails.root + "a/b"',
        'File.join(Rails.root, "a/b")',
        'Rails.root.join("a/b").to_s',
    ):
        assert spelled(only(f"paths << {text}").values[0]) == ("path", "a/b"), text


def test_several_can_be_added_in_one_statement() -> None:
    assert [spelled(one) for one in only('paths << "a" << "b"').values] == ["a", "b"]


def test_a_chain_may_go_on_in_the_next_line() -> None:
    assert only('config.assets\n  .paths # why\n  .push("a")').target == "config.assets.paths.push"


def test_strings_have_escapes_and_may_hold_anything() -> None:
    assert spelled(only(r"x 'it\'s # no comment; end'").values[0]) == "it's # no comment; end"
    assert spelled(only("x %q(a (b) c)").values[0]) == "a (b) c"


def test_what_is_computed_is_not_read() -> None:
    assert spelled(only("x.y << /a'b#{c}/i").values[0]) == ("computed", "/a'b#{c}/i")
    assert only('x "#{y}"').values[0].kind == "computed"
    assert unread("x.y += Dir['*']\nx = ->(a) { a }\nx.each { |y| pin y }\nx.y ? 1 : 2") == [
        (line, "this is Ruby code, and is not run") for line in (1, 2, 3, 4)
    ]


def test_conditions_and_blocks_are_passed_whole_and_what_follows_is_read() -> None:
    text = "if a\n  pin 'x'\n  b do |c|\n    d if e\n  end\nelse\n  f\nend\npin 'y' if g\nh do\n  i\nend\npin 'z'\n"
    found = read_ruby("x.rb", text)
    assert [one.place.line for one in found] == [1, 9, 10, 13]
    assert [type(one) for one in found] == [Unread, Unread, Unread, Statement]


def test_the_block_of_configure_is_read_through() -> None:
    found = read_ruby("x.rb", "Rails.application.configure do\n  config.assets.x = 1\nend\n")
    assert [one.target for one in found if isinstance(one, Statement)] == ["config.assets.x"]


def test_comments_heredocs_and_data_are_no_statements() -> None:
    text = "=begin\npin 'x'\n=end\n# pin 'y'\nx <<~TEXT\n  pin 'z'\nTEXT\npin 'a'\n__END__\npin 'b'\n"
    found = read_ruby("x.rb", text)
    assert [one.target for one in found if isinstance(one, Statement)] == ["pin"]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a\nx 'open", 2, "this string has no end"),
        ("x [\n1,", 1, "'[' is not closed"),
        ("x )", 1, "')' closes nothing"),
        ("a\nx.paths <<\n", 2, "nothing follows '<<'"),
        ('pin "a",\n# the end', 1, "nothing follows ','"),
        ("if x\ny\n", 1, "this has no `end`"),
        ("Rails.application.configure do\n", 1, "this block has no `end`"),
        ("x <<~A\ny\n", 1, "the text up to 'A' has no end"),
    ],
)
def test_broken_ruby_is_told_at_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_ruby("x.rb", text)
    assert (raised.value.diagnostics[0].line, raised.value.diagnostics[0].text) == (
        line,
        f"Ruby syntax error: {reason}",
    )


def test_deep_nesting_and_long_files_are_read_in_time() -> None:
    assert unread("x " + "[" * 500 + "]" * 500)
    assert len(read_ruby("x.rb", "\n\n\npin 'a'\n" * 3000)) == 3000
