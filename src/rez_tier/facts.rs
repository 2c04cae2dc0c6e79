//! What the Python that has rez says of itself: to the VM tier, and to whoever compares with it.

use super::error::RezError;
use super::helper::line_of;
use super::RezTier;

/// What is run with `-c`.
#[cfg(feature = "vm")]
const SCRIPT: &str = include_str!("facts.py");

/// What its line begins with.
#[cfg(feature = "vm")]
const MARK: &str = "rezload-facts\t";

/// A CPython, as a definition may ask about it.
#[cfg(feature = "vm")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PythonFacts {
    /// `sys.version_info[:3]`.
    pub version: (u8, u8, u8),
    /// The modules of Python 2 that it can't import.
    pub missing: Vec<String>,
    /// `rez.__version__`.
    pub rez: Option<String>,
}

impl RezTier {
    /// The line that begins with `mark` of what the Python that has rez prints when it runs
    /// `script`, without the mark. It is started for this, and ends.
    pub(crate) fn line_of(&self, script: &str, mark: &str) -> Result<String, RezError> {
        line_of(self.pool.found()?, script, mark, &self.pool.settings)
    }

    /// Asks the Python that has rez about itself.
    #[cfg(feature = "vm")]
    pub(crate) fn facts(&self) -> Result<PythonFacts, RezError> {
        let interpreter = self.pool.found()?;
        let line = self.line_of(SCRIPT, MARK)?;
        parse(&line).map_err(|reason| RezError::NotStarted {
            python: interpreter.program.clone(),
            reason,
            stderr: String::new(),
        })
    }
}

#[cfg(feature = "vm")]
fn parse(line: &str) -> Result<PythonFacts, String> {
    let mut parts = line.split('\t');
    let mut version = parts.next().unwrap_or_default().split(' ');
    match version.next() {
        Some("cpython") => {}
        other => {
            return Err(format!(
                "it is no CPython, but {}",
                other.unwrap_or("nothing")
            ))
        }
    }
    let mut number = || version.next().and_then(|number| number.parse().ok());
    let (Some(major), Some(minor), Some(micro)) = (number(), number(), number()) else {
        return Err(format!("it doesn't say its version: {line}"));
    };
    let words = parts.next().unwrap_or_default().split(' ');
    let words = words.filter(|word| !word.is_empty());
    let rez = parts.next().filter(|version| !version.is_empty());
    if parts.next().is_some_and(|flags| flags != "0") {
        return Err("it runs with -O or -bb, which change what Python does".to_owned());
    }
    Ok(PythonFacts {
        version: (major, minor, micro),
        missing: words.map(str::to_owned).collect(),
        rez: rez.map(str::to_owned),
    })
}

#[cfg(all(test, feature = "vm"))]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_read() {
        let facts = parse("cpython 3 9 7\tQueue StringIO\t2.112.0").unwrap();
        assert_eq!(facts.version, (3, 9, 7));
        assert_eq!(facts.missing, ["Queue", "StringIO"]);
        assert_eq!(facts.rez.as_deref(), Some("2.112.0"));
        let bare = parse("cpython 3 13 0\t\t").unwrap();
        assert_eq!((bare.missing.len(), bare.rez), (0, None));
    }

    #[test]
    fn another_python_is_refused() {
        assert!(parse("pypy 3 10 14\t\t3.4.0").unwrap_err().contains("pypy"));
        for line in ["", "cpython", "cpython 3 x 1\t\t", "cpython 3 900 1\t\t"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
