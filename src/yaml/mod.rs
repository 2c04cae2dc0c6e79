//! package.yaml: the part of YAML that PyYAML's `FullLoader`, which rez loads with, is
//! certain to read in the same way.
//!
//! The scanner and the parser are `saphyr-parser`'s, which follow YAML 1.2; PyYAML follows 1.1.
//! So what YAML adds to mappings, lists and scalars declines, what the two grammars treat
//! differently declines, and so does a plain scalar that a resolver of YAML 1.1 may take for
//! something else than a string. `tests/python/test_yaml.py` compares mutants with rez.

mod document;
mod scalar;

use compact_str::CompactString;

use crate::decline::{Declined, Reason};
use crate::static_tier::{FamilyFields, Override, RepositoryFields};
use crate::version::canonical_request;
use document::{check_text, Document, Node};

/// The fields of a package.yaml.
pub(crate) fn parse_package(source: &[u8]) -> Result<RepositoryFields, Declined> {
    read(source, |document| {
        let package = Mapping::top(document)?;
        Ok(RepositoryFields {
            name: package.text("name").map(CompactString::from),
            version: package.text("version").map(CompactString::from),
            requires: package.requires()?.unwrap_or_default(),
            variants: package.variants()?.unwrap_or_default(),
            has_timestamp: package.get("timestamp").is_some(),
        })
    })
}

/// The fields of a `family.yaml`.
pub(crate) fn parse_family(source: &[u8]) -> Result<FamilyFields, Declined> {
    read(source, |document| {
        let family = Mapping::top(document)?;
        let versions = match family.get("versions") {
            None => None,
            Some((Node::List(items), at)) => {
                let versions = items.iter().map(|(item, at)| match item {
                    Node::Text(text) => Ok(text.clone()),
                    _ => Err(Declined::new(Reason::VersionType, *at)),
                });
                Some((at, versions.collect::<Result<Vec<_>, _>>()?))
            }
            Some((_, at)) => return Err(Declined::new(Reason::CombinedFamily, at)),
        };
        let mut overrides = Vec::new();
        match family.get("version_overrides") {
            None => {}
            Some((Node::Mapping(items), _)) => {
                for item in items {
                    let (Node::Text(range), Node::Mapping(fields)) = (&item.key, &item.value)
                    else {
                        return Err(Declined::new(Reason::CombinedFamily, item.at));
                    };
                    let fields = Mapping(fields);
                    let entry = Override {
                        requires: fields.requires().map_err(|d| d.reason).transpose(),
                        variants: fields.variants().map_err(|d| d.reason).transpose(),
                    };
                    overrides.push((range.clone(), entry));
                }
            }
            Some((_, at)) => return Err(Declined::new(Reason::CombinedFamily, at)),
        }
        Ok(FamilyFields {
            has_versions: versions.is_some(),
            versions: versions.map(|(_, versions)| versions),
            has_overrides: family.get("version_overrides").is_some(),
            overrides,
            requires: family.requires()?.unwrap_or_default(),
            variants: family.variants()?.unwrap_or_default(),
        })
    })
}

/// Whether a `release.yaml` that `FileSystemPackageResource._load_old_formats` would merge
/// into a package leaves the solver fields alone.
pub(crate) fn check_release(source: &[u8]) -> Result<(), Declined> {
    read(source, |document| {
        let release = Mapping::top(document)?;
        for field in ["requires", "variants"] {
            if let Some((_, at)) = release.get(field) {
                return Err(Declined::new(Reason::OldFormat, at));
            }
        }
        // `_update_changelog` joins a list and takes the length
        match release.get("changelog") {
            None | Some((Node::Text(_), _)) => Ok(()),
            Some((Node::List(lines), _))
                if lines.iter().all(|(line, _)| matches!(line, Node::Text(_))) =>
            {
                Ok(())
            }
            Some((_, at)) => Err(Declined::new(Reason::OldFormat, at)),
        }
    })
}

/// Whether a repository's `settings.yaml` is certain to be a mapping.
pub(crate) fn check_settings(source: &[u8]) -> Result<(), Declined> {
    read(source, |document| match document.root {
        // `load_yaml` gives None, and `dict.update(None)` raises
        None => Err(Declined::new(Reason::YamlKey, 0)),
        Some(_) => Mapping::top(document).map(drop),
    })
}

/// Parses `source` and hands the document to `then`. Inside, offsets count characters.
fn read<T>(
    source: &[u8],
    then: impl FnOnce(&Document) -> Result<T, Declined>,
) -> Result<T, Declined> {
    let text = check_text(source)?;
    let result = Document::parse(text).and_then(|document| then(&document));
    result.map_err(|declined| {
        let offset = text.char_indices().nth(declined.offset);
        Declined::new(declined.reason, offset.map_or(text.len(), |(at, _)| at))
    })
}

/// A mapping of the document.
struct Mapping<'a>(&'a [document::Item]);

