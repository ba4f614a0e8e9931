//! Files inside a backup: mounted, browsed over pages, brought back, downloaded whole or not at all.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::path::Path;
use std::time::Duration;

use crate::common::{OK, Reply, Seen, Server, task, xml};
use backhaul_models::em::operations::GetVmRestorePointsByIdMountsByIdByFilepath;
use backhaul_models::em::{AgentRestorePoint, FileRestoreToOriginalLocation, GuestCredentials, Link, VmRestorePoint};
use backhaul_transport::em::{EmClient, Mount};
use backhaul_transport::file::Existing;
use futures_util::TryStreamExt;

const POINT: &str = "/api/vmRestorePoints/710c0a5f";

/// A restore point, whose mount answers as `files` says what is not about mounting.
async fn server(mut files: impl FnMut(&Seen) -> Reply + Send + 'static) -> Server {
    Server::new(move |seen| {
        let path = seen.target.strip_prefix(POINT).unwrap_or(&seen.target);
        match (seen.method.as_str(), path) {
            ("POST", "/mounts") => task(
                202,
                "task-1",
                "Finished",
                &format!(
                    "<Link Rel=\"Related\" Type=\"VmRestorePointMount\" Href=\"{{server}}{POINT}/mounts/1\" \
                     Name=\"710c0a5f@1\" />|{OK}"
                ),
            ),
            ("GET", "/mounts/1") => xml(
                200,
                &format!(
                    "<VmRestorePointMount Type=\"VmRestorePointMount\" Href=\"{{server}}{POINT}/mounts/1\"><Links>\
                     <Link Rel=\"Delete\" Href=\"{{server}}{POINT}/mounts/1\" /></Links><FSRoots><DirectoryEntry \
                     Type=\"DirectoryEntry\"><Path>C:</Path><Name>C:</Name></DirectoryEntry></FSRoots>\
                     </VmRestorePointMount>"
                ),
            ),
            ("DELETE", "/mounts/1") => Reply::new(204, ""),
            _ => files(seen),
        }
    })
    .await
}

fn point() -> VmRestorePoint {
    let mut create = Link::default();
    create.rel = Some("Create".to_owned());
    create.r#type = Some("VmRestorePointMount".to_owned());
    create.href = Some(format!("{POINT}/mounts"));
    let mut point = VmRestorePoint::default();
    point.links = vec![create];
    point
}

async fn mount(em: &EmClient) -> Mount {
    em.mount(&point(), None).await.unwrap().until_done().await.unwrap().mount().await.unwrap()
}

#[tokio::test]
async fn a_mount_is_made_browsed_and_ended() {
    let server = server(|seen| {
        let page = if seen.target.ends_with("page=2") { 2 } else { 1 };
        let next = if page == 1 {
            format!(
                "<Link Rel=\"Next\" Href=\"{{server}}{POINT}/mounts/1/C:/My%20files?action=listAll&amp;pageSize=2&amp;page=2\" />"
            )
        } else {
            String::new()
        };
        let entries = if page == 1 {
            "<Files><FileEntry><Path>C:/My files/a.txt</Path><Name>a.txt</Name><Size>5</Size></FileEntry></Files>\
             <Directories><DirectoryEntry><Path>C:/My files/sub</Path><Name>sub</Name></DirectoryEntry></Directories>"
        } else {
            "<Files><FileEntry><Path>C:/My files/b.txt</Path><Name>b.txt</Name></FileEntry></Files>"
        };
        xml(
            200,
            &format!(
                "<FileSystemEntries>{entries}<PagingInfo PageNum=\"{page}\" PageSize=\"2\" PagesCount=\"2\"><Links>\
                 {next}</Links></PagingInfo></FileSystemEntries>"
            ),
        )
    })
    .await;
    let mount = mount(&server.em()).await;
    assert_eq!(mount.roots()[0].path.as_deref(), Some("C:"));
    let entries: Vec<_> = mount.browse("C:/My files").unwrap().page_size(2).by_item().try_collect().await.unwrap();
    let paths: Vec<_> = entries.iter().map(|entry| (entry.name().unwrap(), entry.path().unwrap())).collect();
    assert_eq!(paths, [("sub", "C:/My files/sub"), ("a.txt", "C:/My files/a.txt"), ("b.txt", "C:/My files/b.txt")]);
    let pages: Vec<_> = mount.browse("/C:/My files/").unwrap().files().by_page().try_collect().await.unwrap();
    assert_eq!(pages.len(), 2);
    mount.unmount().await.unwrap();
    let lines: Vec<String> = server.lines().iter().map(|line| line.replace(POINT, "")).collect();
    assert_eq!(
        lines,
        [
            "POST /mounts",
            "GET /mounts/1",
            "GET /mounts/1/C:/My%20files?action=listAll&pageSize=2",
            "GET /mounts/1/C:/My%20files?action=listAll&pageSize=2&page=2",
            "GET /mounts/1/C:/My%20files?action=listFiles",
            "GET /mounts/1/C:/My%20files?action=listAll&pageSize=2&page=2",
            "DELETE /mounts/1",
        ]
    );
}

