//! The static tier on the fixtures, against what rez said about each (`expected.json`), and
//! on what line ends, a byte order mark and a cut make of them.

mod common;

use std::fs;
use std::path::Path;
use std::thread;

use common::{as_json, expected, folder};
use rezload::{parse_static, Declined, PackageData, Reason};

#[test]
fn what_is_served_is_what_rez_gives() {
    let expected = expected();
    for name in ["static", "dynamic"] {
        for (label, source) in folder(name) {
            if let Ok(package) = parse_static(&source) {
                assert_eq!(as_json(&package), expected[&label]["view"], "{label}");
            }
        }
    }
}

#[test]
fn what_rez_refuses_is_never_served() {
    for name in ["declined", "hostile"] {
        for (label, source) in folder(name) {
            assert!(parse_static(&source).is_err(), "{label}");
        }
    }
}

/// The literal files that the tier declines all the same, with its reasons: a gap is known
/// and only grows on purpose.
#[test]
fn literal_files_are_served_but_for_the_known_gaps() {
    let mut gaps = String::new();
    for (label, source) in folder("static") {
        if let Err(declined) = parse_static(&source) {
            gaps.push_str(&format!("{label} {}\n", declined.reason.code()));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/static_gaps.txt");
    if std::env::var_os("REZLOAD_BLESS").is_some() {
        fs::write(&path, &gaps).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(gaps, known, "REZLOAD_BLESS=1 writes {}", path.display());
}

#[test]
fn line_ends_do_not_matter() {
    for (label, source) in folder("static") {
        if source.contains(&b'\r') {
            continue;
        }
        let before = parse_static(&source);
        for line_end in [&b"\r\n"[..], b"\r"] {
            let changed: Vec<u8> = source
                .split(|byte| *byte == b'\n')
                .collect::<Vec<_>>()
                .join(line_end);
            let after = parse_static(&changed);
            match (&before, &after) {
                (Ok(before), Ok(after)) => assert_eq!(before, after, "{label}"),
                (Err(before), Err(after)) => {
                    assert_eq!(before.reason, after.reason, "{label}");
                    let (before, after) = (before.position(&source), after.position(&changed));
                    assert_eq!(before, after, "{label}");
                }
                // `tokenize` takes a file with lone carriage returns for one line
                (Ok(_), Err(declined)) => assert_eq!(declined.reason, Reason::Encoding, "{label}"),
                (Err(_), Ok(_)) => panic!("{label} is served with {line_end:?}"),
            }
        }
    }
}

#[test]
fn a_byte_order_mark_does_not_matter() {
    for (label, source) in folder("static") {
        if source.starts_with(b"\xef\xbb\xbf") {
            continue;
        }
        let marked = [b"\xef\xbb\xbf", &source[..]].concat();
        match (parse_static(&source), parse_static(&marked)) {
            (Ok(before), Ok(after)) => assert_eq!(before, after, "{label}"),
            // a cookie other than `utf-8` contradicts it
            (_, Err(declined)) if declined.reason == Reason::Encoding => {}
            (Err(before), Err(after)) => assert_eq!(before.reason, after.reason, "{label}"),
            (before, after) => panic!("{label}: {before:?}, {after:?}"),
        }
    }
}

/// Every prefix ends in an answer, with an offset inside the file and a position.
#[test]
fn files_that_are_cut_anywhere_end_in_an_answer() {
    for name in ["static", "dynamic", "declined", "hostile"] {
        for (label, source) in folder(name) {
            // the largest fixtures are about size, not about content
            for end in 0..source.len().min(2000) {
                if let Err(declined) = parse_static(&source[..end]) {
                    assert!(declined.offset <= end, "{label} {end}");
                    assert!(declined.position(&source[..end]).line >= 1);
                }
            }
        }
    }
}

/// What `source` gives on a thread that has read nothing before.
fn alone(source: &[u8]) -> Result<PackageData, Declined> {
    thread::scope(|scope| scope.spawn(|| parse_static(source)).join().unwrap())
}

/// A thread keeps statements of the files that it reads: what each gives is what it gives alone,
/// whole, without any of its lines, and cut behind any.
#[test]
fn files_that_were_read_before_change_nothing() {
    for name in ["static", "dynamic", "declined", "hostile"] {
        for (label, source) in folder(name) {
            let lines: Vec<&[u8]> = source.split_inclusive(|byte| *byte == b'\n').collect();
            let expected = alone(&source);
            for at in 0..lines.len().min(60) {
                let cut = lines[..at].concat();
                let without = [&lines[..at], &lines[at + 1..]].concat().concat();
                for changed in [cut, without] {
                    assert_eq!(parse_static(&changed), alone(&changed), "{label} {at}");
                    assert_eq!(parse_static(&source), expected, "{label} {at}");
                }
            }
        }
    }
}

/// The same for statements that are kept, with what could go on with them on the next line, or
/// mean something else behind them.
#[test]
fn statements_that_were_read_before_change_nothing() {
    let statements = [
        "requires = [\n    'python-3.9',\n    'maya'\n]\n",
        "requires = ['python-3.9', 'maya'] # a comment\n",
        "requires = ['python-3.9', 'maya'];\n",
        "requires = ['python-3.9', 'maya'] + \\\n",
        "requires = ['python-3.9', '!! no request']\n",
        "requires = late = ['python-3.9', 'maya']\n",
        "variants = [['python-3.9'], ['python-3.11', 'qt']]\n",
        "variants = ['python-3.9', 'python-3.11', 'qt']\n",
        "def requires():\n    return ['python-3.9', 'maya']\n",
        "def commands():\n    env.PATH.append('{root}/bin')\n",
        "def commands():\n    if building:\n        env.A = 'something'\n\n    # end\n",
        "def commands(): env.PATH.append('{root}/bin')\n",
        "@late()\ndef tools():\n    return ['one', 'two', 'three']\n",
        "late = 'a string that is long enough'\n",
        "scope = 'a string that is long enough'\n",
        "__doc__ = 'a string that is long enough'\n",
        "__author__ = 'a string that is long enough'\n",
        "timestamp = 1600130053  # of the release, in seconds\n",
        "description = '''some words\n    on two lines'''\n",
        "tools = ('maya', 'mayapy', 'mayabatch', {'x': 1})\n",
        "name = 'a_name_that_is_long_enough_to_be_kept'\n",
        "version = '1.2.3.4.5.6.7.8.9.10.11.12.13'\n",
        "'a string that stands alone, and is long'\n",
        "with scope('config') as c:\n    c.release_packages_path = '/packages'\n",
        "from __future__ import annotations as anything\n",
        "uuid: str = '7e7d5a9c-8c8b-4f0b-9d1e-0d6a5f1c7d11'\n",
    ];
    let next = [
        "",
        "\n\n",
        "x = 1\n",
        "    x = 1\n",
        "    env.B = 'more'\n",
        "        env.B = 'more'\n",
        "  x = 1\n",
        "\tx = 1\n",
        "\x0cx = 1\n",
        "# a comment\n",
        "    # a comment\n    x = 1\n",
        "\\\nx = 1\n",
        "else:\n    x = 1\n",
        "+ ['qt']\n",
        "'more'\n",
        "@late()\ndef uuid():\n    return 'a'\n",
        "x = requires\n",
        "requires = []\n",
        "'''",
        "\u{e9} = 1\n",
        "from __future__ import annotations\n",
    ];
    let behind = ["", " ", " + ['qt']\n", "; x = 1\n", " if x else 1\n", "x\n"];
    for statement in statements {
        let files = next.iter().flat_map(|next| {
            ["", "name = 'a'\nversion = '1'\n"]
                .map(|first| format!("{first}{statement}{next}{statement}{first}"))
        });
        let behind = behind.map(|behind| format!("{}{behind}", statement.trim_end()));
        let files: Vec<String> = files.chain(behind).collect();
        let expected: Vec<_> = files.iter().map(|file| alone(file.as_bytes())).collect();
        for before in &files {
            for (file, expected) in files.iter().zip(&expected) {
                let _ = parse_static(before.as_bytes());
                let after = parse_static(file.as_bytes());
                assert_eq!(&after, expected, "{before}\n---\n{file}");
            }
        }
    }
}

#[test]
fn reasons_have_distinct_codes_and_words() {
    let mut codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Reason::ALL.len());
    for reason in Reason::ALL {
        assert!(!reason.message().is_empty() && !reason.message().ends_with('.'));
        assert!(!reason.hint().is_empty() && !reason.hint().ends_with('.'));
    }
}

/// Time is linear: twice the bytes, about twice the time. Nothing is timed here; a quadratic
/// tier would take minutes on each of these.
#[test]
fn large_files_take_linear_time() {
    let header = "name = 'a'\nversion = '1'\n";
    let n = 200_000;
    let served = [
        "x = 1\n".repeat(n),
        format!("tools = [{}]\n", "'a', ".repeat(n)),
        format!("requires = [{}]\n", "'a-1.2+<3',\n".repeat(n)),
        format!(
            "def commands():\n{}",
            "    env.X = '{root}/bin'\n".repeat(n)
        ),
        format!(
            "def commands():\n    x = [{}]\n",
            "f(a.b, c[0]) if d else e, ".repeat(n / 4)
        ),
        "# comment\n\n".repeat(n),
        format!("x = 'a'\n{}", "x = x + ''\n".repeat(20_000)),
    ];
    for body in served {
        let source = format!("{header}{body}");
        assert!(parse_static(source.as_bytes()).is_ok(), "{:.60}", body);
    }
    let declined = [
        "(".repeat(n),
        format!("x = {}", "[".repeat(n)),
        format!("x = {}1\n", "-".repeat(n)),
        format!("def commands():\n    x = {}\n", "a + ".repeat(n)),
        format!("x = 'a'\n{}", "x = x + x\n".repeat(200)),
        format!(
            "def commands():\n    f({})\n",
            (0..n).map(|i| format!("a{i}=1,")).collect::<String>()
        ),
        (0..n)
            .map(|i| format!("x{i} = [x{}]\n", i.max(1) - 1))
            .collect(),
    ];
    for body in declined {
        let source = format!("{header}{body}");
        assert!(parse_static(source.as_bytes()).is_err(), "{:.60}", body);
    }
}

/// Files that were served once and mustn't be: each is named after what rez or CPython does.
#[test]
fn regressions_decline() {
    let header = "name = 'a'\nversion = '1'\n";
    let block = |depth: usize, line: &str| format!("{}{line}\n", "    ".repeat(depth));
    let nested_elifs: String = (1..=15)
        .map(|depth| {
            let chain = block(depth, "elif a: pass").repeat(199);
            block(depth, "if a: pass") + &chain + &block(depth, "elif a:")
        })
        .collect();
    let nested_withs: String = (1..=17).map(|depth| block(depth, "with a:")).collect();
    let deep = |open: &str, close: &str, empty: &str, times: usize| {
        let line = format!("a = {}a{}\n", open.repeat(20), close.repeat(20));
        format!("a = {empty}\n{}", line.repeat(times))
    };
    let comprehensions = |times: usize| {
        let nested = (0..times).fold("1".to_owned(), |inner, _| format!("[{inner} for a in b]"));
        format!("{nested}\n")
    };
    let cases = [
        (
            "inspect looks for the def inside a string",
            "description = \"\"\"\n@foo\n\"\"\"\ndef\\\n commands():\n    pass\n".to_owned(),
        ),
        (
            "an annotation spells out a long integer",
            format!("def f(x: 0x{}): pass\n", "f".repeat(5000)),
        ),
        (
            "int() counts leading zeros",
            format!("x = int('{}')\n", "0".repeat(5000)),
        ),
        ("a debug flag is annotated", "__debug__: int\n".to_owned()),
        (
            "elif chains inside one another recurse",
            format!("def f():\n{nested_elifs}{}", block(16, "pass")),
        ),
        (
            "nested comprehensions are blocks",
            format!("def f():\n    return {}", comprehensions(21)),
        ),
        (
            "comprehensions in nested blocks",
            format!("def f():\n{nested_withs}{}", block(18, &comprehensions(4))),
        ),
        ("rez walks deep dicts", deep("{'':", "}", "{}", 50)),
        ("deep lists are dropped", deep("[", "]", "[]", 80)),
        ("deep tuples are dropped", deep("(", ",)", "()", 80)),
    ];
    for (what, body) in cases {
        let source = format!("{header}{body}");
        // a small stack shows what recurses; unoptimised frames are several times as large
        let stack = if cfg!(debug_assertions) {
            1 << 20
        } else {
            192 << 10
        };
        let thread = std::thread::Builder::new().stack_size(stack);
        let result = thread.spawn(move || parse_static(source.as_bytes()));
        assert!(result.unwrap().join().unwrap().is_err(), "{what}");
    }
}
