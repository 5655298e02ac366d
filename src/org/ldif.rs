//! Reads LDIF (RFC 2849) as `ldapsearch` writes it.

use std::ops::Range;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// Its distinguished name.
    pub(super) dn: String,
    /// Attributes in order, several of the same name for several values.
    pub(super) attributes: Vec<(String, Vec<u8>)>,
    /// Where it is.
    pub(super) range: Range<usize>,
}

/// What a file holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ldif {
    pub(super) records: Vec<Record>,
    /// What cannot be read as an entry, each with its place.
    pub(super) faults: Vec<(Range<usize>, String)>,
    /// That the search ended early, with what the server said.
    pub(super) cut_off: Option<(Range<usize>, String)>,
}

impl Record {
    /// Returns the values of an attribute; its name counts in any case.
    pub(super) fn values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r [u8]> {
        self.attributes.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }
}

/// Reads a text.
pub(super) fn read(text: &str) -> Ldif {
    let mut ldif = Ldif::default();
    let mut lines: Vec<(Range<usize>, String)> = Vec::new();
    let mut at = 0;
    let mut in_comment = false;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        if let Some(more) = line.strip_prefix(' ') {
            // A line that begins with a space continues the one before, a comment too.
            if !in_comment && let Some((range, text)) = lines.last_mut() {
                text.push_str(more);
                range.end = start + line.len();
            }
            continue;
        }
        in_comment = line.starts_with('#');
        if line.is_empty() {
            record(std::mem::take(&mut lines), &mut ldif);
        } else if !in_comment {
            lines.push((start..start + line.len(), line.to_owned()));
        }
    }
    record(lines, &mut ldif);
    ldif
}

/// Reads the lines of one record.
fn record(lines: Vec<(Range<usize>, String)>, ldif: &mut Ldif) {
    let mut lines: Vec<_> = lines.into_iter().filter(|(_, line)| !line.starts_with("version:")).collect();
    let (Some((first, _)), Some((last, _))) = (lines.first(), lines.last()) else { return };
    let range = first.start..last.end;
    if let Some((place, line)) = lines.iter().find(|(_, line)| line.starts_with("changetype:")) {
        let what = format!("it is a change (`{line}`), not an entry");
        ldif.faults.push((place.clone(), what));
        return;
    }
    // The trailer of a search; everything but success means that entries are missing.
    if let Some((place, line)) = lines.iter().find(|(_, line)| line.starts_with("result:")) {
        let result = line["result:".len()..].trim();
        if !result.is_empty() && result.split_whitespace().next() != Some("0") {
            ldif.cut_off = Some((place.clone(), result.to_owned()));
        }
        return;
    }
    if lines
        .iter()
        .all(|(_, line)| ["search:", "ref:", "control:", "pagedresults:"].iter().any(|start| line.starts_with(start)))
    {
        return;
    }
    let mut out = Record { dn: String::new(), attributes: Vec::new(), range: range.clone() };
    for (place, line) in lines.drain(..) {
        if line == "-" {
            continue;
        }
        let Some((name, value)) = attribute(&line) else {
            ldif.faults.push((place, "a line has no `:`, or its value is no base64".to_owned()));
            continue;
        };
        let Some(value) = value else { continue };
        if name.eq_ignore_ascii_case("dn") && out.dn.is_empty() {
            out.dn = String::from_utf8_lossy(&value).into_owned();
        } else {
            out.attributes.push((name, value));
        }
    }
    if out.dn.is_empty() {
        ldif.faults.push((range, "it has no `dn:`".to_owned()));
    } else {
        ldif.records.push(out);
    }
}

/// Returns name and value of a line; no value for one that is elsewhere (`:<`).
fn attribute(line: &str) -> Option<(String, Option<Vec<u8>>)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim().strip_suffix(";binary").unwrap_or(name.trim()).to_owned();
    if name.is_empty() {
        return None;
    }
    Some(match (value.strip_prefix(':'), value.strip_prefix('<')) {
        (Some(encoded), _) => (name, Some(base64(encoded.trim())?)),
        (None, Some(_)) => (name, None),
        (None, None) => (name, Some(value.trim_start_matches(' ').as_bytes().to_vec())),
    })
}

/// Decodes base64.
fn base64(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| {
        Some(match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        })
    };
    let text = text.trim_end_matches('=');
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        bits = (bits << 6) | u32::from(digit(byte)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_ldapsearch_is_read() {
        let text = "version: 1\r\n\r\n# a comment that is\r\n  folded: x\r\ndn: uid=ann,dc=acme\r\ncn:: SsO2cmc=\r\ncn;lang-de: J\r\n\
                    description: one\r\n  line\r\nmail: a@x\r\nmail: b@x\r\njpegPhoto:< file:///x\r\nuserCertificate;binary:: AAEC\r\n\r\n\
                    # search result\r\nsearch: 2\r\nresult: 0 Success\r\n";
        let ldif = read(text);
        assert_eq!(ldif.faults, []);
        assert_eq!(ldif.cut_off, None);
        let [record] = &ldif.records[..] else { panic!("one record: {ldif:?}") };
        assert_eq!(record.dn, "uid=ann,dc=acme");
        let values =
            |name| record.values(name).map(|value| String::from_utf8_lossy(value).into_owned()).collect::<Vec<_>>();
        assert_eq!(values("CN"), ["Jörg"]);
        assert_eq!(values("description"), ["one line"]);
        assert_eq!(values("mail"), ["a@x", "b@x"]);
        assert_eq!(record.values("userCertificate").collect::<Vec<_>>(), [&[0, 1, 2]]);
        assert!(text[record.range.clone()].starts_with("dn: uid=ann") && text[record.range.clone()].ends_with("AAEC"));
    }

    #[test]
    fn what_is_no_entry_is_said_and_costs_itself() {
        let text = "dn: a\ncn: A\n\ndn: b\nchangetype: delete\n\ncn: nobody\n\ndn: c\nnonsense\ncn:: !!\n\nsearch: 2\nresult: 4 Size limit \
                    exceeded\n";
        let ldif = read(text);
        assert_eq!(ldif.records.iter().map(|record| record.dn.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        let told: Vec<&str> = ldif.faults.iter().map(|(_, what)| what.as_str()).collect();
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(told[0].contains("changetype: delete") && told[1] == "it has no `dn:`");
        assert_eq!(ldif.cut_off.unwrap().1, "4 Size limit exceeded");
    }
}
