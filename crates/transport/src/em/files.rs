//! Files inside a backup: a restore point is mounted, browsed, and files are brought back or downloaded.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use backhaul_models::em::{
    AgentRestorePointMount, DirectoryEntry, FileEntry, FileRestoreForDirectDownload, FileRestoreSpec,
    FileRestoreToOriginalLocation, FileSystemEntries, Link, OsKind, StartMountSpec, VmReplicaPointMount,
    VmRestorePointMount,
};
use backhaul_wire::reflect::StructList;
use backhaul_wire::{ApiVersion, Operation, Struct};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use http::Method;
use url::Url;

use super::EmClient;
use super::links::{Linked, Links};
use super::task::{Finished, TaskPoller, begin};
use crate::address;
use crate::client::{Answered, Ask, Bound, Client, Resumable};
use crate::error::{Error, Reason, Result};
use crate::file::{Existing, NewFile};
use crate::paging::{self, Source};

impl EmClient {
    /// Mounts a restore point of a machine or an agent, or a point of a replica, by its link `Create`: what it is, is
    /// told by the point. `os_kind` (`Windows`, `Linux`) is for a machine whose system the server does not know.
    ///
    /// ```no_run
    /// # async fn run(em: backhaul_transport::em::EmClient, point: backhaul_models::em::VmRestorePoint) -> Result<(), Box<dyn std::error::Error>> {
    /// use backhaul_transport::file::Existing;
    /// use futures_util::TryStreamExt;
    ///
    /// let mount = em.mount(&point, None).await?.until_done().await?.mount().await?;
    /// let mut entries = mount.browse("C:/Users")?.by_item();
    /// while let Some(entry) = entries.try_next().await? {
    ///     println!("{}", entry.name().unwrap_or("?"));
    /// }
    /// let bytes = mount.download("C:/Users/Public/offers.docx", "offers.docx", Existing::Keep).await?;
    /// println!("{bytes} bytes");
    /// mount.unmount().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the point has no such link; and as [`EmClient::act`].
    pub async fn mount(&self, point: &impl Linked, os_kind: Option<&str>) -> Result<TaskPoller> {
        let is_mount =
            |link: &&Link| link.r#type.as_deref().is_some_and(|found| found.to_ascii_lowercase().ends_with("mount"));
        let creates = point.all_links().rel("Create");
        let Some(link) = creates.iter().find(is_mount) else {
            return Err(self.fail("mount", "the restore point has no link `Create` for a mount".to_owned()));
        };
        let client = self.client();
        let body = match os_kind {
            None => None,
            Some(kind) => {
                let mut spec = StartMountSpec::default();
                spec.os_kind = Some(OsKind::from(kind));
                Some(client.encode_named("mount".into(), &spec).await?)
            }
        };
        begin(client, &Ask::link(Method::POST, self.place(link)?, body)).await
    }

    fn fail(&self, name: &'static str, why: String) -> Error {
        self.client().fail(name, Reason::Link(why))
    }
}

impl Finished {
    /// The mount that was made.
    ///
    /// # Errors
    /// When the task made none; when the session has ended, and the mount with it; and as [`EmClient::follow`].
    pub async fn mount(&self) -> Result<Mount> {
        let em = EmClient(self.client().clone());
        let related = self.links().rel("Related");
        let is_mount = |link: &&Link| link.href.as_deref().is_some_and(|href| href.contains("/mounts/"));
        let Some(link) = related.iter().find(is_mount) else {
            return Err(em.fail("mount", "the task links to no mount: was it the mount of a restore point?".to_owned()));
        };
        let url = em.place(link)?;
        let bound = Bound { session: self.session(), what: "the mount".to_owned() };
        let ask = Ask::link(Method::GET, url.clone(), None).bound(Some(bound.clone()));
        let answered = em.client().exchange(&ask).await?;
        let (links, roots) = mounted(&em, &answered)?;
        Ok(Mount { em, url, bound, links, roots })
    }

    /// Links to the files that are ready to be downloaded.
    #[must_use]
    pub fn downloads(&self) -> Links {
        self.links().rel("Download")
    }

