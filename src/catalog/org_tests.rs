//! What becomes of saved answers, through the catalog.

use serde_json::{Value as Json, json};

use crate::catalog::{self, export};
use crate::config;
use crate::text::FileId;
use crate::workspace::Workspace;

/// Returns the entities by reference, and the findings as `severity code file: message`.
fn read(configuration: &str, files: &[(&str, &str)]) -> (Vec<(String, Json)>, Vec<String>) {
    let (config, problems) = config::parse(FileId::new(0), configuration);
    assert!(problems.is_empty(), "{problems:?}");
    let mut all = vec![("playbill.yaml", configuration.as_bytes())];
    all.extend(files.iter().map(|(path, text)| (*path, text.as_bytes())));
    let workspace = Workspace::from_files(config, &all);
    let loaded = catalog::load(&workspace);
    let entities = loaded.catalog.entities().iter();
    let entities =
        entities.map(|entity| (entity.reference.to_string(), serde_json::to_value(export::written(entity)).unwrap()));
    let found = loaded.diagnostics.iter().map(|found| {
        let span = found.span();
        format!("{} {} {}: {}", found.severity.as_str(), found.code.as_str(), workspace.path(span.file), found.message)
    });
    (entities.collect(), found.filter(|found| !found.contains("no-catalog-file")).collect())
}

fn github(members: &Json, teams: &Json) -> String {
    json!([
        {"data": {"organization": {"membersWithRole": {"pageInfo": {"hasNextPage": false}, "nodes": members}}}},
        {"data": {"organization": {"teams": {"pageInfo": {"hasNextPage": false}, "nodes": teams}}}},
    ])
    .to_string()
}

const GITHUB: &str = "org:\n  - {type: github, org: acme, files: org/*.json}\n";

