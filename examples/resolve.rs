//! Resolves package requests without Python: rezload loads the packages, the solver of
//! another project, `rer-resolver`, picks them.
//!
//!     cargo run --release --features yaml --example resolve -- REPO REQUEST...
//!     cargo run --release --features yaml --example resolve -- REPO < REQUESTS
//!
//! `REPO` is one repository or several, as in rez's REZ_PACKAGES_PATH. Without requests each
//! line of standard input is a resolve of its own. A resolve prints one line: the variants,
//! sorted, as `name-version[index]`, or `failed`.
//!
//! The solver asks for one family at a time, mostly with the range that it is interested in,
//! so few definitions are read: that is what `Repositories::load_family` is for.

use std::cell::RefCell;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::rc::Rc;

use rer_resolver::rez_solver::{FamilyLoader, PackageRepo, Requirement, Solver};
use rer_resolver::PackageData;
use rezload::version::{PackageRequest, VersionRange};
use rezload::Repositories;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(paths) = args.next() else {
        eprintln!("usage: resolve REPO [REQUEST]...");
        return ExitCode::from(2);
    };
    let requests: Vec<String> = args.collect();
    let resolver = Resolver::new(&paths);
    let done = if requests.is_empty() {
        io::stdin().lock().lines().try_for_each(|line| {
            let line = line?;
            let requests: Vec<&str> = line.split_whitespace().collect();
            show(&resolver.resolve(&requests)?)
        })
    } else {
        let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
        resolver.resolve(&requests).and_then(|found| show(&found))
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn show(found: &Option<Vec<String>>) -> io::Result<()> {
    let line = match found {
        Some(variants) => variants.join(" "),
        None => "failed".to_owned(),
    };
    writeln!(io::stdout(), "{line}")
}

struct Resolver {
    packages: Rc<PackageRepo>,
    /// What isn't served. A resolve without it could give something else than rez's.
    problems: Rc<RefCell<Vec<String>>>,
}

impl Resolver {
    fn new(paths: &str) -> Self {
        let repositories = Repositories::new(std::env::split_paths(paths));
        let problems = Rc::new(RefCell::new(Vec::new()));
        let noted = Rc::clone(&problems);
        let load: FamilyLoader = Box::new(move |family, range| {
            let range = range.and_then(|range| VersionRange::parse(&range.to_string()).ok());
            let items = match repositories.load_family(family, range.as_ref()) {
                Ok(items) => items,
                Err(error) => vec![Err(error)],
            };
            let mut packages = Vec::with_capacity(items.len());
            for item in items {
                match item {
                    Ok(package) => packages.push(package.data),
                    Err(error) => noted.borrow_mut().push(error.to_string()),
                }
            }
            packages.into_iter().map(for_solver).collect()
        });
        Resolver {
            packages: Rc::new(PackageRepo::with_loader(load)),
            problems,
        }
    }

    /// The variants of a resolve, `None` when there is none.
    fn resolve(&self, requests: &[&str]) -> io::Result<Option<Vec<String>>> {
        let mut list = Vec::with_capacity(requests.len());
        for request in requests {
            // the solver panics on what isn't one
            let request = PackageRequest::parse(request).map_err(io::Error::other)?;
            list.push(Requirement::parse(&request.to_string()));
        }
        let found = Solver::new(list, Rc::clone(&self.packages))
            .ok()
            .and_then(|mut solver| {
                solver.solve();
                solver.resolved_packages()
            });
        if let Some(problem) = self.problems.borrow().first() {
            return Err(io::Error::other(problem.clone()));
        }
        Ok(found.map(|variants| {
            let mut names: Vec<String> = variants
                .iter()
                .map(|variant| {
                    let index = variant.index().map(|index| index.to_string());
                    let index = index.unwrap_or_default();
                    format!("{}-{}[{index}]", variant.name(), variant.version())
                })
                .collect();
            names.sort();
            names
        }))
    }
}

/// What the solver wants to know of a package.
fn for_solver(package: rezload::PackageData) -> (String, PackageData) {
    let strings = |requests: Vec<rezload::CompactString>| {
        let requests = requests.into_iter().map(|request| request.into_string());
        requests.collect::<Vec<_>>()
    };
    let data = PackageData {
        requires: strings(package.requires),
        variants: package.variants.into_iter().map(strings).collect(),
    };
    (package.version.into_string(), data)
}
