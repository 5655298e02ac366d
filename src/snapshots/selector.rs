//! Label selectors as Kubernetes writes them, lists of `key=value`, and Grafana's expressions.

use serde_json::Value;

/// A selector: all of its terms must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selector(Vec<Term>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    IsMissing,
}

impl Selector {
    /// Reads `k=v`, `k==v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, `k` and `!k`, joined by commas.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut terms = Vec::new();
        for part in split(text) {
            terms.push(term(part.trim())?);
        }
        (!terms.is_empty()).then_some(Self(terms))
    }

    /// Returns whether labels are meant.
    pub(crate) fn fits(&self, labels: Option<&Value>) -> bool {
        self.0.iter().all(|term| {
            let value = labels.and_then(|labels| labels.get(&term.key)).and_then(Value::as_str);
            match &term.test {
                Test::In(values) => value.is_some_and(|value| values.iter().any(|known| known == value)),
                Test::NotIn(values) => value.is_none_or(|value| !values.iter().any(|known| known == value)),
                Test::Exists => value.is_some(),
                Test::IsMissing => value.is_none(),
            }
        })
    }
}

/// Splits at commas outside of parentheses.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth <= 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn term(text: &str) -> Option<Term> {
    let make = |key: &str, test| {
        let key = key.trim();
        (!key.is_empty() && !key.contains(char::is_whitespace)).then(|| Term { key: key.to_owned(), test })
    };
    if let Some(key) = text.strip_prefix('!') {
        return make(key, Test::IsMissing);
    }
    if let Some(list) = text.strip_suffix(')')
        && let Some((before, list)) = list.split_once('(')
    {
        let values = list.split(',').map(|value| value.trim().to_owned()).collect();
        let before = before.trim();
        let test = before
            .strip_suffix("notin")
            .map(|key| (key, true))
            .or_else(|| before.strip_suffix("in").map(|key| (key, false)));
        return match test {
            Some((key, true)) => make(key, Test::NotIn(values)),
            Some((key, false)) => make(key, Test::In(values)),
            None => None,
        };
    }
    if let Some((key, value)) = text.split_once("!=") {
        return make(key, Test::NotIn(vec![value.trim().to_owned()]));
    }
    if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return make(key, Test::In(vec![value.trim().to_owned()]));
    }
    make(text, Test::Exists)
}

/// Reads `k=v, k=v`.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |part: &str| part.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()));
    text.split(',').filter_map(pair).filter(|(key, _)| !key.is_empty()).collect()
}

/// Returns whether a dashboard is one that Grafana's expression means: `==`, `!=`, `@>`, joined by `&&` and `||`, with `!`
/// and parentheses. A word alone is a tag. What cannot be read means none.
pub(crate) fn is_dashboard(expression: &str, dashboard: &dyn Fn(&str) -> Option<Value>) -> bool {
    let has_operator = ["==", "!=", "@>", "&&", "||"].iter().any(|operator| expression.contains(operator));
    if !has_operator {
        return contains(dashboard("tags").as_ref(), expression.trim());
    }
    let tokens = tokens(expression);
    let mut reader = Reader { tokens: &tokens, at: 0, depth: 0, dashboard };
    let found = reader.any();
    found == Some(true) && reader.at == tokens.len()
}

fn contains(list: Option<&Value>, wanted: &str) -> bool {
    list.and_then(Value::as_array).is_some_and(|tags| tags.iter().any(|tag| tag.as_str() == Some(wanted)))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    Text(String),
    Sign(&'static str),
}

fn tokens(text: &str) -> Vec<Token> {
    const SIGNS: &[&str] = &["==", "!=", "@>", "&&", "||", "!", "(", ")"];
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let used = if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            out.push(Token::Sign(sign));
            sign.len()
        } else if first == '\'' || first == '"' {
            let end = rest[1..].find(first).map_or(rest.len(), |end| end + 2);
            out.push(Token::Text(rest[1..end].trim_end_matches(first).to_owned()));
            end
        } else {
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
                .unwrap_or(rest.len())
                .max(first.len_utf8());
            out.push(Token::Name(rest[..end].to_owned()));
            end
        };
        rest = rest[used..].trim_start();
    }
    out
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    dashboard: &'a dyn Fn(&str) -> Option<Value>,
}

impl Reader<'_> {
    fn takes(&mut self, sign: &'static str) -> bool {
        let is_there = self.tokens.get(self.at) == Some(&Token::Sign(sign));
        self.at += usize::from(is_there);
        is_there
    }

    fn any(&mut self) -> Option<bool> {
        let mut found = self.all()?;
        while self.takes("||") {
            let next = self.all()?;
            found |= next;
        }
        Some(found)
    }

    fn all(&mut self) -> Option<bool> {
        let mut found = self.one()?;
        while self.takes("&&") {
            let next = self.one()?;
            found &= next;
        }
        Some(found)
    }

    fn one(&mut self) -> Option<bool> {
        // Expressions of authors may be nested as deep as they like.
        self.depth += 1;
        let found = if self.depth > 50 {
            None
        } else if self.takes("!") {
            self.one().map(|found| !found)
        } else if self.takes("(") {
            let found = self.any()?;
            self.takes(")").then_some(found)
        } else {
            self.comparison()
        };
        self.depth -= 1;
        found
    }

    fn comparison(&mut self) -> Option<bool> {
        let Some(Token::Name(name)) = self.tokens.get(self.at) else { return None };
        self.at += 1;
        let sign = match self.tokens.get(self.at) {
            Some(Token::Sign(sign @ ("==" | "!=" | "@>"))) => *sign,
            _ => return None,
        };
        self.at += 1;
        let (Some(Token::Text(wanted)) | Some(Token::Name(wanted))) = self.tokens.get(self.at) else { return None };
        self.at += 1;
        let value = (self.dashboard)(name);
        let text = value.as_ref().and_then(Value::as_str);
        Some(match sign {
            "@>" => contains(value.as_ref(), wanted),
            "==" => text == Some(wanted.as_str()),
            _ => text != Some(wanted.as_str()),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_choose_as_kubernetes_does() {
        let labels = json!({"app": "shop", "tier": "web"});
        for (selector, fits) in [
            ("app=shop", true),
            ("app==shop,tier!=cache", true),
            ("app in (shop, store),tier notin (cache)", true),
            ("app in (store)", false),
            ("app,!canary", true),
            ("canary", false),
            ("x!=y", true),
        ] {
            assert_eq!(Selector::parse(selector).map(|one| one.fits(Some(&labels))), Some(fits), "{selector}");
        }
        assert_eq!(Selector::parse(""), None);
        assert_eq!(Selector::parse("a b=c"), None);
        assert_eq!(pairs("a=b, c = d,x"), [("a".to_owned(), "b".to_owned()), ("c".to_owned(), "d".to_owned())]);
    }

    #[test]
    fn expressions_choose_dashboards() {
        let dashboard = json!({"title": "Shop", "tags": ["checkout", "prod"], "folderTitle": "Sales"});
        let field = |name: &str| dashboard.get(name).cloned();
        for (expression, fits) in [
            ("checkout", true),
            ("check", false),
            ("tags @> 'checkout'", true),
            ("title == 'Shop' && folderTitle != 'Ops'", true),
            ("(tags @> 'x' || tags @> 'prod') && !(title == 'x')", true),
            ("title == ", false),
            ("tags @> 'x' ||", false),
        ] {
            assert_eq!(is_dashboard(expression, &field), fits, "{expression}");
        }
        assert!(!is_dashboard(&format!("{}title == 'Shop'", "!".repeat(100_000)), &field));
    }
}
