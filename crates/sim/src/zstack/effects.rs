//! What operations bring about: a map from operation to effect, and for all others what their form suggests.

mod backup_storage;
mod generic;
mod identity;
mod images;
mod long_jobs;
mod management;
mod tags;
mod zones;

use backhaul_wire::Operation;
use serde_json::Value;

use super::backend::Backend;
use super::input::Input;
use super::logon;
use super::refusal::Failure;

/// How an operation is carried out; it gives the answer's body.
pub(super) type Handler = fn(&mut Backend, &Input) -> Result<Value, Failure>;

/// What stands here for an operation, or else what its form suggests.
pub(super) fn handler(name: &str) -> Handler {
    let own = EFFECTS.iter().find(|(operation, _)| *operation == name).map(|(_, handler)| *handler);
    own.unwrap_or(generic::answer)
}

/// The answer of a query whose items are no inventories: one that is made up.
pub(super) fn made_up(backend: &Backend, operation: &Operation) -> Value {
    generic::made_up(backend, operation)
}

/// What operations do, by their names.
const EFFECTS: &[(&str, Handler)] = &[
    // Sessions and keys.
    ("LogInByAccount", logon::by_account),
    ("LogInByUser", logon::by_user),
    ("LogIn", logon::generic),
    ("LogOut", logon::out),
    ("RenewSession", logon::renew),
    ("ValidateSession", logon::validate),
    ("CreateAccessKey", identity::create_key),
    ("CreateAccount", identity::create_account),
    ("CreateUser", identity::create_user),
    ("UpdateAccount", identity::update),
    ("UpdateUser", identity::update),
    // Management.
    ("GetCurrentTime", management::current_time),
    ("GetVersion", management::version),
    ("IsReadyToGo", management::ready),
    // Zones.
    ("CreateZone", zones::create),
    ("UpdateZone", zones::update),
    ("ChangeZoneState", zones::change_state),
    ("DeleteZone", zones::delete),
    ("GetZone", zones::get),
    // Backup storages.
    ("AddImageStoreBackupStorage", backup_storage::add),
    ("AddDisasterImageStoreBackupStorage", backup_storage::add),
    ("AddSftpBackupStorage", backup_storage::add),
    ("AddCephBackupStorage", backup_storage::add),
    ("AddExternalBackupStorage", backup_storage::add),
    ("AddAliyunEbsBackupStorage", backup_storage::add),
    ("AddSimulatorBackupStorage", backup_storage::add),
    ("UpdateBackupStorage", backup_storage::update),
    ("UpdateImageStoreBackupStorage", backup_storage::update),
    ("UpdateSftpBackupStorage", backup_storage::update),
    ("UpdateAliyunEbsBackupStorage", backup_storage::update),
    ("ChangeBackupStorageState", backup_storage::change_state),
    ("ReconnectBackupStorage", backup_storage::reconnect),
    ("ReconnectImageStoreBackupStorage", backup_storage::reconnect),
    ("ReconnectSftpBackupStorage", backup_storage::reconnect),
    ("AttachBackupStorageToZone", backup_storage::attach),
    ("DetachBackupStorageFromZone", backup_storage::detach),
    ("DeleteBackupStorage", backup_storage::delete),
    ("GetBackupStorageCapacity", backup_storage::capacity),
    ("GetBackupStorageTypes", backup_storage::types),
    ("GetBackupStorageCandidatesForImageMigration", backup_storage::candidates),
    ("GetCandidateBackupStorageForCreatingImage", backup_storage::candidates),
    ("GetBackupStorageForCreatingImageFromVolume", backup_storage::candidates),
    ("GetBackupStorageForCreatingImageFromVolumeSnapshot", backup_storage::candidates),
    ("AddMonToCephBackupStorage", backup_storage::add_mons),
    ("RemoveMonFromCephBackupStorage", backup_storage::remove_mons),
    ("UpdateCephBackupStorageMon", backup_storage::update_mon),
    // Images.
    ("AddImage", images::add),
    ("DeleteImage", images::delete),
    ("ExportImageFromBackupStorage", images::export),
    ("DeleteExportedImageFromBackupStorage", images::delete_export),
    ("BackupStorageMigrateImage", images::migrate),
    // Long jobs.
    ("SubmitLongJob", long_jobs::submit),
    ("CancelLongJob", long_jobs::cancel),
    ("RerunLongJob", long_jobs::rerun),
    ("ResumeLongJob", long_jobs::resume),
    // Tags.
    ("CreateSystemTag", tags::create),
    ("CreateSystemTags", tags::create_all),
    ("CreateUserTag", tags::create),
    ("UpdateSystemTag", tags::update),
    ("DeleteTag", tags::delete),
];

#[cfg(test)]
mod tests {
    #[test]
    fn every_effect_is_of_one_operation() {
        for (name, _) in super::EFFECTS {
            let operation = backhaul_models::registry::find_operation(backhaul_wire::System::Zstack, name);
            assert!(operation.is_some_and(|operation| operation.name == *name), "there is no operation {name}");
            let twice = super::EFFECTS.iter().filter(|(other, _)| other == name).count() > 1;
            assert!(!twice, "{name} stands twice");
        }
    }
}
