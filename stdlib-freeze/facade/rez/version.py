"""`rez.version`: versions, ranges and requirements, as `rez/version/*.py` have them.

Texts are read, versions compared and ranges combined by the crate's `version` module. What a
range is made of inside (`bounds`, `visit_versions`, the iterators) declines.
"""

import _rezload
from _rezload_facade import Partial, refuse_attribute, refuse_text


class VersionError(Exception):
    pass


class ParseException(Exception):
    pass


class _Common(metaclass=Partial):
    def __str__(self):
        raise NotImplementedError

    def __ne__(self, other):
        return not (self == other)

    def __repr__(self):
        return "%s(%r)" % (self.__class__.__name__, str(self))


class _Comparable(_Common):
    def __gt__(self, other):
        return not (self < other or self == other)

    def __le__(self, other):
        return self < other or self == other

    def __ge__(self, other):
        return not self < other


class _Undecided(metaclass=Partial):
    """Attributes of rez's own making decline; Python's are missing here as there."""

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        _rezload.decline("attribute-unknown", "%s.%s" % (type(self).__name__, name))


class VersionToken(_Comparable):
    def __init__(self, token):
        raise NotImplementedError

    def __init_subclass__(cls):
        if cls.__module__ != __name__:
            _rezload.decline("attribute-unknown", "a class derived from VersionToken")


class NumericToken(VersionToken):
    def __init__(self, token):
        _rezload.decline("attribute-unknown", "NumericToken()")


class AlphanumericVersionToken(_Undecided, VersionToken):
    def __init__(self, token):
        if not isinstance(token, str):
            _rezload.decline("attribute-unknown", "AlphanumericVersionToken of what isn't text")
        if not token or not all(c == "_" or c.isalnum() and c.isascii() for c in token):
            raise VersionError("Invalid version token: '%s'" % token)
        self._text = token

    def __str__(self):
        return self._text

    def __eq__(self, other):
        if not isinstance(other, AlphanumericVersionToken):
            return NotImplemented
        return self._text == other._text

    def less_than(self, other):
        if not isinstance(other, AlphanumericVersionToken):
            refuse_attribute(other, "subtokens")
        return _rezload.version_less(self._text, other._text)

    def __lt__(self, other):
        return self.less_than(other)

    def next(self):
        return AlphanumericVersionToken(self._text + "_")

    __next__ = next


class Version(_Undecided, _Comparable):
    inf = None

    def __init__(self, ver_str="", make_token=AlphanumericVersionToken):
        if make_token is not AlphanumericVersionToken:
            _rezload.decline("attribute-unknown", "Version(make_token=...)")
        self.tokens = []
        self.seps = []
        if ver_str:
            if not isinstance(ver_str, str):
                refuse_text(ver_str)
            split = _rezload.version_split(ver_str)
            if split is None:
                if any(c == "_" or c.isalnum() and c.isascii() for c in ver_str):
                    raise VersionError("Invalid version syntax: '%s'" % ver_str)
                raise VersionError(ver_str)
            self.tokens = list(map(AlphanumericVersionToken, split[0]))
            self.seps = split[1]

    def _text(self):
        """What the natives compare: separators don't count."""
        return ".".join([token._text for token in self.tokens])

    def copy(self):
        other = Version(None)
        if self.tokens is None:
            raise RuntimeError("Version.inf cannot be copied")
        other.tokens = self.tokens[:]
        other.seps = self.seps[:]
        return other

    def trim(self, len_):
        other = Version(None)
        if self.tokens is None:
            raise RuntimeError("Version.inf cannot be trimmed")
        other.tokens = self.tokens[:len_]
        other.seps = self.seps[:len_ - 1]
        return other

    def next(self):
        if self.tokens:
            other = self.copy()
            other.tokens.append(other.tokens.pop().next())
            return other
        return Version.inf

    __next__ = next

    major = property(lambda self: self[0])
    minor = property(lambda self: self[1])
    patch = property(lambda self: self[2])

    def as_tuple(self):
        return tuple(map(str, self.tokens))

    def __len__(self):
        return len(self.tokens or [])

    def __getitem__(self, index):
        if type(index) not in (int, slice):
            _rezload.decline("attribute-unknown", "a token of a Version by an object")
        try:
            return (self.tokens or [])[index]
        except IndexError:
            raise IndexError("version token index out of range") from None

    def __bool__(self):
        return bool(self.tokens)

    def __eq__(self, other):
        return isinstance(other, Version) and self.tokens == other.tokens

    def __lt__(self, other):
        if self.tokens is None:
            return False
        if not isinstance(other, Version):
            refuse_attribute(other, "tokens")
        if other.tokens is None:
            return True
        return _rezload.version_less(self._text(), other._text())

    def __hash__(self):
        return hash(None) if self.tokens is None else hash(tuple(map(str, self.tokens)))

    def __str__(self):
        if self.tokens is None:
            return "[INF]"
        return "".join([str(x) + y for x, y in zip(self.tokens, self.seps + [""])])


