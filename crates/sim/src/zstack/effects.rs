//! What operations bring about: a map from operation to effect, and for all others what their form suggests.

mod backup_storage;
mod generic;
mod identity;
mod images;
mod long_jobs;
mod management;
mod tags;
mod zones;

use backhaul_models::zstack::operations as calls;
use backhaul_wire::Operation;
use backhaul_wire::operation::Call;
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

/// What an operation does, by its name.
const fn on<C: Call>(handler: Handler) -> (&'static str, Handler) {
    (C::OPERATION.name, handler)
}

const EFFECTS: &[(&str, Handler)] = &[
    // Sessions and keys.
    on::<calls::LogInByAccount>(logon::by_account),
    on::<calls::LogInByUser>(logon::by_user),
    on::<calls::LogIn>(logon::generic),
    on::<calls::LogOut>(logon::out),
    on::<calls::RenewSession>(logon::renew),
    on::<calls::ValidateSession>(logon::validate),
    on::<calls::CreateAccessKey>(identity::create_key),
    on::<calls::CreateAccount>(identity::create_account),
    on::<calls::CreateUser>(identity::create_user),
    on::<calls::UpdateAccount>(identity::update),
    on::<calls::UpdateUser>(identity::update),
    // Management.
    on::<calls::GetCurrentTime>(management::current_time),
    on::<calls::GetVersion>(management::version),
    on::<calls::IsReadyToGo>(management::ready),
    // Zones.
    on::<calls::CreateZone>(zones::create),
    on::<calls::UpdateZone>(zones::update),
    on::<calls::ChangeZoneState>(zones::change_state),
    on::<calls::DeleteZone>(zones::delete),
    on::<calls::GetZone>(zones::get),
    // Backup storages.
    on::<calls::AddImageStoreBackupStorage>(backup_storage::add),
    on::<calls::AddDisasterImageStoreBackupStorage>(backup_storage::add),
    on::<calls::AddSftpBackupStorage>(backup_storage::add),
    on::<calls::AddCephBackupStorage>(backup_storage::add),
    on::<calls::AddExternalBackupStorage>(backup_storage::add),
    on::<calls::AddAliyunEbsBackupStorage>(backup_storage::add),
    on::<calls::AddSimulatorBackupStorage>(backup_storage::add),
    on::<calls::UpdateBackupStorage>(backup_storage::update),
    on::<calls::UpdateImageStoreBackupStorage>(backup_storage::update),
    on::<calls::UpdateSftpBackupStorage>(backup_storage::update),
    on::<calls::UpdateAliyunEbsBackupStorage>(backup_storage::update),
    on::<calls::ChangeBackupStorageState>(backup_storage::change_state),
    on::<calls::ReconnectBackupStorage>(backup_storage::reconnect),
    on::<calls::ReconnectImageStoreBackupStorage>(backup_storage::reconnect),
    on::<calls::ReconnectSftpBackupStorage>(backup_storage::reconnect),
    on::<calls::AttachBackupStorageToZone>(backup_storage::attach),
    on::<calls::DetachBackupStorageFromZone>(backup_storage::detach),
    on::<calls::DeleteBackupStorage>(backup_storage::delete),
    on::<calls::GetBackupStorageCapacity>(backup_storage::capacity),
    on::<calls::GetBackupStorageTypes>(backup_storage::types),
    on::<calls::GetBackupStorageCandidatesForImageMigration>(backup_storage::candidates),
    on::<calls::GetCandidateBackupStorageForCreatingImage>(backup_storage::candidates),
    on::<calls::GetBackupStorageForCreatingImageFromVolume>(backup_storage::candidates),
    on::<calls::GetBackupStorageForCreatingImageFromVolumeSnapshot>(backup_storage::candidates),
    on::<calls::AddMonToCephBackupStorage>(backup_storage::add_mons),
    on::<calls::RemoveMonFromCephBackupStorage>(backup_storage::remove_mons),
    on::<calls::UpdateCephBackupStorageMon>(backup_storage::update_mon),
    // Images.
    on::<calls::AddImage>(images::add),
    on::<calls::DeleteImage>(images::delete),
    on::<calls::ExportImageFromBackupStorage>(images::export),
    on::<calls::DeleteExportedImageFromBackupStorage>(images::delete_export),
    on::<calls::BackupStorageMigrateImage>(images::migrate),
    // Long jobs.
    on::<calls::SubmitLongJob>(long_jobs::submit),
    on::<calls::CancelLongJob>(long_jobs::cancel),
    on::<calls::RerunLongJob>(long_jobs::rerun),
    on::<calls::ResumeLongJob>(long_jobs::resume),
    // Tags.
    on::<calls::CreateSystemTag>(tags::create),
    on::<calls::CreateSystemTags>(tags::create_all),
    on::<calls::CreateUserTag>(tags::create),
    on::<calls::UpdateSystemTag>(tags::update),
    on::<calls::DeleteTag>(tags::delete),
];
