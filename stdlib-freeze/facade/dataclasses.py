"""`dataclasses`: classes of annotated fields, without the options that change how they are made.

Written after the documentation of CPython's.
"""

import _rezload
from typing import _Form

_minor = _rezload.fact("python")[1]
_FIELDS = "__dataclass_fields__"


class FrozenInstanceError(AttributeError):
    pass


class _Missing:
    def __repr__(self):
        _rezload.decline("unordered", "repr(dataclasses.MISSING)")


MISSING = _Missing()
KW_ONLY = _Missing()
_OPTIONS = ("init", "repr", "eq", "order", "frozen")


class Field:
    # the type is a text there, and the metadata a view
    __slots__ = ("name", "default", "default_factory", "init", "repr", "compare")

    def __getattr__(self, name):
        _rezload.decline("attribute-unknown", "dataclasses.Field." + name)

    def __repr__(self):
        _rezload.decline("attribute-unknown", "repr(dataclasses.Field)")


def field(*, default=MISSING, default_factory=MISSING, init=True, repr=True, compare=True,
          hash=None, metadata=None, kw_only=MISSING):
    if default is not MISSING and default_factory is not MISSING:
        raise ValueError("cannot specify both default and default_factory")
    if kw_only is not MISSING or hash is not None:
        _rezload.decline("attribute-unknown", "dataclasses.field(kw_only, hash)")
    result = Field()
    result.default = default
    result.default_factory = default_factory
    result.init = init
    result.repr = repr
    result.compare = compare
    return result


def dataclass(cls=None, /, **options):
    for name, value in options.items():
        if name not in _OPTIONS:
            _rezload.decline("attribute-unknown", "dataclasses.dataclass(%s=...)" % name)

    def wrap(cls):
        return _process(cls, options)

    return wrap if cls is None else wrap(cls)


def _own_fields(cls):
    try:
        annotations = cls.__dict__.get("__annotations__")
        if annotations is None:
            annotations = cls.__annotations__ if "__annotate__" in cls.__dict__ or (
                "__annotate_func__" in cls.__dict__) else {}
    except Exception:
        _rezload.decline("attribute-unknown", "annotations that can't be evaluated")
    for name, annotation in annotations.items():
        what = ""
        if issubclass(type(annotation), _Form):
            what = object.__getattribute__(annotation, "_what")
        if what in ("ClassVar", "InitVar") or annotation is KW_ONLY or (
                isinstance(annotation, str) and ("ClassVar" in annotation
                                                 or "InitVar" in annotation)):
            _rezload.decline("attribute-unknown", "dataclasses with " + (what or "KW_ONLY"))
        default = getattr(cls, name, MISSING)
        if isinstance(default, Field):
            result = default
        else:
            if type(default).__name__ in ("member_descriptor", "property"):
                _rezload.decline("attribute-unknown", "dataclasses with descriptors")
            result = field(default=default)
        result.name = name
        if type(result.default) in (list, dict, set):
            raise ValueError("mutable default %s for field %s is not allowed: use default_factory"
                             % (type(result.default), name))
        if type(result.default).__hash__ is None:
            _rezload.decline("attribute-unknown", "dataclasses with an unhashable default")
        yield result
    for name, value in cls.__dict__.items():
        if isinstance(value, Field) and name not in annotations:
            raise TypeError("%r is a field but has no type annotation" % name)


def _process(cls, options):
    _rezload.changes(cls)
    if "__slots__" in cls.__dict__:
        _rezload.decline("attribute-unknown", "dataclasses with slots")
    frozen = options.get("frozen", False)
    fields_ = {}
    for base in cls.__mro__[-1:0:-1]:
        inherited = base.__dict__.get(_FIELDS)
        if inherited is not None:
            if base.__dict__["__dataclass_frozen__"] != frozen:
                raise TypeError("cannot inherit %s dataclass from a %s one" % (
                    ("frozen", "non-frozen") if frozen else ("non-frozen", "frozen")))
            fields_.update(inherited)
    for own in list(_own_fields(cls)):
        fields_[own.name] = own
        if isinstance(getattr(cls, own.name, None), Field):
            if own.default is not MISSING:
                setattr(cls, own.name, own.default)
            elif own.name in cls.__dict__:
                delattr(cls, own.name)
            else:
                _rezload.decline("attribute-unknown", "a field of a class that is no dataclass")
    setattr(cls, _FIELDS, fields_)
    cls.__dataclass_frozen__ = frozen
    all_fields = tuple(fields_.values())
    if options.get("init", True):
        init = _init(cls, [f for f in all_fields if f.init], all_fields)
        if "__init__" not in cls.__dict__:
            cls.__init__ = init
    if options.get("repr", True) and "__repr__" not in cls.__dict__:
        cls.__repr__ = _repr([f for f in all_fields if f.repr])
    compared = [f.name for f in all_fields if f.compare]
    if options.get("eq", True) and "__eq__" not in cls.__dict__:
        cls.__eq__ = _compare("__eq__", compared, _each_equal if _minor >= 13 else _equal)
    if options.get("eq", True) and "__hash__" not in {
            k for k, v in cls.__dict__.items() if v is not None}:
        cls.__hash__ = _hash(compared) if frozen else None
    if options.get("order", False):
        if not options.get("eq", True):
            raise ValueError("eq must be true if order is true")
        for name, function in (("__lt__", lambda a, b: a < b), ("__le__", lambda a, b: a <= b),
                               ("__gt__", lambda a, b: a > b), ("__ge__", lambda a, b: a >= b)):
            if name in cls.__dict__:
                raise TypeError("Cannot overwrite attribute %s in class %s. Consider using "
                                "functools.total_ordering" % (name, cls.__name__))
            setattr(cls, name, _compare(name, compared, function))
    if frozen:
        def __setattr__(self, name, value):
            if type(self) is cls or name in fields_:
                raise FrozenInstanceError("cannot assign to field %r" % name)
            super(cls, self).__setattr__(name, value)

        def __delattr__(self, name):
            if type(self) is cls or name in fields_:
                raise FrozenInstanceError("cannot delete field %r" % name)
            super(cls, self).__delattr__(name)

        for name in ("__setattr__", "__delattr__"):
            if name in cls.__dict__:
                raise TypeError("Cannot overwrite attribute %s in class %s"
                                % (name, cls.__name__))
        cls.__setattr__ = __setattr__
        cls.__delattr__ = __delattr__
    if _minor >= 10 and "__match_args__" not in cls.__dict__:
        cls.__match_args__ = tuple(f.name for f in all_fields if f.init)
    return cls


