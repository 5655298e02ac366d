use proptest::prelude::*;

use super::*;
use crate::markdown::{LinkKind, Section};

/// Resolves links so that the test sees what was asked.
fn echo(link: &DocLink) -> Resolved {
    let broken = link.target.contains("missing");
    Resolved { href: (link.target != "drop").then(|| link.target.replace(".md", "/")), broken }
}

fn check(text: &str, expect: &str) {
    assert_eq!(render(text, &echo).html.trim_end(), expect, "{text}");
}

#[test]
fn blocks() {
    check("a\nb  \nc", "<p>a\nb<br>\nc</p>");
    check("- a\n- b\n  1. c", "<ul>\n<li>a</li>\n<li>b<ol>\n<li>c</li>\n</ol>\n</li>\n</ul>");
    check("3) a", "<ol start=\"3\">\n<li>a</li>\n</ol>");
    check("> a", "<blockquote>\n<p>a</p>\n</blockquote>");
    check(
        "> [!CAUTION]\n> a",
        "<div class=\"admonition danger\">\n<p class=\"admonition-title\">Caution</p>\n<p>a</p>\n</div>",
    );
    check("***", "<hr>");
    check("a :wink: `:wink:` :no-such:", "<p>a 😉 <code>:wink:</code> :no-such:</p>");
    check(
        "| a | b |\n|:-:|--:|\n| *c* | d |",
        "<table>\n<thead>\n<tr><th align=\"center\">a</th><th align=\"right\">b</th></tr>\n</thead>\n<tbody>\n<tr><td align=\"center\"><em>c</em></td><td align=\"right\">d</td></tr>\n</tbody>\n</table>",
    );
    check(
        "- [x] a\n- [ ] b",
        "<ul>\n<li class=\"task-list-item\"><input type=\"checkbox\" disabled=\"\" checked=\"\"> a</li>\n<li class=\"task-list-item\"><input type=\"checkbox\" disabled=\"\"> b</li>\n</ul>",
    );
    check(
        "```json title=x\n{\"a\": 1}\n```",
        "<pre class=\"code\"><code class=\"language-json\">{<span class=\"p\">\"a\"</span>: <span class=\"n\">1</span>}\n</code></pre>",
    );
    check("    <b>", "<pre class=\"code\"><code>&lt;b&gt;</code></pre>");
}

