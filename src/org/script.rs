//! The script that saves the answers of the configured sources. Values of the configuration are quoted whole, and secrets are
//! taken from variables of the environment in which the script runs, so none is in it.

use std::fmt::Write as _;

use crate::config::{OrgConfig, OrgLdap, OrgType};

/// What all scripts begin with.
const HEAD: &str = "#!/bin/sh
# Saves what `org` of playbill.yaml reads. Each answer replaces the one before only when it is whole.
set -eu
umask 077
# save FILE COMMAND…: the output of a command becomes the file.
save() {
  file=$1; shift
  mkdir -p \"$(dirname \"$file\")\"
  if \"$@\" > \"$file.part\"; then mv \"$file.part\" \"$file\"; else rm -f \"$file.part\"; echo \"not saved: $file\" >&2; failed=1; fi
}
failed=0
";

/// Where the pages of an answer are gathered: an answer of which one page fails must not be taken for a whole one.
const PAGES: &str = "pages=$(mktemp)
heads=$(mktemp)
trap 'rm -f \"$pages\" \"$heads\"' EXIT
";

const GRAPH: &str = "# graph URL: all pages of an answer of Microsoft Graph, as a list; signed in with `az login`.
graph() {
  url=$1
  : > \"$pages\"
  while [ -n \"$url\" ]; do
    case $url in https://graph.microsoft.com/*) ;; *) return 1 ;; esac
    page=$(az rest --method get --url \"$url\") || return 1
    printf '%s\\n' \"$page\" >> \"$pages\"
    url=$(printf '%s' \"$page\" | jq -r '.[\"@odata.nextLink\"] // empty') || return 1
  done
  jq -s . \"$pages\"
}
";

const OKTA: &str = "# okta URL: all pages of an answer of Okta, as one list; OKTA_TOKEN is an API token that may read.
okta() {
  url=$1
  : > \"$pages\"
  while [ -n \"$url\" ]; do
    case $url in \"$okta_url\"/*) ;; *) return 1 ;; esac
    printf 'header = \"Authorization: SSWS %s\"\\n' \"$OKTA_TOKEN\" |
      curl -fsS --config - -H 'Accept: application/json' -D \"$heads\" \"$url\" >> \"$pages\" || return 1
    url=$(sed -n 's/^[Ll]ink: <\\([^>]*\\)>; rel=\"next\".*/\\1/p' \"$heads\" | tail -n 1)
  done
  jq -s add \"$pages\"
}
";

const MEMBERS: &str = "query($org: String!, $endCursor: String) { organization(login: $org) { membersWithRole(first: 100, after: $endCursor) \
{ pageInfo { hasNextPage endCursor } nodes { id login name email bio avatarUrlSUSPENDED } } } }";
const TEAMS: &str = "query($org: String!, $endCursor: String) { organization(login: $org) { teams(first: 50, after: $endCursor) \
{ pageInfo { hasNextPage endCursor } nodes { slug combinedSlug name description avatarUrl editTeamUrl parentTeam { slug } \
members(first: 100, membership: IMMEDIATE) { pageInfo { hasNextPage } nodes { login } } } } } }";
const TEAM: &str = "query($org: String!, $team: String!, $endCursor: String) { organization(login: $org) { team(slug: $team) { slug \
members(first: 100, after: $endCursor, membership: IMMEDIATE) { pageInfo { hasNextPage endCursor } nodes { login } } } } }";

/// Writes the script.
#[must_use]
pub fn script(sources: &[OrgConfig]) -> String {
    let mut out = HEAD.to_owned();
    if sources.iter().any(|source| matches!(source.kind, OrgType::MsGraph | OrgType::Okta)) {
        out.push_str(PAGES);
    }
    if sources.iter().any(|source| source.kind == OrgType::MsGraph) {
        out.push_str(GRAPH);
    }
    if sources.iter().any(|source| source.kind == OrgType::Okta) {
        out.push_str(OKTA);
    }
    for source in sources {
        match source.kind {
            OrgType::GitHub => github(source, &mut out),
            OrgType::Ldap => ldap(source, &mut out),
            OrgType::MsGraph => msgraph(source, &mut out),
            OrgType::Okta => okta(source, &mut out),
        }
    }
    out.push_str("\nexit \"$failed\"\n");
    out
}

/// Quotes a text for a shell.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-:@=,".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Returns the folder into which the files of a source go, with a `/` at its end unless it is this one.
fn folder(files: &str) -> &str {
    let literal = files.find(['*', '?', '[', '{']).map_or(files, |at| &files[..at]);
    literal.rfind('/').map_or("", |at| &literal[..=at])
}

fn github(source: &OrgConfig, out: &mut String) {
    let folder = folder(&source.files);
    let org = source.org.as_deref().unwrap_or("ORGANISATION");
    let host = source.url.as_deref().map(|url| {
        let host = url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
        format!(" --hostname {}", quoted(host))
    });
    let host = host.unwrap_or_default();
    let members = MEMBERS.replace("SUSPENDED", if source.exclude_suspended { " suspendedAt" } else { "" });
    let call = format!("gh api graphql{host} --paginate --slurp -f org={}", quoted(org));
    let _ = write!(
        out,
        "\n# GitHub: {}. `gh auth login`, or GH_TOKEN with `read:org`.\nsave {} {call} -f query={}\nsave {} {call} -f query={}\n",
        quoted(org),
        quoted(&format!("{folder}members.json")),
        quoted(&members),
        quoted(&format!("{folder}teams.json")),
        quoted(TEAMS),
    );
    let _ = write!(
        out,
        "# Teams with more members than one answer takes.\nfor team in $(jq -r '.[].data.organization.teams.nodes[] | \
         select(.members.pageInfo.hasNextPage).slug | select(test(\"^[A-Za-z0-9_-]+$\"))' {}); do\n  save {}\"team-$team.json\" {call} -f team=\"$team\" -f query={}\ndone\n",
        quoted(&format!("{folder}teams.json")),
        if folder.is_empty() { String::new() } else { quoted(folder) },
        quoted(TEAM),
    );
}

fn ldap(source: &OrgConfig, out: &mut String) {
    let url = source.url.as_deref().map_or_else(|| "\"$LDAP_URL\"".to_owned(), quoted);
    out.push_str("\n# LDAP: LDAP_BIND_DN reads, and its password is the file that LDAP_PASSWORD_FILE names, without a newline.\n");
    let name = |files: &str, usual: &str| match files.contains(['*', '?', '[', '{']) || files.ends_with('/') {
        true => format!("{}{usual}", folder(files)),
        false => files.to_owned(),
    };
    let mut part = |part: &OrgLdap, usual: &str, variable: &str, filter: &str| {
        let dn = part.dn.as_deref().map_or_else(|| format!("\"${variable}\""), quoted);
        let _ = writeln!(
            out,
            "save {} ldapsearch -LLL -o ldif-wrap=no -E pr=500/noprompt -x -H {url} -D \"$LDAP_BIND_DN\" -y \"$LDAP_PASSWORD_FILE\" -b {dn} {} '*' '+'",
            quoted(&name(&part.files, usual)),
            quoted(part.filter.as_deref().unwrap_or(filter)),
        );
    };
    if let Some(users) = &source.users {
        part(users, "users.ldif", "LDAP_USERS_DN", "(objectClass=person)");
    }
    if let Some(groups) = &source.groups {
        part(
            groups,
            "groups.ldif",
            "LDAP_GROUPS_DN",
            "(|(objectClass=groupOfNames)(objectClass=group)(objectClass=posixGroup))",
        );
    }
}

fn msgraph(source: &OrgConfig, out: &mut String) {
    const BASE: &str = "https://graph.microsoft.com/v1.0/";
    let folder = folder(&source.files);
    let mut file = |name: &str, query: &str| {
        let _ = writeln!(
            out,
            "save {} graph {}",
            quoted(&format!("{folder}{name}.json")),
            quoted(&format!("{BASE}{query}"))
        );
    };
    file("organization", "organization?$select=id,displayName");
    file("users", "users?$select=id,displayName,mail,userPrincipalName,accountEnabled&$top=999");
    file("groups", "groups?$select=id,displayName,description,mail,mailNickname,securityEnabled&$top=999");
    let _ = write!(
        out,
        "for group in $(jq -r '.[].value[].id | select(test(\"^[A-Za-z0-9_-]+$\"))' {}); do\n  save {}\"members/$group.json\" graph \"{BASE}groups/$group/members?\\$select=id&\\$top=999\"\ndone\n",
        quoted(&format!("{folder}groups.json")),
        if folder.is_empty() { String::new() } else { quoted(folder) },
    );
}

fn okta(source: &OrgConfig, out: &mut String) {
    let folder = folder(&source.files);
    let url = source.url.as_deref().map(|url| quoted(url.trim_end_matches('/')));
    let _ = write!(
        out,
        "\n# Okta\nokta_url={}\nsave {} okta \"$okta_url/api/v1/users?limit=200\"\nsave {} okta \"$okta_url/api/v1/groups?limit=200\"\n\
         for group in $(jq -r '.[].id | select(test(\"^[A-Za-z0-9_-]+$\"))' {}); do\n  save {}\"members/$group.json\" okta \"$okta_url/api/v1/groups/$group/users?limit=200\"\ndone\n",
        url.unwrap_or_else(|| "\"$OKTA_URL\"".to_owned()),
        quoted(&format!("{folder}users.json")),
        quoted(&format!("{folder}groups.json")),
        quoted(&format!("{folder}groups.json")),
        if folder.is_empty() { String::new() } else { quoted(folder) },
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use crate::text::FileId;

    #[test]
    fn values_of_the_configuration_are_quoted_whole() {
        let text = "org:\n  - {type: github, org: \"a'b$(id)\", files: 'org/git hub/*.json', excludeSuspendedUsers: true}\n  - type: ldap\n    \
                    url: ldaps://x.example\n    users: {files: org/users.ldif, dn: 'ou=a b'}\n  - {type: okta, files: org/okta/, url: \
                    'https://a.okta.com/'}\n  - {type: msgraph, files: org/graph/}\n";
        let (config, problems) = parse(FileId::new(0), text);
        let told: Vec<String> = problems.iter().map(|problem| problem.message.to_string()).collect();
        assert!(told.is_empty() || told.iter().all(|message| !message.contains("files")), "{told:?}");
        let script = script(&config.org);
        assert!(!script.contains("a'b$(id)") || script.contains("'a'\\''b$(id)'"), "{script}");
        assert!(script.contains("save 'org/git hub/members.json' gh api graphql"), "{script}");
        assert!(script.contains("suspendedAt"));
        assert!(script.contains("save org/users.ldif ldapsearch"), "{script}");
        assert!(script.contains("-b 'ou=a b'"), "{script}");
        assert!(script.contains("okta_url=https://a.okta.com\n"), "{script}");
        assert!(script.contains("org/graph/\"members/$group.json\""), "{script}");
    }
}
