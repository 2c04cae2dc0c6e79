//! Where the command line writes, and how foreign text is made safe to show.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Write as _;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

use crate::error::LoadError;

pub(super) const NAME: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const WARN: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const HELP: Style = AnsiColor::Cyan.on_default().bold();

/// Standard output for data, standard error for everything else.
pub(super) struct Output {
    stdout: BufWriter<AutoStream<StdoutLock<'static>>>,
    choice: ColorChoice,
    /// The hint that was given last.
    hint: Cell<&'static str>,
}

impl Output {
    /// For JSON, or for people: to a pipe these are given text without what only a terminal
    /// understands, and that is more than colours.
    pub fn new(color: clap::ColorChoice, json: bool) -> Self {
        let choice = match color {
            clap::ColorChoice::Auto => ColorChoice::Auto,
            clap::ColorChoice::Always => ColorChoice::Always,
            clap::ColorChoice::Never => ColorChoice::Never,
        };
        let kept = if json {
            ColorChoice::AlwaysAnsi
        } else {
            choice
        };
        Output {
            stdout: BufWriter::new(AutoStream::new(io::stdout().lock(), kept)),
            choice,
            hint: Cell::new(""),
        }
    }

    /// Writes one line of data.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        self.stdout.write_all(line.as_bytes())?;
        self.stdout.write_all(b"\n")
    }

    /// Writes data that has its line ends.
    pub fn data(&mut self, lines: &[u8]) -> io::Result<()> {
        self.stdout.write_all(lines)
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }

    /// Ends the data. What can't be written is dropped, so that nothing is tried again.
    pub fn finish(&mut self) -> io::Result<()> {
        self.flush()
    }

    /// Writes `message` to standard error; if even that fails, nobody can be told.
    pub fn error(&self, message: &str) {
        self.message(&format!("{BAD}error{BAD:#}"), message);
    }

    /// Writes why a file isn't loaded; the hint that belongs to it only once.
    pub fn load_error(&self, error: &LoadError) {
        match error {
            LoadError::Refused { refusal, .. } => {
                // rez's messages have lines, which a path hasn't
                let text = error.to_string();
                let rest = refusal
                    .message
                    .split_once('\n')
                    .map_or("", |(_, rest)| rest);
                self.error(text.strip_suffix(rest).unwrap_or(&text).trim_end());
                for line in rest.lines() {
                    self.raw(&format!("  {DIM}|{DIM:#} {}", printable(line)));
                }
            }
            LoadError::Rez { error: rez, .. } => {
                self.error(&error.to_string());
                for line in rez.stderr().lines() {
                    self.raw(&format!("  {DIM}|{DIM:#} {}", printable(&cut(line))));
                }
                self.hint_once(rez.hint());
            }
            LoadError::Declined { .. } => {
                self.error(&error.to_string());
                self.hint_once(
                    "`rezload explain`, with the same options, says why each tier declines, and \
                     what to change",
                );
            }
            LoadError::Read { path, source } => {
                self.error(&error.to_string());
                // a folder was given, or the file in it
                let is_folder = path.ends_with("package.py")
                    && path.parent().is_some_and(|folder| folder.is_dir());
                if source.kind() == io::ErrorKind::NotFound && is_folder {
                    self.hint_once("`rezload scan` loads repositories, `load` single packages");
                }
            }
            error => self.error(&error.to_string()),
        }
    }

    /// Writes what helps, unless that was the last hint.
    fn hint_once(&self, hint: &'static str) {
        if self.hint.replace(hint) != hint {
            self.raw(&format!("  {HELP}hint{HELP:#}: {}", printable(hint)));
        }
    }

    /// Writes `message`, which is about something that is served all the same.
    pub fn warning(&self, message: &str) {
        self.message(&format!("{WARN}warning{WARN:#}"), message);
    }

    /// Writes what is being done to standard error.
    pub fn note(&self, message: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.choice);
        let _ = writeln!(stderr, "{DIM}{}{DIM:#}", printable(message));
    }

    fn message(&self, kind: &str, message: &str) {
        self.raw(&format!("{kind}: {}", printable(message)));
    }

    /// Writes a line that is safe to show to standard error.
    fn raw(&self, line: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.choice);
        let _ = writeln!(stderr, "{line}");
    }
}

