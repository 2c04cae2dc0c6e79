fn main() {
    use std::io::Read;
    let mut served = 0; let mut total = 0;
    let mut reasons = std::collections::BTreeMap::new();
    let verbose = std::env::args().nth(1);
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).unwrap();
    for path in input.lines() {
        let bytes = std::fs::read(path).unwrap();
        total += 1;
        match rezload::parse_static(&bytes) {
            Ok(_) => served += 1,
            Err(d) => {
                *reasons.entry(d.reason.code()).or_insert(0) += 1;
                if verbose.as_deref() == Some(d.reason.code()) {
                    let p = d.position(&bytes);
                    let line = String::from_utf8_lossy(&bytes).lines().nth(p.line-1).unwrap_or("").to_string();
                    println!("{path}:{}:{}: {}", p.line, p.column, line);
                }
            }
        }
    }
    println!("{served}/{total}");
    let mut r: Vec<_> = reasons.into_iter().collect();
    r.sort_by_key(|x| -x.1);
    for (k,v) in r { println!("{v:6} {k}"); }
}
