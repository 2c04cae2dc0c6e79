//! Whole definitions from the static tier; what rez says of them is compared in
//! `tests/python/test_definition.py`.

use std::fs;
use std::path::{Path, PathBuf};

use rezload::{
    parse_definition, parse_static, Decorator, Definition, LoadError, Loader, Reason, SourceCode,
    Tier, Value,
};

const PATH: &str = "/packages/x/1/package.py";

fn define(source: &str) -> Definition {
    parse_definition(source.as_bytes(), Path::new(PATH)).unwrap()
}

fn reason(source: &str) -> Reason {
    let declined = parse_definition(source.as_bytes(), Path::new(PATH)).unwrap_err();
    declined.reason
}

fn names(definition: &Definition) -> Vec<&str> {
    definition.iter().map(|(name, _)| name).collect()
}

fn string(text: &str) -> Value {
    Value::Str(text.to_owned())
}

/// The fixtures below `folder`, with their labels.
fn fixtures(folder: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut files: Vec<PathBuf> = fs::read_dir(root.join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    files.sort();
    let read = |path: PathBuf| (path.display().to_string(), fs::read(&path).unwrap());
    files.into_iter().map(read).collect()
}

#[test]
fn values_have_their_own_types() {
    let definition = define(
        "a = True\nb = 1\nc = 1.0\nd = 'x'\ne = b'x'\nf = None\ng = ...\nh = (1,)\ni = [1]\n\
         j = {1}\nk = {'a': 1}\nl = 2j\nm = 18446744073709551616\n",
    );
    let one = || Value::Int(1);
    let expected = [
        Value::Bool(true),
        one(),
        Value::Float(1.0),
        string("x"),
        Value::Bytes(b"x".to_vec()),
        Value::None,
        Value::Ellipsis,
        Value::Tuple(vec![one()]),
        Value::List(vec![one()]),
        Value::Set(vec![one()]),
        Value::Dict(vec![(string("a"), one())]),
        Value::Complex {
            real: 0.0,
            imag: 2.0,
        },
        Value::BigInt("18446744073709551616".to_owned()),
    ];
    let values: Vec<_> = definition.into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, expected);
}

#[test]
fn attributes_are_in_the_order_of_their_first_binding() {
    let definition =
        define("b = 1\na = 2\nimport os\nb = 3\nos = 4\nwith scope('z'): x = 1\nc = 5\n");
    assert_eq!(names(&definition), ["b", "a", "os", "c", "z"]);
    assert_eq!(definition.get("b"), Some(&Value::Int(3)));
    assert_eq!(definition.get("x"), None);
    assert_eq!(definition.len(), 5);
    assert!(!definition.is_empty() && define("").is_empty());
}

#[test]
fn functions_that_run_later_are_source_code() {
    let definition = define(
        "@include('a', 'b')\n@late()\ndef requires():\n    return []\ndef helper():\n    pass\n",
    );
    let expected = SourceCode {
        // two decorators and the `def` are three lines
        source: "return []".to_owned(),
        funcname: Some("requires".to_owned()),
        decorators: vec![
            Decorator::Late,
            Decorator::Include(vec!["a".to_owned(), "b".to_owned()]),
        ],
        filepath: PathBuf::from(PATH),
        eval_as_function: true,
    };
    assert_eq!(names(&definition), ["requires"]);
    assert_eq!(
        definition.get("requires"),
        Some(&Value::SourceCode(Box::new(expected)))
    );
}

#[test]
fn the_declined_say_why() {
    assert_eq!(
        reason("def preprocess(this, data): pass\n"),
        Reason::Preprocess
    );
    assert_eq!(reason("from __future__ import division\n"), Reason::Object);
    assert_eq!(reason("a = [{'__b': 1}]\nc = a[0]\n"), Reason::Alias);
    assert_eq!(
        reason("def commands():\n    a\n\x0c    b\n"),
        Reason::SourceLines
    );
    assert_eq!(reason("a = '\\ud800'\n"), Reason::Surrogate);
    let source = b"a = 1\r\nb = 2\r\ndef commands(): pass\r\n()\r\n";
    let declined = parse_definition(source, Path::new(PATH)).unwrap_err();
    assert_eq!(declined.position(source).line, 3);
}

