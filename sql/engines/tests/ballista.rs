//! A cluster of Ballista gives the answers of DataFusion alone, from the same files.

#![allow(clippy::unwrap_used, missing_docs)]

use backhaul_sql_engines::{Cluster, alone, fill};

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduler_and_two_executors_answer_as_one_machine_does() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().display().to_string();
    assert_eq!(fill(folder.path(), 9, 12, 8).await.unwrap(), 9 * 12 * 8);
    let cluster = Cluster::start(2).await.unwrap();
    let queries = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
    let mut compared = 0;
    for query in std::fs::read_dir(queries).unwrap() {
        let text = std::fs::read_to_string(query.unwrap().path()).unwrap();
        let one = alone(&store, &text).await.unwrap();
        assert!(one.lines().count() > 3, "{text}\n{one}");
        assert_eq!(cluster.answer(&store, &text).await.unwrap(), one, "{text}");
        compared += 1;
    }
    assert_eq!(compared, 3);
}
