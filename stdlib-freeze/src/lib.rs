//! The curated Python standard library that the VM tier freezes into the binary.
//!
//! The VM tier is not built yet, so this crate holds no module. Each module that it
//! will hold is listed here with the reason why it is there; nothing is frozen
//! because it might be useful.