/// The definition has the solver's fields as they are written, and no more is asked of them.
#[test]
fn what_the_solver_is_served_has_a_definition() {
    let without = [
        Reason::Preprocess,
        Reason::Object,
        Reason::Surrogate,
        Reason::SourceLines,
    ];
    for (label, source) in fixtures("static") {
        if parse_static(&source).is_err() {
            continue;
        }
        match parse_definition(&source, Path::new(PATH)) {
            Ok(definition) => assert!(definition.get("name").is_some(), "{label}"),
            Err(declined) => assert!(without.contains(&declined.reason), "{label} {declined:?}"),
        }
    }
}

#[test]
fn files_that_are_cut_anywhere_end_in_an_answer() {
    for folder in [
        "static",
        "dynamic",
        "declined",
        "definition/served",
        "definition/declined",
    ] {
        for (label, source) in fixtures(folder) {
            for end in 0..source.len().min(2000) {
                if let Err(declined) = parse_definition(&source[..end], Path::new(PATH)) {
                    assert!(declined.offset <= end, "{label} {end}");
                }
            }
        }
    }
}

#[test]
fn line_ends_and_marks_do_not_matter() {
    for (label, source) in fixtures("definition/served") {
        if source.contains(&b'\r') || source.starts_with(b"\xef\xbb\xbf") {
            continue;
        }
        let text = String::from_utf8(source).unwrap();
        let expected = define(&text);
        for changed in [text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
            assert_eq!(define(&changed), expected, "{label}");
        }
        if !text.starts_with("# -*-") {
            assert_eq!(define(&format!("\u{feff}{text}")), expected, "{label}");
        }
    }
}

/// Nothing is timed here; a quadratic tier would take minutes on each of these.
#[test]
fn large_files_take_linear_time() {
    let n = 100_000;
    let sources = [
        (0..n).map(|i| format!("x{i} = {i}\n")).collect(),
        format!("x = [{}]\n", "1.5, ".repeat(n)),
        format!(
            "x = {{{}}}\n",
            (0..n).map(|i| format!("'{i}': {i},")).collect::<String>()
        ),
        format!("def commands():\n{}", "    # c\n    x = 1\n".repeat(n)),
        format!("def commands():\n{}", "# c\n".repeat(n) + "    x\n"),
        "def commands():\n    x\n".repeat(n),
        "with scope('a') as a: a.x = 1\n".repeat(200),
    ];
    for source in sources {
        assert!(!define(&source).is_empty(), "{:.60}", source);
    }
    assert_eq!(
        reason(&format!("x = 'a'\n{}", "x = x + x\n".repeat(200))),
        Reason::TooBig
    );
}

#[test]
fn a_loaded_definition_says_where_it_is_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("package.py");
    fs::write(&path, "def commands():\n    x\n").unwrap();
    let loaded = Loader::new().definition(&path).unwrap();
    assert_eq!((loaded.tier, &loaded.path), (Tier::Static, &path));
    assert!(loaded.declined.is_empty());
    let Some(Value::SourceCode(code)) = loaded.definition.get("commands") else {
        panic!("{loaded:?}");
    };
    #[cfg(unix)]
    assert_eq!(code.filepath, fs::canonicalize(&path).unwrap());
    assert!(!code.filepath.to_string_lossy().starts_with(r"\\?\"));

    fs::write(&path, "x = 1\nif x:\n    pass\n").unwrap();
    let error = Loader::new().definition(&path).unwrap_err();
    assert!(
        matches!(&error, LoadError::Declined { path: asked, declined }
        if *asked == path && declined[0].declined.reason == Reason::If)
    );
    let missing = folder.path().join("missing.py");
    let error = Loader::new().definition(&missing).unwrap_err();
    assert!(matches!(error, LoadError::Read { path, .. } if path == missing));
}
