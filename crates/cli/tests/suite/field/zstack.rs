//! ZStack.

use super::*;

const UUID: &str = "0f5d5a3c2b7e4f0e9b8a7c6d5e4f3a2b";

/// 09: a router's status is a text: filtered and sorted by, whatever the kind.
#[test]
fn routers_are_sorted_by_their_status() -> Result {
    let home = Home::new()?;
    for (kind, filter) in [
        ("zstack.ApplianceVm", "status==Connected"),
        ("zstack.VirtualRouterVm", "status!=Connected"),
        ("zstack.VpcRouterVm", "status==Connected"),
    ] {
        home.run(&["filter", "check", filter, "--type", kind])?.ends(0);
    }
    let router = |name: &str, status: &str| {
        format!(
            r#"{{"uuid": "{UUID}", "name": "{name}", "state": "Running", "status": "{status}",
                "applianceVmType": "VirtualRouter", "type": "ApplianceVm", "haStatus": "NoHa"}}"#
        )
    };
    let (home, server) = scripted("zstack", &[], move |asked| {
        let both = [router("vr-1", "Disconnected"), router("vr-2", "Connected")].join(",");
        asked.target.contains("/appliances").then(|| (200, format!(r#"{{"inventories": [{both}]}}"#)))
    })?;
    let sorted = ["--sort-asc", "status", "--fields", "name,status", "-o", "json"];
    let ran = home.run(&[&["query", "zstack.ApplianceVm", "-p", "it"], &sorted[..]].concat())?.ends(0);
    assert_eq!(ran.column("status")?.len(), 2, "{} {:?}", ran.err, server.asked());
    let (home, _sim) = simulated(&[])?;
    for kind in ["zstack.ApplianceVm", "zstack.VirtualRouterVm", "zstack.VpcRouter", "zstack.BareMetal2Instance"] {
        let ran = home.run(&[&["query", kind, "-p", "zstack"], &sorted[..]].concat())?.ends(0);
        let found = ran.column("status")?;
        assert!(found.is_sorted_by_key(|status| status.as_str().map(str::to_owned)), "{kind}: {found:?}");
        let Some(one) = found.first().and_then(Value::as_str) else { continue };
        let filter = format!("status==\"{one}\"");
        let ran = home.run(&["query", kind, "-p", "zstack", "--filter", &filter, "-o", "json"])?.ends(0);
        assert!(!ran.column("status")?.is_empty(), "{kind}");
    }
    Ok(())
}

/// 10: what became of each tag.
#[test]
fn attached_tags_tell_their_results() -> Result {
    let (home, _server) = scripted("zstack", &[], |asked| match asked.target.as_str() {
        target if target.contains("/api-jobs/") => Some((
            200,
            format!(r#"{{"results": [{{"success": true, "inventory": {{"uuid": "{UUID}", "tag": "simple::a"}}}}]}}"#),
        )),
        target if target.contains("/tags/") => {
            Some((202, format!(r#"{{"location": "http://localhost:8080/zstack/v1/api-jobs/{UUID}"}}"#)))
        }
        _ => None,
    })?;
    let body = home.file("body.json", &format!(r#"{{"params": {{"resourceUuids": ["{UUID}"]}}}}"#))?;
    let tag = format!("tagUuid={UUID}");
    let call = ["call", "zstack.AttachTagToResources", "-p", "it", "--param", &tag, "--body", &body, "--wait"];
    let ran = home.run(&call)?.ends(0);
    assert_eq!(ran.json()?["results"][0]["success"], true, "{}", ran.out);
    assert_eq!(ran.json()?["results"][0]["inventory"]["uuid"], UUID);
    let (home, _sim) = simulated(&[])?;
    let body = home.file("body.json", &format!(r#"{{"params": {{"resourceUuids": ["{UUID}"]}}}}"#))?;
    let call = ["call", "zstack.AttachTagToResources", "-p", "zstack", "--param", &tag, "--body", &body, "--wait"];
    let ran = home.run(&call)?.ends(0);
    assert!(ran.json()?["results"][0]["success"].is_boolean(), "{}", ran.out);
    Ok(())
}

/// 11: a job that ends with nothing but its success.
#[test]
fn a_job_may_answer_success_alone() -> Result {
    let home = Home::new()?;
    let answer = home.file("success.json", r#"{"success": true}"#)?;
    let request = format!("POST /zstack/v1/security-groups/{UUID}/vm-instances/nics");
    home.run(&["check", "zstack", "--request", &request, &answer])?.ends(0);
    let (home, _server) = scripted("zstack", &[], |asked| match asked.target.as_str() {
        target if target.contains("/api-jobs/") => Some((200, r#"{"success": true}"#.to_owned())),
        target if target.ends_with("/nics") => {
            Some((202, format!(r#"{{"location": "http://localhost:8080/zstack/v1/api-jobs/{UUID}"}}"#)))
        }
        _ => None,
    })?;
    let nics = home.file("nics.json", &format!(r#"{{"params": {{"vmNicUuids": ["{UUID}"]}}}}"#))?;
    let group = format!("securityGroupUuid={UUID}");
    let call = ["call", "zstack.AddVmNicToSecurityGroup", "--param", &group, "--body", &nics, "--wait"];
    home.run(&[&call[..], &["-p", "it"]].concat())?.ends(0);
    let (sim_home, _sim) = simulated(&[])?;
    sim_home.run(&[&call[..], &["-p", "zstack"]].concat())?.ends(0);
    Ok(())
}

/// 31: two conditions on one field are both sent.
#[test]
fn conditions_on_one_field_are_both_sent() -> Result {
    let filter = "vmNics.metaData!=\"a\";vmNics.metaData!=\"b\"";
    let ran = Home::new()?.run(&["filter", "url", filter, "--type", "zstack.VmInstance"])?.ends(0);
    assert_eq!(ran.out.matches("vmNics.metaData").count(), 2, "{}", ran.out);
    Ok(())
}
