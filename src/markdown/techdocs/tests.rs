use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A resolver with files.
#[derive(Default)]
struct Files(BTreeMap<&'static str, &'static str>);

impl Resolver for Files {
    fn link(&self, target: &str, kind: LinkKind) -> Option<String> {
        (kind == LinkKind::Link && target.ends_with(".md")).then(|| target.replace(".md", "/"))
    }

    fn include(&self, path: &str) -> Option<Arc<str>> {
        self.0.get(path).map(|text| Arc::from(*text))
    }
}

/// Renders with what techdocs-core sets and compares, white space between tags and permalinks aside.
fn check(text: &str, expect: &str) {
    check_with(&Options::default(), text, expect);
}

fn check_with(options: &Options, text: &str, expect: &str) {
    let mut options = options.clone();
    options.toc.permalink = None;
    options.line_numbers = false;
    let html = render(text, &options, &Files::default()).html;
    assert_eq!(squeeze(&html), squeeze(expect), "{text}");
}

/// Drops line ends around tags.
fn squeeze(html: &str) -> String {
    html.replace(">\n", ">").replace("\n<", "<").trim().to_owned()
}

#[test]
fn lists_do_not_interrupt_paragraphs() {
    check("para\n- a\n- b\n", "<p>para\n- a\n- b</p>");
    check("para\n1. a\n", "<p>para\n1. a</p>");
    check("para\n# h\nmore\n", "<p>para</p><h1 id=\"h\">h</h1><p>more</p>");
}

