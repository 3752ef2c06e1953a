"""Packages are found on sys.path by their files alone: every __init__ here raises if it is run."""

import importlib.machinery
import os
import sys

import pytest

from assetbuild.config.packages import find_package, package_directories

BOMB = "raise RuntimeError('imported')\n"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Writes files below directories that stand at the head of sys.path: site("a", {"p/__init__.py": …})."""
    added: list[str] = []

    def write(name, files):
        root = tmp_path / name
        for path, text in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        added.append(str(root))
        monkeypatch.setattr(sys, "path", [*added, *base])
        return root

    base = list(sys.path)
    return write


def test_a_package_is_found_without_running_it(site):
    root = site("a", {"zq_shop/__init__.py": BOMB, "zq_shop/static/app.css": ""})
    assert find_package("zq_shop") == str(root / "zq_shop")
    assert "zq_shop" not in sys.modules


def test_a_package_in_a_package_is_found_without_running_its_parent(site):
    root = site("a", {"zq_shop/__init__.py": BOMB, "zq_shop/admin/__init__.py": BOMB})
    assert find_package("zq_shop.admin") == str(root / "zq_shop" / "admin")
    assert not {"zq_shop", "zq_shop.admin"} & set(sys.modules)


def test_a_namespace_package_has_all_its_portions(site):
    first = site("a", {"zq_space/one/__init__.py": BOMB})
    second = site("b", {"zq_space/two/__init__.py": BOMB, "zq_space/deep/er/x.css": ""})
    assert package_directories("zq_space") == (str(first / "zq_space"), str(second / "zq_space"))
    assert find_package("zq_space.two") == str(second / "zq_space" / "two")
    assert find_package("zq_space.deep.er") == str(second / "zq_space" / "deep" / "er")


def test_a_regular_package_wins_over_namespace_portions_before_it(site):
    site("a", {"zq_space/data.txt": ""})
    second = site("b", {"zq_space/__init__.py": BOMB})
    assert package_directories("zq_space") == (str(second / "zq_space"),)


def test_a_module_hides_a_package_behind_it(site):
    site("a", {"zq_shop.py": BOMB})
    site("b", {"zq_shop/__init__.py": BOMB})
    assert find_package("zq_shop") is None


def test_a_package_wins_over_a_module_beside_it(site):
    root = site("a", {"zq_shop.py": BOMB, "zq_shop/__init__.py": BOMB})
    assert find_package("zq_shop") == str(root / "zq_shop")


def test_the_search_agrees_with_the_import_system_on_installed_packages():
    for name in ("jinja2", "webassets", "webassets.filter", "xdist", "zope", "json", "hypothesis.extra"):
        spec = importlib.util.find_spec(name)
        assert list(package_directories(name)) == list(spec.submodule_search_locations)


@pytest.mark.parametrize("name", ["", ".", "a..b", "zq-shop", "../zq_shop", "zq_none", "zq_shop.none", "rjsmin", "sys"])
def test_what_is_no_installed_package_is_not_found(site, name):
    site("a", {"zq_shop/__init__.py": BOMB})
    assert find_package(name) is None


def test_the_spelling_of_the_name_counts(site):
    site("a", {"zq_shop/__init__.py": BOMB})
    assert find_package("Zq_Shop") is None


def test_relative_and_missing_entries_of_the_path_do_no_harm(site, monkeypatch):
    root = site("a", {"zq_shop/__init__.py": BOMB, "file": ""})
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "path", ["", str(root / "file"), str(root / "none")])
    assert find_package("zq_shop") == os.path.join(os.getcwd(), "zq_shop")


def test_an_editable_install_with_a_finder_of_its_own_is_found(tmp_path, monkeypatch):
    package = tmp_path / "src" / "zq_edit"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text(BOMB)
    (package / "inner" / "__init__.py").write_text(BOMB)

    class EditableFinder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name != "zq_edit":
                return None
            return importlib.util.spec_from_file_location(name, package / "__init__.py")

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, EditableFinder])
    assert find_package("zq_edit") == str(package)
    assert find_package("zq_edit.inner") == str(package / "inner")


def test_an_entry_that_stands_twice_on_the_path_counts_once(site, monkeypatch):
    root = site("a", {"zq_space/data.txt": ""})
    monkeypatch.setattr(sys, "path", [str(root), str(root)])
    assert package_directories("zq_space") == (str(root / "zq_space"),)
