//! SVG pictures of authors: read as XML, and reassembled from what draws.
//!
//! In a page such a picture does nothing, but it can be opened alone, and is a document of the portal's origin then. So
//! nothing is kept that runs, nor an address that leads to something that does. What draws is kept whole, with its
//! styles and the HTML in `foreignObject`, in which drawing programs write their labels.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::RandomState;
use roxmltree::{Document, Node, ParsingOptions};

use super::{AddressUse, is_safe_address, push_text, push_value};

/// A picture of which nothing is left that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The picture.
    pub svg: String,
    /// What was left out that a browser would run, such as `a script`; the first of it.
    pub lost: Option<&'static str>,
}

const SVG: &str = "http://www.w3.org/2000/svg";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// More elements and texts than any picture has that a browser could show at once.
const MAX_NODES: u32 = 1_000_000;
/// Deeper elements are left out.
const MAX_DEPTH: usize = 256;
/// How much may be read in place of entities, in bytes.
const MAX_ENTITIES: usize = 4 << 20;

/// The attributes of an element.
const MAX_ATTRIBUTES: usize = 2048;
/// The names of namespaces.
const MAX_NAMESPACES: usize = 64;

type Words = LazyLock<HashSet<&'static str, RandomState>>;

static ELEMENTS: Words = LazyLock::new(|| {
    "a animate animateMotion animateTransform circle clipPath defs desc ellipse feBlend feColorMatrix \
     feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow \
     feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset \
     fePointLight feSpecularLighting feSpotLight feTile feTurbulence filter foreignObject g image line linearGradient \
     marker mask mpath path pattern polygon polyline radialGradient rect set stop style svg switch symbol text textPath \
     title tspan use view"
        .split_ascii_whitespace()
        .collect()
});

static HTML_ELEMENTS: Words = LazyLock::new(|| {
    "b blockquote body br center code dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img li mark ol p pre s small span \
     strike strong sub sup table tbody td tfoot th thead tr tt u ul"
        .split_ascii_whitespace()
        .collect()
});

static ATTRIBUTES: Words = LazyLock::new(|| {
    "accumulate additive alignment-baseline amplitude attributeName attributeType azimuth baseFrequency baseline-shift \
     begin bias by calcMode class clip clip-path clip-rule clipPathUnits color color-interpolation \
     color-interpolation-filters color-profile color-rendering cx cy d diffuseConstant direction display divisor \
     dominant-baseline dur dx dy edgeMode elevation enable-background end exponent fill fill-opacity fill-rule filter \
     filterRes filterUnits flood-color flood-opacity font font-family font-feature-settings font-kerning font-size \
     font-size-adjust font-stretch font-style font-variant font-weight fr from fx fy glyph-orientation-horizontal \
     glyph-orientation-vertical gradientTransform gradientUnits height id image-rendering in in2 intercept k1 k2 k3 k4 \
     kernelMatrix kernelUnitLength kerning keyPoints keySplines keyTimes lang lengthAdjust letter-spacing \
     lighting-color limitingConeAngle marker marker-end marker-mid marker-start markerHeight markerUnits markerWidth \
     mask mask-type maskContentUnits maskUnits max media method min mix-blend-mode mode numOctaves offset opacity \
     operator order orient origin overflow paint-order path pathLength patternContentUnits patternTransform \
     patternUnits pointer-events points pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio \
     primitiveUnits r radius refX refY repeatCount repeatDur requiredExtensions requiredFeatures restart result role \
     rotate rx ry scale seed shape-rendering side spacing specularConstant specularExponent spreadMethod startOffset \
     stdDeviation stitchTiles stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap \
     stroke-linejoin stroke-miterlimit stroke-opacity stroke-width style surfaceScale systemLanguage tableValues \
     targetX targetY text-anchor text-decoration text-overflow text-rendering textLength to transform \
     transform-origin type unicode-bidi values vector-effect version viewBox viewTarget visibility white-space width \
     word-spacing writing-mode x x1 x2 xChannelSelector y y1 y2 yChannelSelector z zoomAndPan"
        .split_ascii_whitespace()
        .collect()
});

static HTML_ATTRIBUTES: Words = LazyLock::new(|| {
    "align alt bgcolor border cellpadding cellspacing class color colspan dir face height id lang rowspan size style \
     title valign width"
        .split_ascii_whitespace()
        .collect()
});

