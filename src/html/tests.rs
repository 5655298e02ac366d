use proptest::prelude::*;

use super::*;

fn check(html: &str, expect: &str) {
    assert_eq!(sanitise(html), expect, "{html}");
}

#[test]
fn what_authors_use_stays() {
    for html in [
        "<details open=\"\" class=\"note\"><summary>More</summary><p id=\"x\">text</p></details>",
        "<p align=\"center\"><img src=\"a.png\" alt=\"A\" width=\"30\"></p>",
        "<kbd>Ctrl</kbd> H<sub>2</sub>O x<sup>2</sup> <mark>m</mark>",
        "<table><thead><tr><th align=\"right\">a</th></tr></thead><tbody><tr><td colspan=\"2\">b</td></tr></tbody></table>",
        "<a href=\"https://x.y\" rel=\"noopener\" target=\"_blank\">x</a>",
        "<a href=\"../guide/#top\">x</a>",
        "<img src=\"data:image/png;base64,AA==\" alt=\"\">",
        "<video src=\"a.mp4\" controls=\"\"><source src=\"b.webm\" type=\"video/webm\"></video>",
        "<picture><source srcset=\"dark.png\" media=\"(prefers-color-scheme: dark)\"><img src=\"a.png\"></picture>",
    ] {
        check(html, html);
    }
}