Version.inf = Version()
Version.inf.tokens = None


def _finite(version):
    if not isinstance(version, Version):
        _rezload.decline("attribute-unknown", "a range of what isn't a Version")
    if version.tokens is None or len(version.seps) != max(len(version.tokens) - 1, 0):
        _rezload.decline("attribute-unknown", "a range of an unusual version")
    return version


class VersionRange(_Undecided, _Comparable):
    def __init__(self, range_str="", make_token=AlphanumericVersionToken,
                 invalid_bound_error=True):
        if make_token is not AlphanumericVersionToken or not invalid_bound_error:
            _rezload.decline("attribute-unknown", "VersionRange(make_token, invalid_bound_error)")
        if not isinstance(range_str, str):
            if range_str is None:
                _rezload.decline("attribute-unknown", "VersionRange(None)")
            if isinstance(range_str, (bytes, bytearray)):
                raise TypeError("a bytes-like object is required, not 'str'")
            # what rez asks of it first
            refuse_attribute(range_str, "split")
        parsed = _rezload.range_parse(range_str)
        if isinstance(parsed, str):
            raise VersionError(parsed)
        self._range = parsed

    def is_any(self):
        return _rezload.range_is_any(self._range)

    def _pieces(self):
        return _rezload.range_pieces(self._range)

    def lower_bounded(self):
        lower, inclusive, _, _ = self._pieces()[0]
        return lower != "" or not inclusive

    def upper_bounded(self):
        return self._pieces()[-1][2] is not None

    def bounded(self):
        return self.lower_bounded() and self.upper_bounded()

    def issuperset(self, range):
        return _rezload.range_superset(self._range, _native(range))

    def issubset(self, range):
        return range.issuperset(self)

    def union(self, other):
        others = [_native(range) for range in _several(other)]
        return _wrap(_rezload.range_or(self._range, others))

    def intersection(self, other):
        result = self._range
        for range in _several(other):
            result = _rezload.range_and(result, _native(range))
            if result is None:
                return None
        return _wrap(result)

    def inverse(self):
        result = _rezload.range_not(self._range)
        if result is False:
            raise VersionError("Invalid bound")
        return None if result is None else _wrap(result)

    def intersects(self, other):
        return _rezload.range_intersects(self._range, _native(other))

    def split(self):
        return [_wrap(_rezload.range_from_bounds(*piece)) for piece in self._pieces()]

    def span(self):
        pieces = self._pieces()
        return _wrap(_rezload.range_from_bounds(*(pieces[0][:2] + pieces[-1][2:])))

    @classmethod
    def as_span(cls, lower_version=None, upper_version=None, lower_inclusive=True,
                upper_inclusive=True):
        lower = "" if lower_version is None else str(_finite(lower_version))
        upper = None if upper_version is None else str(_finite(upper_version))
        if lower_version is None:
            lower_inclusive = True
        if upper_version is None:
            upper_inclusive = True
        return _made(lower, lower_inclusive, upper, upper_inclusive)

    @classmethod
    def from_version(cls, version, op=None):
        text = str(_finite(version))
        if op is None:
            if not version:
                raise VersionError("Invalid upper bound: '<[INF]'")
            return _made(text, True, text + "_", False)
        if op in ("eq", "=="):
            return _made(text, True, text, True)
        if op in ("gt", ">"):
            return _made(text, False, None, True)
        if op in ("gte", ">="):
            return _made(text, True, None, True)
        if op in ("lt", "<"):
            return _made("", True, text, False)
        if op in ("lte", "<="):
            return _made("", True, text, True)
        raise VersionError("Unknown bound operation '%s'" % op)

    @classmethod
    def from_versions(cls, versions):
        versions = [_finite(version) for version in versions]
        if not versions:
            _rezload.decline("attribute-unknown", "VersionRange.from_versions of none")
        texts = [str(version) for version in sorted(versions)]
        first, *others = [_rezload.range_from_bounds(text, True, text, True) for text in texts]
        return _wrap(_rezload.range_or(first, others))

    def to_versions(self):
        versions = [Version(lower) for lower, low_in, upper, up_in in self._pieces()
                    if low_in and up_in and upper is not None
                    and Version(lower) == Version(upper)]
        return versions or None

    def contains_version(self, version):
        if isinstance(version, Version) and version.tokens is None:
            _rezload.decline("attribute-unknown", "a range that contains Version.inf")
        if not isinstance(version, Version):
            _rezload.decline("attribute-unknown", "a range that contains what isn't a Version")
        return _rezload.range_contains(self._range, version._text())

    def __contains__(self, version_or_range):
        if isinstance(version_or_range, Version):
            return self.contains_version(version_or_range)
        return self.issuperset(version_or_range)

    def __len__(self):
        return len(self._pieces())

    def __invert__(self):
        return self.inverse()

    def __and__(self, other):
        return self.intersection(other)

    def __or__(self, other):
        return self.union(other)

    def __add__(self, other):
        return self.union(other)

    def __sub__(self, other):
        inverse = other.inverse()
        return None if inverse is None else self.intersection(inverse)

    def __str__(self):
        return _rezload.range_str(self._range)

    def __eq__(self, other):
        return isinstance(other, VersionRange) and _rezload.range_equal(self._range, other._range)

    def __lt__(self, other):
        return _rezload.range_less(self._range, _native(other))

    def __hash__(self):
        return hash(str(self))


