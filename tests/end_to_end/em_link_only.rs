//! What only Enterprise Manager's links lead to: each such operation by the client, in XML and in JSON.

use backhaul_models::em;
use backhaul_models::em::operations::*;
use backhaul_sim::Sim;
use backhaul_transport::em::{EmClient, Linked as _};
use backhaul_wire::Id;

use crate::{em as em_xml, em_json};

/// The identifier at the end of a URN.
fn guid(uid: Option<&Id>) -> String {
    uid.unwrap().as_str().rsplit(':').next().unwrap().to_owned()
}

/// Asks below each resource of a collection; some must have any.
macro_rules! below {
    ($em:ident, $collection:ident.$owners:ident, $operation:ident.$items:ident) => {{
        let owners = $em.call(&$collection::new()).await.unwrap().$owners;
        assert!(!owners.is_empty(), stringify!($collection));
        let mut most = 0;
        for owner in owners {
            let list = $em.call(&$operation::new(guid(owner.uid.as_ref()))).await.unwrap();
            most = most.max(list.$items.len());
        }
        assert!(most > 0, "{} finds nothing", stringify!($operation));
    }};
}

async fn every_list(em: &EmClient) {
    below!(em, GetJobs.jobs, GetJobsByIdBackupSessions.backup_job_sessions);
    below!(em, GetJobs.jobs, GetJobsByIdReplicaSessions.replica_job_sessions);
    below!(em, GetAgentsJobs.agent_backup_jobs, GetAgentsJobsByIdBackupSessions.backup_job_sessions);
    below!(em, GetBackups.backups, GetBackupsByIdBackupFiles.backup_files);
    below!(em, GetBackupFiles.backup_files, GetBackupFilesByIdAgentRestorePoints.agent_restore_points);
    below!(em, GetBackupServers.backup_servers, GetBackupServersByIdJobs.jobs);
    below!(em, GetBackupServers.backup_servers, GetBackupServersByIdManagedServers.managed_servers);
    below!(em, GetBackupServers.backup_servers, GetBackupServersByIdRepositories.repositories);
    below!(em, GetRepositories.repositories, GetRepositoriesByIdBackups.backups);
    below!(em, GetRepositories.repositories, GetRepositoriesByIdReplicas.replicas);
    below!(em, GetReplicas.replicas, GetReplicasByIdVmReplicaPoints.vm_replica_points);
    below!(em, GetCloudGatewayPools.cloud_gateway_pools, GetCloudGatewayPoolsByIdGateways.cloud_gateways);
    below!(em, GetCloudGatewayPools.cloud_gateway_pools, GetCloudGatewayPoolsByIdTenants.cloud_tenants);
}

#[tokio::test]
async fn every_list_is_read_in_xml_and_in_json() {
    let sim = Sim::builder().start().await.unwrap();
    every_list(&em_xml(&sim)).await;
    every_list(&em_json(&sim)).await;
}

/// The address of the Edit link, which names no action.
#[tokio::test]
async fn a_job_is_put_to_where_its_edit_link_leads() {
    let sim = Sim::builder().start().await.unwrap();
    for (em, text) in [(em_xml(&sim), "by XML"), (em_json(&sim), "by JSON")] {
        let jobs = em.call(&GetJobs::new()).await.unwrap();
        let mut job = jobs.jobs.into_iter().find(|job| job.link("Edit").is_some()).unwrap();
        job.description = Some(text.to_owned());
        let id = guid(job.uid.as_ref());
        em.start(&PutJobsById::new(id.clone(), job)).await.unwrap().until_done().await.unwrap();
        let again = em.call(&GetJobsById::new(id)).await.unwrap();
        assert_eq!(again.description.as_deref(), Some(text));
    }
}

/// Plain collections take a query's filter and its pages, and then say which page they are.
#[tokio::test]
async fn plain_collections_take_filters_and_pages() {
    let sim = Sim::builder().start().await.unwrap();
    for client in [em_xml(&sim), em_json(&sim)] {
        let all = client.call(&GetJobs::new()).await.unwrap();
        assert!(all.jobs.len() > 2 && all.paging_info.is_none());
        let mut call = GetJobs::new();
        (call.filter, call.page_size) = (Some("Platform==VMware".to_owned()), Some(2));
        let mut found = 0;
        loop {
            let page = client.call(&call).await.unwrap();
            assert!(page.jobs.len() <= 2 && page.jobs.iter().all(|job| job.platform == Some(em::Platform::VMware)));
            found += page.jobs.len();
            let paging = page.paging_info.unwrap();
            let number = paging.page_num.unwrap();
            if number == paging.pages_count.unwrap() {
                break;
            }
            assert!(paging.links.iter().any(|link| link.rel.as_deref() == Some("Next")));
            call.page = Some(number + 1);
        }
        assert_eq!(found, all.jobs.iter().filter(|job| job.platform == Some(em::Platform::VMware)).count());
        let mut call = GetManagedServers::new();
        (call.page_size, call.page) = (Some(1), Some(1));
        let servers = client.call(&call).await.unwrap();
        assert!(servers.managed_servers.len() == 1 && servers.paging_info.is_some());
        let mut call = GetJobs::new();
        call.filter = Some("Colour==red".to_owned());
        let refused = client.call(&call).await.unwrap_err();
        assert!(refused.to_string().contains("Colour"), "{refused}");
    }
}