#[tokio::test]
async fn a_mount_ends_with_its_session() {
    let server = server(|seen| panic!("{}", seen.line())).await;
    let em = server.em();
    let mount = mount(&em).await;
    server.end_session();
    let error = mount.browse("C:").unwrap().by_item().try_collect::<Vec<_>>().await.unwrap_err();
    assert!(error.is_session_lost() && error.to_string().contains("the mount belongs to a session"), "{error}");
    assert!(mount.prepare_download("C:/a").await.unwrap_err().is_session_lost());
    assert!(mount.unmount().await.unwrap_err().is_session_lost());
    assert_eq!(server.sessions(), 1);
}

#[tokio::test]
async fn a_file_is_brought_back_to_where_it_came_from() {
    let server = server(|_| task(202, "task-2", "Finished", OK)).await;
    let mount = mount(&server.em()).await;
    let mut to = FileRestoreToOriginalLocation::default();
    let mut account = GuestCredentials::default();
    (account.user_name, account.password) = (Some("srv\\admin".to_owned()), Some("p4ss".to_owned().into()));
    (to.overwrite, to.guest_credentials) = (Some(false), Some(account));
    mount.restore("C:/a & b.txt", to).await.unwrap().until_done().await.unwrap();
    let sent = server.seen().pop().unwrap();
    assert_eq!(sent.line(), format!("POST {POINT}/mounts/1/C:/a%20%26%20b.txt?action=restore"));
    assert!(
        sent.body.ends_with(
            "<FileRestoreSpec xmlns=\"http://www.veeam.com/ent/v1.0\"><ToOriginalLocation Overwrite=\"false\">\
             <GuestCredentials><UserName>srv\\admin</UserName><Password>p4ss</Password></GuestCredentials>\
             </ToOriginalLocation></FileRestoreSpec>"
        ),
        "{}",
        sent.body
    );
}

#[tokio::test]
async fn a_path_cannot_leave_the_mount() {
    let server = server(|seen| panic!("{}", seen.line())).await;
    let em = server.em();
    let mount = mount(&em).await;
    for path in ["..", "C:/../../2", "C:/./x"] {
        assert!(mount.browse(path).unwrap_err().is_invalid_call(), "{path}");
        assert!(mount.prepare_download(path).await.unwrap_err().is_invalid_call(), "{path}");
        let call = GetVmRestorePointsByIdMountsByIdByFilepath::new("710c0a5f", "1", path);
        assert!(em.call(&call).await.unwrap_err().is_invalid_call(), "{path}");
    }
}

#[tokio::test]
async fn a_path_in_a_typed_call_is_several_segments() {
    let server = server(|_| xml(200, "<FileSystemEntries />")).await;
    let call = GetVmRestorePointsByIdMountsByIdByFilepath::new("710c0a5f", "1", "C:/My files/a?b");
    server.em().call(&call).await.unwrap();
    assert_eq!(server.lines()[0], format!("GET {POINT}/mounts/1/C:/My%20files/a%3Fb"));
}

#[tokio::test]
async fn what_cannot_be_mounted_is_told_as_such() {
    let server = server(|seen| panic!("{}", seen.line())).await;
    let error = server.em().mount(&AgentRestorePoint::default(), None).await.unwrap_err();
    assert!(error.is_link_refused() && error.to_string().contains("no link `Create` for a mount"), "{error}");
}