impl Picture {
    /// Reads a picture; `None` if it is none that a browser would show.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let text = decoded(bytes)?;
        if entities(&text) > MAX_ENTITIES || !is_cheap(&text) {
            return None;
        }
        let options = ParsingOptions { allow_dtd: true, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
        let document = Document::parse_with_options(&text, options).ok()?;
        let root = document.root_element();
        // Some leave out the namespace, without which a browser shows nothing; what is meant is clear.
        let space = root.tag_name().namespace();
        (matches!(space, None | Some(SVG)) && root.tag_name().name() == "svg").then_some(())?;
        let mut writer = Writer { out: String::with_capacity(text.len()), lost: None, bare: space };
        writer.element(root, None, 0);
        writer.out.push('\n');
        Some(Self { svg: writer.out, lost: writer.lost })
    }
}

/// Returns the text of a file: UTF-8, UTF-16 with a byte order mark, or what its first line says it is.
fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let wide = |read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok().map(|text| {
            // Its first line says what it was, and not what it is now.
            text.split_once("?>")
                .filter(|_| text.starts_with("<?xml"))
                .map_or(text.clone(), |(_, rest)| rest.to_owned())
        })
    };
    match bytes {
        [0xff, 0xfe, ..] => return wide(u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, ..] => return wide(u16::from_be_bytes).map(Cow::Owned),
        _ => {}
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.into());
    }
    let start = bytes[..bytes.len().min(200)].to_ascii_lowercase();
    let one_byte = [&b"iso-8859-1"[..], b"latin1", b"windows-1252", b"us-ascii"];
    let says_so = one_byte.iter().any(|name| memchr::memmem::find(&start, name).is_some());
    (start.starts_with(b"<?xml") && says_so).then(|| bytes.iter().map(|byte| char::from(*byte)).collect())
}

/// Returns whether no element has so many attributes, and no picture so many names of namespaces, that the reader of
/// XML would take the square of them.
fn is_cheap(text: &str) -> bool {
    // No value of an attribute holds a `<`.
    let attributes = |part: &str| memchr::memchr_iter(b'=', part.as_bytes()).count();
    let mut namespaces: HashSet<&str> = HashSet::new();
    for (at, mark) in text.match_indices("xmlns:") {
        let name = &text[at + mark.len()..];
        namespaces.insert(name.split(['=', ' ', '\t', '\n', '\r']).next().unwrap_or(name));
        if namespaces.len() > MAX_NAMESPACES {
            return false;
        }
    }
    text.split('<').all(|part| attributes(part) <= MAX_ATTRIBUTES)
}

/// Estimates from above how much would be read in place of entities.
fn entities(text: &str) -> usize {
    if !text.contains("<!ENTITY") {
        return 0;
    }
    let declared = text.find("]>").unwrap_or(text.len());
    let used = memchr::memchr_iter(b'&', text.as_bytes()).count();
    declared.saturating_mul(used)
}

/// Returns what an element is that a browser would run or load; `None` if it does neither.
fn active(element: &str) -> Option<&'static str> {
    match &*element.to_ascii_lowercase() {
        "script" | "handler" | "listener" => Some("a script"),
        "iframe" | "frame" | "object" | "embed" | "audio" | "video" | "form" | "input" | "link" | "meta" | "base" => {
            Some("embedded content")
        }
        _ => None,
    }
}

struct Writer<'a> {
    out: String,
    lost: Option<&'static str>,
    /// The namespace in which the elements of SVG are.
    bare: Option<&'a str>,
}

