//! Servers, hosts, repositories, and the credentials that a backup server keeps.

use backhaul_models::em::{
    BackupServer, BackupServers, CredentialsInfo, CredentialsInfoList, ExternalRepositories, ExternalRepository,
    HierarchyRoot, HierarchyRoots, ManagedServer, ManagedServers, PasswordKeyInfo, PasswordKeyInfoList, Repositories,
    Repository, SystemSession, SystemSessions, WanAccelerator, WanAccelerators,
};

use super::links::{ALTERNATE, DELETE, EDIT, SERVER, action, called, down, own, related_entity, up_entity};
use super::{Kind, below};

pub(super) static KINDS: &[Kind] = &[
    Kind::new::<BackupServer, BackupServers>("backupServers", "BackupServerReference")
        .bucket("BackupServers")
        .links(&[
            ALTERNATE,
            own(EDIT, "BackupServerReference", ""),
            own(DELETE, "BackupServerReference", ""),
            down("JobReferenceList", "/jobs"),
            down("ManagedServerReferenceList", "/managedServers"),
            down("RepositoryReferenceList", "/repositories"),
            down("CredentialsList", "/credentials"),
            own("Create", "", "/credentials?action=create"),
            down("PasswordKeyList", "/passwords"),
            own("Create", "", "/passwords?action=create"),
            action("VeeamZip", "?action=veeamzip"),
            action("QuickBackup", "?action=quickbackup"),
            action("Start", "?action=collect"),
        ])
        .reference(&[
            down("JobReferenceList", "/jobs"),
            down("ManagedServerReferenceList", "/managedServers"),
            down("RepositoryReferenceList", "/repositories"),
            down("CredentialsList", "/credentials"),
            down("PasswordKeyList", "/passwords"),
            ALTERNATE,
        ])
        .subs(&[
            below("jobs", "Job"),
            below("managedServers", "ManagedServer"),
            below("repositories", "Repository"),
            below("externalRepositories", "ExternalRepository"),
            below("credentials", "CredentialsInfo"),
            below("passwords", "PasswordKeyInfo"),
        ]),
    Kind::under::<CredentialsInfo, CredentialsInfoList>("BackupServer", "credentials", "CredentialsReference")
        .plain("Username")
        .named("Credentials", "Credentials")
        .bucket("CredentialsList")
        .links(&[up_entity("BackupServer"), own(EDIT, "Credentials", ""), own(DELETE, "Credentials", "")]),
    Kind::under::<PasswordKeyInfo, PasswordKeyInfoList>("BackupServer", "passwords", "PasswordKeyReference")
        .plain("Hint")
        .named("PasswordKey", "PasswordKey")
        .bucket("PasswordKeyInfoList")
        .links(&[own(DELETE, "PasswordKey", "")]),
    Kind::new::<ManagedServer, ManagedServers>("managedServers", "ManagedServerReference")
        .bucket("ManagedServers")
        .links(&[up_entity("BackupServer"), ALTERNATE, related_entity("HierarchyRoot")]),
    Kind::new::<HierarchyRoot, HierarchyRoots>("hierarchyRoots", "HierarchyRootReference")
        .bucket("HierarchyRoots")
        .links(&[SERVER, ALTERNATE, related_entity("ManagedServer")]),
    Kind::new::<Repository, Repositories>("repositories", "RepositoryReference")
        .bucket("Repositories")
        .links(&[SERVER, ALTERNATE, down("BackupReferenceList", "/backups"), down("ReplicaReferenceList", "/replicas")])
        .reference(&[SERVER, ALTERNATE])
        .subs(&[below("backups", "Backup"), below("replicas", "Replica")]),
    Kind::new::<ExternalRepository, ExternalRepositories>("externalRepositories", "ExternalRepositoryReference")
        .bucket("ExternalRepositories")
        .links(&[SERVER, ALTERNATE, down("BackupReferenceList", "/backups")])
        .subs(&[below("backups", "Backup")]),
    Kind::new::<WanAccelerator, WanAccelerators>("wanAccelerators", "WanAcceleratorReference")
        .bucket("WanAccelerators")
        .links(&[SERVER, ALTERNATE]),
    Kind::new::<SystemSession, SystemSessions>("systemSessions", "BackupJobSessionReference")
        .links(&[ALTERNATE, called("Down", "SystemSessionEvents", "/events", "Events")]),
];
