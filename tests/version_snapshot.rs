//! Compares versions, ranges and requests with the answers of rez 3.4.0 in `tests/data/requests.tsv`.

#[path = "../examples/version_answers.rs"]
#[allow(dead_code)]
mod version_answers;

#[test]
fn answers_are_those_of_rez() {
    let snapshot = include_str!("data/requests.tsv");
    let rows = snapshot.lines().filter(|line| !line.starts_with('#'));
    let mut count = 0;
    for row in rows {
        let (question, expected) = row.rsplit_once('\t').expect("an answer after the last tab");
        assert_eq!(version_answers::answer(question), expected, "{question}");
        count += 1;
    }
    assert!(count > 500, "only {count} rows");
}
