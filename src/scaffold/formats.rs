//! The formats that a JSON Schema may ask of a text; one that is not known fits all.

use super::language::script;

/// Patterns of formats, in JavaScript's syntax.
const PATTERNS: &[(&str, &str)] = &[
    ("alpha", "^[a-zA-Z]+$"),
    ("alphanumeric", "^[a-zA-Z0-9]+$"),
    ("date", DATE),
    (
        "date-time",
        r"^\d{4}-(?:0[0-9]|1[0-2])-(3[01]|0[1-9]|[12][0-9])[tT ](2[0-4]|[01][0-9]):([0-5][0-9]):(60|[0-5][0-9])(\.\d+)?([zZ]|[+-]([0-5][0-9]):(60|[0-5][0-9]))$",
    ),
    (
        "email",
        r"^(?:[\w!#$%&'*+\-/=?^`{|}~]+\.)*[\w!#$%&'*+\-/=?^`{|}~]+@(?:(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9\-](?!\.)){0,61}[a-zA-Z0-9]?\.)+[a-zA-Z0-9](?:[a-zA-Z0-9\-](?!$)){0,61}[a-zA-Z0-9]?)|(?:\[(?:(?:[01]?\d{1,2}|2[0-4]\d|25[0-5])\.){3}(?:[01]?\d{1,2}|2[0-4]\d|25[0-5])\]))$",
    ),
    ("host-name", HOSTNAME),
    ("hostname", HOSTNAME),
    ("ip-address", IPV4),
    ("ipv4", IPV4),
    ("iri", URI),
    ("phone", "^\\+(?:[0-9] ?){6,14}[0-9]$"),
    ("time", "^(2[0-4]|[01][0-9]):([0-5][0-9]):(60|[0-5][0-9])$"),
    ("uri", URI),
    ("uuid", "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"),
    ("json-pointer", r"^(\/([\x00-\x2e0-@\[-}\x7f]|~[01])*)*$"),
];

const DATE: &str = r"^\d{4}-(?:0[0-9]|1[0-2])-(3[01]|0[1-9]|[12][0-9])$";
const HOSTNAME: &str = r"^(?=.{1,255}$)[0-9A-Za-z](?:(?:[0-9A-Za-z]|-){0,61}[0-9A-Za-z])?(?:\.[0-9A-Za-z](?:(?:[0-9A-Za-z]|-){0,61}[0-9A-Za-z])?)*\.?$";
const IPV4: &str = r"^(?:(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\.){3}(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)$";
const URI: &str = r"^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s]*$";

/// Returns whether a text has a format.
pub(super) fn fits(format: &str, text: &str) -> bool {
    match format {
        "ipv6" => {
            let address = text.trim().split('%').next().unwrap_or_default();
            address.parse::<std::net::Ipv6Addr>().is_ok()
        }
        "regex" | "regexp" | "pattern" => script::check_pattern(text, "").is_ok(),
        _ => match PATTERNS.iter().find(|(name, _)| *name == format) {
            Some((_, pattern)) => script::matches(text, pattern, "").unwrap_or(false),
            None => true,
        },
    }
}
