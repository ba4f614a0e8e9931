use object_store::memory::InMemory;

use super::*;

pub(super) type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

const DAY: i64 = 86_400;
/// 2026-10-01.
const START: i64 = 1_790_812_800;

pub(super) fn at(day: i64) -> Result<Timestamp> {
    Ok(Timestamp::from_second(START + day * DAY)?)
}

pub(super) fn date(day: i64) -> Result<Date> {
    Ok(at(day)?.to_zoned_datetime(TimeZone::UTC).date())
}

pub(super) fn row(system: &str, tenant: &str, used: Option<i64>, at: Timestamp) -> Row {
    Row {
        system: system.to_owned(),
        server: "s".to_owned(),
        tenant: Some(tenant.to_owned()),
        tenant_id: Some(format!("ID-{tenant}")),
        repository: Some("r".to_owned()),
        used_bytes: used,
        capacity_bytes: Some(1000),
        free_bytes: Some(300),
        available: Some(true),
        collected_at: Some(at),
        ..Row::default()
    }
}

pub(super) async fn save(store: &Store, day: i64, rows: &[Row]) -> Result<usize> {
    let mut run = store.run(at(day)?);
    run.push(rows)?;
    Ok(run.finish().await?)
}

/// Three days, two systems.
pub(super) async fn filled() -> Result<Store> {
    let store = Store::of(Arc::new(InMemory::new()), "memory");
    for day in 0..3 {
        let (at, used) = (at(day)?, Some(100 + day));
        let rows = [row("em", "a", used, at), row("em", "b", None, at), row("vb365", "Zoë <b>", Some(i64::MAX), at)];
        assert_eq!(save(&store, day, &rows).await?, 3);
    }
    Ok(store)
}

#[tokio::test]
async fn what_was_saved_is_read_as_it_was() -> Result {
    let store = filled().await?;
    assert_eq!(store.all_files().await?.len(), 6);
    let history = store.history(at(0)?, at(9)?).await?;
    assert_eq!((history.files, history.series.len(), history.unreadable.len()), (6, 3, 0));
    let newest = |tenant: &str| history.series.iter().find(|it| it.row.tenant.as_deref() == Some(tenant)).ok_or("none");
    assert_eq!(newest("a")?.row, row("em", "a", Some(102), at(2)?));
    assert_eq!(newest("Zoë <b>")?.row, row("vb365", "Zoë <b>", Some(i64::MAX), at(2)?));
    let points: Vec<_> = newest("a")?.points.iter().map(|it| (it.second, it.used_bytes(), it.taken_bytes())).collect();
    let wanted: Vec<_> = (0..3).map(|day| (START + day * DAY, Some(100 + day), Some(700))).collect();
    assert_eq!(points, wanted);
    let one_day = store.history(at(1)?, at(1)?).await?;
    assert!(one_day.series.iter().all(|it| it.points.len() == 1));
    Ok(())
}

