//! Passwords in the platform's keyring: the Keychain of macOS, the Credential Manager of Windows, elsewhere the Secret
//! Service of the desktop (GNOME Keyring, KWallet, KeePassXC).

use std::sync::{Arc, mpsc};
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error};

use super::Secret;
use crate::exit::Failure;

/// What the entries are called, along with the name that a profile gives.
const SERVICE: &str = "backhaul";
/// How long a keyring may take: a person may have to unlock it.
const LIMIT: Duration = Duration::from_secs(60);

/// The password of an entry.
pub(super) fn read(name: &str) -> Result<Secret, Failure> {
    patiently(name, |store, name| read_from(&store, name))
}

/// Puts a password into the keyring, in place of one that is there.
pub(crate) fn keep(name: &str, password: &Secret) -> Result<(), Failure> {
    let password = password.clone();
    patiently(name, move |store, name| keep_in(&store, name, &password))
}

/// Takes an entry out of the keyring, if it is there.
pub(crate) fn forget(name: &str) -> Result<(), Failure> {
    patiently(name, |store, name| forget_in(&store, name))
}

fn read_from(store: &Arc<CredentialStore>, name: &str) -> Result<Secret, Failure> {
    let password = Entry::new_in_store(store, SERVICE, name).and_then(|entry| entry.get_password());
    password.map(Secret::from).map_err(|error| failed(name, &error))
}

fn keep_in(store: &Arc<CredentialStore>, name: &str, password: &Secret) -> Result<(), Failure> {
    let kept = Entry::new_in_store(store, SERVICE, name).and_then(|entry| entry.set_password(password.expose()));
    kept.map_err(|error| failed(name, &error))
}

fn forget_in(store: &Arc<CredentialStore>, name: &str) -> Result<(), Failure> {
    match Entry::new_in_store(store, SERVICE, name).and_then(|entry| entry.delete_credential()) {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(failed(name, &error)),
    }
}

/// Does it on a thread of its own: keyrings run loops of their own, which must not meet ours, and may wait for a
/// person.
fn patiently<T: Send + 'static>(
    name: &str,
    work: impl FnOnce(Arc<CredentialStore>, &str) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (sender, done) = mpsc::channel();
    let entry = name.to_owned();
    std::thread::spawn(move || {
        let worked = platform().map_err(|error| failed(&entry, &error)).and_then(|store| work(store, &entry));
        // Nobody listens any more when the time was up.
        let _ = sender.send(worked);
    });
    let late = |_| Failure::usage(format!("the keyring has not answered after {} s", LIMIT.as_secs()));
    done.recv_timeout(LIMIT).map_err(late)?
}

fn platform() -> keyring_core::Result<Arc<CredentialStore>> {
    #[cfg(target_os = "macos")]
    let store = apple_native_keyring_store::keychain::Store::new()?;
    #[cfg(windows)]
    let store = windows_native_keyring_store::Store::new()?;
    #[cfg(all(unix, not(target_os = "macos")))]
    let store = zbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

/// What a keyring says; never what is in it.
fn failed(name: &str, error: &Error) -> Failure {
    match error {
        Error::NoEntry => Failure::usage(format!("the keyring has no entry `{name}` of {SERVICE}"))
            .with_help("backhaul profile set NAME --password-keyring asks for the password and keeps it there"),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            Failure::usage(format!("the keyring's entry `{name}` of {SERVICE} is no text"))
        }
        error => Failure::usage(format!("the keyring cannot be used: {error}"))
            .with_help("it belongs to a person's session; a service takes its password from a file or a command"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Code;

    #[test]
    fn what_is_kept_is_read_until_it_is_forgotten() -> Result<(), Box<dyn std::error::Error>> {
        let store: Arc<CredentialStore> = keyring_core::mock::Store::new()?;
        let missing = read_from(&store, "em1").err().ok_or("nothing was kept yet")?;
        assert!(missing.code() == Code::Usage && missing.message().contains("`em1`"), "{missing}");
        let keep = |password: &str| keep_in(&store, "em1", &Secret::from(password.to_owned()));
        keep("first")?;
        keep("pä ss\u{1f511}")?;
        assert_eq!(read_from(&store, "em1")?.expose(), "pä ss\u{1f511}");
        assert!(read_from(&store, "em2").is_err());
        forget_in(&store, "em1")?;
        assert!(read_from(&store, "em1").is_err());
        // Once more takes nothing away.
        forget_in(&store, "em1")?;
        Ok(())
    }

    #[test]
    fn what_is_in_an_entry_is_never_told() {
        let hidden = b"hunter2\xff".to_vec();
        for error in [Error::BadEncoding(hidden.clone()), Error::BadDataFormat(hidden, "hunter2".into())] {
            let told = format!("{:?}", failed("em1", &error));
            assert!(!told.contains("hunter2") && !told.contains("104"), "{told}");
        }
    }
}