def _init(cls, parameters, all_fields):
    seen_default = False
    for f in parameters:
        has_default = f.default is not MISSING or f.default_factory is not MISSING
        if seen_default and not has_default:
            raise TypeError("non-default argument %r follows default argument%s"
                            % (f.name, "" if _minor < 13 else ""))
        seen_default = seen_default or has_default
    names = [f.name for f in parameters]
    post_init = hasattr(cls, "__post_init__")
    store = object.__setattr__

    def __init__(self, /, *args, **kwargs):
        if len(args) > len(names):
            raise TypeError("%s.__init__() takes %d positional arguments but %d were given"
                            % (cls.__qualname__, len(names) + 1, len(args) + 1))
        given = dict(zip(names, args))
        for name, value in kwargs.items():
            if name in given:
                raise TypeError("%s.__init__() got multiple values for argument %r"
                                % (cls.__qualname__, name))
            if name not in names:
                raise TypeError("%s.__init__() got an unexpected keyword argument %r"
                                % (cls.__qualname__, name))
            given[name] = value
        missing = [f.name for f in parameters if f.name not in given and f.default is MISSING
                   and f.default_factory is MISSING]
        if missing:
            raise TypeError("%s.__init__() missing %d required positional arguments: %s"
                            % (cls.__qualname__, len(missing), ", ".join(missing)))
        frozen = cls.__dataclass_frozen__
        for f in all_fields:
            if f.name in given:
                value = given[f.name]
            elif f.default_factory is not MISSING:
                value = f.default_factory()
            elif f.init and f.default is not MISSING:
                value = f.default
            else:
                continue
            if frozen:
                store(self, f.name, value)
            else:
                setattr(self, f.name, value)
        if post_init:
            self.__post_init__()

    return __init__


def _repr(shown):
    running = []

    def __repr__(self):
        if any(other is self for other in running):
            return "..."
        running.append(self)
        try:
            return self.__class__.__qualname__ + "(%s)" % ", ".join(
                ["%s=%r" % (f.name, getattr(self, f.name)) for f in shown])
        finally:
            running.pop()

    return __repr__


def _equal(a, b):
    return a == b


def _each_equal(a, b):
    # one by one, so that what isn't equal to itself isn't here either
    result = True
    for mine, other in zip(a, b):
        result = mine == other
        if not result:
            break
    return result


def _compare(name, names, function):
    def method(self, other):
        if other.__class__ is not self.__class__:
            return NotImplemented
        return function(tuple([getattr(self, n) for n in names]),
                        tuple([getattr(other, n) for n in names]))

    method.__name__ = name
    return method


def _hash(names):
    def __hash__(self):
        return hash(tuple([getattr(self, n) for n in names]))

    return __hash__


def fields(class_or_instance):
    found = getattr(class_or_instance, _FIELDS, None)
    if found is None:
        raise TypeError("must be called with a dataclass type or instance")
    return tuple(found.values())


def is_dataclass(obj):
    cls = obj if isinstance(obj, type) else type(obj)
    return hasattr(cls, _FIELDS)


def _instance(obj, function):
    if not hasattr(type(obj), _FIELDS):
        raise TypeError("%s() should be called on dataclass instances" % function)


def _convert(value, whole):
    if hasattr(type(value), _FIELDS):
        return whole(value)
    if type(value) in (list, tuple):
        return type(value)([_convert(item, whole) for item in value])
    if type(value) is dict:
        return {_convert(k, whole): _convert(v, whole) for k, v in value.items()}
    if isinstance(value, (list, tuple, dict)):
        _rezload.decline("attribute-unknown", "dataclasses.asdict of derived containers")
    if type(value) in (str, int, float, bool, bytes, type(None)):
        return value
    import copy

    return copy.deepcopy(value)


def asdict(obj, *, dict_factory=dict):
    _instance(obj, "asdict")
    if dict_factory is not dict:
        _rezload.decline("attribute-unknown", "dataclasses.asdict(dict_factory=...)")
    return {f.name: _convert(getattr(obj, f.name), asdict) for f in fields(obj)}


def astuple(obj, *, tuple_factory=tuple):
    _instance(obj, "astuple")
    if tuple_factory is not tuple:
        _rezload.decline("attribute-unknown", "dataclasses.astuple(tuple_factory=...)")
    return tuple([_convert(getattr(obj, f.name), astuple) for f in fields(obj)])


def replace(obj, /, **changes):
    _instance(obj, "replace")
    for f in fields(obj):
        if not f.init:
            _rezload.decline("attribute-unknown", "dataclasses.replace with init=False")
        if f.name not in changes:
            changes[f.name] = getattr(obj, f.name)
    return obj.__class__(**changes)
