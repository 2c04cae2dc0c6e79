//! A document as a tree of mappings, lists and scalars.

use std::io::Cursor;

use libyaml_safer::{EventData, Mark, Parser, ScalarStyle};

use super::scalar::{resolve, Scalar};
use crate::decline::{Declined, Reason};

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
    /// The items, and where they stand.
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
enum Open {
    List(Vec<(Node, usize)>, usize),
    Mapping(Vec<Item>, Option<Node>, usize),
}

impl Document {
    pub fn parse(source: &[u8]) -> Result<Self, Declined> {
        let text = check_text(source)?;
        let mut parser = Parser::new();
        parser.set_input(Cursor::new(text.as_bytes()));
        let mut open: Vec<Open> = Vec::new();
        let mut root = None;
        let mut documents = 0;
        loop {
            let event = parser
                .parse()
                .map_err(|error| decline(Reason::YamlSyntax, source, error.problem_mark()))?;
            let at = Some(event.start_mark);
            let node = match event.data {
                EventData::StreamStart { .. } | EventData::DocumentEnd { .. } => continue,
                EventData::StreamEnd => break,
                EventData::DocumentStart {
                    version_directive,
                    tag_directives,
                    ..
                } => {
                    documents += 1;
                    if version_directive.is_some() || !tag_directives.is_empty() || documents > 1 {
                        return Err(decline(Reason::YamlFeature, source, at));
                    }
                    continue;
                }
                EventData::Alias { .. } => {
                    return Err(decline(Reason::YamlFeature, source, at));
                }
                EventData::SequenceStart { anchor, tag, .. } => {
                    if anchor.is_some() || tag.is_some() || open.len() >= MAX_DEPTH {
                        return Err(decline(Reason::YamlFeature, source, at));
                    }
                    open.push(Open::List(Vec::new(), offset(source, at)));
                    continue;
                }
                EventData::MappingStart { anchor, tag, .. } => {
                    if anchor.is_some() || tag.is_some() || open.len() >= MAX_DEPTH {
                        return Err(decline(Reason::YamlFeature, source, at));
                    }
                    open.push(Open::Mapping(Vec::new(), None, offset(source, at)));
                    continue;
                }
                EventData::Scalar {
                    anchor,
                    tag,
                    value,
                    style,
                    ..
                } => {
                    if anchor.is_some() || tag.is_some() {
                        return Err(decline(Reason::YamlFeature, source, at));
                    }
                    let scalar = if style == ScalarStyle::Plain {
                        resolve(&value).map_err(|reason| decline(reason, source, at))?
                    } else {
                        Scalar::Text
                    };
                    let node = match scalar {
                        Scalar::Text => Node::Text(value),
                        Scalar::Other => Node::Other,
                    };
                    (node, offset(source, at))
                }
                EventData::SequenceEnd | EventData::MappingEnd => match open.pop() {
                    Some(Open::List(items, at)) => (Node::List(items), at),
                    Some(Open::Mapping(items, None, at)) => (Node::Mapping(items), at),
                    _ => return Err(decline(Reason::YamlSyntax, source, at)),
                },
            };
            match open.last_mut() {
                None => root = Some(node),
                Some(Open::List(items, _)) => items.push(node),
                Some(Open::Mapping(items, key, _)) => {
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

/// A key has to be hashable, and of two equal ones the second would count.
fn check_key(key: Node, items: &[Item], at: usize) -> Result<Node, Declined> {
    let known = match &key {
        Node::Text(text) => items
            .iter()
            .any(|item| matches!(&item.key, Node::Text(other) if other == text)),
        // `1` and `1.0` are one key
        Node::Other => items.iter().any(|item| matches!(item.key, Node::Other)),
        Node::List(_) | Node::Mapping(_) => true,
    };
    if known || items.len() >= MAX_KEYS {
        return Err(Declined::new(Reason::YamlFeature, at));
    }
    Ok(key)
}

/// Keys of one mapping are compared pairwise.
const MAX_KEYS: usize = 256;

/// The text of a file, if both PyYAML's reader and libyaml's see the same in it.
fn check_text(source: &[u8]) -> Result<&str, Declined> {
    if source.len() > MAX_LEN {
        return Err(Declined::new(Reason::TooLarge, 0));
    }
    let text = match std::str::from_utf8(source) {
        Ok(text) => text,
        Err(error) => return Err(Declined::new(Reason::NotUtf8, error.valid_up_to())),
    };
    // Python's text mode makes `\n` of a lone `\r`; libyaml 1.1 knows it as a line end too
    let odd = text.char_indices().find(|(at, character)| match character {
        ' '..='~' | '\n' => false,
        '\r' => source.get(at + 1) != Some(&b'\n'),
        // line ends of YAML 1.1, and the byte order mark
        '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => true,
        '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}' => false,
        _ => true,
    });
    match odd {
        Some((at, _)) => Err(Declined::new(Reason::YamlFeature, at)),
        None => Ok(text),
    }
}

fn decline(reason: Reason, source: &[u8], mark: Option<Mark>) -> Declined {
    Declined::new(reason, offset(source, mark))
}

/// The byte offset of `mark`, which counts characters.
fn offset(source: &[u8], mark: Option<Mark>) -> usize {
    let Some(mark) = mark else {
        return 0;
    };
    let index = mark.index as usize;
    if source.is_ascii() {
        return index.min(source.len());
    }
    String::from_utf8_lossy(source)
        .char_indices()
        .nth(index)
        .map_or(source.len(), |(at, _)| at)
}
