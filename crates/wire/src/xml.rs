//! Enterprise Manager's XML, whole bodies and streams.
