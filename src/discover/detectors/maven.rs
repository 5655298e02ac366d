//! `pom.xml`: packages of Java.

use super::{Candidate, Detector, Facts, Role, named};

/// See the module.
pub(super) struct Maven;

impl Detector for Maven {
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        named(path, &["pom.xml"])
    }

    fn read(&self, file: &Candidate<'_>) -> Option<Facts> {
        let text = file.text()?;
        let document = roxmltree::Document::parse(&text).ok()?;
        let project = document.root_element();
        if !project.has_tag_name("project") && project.tag_name().name() != "project" {
            return None;
        }
        // `${project.parent.name}` says nothing without Maven.
        let child = |name: &str| {
            let node = project.children().find(|node| node.is_element() && node.tag_name().name() == name)?;
            let text = node.text()?.trim();
            (!text.is_empty() && !text.contains("${")).then(|| text.to_owned())
        };
        let is_group = project.children().any(|node| node.tag_name().name() == "modules");
        let name = child("artifactId");
        let serves = ["spring-boot-starter-web", "quarkus-rest", "micronaut-http-server", "dropwizard-core"];
        let is_service = serves.iter().any(|name| text.contains(name)) || text.contains("<packaging>war</packaging>");
        Some(Facts {
            is_package: name.is_some() && !is_group,
            is_group,
            title: child("name").filter(|title| Some(title) != name.as_ref()),
            name,
            description: child("description"),
            homepage: child("url"),
            role: Some(if is_service { Role::Service } else { Role::Library }),
            tags: vec!["java"],
            ..Facts::default()
        })
    }
}