#[test]
fn hostile_html_is_disarmed() {
    check("<script>alert(1)</script>x", "x");
    check("<style>body{display:none}</style>x", "x");
    check("<img src=x onerror=alert(1)>", "<img src=\"x\">");
    check("<p style=\"position:fixed\" onclick=\"x()\">x</p>", "<p>x</p>");
    check("<a href=\"javascript:alert(1)\">x</a>", "<a>x</a>");
    check("<a href=\" java\nscript:alert(1)\">x</a>", "<a>x</a>");
    check("<a href=\"data:text/html,<script>\">x</a>", "<a>x</a>");
    check("<a href=\"vbscript:x\">x</a>", "<a>x</a>");
    check("<a href=\"data:image/png;base64,AA==\">x</a>", "<a>x</a>");
    check("<img src=\"data:text/html,x\">", "<img>");
    check("<img srcset=\"javascript:x\">", "<img>");
    check("<iframe src=\"https://x.y\">z</iframe>x", "x");
    check("<svg><script>alert(1)</script></svg>x", "x");
    check("<svg><a xlink:href=\"javascript:alert(1)\">t</a></svg>", "");
    check("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "");
    check("<base href=\"https://evil\"><meta http-equiv=refresh content=0><link rel=stylesheet href=x>x", "x");
    check(
        "<form action=\"https://evil\"><input name=password value=1 type=text><button>x</button></form>",
        "<input type=\"checkbox\">x",
    );
    check("<div data-techdocs=\"content\" data-entity=\"x\">x</div>", "<div>x</div>");
    check("<a target=\"top\" rel=\"stylesheet noopener\" href=\"x\">x</a>", "<a href=\"x\" rel=\"noopener\">x</a>");
    check("<div role=\"alert\">x</div>", "<div>x</div>");
    let noscript = sanitise("<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">");
    assert_eq!(noscript, "<img src=\"x\">\"&gt;");
    check("<plaintext><b>x", "<b>x</b>");
    check("</div></main><p>x", "<p>x</p>");
    check("<!-- c --><b>x", "<b>x</b>");
}

#[test]
fn deep_nesting_and_size_are_survived() {
    for (part, count) in [
        ("<div>", 500_000),
        ("<div></x>", 100_000),
        ("<div><b id=1></div>x", 50_000),
        ("<p><b><p><i>", 50_000),
        ("<p>x<u>", 50_000),
        ("<table>", 50_000),
        ("<ul><li>", 50_000),
        ("<li>x", 50_000),
        ("</p>", 50_000),
        ("<a>", 50_000),
        ("<", 200_000),
        ("<!--", 50_000),
        ("<svg><g/>", 50_000),
        ("<script>", 50_000),
        ("<a /b/c", 50_000),
    ] {
        let clean = sanitise(&part.repeat(count / 10));
        assert!(clean.len() < 2_000_000, "{part}: {}", clean.len());
    }
    let wide = "<b>x</b>".repeat(10_000);
    assert_eq!(sanitise(&wide), wide);
}

#[test]
fn a_long_attribute_is_not_many_attributes() {
    let long = format!("<dfn title=\"{}\">x</dfn>", "a=b c/d ".repeat(2_000));
    assert_eq!(sanitise(&long), long);
    let many = format!("<dfn {}title='a'>x</dfn>", "b/c=d ".repeat(2_000));
    assert_eq!(sanitise(&many), "<dfn>x</dfn>");
}

#[test]
fn elements_are_closed_in_order() {
    check("<b><i>x</b>y</i>", "<b><i>x</i></b>y");
    check("<div><b>x</div>y", "<div><b>x</b></div>y");
    check("<ul><li>a<li>b</ul><p>c<p>d", "<ul><li>a</li><li>b</li></ul><p>c</p><p>d</p>");
    check(
        "<table><tr><td>a<td>b<tr><td>c</table>",
        "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>",
    );
}

#[test]
fn unknown_elements_stay_without_attributes() {
    check("<p>-n <namespace>.</p>", "<p>-n <namespace>.</namespace></p>");
    check("<p>a <bucket_name onclick=x()>b</p><p>c</p>", "<p>a <bucket_name>b</bucket_name></p><p>c</p>");
    check("<foo-bar n=\"b\"><p>x</p></foo-bar>", "<foo-bar><p>x</p></foo-bar>");
    check("<li>a <x.y><li>b", "<li>a <x.y></x.y></li><li>b</li>");
    check("<unknown-element n=\"script\">x</unknown-element>", "<span>x</span>");
    for name in ["form", "iframe", "marquee", "object", "template", "x\"y", "selectmenu"] {
        assert!(!sanitise(&format!("<{name}>x</{name}>")).contains(&format!("<{name}")), "{name}");
    }
    // Pages full of place holders lose none of them.
    let many = "<p><name></p>".repeat(500);
    assert_eq!(sanitise(&many).matches("<name></name>").count(), 500);
}

#[test]
fn held_fragments_come_back_unharmed_and_once() {
    let mut held = Placeholders::default();
    let mut document = "<p>".to_owned();
    held.hold(&mut document, "<pre data-own=\"1\">x</pre>".to_owned());
    document.push_str("</p><held-fragment n=\"0\"></held-fragment><held-fragment n=\"9\"></held-fragment>z");
    assert_eq!(held.release(&sanitise(&document)), "<p><pre data-own=\"1\">x</pre></p>z");
}

#[test]
fn forged_place_holders_cut_nothing_open() {
    let forged = "<held-fragment n=9><p title='</held-fragment><img src=x onerror=alert(1)>'>x</p></held-fragment>";
    let clean = sanitise(forged);
    assert_eq!(Placeholders::default().release(&clean), clean);
    let quoted = sanitise("<p title='<held-fragment n=\"0\"></held-fragment>'>x</p>");
    let mut held = Placeholders::default();
    held.hold(&mut String::new(), "\"><b>".to_owned());
    assert_eq!(held.release(&quoted), quoted);
}

#[test]
fn addresses_are_judged_as_browsers_read_them() {
    for address in ["a/b", "#x", "?q", "//host", "https://x", "mailto:a@b", "a/b:c", ":x", "", "1:2"] {
        assert!(is_safe_address(address, AddressUse::Link), "{address}");
    }
    for address in
        ["javascript:x", "JaVaScRiPt:x", "\u{1}javascript:x", "java\tscript:x", "data:text/html,x", "blob:x", "x-y:z"]
    {
        assert!(!is_safe_address(address, AddressUse::Link), "{address}");
    }
    assert!(is_safe_address("data:image/svg+xml,x", AddressUse::Image));
    assert!(!is_safe_address("data:text/html,image/", AddressUse::Image));
    assert!(!is_safe_address("mailto:x", AddressUse::Image));
    assert!(
        is_external("https://x")
            && is_external("\\\\host")
            && is_external("//h")
            && !is_external("/x")
            && !is_external("a:b".get(1..).unwrap())
    );
}

#[test]
fn text_of_html_is_what_a_reader_sees() {
    assert_eq!(text("<h1>A &amp; B</h1><p>one<br>two <b>th</b>ree</p>"), "A & B one two three");
    assert_eq!(text("a<!-- no -->b<script>no</script>c <img alt=\"1 > 0\" src=x>d"), "abc d");
    assert_eq!(text("1 < 2 &nosuch; &#x41;&#0;"), "1 < 2 &nosuch; A&#0;");
    assert_eq!(text("<p title=\"unclosed"), "");
}

#[test]
fn slugs_are_unique() {
    let mut slugs = Slugs::default();
    let mut next = |text: &str| slugs.unique(&slug(text));
    assert_eq!(next("Hello, World!"), "hello-world");
    assert_eq!(next("Hello World"), "hello-world-1");
    assert_eq!(next("hello-world-1"), "hello-world-1-1");
    assert_eq!(next("Hello World"), "hello-world-2");
    assert_eq!(next("???"), "section");
    assert_eq!(next("Über 日本"), "über-日本");
}

#[test]
fn both_ways_treat_a_byte_order_mark_alike() {
    assert_eq!(sanitise_techdocs("\u{feff}<p>a</p>"), sanitise_techdocs("<p>a</p>"));
}

proptest! {
    #[test]
    fn sanitised_html_is_stable_and_harmless(html in "[a-z<>/=\"'& !-]{0,60}") {
        let once = sanitise(&html);
        prop_assert_eq!(&sanitise(&once), &once);
        let lower = once.to_lowercase();
        prop_assert!(!lower.contains("<script"));
    }

    #[test]
    fn text_never_panics(html in "\\PC{0,60}") {
        let _ = text(&html);
        let _ = Placeholders::default().release(&html);
    }
}
