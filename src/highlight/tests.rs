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
fn markup_is_painted() {
    check(
        "html",
        "<!DOCTYPE html>\n<!-- a\nb --><p class='x' hidden>1 &lt; 2 &</p>",
        "⟨k:&lt;!DOCTYPE html&gt;⟩\n⟨c:&lt;!-- a⟩\n⟨c:b --&gt;⟩&lt;⟨g:p⟩ ⟨a:class⟩=⟨s:'x'⟩ ⟨a:hidden⟩&gt;1 ⟨b:&amp;lt;⟩ 2 &amp;\
         &lt;/⟨g:p⟩&gt;",
    );
    check(
        "html",
        "<script>let x = '</p>';</SCRIPT><style>a { top: 0 }</style>",
        "&lt;⟨g:script⟩&gt;⟨k:let⟩ x ⟨o:=⟩ ⟨s:'&lt;/p&gt;'⟩;&lt;/⟨g:SCRIPT⟩&gt;&lt;⟨g:style⟩&gt;⟨g:a⟩ { ⟨p:top⟩: ⟨n:0⟩ }\
         &lt;/⟨g:style⟩&gt;",
    );
    check("xml", "<a:b c=\"d\"/><![CDATA[<x>]]>", "&lt;⟨g:a:b⟩ ⟨a:c⟩=⟨s:\"d\"⟩/&gt;⟨s:&lt;![CDATA[&lt;x&gt;]]&gt;⟩");
    check(
        "jinja",
        "{% for a in b|sort %}<i id=\"{{ a.x(1) }}\">{# no #}</i>{% endfor %}{{ open",
        "⟨o:{%⟩ ⟨k:for⟩ ⟨v:a⟩ ⟨k:in⟩ ⟨v:b⟩⟨o:|⟩⟨f:sort⟩ ⟨o:%}⟩&lt;⟨g:i⟩ ⟨a:id⟩=⟨s:\"⟩⟨o:{{⟩ ⟨v:a⟩.⟨f:x⟩(⟨n:1⟩) ⟨o:}}⟩⟨s:\"⟩\
         &gt;⟨c:{# no #}⟩&lt;/⟨g:i⟩&gt;⟨o:{%⟩ ⟨k:endfor⟩ ⟨o:%}⟩{{ open",
    );
    check("html", "{{ x }} a < b", "{{ x }} a &lt; b");
}

#[test]
fn style_sheets_are_painted() {
    check(
        "css",
        "@media (min-width: 3em) {\n  a.b:hover, #c > p::before { color: #fff; margin: -1px 50%; --x: url(a.png) }\n}",
        "⟨k:@media⟩ (⟨p:min-width⟩: ⟨n:3em⟩) {\n  ⟨g:a⟩⟨t:.b⟩⟨k::hover⟩, ⟨b:#c⟩ ⟨o:&gt;⟩ ⟨g:p⟩⟨k:::before⟩ { ⟨p:color⟩: \
         ⟨n:#fff⟩; ⟨p:margin⟩: ⟨n:-1px 50%⟩; ⟨v:--x⟩: ⟨f:url⟩(⟨s:a.png⟩) }\n}",
    );
    check(
        "scss",
        "// x\n$a: 1px;\n.b { &:hover { top: $a; } }",
        "⟨c:// x⟩\n⟨v:$a⟩: ⟨n:1px⟩;\n⟨t:.b⟩ { ⟨o:&amp;⟩⟨k::hover⟩ { ⟨p:top⟩: ⟨v:$a⟩; } }",
    );
}

#[test]
fn markdown_is_painted() {
    check(
        "markdown",
        "---\na: 1\n---\n# Top\n\n- **bold** and *it* `code` [text](url) <br>\n> 2 * 3 * 4\n\n---\n1. snake_case_name\n",
        "⟨o:---⟩\n⟨p:a⟩: ⟨n:1⟩\n⟨o:---⟩\n⟨h:# Top⟩\n\n⟨o:-⟩ ⟨m:**bold**⟩ and ⟨m:*it*⟩ ⟨s:`code`⟩ ⟨m:[text]⟩(⟨s:url⟩) \
         ⟨g:&lt;br&gt;⟩\n⟨o:&gt;⟩ 2 * 3 * 4\n\n⟨o:---⟩\n⟨o:1.⟩ snake_case_name\n",
    );
    check(
        "md",
        "```yaml title=\"x\"\na: true\n```\n!!! note \"Title\"\n    text\n",
        "⟨o:```⟩⟨t:yaml title=\"x\"⟩\n⟨p:a⟩: ⟨b:true⟩\n⟨o:```⟩\n⟨k:!!!⟩ ⟨t:note⟩ ⟨s:\"Title\"⟩\n    text\n",
    );
    check("md", "```", "⟨o:```⟩");
}

