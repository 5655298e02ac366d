//! Answers of other tools from outside: the script is executed, and what it saves is shown.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::folder;

fn playbill(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_playbill"))
        .args(arguments)
        .current_dir(folder)
        .env("PLAYBILL_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .output()
        .expect("playbill runs")
}

fn component(name: &str, annotations: &[(&str, &str)]) -> String {
    let mut text =
        format!("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n  annotations:\n");
    for (key, value) in annotations {
        let _ = writeln!(text, "    {key}: {}", serde_json::to_string(value).expect("a text"));
    }
    text + "spec: {type: service, lifecycle: production, owner: team}\n---\n"
}

/// Runs the printed script with only the tools of a folder beside those of the system.
fn execute(tree: &TempDir, script: &[u8], tools: &[&str], variables: &[(&str, &str)]) -> Output {
    let bin = tree.path().join("bin");
    fs::create_dir_all(&bin).expect("a folder");
    for tool in tools {
        let path = bin.join(tool);
        // Each writes down how it was called, one argument a line.
        fs::write(&path, "#!/bin/sh\nfor word in \"$@\"; do printf '%s\\n' \"$word\" >>\"$CALLS\"; done\necho '{}'\n")
            .expect("a tool");
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    }
    fs::write(tree.path().join("fetch.sh"), script).expect("the script");
    Command::new("sh")
        .arg("fetch.sh")
        .current_dir(tree.path())
        .env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default()))
        .env("CALLS", tree.path().join("calls"))
        .envs(variables.iter().copied())
        .output()
        .expect("sh runs")
}

/// Annotations that a script asks with, each with a hundred values that would run if any part of them were not quoted.
#[test]
#[cfg(unix)]
fn no_value_of_an_annotation_runs() {
    let keys = [
        "github.com/project-slug",
        "gitlab.com/project-slug",
        "gitlab.com/instance",
        "jenkins.io/job-full-name",
        "buildkite.com/project-slug",
        "sonarqube.org/project-key",
        "sentry.io/project-slug",
        "bugsnag.com/project-key",
        "jira/project-key",
        "jira/component",
        "pagerduty.com/service-id",
        "opsgenie.com/component-selector",
        "prometheus.io/rule",
        "prometheus.io/service-name",
        "backstage.io/kubernetes-label-selector",
        "backstage.io/kubernetes-namespace",
        "backstage.io/kubernetes-cluster",
        "argocd/app-name",
        "argocd/instance-name",
        "grafana/host-id",
        "lighthouse.com/website-url",
    ];
    let commands = ["touch pwned", "echo > pwned", "mkdir pwned", "ln -s / pwned"];
    let frames = [
        "$(CMD)",
        "`CMD`",
        "'; CMD; '",
        "\"; CMD; \"",
        "; CMD #",
        "\nCMD\n",
        "| CMD",
        "&& CMD",
        "a' || CMD || 'b",
        "$(CMD",
        "'$(CMD)'",
        "\"$(CMD)\"",
        "${x:-$(CMD)}",
        "a\\'; CMD; '",
        "<(CMD)",
        "\r\nCMD",
        "acme/$(CMD)",
        "acme/web;CMD",
        "acme/web'\nCMD\n'",
        "--upload-file=/etc/passwd",
        "-K/etc/passwd",
        "../../pwned",
        "acme/../../pwned",
        "%0aCMD",
        "$IFS$(CMD)",
        "@/etc/passwd",
    ];
    let mut catalog = String::new();
    let mut count = 0;
    for (at, (frame, command)) in
        frames.iter().flat_map(|frame| commands.iter().map(move |command| (frame, command))).enumerate()
    {
        let value = frame.replace("CMD", command);
        let pairs: Vec<(&str, &str)> = keys.iter().map(|key| (*key, value.as_str())).collect();
        catalog += &component(&format!("c{at}"), &pairs);
        // Without those that only choose a server, of which nothing is known.
        let chooses = ["instance", "service-name", "host-id", "cluster", "namespace"];
        let plain: Vec<(&str, &str)> =
            pairs.into_iter().filter(|(key, _)| !chooses.iter().any(|end| key.ends_with(end))).collect();
        catalog += &component(&format!("d{at}"), &plain);
        count += 1;
    }
    assert!(count >= 100);
    let tree = folder(&[("catalog-info.yaml", &catalog)]);
    let printed = playbill(tree.path(), &["snapshots", "script"]);
    assert_eq!(printed.status.code(), Some(0), "{}", String::from_utf8_lossy(&printed.stderr));
    let variables: Vec<(&str, &str)> = [
        "PAGERDUTY_TOKEN",
        "SONARQUBE_TOKEN",
        "SENTRY_TOKEN",
        "SENTRY_ORG",
        "OPSGENIE_TOKEN",
        "GRAFANA_TOKEN",
        "BUILDKITE_TOKEN",
        "JIRA_USER",
        "JIRA_TOKEN",
        "JENKINS_USER",
        "JENKINS_TOKEN",
        "BUGSNAG_TOKEN",
        "SONARQUBE_URL",
        "PROMETHEUS_URL",
        "JIRA_URL",
        "JENKINS_URL",
        "GRAFANA_URL",
        "ALERTMANAGER_URL",
    ]
    .map(|name| (name, "x"))
    .to_vec();
    let tools = ["gh", "glab", "kubectl", "argocd", "lighthouse", "curl", "jq"];
    let ran = execute(&tree, &printed.stdout, &tools, &variables);
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    for place in [tree.path().to_owned(), tree.path().join("snapshots"), tree.path().join("bin")] {
        assert!(!place.join("pwned").exists(), "something ran in {}", place.display());
    }
    assert!(!tree.path().parent().expect("a parent").join("pwned").exists());
    // What is not refused by its form arrives whole, as one argument.
    let calls = fs::read_to_string(tree.path().join("calls")).expect("some were asked");
    assert!(calls.lines().any(|line| line.contains("$(touch pwned)")), "{calls}");
    assert!(!calls.lines().any(|line| line == "--upload-file=/etc/passwd"));
}