    /// Downloads one of [`Finished::downloads`] into a file, and gives its length in bytes. The file takes its place
    /// when it is whole; an error, or a caller that does not wait for the end, leaves the place as it was.
    ///
    /// # Errors
    /// When the file cannot be written ([`Error::file`]), the answer ends before its end, or the session has ended; and
    /// as [`EmClient::follow`].
    pub async fn download(&self, link: &Link, to: impl Into<PathBuf>, existing: Existing) -> Result<u64> {
        let em = EmClient(self.client().clone());
        let bound = Bound { session: self.session(), what: "the download".to_owned() };
        let ask = Ask::link(Method::GET, em.place(link)?, None).bound(Some(bound));
        let on_disk = |error| em.client().fail(ask.name.clone(), Reason::File(error));
        let mut file = NewFile::create(to, existing).await.map_err(on_disk)?;
        let length = em.client().write_answer(&ask, Resumable::Always, &mut file).await?;
        file.finish().await.map_err(on_disk)?;
        Ok(length)
    }
}

/// The links and roots of a mount. Which of the three kinds it is, is told by the body: the documents' samples link to
/// a replica's as to a machine's.
fn mounted(em: &EmClient, answered: &Answered) -> Result<(Links, Vec<DirectoryEntry>)> {
    let machine = em.read::<VmRestorePointMount>(answered).map(|mount| (mount.all_links(), mount.fs_roots));
    let replica = || em.read::<VmReplicaPointMount>(answered).map(|mount| (mount.all_links(), mount.fs_roots));
    let agent = || em.read::<AgentRestorePointMount>(answered).map(|mount| (mount.all_links(), mount.fs_roots));
    machine.or_else(|error| replica().or_else(|_| agent()).map_err(|_| error))
}

/// A mounted restore point. It ends with the session in which it was made; [`Mount::unmount`] ends it before.
#[derive(Debug, Clone)]
pub struct Mount {
    em: EmClient,
    url: Url,
    bound: Bound,
    links: Links,
    roots: Vec<DirectoryEntry>,
}

impl Mount {
    /// The drives, or the root of a system without drives.
    #[must_use]
    pub fn roots(&self) -> &[DirectoryEntry] {
        &self.roots
    }

    /// What is in a folder, such as `C:/Users` or `/etc`.
    ///
    /// # Errors
    /// When the path has `.` or `..` in it.
    pub fn browse(&self, folder: &str) -> Result<Browse> {
        Ok(Browse { mount: self.clone(), url: self.at(folder)?, action: "listAll", page_size: None })
    }

    /// Starts bringing a file or folder back to the machine that it came from.
    ///
    /// # Errors
    /// When the path has `.` or `..` in it, or the session has ended; and as [`EmClient::act`].
    pub async fn restore(&self, path: &str, to: FileRestoreToOriginalLocation) -> Result<TaskPoller> {
        let mut spec = FileRestoreSpec::default();
        spec.to_original_location = Some(to);
        self.start_restore(path, &spec).await
    }

    /// Starts making a file ready for download; [`Finished::downloads`] has the link when it is.
    ///
    /// # Errors
    /// As [`Mount::restore`].
    pub async fn prepare_download(&self, path: &str) -> Result<TaskPoller> {
        let mut spec = FileRestoreSpec::default();
        spec.for_direct_download = Some(FileRestoreForDirectDownload::default());
        self.start_restore(path, &spec).await
    }

    /// Downloads a file: makes it ready, waits for that as [`TaskPoller`] does by default, and writes it to `to` as
    /// [`Finished::download`] does. Gives its length in bytes.
    ///
    /// # Errors
    /// As [`Mount::restore`] and [`Finished::download`]; when the task fails or is not done in time.
    pub async fn download(&self, path: &str, to: impl AsRef<Path>, existing: Existing) -> Result<u64> {
        let done = self.prepare_download(path).await?.until_done().await?;
        match done.downloads().into_first() {
            Some(link) => done.download(&link, to.as_ref(), existing).await,
            None => Err(self.em.fail("download", "the task ended well, but links to no download".to_owned())),
        }
    }

    /// Ends the mount.
    ///
    /// # Errors
    /// When the session has ended, and the mount with it; and as [`EmClient::act`].
    pub async fn unmount(self) -> Result<()> {
        let url = match self.links.clone().rel("Delete").into_first() {
            Some(link) => self.em.place(&link)?,
            None => self.url.clone(),
        };
        let ask = Ask::link(Method::DELETE, url, None).bound(Some(self.bound.clone()));
        self.em.client().exchange(&ask).await.map(drop)
    }

