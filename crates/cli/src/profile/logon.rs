//! What logs on to ZStack, in a profile: an account, a user of one, an access key.

use backhaul_transport::ZstackLogon;
use backhaul_wire::System;

/// What the words of a profile make: who logs on, and by which name or id. The error is a sentence about the word that
/// it names.
pub(crate) fn check(
    system: System,
    user: Option<String>,
    account: Option<String>,
    access_key: Option<String>,
) -> Result<(Option<String>, ZstackLogon), (&'static str, &'static str)> {
    let of_zstack = |word| if system == System::Zstack { Ok(()) } else { Err((word, "only ZStack has one")) };
    match (access_key, account) {
        (Some(_), _) if user.is_some() => Err(("access_key", "it stands in place of `user`")),
        (Some(_), Some(_)) => Err(("access_key", "it stands in place of `account`")),
        (Some(id), None) => of_zstack("access_key").map(|()| (Some(id), ZstackLogon::AccessKey)),
        (None, Some(_)) if user.is_none() => Err(("account", "it says whose user `user` is, which is missing")),
        (None, Some(account)) => of_zstack("account").map(|()| (user, ZstackLogon::User(account))),
        (None, None) => Ok((user, ZstackLogon::Account)),
    }
}
