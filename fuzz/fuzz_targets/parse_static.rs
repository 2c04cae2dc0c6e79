//! Any bytes end in an answer: no panic, no endless loop, an offset inside the file, and the
//! same answer with a byte order mark in front.
//!
//!     cargo install cargo-fuzz   # on a stable toolchain, RUSTC_BOOTSTRAP=1 stands in for nightly
//!     cargo +nightly fuzz run parse_static tests/fixtures/static -- -timeout=1
//!
//! Whether the answers are right is what `tests/python/mutate.py` asks real rez.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &[u8]| {
    let answer = rezload::parse_static(source);
    if let Err(declined) = &answer {
        assert!(declined.offset <= source.len());
        let position = declined.position(source);
        assert!(position.line >= 1 && position.column >= 1);
    }
    if let Err(declined) = rezload::parse_definition(source, "package.py".as_ref()) {
        assert!(declined.offset <= source.len());
    }
    if !source.starts_with(b"\xef\xbb\xbf") {
        let marked = [b"\xef\xbb\xbf", source].concat();
        if let (Ok(plain), Ok(marked)) = (&answer, &rezload::parse_static(&marked)) {
            assert_eq!(plain, marked);
        }
    }
});
