//! The annotations that Backstage and its plugins know.
//!
//! From docs/features/software-catalog/well-known-annotations.md, CM/kinds/annotations.ts and the plugins' own
//! documentation.

/// What the value of an annotation must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Anything.
    Text,
    /// `owner/name`, as a host spells a project.
    Slug,
    /// Two or more parts joined by `/`.
    Path,
    /// An absolute URL.
    Url,
    /// `url:` and an absolute URL, `dir:` and a folder, or `file:` and a file.
    Location,
    /// A reference to an entity.
    Ref,
    /// An ISO 8601 duration such as `PT4H`.
    Duration,
    /// `true` or `false`.
    Flag,
}

/// One known annotation.
#[derive(Debug)]
pub struct Known {
    /// The key.
    pub key: &'static str,
    /// What its value must look like.
    pub form: Form,
    /// What it is for.
    pub doc: &'static str,
    /// The annotation that replaced it, if one has.
    pub replaced_by: Option<&'static str>,
}

const fn known(key: &'static str, form: Form, doc: &'static str) -> Known {
    Known { key, form, doc, replaced_by: None }
}

const fn old(key: &'static str, replaced_by: &'static str) -> Known {
    Known { key, form: Form::Text, doc: "replaced by another annotation", replaced_by: Some(replaced_by) }
}

/// Every known annotation, sorted by key.
pub const KNOWN: &[Known] = &[
    known("argocd/app-name", Form::Text, "the Argo CD application"),
    known("argocd/app-selector", Form::Text, "the label selector of Argo CD applications"),
    known("backstage.io/adr-location", Form::Text, "where the decision records are"),
    known("backstage.io/code-coverage", Form::Text, "whether coverage is collected: `scm-only` or `enabled`"),
    old("backstage.io/definition-at-location", "a `$text` placeholder in `spec.definition`"),
    known("backstage.io/edit-url", Form::Url, "where to edit the catalog file"),
    old("backstage.io/github-actions-id", "github.com/project-slug"),
    known("backstage.io/kubernetes-cluster", Form::Text, "the cluster of the workloads"),
    known("backstage.io/kubernetes-id", Form::Text, "the label value that marks the workloads"),
    known("backstage.io/kubernetes-label-selector", Form::Text, "the selector of the workloads"),
    known("backstage.io/kubernetes-namespace", Form::Text, "the namespace of the workloads"),
    known("backstage.io/ldap-dn", Form::Text, "made by LDAP ingestion"),
    known("backstage.io/ldap-rdn", Form::Text, "made by LDAP ingestion"),
    known("backstage.io/ldap-uuid", Form::Text, "made by LDAP ingestion"),
    known("backstage.io/managed-by-location", Form::Text, "made by the catalog"),
    known("backstage.io/managed-by-origin-location", Form::Text, "made by the catalog"),
    known("backstage.io/orphan", Form::Flag, "made by the catalog"),
    known("backstage.io/source-location", Form::Location, "where the source code is"),
    known("backstage.io/source-template", Form::Ref, "the template that made the entity"),
    known("backstage.io/techdocs-entity", Form::Ref, "the entity whose documentation is shown"),
    known("backstage.io/techdocs-entity-path", Form::Text, "the page of that documentation to open"),
    known("backstage.io/techdocs-ref", Form::Location, "where the documentation is"),
    known("backstage.io/time-saved", Form::Duration, "how long the template's work takes by hand"),
    known("backstage.io/view-url", Form::Url, "where to see the catalog file"),
    known("bitbucket.org/project-slug", Form::Slug, "the project at Bitbucket"),
    known("buildkite.com/project-slug", Form::Slug, "the pipeline at Buildkite"),
    known("circleci.com/project-slug", Form::Path, "the project at CircleCI"),
    known("dev.azure.com/build-definition", Form::Text, "the build definition at Azure DevOps"),
    known("dev.azure.com/host-org", Form::Text, "the organisation at Azure DevOps"),
    known("dev.azure.com/project", Form::Text, "the project at Azure DevOps"),
    known("dev.azure.com/project-repo", Form::Slug, "the repository at Azure DevOps"),
    known("github.com/project-slug", Form::Slug, "the repository at GitHub"),
    known("github.com/team-slug", Form::Slug, "the team at GitHub"),
    known("github.com/user-login", Form::Text, "the user at GitHub"),
    known("gitlab.com/instance", Form::Text, "which GitLab"),
    known("gitlab.com/project-id", Form::Text, "the project's number at GitLab"),
    known("gitlab.com/project-slug", Form::Path, "the project at GitLab"),
    known("gocd.org/pipelines", Form::Text, "the pipelines of GoCD"),
    known("grafana/alert-label-selector", Form::Text, "the label selector of Grafana alerts"),
    known("grafana/dashboard-selector", Form::Text, "the selector of Grafana dashboards"),
    known("graph.microsoft.com/group-id", Form::Text, "made by Microsoft ingestion"),
    known("graph.microsoft.com/tenant-id", Form::Text, "made by Microsoft ingestion"),
    known("graph.microsoft.com/user-id", Form::Text, "made by Microsoft ingestion"),
    old("jenkins.io/github-folder", "jenkins.io/job-full-name"),
    known("jenkins.io/job-full-name", Form::Text, "the job of Jenkins"),
    known("jira/component", Form::Text, "the component in Jira"),
    known("jira/project-key", Form::Text, "the project in Jira"),
    known("kubernetes.io/api-server", Form::Url, "the address of the cluster"),
    known("kubernetes.io/api-server-certificate-authority", Form::Text, "the certificate of the cluster"),
    known("kubernetes.io/auth-provider", Form::Text, "how to sign in at the cluster"),
    known("lighthouse.com/website-url", Form::Url, "the site that Lighthouse audits"),
    known("opsgenie.com/component-selector", Form::Text, "the services of Opsgenie"),
    known("opsgenie.com/team", Form::Text, "the team at Opsgenie"),
    known("pagerduty.com/account", Form::Text, "the account at PagerDuty"),
    known("pagerduty.com/integration-key", Form::Text, "the integration at PagerDuty"),
    known("pagerduty.com/service-id", Form::Text, "the service at PagerDuty"),
    known("periskop.io/service-name", Form::Text, "the service of Periskop"),
    known("playbill.dev/renamed-from", Form::Text, "the names that the entity had before"),
    known("playbill.dev/technologies", Form::Text, "the technologies of the tech radar that it uses"),
    known("prometheus.io/alert", Form::Text, "the alerts of Prometheus"),
    known("prometheus.io/rule", Form::Text, "the queries of Prometheus"),
    known("rollbar.com/project-slug", Form::Text, "the project at Rollbar"),
    known("sentry.io/project-slug", Form::Text, "the project at Sentry"),
    known("sonarqube.org/project-key", Form::Text, "the project at SonarQube"),
    known("vault.io/secrets-path", Form::Text, "the path of the secrets in Vault"),
];

/// Finds what is known of an annotation.
#[must_use]
pub fn find(key: &str) -> Option<&'static Known> {
    KNOWN.binary_search_by(|known| known.key.cmp(key)).ok().map(|at| &KNOWN[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_well_formed() {
        for window in KNOWN.windows(2) {
            assert!(window[0].key < window[1].key, "{} before {}", window[0].key, window[1].key);
        }
        assert!(KNOWN.iter().all(|known| crate::catalog::format::is_key(known.key)));
        assert_eq!(find("jira/project-key").map(|known| known.form), Some(Form::Text));
    }
}
