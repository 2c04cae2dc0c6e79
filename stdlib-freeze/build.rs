//! Compiles the curated modules to bytecode and packs them into one file, `frozen.bin`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rustpython_compiler::{compile, CompileOpts, Mode};
use rustpython_compiler_core::frozen::{FrozenCodeObject, FrozenLib, FrozenModule};

#[path = "src/modules.rs"]
mod modules;

/// The name of each module, its source file, and whether it is a package.
type Sources = BTreeMap<String, (PathBuf, bool)>;

fn main() {
    println!("cargo:rerun-if-changed=src/modules.rs");
    let mut sources = Sources::new();
    let lib = Path::new(rustpython_pylib::LIB_PATH);
    for (name, _reason) in modules::CPYTHON {
        let file = lib.join(name.replace('.', "/"));
        let package = file.join("__init__.py");
        if package.exists() {
            sources.insert((*name).to_owned(), (package, true));
        } else {
            sources.insert((*name).to_owned(), (file.with_extension("py"), false));
        }
    }
    // asked while this runs: checkouts that share a target folder share the built script
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let facade = Path::new(&root).join("facade");
    println!("cargo:rerun-if-changed={}", facade.display());
    collect(&facade, "", &mut sources);

    let modules = sources
        .iter()
        .map(|(name, (path, package))| (name.as_str(), freeze(name, path, *package)))
        .collect::<Vec<_>>();
    let out = Path::new(&std::env::var_os("OUT_DIR").expect("cargo sets it")).join("frozen.bin");
    fs::write(
        out,
        FrozenLib::encode(modules.iter().map(|(n, m)| {
            (
                *n,
                FrozenModule {
                    code: FrozenCodeObject {
                        bytes: &m.code.bytes,
                    },
                    package: m.package,
                },
            )
        }))
        .bytes,
    )
    .expect("the output folder can be written");
}

/// Adds every `.py` file below `folder`, whose own module name is `parent`.
fn collect(folder: &Path, parent: &str, sources: &mut Sources) {
    for entry in fs::read_dir(folder).expect("a folder of modules") {
        let path = entry.expect("a readable folder").path();
        println!("cargo:rerun-if-changed={}", path.display());
        let stem = path
            .file_stem()
            .and_then(|s| s.to_str())
            .expect("an ASCII name");
        let name = match parent {
            "" => stem.to_owned(),
            _ => format!("{parent}.{stem}"),
        };
        if path.is_dir() {
            collect(&path, &name, sources);
        } else if path.extension().is_some_and(|e| e == "py") {
            match stem {
                "__init__" => sources.insert(parent.to_owned(), (path, true)),
                _ => sources.insert(name, (path, false)),
            };
        }
    }
}

fn freeze(name: &str, path: &Path, package: bool) -> FrozenModule<Vec<u8>> {
    let source = fs::read_to_string(path).unwrap_or_else(|error| {
        panic!(
            "can't read the source of {name}, {}: {error}",
            path.display()
        )
    });
    let options = CompileOpts {
        optimize: 1,
        debug_ranges: false,
        ..CompileOpts::default()
    };
    let code = compile(&source, Mode::Exec, &format!("<frozen {name}>"), options)
        .unwrap_or_else(|error| panic!("can't compile {name}: {error}"));
    FrozenModule {
        code: FrozenCodeObject::encode(&code),
        package,
    }
}