    async fn start_restore(&self, path: &str, spec: &FileRestoreSpec) -> Result<TaskPoller> {
        let mut url = self.at(path)?;
        address::set_query(&mut url, "action", "restore");
        let client = self.em.client();
        let body = client.encode_named("restore".into(), spec).await?;
        let ask = Ask::link(Method::POST, url, Some(body)).bound(Some(self.bound.clone()));
        begin(client, &ask).await
    }

    /// The address of a path of the guest.
    fn at(&self, path: &str) -> Result<Url> {
        let segments = || path.split('/').filter(|segment| !segment.is_empty());
        // A dot segment would lead to another resource once the address is normalised.
        if segments().any(|segment| segment == "." || segment == "..") {
            let rule = format!("the path `{}` must not have `.` or `..` in it", path.escape_debug());
            return Err(self.em.client().fail("browse", Reason::Call(rule)));
        }
        Ok(address::below(&self.url, segments()))
    }
}

/// What is in a folder of a mount.
#[derive(Debug, Clone)]
pub struct Browse {
    mount: Mount,
    url: Url,
    action: &'static str,
    page_size: Option<u32>,
}

impl Browse {
    /// Only the folders in it.
    #[must_use]
    pub fn folders(mut self) -> Self {
        self.action = "listDirs";
        self
    }

    /// Only the files in it.
    #[must_use]
    pub fn files(mut self) -> Self {
        self.action = "listFiles";
        self
    }

    /// How many entries a page holds; the server's own default is 100.
    #[must_use]
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = Some(size.max(1));
        self
    }

    /// The pages, each as it comes. An error ends the stream; so does a page that takes more memory than eight times its
    /// size and 16 MB.
    #[must_use]
    pub fn by_page(self) -> BoxStream<'static, Result<FileSystemEntries>> {
        let mut url = self.url;
        address::set_query(&mut url, "action", self.action);
        if let Some(size) = self.page_size {
            address::set_query(&mut url, "pageSize", &size.to_string());
        }
        let client = self.mount.em.client().clone();
        paging::by_page(client.pages_of(Folder { url, bound: self.mount.bound }).bounded())
    }

    /// The entries of all pages, folders before files on each. An error ends the stream.
    #[must_use]
    pub fn by_item(self) -> BoxStream<'static, Result<Entry>> {
        let items = |page: FileSystemEntries| {
            let folders = page.directories.into_iter().map(Entry::Folder);
            stream::iter(folders.chain(page.files.into_iter().map(Entry::File)).map(Ok))
        };
        self.by_page().map_ok(items).try_flatten().boxed()
    }
}

/// A folder's listing, in the session of its mount.
struct Folder {
    url: Url,
    bound: Bound,
}

impl Source for Folder {
    fn name(&self) -> Cow<'static, str> {
        self.ask_at(self.url.clone()).name
    }

    fn operation(&self) -> Option<&'static Operation> {
        None
    }

    fn prepare(&mut self, _: &Client, _: Option<ApiVersion>, _: Vec<(&'static str, String)>) -> Result<()> {
        Ok(())
    }

    fn ask<'a>(&'a self, _: &'a Client) -> BoxFuture<'a, Result<Ask>> {
        Box::pin(async { Ok(self.ask_at(self.url.clone())) })
    }

    fn ask_at(&self, url: Url) -> Ask {
        Ask::link(Method::GET, url, None).bound(Some(self.bound.clone()))
    }

    fn param(&self, _: &str) -> Option<String> {
        None
    }

    fn set(&mut self, name: &'static str, value: &str) {
        address::set_query(&mut self.url, name, value);
    }

    fn lists<'p>(&self, page: &'p dyn Struct) -> Vec<&'p dyn StructList> {
        ["Files", "Directories"].into_iter().filter_map(|list| page.path(list).structs()).collect()
    }
}

/// An entry of a folder.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Entry {
    /// A folder.
    Folder(DirectoryEntry),
    /// A file.
    File(FileEntry),
}

impl Entry {
    /// Its name in its folder.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Folder(folder) => folder.name.as_deref(),
            Self::File(file) => file.name.as_deref(),
        }
    }

    /// Its whole path, which [`Mount::browse`], [`Mount::restore`] and [`Mount::download`] take.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Folder(folder) => folder.path.as_deref(),
            Self::File(file) => file.path.as_deref(),
        }
    }
}
