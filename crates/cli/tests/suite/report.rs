//! Reports as HTML: of now, over time, and bills.

use crate::common::{Home, Ran, Result};

#[test]
fn a_report_is_written_in_place_of_printing() -> Result {
    let home = Home::new()?;
    let path = home.path("usage.html").to_string_lossy().into_owned();
    let ran = home.demo(&["usage", "--html", &path])?.ends(0);
    assert!(ran.out.is_empty() && ran.err.contains("usage.html"), "{} {}", ran.out, ran.err);
    let page = std::fs::read_to_string(&path)?;
    for text in ["<h1>Storage usage</h1>", "Repositories", "Tenants", "All rows", "ABC Company", "<td class=p data-v="]
    {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("http://") && !page.contains("https://"));
    home.demo(&["usage", "--html", &path, "--by", "system", "--total", "--over", "10%"])?.ends(0);
    assert!(std::fs::read_to_string(&path)?.contains("Sums"));
    home.demo(&["usage", "--html", &path, "-o", "json"])?.ends(2);
    home.demo(&["usage", "--html", "/nowhere/at/all.html"])?.ends(7);
    Ok(())
}

#[test]
fn a_report_tells_what_is_missing_in_it() -> Result {
    let home = Home::new()?;
    let sim = crate::common::SimProcess::start(&home, &["--http", "--em", "127.0.0.1:0"])?;
    home.add("em1", "em", sim.url("em"), &[])?;
    home.add("gone", "em", "http://127.0.0.1:9", &[])?;
    let path = home.path("usage.html").to_string_lossy().into_owned();
    home.run(&["usage", "--html", &path])?.ends(6);
    let page = std::fs::read_to_string(&path)?;
    assert!(page.contains("Not in this report, or not whole: gone"), "{page}");
    Ok(())
}

#[cfg(feature = "store")]
#[test]
fn growth_and_bills_are_reports_as_well() -> Result {
    let home = Home::new()?;
    let store = home.path("store").to_string_lossy().into_owned();
    home.demo(&["collect", "--store", &store])?.ends(0);
    home.demo(&["collect", "--store", &store])?.ends(0);
    let path = home.path("report.html").to_string_lossy().into_owned();
    home.demo(&["usage", "--since", "7d", "--store", &store, "--html", &path])?.ends(0);
    let page = std::fs::read_to_string(&path)?;
    assert!(page.contains("Storage usage of the last 7 days") && page.contains("<i aria-hidden=true>▁▁</i>"), "{page}");

    let listed = Ran::new(home.unnamed(&["store", "list", "--store", &store, "-o", "json"]).output()?)?.ends(0);
    let day = listed.column("day")?.first().and_then(|day| day.as_str().map(str::to_owned)).ok_or("no day")?;
    home.demo(&["usage", "--at", &day, "--store", &store, "--html", &path])?.ends(0);
    assert!(std::fs::read_to_string(&path)?.contains(&format!("Storage usage on {day} (UTC)")));
    home.demo(&["usage", "--at", &day, "--timezone", "Mars/Olympus", "--store", &store])?.ends(2);
    // No zone is a day behind and ahead at once: one of these days has the runs.
    let zones = ["Pacific/Kiritimati", "Pacific/Niue"];
    for zone in zones {
        let at = home.demo(&["usage", "--at", &day, "--timezone", zone, "--store", &store])?;
        assert!([Some(0), Some(1)].contains(&at.code), "{}", at.err);
    }

    let prices = home.file("prices.toml", "currency = \"EUR\"\nminimum = \"5\"\n[[price]]\nlocal = \"0.05\"\n")?;
    let month = day.get(..7).ok_or("no month")?;
    let bill = |more: &[&str]| {
        let line = ["billing", "--month", month, "--prices", &prices, "--store", &store];
        Ran::new(home.unnamed(&[&line, more].concat()).output()?)
    };
    bill(&["--html", &path])?.ends(0);
    let page = std::fs::read_to_string(&path)?;
    assert!(page.contains("ABC Company: 5.00 EUR, the minimum") && page.contains("class=own-page"), "{page}");
    let csv = bill(&["-o", "csv", "--decimal-mark", "comma"])?.ends(0);
    assert!(csv.out.contains("\"5,00\"") && csv.out.contains("\"0,05\""), "{}", csv.out);
    Ok(())
}

/// A report takes the place of a file, and of nothing else: a link stays a link, a device a device.
#[cfg(unix)]
#[test]
fn a_report_leaves_what_is_no_file_in_its_place() -> Result {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

    let home = Home::new()?;
    let real = home.file("real.html", "old")?;
    crate::common::set_mode(real.as_ref(), 0o600)?;
    let link = home.path("link.html");
    symlink("real.html", &link)?;
    home.demo(&["usage", "--html", &link.to_string_lossy()])?.ends(0);
    assert!(std::fs::symlink_metadata(&link)?.is_symlink());
    assert!(std::fs::read_to_string(&real)?.contains("<h1>Storage usage</h1>"));
    assert_eq!(std::fs::metadata(&real)?.permissions().mode() & 0o777, 0o600);

    let pipe = home.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status()?.success());
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || std::fs::read_to_string(pipe))
    };
    home.demo(&["usage", "--html", &pipe.to_string_lossy()])?.ends(0);
    // Were the pipe replaced, nobody would ever write to it: the reader must not be waited for then.
    assert!(std::fs::symlink_metadata(&pipe)?.file_type().is_fifo());
    assert!(reader.join().map_err(|_| "the reader panicked")??.contains("<h1>Storage usage</h1>"));

    let out = home.demo(&["usage", "--html", "-"])?.ends(0);
    assert!(out.out.starts_with("<!doctype html>") && !out.err.contains("is in"), "{}", out.err);
    assert!(!std::path::Path::new("-").exists());
    Ok(())
}
