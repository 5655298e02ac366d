//! `package.json`: packages of JavaScript and TypeScript.

use super::{Candidate, Detector, Facts, Role, named, text_at};
use crate::yaml;

/// See the module.
pub(super) struct Npm;

/// Packages by which a browser shows something.
const FRONT_ENDS: &[&str] =
    &["@angular/core", "astro", "gatsby", "next", "nuxt", "react-dom", "solid-js", "svelte", "vite", "vue"];
/// Packages by which a server answers.
const SERVERS: &[&str] =
    &["@hapi/hapi", "@nestjs/core", "@trpc/server", "express", "fastify", "hono", "koa", "moleculer", "restify"];

impl Detector for Npm {
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        named(path, &["package.json"])
    }

    fn read(&self, file: &Candidate<'_>) -> Option<Facts> {
        let text = file.text()?;
        let (root, _) = yaml::read(file.file, &text);
        let root = root?;
        root.as_map()?;
        let name = text_at(&root, &["name"]);
        let is_group = root.get("workspaces").is_some();
        let depends = |on: &[&str], below: &[&str]| {
            let listed = below.iter().filter_map(|key| root.get(key)?.as_map());
            listed.flat_map(|map| map.entries()).any(|entry| on.contains(&&*entry.key))
        };
        let role = if depends(SERVERS, &["dependencies"]) {
            Role::Service
        } else if depends(FRONT_ENDS, &["dependencies"]) && root.get("private").is_some() {
            Role::Website
        } else {
            Role::Library
        };
        let backstage = text_at(&root, &["backstage", "role"]);
        let typed = depends(&["typescript"], &["dependencies", "devDependencies"]) || root.get("types").is_some();
        Some(Facts {
            is_package: name.is_some() && !is_group,
            is_group,
            is_backstage: backstage.is_some_and(|role| matches!(&*role, "frontend" | "backend")),
            // The scope says who publishes it.
            name: name.map(|name| name.rsplit('/').next().unwrap_or_default().to_owned()),
            description: text_at(&root, &["description"]),
            homepage: text_at(&root, &["homepage"]),
            role: Some(role),
            tags: vec![if typed { "typescript" } else { "javascript" }],
            ..Facts::default()
        })
    }
}
