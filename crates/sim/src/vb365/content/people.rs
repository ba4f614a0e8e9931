//! What made-up records are about: people, groups, sites, teams, mail, files.

use serde_json::{Value, json};

use crate::vb365::invent;

const FIRST: [&str; 15] = [
    "Anna", "Björn", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hiroshi", "Ines", "Jonas", "Karin", "Luis", "Mei",
    "Noah", "Olga",
];
const LAST: [&str; 11] = [
    "Albrecht", "Brandt", "Castillo", "Dubois", "Eriksen", "Fischer", "García", "Haddad", "Ivanova", "Jensen",
    "O'Neill",
];
const UNITS: [&str; 7] = ["Sales", "Research & Development", "Finance", "Legal", "Support", "Marketing", "Board"];
const SUBJECTS: [&str; 8] = [
    "Quarterly report",
    "Re: Invoice 1042",
    "Minutes of the meeting",
    "Offer for Fabrikam",
    "Travel expenses",
    "Welcome!",
    "Backup window",
    "Contract (draft)",
];
const FILES: [&str; 8] = [
    "Budget 2026.xlsx",
    "Contract.docx",
    "Invoice1.pdf",
    "Logo.png",
    "Notes.one",
    "Plan & schedule.mpp",
    "Prices.csv",
    "Slides.pptx",
];

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Person,
    Group,
    Site,
    Team,
    Message,
    MailboxItem,
    File,
    Folder,
    /// Anything else: it is called what it is, and by number.
    Thing,
}

/// What the records of a collection are about, by the last part of its path.
pub(super) fn subject(last: &str) -> Subject {
    match last {
        "users" | "userdata" | "mailboxes" | "mailboxdata" | "onedrives" | "onedrivedata" | "protectedusers"
        | "protectedmailboxes" | "protectedonedrives" | "licensedusers" | "members" | "backupaccounts"
        | "processedobjects" => Subject::Person,
        "groups" | "groupdata" | "protectedgroups" => Subject::Group,
        "sites" | "sitedata" | "webs" | "protectedsites" => Subject::Site,
        "teams" | "teamdata" | "protectedteams" => Subject::Team,
        "items" => Subject::MailboxItem,
        "posts" => Subject::Message,
        "documents" | "files" | "versions" | "attachments" => Subject::File,
        "folders" | "lists" | "libraries" => Subject::Folder,
        _ => Subject::Thing,
    }
}

/// An item of a mailbox. Most are messages; each of the other seven kinds comes once in fifteen, with the members of
/// its kind.
fn mailbox_item(at: usize, domain: &str) -> Value {
    let subject = format!("{} ({})", SUBJECTS[at % SUBJECTS.len()], at + 1);
    let person = format!("user{:02}@{domain}", at % 9 + 1);
    let other = format!("user{:02}@{domain}", at % 7 + 10);
    let ago = |seconds: usize| invent::date(seconds.try_into().unwrap_or_default());
    let hour = at * 3_600;
    match at % 15 {
        2 => json!({ "itemClass": "IPM.Appointment", "subject": subject, "organizer": person, "attendees": other,
            "startTime": ago(hour + 3_600), "endTime": ago(hour), "location": format!("Room {}", at % 4 + 1),
            "recurring": false }),
        4 => json!({ "itemClass": "IPM.Contact", "fullName": format!("{} {}", FIRST[at % 15], LAST[at % 11]),
            "email": other, "company": "Fabrikam", "jobTitle": UNITS[at % 7], "businessPhone": "+49 221 555 0142" }),
        6 => json!({ "itemClass": "IPM.Task", "subject": subject, "status": "InProgress", "percentComplete": 0.5,
            "startDate": ago(hour + 86_400), "dueDate": ago(hour), "owner": person }),
        8 => json!({ "itemClass": "IPM.Activity", "subject": subject, "startTime": ago(hour), "duration": 30,
            "entryType": "Phone call", "company": "Fabrikam" }),
        10 => json!({ "itemClass": "IPM.StickyNote", "subject": subject, "date": ago(hour) }),
        12 => json!({ "itemClass": "IPM.Post", "subject": subject, "from": person, "postedOn": ago(hour) }),
        14 => json!({ "itemClass": "IPM.DistList", "name": UNITS[at % 7] }),
        _ => json!({ "itemClass": "IPM.Note", "subject": subject, "from": person, "to": other, "sent": ago(hour + 2),
            "received": ago(hour), "importance": "Normal", "reminder": false }),
    }
}

