"""Dataclasses as the standard library makes them, in a tenth of the time.

A build with nothing to do is to start, look and end within a tenth of a second. The standard decorator takes up to
0.7 ms for each of some eighty classes, besides its import of `inspect`, because it compiles every method of every class
by itself. Here all classes of so many fields have one code of `__init__`, and all else is shared. It knows the
options that this package uses, and what the library has for dataclasses, such as `asdict`, takes these too. Type
checkers see the standard decorator.
"""

from __future__ import annotations

import sys
from functools import cache
from operator import attrgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NoReturn

from assetbuild.initializers import INITIALIZERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Setter = Callable[[Any, object], None]


class _Absent:
    """In the place of a default that there is not, or that is still to be made: so signatures say it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<factory>"


_ABSENT = _Absent()


class _Field:
    __slots__ = ("compare", "default", "factory", "repr", "type")

    def __init__(self, default: object, factory: Any, repr: bool, compare: bool) -> None:  # noqa: A002
        self.default, self.factory, self.repr, self.compare = default, factory, repr, compare
        self.type: object = None


class _Fields:
    """What the standard library knows dataclasses by, made when it asks."""

    __slots__ = ("fields",)

    def __init__(self, fields: Mapping[str, _Field]) -> None:
        self.fields = fields

    def __get__(self, _: object, cls: type) -> dict[str, Any]:
        import dataclasses

        namespace: dict[str, Any] = {"__annotations__": dict.fromkeys(self.fields, Any)}
        for name, field in self.fields.items():
            given = {"default": field.default, "default_factory": field.factory}
            options: Any = {key: value for key, value in given.items() if value is not _ABSENT}
            namespace[name] = dataclasses.field(repr=field.repr, compare=field.compare, **options)
        made: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(type(cls.__name__, (), namespace))
        return dict(made.__dataclass_fields__)


def _field(
    *,
    default: object = _ABSENT,
    default_factory: object = _ABSENT,
    repr: bool = True,  # noqa: A002  the standard's name
    compare: bool = True,
) -> Any:
    return _Field(default, default_factory, repr, compare)


def _replace(value: Any, /, **changes: Any) -> Any:
    for name in value.__match_args__:
        if name not in changes:
            changes[name] = getattr(value, name)
    return type(value)(**changes)


def field_values(value: Any) -> tuple[Any, ...]:
    """The values of a dataclass in the order of its fields, as they are: `dataclasses.astuple` copies them deeply."""
    return tuple([getattr(value, name) for name in value.__match_args__])


def _dataclass(cls: Any = None, /, *, frozen: bool = False, slots: bool = False, eq: bool = True) -> Any:
    def decorate(cls: Any) -> Any:
        return _made(cls, frozen, slots, eq)

    return decorate if cls is None else decorate(cls)


def _made(cls: Any, frozen: bool, slots: bool, eq: bool) -> Any:
    """The class once more, as slots are known from its beginning alone."""
    namespace = dict(cls.__dict__)
    fields: dict[str, _Field] = {}
    for name, annotation in cls.__annotations__.items():
        value = namespace.pop(name, _ABSENT)
        fields[name] = value if isinstance(value, _Field) else _Field(value, _ABSENT, True, True)
        fields[name].type = annotation
        if not slots and fields[name].default is not _ABSENT:
            namespace[name] = fields[name].default
    slotted = {name for base in cls.__mro__[1:] for name in base.__dict__.get("__slots__", ())}
    own = tuple(name for name in fields if name not in slotted)
    fields = _inherited(cls) | fields
    methods: dict[str, Any] = {"__dataclass_fields__": _Fields(fields), "__match_args__": tuple(fields)}
    methods["__repr__"] = _repr([name for name in fields if fields[name].repr])
    if sys.version_info >= (3, 13):
        methods["__replace__"] = _replace  # for copy.replace
    if eq:
        methods |= _comparing([name for name in fields if fields[name].compare], frozen)
    if frozen:
        methods |= {"__setattr__": _refuse_set, "__delattr__": _refuse_delete}
        methods |= {"__getstate__": field_values, "__setstate__": _set_state} if slots else {}
    namespace = {**methods, **{name: value for name, value in namespace.items() if name != "__hash__" or value}}
    if slots:
        namespace["__slots__"] = own
    namespace.pop("__dict__", None)
    namespace.pop("__weakref__", None)
    made: Any = type(cls)(cls.__name__, cls.__bases__, namespace)
    made.__qualname__ = cls.__qualname__
    if "__init__" not in namespace:
        made.__init__ = _init(made, fields, slots)
    return made


def _inherited(cls: Any) -> dict[str, _Field]:
    fields: dict[str, _Field] = {}
    for base in reversed(cls.__mro__):
        fields |= getattr(base.__dict__.get("__dataclass_fields__"), "fields", {})
    return fields


def _init(cls: Any, fields: Mapping[str, _Field], slots: bool) -> FunctionType:
    """An `__init__` that sets each field without asking the class, which may refuse: by its slot, or in `__dict__`."""
    names: dict[str, Any] = {}
    for number, (name, field) in enumerate(fields.items()):
        setter = getattr(cls, name).__set__ if slots else _into_dict(name)
        names[f"set{number}"] = setter if field.factory is _ABSENT else _or_made(setter, field.factory)
    if hasattr(cls, "__post_init__"):
        last = f"set{len(fields) - 1}"
        names[last] = _and_after(names[last])
    given = [field for field in fields.values() if not field.default is field.factory is _ABSENT]
    defaults = tuple(field.default for field in given)
    code = _initializer(len(fields)).replace(co_name="__init__", co_varnames=("self", *fields))
    method = FunctionType(code, names, "__init__", defaults)
    method.__qualname__, method.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
    method.__annotations__ = {**{name: field.type for name, field in fields.items()}, "return": None}
    return method


def _into_dict(name: str) -> Setter:
    def put(self: Any, value: object) -> None:
        self.__dict__[name] = value

    return put


def _or_made(setter: Setter, make: Callable[[], object]) -> Setter:
    def put(self: Any, value: object) -> None:
        setter(self, make() if value is _ABSENT else value)

    return put


def _and_after(setter: Setter) -> Setter:
    """The last field, and what the class does when it has all."""

    def put(self: Any, value: object) -> None:
        setter(self, value)
        self.__post_init__()

    return put


@cache
def _initializer(count: int) -> CodeType:
    """The code of an `__init__` of so many fields, which only lacks their names."""
    if 0 < count <= len(INITIALIZERS):
        return INITIALIZERS[count - 1]
    values = [f"value{number}" for number in range(count)]
    lines = [f" set{number}(self, {value})" for number, value in enumerate(values)]
    module = compile("\n".join([f"def __init__({', '.join(['self', *values])}):", *lines, " return"]), __file__, "exec")
    return next(one for one in module.co_consts if isinstance(one, CodeType))


def _repr(names: list[str]) -> Callable[[Any], str]:
    def show(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in names])})"

    return show


def _comparing(names: list[str], frozen: bool) -> dict[str, Any]:
    compared: Any = attrgetter(*names) if names else lambda _: ()

    def same(self: Any, other: object) -> Any:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def digest(self: Any) -> int:
        return hash(compared(self))

    return {"__eq__": same, "__hash__": digest if frozen else None}


def _refuse_set(self: object, name: str, value: object) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(self: object, name: str) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _set_state(self: Any, state: tuple[Any, ...]) -> None:
    for name, value in zip(self.__match_args__, state, strict=True):
        object.__setattr__(self, name, value)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace
else:
    dataclass, field, replace = _dataclass, _field, _replace
