//! Requests in the languages that people write: text made from a [`Request`], the same every time.

use std::fmt::Write as _;

use super::model::Request;

/// A longer body is kept out of a snippet, in bytes.
const MAX_BODY: usize = 2048;

/// One snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// What readers call the language.
    pub label: String,
    /// For highlighting.
    pub language: String,
    /// The text.
    pub text: String,
}

/// Returns the snippets of a request: those that the definition brings along, else ours.
#[must_use]
pub fn all(request: &Request) -> Vec<Snippet> {
    if !request.given.is_empty() {
        return request
            .given
            .iter()
            .map(|(label, language, text)| Snippet {
                label: label.to_string(),
                language: language.to_lowercase(),
                text: text.to_string(),
            })
            .collect();
    }
    let body = request.body.as_deref().map(|body| if body.len() > MAX_BODY { "…" } else { body });
    let made: [(&str, &str, String); 7] = [
        ("curl", "bash", curl(request, body)),
        ("HTTP", "http", http(request, body)),
        ("JavaScript", "javascript", javascript(request, body)),
        ("Python", "python", python(request, body)),
        ("Go", "go", go(request, body)),
        ("Rust", "rust", rust(request, body)),
        ("Java", "java", java(request, body)),
    ];
    made.into_iter()
        .map(|(label, language, text)| Snippet { label: label.to_owned(), language: language.to_owned(), text })
        .collect()
}

/// Quotes a text for a shell.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Quotes a text as most languages with double quotes do.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn curl(request: &Request, body: Option<&str>) -> String {
    let mut out = String::from("curl");
    if request.method != "GET" {
        let _ = write!(out, " -X {}", request.method);
    }
    let _ = write!(out, " {}", shell(&request.url));
    for (name, value) in &request.headers {
        let _ = write!(out, " \\\n  -H {}", shell(&format!("{name}: {value}")));
    }
    if let Some(body) = body {
        let _ = write!(out, " \\\n  --data {}", shell(body));
    }
    out
}

fn http(request: &Request, body: Option<&str>) -> String {
    let rest = request.url.split_once("://").map_or(request.url.as_str(), |(_, rest)| rest);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };
    let mut out = format!("{} {path} HTTP/1.1\nHost: {host}\n", request.method);
    for (name, value) in &request.headers {
        let _ = writeln!(out, "{name}: {value}");
    }
    if let Some(body) = body {
        let _ = write!(out, "\n{body}");
    }
    out.trim_end().to_owned()
}

fn javascript(request: &Request, body: Option<&str>) -> String {
    if request.method == "GET" && request.headers.is_empty() {
        return format!("const response = await fetch({});", quoted(&request.url));
    }
    let mut out =
        format!("const response = await fetch({}, {{\n  method: {},\n", quoted(&request.url), quoted(&request.method));
    if !request.headers.is_empty() {
        out.push_str("  headers: {\n");
        for (name, value) in &request.headers {
            let _ = writeln!(out, "    {}: {},", quoted(name), quoted(value));
        }
        out.push_str("  },\n");
    }
    if let Some(body) = body {
        let json = body.starts_with(['{', '[']);
        let body = body.replace('\n', "\n  ");
        let body = if json { format!("JSON.stringify({body})") } else { quoted(&body) };
        let _ = writeln!(out, "  body: {body},");
    }
    out.push_str("});");
    out
}

fn python(request: &Request, body: Option<&str>) -> String {
    let call = request.method.to_lowercase();
    let mut out = String::from("import requests\n\n");
    let known = matches!(&*call, "get" | "post" | "put" | "patch" | "delete" | "head" | "options");
    if known {
        let _ = write!(out, "response = requests.{call}(\n    {},\n", quoted(&request.url));
    } else {
        let _ = write!(
            out,
            "response = requests.request(\n    {},\n    {},\n",
            quoted(&request.method),
            quoted(&request.url)
        );
    }
    if !request.headers.is_empty() {
        out.push_str("    headers={\n");
        for (name, value) in &request.headers {
            let _ = writeln!(out, "        {}: {},", quoted(name), quoted(value));
        }
        out.push_str("    },\n");
    }
    if let Some(body) = body {
        // As it is: what is escaped in JSON stays so.
        let raw = if body.contains('\\') { "r" } else { "" };
        let _ = writeln!(out, "    data={raw}\"\"\"{body}\"\"\",");
    }
    out.push(')');
    out
}

fn go(request: &Request, body: Option<&str>) -> String {
    let reader = match body {
        Some(body) if !body.contains('`') => format!("strings.NewReader(`{body}`)"),
        Some(body) => format!("strings.NewReader({})", quoted(body)),
        None => "nil".to_owned(),
    };
    let mut out =
        format!("request, err := http.NewRequest({}, {}, {reader})\n", quoted(&request.method), quoted(&request.url));
    for (name, value) in &request.headers {
        let _ = writeln!(out, "request.Header.Set({}, {})", quoted(name), quoted(value));
    }
    out.push_str("response, err := http.DefaultClient.Do(request)");
    out
}

fn rust(request: &Request, body: Option<&str>) -> String {
    let mut out = format!(
        "let response = reqwest::Client::new()\n    .request(reqwest::Method::{}, {})\n",
        request.method,
        quoted(&request.url)
    );
    for (name, value) in &request.headers {
        let _ = writeln!(out, "    .header({}, {})", quoted(name), quoted(value));
    }
    if let Some(body) = body {
        let mut marks = "#".to_owned();
        while body.contains(&format!("\"{marks}")) {
            marks.push('#');
        }
        let _ = writeln!(out, "    .body(r{marks}\"{body}\"{marks})");
    }
    out.push_str("    .send()\n    .await?;");
    out
}

fn java(request: &Request, body: Option<&str>) -> String {
    let mut out = format!("HttpRequest request = HttpRequest.newBuilder(URI.create({}))\n", quoted(&request.url));
    for (name, value) in &request.headers {
        let _ = writeln!(out, "    .header({}, {})", quoted(name), quoted(value));
    }
    let publisher = match body {
        Some(body) => format!("HttpRequest.BodyPublishers.ofString(\"\"\"\n{}\"\"\")", body.replace('\\', "\\\\")),
        None => "HttpRequest.BodyPublishers.noBody()".to_owned(),
    };
    let _ = writeln!(out, "    .method({}, {publisher})\n    .build();", quoted(&request.method));
    out.push_str("HttpResponse<String> response =\n    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());");
    out
}