impl Subject {
    /// The members that say so; those that a type lacks are never shown.
    pub(super) fn members(self, at: usize, domain: &str, last: &str) -> Vec<(String, Value)> {
        let unit = UNITS[at % UNITS.len()];
        let slug: String = unit.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
        let number = if at < UNITS.len() { String::new() } else { format!(" {}", at / UNITS.len() + 1) };
        let tenant = domain.split('.').next().unwrap_or(domain);
        let members = match self {
            Self::Person => {
                let (first, surname) = (FIRST[at % FIRST.len()], LAST[at * 7 % LAST.len()]);
                let login = format!("user{:02}@{domain}", at + 1);
                let name = format!("{first} {surname}");
                json!({
                    "displayName": name, "name": if last == "users" { login.clone() } else { name.clone() }, "email": login,
                    "userName": login, "login": login, "accountName": login, "userPrincipalName": login, "mail": login,
                    "title": name, "type": "User", "url": format!("https://{tenant}-my.sharepoint.com/personal/user{:02}", at + 1),
                    "isBackedUp": true, "officeName": format!("Office {}", at % 4 + 1), "licenseState": "Licensed",
                })
            }
            Self::Group => json!({
                "displayName": format!("{unit}{number}"), "name": format!("{slug}{at}@{domain}"), "type": "Office365",
                "managedBy": format!("user01@{domain}"), "site": format!("https://{tenant}.sharepoint.com/sites/{slug}{at}"),
            }),
            Self::Site => {
                let url = format!("https://{tenant}.sharepoint.com/sites/{slug}{at}");
                json!({ "name": format!("{unit}{number}"), "title": format!("{unit}{number}"), "Title": unit, "displayName": unit,
                    "url": url, "Url": url, "isPersonal": false, "isArchived": false })
            }
            Self::Team => json!({
                "displayName": format!("{unit}{number}"), "name": format!("{unit}{number}"), "mail": format!("{slug}{at}@{domain}"),
                "email": format!("{slug}{at}@{domain}"), "description": format!("The team of {unit}"), "isArchived": false,
            }),
            Self::Message => {
                let subject = format!("{} ({})", SUBJECTS[at % SUBJECTS.len()], at + 1);
                let from = format!("user{:02}@{domain}", at % 9 + 1);
                json!({ "subject": subject, "from": from, "author": from, "to": format!("user{:02}@{domain}", at % 7 + 10),
                    "body": format!("<p>{subject}</p>"), "title": subject, "name": subject,
                    "createdTime": invent::date(at as i64 * 3_600) })
            }
            Self::MailboxItem => mailbox_item(at, domain),
            Self::File => {
                let name = FILES[at % FILES.len()];
                let name = if at < FILES.len() { name.to_owned() } else { format!("{} {name}", at / FILES.len() + 1) };
                json!({ "name": name, "displayName": name, "title": name, "sizeBytes": 4096 + at * 1013, "version": (at + 1).to_string(),
                    "isFolder": false, "createdBy": "Anna Albrecht", "modifiedBy": "Karin Jensen" })
            }
            Self::Folder => {
                let name = if last == "folders" { format!("Folder {}", at + 1) } else { format!("{unit}{number}") };
                json!({ "name": name, "displayName": name, "title": name, "isFolder": true })
            }
            Self::Thing => {
                let noun = last.strip_suffix("ies").map(|stem| format!("{stem}y"));
                let noun = noun.unwrap_or_else(|| last.trim_end_matches('s').to_owned());
                json!({ "name": format!("{noun}-{}", at + 1), "displayName": format!("{noun} {}", at + 1) })
            }
        };
        match members {
            Value::Object(members) => members.into_iter().collect(),
            _ => Vec::new(),
        }
    }
}