#[tokio::test]
async fn compacting_loses_and_doubles_nothing_even_when_cut_short() -> Result {
    let store = filled().await?;
    save(&store, 0, &[row("em", "a", Some(7), at(0)?)]).await?;
    let before = store.history(at(0)?, at(9)?).await?;
    let old: Vec<_> =
        store.all_files().await?.into_iter().filter(|file| file.day == date(0).unwrap_or_default()).collect();
    let mut kept = Vec::new();
    for file in &old {
        kept.push((file.path.clone(), store.fetch(file).await?));
    }
    assert_eq!(store.compact(date(1)?).await?, Compacted { before: 2, after: 1 });
    let points = |history: &History| {
        let mut all: Vec<_> = history.series.iter().map(|it| (it.row.tenant.clone(), it.points.clone())).collect();
        all.iter_mut().for_each(|(_, points)| points.sort_by_key(|it| (it.second, it.used_bytes())));
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    };
    assert_eq!(points(&store.history(at(0)?, at(9)?).await?), points(&before));
    // As if it had ended before the old files were removed.
    for (path, content) in kept {
        store.put(&path, content, PutMode::Overwrite).await?;
    }
    assert_eq!(points(&store.history(at(0)?, at(9)?).await?), points(&before));
    store.compact(date(1)?).await?;
    assert_eq!(points(&store.history(at(0)?, at(9)?).await?), points(&before));

    // A compacted file is compacted once more, cut short again, while somebody else did the same.
    let [one] = &store.files(date(0)?, date(0)?).await?[..1] else { return Err("no file".into()) };
    let whole = store.fetch(one).await?;
    save(&store, 0, &[row("em", "late", Some(3), at(0)?)]).await?;
    let before = store.history(at(0)?, at(9)?).await?;
    store.compact(date(1)?).await?;
    store.put(&one.path, whole, PutMode::Overwrite).await?;
    let of_day = store.files(date(0)?, date(0)?).await?;
    let larger = of_day.iter().find(|file| file.system == "em" && file.path != one.path).ok_or("no file")?;
    let twin = Path::from(format!("{}/compacted-0.parquet", store.partition(date(0)?, "em")));
    store.put(&twin, store.fetch(larger).await?, PutMode::Create).await?;
    assert_eq!(points(&store.history(at(0)?, at(9)?).await?), points(&before));
    assert_eq!((of_day.len() + 1, store.files_once(date(0)?, date(0)?).await?.len()), (4, 2), "em's and vb365's");
    store.compact(date(1)?).await?;
    assert_eq!(points(&store.history(at(0)?, at(9)?).await?), points(&before));
    assert_eq!(store.files(date(0)?, date(0)?).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_tenant_and_old_days_can_be_removed() -> Result {
    let store = filled().await?;
    let mut subtenant = row("em", "a1", Some(1), at(2)?);
    subtenant.parent_tenant = Some("a".to_owned());
    save(&store, 2, &[subtenant]).await?;
    assert_eq!(store.delete_tenant("a").await?, 4);
    assert_eq!(store.delete_tenant("id-zoë <b>").await?, 3);
    let left = store.history(at(0)?, at(9)?).await?;
    assert!(left.series.len() == 1 && left.series.iter().all(|it| it.row.tenant.as_deref() == Some("b")));
    assert_eq!(store.prune(date(2)?).await?, 2);
    assert_eq!(store.all_files().await?.len(), 1);
    Ok(())
}

/// A subtenant's row names its tenant, whose name may have been another in each run.
#[tokio::test]
async fn a_tenant_that_is_removed_by_id_takes_its_subtenants_along() -> Result {
    let store = Store::of(Arc::new(InMemory::new()), "memory");
    for (day, name) in [(0, "a"), (1, "A Ltd")] {
        let tenant = Row { tenant_id: Some("4711".to_owned()), ..row("em", name, Some(9), at(day)?) };
        let mut inside = row("em", "inside", Some(1), at(day)?);
        (inside.tenant_kind, inside.parent_tenant) = (Some("subtenant".to_owned()), Some(name.to_owned()));
        let elsewhere = Row { server: "another".to_owned(), tenant: Some("of another".to_owned()), ..inside.clone() };
        save(&store, day, &[tenant, inside, elsewhere]).await?;
    }
    assert_eq!(store.delete_tenant("4711").await?, 4);
    let left = store.history(at(0)?, at(9)?).await?;
    let [elsewhere] = left.series.as_slice() else { return Err("one series".into()) };
    assert_eq!((elsewhere.row.server.as_str(), elsewhere.points.len()), ("another", 2));
    Ok(())
}

#[tokio::test]
async fn what_is_not_ours_is_told_and_never_summed() -> Result {
    let store = filled().await?;
    let folder = store.partition(date(1)?, "em");
    let whole = store.fetch(store.all_files().await?.first().ok_or("no file")?).await?;
    let half = whole.slice(..whole.len() / 2);
    store.put(&Path::from(format!("{folder}/half.parquet")), half, PutMode::Create).await?;
    store.put(&Path::from(format!("{folder}/notes.txt")), Bytes::from_static(b"?"), PutMode::Create).await?;
    store.put(&Path::from(format!("{folder}/text.parquet")), Bytes::from_static(b"PAR1?"), PutMode::Create).await?;
    let history = store.history(at(0)?, at(9)?).await?;
    assert_eq!((history.series.len(), history.unreadable.len()), (3, 2));
    assert!(history.unreadable.iter().all(|error| error.to_string().contains("no whole Parquet file")));
    let verified = store.verify().await?;
    assert_eq!((verified.files, verified.rows, verified.unreadable.len()), (6, 9, 2));
    // Deleting on request must not claim what it cannot know.
    assert!(store.delete_tenant("a").await.is_err());
    Ok(())
}

#[tokio::test]
async fn every_prefix_of_a_file_is_told_and_none_panics() -> Result {
    let store = filled().await?;
    let files = store.all_files().await?;
    let file = files.first().ok_or("no file")?;
    let whole = store.fetch(file).await?;
    for length in (0..whole.len()).step_by(7) {
        assert!(file::Reader::new(file, "x".to_owned(), whole.slice(..length)).is_err(), "{length}");
    }
    Ok(())
}

#[tokio::test]
async fn folders_are_made_to_write_and_never_to_read() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("store");
    let name = path.to_str().ok_or("a path")?;
    assert!(Store::open(name).is_err_and(|error| error.kind() == StoreErrorKind::Missing));
    assert!(!path.exists());
    let store = Store::create(name)?;
    save(&store, 0, &[row("em", "a", Some(1), at(0)?)]).await?;
    let [file] = &Store::open(name)?.all_files().await?[..] else { return Err("one file".into()) };
    assert!(file.path().starts_with("day=2026-10-01/system=em/20261001T000000Z-"), "{}", file.path());
    for wrong in ["ftp://x", "s3://"] {
        assert!(Store::open(wrong).is_err_and(|error| error.kind() == StoreErrorKind::Address));
    }
    Ok(())
}

#[tokio::test]
async fn two_collectors_at_once_write_both() -> Result {
    let store = Store::of(Arc::new(InMemory::new()), "memory");
    let (a, b) = ([row("em", "a", Some(1), at(0)?)], [row("em", "b", Some(1), at(0)?)]);
    let (a, b) = futures_util::join!(save(&store, 0, &a), save(&store, 0, &b));
    assert_eq!((a?, b?, store.all_files().await?.len()), (1, 1, 2));
    Ok(())
}

#[tokio::test]
async fn years_of_runs_are_read_to_the_second() -> Result {
    let store = Store::of(Arc::new(InMemory::new()), "memory");
    for day in (0..800).step_by(8) {
        save(&store, day, &[row("em", "a", Some(day), at(day)?)]).await?;
    }
    let points = |history: History| history.series.into_iter().next().map_or(0, |series| series.points.len());
    assert_eq!(points(store.history(at(0)?, at(799)?).await?), 100);
    assert_eq!(points(store.history(at(8)?, at(792)?).await?), 99);
    let second = |days: i64, seconds: i64| Timestamp::from_second(START + days * DAY + seconds);
    assert_eq!(points(store.history(second(8, 1)?, second(792, -1)?).await?), 97);
    Ok(())
}

/// A run of which a part failed says nothing of what it lacks.
#[tokio::test]
async fn nobody_is_gone_for_a_run_that_is_not_whole() -> Result {
    let store = Store::of(Arc::new(InMemory::new()), "memory");
    save(&store, 0, &[row("em", "a", Some(1), at(0)?), row("em", "b", Some(2), at(0)?)]).await?;
    save(&store, 1, &[Row { partial: true, ..row("em", "b", None, at(1)?) }]).await?;
    let gone = |history: History| history.series.into_iter().filter(|series| series.is_gone).count();
    assert_eq!(gone(store.history(at(0)?, at(1)?).await?), 0);
    save(&store, 2, &[row("em", "b", Some(2), at(2)?)]).await?;
    assert_eq!(gone(store.history(at(0)?, at(2)?).await?), 1);
    Ok(())
}

/// A tenant that left is no part of what grows, and the day its quota is full will not come.
#[tokio::test]
async fn what_is_gone_has_no_future() -> Result {
    let store = Store::of(Arc::new(InMemory::new()), "memory");
    for day in 0..9 {
        let of =
            |tenant, used| Row { quota_bytes: Some(500), ..row("em", tenant, Some(used), at(day).unwrap_or_default()) };
        let [stays, left] = [of("stays", 100 + day), of("left", 100 + 9 * day)];
        save(&store, day, &if day < 7 { vec![left, stays] } else { vec![stays] }).await?;
    }
    let history = store.history(at(0)?, at(9)?).await?;
    let all: Vec<_> = history.series.iter().collect();
    let said: Vec<_> = trends(&all)
        .map(|it| {
            (it.series.row.tenant.clone(), it.series.is_gone, it.used.len(), it.quota.is_some(), it.volume.is_some())
        })
        .collect();
    let (stays, left) = (Some("stays".to_owned()), Some("left".to_owned()));
    assert_eq!(said, [(stays, false, 9, true, true), (left, true, 7, false, false)]);
    // On a day on which it was there, it is there.
    assert!(store.history(at(3)?, at(3)?).await?.series.iter().all(|series| !series.is_gone));
    Ok(())
}
