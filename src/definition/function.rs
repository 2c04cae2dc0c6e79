//! The source text of a function, cut out of its file as rez does it.
//!
//! Follows `SourceCode._init_from_func` in `rez/utils/sourcecode.py` and what it calls:
//! `inspect.getblock`, whose end of a function depends on comments behind it, and
//! `textwrap.dedent`. Both are the same from Python 3.8 to 3.13 for what is served here.

/// What rez's `SourceCode.source` is for the function whose first line (that of its first
/// decorator, or of its `def`) is line `first_line` of `text`, counted from 1.
///
/// `text` has `\n` as its only line end and no byte order mark. `decorators` is how many
/// decorators rez remembers (`late`, `include`): it takes away as many lines and one more,
/// whatever is on them.
///
/// `None` when some Python may see another end of the function, or when there is no plain
/// `def` on that line. The function has to compile.
#[cfg(any(feature = "vm", test))]
pub(crate) fn source_of_function(
    text: &str,
    first_line: usize,
    decorators: usize,
) -> Option<String> {
    let mut start = 0;
    for _ in 1..first_line {
        start += text[start..].find('\n')? + 1;
    }
    source_at(&text[start..], decorators)
}

/// [`source_of_function`] for the function that `text` begins with.
pub(crate) fn source_at(text: &str, decorators: usize) -> Option<String> {
    let lines = block_lines(text)?;
    let block: Vec<&str> = text.split_inclusive('\n').take(lines).collect();
    // `linecache` ends the last line of a file
    let mut body = block.get(decorators + 1..).unwrap_or_default().concat();
    if !body.is_empty() && !body.ends_with('\n') {
        body.push('\n');
    }
    source_of_body(&body)
}

/// `_init_from_func` from its `dedent` on; `body` is the lines that it has kept.
fn source_of_body(body: &str) -> Option<String> {
    let code = dedent(body)?;
    let mut lines: Vec<&str> = code.split('\n').collect();
    if !lines.iter().any(|line| line.starts_with('#')) {
        return dedent(trim_end(&code));
    }
    // a comment at the margin is given the indentation of the next line that is none
    let mut aligned = Vec::with_capacity(lines.len());
    let mut indent = "";
    while let Some(line) = lines.pop() {
        if line.starts_with('#') {
            aligned.push([indent, line].concat());
        } else {
            indent = &line[..line.len() - line.trim_start_matches(is_space).len()];
            aligned.push(line.to_owned());
        }
    }
    aligned.reverse();
    dedent(trim_end(&aligned.join("\n")))
}

/// `textwrap.dedent`. Python 3.14 takes lines of other white space than blanks and tabs for
/// blank, the others don't: `None`.
fn dedent(text: &str) -> Option<String> {
    let blank = |line: &str| line.bytes().all(|b| matches!(b, b' ' | b'\t'));
    let mut margin: Option<&str> = None;
    for line in text.split('\n').filter(|line| !blank(line)) {
        if line.chars().all(is_space) {
            return None;
        }
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        margin = Some(match margin {
            None => indent,
            Some(margin) => {
                let common = margin
                    .bytes()
                    .zip(indent.bytes())
                    .take_while(|(a, b)| a == b)
                    .count();
                &margin[..common]
            }
        });
    }
    let margin = margin.unwrap_or_default().len();
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if !blank(line) {
            out.push_str(&line[margin..]);
        }
    }
    Some(out)
}

/// `str.isspace` of one character.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}

/// `str.rstrip`.
fn trim_end(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

/// Where the scan of a function is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// In front of the `def`.
    Decorators,
    /// Behind the line of the `def`.
    Header,
    /// In the body, whose comments count from this column on.
    Body(usize),
}

/// How many lines `inspect.getblock` takes of `text`, which begins with a function.
///
/// It ends with the last statement that is indented further than the `def`, or with the last
/// comment behind that, up to the next statement, that is indented as far as the body.
fn block_lines(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = At::Decorators;
    let mut def_column = 0;
    let mut last = 1;
    let mut line = 0;
    let mut pos = 0;
    while pos < bytes.len() {
        line += 1;
        let (column, indent) = indentation(&bytes[pos..]);
        let start = pos + indent;
        match bytes.get(start) {
            None => break,
            Some(b'\n') => {
                pos = start + 1;
                continue;
            }
            Some(b'#') => {
                if matches!(at, At::Body(body) if indent >= body) {
                    last = line;
                }
                pos = line_end(bytes, start) + 1;
                continue;
            }
            // a form feed, or a continuation without anything to continue
            Some(b'\x0c' | b'\\') => return None,
            Some(_) => {}
        }
        match at {
            At::Decorators if line == 1 => def_column = column,
            At::Decorators if column != def_column => return None,
            At::Header if column > def_column => at = At::Body(indent),
            // up to 3.9, brackets don't end a function that is on one line
            At::Header if matches!(bytes[start], b'(' | b')') => return None,
            At::Header => break,
            At::Body(_) if column <= def_column => break,
            _ => {}
        }
        let statement = Statement::read(bytes, start)?;
        if at == At::Decorators {
            match bytes[start] {
                b'@' if !statement.defines => {}
                _ if is_def(&bytes[start..]) => at = At::Header,
                _ => return None,
            }
        }
        line += statement.line_ends;
        last = line;
        pos = statement.end + 1;
    }
    (at != At::Decorators).then_some(last)
}

/// The column of the first byte that is no blank or tab, with tabs to 8, and its offset.
fn indentation(line: &[u8]) -> (usize, usize) {
    let mut column = 0;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b' ' => column += 1,
            b'\t' => column = (column / 8 + 1) * 8,
            _ => return (column, at),
        }
    }
    (column, line.len())
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |n| from + n)
}