#[tokio::test]
async fn the_kind_of_system_is_told_to_the_server() {
    let server = server(|seen| panic!("{}", seen.line())).await;
    server.em().mount(&point(), Some("Linux")).await.unwrap();
    let sent = server.seen().pop().unwrap();
    assert!(sent.body.contains("<OsKind>Linux</OsKind></StartMountSpec>"), "{}", sent.body);
}

/// Answers the restore with a download, and the download with this.
async fn downloads(reply: Reply) -> Server {
    server(move |seen| match seen.method.as_str() {
        "POST" => {
            assert!(seen.body.contains("<ForDirectDownload />"), "{}", seen.body);
            task(
                202,
                "task-2",
                "Finished",
                &format!(
                    "<Link Rel=\"Download\" Href=\"{{server}}{POINT}/mounts/1/c:/offers.docx?action=download\" />|{OK}"
                ),
            )
        }
        _ => reply.clone(),
    })
    .await
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_file_is_downloaded_whole() {
    let content = "0123456789".repeat(100_000);
    let server = downloads(Reply::new(200, content.clone())).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("offers.docx");
    let length = mount(&server.em()).await.download("C:/offers.docx", &path, Existing::Keep).await.unwrap();
    assert_eq!(length, 1_000_000);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    assert_eq!(names(folder.path()), ["offers.docx"]);
    let line = server.lines().pop().unwrap();
    assert_eq!(line, format!("GET {POINT}/mounts/1/c:/offers.docx?action=download"));
}

#[tokio::test]
async fn a_file_that_is_there_is_kept_unless_it_may_be_replaced() {
    let server = downloads(Reply::new(200, "new")).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("offers.docx");
    std::fs::write(&path, "old").unwrap();
    let mount = mount(&server.em()).await;
    let error = mount.download("C:/offers.docx", &path, Existing::Keep).await.unwrap_err();
    assert_eq!(error.file().unwrap().kind(), std::io::ErrorKind::AlreadyExists);
    assert!(error.to_string().contains("offers.docx is there already"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
    mount.download("C:/offers.docx", &path, Existing::Replace).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
    let error = mount.download("C:/offers.docx", folder.path(), Existing::Replace).await.unwrap_err();
    assert_eq!(error.file().unwrap().kind(), std::io::ErrorKind::IsADirectory);
    let nowhere = folder.path().join("none").join("a");
    let error = mount.download("C:/offers.docx", nowhere, Existing::Keep).await.unwrap_err();
    assert!(error.to_string().contains("there is no folder for"), "{error}");
    assert_eq!(names(folder.path()), ["offers.docx"]);
}

#[tokio::test]
async fn a_download_that_is_cut_leaves_nothing_and_changes_nothing() {
    let server = downloads(Reply::new(200, "0123456789".repeat(10_000)).cut(50_000)).await;
    let folder = tempfile::tempdir().unwrap();
    let mount = mount(&server.em()).await;
    let error = mount.download("C:/a", folder.path().join("a"), Existing::Keep).await.unwrap_err();
    assert!(error.http().is_some_and(|http| http.is_interrupted()), "{error}");
    assert!(names(folder.path()).is_empty());
    std::fs::write(folder.path().join("a"), "old").unwrap();
    mount.download("C:/a", folder.path().join("a"), Existing::Replace).await.unwrap_err();
    assert_eq!(std::fs::read_to_string(folder.path().join("a")).unwrap(), "old");
    assert_eq!(names(folder.path()), ["a"]);
}

#[tokio::test]
async fn a_download_that_is_refused_leaves_nothing() {
    let server = downloads(xml(404, "<Error Message=\"No such file\" StatusCode=\"404\" />")).await;
    let folder = tempfile::tempdir().unwrap();
    let error = mount(&server.em()).await.download("C:/a", folder.path().join("a"), Existing::Keep).await.unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn a_download_that_nobody_waits_for_leaves_nothing() {
    let server = downloads(Reply::new(200, "0123456789".repeat(10_000)).silent(50_000)).await;
    let folder = tempfile::tempdir().unwrap();
    let mount = mount(&server.em()).await;
    let download = mount.download("C:/a", folder.path().join("a"), Existing::Keep);
    tokio::time::timeout(Duration::from_millis(500), download).await.unwrap_err();
    assert!(names(folder.path()).is_empty());
}