#[test]
fn one_bad_entry_costs_itself() {
    let long = "x".repeat(300);
    let members = json!([{"login": "ann"}, {"login": "../etc"}, {"login": "<script>"}, {"login": long}, {"name": "nobody"}, null]);
    let teams = json!([{"slug": "web", "members": {"nodes": [{"login": "ann"}, {"login": "gone"}]}}]);
    let (entities, found) = read(GITHUB, &[("org/all.json", &github(&members, &teams))]);
    let names: Vec<&str> = entities.iter().map(|(reference, _)| reference.as_str()).collect();
    assert_eq!(names, ["group:default/web", "user:default/ann"]);
    assert_eq!(entities[0].1["spec"]["members"], json!(["ann", "gone"]), "as the source says it");
    let skipped = found
        .iter()
        .filter(|found| found.starts_with("warning org-entry-skipped org/all.json: this entry is left out:"));
    assert_eq!(skipped.count(), 4, "{found:#?}");
    assert!(found.iter().any(|found| found
        == "info org-member-unknown org/all.json: 1 member of a group is not among the users that were saved"));
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn half_an_answer_is_an_error() {
    let more = json!({"data": {"organization": {"membersWithRole": {"pageInfo": {"hasNextPage": true}, "nodes": []}}}})
        .to_string();
    let last =
        json!({"data": {"organization": {"membersWithRole": {"pageInfo": {"hasNextPage": false}, "nodes": []}}}})
            .to_string();
    let refused = json!({"data": null, "errors": [{"message": "Resource not accessible"}]}).to_string();
    let team = github(&json!([]), &json!([{"slug": "a", "members": {"pageInfo": {"hasNextPage": true}, "nodes": []}}]));
    let rest = json!({"data": {"organization": {"team": {"slug": "a", "members": {"pageInfo": {"hasNextPage": false}, "nodes": [{"login": "ann"}]}}}}}).to_string();
    let graph = "org:\n  - {type: msgraph, files: org/}\n";
    let okta = "org:\n  - {type: okta, files: org/}\n";
    let ldap = "org:\n  - {type: ldap, users: {files: org/users.ldif}}\n";
    type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], &'c str);
    let cases: &[Case<'_>] = &[
        (GITHUB, &[("org/1.json", &more)], "says that more members follow"),
        (GITHUB, &[("org/1.json", &more), ("org/2.json", &last)], ""),
        (GITHUB, &[("org/1.json", &refused)], "GitHub answered with an error: Resource not accessible"),
        (GITHUB, &[("org/1.json", &last[..40])], "is no JSON, or it is cut off here"),
        (GITHUB, &[("org/1.json", "")], "this answer is empty"),
        (GITHUB, &[], "there is no saved answer `org/*.json`"),
        (GITHUB, &[("org/1.json", &team)], "says that more members of the team `a` follow"),
        (GITHUB, &[("org/1.json", &team), ("org/2.json", &rest)], ""),
        (
            graph,
            &[("org/users.json", r#"{"@odata.nextLink": "https://x", "value": []}"#)],
            "says that more users follow",
        ),
        (
            graph,
            &[("org/groups.json", r#"{"error": {"code": "Forbidden"}}"#)],
            "Microsoft Graph answered with an error: Forbidden",
        ),
        (
            graph,
            &[("org/members/g.json", r#"{"@odata.nextLink": "https://x", "value": []}"#)],
            "says that more members follow",
        ),
        (
            okta,
            &[("org/users.json", r#"{"errorCode": "E0000011", "errorSummary": "Invalid token"}"#)],
            "Okta answered with an error: Invalid token",
        ),
        (
            ldap,
            &[("org/users.ldif", "dn: uid=a\nuid: a\n\nresult: 4 Size limit exceeded\n")],
            "the search ended early: 4 Size limit exceeded",
        ),
    ];
    for (configuration, files, wanted) in cases {
        let (_, found) = read(configuration, files);
        let errors: Vec<&String> = found.iter().filter(|found| found.starts_with("error ")).collect();
        match *wanted {
            "" => assert!(errors.is_empty(), "{files:?}: {found:#?}"),
            wanted => assert!(errors.len() == 1 && errors[0].contains(wanted), "{wanted}: {found:#?}"),
        }
    }
}

#[test]
fn groups_in_a_circle_end() {
    let teams = json!([{"slug": "a", "parentTeam": {"slug": "b"}}, {"slug": "b", "parentTeam": {"slug": "a"}}, {"slug": "c", "parentTeam": {"slug": "c"}}]);
    let (entities, _) = read(GITHUB, &[("org/all.json", &github(&json!([]), &teams))]);
    assert_eq!(entities.len(), 3);
    let group = |id: &str, child: &str| {
        json!({"value": [{"@odata.type": "#microsoft.graph.group", "id": child}], "id": id}).to_string()
    };
    let (a, b) = (group("a", "b"), group("b", "a"));
    let files = [
        ("org/groups.json", r#"{"value": [{"id": "a", "displayName": "A"}, {"id": "b", "displayName": "B"}]}"#),
        ("org/members/a.json", a.as_str()),
        ("org/members/b.json", b.as_str()),
    ];
    let (entities, _) = read("org:\n  - {type: msgraph, files: org/}\n", &files);
    assert_eq!(entities.len(), 2);
}

#[test]
fn catalog_files_and_answers_are_merged_as_configured() {
    let answer =
        github(&json!([{"login": "ann", "id": "U_1", "name": "Ann Lee", "email": "ann@acme.example"}]), &json!([]));
    let file = "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: ann}\nspec: {profile: {displayName: Annie}, memberOf: []}\n";
    let merged = |merge: &str| {
        let configuration = format!("org:\n  - {{type: github, files: org/*.json, merge: {merge}}}\n");
        let (entities, found) = read(&configuration, &[("catalog-info.yaml", file), ("org/all.json", &answer)]);
        assert_eq!(entities.len(), 1);
        (
            entities[0].1["spec"]["profile"].clone(),
            entities[0].1["metadata"]["annotations"]["github.com/user-id"].clone(),
            found,
        )
    };
    let (profile, id, found) = merged("yaml");
    assert_eq!((profile, id), (json!({"displayName": "Annie"}), Json::Null));
    assert_eq!(found, [""; 0]);
    let (profile, id, found) = merged("overlay");
    assert_eq!((profile, id), (json!({"displayName": "Annie", "email": "ann@acme.example"}), json!("U_1")));
    assert_eq!(found, [""; 0]);
    let (_, _, found) = merged("error");
    assert!(found.len() == 2 && found.iter().all(|found| found.contains("duplicate-entity")), "{found:?}");
}

#[test]
fn two_entries_with_one_name_are_a_duplicate() {
    let users =
        r#"[{"id": "1", "profile": {"email": "ann@a.example"}}, {"id": "2", "profile": {"email": "ann@b.example"}}]"#;
    let configuration = "org:\n  - {type: okta, files: org/, userNamingStrategy: strip-domain-email}\n";
    let (entities, found) = read(configuration, &[("org/users.json", users)]);
    assert_eq!(entities.len(), 1);
    assert!(found.iter().any(|found| found.contains("duplicate-entity")), "{found:?}");
}

#[test]
fn entities_say_where_they_come_from() {
    let users = "[\n  {\"id\": \"a\", \"profile\": {}},\n  {\"id\": \"b\", \"profile\": {}}\n]\n";
    let (config, _) = config::parse(FileId::new(0), "org:\n  - {type: okta, files: org/}\n");
    let workspace = Workspace::from_files(config, &[("org/users.json", users.as_bytes())]);
    let catalog = catalog::load(&workspace).catalog;
    let entity = catalog.get(catalog.find("user:default/b").unwrap());
    assert_eq!(entity.line, 3);
    assert_eq!(entity.annotation("backstage.io/managed-by-location"), Some("file:org/users.json"));
}