#[test]
fn dockerfiles_are_painted() {
    check(
        "dockerfile",
        "# syntax\nFROM rust:1 AS build\nENV A=\"b\" C=$D\nRUN --mount=x echo hi && \\\n  ls\nCOPY --from=build /a ./b\n",
        "⟨c:# syntax⟩\n⟨k:FROM⟩ rust:1 ⟨k:AS⟩ build\n⟨k:ENV⟩ ⟨p:A⟩⟨o:=⟩⟨s:\"b\"⟩ ⟨p:C⟩⟨o:=⟩⟨v:$D⟩\n⟨k:RUN⟩ \
         ⟨v:--mount⟩⟨o:=⟩x ⟨f:echo⟩ hi ⟨o:&amp;&amp; \\⟩\n  ⟨f:ls⟩\n⟨k:COPY⟩ ⟨v:--from⟩⟨o:=⟩build /a ./b\n",
    );
}

#[test]
fn languages_of_terminals_and_policies_are_painted() {
    check(
        "powershell",
        "<# a\nb #>\nGet-Item -Path \"C:\\\" | Where { $_.Name -eq $NULL } # x",
        "⟨c:&lt;# a⟩\n⟨c:b #&gt;⟩\n⟨f:Get-Item⟩ ⟨a:-Path⟩ ⟨s:\"C:\\\"⟩ ⟨o:|⟩ Where { ⟨v:$_⟩.Name ⟨a:-eq⟩ ⟨b:$NULL⟩ } ⟨c:# x⟩",
    );
    check(
        "cmd",
        "REM hi\n@echo OFF\nif not exist \"x\" goto end",
        "⟨c:REM hi⟩\n@⟨k:echo⟩ ⟨b:OFF⟩\n⟨k:if not exist⟩ ⟨s:\"x\"⟩ ⟨k:goto⟩ end",
    );
    check("lua", "--[[ a\nb ]] local x = nil -- y", "⟨c:--[[ a⟩\n⟨c:b ]]⟩ ⟨k:local⟩ x ⟨o:=⟩ ⟨b:nil⟩ ⟨c:-- y⟩");
    check("rego", "default allow = false # x", "⟨k:default⟩ allow ⟨o:=⟩ ⟨b:false⟩ ⟨c:# x⟩");
    check("bicep", "param name string = 'a'", "⟨k:param⟩ name ⟨t:string⟩ ⟨o:=⟩ ⟨s:'a'⟩");
    check("csv", "id,name\n1,\"a, b\"", "id,name\n⟨n:1⟩,⟨s:\"a, b\"⟩");
}

#[test]
fn requests_and_answers_are_painted() {
    check(
        "http",
        "POST /a?b=c HTTP/1.1\nHost: x.y\nContent-Type: application/problem+json; charset=utf-8\n\n{\"a\": 1}\n",
        "⟨k:POST⟩ ⟨s:/a?b=c⟩ ⟨k:HTTP/1.1⟩\n⟨p:Host⟩: ⟨s:x.y⟩\n⟨p:Content-Type⟩: ⟨s:application/problem+json; charset=utf-8⟩\n\n{⟨p:\"a\"⟩: ⟨n:1⟩}\n",
    );
    check("http", "HTTP/1.1 200 OK\n\n<a>", "⟨k:HTTP/1.1⟩ ⟨n:200 OK⟩\n\n&lt;a&gt;");
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

/// After an update of the syntaxes: `cargo test --lib write_the_names -- --ignored`.
#[test]
#[ignore = "writes the file that the next test reads"]
#[expect(clippy::disallowed_methods, reason = "writes a file of the source")]
fn write_the_names() {
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/highlight/names.txt"), names_of_syntaxes()).unwrap();
}

#[test]
fn the_names_of_syntaxes_are_those_listed() {
    assert_eq!(NAMES, names_of_syntaxes());
}

fn names_of_syntaxes() -> String {
    let names = SYNTAXES.syntaxes().iter().flat_map(|syntax| syntax.file_extensions.iter().chain([&syntax.name]));
    let names: std::collections::BTreeSet<String> = names.map(|name| name.to_lowercase()).collect();
    names.into_iter().map(|name| name + "\n").collect()
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

#[test]
fn spaces_of_several_bytes_are_spaces() {
    for language in ["yaml", "dockerfile", "http", "sh", "css", "markdown", "html", "python"] {
        for space in ["\u{a0}", "\u{2003}", "\u{85}"] {
            for code in ["    - uses: a\n        id: b\n    ", "a:", "FROM a", "# "] {
                let code = format!("{code}{space}{space}");
                let shown = crate::html::collapse(&crate::html::text(&to_html(&code, language)));
                assert_eq!(shown, crate::html::collapse(&code), "{language}");
            }
        }
    }
}

proptest! {
    #[test]
    fn the_text_stays(code in "[a-z0-9 \n\"'<>&{}()=:;#/*$@é\u{a0}\u{2028}%!`~_\\[\\]\\\\-]{0,80}", language in "(yaml|json|js|rust|python|sh|html|jinja|css|dockerfile|markdown|diff|console|ts|go|powershell|cmd|lua|http|csv)") {
        let html = to_html(&code, &language);
        let bare = html.replace("</span>", "");
        let mut text = String::new();
        let mut rest = bare.as_str();
        while let Some(at) = rest.find("<span class=\"") {
            text.push_str(&rest[..at]);
            rest = &rest[at + 16..];
        }
        text.push_str(rest);
        let mut escaped = String::new();
        crate::html::push_text(&mut escaped, &code);
        prop_assert_eq!(text, escaped);
    }
}
