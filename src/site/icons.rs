//! Chooses the icon of a link.

/// Returns the icon for a link by its key in `metadata.links[].icon` or, without one, by where it leads.
#[must_use]
pub fn of_link(key: Option<&str>, url: &str) -> &'static str {
    if let Some(icon) = key.and_then(of_key) {
        return icon;
    }
    let lower = url.to_lowercase();
    if lower.starts_with("mailto:") {
        return "email";
    }
    if lower.starts_with("tel:") {
        return "phone";
    }
    let hosts: &[(&str, &'static str)] = &[
        ("github.", "repository"),
        ("gitlab.", "repository"),
        ("bitbucket.", "repository"),
        ("slack.", "chat"),
        ("teams.", "chat"),
        ("grafana.", "chart"),
        ("datadog", "chart"),
        ("pagerduty.", "siren"),
        ("docs.", "docs"),
        ("wiki.", "docs"),
    ];
    let host = lower.split("//").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
    hosts.iter().find(|(part, _)| host.contains(part)).map_or("web", |(_, icon)| icon)
}

/// Backstage's keys and those that people use beside them.
fn of_key(key: &str) -> Option<&'static str> {
    let key = key.to_lowercase();
    Some(match key.as_str() {
        "alert" | "bell" | "notifications" => "alert",
        "api" | "kind:api" | "extension" => "kind-api",
        "catalog" | "kind:component" | "memory" => "kind-component",
        "kind:system" | "category" => "kind-system",
        "kind:domain" => "kind-domain",
        "kind:resource" | "database" | "storage" => "kind-resource",
        "kind:location" | "locationon" => "kind-location",
        "kind:template" | "scaffolder" => "kind-template",
        "chat" | "slack" | "forum" | "message" => "chat",
        "dashboard" | "grafana" | "monitoring" => "dashboard",
        "chart" | "metrics" | "logs" | "timeline" => "chart",
        "docs" | "doc" | "techdocs" | "book" | "article" | "description" | "wiki" => "docs",
        "email" | "mail" => "email",
        "github" | "gitlab" | "bitbucket" | "git" | "source" | "repo" | "repository" => "repository",
        "code" => "source",
        "group" | "kind:group" | "people" | "team" => "kind-group",
        "user" | "kind:user" | "person" => "kind-user",
        "help" | "support" => "help",
        "warning" | "incident" => "warning",
        "star" => "star",
        "search" => "search",
        "cloud" | "aws" | "azure" | "gcp" => "cloud",
        "phone" | "oncall" | "on-call" => "phone",
        "pipeline" | "ci" | "ci-cd" | "build" => "pipeline",
        "runbook" => "lifebuoy",
        "web" | "website" | "externallink" | "language" => "web",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_before_addresses() {
        assert_eq!(of_link(Some("dashboard"), "https://github.com/x"), "dashboard");
        assert_eq!(of_link(Some("GitHub"), ""), "repository");
        assert_eq!(of_link(Some("unheard-of"), "mailto:a@b"), "email");
        assert_eq!(of_link(None, "https://team.slack.com/x"), "chat");
        assert_eq!(of_link(None, "https://example.com/github.html"), "web");
    }
}
