use proptest::prelude::*;

use super::*;

/// Returns the result with `⟨class:text⟩` for spans, which reads better.
fn brief(code: &str, language: &str) -> String {
    let html = to_html(code, language);
    assert_eq!(
        crate::html::collapse(&crate::html::text(&html)),
        crate::html::collapse(code),
        "{language}: the text stays"
    );
    html.replace("<span class=\"", "⟨").replace("\">", ":").replace("</span>", "⟩")
}

fn check(language: &str, code: &str, expect: &str) {
    assert_eq!(brief(code, language), expect, "{language}");
}

#[test]
fn common_languages_are_painted() {
    check("yaml", "kind: API # x\nlist: [1, \"a\"]\n", "⟨p:kind⟩: API ⟨c:# x⟩\n⟨p:list⟩: [⟨n:1⟩, ⟨s:\"a\"⟩]\n");
    check("json", "{\"a\": [1, true, \"x\"]}", "{⟨p:\"a\"⟩: [⟨n:1⟩, ⟨b:true⟩, ⟨s:\"x\"⟩]}");
    check("diff", "-old\n+new\n same\n", "⟨d:-old⟩\n⟨i:+new⟩\n same\n");
    check("sh", "echo \"$HOME\" # hi\n", "⟨f:echo⟩ ⟨s:\"⟩⟨v:$HOME⟩⟨s:\"⟩ ⟨c:# hi⟩\n");
    check("console", "$ ls\na < b\n", "⟨o:$⟩ ⟨f:ls⟩\na &lt; b\n");
    check(
        "rust",
        "#[test]\nfn x<'a>(s: &'a str) -> char { vec![1]; 'x' }",
        "⟨a:#[test]⟩\n⟨k:fn⟩ ⟨f:x⟩⟨o:&lt;⟩⟨v:'a⟩⟨o:&gt;⟩(s: ⟨o:&amp;⟩⟨v:'a⟩ ⟨t:str⟩) ⟨o:-&gt;⟩ ⟨t:char⟩ \
         { ⟨f:vec!⟩[⟨n:1⟩]; ⟨s:'x'⟩ }",
    );
    check("rust", "r#\"a\"b\"#; x != y", "⟨s:r#\"a\"b\"#⟩; x ⟨o:!=⟩ y");
    check("html", "<a href=\"x\">y</a>", "&lt;⟨g:a⟩ ⟨a:href⟩=⟨s:\"x\"⟩&gt;y&lt;/⟨g:a⟩&gt;");
}

#[test]
fn names_of_languages_are_found() {
    for name in [
        "yaml",
        "yml",
        "YAML",
        "json",
        "jsonc",
        "js",
        "javascript",
        "ts",
        "typescript",
        "tsx",
        "jsx",
        "sh",
        "bash",
        "shell",
        "zsh",
        "console",
        "python",
        "py",
        "go",
        "golang",
        "rust",
        "rs",
        "java",
        "kotlin",
        "kt",
        "scala",
        "swift",
        "c",
        "cpp",
        "c++",
        "csharp",
        "cs",
        "ruby",
        "php",
        "sql",
        "graphql",
        "proto",
        "protobuf",
        "dockerfile",
        "docker",
        "hcl",
        "terraform",
        "toml",
        "ini",
        "xml",
        "html",
        "css",
        "scss",
        "diff",
        "patch",
        "markdown",
        "md",
        "makefile",
        "nginx",
        "powershell",
        "groovy",
        "http",
        "elixir",
        "haskell",
        "lua",
        "r",
        "perl",
        "dart",
        "vue",
        "svelte",
        "nix",
        "properties",
        "env",
        "bat",
        "viml",
        "cmake",
    ] {
        assert!(is_known(name), "{name}");
    }
    for name in ["", "text", "no-such-language", "mermaid", "plantuml"] {
        assert!(!is_known(name), "{name}");
    }
    for (alias, name) in ALIASES {
        assert!(SYNTAXES.find_syntax_by_name(name).is_some() || is_known(alias), "{alias}: {name}");
    }
    assert!(ALIASES.is_sorted_by_key(|(alias, _)| alias));
}

#[test]
fn languages_of_files() {
    assert_eq!(language_of("a/b.rs"), "rs");
    assert_eq!(language_of("a/Dockerfile"), "Dockerfile");
    assert_eq!(language_of("a/Makefile"), "Makefile");
    assert_eq!(language_of("a.b/LICENCE"), "");
    assert!(is_known(language_of("x/openapi.yaml")));
}

#[test]
fn spans_end_on_their_line() {
    let html = to_html("/* a\nb */\nlet x = 1;\n", "rust");
    assert!(html.starts_with("<span class=\"c\">/* a</span>\n<span class=\"c\">b */</span>\n"), "{html}");
    for line in html.lines() {
        assert_eq!(line.matches("<span").count(), line.matches("</span>").count());
    }
}

#[test]
fn what_is_too_large_or_unknown_is_escaped() {
    check("nope", "a < b", "a &lt; b");
    let line = format!("\"{}\"", "x".repeat(MAX_LINE));
    assert_eq!(to_html(&line, "json"), line);
    let many = "1\n".repeat(MAX_CODE);
    assert_eq!(to_html(&many, "json"), many);
    assert_eq!(to_html("<script>alert(1)</script>", "x\"><script>"), "&lt;script&gt;alert(1)&lt;/script&gt;");
}

#[test]
fn hostile_code_is_bounded() {
    for (language, code) in [
        ("js", "(".repeat(MAX_LINE - 1)),
        ("rust", "<".repeat(MAX_LINE - 1)),
        ("python", "f'{".repeat(MAX_LINE / 4)),
        ("markdown", "[".repeat(MAX_LINE - 1)),
        ("sh", "$(".repeat(MAX_LINE / 2 - 1)),
        ("yaml", "- ".repeat(MAX_LINE / 2 - 1)),
        ("html", "<div ".repeat(MAX_LINE / 6)),
    ] {
        let html = to_html(&code, language);
        assert!(html.len() >= code.len());
    }
}

proptest! {
    #[test]
    fn the_text_stays(code in "[a-z0-9 \n\"'<>&{}()=:;#/*$@é-]{0,80}", language in "(yaml|json|js|rust|python|sh|html|markdown|diff|console|ts|go)") {
        let html = to_html(&code, &language);
        let bare = html.replace("</span>", "");
        let mut text = String::new();
        let mut rest = bare.as_str();
        while let Some(at) = rest.find("<span class=\"") {
            text.push_str(&rest[..at]);
            rest = &rest[at + 16..];
        }
        text.push_str(rest);
        prop_assert_eq!(text, crate::html::escape(&code));
    }
}