def _wrap(native):
    result = VersionRange.__new__(VersionRange)
    result._range = native
    return result


def _made(lower, lower_inclusive, upper, upper_inclusive):
    if upper == "" and not upper_inclusive:
        raise VersionError("Invalid upper bound: '<'")
    made = _rezload.range_from_bounds(lower, bool(lower_inclusive), upper, bool(upper_inclusive))
    if isinstance(made, str):
        raise VersionError(made)
    return _wrap(made)


def _native(range):
    if not isinstance(range, VersionRange):
        refuse_attribute(range, "bounds")
    return range._range


def _several(other):
    return other if hasattr(other, "__iter__") else [other]


class _ReversedComparable(_Common):
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        if not isinstance(other, _ReversedComparable):
            return NotImplemented
        return self.value == other.value

    def __lt__(self, other):
        if not isinstance(other, _ReversedComparable):
            return NotImplemented
        return self.value > other.value

    def __gt__(self, other):
        return not (self < other or self == other)

    def __le__(self, other):
        return self < other or self == other

    def __ge__(self, other):
        return not self < other

    def __str__(self):
        return "reverse(%r)" % (self.value,)

    def __repr__(self):
        return "reverse(%r)" % self.value


def reverse_sort_key(comparable):
    return _ReversedComparable(comparable)


def _first(text, characters):
    found = [at for at in map(text.find, characters) if at >= 0]
    return min(found) if found else -1


class VersionedObject(_Undecided, _Common):
    def __init__(self, s):
        self.name_ = None
        self.version_ = None
        self.sep_ = "-"
        if s is None:
            return
        if not isinstance(s, str):
            refuse_text(s)
        at = _first(s, "-@#")
        if at >= 0:
            self.name_ = s[:at]
            self.sep_ = s[at]
            self.version_ = Version(s[at + 1:])
        else:
            self.name_ = s
            self.version_ = Version()

    @classmethod
    def construct(cls, name, version=None):
        other = VersionedObject(None)
        other.name_ = name
        other.version_ = Version() if version is None else version
        return other

    name = property(lambda self: self.name_)
    version = property(lambda self: self.version_)

    def as_exact_requirement(self):
        return self.name_ + ("==" + str(self.version_) if self.version_ else "")

    def __eq__(self, other):
        return (isinstance(other, VersionedObject) and self.name_ == other.name_
                and self.version_ == other.version_)

    def __hash__(self):
        return hash((self.name_, self.version_))

    def __str__(self):
        return self.name_ + (self.sep_ + str(self.version_) if self.version_ else "")