/// `text` without anything that a terminal would obey: control characters and those that
/// reorder or hide text are written as escapes.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        push_printable(&mut safe, character);
    }
    Cow::Owned(safe)
}

pub(super) fn counted(count: usize, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

/// The beginning of a very long line, of which JSON has all.
fn cut(line: &str) -> Cow<'_, str> {
    match line.char_indices().nth(LINE) {
        Some((end, _)) => Cow::Owned(format!("{} ...", &line[..end])),
        None => Cow::Borrowed(line),
    }
}

/// A path in printable form; bytes that aren't UTF-8 become U+FFFD.
pub(super) fn printable_path(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // the bidirectional controls of CVE-2021-42574, and invisible joiners
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
        )
}

fn push_printable(safe: &mut String, character: char) {
    if !is_unsafe(character) {
        safe.push(character);
    } else if u32::from(character) < 0x100 {
        let _ = write!(safe, "\\x{:02x}", u32::from(character));
    } else {
        let _ = write!(safe, "\\u{{{:x}}}", u32::from(character));
    }
}

/// A source line as it is shown.
pub(super) struct Snippet {
    /// The line, or the part of it around the caret.
    pub text: String,
    /// How many columns stand before the caret.
    pub caret: usize,
}

/// How many characters of a line that a process wrote are shown.
const LINE: usize = 300;

/// How many characters of a line are shown before and after the caret.
const CONTEXT: usize = 60;

/// The line of `source` that holds byte `offset`.
pub(super) fn snippet(source: &[u8], offset: usize) -> Snippet {
    let offset = offset.min(source.len());
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let start = source[..offset]
        .iter()
        .rposition(is_end)
        .map_or(0, |at| at + 1);
    let end = source[offset..]
        .iter()
        .position(is_end)
        .map_or(source.len(), |at| offset + at);

    let before = decode(&source[start..offset]);
    let before = before.trim_start_matches('\u{feff}');
    let after = decode(&source[offset..end]);

    let hidden = before.chars().count().saturating_sub(CONTEXT);
    let mut text = String::new();
    if hidden > 0 {
        text.push_str("... ");
    }
    before
        .chars()
        .skip(hidden)
        .for_each(|c| push_source(&mut text, c));
    let caret = width(&text);
    after
        .chars()
        .take(CONTEXT)
        .for_each(|c| push_source(&mut text, c));
    if after.chars().nth(CONTEXT).is_some() {
        text.push_str(" ...");
    }
    Snippet { text, caret }
}

/// Source bytes as text: what isn't UTF-8 is shown as `\xff`.
fn decode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

fn push_source(text: &mut String, character: char) {
    match character {
        '\t' => text.push_str("    "),
        _ => push_printable(text, character),
    }
}

fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidirectional_characters_are_escaped() {
        assert_eq!(
            printable("a\x1b[31m\u{202e}b\r\u{9b}"),
            "a\\x1b[31m\\u{202e}b\\x0d\\x9b"
        );
        assert_eq!(printable("déjà vu"), "déjà vu");
    }

    #[test]
    fn a_snippet_is_the_line_of_the_offset() {
        let shown = snippet(b"a = 1\r\n\tb = \x1b[0m\n", 8);
        assert_eq!(shown.text, "    b = \\x1b[0m");
        assert_eq!(shown.caret, 4);
    }

    #[test]
    fn a_snippet_at_the_end_of_the_file_is_empty() {
        let shown = snippet(b"a = 1\n", 6);
        assert_eq!((shown.text.as_str(), shown.caret), ("", 0));
        let past = snippet(b"", 10);
        assert_eq!((past.text.as_str(), past.caret), ("", 0));
    }

    #[test]
    fn a_caret_after_wide_characters_counts_columns() {
        let source = "x = '漢字', f()".as_bytes();
        let offset = source.len() - 3;
        assert_eq!(snippet(source, offset).caret, 12);
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let mut source = vec![b'x'; 1 << 20];
        source[1 << 19] = b'!';
        let shown = snippet(&source, 1 << 19);
        assert!(shown.text.len() < 200);
        assert_eq!(shown.text.as_bytes()[shown.caret], b'!');
    }

    #[test]
    fn bytes_that_are_not_utf8_are_shown_as_escapes() {
        assert_eq!(snippet(b"x = '\xff'", 0).text, "x = '\\xff'");
    }
}
