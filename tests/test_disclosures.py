"""Secrets in what is published. Those in here open nothing, and are written in two parts so that nobody finds them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from assetbuild.detector import likely_secrets
from scenario import CONFIG, Project, Ran, below_assets, build_files

KEY = "AKIA" + "Z7QW3ERT5YUP2MNB"
TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
OTHER = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
PEM = "-----BEGIN " + "RSA PRIVATE KEY-----"


def hash_of(kind: str, secret: str) -> str:
    return hashlib.sha256(f"{kind}\n{secret}".encode()).hexdigest()[:16]


def assert_untold(*streams: str) -> None:
    """No stream shows a secret, nor most of one."""
    for secret in (KEY, TOKEN, OTHER):
        for stream in streams:
            assert secret[6:18] not in stream


def test_a_secret_is_a_warning_at_the_authors_line_that_does_not_show_it() -> None:
    files = {"js/app.js": f"// start\nfetch('/x', {{key: '{KEY}'}});\n", "a.css": f"/*! {TOKEN} */\na{{}}"}
    outcome = build_files(files, 'sources = ["assets"]\n')
    assert outcome.code == 0
    assert [line.partition("\n")[0] for line in outcome.warnings] == [
        "warning: assets/a.css:1:5: 'a.css' publishes what looks like a secret (GitHub Token)",
        "warning: assets/js/app.js:2:20: 'js/app.js' publishes what looks like a secret (AWS Access Key)",
    ]
    assert hash_of("AWS Access Key", KEY) in outcome.warnings[1]
    assert all(one.source is None for one in outcome.diagnostics)
    assert_untold(outcome.stdout, outcome.stderr)


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_no_format_of_any_command_shows_a_secret(form: str) -> None:
    project = Project(below_assets({"app.js": f"const key = '{KEY}';\nexport default key"}))
    said = [project.run("build", "-v", "--format", form)]
    said += [project.run("build", "-v", "--format", form)]
    said += [project.run("verify", "-v", "--format", "json" if form == "json" else "text")]
    for ran in said:
        assert ran.code == 0
        assert hash_of("AWS Access Key", KEY) in ran.stdout + ran.stderr
        assert_untold(ran.stdout, ran.stderr)


def test_a_secret_that_only_the_bundle_or_the_compiled_text_has_is_placed_there() -> None:
    config = CONFIG + '[context]\nkey = "' + KEY + '"\n[bundles."all.css"]\ncontents = ["a.css", "b.css"]\n'
    files = {"a.css": "a{}", "b.css": f"b{{}}\n/* {TOKEN} */", "c.js.jinja": "// x\nlet c = '{{ key }}'"}
    outcome = build_files(files, config)
    assert [line.partition("\n")[0] for line in outcome.warnings] == [
        "warning: assets/b.css:2:4: 'all.css' publishes what looks like a secret (GitHub Token)",
        "warning: assets/c.js.jinja: 'c.js' publishes what looks like a secret (AWS Access Key) "
        "in line 2 of what is made",
    ]


def test_what_is_none_is_allowed_by_its_line_by_its_hash_or_by_its_file() -> None:
    files = {
        "line.js": f"let a = '{KEY}' // pragma: allowlist secret\nlet b = 1",
        "hash.js": f"let a = '{TOKEN}'",
        "file/x.js": f"let a = '{OTHER}'",
    }
    allowed = f'[secrets]\nallow = ["file/**"]\nallow_hashes = ["{hash_of("GitHub Token", TOKEN)}"]\n'
    for config in ('sources = ["assets"]\n', CONFIG):
        assert build_files(files, config + allowed).warnings == []
        assert len(build_files(files, config).warnings) == 2


def test_the_search_can_be_turned_off() -> None:
    project = Project(below_assets({"a.js": f"let a = '{KEY}'"}), CONFIG + "[secrets]\ncheck = false\n")
    assert project.build().warnings == []
    assert project.run("verify").stderr == ""


def test_verify_warns_of_the_published_file_and_passes() -> None:
    project = Project(below_assets({"a.js": f"\nlet a = '{KEY}'"}))
    file = project.build().file("a.js")

    def told(ran: Ran) -> str:
        assert ran.code == 0
        assert_untold(ran.stdout, ran.stderr)
        return ran.stderr.partition("\n")[0]

    expected = (
        f"warning: 'a.js' publishes what looks like a secret (AWS Access Key) in public/{file}, line 2, column 10"
    )
    project.run("build", "--archive", "a.tar.gz")
    assert told(project.run("verify")) == expected
    assert told(project.run("verify", "--rebuild")) == expected
    assert told(project.run("verify", "a.tar.gz")) == expected
    # Without a configuration, and so without what is allowed and what is remembered.
    assert told(Project({}, None).run("verify", str(project.release))) == expected
    project.write({"assetbuild.toml": CONFIG + '[secrets]\nallow = ["a.js"]\n'})
    assert project.run("verify").stderr == ""


def test_a_text_is_searched_once_and_again_only_when_it_is_new() -> None:
    project = Project(below_assets({"a.js": f"let a = '{KEY}'", "b.js": "1", "c.txt": "1"}))
    code = (
        "import sys; import assetbuild.detector as detector; real = detector.likely_secrets\n"
        "import assetbuild.disclosures as station; from assetbuild.cli import main\n"
        "station.likely_secrets = lambda text: [sys.stdout.write(f'searched {text!r}\\n'), real(text)][1]\n"
        "sys.exit(main(sys.argv[1:]))"
    )

    def searched(*words: str) -> list[str]:
        ran = subprocess.run(
            [sys.executable, "-c", code, *words], cwd=project.root, capture_output=True, text=True, check=True
        )
        assert ran.stderr.count("warning: ") == 1
        return sorted(line for line in ran.stdout.splitlines() if line.startswith("searched ") and KEY not in line)

    assert searched("build") == ["searched '1'", "searched '1'"]
    assert searched("verify") == []
    project.write({"assets/b.js": "2", "assets/a.css": "a{}"})
    assert searched("build") == ["searched '2'", "searched 'a{}'"]
    assert searched("verify") == []


def test_the_cache_keeps_no_secret() -> None:
    project = Project({"assets/a.js.jinja": "let a = '{{ env.KEY }}'"}, CONFIG + 'env = ["KEY"]\n')
    project.write({"assets/a.txt": KEY})
    project.delete("assets/a.txt")
    assert project.build().code == 1  # KEY is not set
    source = Project(below_assets({"a.txt": f"x {KEY}"}))
    assert len(source.build().warnings) == 1
    for file in (source.root / ".assetbuild").rglob("*"):
        assert file.is_dir() or KEY.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    "name", ["a.js", "a.css", "a.json", "a.svg", "a.html", "a.txt", "a.xml", "a.webmanifest", "a.unknown", "LICENSE"]
)
def test_texts_of_every_kind_are_searched(name: str) -> None:
    content = f'{{"a": "{KEY}"}}' if name.endswith(("json", "webmanifest")) else f"<!-- {KEY} -->"
    content = f"/* {KEY} */" if name.endswith(("css", "js")) else content
    assert len(build_files({name: content}).warnings) == 1


def test_what_is_no_text_is_not_searched() -> None:
    binary = b"\x00\x01" + KEY.encode()
    files = {"a.png": KEY, "a.woff2": KEY, "a.bin": binary, "a.mp4": KEY}
    assert build_files(files).warnings == []


def test_a_text_in_utf_16_is_searched_as_one() -> None:
    assert len(build_files({"a.txt": f"x {KEY}".encode("utf-16")}).warnings) == 1


def test_a_private_key_is_one_in_any_file() -> None:
    (warning,) = build_files({"notes.txt": f"x\n{PEM}\nMIIB"}).warnings
    assert warning.startswith(
        "warning: assets/notes.txt:2:1: 'notes.txt' publishes what looks like a secret (Private Key)"
    )


def test_what_allows_one_secret_allows_no_other_of_its_kind() -> None:
    secrets = [TOKEN, TOKEN[:-1] + "6", KEY, KEY[:-1] + "C", f"{PEM}\nMIIB", f"{PEM}\nMIIC"]
    found = [one for secret in secrets for one in likely_secrets(f"let x = '{secret}'")]
    assert len({one.fingerprint for one in found}) == len(found) == len(secrets)
    assert [one.length for one in found] == [len(secret.partition("\n")[0]) for secret in secrets]


def test_what_is_a_secret_by_its_name_is_not_published() -> None:
    private = [
        ".env",
        ".env.local",
        "prod.env",
        ".git/config",
        ".htpasswd",
        ".npmrc",
        "tls/server.pem",
        "server.key",
        "id_rsa",
    ]
    private += [
        "id_ed25519",
        "a.p12",
        "a.pfx",
        "a.jks",
        "a.kdbx",
        "a.js~",
        "a.js.bak",
        ".a.js.swp",
        "#a.js#",
        "a.js.orig",
        "a.js.map",
    ]
    private += [".vscode/settings.json", "node_modules/.cache/a.js", "__pycache__/a.pyc", ".DS_Store"]
    outcome = build_files({**dict.fromkeys(private, "x"), "a.js": "1", "keys.js": "2"})
    assert sorted(outcome.assets) == ["a.js", "keys.js"]
    assert outcome.private == {}


def test_without_the_detector_a_configuration_that_asks_for_it_says_what_to_install(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['detect_secrets'] = None\n"
    code = (
        "import importlib.util as util; find = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'detect_secrets' else find(name, *rest)\n"
        f"{hidden}from assetbuild.cli import main; sys.exit(main())"
    )

    def run(config: str, *words: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "assetbuild.toml").write_text(config, "utf-8")
        (tmp_path / "assets").mkdir(exist_ok=True)
        (tmp_path / "assets" / "a.js").write_text(f"let a = '{KEY}'", "utf-8")
        command = [sys.executable, "-c", code, *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (run(CONFIG, "build").returncode, run(CONFIG, "verify").stderr) == (0, "")
    for command in ("build", "verify"):
        asked = run(CONFIG + "[secrets]\ncheck = true\n", command)
        assert asked.returncode == 2
        assert asked.stderr.startswith("error: assetbuild.toml:5:1: detect-secrets is not installed\n")
        assert "pip install 'assetbuild[secrets]'" in asked.stderr


def test_nothing_is_asked_over_the_network() -> None:
    code = (
        "import sys\n"
        "def forbid(event, arguments):\n"
        "    if event.startswith('socket.'): raise SystemExit(f'{event} {arguments}')\n"
        "from assetbuild.detector import likely_secrets\nlikely_secrets('')\n"
        "sys.addaudithook(forbid)\n"
        f"assert len(likely_secrets({KEY + chr(10) + TOKEN + chr(10) + OTHER!r})) == 3"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_real_frameworks_hold_none() -> None:
    import django.contrib.admin

    files = sorted((Path(django.contrib.admin.__file__).parent / "static").rglob("*.*s"))
    assert len(files) > 50
    assert [file.name for file in files if likely_secrets(file.read_text("utf-8"))] == []


def test_a_secret_among_thousands_of_plain_files_is_found() -> None:
    files = {f"{number % 50}/{number}.txt": str(number) for number in range(5000)}
    outcome = build_files({**files, "7/secret.txt": f"x\n {KEY}", "a.css": "a{b:url(7/secret.txt)}"}, CONFIG)
    assert [line.partition("\n")[0] for line in outcome.warnings] == [
        "warning: assets/7/secret.txt:2:2: '7/secret.txt' publishes what looks like a secret (AWS Access Key)"
    ]