#[test]
fn lists_nest_by_two_columns() {
    check("- a\n  - b\n    - c\n", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>");
    check("- a\n    - b\n", "<ul><li>a\n    - b</li></ul>");
    let options = Options { nested_indent: 4, ..Options::default() };
    check_with(&options, "- a\n    - b\n", "<ul><li>a<ul><li>b</li></ul></li></ul>");
    check_with(&options, "- a\n  - b\n", "<ul><li>a</li><li>b</li></ul>");
}

#[test]
fn bullets_part_at_blank_lines_and_numbers_do_not() {
    check("- a\n\n- b\n", "<ul><li>a</li></ul><ul><li>b</li></ul>");
    check("3. a\n\n4. b\n", "<ol><li><p>a</p></li><li><p>b</p></li></ol>");
    check("1) a\n", "<p>1) a</p>");
}

#[test]
fn items_hold_further_blocks() {
    check("- a\n\n  b\n", "<ul><li><p>a</p><p>b</p></li></ul>");
    check(
        "- a\n\n      code\n",
        "<ul><li>a<div class=\"language-text highlight\"><pre><code>code</code></pre></div></li></ul>",
    );
    check("- a\n\n  > q\n", "<ul><li><p>a</p><blockquote><p>q</p></blockquote></li></ul>");
}

#[test]
fn emphasis_is_smart() {
    check("a**b**c _d_ **e:**f", "<p>a**b**c <em>d</em> **e:**f</p>");
    check("***a** b* ***c* d**", "<p><em><strong>a</strong> b</em> <strong><em>c</em> d</strong></p>");
    check("snake_case_name * x *", "<p>snake_case_name * x *</p>");
    check(
        "H~2~O ~~s~~ x^2^ ^^i^^ ==m==",
        "<p>H<sub>2</sub>O <del>s</del> x<sup>2</sup> <ins>i</ins> <mark>m</mark></p>",
    );
    check("*a **b** c*", "<p><em>a <strong>b</strong> c</em></p>");
}

#[test]
fn line_ends_and_backslashes_follow_the_extensions() {
    let mut options = Options::default();
    assert!(options.enable("nl2br", &json!(null)) && options.enable("pymdownx.escapeall", &json!({"hardbreak": true})));
    check_with(&options, "a  \nb\nc *d\ne*", "<p>a<br>b<br>c <em>d<br>e</em></p>");
    check_with(&options, "\\<none\\> \\& \\a\\\nb", "<p>&lt;none&gt; &amp; a<br>b</p>");
    assert!(options.enable("pymdownx.escapeall", &json!({"nbsp": true})));
    check_with(&options, "a\\ b", "<p>a&nbsp;b</p>");
}

#[test]
fn quotes_beside_elements_are_curled() {
    let options = Options { smarty: true, ..Options::default() };
    check_with(
        &options,
        "`a`'s and `b`'s: *x*'. (\"y\") \"*z*\" '90s '90 x'y x's\" a'",
        "<p><code>a</code>’s and <code>b</code>’s: <em>x</em>’. (“y”) “<em>z</em>” ’90s ‘90 x’y x’s” a’</p>",
    );
    check_with(
        &options,
        "\"`a`\" '**b**' -\"c\" \"-d\" '\"' \"'\" ...'x'... 'tis",
        "<p>“<code>a</code>” ‘<strong>b</strong>’ -“c” “-d” ‘”’ “’” …’x’… ‘tis</p>",
    );
}

#[test]
fn braces_too_many_come_back_behind_the_rest() {
    check("*a*{ .b }}x} y", "<p><em class=\"b\">a</em> y}}x</p>");
    check("x `a`{ .b } c } d", "<p>x <code class=\"b\">a</code> d} c </p>");
    check("foo\n{: .x }*em*", "<p class=\"x\">foo<em>em</em></p>");
}

#[test]
fn links_have_titles_spaces_and_attributes() {
    check("[t](my file.pdf \"T\")", "<p><a href=\"my file.pdf\" title=\"T\">t</a></p>");
    check("[t](<u v>){: .b target=x }", "<p><a href=\"u v\" class=\"b\" target=\"x\">t</a></p>");
    check(
        "[t][r] [r] [no]\n\n[r]: u 'T'\n",
        "<p><a href=\"u\" title=\"T\">t</a> <a href=\"u\" title=\"T\">r</a> [no]</p>",
    );
    check("![*a*](i.png)", "<p><img alt=\"*a*\" src=\"i.png\"></p>");
    check(
        "<https://x.y> www.z.org, me@e.org",
        "<p><a href=\"https://x.y\">https://x.y</a> <a href=\"http://www.z.org\">www.z.org</a>, <a href=\"mailto:me@e.org\">me@e.org</a></p>",
    );
}

#[test]
fn markup_in_code_is_code() {
    check("`*a* <b> &amp;` `` ` ``", "<p><code>*a* &lt;b&gt; &amp;amp;</code> <code>`</code></p>");
    check("`#!py x` \\`y`", "<p><code class=\"language-py highlight\">x</code> `y`</p>");
    check("``` not closed\n*a*", "<p>``` not closed\n<em>a</em></p>");
}

#[test]
fn fences_stand_in_containers() {
    let code = |text: &str| format!("<div class=\"language-py highlight\"><pre><code>{text}\n</code></pre></div>");
    check("```py\nx\n```\n", &code("x"));
    check("- a\n\n  ```py\n  x\n  ```\n", &format!("<ul><li><p>a</p>{}</li></ul>", code("x")));
    check("> ```py\n> x\n> ```\n", &format!("<blockquote>{}</blockquote>", code("x")));
    check(
        "!!! note\n    ```py\n    x\n    ```\n",
        &format!("<div class=\"admonition note\"><p class=\"admonition-title\">Note</p>{}</div>", code("x")),
    );
    check(
        "```py hl_lines=\"2\"\na\nb\n```\n",
        &code("a\n<span class=\"hll\">b\n</span>").replace("</span>\n", "</span>"),
    );
    check("```py title=x\na\n```\n", "<p><code>py title=x\na</code></p>");
}

#[test]
fn custom_fences_are_what_they_say() {
    let options = Options {
        custom_fences: vec![CustomFence { name: "mermaid".into(), class: "mermaid".into(), format: FenceFormat::Code }],
        ..Options::default()
    };
    check_with(&options, "```mermaid\na-->b\n```\n", "<pre class=\"mermaid\"><code>a--&gt;b</code></pre>");
}

#[test]
fn extensions_that_are_switched_on_have_effect() {
    let mut options = Options::default();
    for name in ["pymdownx.blocks.html", "pymdownx.blocks.caption", "pymdownx.saneheaders", "wikilinks"] {
        assert!(options.enable(name, &serde_json::Value::Null), "{name}");
    }
    for (source, html) in [
        (
            "/// html | div.a#b[title='t']\nIn *it*.\n///\n",
            "<div class=\"a\" id=\"b\" title=\"t\"><p>In <em>it</em>.</p></div>",
        ),
        ("/// html | script\nx\n///\n", "<p>/// html | script\nx\n///</p>"),
        (
            "![a](b.png)\n\n/// caption\nWhat it *is*.\n///\n",
            "<figure><p><img alt=\"a\" src=\"b.png\"></p><figcaption><p>What it <em>is</em>.</p></figcaption></figure>",
        ),
        (
            "x\n\n/// figure-caption\nOne.\n///\n",
            "<figure id=\"__figure-caption_1\"><p>x</p><figcaption><p><span class=\"caption-prefix\">Figure 1.</span></p><p>One.</p></figcaption></figure>",
        ),
        ("/// caption\nof nothing\n///\n", "<p>/// caption\nof nothing\n///</p>"),
        ("#42 is fixed\n\n# Title\n", "<p>#42 is fixed</p><h1 id=\"title\">Title</h1>"),
        ("[[Some  Page]] [[]]\n", "<p><a class=\"wikilink\" href=\"/Some_Page/\">Some  Page</a> [[]]</p>"),
    ] {
        check_with(&options, source, html);
    }
    check("[[Page]]\n", "<p>[[Page]]</p>");
}

#[test]
fn admonitions_details_and_tabs_hold_blocks() {
    check(
        "!!! tip \"T *x*\"\n    a\n\n    - b\n\nc",
        "<div class=\"admonition tip\"><p class=\"admonition-title\">T <em>x</em></p><p>a</p><ul><li>b</li></ul></div><p>c</p>",
    );
    check("!!! tip \"\"\n    a", "<div class=\"admonition tip\"><p>a</p></div>");
    check("???+ note\n    a", "<details class=\"note\" open><summary>Note</summary><p>a</p></details>");
    check(
        "> [!CAUTION]\n> a\n",
        "<div class=\"admonition danger\"><p class=\"admonition-title\">Caution</p><p>a</p></div>",
    );
    check(
        "=== \"A\"\n    a\n\n=== \"B\"\n    b\n",
        "<div class=\"tabbed-set tabbed-alternate\" data-tabs=\"1:2\"><input checked id=\"__tabbed_1_1\" name=\"__tabbed_1\" type=\"radio\"><input id=\"__tabbed_1_2\" name=\"__tabbed_1\" type=\"radio\"><div class=\"tabbed-labels\"><label for=\"__tabbed_1_1\">A</label><label for=\"__tabbed_1_2\">B</label></div><div class=\"tabbed-content\"><div class=\"tabbed-block\"><p>a</p></div><div class=\"tabbed-block\"><p>b</p></div></div></div>",
    );
}

#[test]
fn blocks_syntax_takes_the_place_of_the_other() {
    let options = Options { blocks_syntax: true, ..Options::default() };
    check_with(&options, "!!! note\n    x", "<p>!!! note\n    x</p>");
    check_with(
        &options,
        "//// note | T\n/// details | S\n    open: true\nx\n///\n////\n\ny",
        "<div class=\"admonition note\"><p class=\"admonition-title\">T</p><details open><summary>S</summary><p>x</p></details></div><p>y</p>",
    );
    check_with(
        &options,
        "- a\n\n  /// tip\n  x\n\n  y\n  ///\n",
        "<ul><li><p>a</p><div class=\"admonition tip\"><p class=\"admonition-title\">Tip</p><p>x</p><p>y</p></div></li></ul>",
    );
    check_with(&options, "/// nope\nx\n///", "<p>/// nope\nx\n///</p>");
}

#[test]
fn tables_need_a_blank_line_and_agree_with_their_delimiters() {
    check(
        "a | b\n:-: | -\n`x|y` | \\|\n",
        "<table><thead><tr><th align=\"center\">a</th><th>b</th></tr></thead><tbody><tr><td align=\"center\"><code>x|y</code></td><td>|</td></tr></tbody></table>",
    );
    check("text\na | b\n- | -\n", "<p>text\na | b\n- | -</p>");
}

#[test]
fn raw_html_is_not_markdown_unless_it_says_so() {
    check("<div>\n\n*a*\n\n</div>\n\n*b*", "<div>\n\n*a*\n\n</div>\n<p><em>b</em></p>");
    check("<div markdown>\n\n*a*\n\n</div>", "<div><p><em>a</em></p></div>");
    check("<p markdown=\"1\">*a*</p>", "<p><em>a</em></p>");
    check("<b>*a*</b> a <foo> b < c & d &amp;", "<p><b><em>a</em></b> a <foo> b &lt; c &amp; d &amp;</p>");
    check("<div>\nunclosed\n\n*a*", "<div>\nunclosed\n\n*a*");
}

#[test]
fn notes_abbreviations_and_definitions_are_collected() {
    check(
        "A[^1] [^2]\n\n[^1]: *t*\n",
        "<p>A<sup id=\"fnref:1\"><a class=\"footnote-ref\" href=\"#fn:1\">1</a></sup> [^2]</p><div class=\"footnote\"><hr><ol><li id=\"fn:1\"><p><em>t</em>\u{a0}<a class=\"footnote-backref\" href=\"#fnref:1\" title=\"Jump back to footnote 1 in the text\">\u{21a9}</a></p></li></ol></div>",
    );
    check("HTML xHTML\n\n*[HTML]: Hyper\n", "<p><abbr title=\"Hyper\">HTML</abbr> xHTML</p>");
    check("T\n:   d\n:   e\n", "<dl><dt>T</dt><dd>d</dd><dd>e</dd></dl>");
}

#[test]
fn edits_symbols_and_tasks_are_shown() {
    check(
        "{++a++} {~~b~>c~~}",
        "<p><ins class=\"critic\">a</ins> <del class=\"critic\">b</del><ins class=\"critic\">c</ins></p>",
    );
    check(
        "(c) 1/2 :smile: :nope_x:",
        "<p>&copy; &frac12; <span class=\"emoji\" title=\":smile:\">😄</span> :nope_x:</p>",
    );
    check(
        "- [x] a",
        "<ul class=\"task-list\"><li class=\"task-list-item\"><label class=\"task-list-control\"><input type=\"checkbox\" disabled checked><span class=\"task-list-indicator\"></span></label> a</li></ul>",
    );
}

#[test]
fn optional_extensions_are_off_by_default() {
    check("++ctrl++ $x$ \"a\"", "<p>++ctrl++ $x$ \"a\"</p>");
    let options = Options { keys: true, arithmatex: true, smarty: true, ..Options::default() };
    check_with(
        &options,
        "++ctrl++ $x$ \"a\"",
        "<p><span class=\"keys\"><kbd class=\"key-control\">Ctrl</kbd></span> <span class=\"arithmatex\">\\(x\\)</span> “a”</p>",
    );
}

#[test]
fn short_references_lead_to_the_repository() {
    let mut options = Options::default();
    check_with(&options, "see #1 @me", "<p>see #1 @me</p>");
    options.enable("pymdownx.magiclink", &serde_json::json!({"repo_url_shorthand": true, "user": "me", "repo": "it"}));
    let link = |class: &str, href: &str, title: &str, text: &str| {
        format!(
            "<a class=\"magiclink magiclink-github magiclink-{class}\" href=\"https://github.com/{href}\" title=\"GitHub {title}\">{text}</a>"
        )
    };
    check_with(&options, "see #1", &format!("<p>see {}</p>", link("issue", "me/it/issues/1", "Issue: me/it #1", "#1")));
    check_with(
        &options,
        "a/b!2 x#1x",
        &format!("<p>{} x#1x</p>", link("pull", "a/b/pull/2", "Pull Request: a/b #2", "a/b!2")),
    );
    check_with(&options, "@a/b", &format!("<p>{}</p>", link("repository", "a/b", "Repository: a/b", "a/b")));
    check_with(
        &options,
        "`#1` @you.",
        &format!("<p><code>#1</code> {}.</p>", link("mention", "you", "User: you", "@you")),
    );
}

#[test]
fn headings_have_ids_and_titles() {
    let page = render("# A *b* `c`\n\n## Same\n\n## Same {#own}\n\n## Same\n\n[TOC]\n", &Options::default(), &NoFiles);
    let headings: Vec<_> = page.headings.iter().map(|it| (it.level, it.id.as_str(), it.title.as_str())).collect();
    assert_eq!(headings, [(1, "a-b-c", "A b c"), (2, "same", "Same"), (2, "own", "Same"), (2, "same_1", "Same")]);
    assert_eq!(page.title.as_deref(), Some("A b c"));
    assert!(
        page.html.contains("<a class=\"headerlink\" href=\"#same_1\" title=\"Permanent link\">¶</a>"),
        "{}",
        page.html
    );
    assert!(page.html.contains("<div class=\"toc\"><ul><li><a href=\"#a-b-c\">A b c</a><ul>"), "{}", page.html);
    assert_eq!(render("x\n\n# later\n", &Options::default(), &NoFiles).title, None);
}

#[test]
fn links_are_resolved_and_located() {
    let source = "[a](b.md) and ![i](i.png)\r\n\r\n> [a](b.md)\r\n\r\n[r]\r\n\r\n[r]: c.md\r\n";
    let page = render(source, &Options::default(), &Files::default());
    let links: Vec<_> = page.links.iter().map(|link| (link.target.as_str(), link.kind)).collect();
    assert_eq!(
        links,
        [("b.md", LinkKind::Link), ("i.png", LinkKind::Image), ("b.md", LinkKind::Link), ("c.md", LinkKind::Link)]
    );
    for link in &page.links {
        assert_eq!(&source[link.span.clone().unwrap()], link.target);
    }
    assert!(page.links[0].span != page.links[2].span);
    assert!(page.html.contains("href=\"b/\"") && page.html.contains("href=\"c/\""), "{}", page.html);
}

#[test]
fn files_are_included_where_they_are_named() {
    let files = Files(BTreeMap::from([
        ("docs/a.md", "*a*\n\n--8<-- \"docs/b.md\"\n"),
        ("docs/b.md", "b\n--8<-- \"docs/a.md\"\n"),
    ]));
    let source = "- x\n\n  --8<-- \"docs/../docs/a.md\"\n\n--8<-- \"../docs/a.md\"\n";
    let page = render(source, &Options::default(), &files);
    assert_eq!(squeeze(&page.html), "<ul><li><p>x</p><p><em>a</em></p><p>b</p></li></ul>");
    let missing: Vec<_> = page.missing.iter().map(|it| (&*it.path, &it.fault, &source[it.span.clone()])).collect();
    assert_eq!(missing, [("../docs/a.md", &IncludeFault::File, "--8<-- \"../docs/a.md\"")]);
}

#[test]
fn front_matter_is_read() {
    let page = render("---\ntitle: T\n---\n\ntext\n", &Options::default(), &NoFiles);
    assert_eq!(page.front_matter.get("title").and_then(|title| title.as_str()), Some("T"));
    assert_eq!(page.html, "<p>text</p>");
}

/// Inputs that cost a backtracking implementation dearly.
#[test]
fn hostile_pages_are_rendered_in_time() {
    let many = |unit: &str| unit.repeat(12_000 / unit.len());
    let mut steps = String::new();
    for depth in 0..300 {
        writeln!(steps, "{}- x", "  ".repeat(depth)).unwrap();
    }
    let mut notes = String::new();
    for depth in 0..150 {
        writeln!(notes, "{}!!! note", "    ".repeat(depth)).unwrap();
    }
    let pages = [
        many("["),
        many("[a]("),
        many("[a](\""),
        many("![["),
        many("]("),
        many("*a "),
        many("**a"),
        many("***"),
        many("_a_"),
        many("a_"),
        many("`a"),
        many("`"),
        many("``` "),
        many("<"),
        many("<a "),
        many("<!--"),
        many("<b>"),
        many("<div>\n"),
        many("<div>"),
        many("</div>"),
        many("<p markdown>\n"),
        many("> "),
        many(">"),
        many("# a\n"),
        many("- a\n"),
        many("- "),
        many("1. "),
        many("a@"),
        many("a.b@c."),
        many("http://a"),
        many("www."),
        many("&"),
        many("&a"),
        many(":a"),
        many("::"),
        many("~a"),
        many("~~a"),
        many("^a"),
        many("==a"),
        many("{++"),
        many("{~~a~>"),
        many("[^1]"),
        many("[^1]: a\n"),
        many("[a]: b\n"),
        many("*[a]: b\n\n"),
        many("a|"),
        many("|a|b|\n|-|-|\n"),
        many("`|"),
        many("\\"),
        many("\\`"),
        many("```\n"),
        many("~~~\n\n"),
        many("=== \"a\"\n"),
        many("??? a\n"),
        many("!!! a\n    b\n"),
        many(": a\n"),
        many("a\n:   b\n"),
        many("***\n"),
        many("a\n---\n"),
        many("{: a }"),
        many("a{b}"),
        many("\u{2}h0\u{3}"),
        many("$a"),
        many("++a"),
        many("[=1"),
        many("--8<-- \"x\"\n"),
        many("> [!NOTE]\n> a\n"),
        many(">>> [!tip]\n"),
        many("(c)"),
        many("1/2"),
        many("1st "),
        many("---\n"),
        many("é*"),
        many("\t"),
        many("\n"),
        many("  \n"),
        steps,
        notes,
    ];
    let options = Options { keys: true, arithmatex: true, smarty: true, progress_bar: true, ..Options::default() };
    let blocks = Options { blocks_syntax: true, ..options.clone() };
    for page in &pages {
        let start = std::time::Instant::now();
        let html = render(page, &options, &NoFiles).html;
        // Generous for a debug build on a busy machine; quadratic behaviour takes minutes.
        assert!(start.elapsed().as_secs() < 15, "{:?} took {:?}", &page[..page.len().min(20)], start.elapsed());
        assert!(html.len() < page.len() * 200 + 1000, "{:?} grew", &page[..page.len().min(20)]);
    }
    let slashes = many("/// note\n");
    assert!(!render(&slashes, &blocks, &NoFiles).html.is_empty());
}

/// Compares with what the original makes of a file of cases, when the environment names one.
#[test]
fn cases_of_the_original_agree() {
    #[expect(clippy::disallowed_methods, reason = "the cases are not part of the project")]
    let Ok(path) = std::env::var("PLAYBILL_TECHDOCS_CASES") else { return };
    #[expect(clippy::disallowed_methods, reason = "the cases are not part of the project")]
    let text = std::fs::read_to_string(path).unwrap();
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let files = Files(BTreeMap::from([
        ("docs/inc.md", "Included **text**.\n\nSecond paragraph.\n"),
        ("docs/code.py", "import os\n# --8<-- [start:one]\nprint(1)\n# --8<-- [end:one]\nprint(2)\n"),
    ]));
    let mut failed = Vec::new();
    let cases = file["cases"].as_array().unwrap();
    for case in cases {
        let options = case_options(case["config"].as_str().unwrap());
        let got = render(case["markdown"].as_str().unwrap(), &options, &files).html;
        let (want, got) = (canonical(case["html"].as_str().unwrap()), canonical(&got));
        if want != got {
            failed.push(format!("{} / {}\n  want {want}\n  got  {got}", case["group"], case["name"]));
        }
    }
    // The picture of a graphviz diagram is the renderer's business.
    assert!(failed.len() <= 1, "{} of {} agree\n{}", cases.len() - failed.len(), cases.len(), failed.join("\n"));
}

fn case_options(config: &str) -> Options {
    let mut options = Options::default();
    match config {
        "blocks" => options.blocks_syntax = true,
        "indent4" => options.nested_indent = 4,
        "slug" => options.toc.slugify = Slugify::Unicode(Case::Lower),
        "extras" => {
            options.keys = true;
            options.progress_bar = true;
            options.arithmatex = true;
            options.smarty = true;
            options.meta = true;
            options.emoji = EmojiIndex::Material;
            options.custom_fences =
                vec![CustomFence { name: "mermaid".into(), class: "mermaid".into(), format: FenceFormat::Code }];
        }
        _ => {}
    }
    options
}

/// Brings HTML into a form in which only what a reader sees counts: the elements with the attributes that matter and the
/// text with white space collapsed; spans, permalinks, line numbers, pictures of emoji and targets of links aside.
fn canonical(html: &str) -> String {
    const KEPT: [&str; 4] = ["id", "title", "alt", "class"];
    let mut out = String::new();
    let mut rest = html;
    let mut skipped: Option<&str> = None;
    while !rest.is_empty() {
        let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        if skipped.is_none() {
            out.push_str(&html::unescape_entities(&html::unescape_entities(text)));
        }
        let end = if after.starts_with("<!--") {
            after.find("-->").map(|at| at + 3)
        } else {
            after.find('>').map(|at| at + 1)
        };
        let (tag, after) = after.split_at(end.unwrap_or(after.len()));
        rest = after;
        let name = tag.trim_matches(['<', '>', '/']).split([' ', '/']).next().unwrap_or("").to_ascii_lowercase();
        if let Some(end) = skipped {
            if tag == end {
                skipped = None;
            }
            continue;
        }
        let value = |key: &str| {
            let at = tag.find(&format!(" {key}=\""))? + key.len() + 3;
            tag[at..].find('"').map(|end| &tag[at..at + end])
        };
        let class = value("class").unwrap_or("");
        if class == "headerlink" || class == "footnote-backref" {
            skipped = Some("</a>");
        } else if class == "filename" {
            continue;
        } else if class == "linenos" {
            skipped = Some("</td>");
        } else if name == "svg" {
            skipped = Some("</svg>");
        } else if class == "emojione" || class == "twemoji" && name == "img" {
            out.push_str(value("alt").unwrap_or(""));
        } else if class == "uml" || class.starts_with("diagram plantuml") {
            out.push_str(" DIAGRAM");
            skipped = (name == "pre").then_some("</pre>");
        } else if !matches!(name.as_str(), "span" | "tbody" | "progress" | "") && !tag.starts_with("<!") {
            let in_code = class.contains("progress") || name == "td" && class == "code";
            out.push_str(if tag.starts_with("</") { " </" } else { " <" });
            out.push_str(&name);
            for key in ["checked", "open"].iter().filter(|key| tag.contains(**key) && !tag.starts_with("</")) {
                write!(out, " {key}").unwrap();
            }
            for key in KEPT.iter().filter(|_| !in_code) {
                if let Some(value) = value(key) {
                    let mut words: Vec<&str> =
                        value.split_whitespace().filter(|word| !word.starts_with("language-")).collect();
                    words.sort_unstable();
                    write!(out, " {key}={}", words.join(" ")).unwrap();
                }
            }
            out.push_str("> ");
        }
    }
    // Code blocks may be in a table with line numbers; tables may have bodies.
    let mut words: Vec<&str> = out.split_whitespace().collect();
    let dropped = [
        "<td",
        "</td>",
        "</tr>",
        "<tr>",
        "</table>",
        "class=code>",
        "<td>",
        "</th>",
        "class=filename>",
        "<th",
        "<table",
        "class=highlighttable>",
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "class=DIAGRAM>",
    ];
    words.retain(|word| !dropped.contains(word));
    words.join(" ")
}

proptest! {
    /// No text makes it panic, and spans are those of the targets.
    #[test]
    fn any_text_is_rendered(text in hostile_text()) {
        for options in [Options::default(), every_option()] {
            let page = render(&text, &options, &Files(BTreeMap::from([("a", "x\n--8<-- \"a\"\n")])));
            for link in &page.links {
                if let Some(span) = &link.span {
                    let written = text.get(span.clone()).expect("a span at character boundaries");
                    prop_assert!(link.target.ends_with(written));
                }
            }
            prop_assert_eq!(&page, &render(&text, &options, &Files(BTreeMap::from([("a", "x\n--8<-- \"a\"\n")]))));
        }
    }
}

fn every_option() -> Options {
    Options { blocks_syntax: true, ..case_options("extras") }
}

/// Text of pieces that mean something somewhere.
fn hostile_text() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "a",
        "b c",
        " ",
        "  ",
        "    ",
        "\n",
        "\n\n",
        "\t",
        "*",
        "**",
        "***",
        "_",
        "__",
        "`",
        "```",
        "~~~",
        "~",
        "~~",
        "^",
        "==",
        "[",
        "]",
        "(",
        ")",
        "![",
        "](",
        "[^1]",
        "[^1]: ",
        "[a]: u",
        "<",
        ">",
        "<div>",
        "</div>",
        "<div markdown>",
        "<b>",
        "</b>",
        "<!--",
        "-->",
        "<?",
        "?>",
        "<![CDATA[",
        "]]>",
        "&amp;",
        "&",
        "#",
        "## ",
        "- ",
        "1. ",
        "> ",
        "!!! note \"t\"\n    ",
        "??? x\n",
        "=== \"t\"\n    ",
        "/// note | x\n",
        "///",
        "    open: true\n",
        ": ",
        "|",
        "|-|-|\n",
        "---\n",
        "===\n",
        "***\n",
        "{",
        "}",
        "{: .c #i k=v }",
        "{++",
        "++}",
        "{~~",
        "~>",
        "~~}",
        "(c)",
        "1/2",
        "1st",
        "-->",
        ":smile:",
        "http://e.org/x_y",
        "www.e.org",
        "me@e.org",
        "*[a]: t\n",
        "--8<-- \"a\"\n",
        "-8<-\n",
        "$",
        "$$",
        "\\",
        "\\(",
        "++ctrl+a++",
        "[=50% \"x\"]",
        "é",
        "日本",
        "\u{2}",
        "\u{3}",
        "\u{2}h0\u{3}",
        "\u{2}i0\u{3}",
        "\u{1}c0\u{4}",
        "\r\n",
        "\u{feff}",
        "\u{a0}",
        "> [!NOTE]\n> ",
        "::uml::\n",
        "::end-uml::",
        "{% dot a.svg\n",
        "%}\n",
        "[TOC]\n",
        "title: x\n",
        "\"",
        "'",
        "@",
        "://",
        "😀",
    ];
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}
