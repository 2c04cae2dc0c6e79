//! A document as a tree of mappings, lists and scalars.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use super::scalar::{resolve, Scalar};
use crate::decline::{Declined, Reason};
use crate::encoding::is_utf_8;

/// PyYAML's composer and constructors recurse; Python's stack holds many times as much.
const MAX_DEPTH: usize = 32;

/// The largest document that is read, in bytes. Definitions have a few hundred.
const MAX_LEN: usize = 1 << 20;

/// Part of a document.
#[derive(Debug)]
pub(super) enum Node {
    Text(String),
    /// A null, boolean or number, which is known to load and isn't a string.
    Other,
    /// Nothing at all, which is a null as a value; PyYAML has no such keys.
    Nothing,
    /// The items, and where they stand, in characters.
    List(Vec<(Node, usize)>),
    Mapping(Vec<Item>),
}

/// An entry of a mapping.
#[derive(Debug)]
pub(super) struct Item {
    pub key: Node,
    pub value: Node,
    /// Where the value stands.
    pub at: usize,
}

/// A document that is certain to load.
#[derive(Debug)]
pub(super) struct Document {
    /// `None` when there is nothing but comments.
    pub root: Option<(Node, usize)>,
}

/// A collection whose end hasn't come yet.
struct Open {
    collection: Collection,
    /// Where it begins.
    at: usize,
    /// Whether it is in brackets, or in something that is.
    in_brackets: bool,
}

enum Collection {
    List(Vec<(Node, usize)>),
    /// The items, and a key whose value hasn't come yet.
    Mapping(Vec<Item>, Option<Node>),
}

impl Document {
    /// Parses text that [`check_text`] has let through. The offsets count characters.
    pub fn parse(text: &str) -> Result<Self, Declined> {
        let characters = Characters::new(text);
        let mut open: Vec<Open> = Vec::new();
        let mut root = None;
        let mut documents = 0;
        for event in Parser::new_from_str(text) {
            let (event, span) =
                event.map_err(|error| decline(Reason::YamlSyntax, *error.marker()))?;
            let at = span.start;
            let node = match event {
                Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::Nothing => {
                    continue;
                }
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(decline(Reason::YamlFeature, at));
                    }
                    continue;
                }
                Event::Alias(_) => return Err(decline(Reason::YamlFeature, at)),
                Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag)
                    if anchor != 0 || tag.is_some() || open.len() >= MAX_DEPTH =>
                {
                    return Err(decline(Reason::YamlFeature, at));
                }
                Event::SequenceStart(..) => {
                    let collection = Collection::List(Vec::new());
                    open.push(Open::new(collection, at, &characters, open.last()));
                    continue;
                }
                Event::MappingStart(..) => {
                    let collection = Collection::Mapping(Vec::new(), None);
                    open.push(Open::new(collection, at, &characters, open.last()));
                    continue;
                }
                Event::Scalar(value, style, anchor, tag) => {
                    if anchor != 0 || tag.is_some() {
                        return Err(decline(Reason::YamlFeature, at));
                    }
                    let is_plain = style == ScalarStyle::Plain;
                    let is_long = span.end.line() != at.line();
                    if is_of_1_2(&value, style, is_long, open.last()) {
                        return Err(decline(Reason::YamlFeature, at));
                    }
                    let is_flow_key =
                        (open.last()).is_some_and(|open| open.in_brackets && open.wants_key());
                    let end = match is_plain {
                        true => at.index() + value.chars().count(),
                        false => span.end.index(),
                    };
                    if is_flow_key && !is_simple_key(&characters, at.index(), end) {
                        return Err(decline(Reason::YamlFeature, at));
                    }
                    let scalar = if is_plain {
                        resolve(&value).map_err(|reason| decline(reason, at))?
                    } else {
                        Scalar::Text
                    };
                    let node = match scalar {
                        Scalar::Other if value.is_empty() => Node::Nothing,
                        Scalar::Other => Node::Other,
                        Scalar::Text => Node::Text(value.into_owned()),
                    };
                    (node, at.index())
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    let closed = open.pop().map(|open| (open.collection, open.at));
                    match closed {
                        Some((Collection::List(items), at)) => (Node::List(items), at),
                        Some((Collection::Mapping(items, None), at)) => (Node::Mapping(items), at),
                        _ => return Err(decline(Reason::YamlSyntax, at)),
                    }
                }
            };
            let Some(open) = open.last_mut() else {
                root = Some(node);
                continue;
            };
            match &mut open.collection {
                Collection::List(items) => items.push(node),
                Collection::Mapping(items, key) => {
                    let (node, at) = node;
                    match key.take() {
                        Some(key) => items.push(Item {
                            key,
                            value: node,
                            at,
                        }),
                        None => *key = Some(check_key(node, items, at)?),
                    }
                }
            }
        }
        Ok(Document { root })
    }
}

impl Open {
    fn new(
        collection: Collection,
        at: Marker,
        characters: &Characters<'_>,
        outer: Option<&Open>,
    ) -> Self {
        let is_bracket = matches!(characters.get(at.index()), Some('[' | '{'));
        Open {
            collection,
            at: at.index(),
            in_brackets: is_bracket || outer.is_some_and(|outer| outer.in_brackets),
        }
    }

