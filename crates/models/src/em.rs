//! Veeam Backup Enterprise Manager.