impl<'a> Mapping<'a> {
    /// The document itself; rez takes an empty one for `{}`.
    fn top(document: &'a Document) -> Result<Self, Declined> {
        let items: &[document::Item] = match &document.root {
            None => &[],
            Some((Node::Mapping(items), _)) => items,
            Some((_, at)) => return Err(Declined::new(Reason::YamlKey, *at)),
        };
        match items.iter().find(|item| !matches!(item.key, Node::Text(_))) {
            Some(item) => Err(Declined::new(Reason::YamlKey, item.at)),
            None => Ok(Mapping(items)),
        }
    }

    fn get(&self, name: &str) -> Option<(&'a Node, usize)> {
        let item = self
            .0
            .iter()
            .find(|item| matches!(&item.key, Node::Text(key) if key == name))?;
        Some((&item.value, item.at))
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            (Node::Text(text), _) => Some(text.clone()),
            _ => None,
        }
    }

    fn requires(&self) -> Result<Option<Vec<CompactString>>, Declined> {
        self.get("requires")
            .map(|(node, at)| requests(node, at, Reason::RequiresType))
            .transpose()
    }

    fn variants(&self) -> Result<Option<Vec<Vec<CompactString>>>, Declined> {
        match self.get("variants") {
            None => Ok(None),
            Some((Node::List(variants), _)) => variants
                .iter()
                .map(|(variant, at)| requests(variant, *at, Reason::VariantsType))
                .collect::<Result<_, _>>()
                .map(Some),
            Some((_, at)) => Err(Declined::new(Reason::VariantsType, at)),
        }
    }
}

fn requests(node: &Node, at: usize, wrong_type: Reason) -> Result<Vec<CompactString>, Declined> {
    let Node::List(items) = node else {
        return Err(Declined::new(wrong_type, at));
    };
    items
        .iter()
        .map(|(item, at)| match item {
            Node::Text(text) => match canonical_request(text) {
                Ok(request) => Ok(CompactString::from(request)),
                Err(_) => Err(Declined::new(Reason::RequestInvalid, *at)),
            },
            _ => Err(Declined::new(wrong_type, *at)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requires(source: &str) -> Result<Vec<CompactString>, Reason> {
        parse_package(source.as_bytes())
            .map(|package| package.requires)
            .map_err(|declined| declined.reason)
    }

    #[test]
    fn block_and_flow_lists_are_requests() {
        for source in [
            "requires:\n- python-2.7\n- '~qt>=5'\n",
            "requires:\n  - python-2.7\n  - ~qt>=5 # comment\n",
            "requires: [python-2.7, \"~qt>=5\"]\n",
            "---\r\nrequires: [python-2.7,\r\n  ~qt>=5]\r\n",
        ] {
            assert_eq!(
                requires(source),
                Ok(vec!["python-2.7".into(), "~qt-5+".into()]),
                "{source}"
            );
        }
    }

    #[test]
    fn an_empty_document_is_an_empty_package() {
        for source in ["", "# nothing\n", "{}"] {
            assert_eq!(requires(source), Ok(Vec::new()), "{source}");
        }
    }

    #[test]
    fn what_yaml_1_1_does_not_call_a_string_declines() {
        for scalar in [
            "1.0",
            "yes",
            "on",
            "~",
            "0x1f",
            "1:30",
            "2001-01-01",
            "0b1",
            "null",
        ] {
            let source = format!("requires: [{scalar}]\n");
            assert!(requires(&source).is_err(), "{source}");
        }
        assert_eq!(requires("requires:\n"), Err(Reason::RequiresType));
    }

    #[test]
    fn features_beyond_mappings_lists_and_scalars_decline() {
        for (source, reason) in [
            ("a: &x 1\nrequires: *x\n", Reason::YamlFeature),
            ("requires: !!python/tuple [a]\n", Reason::YamlFeature),
            ("<<: {requires: [a]}\n", Reason::YamlFeature),
            ("%YAML 1.1\n---\na: b\n", Reason::YamlFeature),
            ("a: b\n---\na: b\n", Reason::YamlFeature),
            ("a:\tb\n", Reason::YamlFeature),
            ("requires: [a]\nrequires: [b]\n", Reason::YamlFeature),
            ("? a\n: b\n? [c]\n: d\n", Reason::YamlFeature),
            ("a: [b\n", Reason::YamlSyntax),
            ("- a\n", Reason::YamlKey),
            ("1: a\n", Reason::YamlKey),
            ("date: 2001-99-99\n", Reason::YamlScalar),
        ] {
            assert_eq!(requires(source), Err(reason), "{source}");
        }
    }

    #[test]
    fn an_error_has_a_place() {
        let source = b"name: a\n\nrequires:\n- a\n- b c\n";
        let declined = parse_package(source).unwrap_err();
        assert_eq!(declined.reason, Reason::RequestInvalid);
        let position = declined.position(source);
        assert_eq!((position.line, position.column), (5, 3));
    }

    #[test]
    fn nesting_is_bounded() {
        let source = "[".repeat(100_000);
        assert!(requires(&source).is_err());
    }
}