#[test]
fn lines() {
    check("*a* **b** ~~c~~ `d<` \\*", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d&lt;</code> *</p>");
    check("[a *b*](u.md \"T\\\"\")", "<p><a href=\"u/\" title=\"T&quot;\">a <em>b</em></a></p>");
    check("[a](https://x.y)", "<p><a href=\"https://x.y\" rel=\"noopener\">a</a></p>");
    check("![a *b* `c`](i.png \"t\")", "<p><img src=\"i.png\" alt=\"a b c\" title=\"t\" loading=\"lazy\"></p>");
    check("[![a](i.png)](u)", "<p><a href=\"u\"><img src=\"i.png\" alt=\"a\" loading=\"lazy\"></a></p>");
    check("![a [b](drop) ![c](d)](i.png)", "<p><img src=\"i.png\" alt=\"a b c\" loading=\"lazy\"></p>");
    check("[a](missing.md) [b](drop)", "<p><a href=\"missing/\" class=\"broken\">a</a> b</p>");
    check(
        "<me@x.org> <https://x>",
        "<p><a href=\"mailto:me@x.org\" rel=\"noopener\">me@x.org</a> <a href=\"https://x\" rel=\"noopener\">https://x</a></p>",
    );
    check(
        "see https://x.y/a_b_c&d.",
        "<p>see <a href=\"https://x.y/a_b_c&amp;d\" rel=\"noopener\">https://x.y/a_b_c&amp;d</a>.</p>",
    );
    check("[https://x.y](z)", "<p><a href=\"z\">https://x.y</a></p>");
}

#[test]
fn headings_get_names_and_links_to_themselves() {
    let doc = render("# A `b` *c*\n\nx\n## A\n\n## A {#own .k}\n\n## [l](u) <b>x</b>\n", &echo);
    assert_eq!(doc.title.as_deref(), Some("A b c"));
    let found: Vec<_> = doc.headings.iter().map(|h| (h.level, &*h.id, &*h.title, &*h.title_html)).collect();
    assert_eq!(
        found,
        [
            (1, "a-b-c", "A b c", "A <code>b</code> <em>c</em>"),
            (2, "a", "A", "A"),
            (2, "own", "A", "A"),
            (2, "l-x", "l x", "l x"),
        ]
    );
    let link = |id| format!("<a class=\"headerlink\" href=\"#{id}\" aria-label=\"Link to this section\">#</a>");
    assert!(
        doc.html.starts_with(&format!("<h1 id=\"a-b-c\">A <code>b</code> <em>c</em>{}</h1>", link("a-b-c"))),
        "{}",
        doc.html
    );
    assert!(doc.html.contains("<h2 id=\"own\" class=\"k\">A"), "{}", doc.html);
    assert!(doc.html.contains("<a href=\"u\">l</a> <b>x</b>"), "{}", doc.html);
    assert!(doc.has_anchor("own") && !doc.has_anchor("nope"));
}

#[test]
fn sections_hold_the_text_for_search() {
    let doc = render(
        "before `x`\n# One\ntext *with* [link](u)\n\n- a\n- b\n\n```sh\nls\n```\n## Two\n![alt](i) <b>h</b>",
        &echo,
    );
    let section = |heading, text: &str| Section { heading, text: text.to_owned() };
    assert_eq!(
        doc.sections,
        [section(None, "before x"), section(Some(0), "text with link a b ls"), section(Some(1), "alt h")]
    );
}

#[test]
fn links_carry_the_place_of_their_target() {
    let text = "---\ntitle: t\n---\n[a](one.md) ![b ](<two x.png> 'c') [c][r] [r] <https://e> www.f.g\n<a href='h.md'>x</a> <img src=\"i.png\">\n[a(b](c\\)d(e)) [z]()\n\n[r]: three.md#x\n";
    let doc = render(text, &echo);
    let found: Vec<_> = doc.links.iter().map(|link| (&text[link.span.clone()], &*link.target, link.kind)).collect();
    assert_eq!(
        found,
        [
            ("one.md", "one.md", LinkKind::Link),
            ("two x.png", "two x.png", LinkKind::Image),
            ("https://e", "https://e", LinkKind::Link),
            ("www.f.g", "http://www.f.g", LinkKind::Link),
            ("h.md", "h.md", LinkKind::HtmlLink),
            ("i.png", "i.png", LinkKind::HtmlImage),
            ("c\\)d(e)", "c)d(e)", LinkKind::Link),
            ("", "", LinkKind::Link),
            ("three.md#x", "three.md#x", LinkKind::Link),
            ("three.md#x", "three.md#x", LinkKind::Link),
        ]
    );
    assert!(doc.html.contains("<a href=\"h/\">x</a> <img src=\"i.png\">"), "{}", doc.html);
    assert_eq!(doc.front_matter.title.as_deref(), Some("t"));
}

#[test]
fn footnotes_stand_at_the_end() {
    check(
        "b[^y] a[^x] c[^y]\n\n[^x]: one\n[^y]: two\n[^z]: three\n",
        "<p>b<sup id=\"fnref-1\"><a class=\"footnote-ref\" href=\"#fn-1\" aria-label=\"Footnote 1\">1</a></sup> a<sup id=\"fnref-2\"><a class=\"footnote-ref\" href=\"#fn-2\" aria-label=\"Footnote 2\">2</a></sup> c<sup id=\"fnref-1-2\"><a class=\"footnote-ref\" href=\"#fn-1\" aria-label=\"Footnote 1\">1</a></sup></p>\n<div class=\"footnotes\">\n<hr>\n<ol>\n<li id=\"fn-1\"><p>two <a class=\"footnote-backref\" href=\"#fnref-1\" aria-label=\"Back to the text\">↩</a> <a class=\"footnote-backref\" href=\"#fnref-1-2\" aria-label=\"Back to the text\">↩</a></p></li>\n<li id=\"fn-2\"><p>one <a class=\"footnote-backref\" href=\"#fnref-2\" aria-label=\"Back to the text\">↩</a></p></li>\n</ol>\n</div>",
    );
}

#[test]
fn html_of_authors_is_sanitised_and_ours_is_not_touched() {
    check("<b>x</b><script>y</script>", "<p><b>x</b></p>");
    check(
        "<div onclick=x>\n\n*a*\n\n```sh\nls\n```\n\n</div>",
        "<div>\n<p><em>a</em></p>\n<pre class=\"code\"><code class=\"language-sh\"><span class=\"f\">ls</span>\n</code></pre>\n</div>",
    );
    check(
        "- [x] <b>a</b>",
        "<ul>\n<li class=\"task-list-item\"><input type=\"checkbox\" disabled=\"\" checked=\"\"> <b>a</b></li>\n</ul>",
    );
    check("[x](javascript:alert) ![y](data:text/html,z) <javascript:a>", "<p>x y javascript:a</p>");
    check("[x](\"onmouseover=\")", "<p><a href=\"%22onmouseover=%22\">x</a></p>");
    check(
        "```\"><script>\nx\n```",
        "<pre class=\"code\"><code class=\"language-&quot;&gt;&lt;script&gt;\">x\n</code></pre>",
    );
    check(
        "# a {.\"x}",
        "<h1 id=\"a\" class=\"&quot;x\">a<a class=\"headerlink\" href=\"#a\" aria-label=\"Link to this section\">#</a></h1>",
    );
}

#[test]
fn descriptions() {
    assert_eq!(
        block("# A\n\n[x](https://y) [z](../rel) [w](#h)"),
        "<h3>A</h3>\n<p><a href=\"https://y\" rel=\"noopener\">x</a> z w</p>\n"
    );
    assert_eq!(
        inline("# A\n\n*b* ![c](d)\n\n- e\n- [f](https://g)\n\n```\nh  i\n```\n<b>j</b> | k"),
        "A <em>b</em> c e <a href=\"https://g\" rel=\"noopener\">f</a> <code>h i</code> j | k"
    );
    assert_eq!(inline("a\nb"), "a\nb");
    assert_eq!(plain("**a** & [b](https://c) <i>d</i> &lt;e>"), "a & b d <e>");
    assert_eq!(inline(""), "");
    assert_eq!(inline("<script>x</script>"), "");
}

#[test]
fn hostile_sizes_are_survived() {
    for part in [
        ">",
        "- ",
        "*a ",
        "[",
        "![",
        "[a](",
        "`",
        "<div>",
        "<b>*",
        "# a\n",
        "|a",
        "a|b\n-|-\n",
        "\\",
        "&amp;",
        "[^1]",
        "_a*b",
        "<!--",
        "[a]: b\n",
        "~~~\n",
        "1. ",
        "\t",
        "\u{0}",
        "http://a ",
        "<a href=x>",
        "- [ ] ",
        "> [!NOTE]\n",
    ] {
        let text = part.repeat(60_000 / part.len());
        let doc = render(&text, &echo);
        let depth = deepest(&doc.html);
        assert!(depth <= 250, "{part:?}: {depth}");
    }
    let quotes = format!("{} x", ">".repeat(10_000));
    assert!(deepest(&render(&quotes, &echo).html) <= 64);
}

/// Returns how deep elements are nested.
fn deepest(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for (at, _) in html.match_indices('<') {
        let tag = &html[at + 1..];
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !["input", "img", "br", "hr"].iter().any(|void| tag.starts_with(void)) {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}

proptest! {
    #[test]
    fn any_text_becomes_harmless_html(text in "[a-z<>/=\"'& !#*_`|>\\[\\]()\n:^~{}.-]{0,80}") {
        let doc = render(&text, &echo);
        let clean = doc.html.to_lowercase();
        prop_assert!(!clean.contains("<script"));
        for link in &doc.links {
            prop_assert!(text.get(link.span.clone()).is_some(), "{:?}", link);
        }
        let line = inline(&text);
        for block in ["<p", "<div", "<ul", "<h1", "<pre", "<table", "<blockquote"] {
            prop_assert!(!line.contains(block), "{}", line);
        }
        let _ = block(&text);
    }
}

#[test]
fn headings_of_html_are_demoted_in_descriptions() {
    assert_eq!(block("<h1 align=\"center\">A</h1>").trim(), "<h3 align=\"center\">A</h3>");
    assert_eq!(block("<h5>A</h5> <hr>").trim(), "<h6>A</h6> <hr>");
}

#[test]
fn diagrams_are_drawn_and_pictures_that_cannot_be_shown_are_told() {
    let resolve = |link: &DocLink| match link.target.as_str() {
        "here.png" => Resolved { href: Some("1.png".to_owned()), broken: false },
        target if target.starts_with("https://ci") => Resolved::as_written(target),
        _ => Resolved { href: None, broken: false },
    };
    let text = "```dot\ndigraph { a -> b }\n```\n\n```plantuml\na -> b\n```\n";
    let doc = render(text, &resolve);
    assert!(doc.html.contains("<figure class=\"diagram language-dot\"><svg class=\"drawn\""), "{}", doc.html);
    assert!(doc.html.contains("<li>a → b</li>") && doc.html.contains("language-plantuml"), "{}", doc.html);
    let lost: Vec<&str> = doc.lost.iter().map(|lost| &text[lost.span.clone()]).collect();
    assert_eq!(lost, ["```plantuml"]);
    for (text, html) in [
        ("![a](here.png)", "<p><img src=\"1.png\" alt=\"a\" loading=\"lazy\"></p>"),
        ("![a](https://x.example/b.svg)", "<p><a href=\"https://x.example/b.svg\" rel=\"noopener\">a</a></p>"),
        (
            "[![a](https://x.example/b.svg)](https://ci.example)",
            "<p><a href=\"https://ci.example\" rel=\"noopener\">a</a></p>",
        ),
        (
            "<p align=\"center\"><img src=\"here.png\" width=\"80\"></p>",
            "<p align=\"center\"><img src=\"1.png\" width=\"80\"></p>",
        ),
        (
            "<p><img alt=\"a b\" src=\"https://x.example/b.svg\"> c</p>",
            "<p><a href=\"https://x.example/b.svg\" rel=\"noopener\">a b</a> c</p>",
        ),
        (
            "<p><a href=\"https://ci.example\"><img src=\"https://x.example/b.svg\" alt=\"a\"></a></p>",
            "<p><a href=\"https://ci.example\">a</a></p>",
        ),
        (
            "<picture><source media=\"(prefers-color-scheme: dark)\" srcset=\"gone.png\"><img src=\"here.png\" alt=\"a\"></picture>",
            "<p><picture><img src=\"1.png\" alt=\"a\"></picture></p>",
        ),
    ] {
        let shown = render(text, &resolve).html;
        assert_eq!(shown.trim().replace(" rel=\"noopener noreferrer\"", " rel=\"noopener\""), html, "{text}");
    }
}