    /// Whether the next node is a key.
    fn wants_key(&self) -> bool {
        matches!(&self.collection, Collection::Mapping(_, None))
    }
}

/// The characters of a text by their number, which is what the library counts.
enum Characters<'a> {
    Ascii(&'a [u8]),
    Wide(Vec<char>),
}

impl<'a> Characters<'a> {
    fn new(text: &'a str) -> Self {
        if text.is_ascii() {
            Characters::Ascii(text.as_bytes())
        } else {
            Characters::Wide(text.chars().collect())
        }
    }

    fn get(&self, index: usize) -> Option<char> {
        match self {
            Characters::Ascii(bytes) => bytes.get(index).map(|byte| char::from(*byte)),
            Characters::Wide(characters) => characters.get(index).copied(),
        }
    }
}

/// What no plain scalar begins with: for `:` and `?` that is so in brackets only.
const INDICATORS: [char; 18] = [
    ':', '?', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`',
];

/// Whether a scalar is one in YAML 1.2 only (`check_plain`, `scan_plain` and
/// `check_block_scalar` in PyYAML's `scanner.py`): to PyYAML `:` and `?` begin no plain scalar
/// in brackets, where a `?` ends one, too; there are no block scalars there; and a key has one
/// line.
fn is_of_1_2(value: &str, style: ScalarStyle, is_long: bool, open: Option<&Open>) -> bool {
    let in_brackets = open.is_some_and(|open| open.in_brackets);
    let is_key = open.is_some_and(Open::wants_key);
    let is_long = is_long && (is_key || in_brackets);
    match style {
        ScalarStyle::Plain => {
            is_long || value.starts_with(INDICATORS) || (in_brackets && value.contains('?'))
        }
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => is_long && is_key,
        ScalarStyle::Literal | ScalarStyle::Folded => is_key || in_brackets,
    }
}

/// How many characters before its colon a key may begin.
const MAX_KEY: usize = 1024;

/// Whether a colon follows what stands from `start` to `end`, where PyYAML takes it for the
/// key's: in its line, and not too far (`stale_possible_simple_keys` in `scanner.py`). Outside of
/// brackets the library asks for that, too.
fn is_simple_key(characters: &Characters<'_>, start: usize, end: usize) -> bool {
    let is_space = |at: &usize| characters.get(*at) == Some(' ');
    let colon = end + (end..).take_while(is_space).count();
    characters.get(colon) == Some(':') && colon - start <= MAX_KEY
}

/// A key has to be hashable, and of two equal ones the second would count.
fn check_key(key: Node, items: &[Item], at: usize) -> Result<Node, Declined> {
    let known = match &key {
        Node::Text(text) => items
            .iter()
            .any(|item| matches!(&item.key, Node::Text(other) if other == text)),
        // `1` and `1.0` are one key
        Node::Other => items.iter().any(|item| matches!(item.key, Node::Other)),
        Node::Nothing | Node::List(_) | Node::Mapping(_) => true,
    };
    if known || items.len() >= MAX_KEYS {
        return Err(Declined::new(Reason::YamlFeature, at));
    }
    Ok(key)
}

/// Keys of one mapping are compared pairwise.
const MAX_KEYS: usize = 256;

/// The text of a file, if PyYAML's reader and the library's are certain to see the same in
/// it.
pub(super) fn check_text(source: &[u8]) -> Result<&str, Declined> {
    if source.len() > MAX_LEN {
        return Err(Declined::new(Reason::TooLarge, 0));
    }
    let text = match std::str::from_utf8(source) {
        Ok(text) => text,
        Err(error) => return Err(Declined::new(Reason::NotUtf8, error.valid_up_to())),
    };
    // `_load_file` of `rez/serialise.py` names no encoding to `open`
    if !is_utf_8() {
        if let Some(at) = text.bytes().position(|byte| !byte.is_ascii()) {
            return Err(Declined::new(Reason::YamlEncoding, at));
        }
    }
    // Python's text mode makes `\n` of a lone `\r` too
    let odd = text.char_indices().find(|(at, character)| match character {
        ' '..='~' | '\n' => false,
        '\r' => source.get(at + 1) != Some(&b'\n'),
        // line ends of YAML 1.1, and the byte order mark
        '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => true,
        '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}' => false,
        _ => true,
    });
    if let Some((at, _)) = odd {
        return Err(Declined::new(Reason::YamlFeature, at));
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        // directives and ends of documents, which are rare and have rules of their own
        let rest = line.trim_start_matches(' ');
        let is_document = line.starts_with("---") && (at > 0 || line.trim_end() != "---");
        if line.starts_with(['%']) || line.starts_with("...") || is_document {
            return Err(Declined::new(Reason::YamlFeature, at));
        }
        // `? key`, which the events don't tell from `key:`
        if rest.starts_with("? ") || rest.trim_end() == "?" {
            return Err(Declined::new(Reason::YamlFeature, at));
        }
        at += line.len();
    }
    Ok(text)
}

fn decline(reason: Reason, marker: Marker) -> Declined {
    Declined::new(reason, marker.index())
}
