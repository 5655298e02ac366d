//! Vectors of cross-site scripting, as the published collections sort them, through both front ends: whatever comes out
//! holds no element, attribute or address that runs anything.

use super::{DocLink, Resolved, commonmark, techdocs};
use crate::html;

/// HTML and Markdown that tries to run something, by the trick that each is about.
const VECTORS: &[&str] = &[
    // Scripts and what becomes one.
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/x>alert(1)</script >",
    "<<script>alert(1);//<</script>",
    "<script\n>alert(1)</script>",
    // Handlers, in every spelling of a tag.
    "<img src=x onerror=alert(1)>",
    "<img/src=\"x\"/onerror=alert(1)>",
    "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">",
    "<img src=x\tonerror\t=\talert(1)>",
    "<img src='x'onerror='alert(1)'>",
    "<img src=\"x` `<script>alert(1)</script>\"` `>",
    "<details open ontoggle=alert(1)>x</details>",
    "<p onmouseover=alert(1)>x",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<a onclick=alert(1) href=x>y</a>",
    // Addresses that run.
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"JaVaScRiPt:alert(1)\">x</a>",
    "<a href=\" &#14; javascript:alert(1)\">x</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    "<a href=\"java&Tab;script&colon;alert(1)\">x</a>",
    "<a href=\"&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)\">x</a>",
    "<a href=\"&#0000106&#0000097&#0000118&#0000097&#0000115&#0000099&#0000114&#0000105&#0000112&#0000116&#0000058alert(1)\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\">x</a>",
    "<a href=javascript:alert(1)>x</a>",
    "<img src=\"javascript:alert(1)\">",
    "<img srcset=\"javascript:alert(1) 1x\">",
    "<video poster=javascript:alert(1)//></video>",
    "<blockquote cite=\"javascript:alert(1)\">x</blockquote>",
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1) \"t\")",
    "[x](<javascript:alert(1)>)",
    "[x](javascript&colon;alert(1))",
    "[x](java&#x09;script:alert(1))",
    "[x]( &#1;javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "[x](u \"\\\" onmouseover=alert(1) \\\"\")",
    "![x\" onerror=\"alert(1)](u)",
    "[x](u){: onclick=\"alert(1)\" style=\"position:fixed\" href=\"javascript:alert(1)\" }",
    "# H {: onclick=alert(1) }",
    "```{ .py onclick=\"alert(1)\" data-x=\"1\" }\nx\n```",
    "```py title=\"<script>alert(1)</script>\"\nx\n```",
    "!!! note \"<img src=x onerror=alert(1)>\"\n    x",
    "=== \"<img src=x onerror=alert(1)>\"\n\n    x",
    "??? note \"<script>alert(1)</script>\"\n    x",
    "*[x]: \"><script>alert(1)</script>\n\nx",
    "[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
    ":<img src=x onerror=alert(1)>:",
    "{++<img src=x onerror=alert(1)>++}",
    "$<img src=x onerror=alert(1)>$",
    "<https://x/\"onmouseover=alert(1)>",
    "https://x/\"onmouseover=alert(1)//",
    // Styles and frames over the page.
    "<style>@import '//evil.example/x.css'</style>",
    "<div style=\"position:fixed;inset:0\">x</div>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=\"data:text/html,x\"></object><embed src=x>",
    "<base href=\"//evil.example/\"><meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<form action=//evil.example><input type=password name=p><button formaction=javascript:alert(1)>x</button></form>",
    // Other languages within HTML, and what the parser moves around.
    "<svg onload=alert(1)><g/></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><annotation-xml encoding=\"text/html\"><script>alert(1)</script></annotation-xml></math>",
    "<math href=\"javascript:alert(1)\">x</math>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\"></textarea>",
    "<title><img title=\"</title><img src=x onerror=alert(1)>\">",
    "<xmp><img title=\"</xmp><img src=x onerror=alert(1)>\"></xmp>",
    "<template><img src=x onerror=alert(1)></template>",
    "<select><style></select><img src=x onerror=alert(1)></style></select>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<table><td><a href=javascript:alert(1)>x",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?x <img src=x onerror=alert(1)>?>",
    "</article></main><script>alert(1)</script>",
    "<div markdown=1><img src=x onerror=alert(1)>\n\n*x* <script>alert(1)</script></div>",
    "<div markdown=\"1\" onclick=\"alert(1)\">\n[x](javascript:alert(1))\n</div>",
    "<held-fragment n=\"0\"></held-fragment><unknown-element n=\"script\">x</unknown-element>",
    "<x-y onclick=alert(1) is=script>x</x-y>",
];

/// Elements that must never be in a page.
const FORBIDDEN: &[&str] = &[
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "base",
    "meta",
    "link",
    "svg",
    "math",
    "template",
    "textarea",
    "title",
    "noscript",
    "xmp",
    "plaintext",
    "frame",
    "frameset",
    "animate",
    "foreignobject",
    "held-fragment",
];

