"""`textwrap`: CPython's, whose `dedent` knew other blanks before 3.14."""

import _rezload
import textwrap as _textwrap
from textwrap import indent
from _rezload_facade import inert_class

_BLANKS = "\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\xa0"


_minor = _rezload.fact("python")[1]
TextWrapper = (_textwrap.TextWrapper if _minor >= 10
               else inert_class("attribute-unknown", "textwrap", "TextWrapper"))

_handle = _textwrap.TextWrapper._handle_long_word


def _handle_long_word(self, reversed_chunks, cur_line, cur_len, width):
    if self.break_long_words and cur_len == width >= 1:
        # one character of it was taken in front of the break, up to some 3.14
        _rezload.decline("attribute-unknown", "textwrap of a long word behind a full line")
    return _handle(self, reversed_chunks, cur_line, cur_len, width)


_textwrap.TextWrapper._handle_long_word = _handle_long_word


def _check(text):
    # words with hyphens were broken in another way before 3.10
    if _minor < 10 and isinstance(text, str) and "-" in text:
        _rezload.decline("attribute-unknown", "textwrap of hyphens before Python 3.10")


def wrap(text, width=70, **kwargs):
    _check(text)
    return _textwrap.wrap(text, width, **kwargs)


def fill(text, width=70, **kwargs):
    _check(text)
    return _textwrap.fill(text, width, **kwargs)


def shorten(text, width, **kwargs):
    _check(text)
    return _textwrap.shorten(text, width, **kwargs)


def dedent(text):
    if isinstance(text, str) and (not text.isascii() or any(c in text for c in _BLANKS)):
        _rezload.decline("attribute-unknown", "textwrap.dedent of text with unusual blanks")
    if not isinstance(text, str):
        _rezload.decline("attribute-unknown", "textwrap.dedent of what isn't text")
    return _textwrap.dedent(text)