class Requirement(_Undecided, _Common):
    def __init__(self, s, invalid_bound_error=True):
        self.name_ = None
        self.range_ = None
        self.negate_ = False
        self.conflict_ = False
        self.sep_ = "-"
        if s is None:
            return
        if isinstance(s, (bytes, bytearray)):
            _rezload.decline("attribute-unknown", "Requirement of bytes")
        if not isinstance(s, str):
            refuse_attribute(s, "startswith")
        if not invalid_bound_error:
            _rezload.decline("attribute-unknown", "Requirement(invalid_bound_error=False)")
        self.conflict_ = s.startswith("!")
        if self.conflict_:
            s = s[1:]
        elif s.startswith("~"):
            s = s[1:]
            self.negate_ = True
            self.conflict_ = True
        at = _first(s, "-@#=<>")
        if at >= 0:
            self.name_ = s[:at]
            text = s[at:]
            if text[0] in "-@#":
                self.sep_ = text[0]
                text = text[1:]
            self.range_ = VersionRange(text)
            if self.negate_:
                self.range_ = ~self.range_
        elif self.negate_:
            self.name_ = s
        else:
            self.name_ = s
            self.range_ = VersionRange()

    @classmethod
    def construct(cls, name, range=None):
        other = Requirement(None)
        other.name_ = name
        other.range_ = VersionRange() if range is None else range
        return other

    name = property(lambda self: self.name_)
    range = property(lambda self: self.range_)
    conflict = property(lambda self: self.conflict_)
    weak = property(lambda self: self.negate_)

    def safe_str(self):
        return str(self)

    def conflicts_with(self, other):
        if isinstance(other, Requirement):
            if self.name_ != other.name_ or self.range is None or other.range is None:
                return False
            if self.conflict:
                return False if other.conflict else self.range_.issuperset(other.range_)
            if other.conflict:
                return other.range_.issuperset(self.range_)
            return not self.range_.intersects(other.range_)
        if self.name_ != other.name_ or self.range is None:
            return False
        return (other.version_ in self.range_) == self.conflict

    def merged(self, other):
        if self.name_ != other.name_:
            return None
        if self.range is None:
            return other
        if other.range is None:
            return self
        like, negate = self, self.negate_
        if self.conflict and other.conflict:
            range = self.range_ | other.range_
            negate = self.negate_ and other.negate_ and not range.is_any()
        elif self.conflict:
            like, negate = other, other.negate_
            range = other.range - self.range
        elif other.conflict:
            range = self.range_ - other.range_
        else:
            range = self.range_ & other.range_
        if range is None:
            return None
        result = Requirement(None)
        result.name_ = like.name_
        result.negate_ = negate
        result.conflict_ = like.conflict_
        result.sep_ = like.sep_
        result.range_ = range
        return result

    def __eq__(self, other):
        return (isinstance(other, Requirement) and self.name_ == other.name_
                and self.range_ == other.range_ and self.conflict_ == other.conflict_)

    def __hash__(self):
        return hash(str(self))

    def __str__(self):
        prefix = "~" if self.negate_ else "!" if self.conflict_ else ""
        range = self.range_
        if self.negate_ or range is None:
            # rez asks whether the range is true, which is whether it has bounds
            range = ~range if range else VersionRange()
        text = ""
        if not range.is_any():
            text = str(range)
            if text[0] not in "=<>":
                text = self.sep_ + text
        return prefix + self.name_ + text


def _one(names):
    if len(names) > 1:
        _rezload.decline("unordered", "RequirementList.names")
    return names


class RequirementList(_Undecided, _Common):
    def __init__(self, requirements):
        self.requirements_ = []
        self.conflict_ = None
        self.requirements_dict = {}
        self.names_ = set()
        self.conflict_names_ = set()
        for req in requirements:
            existing = self.requirements_dict.get(req.name)
            if existing is None:
                self.requirements_dict[req.name] = req
            else:
                merged = existing.merged(req)
                if merged is None:
                    self.conflict_ = (existing, req)
                    return
                self.requirements_dict[req.name] = merged
        seen = set()
        for req in requirements:
            if req.name not in seen:
                seen.add(req.name)
                req_ = self.requirements_dict[req.name]
                self.requirements_.append(req_)
                (self.conflict_names_ if req_.conflict else self.names_).add(req.name)

    requirements = property(lambda self: self.requirements_)
    conflict = property(lambda self: self.conflict_)
    names = property(lambda self: _one(self.names_))
    conflict_names = property(lambda self: _one(self.conflict_names_))

    def __iter__(self):
        for requirement in (self.requirements_ or []):
            yield requirement

    def get(self, name):
        return self.requirements_dict.get(name)

    def __eq__(self, other):
        return (isinstance(other, RequirementList) and self.requirements_ == other.requirements_
                and self.conflict_ == other.conflict_)

    __hash__ = None

    def __str__(self):
        if self.conflict_:
            return "%s <--!--> %s" % (str(self.conflict_[0]), str(self.conflict_[1]))
        return " ".join(str(x) for x in self.requirements_)


# where rez has them
for _part, _classes in (
        ("_util", (ParseException, VersionError)),
        ("_requirement", (Requirement, RequirementList, VersionedObject)),
        ("_version", (AlphanumericVersionToken, NumericToken, Version, VersionRange,
                      VersionToken))):
    for _class in _classes:
        _class.__module__ = "rez.version." + _part
