//! The tokens of Python's grammar, as far as the automaton tells them apart.

use crate::swar::key_of;

/// One token. Operators that the grammar treats alike share a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Tok {
    Eof,
    Newline,
    Name,
    Number,
    Str,
    Bytes,
    FStr,
    Ellipsis,

    LParen,
    RParen,
    LBracket,
    RBracket,
    LBrace,
    RBrace,
    Comma,
    Colon,
    Dot,
    Semi,
    Assign,
    /// `+=` and the other twelve.
    AugAssign,
    Walrus,
    Arrow,
    At,
    Star,
    DoubleStar,
    Plus,
    Minus,
    Tilde,
    /// `/ // % & | ^ << >>`
    Binary,
    /// `< > <= >= == !=`
    Compare,
    /// `!`, which only an f-string's replacement field holds.
    Bang,

    True,
    False,
    None,
    And,
    Or,
    Not,
    In,
    Is,
    If,
    Else,
    For,
    Lambda,

    As,
    Assert,
    Async,
    Await,
    Break,
    Class,
    Continue,
    Def,
    Del,
    Elif,
    Except,
    Finally,
    From,
    Global,
    Import,
    Nonlocal,
    Pass,
    Raise,
    Return,
    Try,
    While,
    With,
    Yield,
}

/// Multiplying the key of a keyword by this puts each in a place of its own.
const SPREAD: u64 = 0xb57c_8e05_e3c9_b0e1;

const fn place(key: u64) -> usize {
    (key.wrapping_mul(SPREAD) >> 58) as usize
}

/// Every keyword, by its place.
static KEYWORDS: [(u64, Tok); 64] = {
    let words: [(&[u8], Tok); 35] = [
        (b"if", Tok::If),
        (b"in", Tok::In),
        (b"is", Tok::Is),
        (b"or", Tok::Or),
        (b"as", Tok::As),
        (b"and", Tok::And),
        (b"def", Tok::Def),
        (b"del", Tok::Del),
        (b"for", Tok::For),
        (b"not", Tok::Not),
        (b"try", Tok::Try),
        (b"None", Tok::None),
        (b"True", Tok::True),
        (b"elif", Tok::Elif),
        (b"else", Tok::Else),
        (b"from", Tok::From),
        (b"pass", Tok::Pass),
        (b"with", Tok::With),
        (b"False", Tok::False),
        (b"async", Tok::Async),
        (b"await", Tok::Await),
        (b"break", Tok::Break),
        (b"class", Tok::Class),
        (b"raise", Tok::Raise),
        (b"while", Tok::While),
        (b"yield", Tok::Yield),
        (b"assert", Tok::Assert),
        (b"except", Tok::Except),
        (b"global", Tok::Global),
        (b"import", Tok::Import),
        (b"lambda", Tok::Lambda),
        (b"return", Tok::Return),
        (b"finally", Tok::Finally),
        (b"continue", Tok::Continue),
        (b"nonlocal", Tok::Nonlocal),
    ];
    let mut table = [(u64::MAX, Tok::Name); 64];
    let mut at = 0;
    while at < words.len() {
        let key = key_of(words[at].0);
        assert!(matches!(table[place(key)].1, Tok::Name));
        table[place(key)] = (key, words[at].1);
        at += 1;
    }
    table
};

/// The keyword whose [`crate::swar::key`] is `key`, or [`Tok::Name`]. Soft keywords (`match`,
/// `case`, `type`, `_`) are names: a statement that uses them as keywords fits no rule and
/// declines.
#[inline(always)]
pub(super) fn keyword(key: u64) -> Tok {
    let (word, tok) = KEYWORDS[place(key)];
    if word == key {
        tok
    } else {
        Tok::Name
    }
}
