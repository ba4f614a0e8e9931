//! Users of accounts and access keys of ZStack.

use backhaul_models::zstack::UpdateZoneRequest;
use backhaul_models::zstack::operations::{QueryBackupStorage, UpdateZone};
use backhaul_sim::{Estate, Sim, ZstackServer};
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{UtcOffset, ZstackOptions};
use backhaul_wire::System;

use crate::logons;

const KEY: &str = "BACKHAULSIM00000KEY1";
const SECRET: &str = "backhaul-sim-secret-0123456789-abcdefghi";

fn url(sim: &Sim) -> &str {
    sim.url(System::Zstack).unwrap()
}

fn key(sim: &Sim, secret: &str, offset: &str) -> ZstackClient {
    let mut options = ZstackOptions::access_key(url(sim), KEY, secret).unwrap();
    options.utc_offset = UtcOffset::parse(offset).unwrap();
    ZstackClient::new(options).unwrap()
}

#[tokio::test]
async fn a_user_logs_on_below_its_account() {
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let user = |account: &str| {
        let options = ZstackOptions::user(url(&sim), account, "anna", "password").unwrap();
        ZstackClient::new(options).unwrap()
    };
    user("abc").call(&QueryBackupStorage::new()).await.unwrap();
    let refused = user("admin").client().logon().await.unwrap_err();
    assert!(refused.is_logon_refused() && refused.to_string().contains("of the account `admin`"), "{refused}");
}

#[tokio::test]
async fn an_access_key_signs_calls_and_jobs_at_the_servers_clock() {
    // The demo's clock stands in China.
    for checks in [false, true] {
        let sim = Sim::builder().zstack(ZstackServer::new().checks_time_zone(checks)).start().await.unwrap();
        let client = key(&sim, SECRET, "+08:00");
        client.client().logon().await.unwrap();
        assert!(!client.call(&QueryBackupStorage::new()).await.unwrap().inventories.is_empty());
        let zone = Estate::demo().zstack.zones[0].uuid.clone().unwrap();
        let mut request = UpdateZoneRequest::default();
        request.name = Some("signed".to_owned());
        let zone = client.call(&UpdateZone::new(zone.as_str(), request)).await.unwrap().inventory.unwrap();
        assert_eq!(zone.name.as_deref(), Some("signed"));
        client.client().logout().await.unwrap();
        assert_eq!(logons(&sim, System::Zstack), 0);

        let gmt = key(&sim, SECRET, "z").client().logon().await;
        match gmt {
            Ok(()) => assert!(checks),
            Err(error) => {
                let said = error.to_string();
                assert!(!checks && error.is_logon_refused() && said.contains("checkTimeZone"), "{said}");
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_secret_is_refused_at_once_and_in_a_job() {
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let client = key(&sim, "wrong", "+08:00");
    let at_once = client.call(&QueryBackupStorage::new()).await.unwrap_err();
    let zone = Estate::demo().zstack.zones[0].uuid.clone().unwrap();
    let by_job = client.call(&UpdateZone::new(zone.as_str(), UpdateZoneRequest::default())).await.unwrap_err();
    for error in [at_once, by_job] {
        assert!(error.is_logon_refused() && error.to_string().contains(KEY), "{error}");
        assert!(!error.to_string().contains("wrong`"), "{error}");
    }
}
