//! Which packages are asked for.

use crate::version::VersionRange;

/// A choice of families and versions; all of them to begin with.
///
/// ```
/// use rezload::version::VersionRange;
/// use rezload::Selection;
///
/// let selection = Selection::new()
///     .family("maya*")
///     .family("houdini")
///     .range(VersionRange::parse("2022+").unwrap())
///     .latest(true);
/// # let _ = selection;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Selection {
    families: Vec<Pattern>,
    range: Option<VersionRange>,
    latest: bool,
}

impl Selection {
    /// All packages.
    pub fn new() -> Self {
        Selection::default()
    }

    /// Adds families: those named `pattern`, in which `*`, `?` and `[...]` mean what they
    /// mean to Python's `fnmatch.fnmatchcase`.
    #[must_use]
    pub fn family(mut self, pattern: impl Into<String>) -> Self {
        self.families.push(Pattern::new(pattern.into()));
        self
    }

    /// Only versions in `range`.
    #[must_use]
    pub fn range(mut self, range: VersionRange) -> Self {
        self.range = Some(range);
        self
    }

    /// Only the latest version of each family, in the range if there is one. It is chosen
    /// by the directories, as rez does, so the others aren't read.
    #[must_use]
    pub fn latest(mut self, latest: bool) -> Self {
        self.latest = latest;
        self
    }

    /// The families, if they are all given by name: then no repository has to be listed.
    pub(super) fn names(&self) -> Option<Vec<String>> {
        if self.families.is_empty() || self.families.iter().any(Pattern::is_glob) {
            return None;
        }
        let mut names: Vec<String> = self.families.iter().map(|p| p.text.clone()).collect();
        names.sort();
        names.dedup();
        Some(names)
    }

    /// Whether packages of the family `name` are asked for.
    pub fn has_family(&self, name: &str) -> bool {
        self.families.is_empty() || self.families.iter().any(|pattern| pattern.matches(name))
    }

    pub(super) fn version_range(&self) -> Option<&VersionRange> {
        self.range.as_ref()
    }

    pub(super) fn is_latest(&self) -> bool {
        self.latest
    }
}

#[derive(Clone, Debug)]
struct Pattern {
    text: String,
}

impl Pattern {
    fn new(text: String) -> Self {
        Pattern { text }
    }

    fn is_glob(&self) -> bool {
        self.text.contains(['*', '?', '['])
    }

    /// Goes back to the last `*` when the rest doesn't match, which needs no recursion.
    fn matches(&self, name: &str) -> bool {
        let (mut pattern, mut rest) = (self.text.as_str(), name);
        let mut star: Option<(&str, &str)> = None;
        loop {
            if let Some(after) = pattern.strip_prefix('*') {
                star = Some((after, rest));
                pattern = after;
                continue;
            }
            let mut characters = rest.chars();
            let matched = match (characters.next(), step(pattern)) {
                (None, _) if pattern.is_empty() => return true,
                (Some(character), Some((one, after))) if one.has(character) => Some(after),
                _ => None,
            };
            match (matched, star) {
                (Some(after), _) => {
                    pattern = after;
                    rest = characters.as_str();
                }
                (None, Some((after, from))) => {
                    let mut characters = from.chars();
                    if characters.next().is_none() {
                        return false;
                    }
                    rest = characters.as_str();
                    star = Some((after, rest));
                    pattern = after;
                }
                (None, None) => return false,
            }
        }
    }
}

/// What one character of a name has to be.
enum One<'a> {
    Any,
    Is(char),
    Of { set: &'a str, negated: bool },
}

/// Takes one character's worth off a pattern that doesn't begin with `*`.
fn step(pattern: &str) -> Option<(One<'_>, &str)> {
    let mut characters = pattern.chars();
    match characters.next()? {
        '?' => Some((One::Any, characters.as_str())),
        '[' => {
            let body = characters.as_str();
            let negated = body.starts_with('!');
            let set = body.strip_prefix('!').unwrap_or(body);
            // a `]` that comes first is a member
            let first = set.chars().next().map_or(0, char::len_utf8);
            match set.get(first..).and_then(|rest| rest.find(']')) {
                Some(end) => {
                    let end = first + end;
                    let (set, after) = (&set[..end], &set[end + 1..]);
                    Some((One::Of { set, negated }, after))
                }
                None => Some((One::Is('['), body)),
            }
        }
        character => Some((One::Is(character), characters.as_str())),
    }
}

impl One<'_> {
    fn has(&self, character: char) -> bool {
        match self {
            One::Any => true,
            One::Is(other) => *other == character,
            One::Of { set, negated } => {
                let members: Vec<char> = set.chars().collect();
                let mut at = 0;
                let mut found = false;
                while at < members.len() {
                    if members.get(at + 1) == Some(&'-') && at + 2 < members.len() {
                        found |= (members[at]..=members[at + 2]).contains(&character);
                        at += 3;
                    } else {
                        found |= members[at] == character;
                        at += 1;
                    }
                }
                found != *negated
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_fnmatch() {
        for (pattern, name, expected) in [
            ("maya", "maya", true),
            ("maya", "maya_utils", false),
            ("maya*", "maya_utils", true),
            ("*utils", "maya_utils", true),
            ("m*a*s", "maya_utils", true),
            ("m*a*x", "maya_utils", false),
            ("*", "", true),
            ("?", "", false),
            ("m?ya", "maya", true),
            ("[a-m]aya", "maya", true),
            ("[!a-m]aya", "maya", false),
            ("[]x]", "]", true),
            ("[m", "[m", true),
            ("[a-]", "-", true),
            ("**a", "aaa", true),
        ] {
            let pattern_ = Pattern::new(pattern.to_owned());
            assert_eq!(pattern_.matches(name), expected, "{pattern} {name}");
        }
    }
}