impl Writer<'_> {
    fn loses(&mut self, what: &'static str) {
        self.lost.get_or_insert(what);
    }

    fn element(&mut self, node: Node<'_, '_>, around: Option<&str>, depth: usize) {
        let name = node.tag_name().name();
        let space = node.tag_name().namespace();
        let space = if space == self.bare { Some(SVG) } else { space };
        let is_known = match space {
            Some(SVG) => ELEMENTS.contains(name),
            Some(XHTML) => HTML_ELEMENTS.contains(name),
            _ => false,
        };
        if !is_known || depth > MAX_DEPTH || self.animates_address(node) {
            for inside in node.descendants().filter(Node::is_element) {
                if let Some(what) = active(inside.tag_name().name()) {
                    self.loses(what);
                }
            }
            return;
        }
        self.out.push('<');
        self.out.push_str(name);
        if space != around
            && let Some(space) = space
        {
            self.attribute("xmlns", space);
        }
        if around.is_none() {
            self.attribute("xmlns:xlink", XLINK);
        }
        for attribute in node.attributes() {
            let (key, value) = (attribute.name(), attribute.value());
            match attribute.namespace() {
                None if key == "href" || key == "src" => self.address(node, key, value),
                Some(XLINK) if key == "href" => self.address(node, "xlink:href", value),
                Some(XML) if key == "space" || key == "lang" => self.attribute(&format!("xml:{key}"), value),
                None if key.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on")) => {
                    self.loses("an event handler");
                }
                None => {
                    let known = if space == Some(SVG) { &ATTRIBUTES } else { &HTML_ATTRIBUTES };
                    if known.contains(key) || key.starts_with("aria-") {
                        self.attribute(key, value);
                    }
                }
                Some(_) => {}
            }
        }
        self.out.push('>');
        let start = self.out.len();
        for child in node.children() {
            if child.is_element() {
                self.element(child, space, depth + 1);
            } else if let Some(text) = child.text().filter(|_| child.is_text()) {
                push_text(&mut self.out, text);
            }
        }
        if self.out.len() == start {
            self.out.pop();
            self.out.push_str("/>");
            return;
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Returns whether an animation would change what runs or where a link leads.
    fn animates_address(&mut self, node: Node<'_, '_>) -> bool {
        let Some(animated) = node.attribute("attributeName") else { return false };
        let animated = animated.trim().to_ascii_lowercase();
        let is_active = animated.ends_with("href") || animated.ends_with("src") || animated.starts_with("on");
        if is_active {
            self.loses("an animation of an address");
        }
        is_active
    }

    /// Writes an address that leads to a part of the picture, to an embedded picture, or from a link to a page.
    fn address(&mut self, node: Node<'_, '_>, key: &str, value: &str) {
        let value = value.trim();
        let is_safe = match node.tag_name().name() {
            "a" => key != "src" && is_safe_address(value, AddressUse::Link),
            "image" | "feImage" | "img" => {
                value.starts_with('#') || (value.starts_with("data:") && is_safe_address(value, AddressUse::Image))
            }
            _ => key != "src" && value.starts_with('#'),
        };
        if is_safe {
            self.attribute(key, value);
        } else if super::scheme(value).is_some_and(|scheme| !matches!(&*scheme, "http" | "https")) {
            self.loses("an address that is run");
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        push_value(&mut self.out, value);
        self.out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">";

    #[track_caller]
    fn check(inside: &str, expect: &str, lost: Option<&'static str>) {
        let svg = format!("{START}{inside}</svg>");
        let picture = Picture::read(svg.as_bytes()).expect("a picture");
        let whole = if expect.is_empty() { START.replace("\">", "\"/>") } else { format!("{START}{expect}</svg>") };
        assert_eq!(picture.svg, whole + "\n", "{inside}");
        assert_eq!(picture.lost, lost, "{inside}");
        assert_eq!(Picture::read(picture.svg.as_bytes()), Some(Picture { lost: None, ..picture }), "{inside}");
    }

    #[test]
    fn what_draws_is_kept() {
        for same in [
            "<style>.a &gt; .b { fill: red; background: url(#x) }</style>",
            "<defs><linearGradient id=\"g\" xlink:href=\"#h\"><stop offset=\"5%\" stop-color=\"#fff\"/></linearGradient></defs>",
            "<rect width=\"9\" style=\"fill:url(#g)\" filter=\"url(#f)\" transform=\"rotate(5)\"/>",
            "<switch><foreignObject requiredFeatures=\"x\" width=\"100%\"><div xmlns=\"http://www.w3.org/1999/xhtml\" style=\"display: flex\">a<br/><b>b</b></div></foreignObject><text x=\"1\">a &amp; b</text></switch>",
            "<image width=\"1\" xlink:href=\"data:image/png;base64,AAAA\"/>",
            "<circle r=\"1\"><animate attributeName=\"r\" values=\"1;2\" dur=\"1s\"/></circle>",
            "<a href=\"https://example.org/?a&amp;b\"><text xml:space=\"preserve\"> x </text></a>",
            "<use href=\"#a\"/>",
        ] {
            check(same, same, None);
        }
        check("<!-- c --><g inkscape='1' data-x='2'/><title>t</title>", "<g/><title>t</title>", None);
    }

    #[test]
    fn what_runs_is_left_out() {
        check("<script>alert(1)</script><g/>", "<g/>", Some("a script"));
        check("<script href='evil.js'/>", "", Some("a script"));
        check("<x:script xmlns:x='http://www.w3.org/2000/svg'>1</x:script>", "", Some("a script"));
        check("<x:g xmlns:x='http://www.w3.org/2000/svg' onload='1' x:onload='1'/>", "<g/>", Some("an event handler"));
        check("<g xmlns='http://www.w3.org/1999/xhtml'><script>1</script></g>", "", Some("a script"));
        check("<g onclick='1' OnLoad='2'/>", "<g/>", Some("an event handler"));
        check(
            "<a xlink:href=' java&#10;script:alert(1)'><text>t</text></a>",
            "<a><text>t</text></a>",
            Some("an address that is run"),
        );
        check("<a><set attributeName='xlink:href' to='javascript:1'/></a>", "<a/>", Some("an animation of an address"));
        check("<use href='data:image/svg+xml,x#y'/>", "<use/>", Some("an address that is run"));
        check("<image href='https://example.org/x.png'/><image href='x.svg'/>", "<image/><image/>", None);
        check(
            "<foreignObject><iframe xmlns='http://www.w3.org/1999/xhtml' src='x.html'/></foreignObject>",
            "<foreignObject/>",
            Some("embedded content"),
        );
        let styled = format!("<?xml version='1.0'?><?xml-stylesheet href='x.xsl' type='text/xsl'?>{START}</svg>");
        assert_eq!(Picture::read(styled.as_bytes()).unwrap().svg, START.replace("\">", "\"/>") + "\n");
    }

    #[test]
    fn entities_are_read_and_bounded() {
        let picture = |subset: &str, inside: &str| {
            let svg = format!("<!DOCTYPE svg PUBLIC \"a\" \"b\" [{subset}]><svg xmlns=\"&ns;\">{inside}</svg>");
            Picture::read(svg.as_bytes())
        };
        let ns = "<!ENTITY ns \"http://www.w3.org/2000/svg\">";
        assert!(picture(ns, "<g/>").unwrap().svg.ends_with("<g/></svg>\n"));
        let script = format!("{ns}<!ENTITY s \"<script>1</script>\">");
        assert_eq!(picture(&script, "&s;").unwrap().lost, Some("a script"));
        let large = format!("{ns}<!ENTITY l \"{}\">", "l".repeat(100_000));
        assert_eq!(picture(&large, &"&l;".repeat(100_000)), None);
        let bomb: String = (1..30).map(|n| format!("<!ENTITY e{n} \"&e{0};&e{0};\">", n - 1)).collect();
        assert_eq!(picture(&format!("{ns}<!ENTITY e0 \"x\">{bomb}"), "&e29;"), None);
    }

    #[test]
    fn what_is_no_picture_is_none() {
        for none in [
            "",
            "<g/>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\">",
            "<html xmlns=\"http://www.w3.org/1999/xhtml\"/>",
            "text",
        ] {
            assert_eq!(Picture::read(none.as_bytes()), None, "{none}");
        }
        assert_eq!(Picture::read(b"\xff\xfe<"), None);
        let deep = format!("{START}{}{}</svg>", "<g>".repeat(50_000), "</g>".repeat(50_000));
        let deep = Picture::read(deep.as_bytes());
        assert!(deep.is_none_or(|picture| picture.svg.matches("<g").count() <= MAX_DEPTH + 1));
    }

    #[test]
    fn pictures_cost_no_more_than_their_size() {
        let attributes: String = (0..100_000).map(|n| format!(" a{n}='1'")).collect();
        assert_eq!(Picture::read(format!("{START}<g{attributes}/></svg>").as_bytes()), None);
        let nested: String = (0..30_000).map(|n| format!("<g xmlns:a{n}='u{n}'>")).collect();
        let nested = format!("{START}{nested}{}</svg>", "</g>".repeat(30_000));
        assert_eq!(Picture::read(nested.as_bytes()), None);
        let labels = "<foreignObject><div xmlns='http://www.w3.org/1999/xhtml'>a</div></foreignObject>".repeat(5_000);
        assert!(Picture::read(format!("{START}{labels}</svg>").as_bytes()).is_some());
    }

    #[test]
    fn a_missing_namespace_is_added() {
        let picture = Picture::read(b"<svg><g/><x:g xmlns:x='http://www.w3.org/2000/svg'/></svg>").unwrap();
        assert_eq!(picture.svg, format!("{START}<g/><g/></svg>\n"));
    }

    #[test]
    fn other_encodings_are_read() {
        let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><text>\xe9</text></svg>";
        assert!(Picture::read(latin).unwrap().svg.contains("<text>é</text>"));
        let wide = format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?>{START}<text>é</text></svg>");
        let wide: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(Picture::read(&wide).unwrap().svg.contains("<text>é</text>"));
    }
}
