"""`typing`: names for annotations, which nobody reads; in a value they decline."""

import _rezload
from _rezload_facade import refuse
from keyword import iskeyword as _iskeyword

TYPE_CHECKING = False


_PAIRS = frozenset(
    "Callable DefaultDict Dict ItemsView Mapping MutableMapping OrderedDict".split())
_ANY = frozenset("Generic Literal Tuple Union".split())
_SINGLE = frozenset((
    "AbstractSet AsyncIterable AsyncIterator Awaitable ClassVar Collection Container Counter "
    "Deque Final FrozenSet Iterable Iterator KeysView List MutableSequence MutableSet "
    "Optional Reversible Sequence Set Type ValuesView MappingView").split())


def _check_number(what, item):
    """How many types a form takes: others are errors, or the same in some versions only."""
    count = len(item) if type(item) is tuple else 1
    if not (what in _SINGLE and count == 1 or what in _PAIRS and count == 2
            or what == "Annotated" and count >= 2 or what in _ANY and count):
        _rezload.decline("attribute-unknown", "typing.%s of %d" % (what, count))


def _check_parts(what, item):
    _check_number(what, item)
    for part in item if type(item) is tuple else (item,):
        if isinstance(part, _Form) and part._what in ("ClassVar", "Final", "Generic", "Protocol"):
            _rezload.decline("attribute-unknown", "typing.%s[%s]" % (what, part._what))
        if what == "Generic" and not isinstance(part, _Variable):
            _rezload.decline("attribute-unknown", "typing.Generic of no variable")
    if what == "Generic" and type(item) is tuple and len(set(map(id, item))) < len(item):
        _rezload.decline("attribute-unknown", "typing.Generic of a variable twice")
    # CPython checks what it is given: types, names, forms and None are all right
    for part in item if type(item) is tuple else (item,):
        if isinstance(part, str):
            # an expression, until 3.14
            right = what in ("Annotated", "Literal") or (
                part.replace(".", "_").isidentifier() and not _iskeyword(part))
        else:
            right = part is None or isinstance(part, (type, _Form))
        if not right and not (what == "Callable" and type(part) is list) and not (
                part is ... and what in ("Annotated", "Callable", "Concatenate", "Tuple")):
            _rezload.decline("attribute-unknown", "typing.%s[...]" % what)


class _Form:
    __slots__ = ("_what",)

    def __init__(self, what):
        object.__setattr__(self, "_what", what)

    def __getitem__(self, item):
        _check_parts(self._what, item)
        return _Subscripted(self._what)

    def __or__(self, other):
        if _minor < 10:
            _rezload.decline("attribute-unknown", "typing's | before Python 3.10")
        if other is None or isinstance(other, (type, _Form)):
            return _Subscripted("Union")
        _rezload.decline("attribute-unknown", "typing's |")

    __ror__ = __or__

    def __mro_entries__(self, bases):
        if self._what == "Generic":
            return (Generic,)
        _rezload.decline("attribute-unknown", "a class derived from typing." + self._what)

    def _refuse(self, *args, **kwargs):
        _rezload.decline("attribute-unknown", "typing." + object.__getattribute__(self, "_what"))

    def __getattr__(self, name):
        _rezload.decline("attribute-unknown", "typing.%s.%s" % (self._what, name))

    __setattr__ = __call__ = __iter__ = __len__ = __repr__ = __str__ = __eq__ = __ne__ = _refuse
    __hash__ = __contains__ = __instancecheck__ = __subclasscheck__ = __reduce_ex__ = _refuse
    __bool__ = _refuse


class _Subscripted(_Form):
    __slots__ = ()

    def __getitem__(self, item):
        _rezload.decline("attribute-unknown", "typing.%s[...][...]" % self._what)


class _Variable(_Form):
    __slots__ = ()


_minor = _rezload.fact("python")[1]

for _name in ("AbstractSet Annotated Any AsyncGenerator AsyncIterable AsyncIterator Awaitable "
              "BinaryIO Callable ClassVar Collection Concatenate Container ContextManager "
              "Coroutine Counter DefaultDict Deque Dict Final ForwardRef FrozenSet Generator "
              "Hashable IO ItemsView Iterable Iterator KeysView List Literal LiteralString Mapping "
              "MappingView Match MutableMapping MutableSequence MutableSet Never NoReturn "
              "NotRequired Optional OrderedDict Pattern Protocol Required Reversible Self Sequence "
              "Set Sized SupportsAbs SupportsFloat SupportsInt TextIO Tuple Type TypeAlias "
              "TypeGuard Union Unpack ValuesView AnyStr").split():
    globals()[_name] = _Form(_name)

Text = str


class _Of(_Form):
    """A generic class of some types: a base class, or what makes its instances."""

    __slots__ = ("_cls",)

    def __init__(self, cls):
        _Form.__init__(self, "Generic")
        object.__setattr__(self, "_cls", cls)

    def __mro_entries__(self, bases):
        return (self._cls,)

    def __call__(self, *args, **kwargs):
        return self._cls(*args, **kwargs)

    def _refuse(self, item):
        _rezload.decline("attribute-unknown", "a generic class of types of types")

    __getitem__ = _refuse


class Generic:
    def __class_getitem__(cls, item):
        if cls is not Generic:
            _rezload.decline("attribute-unknown", "a generic class of some types")
        _check_parts("Generic", item)
        return _Of(cls)


def TypeVar(name, *constraints, **kwargs):
    if type(name) is not str or constraints or kwargs:
        _rezload.decline("attribute-unknown", "typing.TypeVar with conditions")
    return _Variable(name)


def ParamSpec(name, **kwargs):
    if type(name) is not str or kwargs:
        _rezload.decline("attribute-unknown", "typing.ParamSpec with conditions")
    return _Form(name)


def cast(typ, val):
    return val


def final(f):
    if _minor >= 11:
        _mark(f, "__final__")
    return f


def override(method, /):
    _mark(method, "__override__")
    return method


def _mark(f, name):
    _rezload.changes(f)
    try:
        setattr(f, name, True)
    except (AttributeError, TypeError):
        pass


def overload(func):
    def _overload_dummy(*args, **kwds):
        raise NotImplementedError(
            "You should not call an overloaded function. A series of @overload-decorated "
            "functions outside a stub module should always be followed by an implementation that "
            "is not @overload-ed.")

    return _overload_dummy


def no_type_check(arg):
    _rezload.decline("attribute-unknown", "typing.no_type_check")


def assert_type(val, typ, /):
    return val


def reveal_type(obj, /):
    return obj


refuse(globals(), "attribute-unknown", (
    "NewType assert_never get_args get_origin get_type_hints runtime_checkable"))


class _NamedTupleMeta(type):
    def __new__(mcs, name, bases, namespace):
        _rezload.decline("attribute-unknown", "typing.NamedTuple")


def _derived(what):
    class Base(_Form):
        __slots__ = ()

        def __mro_entries__(self, bases):
            _rezload.decline("attribute-unknown", "typing." + what)

    return Base(what)


NamedTuple = _derived("NamedTuple")
TypedDict = _derived("TypedDict")