#[track_caller]
fn check(source: &str) {
    let resolve = |link: &DocLink| Resolved::as_written(&link.target);
    let mut options = techdocs::Options::default();
    let mut made = vec![commonmark::render(source, &resolve).html];
    for (blocks_syntax, arithmatex) in [(false, false), (true, false), (false, true)] {
        (options.blocks_syntax, options.arithmatex) = (blocks_syntax, arithmatex);
        made.push(techdocs::document(source, &options, &resolve, &|_| None).html);
    }
    // Formulas become MathML, and nothing else does.
    let formulas = made.pop().unwrap_or_default();
    if formulas.contains("<math class=\"MathJax_Preview\"") {
        check_drawn(source, &formulas);
    } else {
        made.push(formulas);
    }
    for html in made {
        for tag in html.split('<').skip(1).map(|tag| tag.trim_start_matches('/')) {
            let name = tag.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or("");
            assert!(!FORBIDDEN.contains(&&*name.to_ascii_lowercase()), "{source}\n{html}");
        }
        for attribute in html::attributes(&html) {
            let value = html::text(&html[attribute.value]);
            let name = &*attribute.name;
            assert!(!name.starts_with("on") && !matches!(name, "style" | "srcdoc" | "formaction"), "{source}\n{html}");
            assert!(
                attribute.element != "input" || name != "type" || matches!(&*value, "checkbox" | "radio"),
                "{html}"
            );
            if matches!(name, "href" | "src" | "srcset" | "poster" | "cite") {
                let used = if name == "href" { html::AddressUse::Link } else { html::AddressUse::Image };
                assert!(html::is_safe_address(&value, used), "{source}\n{html}");
            }
        }
        // What is clean stays as it is, so that no second reading makes something of it.
        let again = html::sanitise_techdocs(&html);
        assert_eq!(html::sanitise_techdocs(&again), again, "{source}");
    }
}

#[test]
fn no_vector_gets_through() {
    for vector in VECTORS {
        check(vector);
        // Where Markdown gives text another meaning.
        check(&format!("text {vector} text"));
        check(&format!("- item\n\n  {vector}\n"));
        check(&format!("> {vector}\n"));
        check(&format!("| a |\n|---|\n| {} |\n", vector.replace('\n', " ")));
        check(&format!("!!! note\n\n    {}\n", vector.replace('\n', "\n    ")));
        check(&format!("# {}\n", vector.replace('\n', " ")));
        check(&format!("<details>\n{vector}\n</details>\n"));
        check(&format!("[{}](x.md) **{0}** `{0}`\n", vector.replace('\n', " ")));
    }
}

#[test]
fn nothing_hostile_is_drawn() {
    let resolve = |link: &DocLink| Resolved::as_written(&link.target);
    let options = techdocs::Options { arithmatex: true, ..techdocs::Options::default() };
    let mut drawn = 0;
    for vector in VECTORS {
        let line = vector.replace('\n', " ");
        let label = line.replace('\\', "").replace('"', "\\\"");
        for source in [
            format!("a $\\text{{{}}}$ b", line.replace('$', "")),
            format!("$$\n{line}\n$$\n"),
            format!(
                "```mermaid\nflowchart LR\n a[\"{0}\"] -- \"{0}\" --> b[\"{0}\"]\n```\n",
                line.replace(['"', '`'], "'")
            ),
            format!("```mermaid\nsequenceDiagram\n a->>b: {line}\n Note over a: {line}\n```\n"),
            format!("```dot\ndigraph {{ a [label=\"{label}\"] a -> b [label=\"{label}\"] \"{label}\" -> b }}\n```\n"),
        ] {
            let html = techdocs::document(&source, &options, &resolve, &|_| None).html;
            drawn += usize::from(html.contains("<svg") || html.contains("<math"));
            check_drawn(&source, &html);
        }
    }
    assert!(drawn > VECTORS.len(), "most are drawn: {drawn}");
}

/// Looks through a page that holds drawings.
#[track_caller]
fn check_drawn(source: &str, html: &str) {
    for tag in html.split('<').skip(1).map(|tag| tag.trim_start_matches('/')) {
        let name = tag.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or("");
        let name = name.to_ascii_lowercase();
        assert!(matches!(&*name, "svg" | "math") || !FORBIDDEN.contains(&&*name), "{source}\n{html}");
    }
    for attribute in html::attributes(html) {
        let name = &*attribute.name;
        assert!(!name.starts_with("on") && !matches!(name, "style" | "xlink:href"), "{source}\n{html}");
        if matches!(name, "href" | "src") {
            let value = html::text(&html[attribute.value]);
            assert!(html::is_safe_address(&value, html::AddressUse::Link), "{source}\n{html}");
        }
    }
}