type Answers = BTreeMap<&'static str, (u16, &'static str)>;

/// A server that answers as tools do; notes what is asked.
fn serve(answers: Answers) -> (String, Arc<Mutex<Vec<String>>>, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (asked, done) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
    let (asked_too, done_too) = (Arc::clone(&asked), Arc::clone(&done));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            if done_too.load(Ordering::Relaxed) {
                return;
            }
            let Ok(mut stream) = stream else { continue };
            let mut bytes = [0; 8192];
            let count = stream.read(&mut bytes).unwrap_or(0);
            let head = String::from_utf8_lossy(&bytes[..count]).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let found = answers.iter().find(|(start, _)| path.starts_with(**start)).map(|(_, answer)| *answer);
            let (status, body) = found.unwrap_or((404, "{\"errors\":[{\"msg\":\"nothing here\"}]}"));
            let _ = write!(
                stream,
                "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            if let Ok(mut asked) = asked_too.lock() {
                asked.push(head);
            }
        }
    });
    (address, asked, done)
}

#[test]
#[cfg(unix)]
fn what_the_script_saves_is_what_pages_show() {
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let (address, asked, done) = serve(BTreeMap::from([
        (
            "/api/v1/rules",
            (
                200,
                r#"{"status":"success","data":{"groups":[{"rules":[{"type":"alerting","name":"Down","health":"ok","labels":{},"alerts":[{"state":"firing","labels":{},"value":"1e+00"}]}]}]}}"#,
            ),
        ),
        ("/api/v2/alerts", (503, "upstream connect error")),
        (
            "/api/measures/component?component=acme%3Aweb",
            (200, r#"{"component":{"measures":[{"metric":"alert_status","value":"ERROR"}]}}"#),
        ),
        ("/api/measures/component?component=gone", (404, r#"{"errors":[{"msg":"Component key 'gone' not found"}]}"#)),
        (
            "/services/PAB12CD",
            (200, r#"{"service":{"name":"Web","status":"critical","escalation_policy":{"id":"PESC001"}}}"#),
        ),
        ("/incidents", (200, r#"{"incidents":[{"title":"Payments fail","status":"triggered","urgency":"high"}]}"#)),
    ]));
    let catalog = component(
        "web",
        &[
            ("prometheus.io/alert", "Down"),
            ("sonarqube.org/project-key", "acme:web"),
            ("pagerduty.com/service-id", "PAB12CD"),
        ],
    ) + &component("gone", &[("sonarqube.org/project-key", "gone"), ("prometheus.io/labels", "a=b")]);
    let tree = folder(&[("catalog-info.yaml", &catalog)]);
    let printed = playbill(tree.path(), &["snapshots", "script"]);
    let variables: Vec<(&str, &str)> = vec![
        ("PROMETHEUS_URL", &address),
        ("ALERTMANAGER_URL", &address),
        ("SONARQUBE_URL", &address),
        ("SONARQUBE_TOKEN", "squ-secret"),
        ("PAGERDUTY_URL", &address),
        ("PAGERDUTY_TOKEN", "pd-secret"),
        ("no_proxy", "*"),
    ];
    let ran = execute(&tree, &printed.stdout, &[], &variables);
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    done.store(true, Ordering::Relaxed);
    assert!(!String::from_utf8_lossy(&printed.stdout).contains("secret"));
    let asked = asked.lock().expect("the list").clone();
    assert!(asked.iter().any(|head| head.contains("Authorization: Token token=pd-secret")), "{asked:?}");
    assert!(asked.iter().any(|head| head.contains("Authorization: Basic")));
    let facts: Value = serde_json::from_slice(&playbill(tree.path(), &["export", "--facts"]).stdout).expect("JSON");
    let of = |name: &str, source: &str| facts["facts"][format!("component:default/{name}")][source].clone();
    assert_eq!(of("web", "prometheus")["values"]["alerts.firing"], 1);
    assert_eq!(of("web", "prometheus")["state"], "fresh");
    assert_eq!(of("web", "sonarqube")["values"]["quality.gate"], "ERROR");
    assert_eq!(of("web", "pagerduty")["values"]["incidents.open"], 1);
    assert_eq!(of("gone", "sonarqube")["state"], "error");
    assert_eq!(of("gone", "sonarqube")["message"], "Component key 'gone' not found");
    assert_eq!(of("gone", "alertmanager")["message"], "HTTP 503");
    let built = playbill(tree.path(), &["build"]);
    assert_eq!(built.status.code(), Some(0), "{}", String::from_utf8_lossy(&built.stderr));
    let page = fs::read_to_string(tree.path().join("site/catalog/default/component/web/index.html")).expect("a page");
    assert!(page.contains("data-snapshot=\"pagerduty\"") && page.contains("Payments fail"), "{page}");
    // A second run with everything failing keeps the good answers.
    let again = execute(&tree, &printed.stdout, &[], &[("PROMETHEUS_URL", "http://127.0.0.1:9"), ("no_proxy", "*")]);
    assert_eq!(again.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&again.stderr).contains("SONARQUBE_TOKEN"), "what is missing is said");
    let facts: Value = serde_json::from_slice(&playbill(tree.path(), &["export", "--facts"]).stdout).expect("JSON");
    let prometheus = &facts["facts"]["component:default/web"]["prometheus"];
    assert_eq!(prometheus["state"], "error");
    assert_eq!(prometheus["values"]["alerts.firing"], 1, "yesterday's facts stay");
    let old = playbill(tree.path(), &["check", "--max-age", "7d"]);
    assert_eq!(old.status.code(), Some(0), "{}", String::from_utf8_lossy(&old.stdout));
}

#[test]
fn the_plan_is_the_script_as_data_and_unknown_sources_are_named() {
    let tree = folder(&[("catalog-info.yaml", &component("web", &[("github.com/project-slug", "acme/web")]))]);
    let plan = playbill(tree.path(), &["snapshots", "plan", "--source", "github-actions"]);
    let plan: Value = serde_json::from_slice(&plan.stdout).expect("JSON");
    assert_eq!(plan["requests"][0]["path"], "github-actions/acme/web/runs.json");
    let wrong = playbill(tree.path(), &["snapshots", "script", "--source", "github-action"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("perhaps `github-actions`"));
}