fn is_def(statement: &[u8]) -> bool {
    statement.starts_with(b"def ") || statement.starts_with(b"def\t")
}

/// A logical line.
struct Statement {
    /// The line end that ends it, or the end of the file.
    end: usize,
    /// Line ends inside of it.
    line_ends: usize,
    /// Whether it has a word that `inspect.BlockFinder` takes for the start of a function.
    defines: bool,
}

impl Statement {
    /// Reads the logical line at `start`.
    fn read(bytes: &[u8], start: usize) -> Option<Statement> {
        let mut statement = Statement {
            end: bytes.len(),
            line_ends: 0,
            defines: false,
        };
        let mut depth = 0usize;
        let mut pos = start;
        while let Some(byte) = bytes.get(pos) {
            match byte {
                b'\n' if depth == 0 => {
                    statement.end = pos;
                    return Some(statement);
                }
                b'\n' => statement.line_ends += 1,
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
                b'#' => {
                    pos = line_end(bytes, pos);
                    continue;
                }
                b'\\' => {
                    // what follows has to be a part of the statement
                    if bytes.get(pos + 1) != Some(&b'\n') {
                        return None;
                    }
                    let (_, indent) = indentation(&bytes[pos + 2..]);
                    if matches!(bytes.get(pos + 2 + indent), None | Some(b'\n' | b'#')) {
                        return None;
                    }
                    statement.line_ends += 1;
                    pos += 1;
                }
                b'"' | b'\'' => {
                    pos = statement.string(bytes, pos, false)?;
                    continue;
                }
                byte if is_word(*byte) => {
                    let len = bytes[pos..].iter().take_while(|b| is_word(**b)).count();
                    let word = &bytes[pos..pos + len];
                    statement.defines |= matches!(word, b"def" | b"class" | b"lambda");
                    pos += len;
                    if matches!(bytes.get(pos), Some(b'"' | b'\'')) {
                        let fields = word.iter().any(|b| matches!(b | 0x20, b'f' | b't'));
                        pos = statement.string(bytes, pos, fields)?;
                    }
                    continue;
                }
                _ => {}
            }
            pos += 1;
        }
        (depth == 0).then_some(statement)
    }

    /// Moves past the string whose opening quote is at `pos`. One with replacement `fields`
    /// has to have them closed where a Python before 3.12 sees its end.
    fn string(&mut self, bytes: &[u8], pos: usize, fields: bool) -> Option<usize> {
        let quote = bytes[pos];
        let triple = bytes[pos..].starts_with(&[quote; 3]);
        let mut at = pos + if triple { 3 } else { 1 };
        let start = at;
        loop {
            match bytes.get(at)? {
                b'\\' => {
                    if *bytes.get(at + 1)? == b'\n' {
                        self.line_ends += 1;
                    }
                    at += 2;
                }
                b'\n' if !triple => return None,
                b'\n' => {
                    self.line_ends += 1;
                    at += 1;
                }
                byte if *byte == quote && (!triple || bytes[at..].starts_with(&[quote; 3])) => {
                    break;
                }
                _ => at += 1,
            }
        }
        let text = &bytes[start..at];
        let count = |brace| memchr::memchr_iter(brace, text).count();
        if fields && count(b'{') != count(b'}') {
            return None;
        }
        Some(at + if triple { 3 } else { 1 })
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str, decorators: usize) -> Option<String> {
        source_of_function(text, 1, decorators)
    }

    #[test]
    fn the_body_ends_with_its_last_indented_comment() {
        let text = "def commands():\n    a\n# no\n    # yes\n\n# no\nb = 1\n";
        assert_eq!(source(text, 0).unwrap(), "a\n# no\n# yes");
        let text = "def commands():\n    a\n  # no\nb = 1\n    # no\n";
        assert_eq!(source(text, 0).unwrap(), "a");
    }

    #[test]
    fn a_comment_at_the_margin_moves_to_the_line_behind_it() {
        let text = "def commands():\n# 1\n# 2\n    if x:\n# 3\n        b\n";
        assert_eq!(source(text, 0).unwrap(), "# 1\n# 2\nif x:\n    # 3\n    b");
    }

    #[test]
    fn rez_counts_lines() {
        assert_eq!(source("def commands(): pass\n", 0).unwrap(), "");
        assert_eq!(
            source("@late()\ndef f(\n    x):\n    return x\n", 1).unwrap(),
            "x):\nreturn x"
        );
        assert_eq!(
            source("@late()\n\ndef f():\n    return 1", 1).unwrap(),
            "def f():\n    return 1"
        );
    }

    #[test]
    fn strings_and_brackets_hide_line_ends() {
        let text = "def f():\n    a = '''\nx = '''\n    b = [\n1, # ]\n]\nc = 1\n";
        assert_eq!(
            source(text, 0).unwrap(),
            "    a = '''\nx = '''\n    b = [\n1, # ]\n]"
        );
    }

    #[test]
    fn what_pythons_see_differently_is_declined() {
        for text in [
            "def f():\n    a\n\x0c    b\n",
            "def f():\n    a = '''\n\x0c\n'''\n",
            "def f(): pass\n()\n",
            "def f():\n    a = 1 \\\n\n    b\n",
            "def f():\n    f'{a['b{']}'\n",
            "@g(lambda: 0)\ndef f():\n    pass\n",
            "x = 1\n",
            "@late()\n",
        ] {
            assert_eq!(source(text, 0), None, "{text:?}");
        }
    }
}
