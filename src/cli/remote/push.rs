//! `playbill push`: a pack becomes the newest one of its repository, unless a newer one is there.
//!
//! The pack is there before the pointer names it, and each is written at once or not at all, so that a push that ends early
//! leaves the store as it was. A pointer is only replaced while it is the one that was read.

use std::time::Duration;

use super::{Signing, bytes, check_conditions, client, key, now, unusable};
use crate::cli::args::PushArgs;
use crate::cli::{CommandOutcome, Context, say};
use crate::error::Error;
use crate::pack::{self, Bounds};
use crate::remote::client::{Client, Condition, Content, JSON, Meta, Written};
use crate::remote::{Decision, Fault, Key, Pointer, decide, pack_key, pointer_key};

/// The largest pointer that is read.
pub(super) const MAX_POINTER: u64 = 256 << 10;
/// How often a pointer is read again because somebody else has written it.
const ROUNDS: u32 = 20;
/// A pack that was uploaded this long ago might just be taken for garbage, in seconds.
const OLD: i64 = 12 * 60 * 60;
/// A pack of fewer bytes is uploaded twice to see whether the storage knows conditions.
const SMALL: usize = 1 << 20;
/// What is said of a pack: its name is made of its content.
const PACK: Meta<'static> =
    Meta { content_type: "application/gzip", cache_control: "public, max-age=31536000, immutable", fingerprint: None };

/// Pushes a pack.
pub(in crate::cli) fn run(context: &Context, args: &PushArgs) -> Result<CommandOutcome, Error> {
    let path = context.cwd.join(&args.file);
    let bounds = Bounds::default();
    let failed = |source| Error::Io { action: "read", path: path.clone(), source };
    #[expect(clippy::disallowed_methods, reason = "the command line names this file")]
    let content = {
        let size = std::fs::metadata(&path).map_err(failed)?.len();
        let refused = |fault: pack::Fault| Error::Usage(format!("`{}` is no pack: {fault}", args.file.display()));
        if size > bounds.packed {
            return Err(refused(pack::Fault::TooLarge { size, limit: bounds.packed }));
        }
        std::fs::read(&path).map_err(failed)?
    };
    let read = pack::read(&content, &bounds)
        .map_err(|fault| Error::Usage(format!("`{}` is no pack to push: {fault}", args.file.display())))?;
    let (manifest, digest) = (read.manifest(), read.digest());
    let slug = &manifest.repository.slug;
    let client = client(&args.to, Signing::Needed)?;
    let (pack_key, pointer_key) = (key(&client, &pack_key(digest))?, key(&client, &pointer_key(slug))?);
    let mut is_uploaded = false;
    for round in 0..ROUNDS {
        let there = client.get(&pointer_key, MAX_POINTER)?;
        let pointer = match there.as_ref().map(|object| Pointer::parse(&object.bytes)) {
            None => None,
            Some(Ok(pointer)) => Some(pointer),
            Some(Err(fault @ Fault::Newer(_))) => return Err(unusable(&client, &pointer_key, &fault)),
            Some(Err(fault)) => {
                say(&format!("note: {} is replaced: {fault}", client.address().show(&pointer_key)));
                None
            }
        };
        match decide(pointer.as_ref(), manifest, digest, now()) {
            Decision::IsThere => {
                let is_missing = client.facts(&pack_key)?.is_none();
                if is_missing {
                    client.put(&pack_key, Content::Bytes(&content), PACK, Condition::Always)?;
                }
                report(
                    context,
                    &match is_uploaded || is_missing {
                        true => format!("pushed {slug}: {}", bytes(content.len() as u64)),
                        false => format!("nothing to push: this pack of {slug} is there"),
                    },
                );
                return Ok(CommandOutcome::Success);
            }
            Decision::Older(sequence) => {
                report(
                    context,
                    &format!(
                        "nothing is pushed: a newer pack of {slug} is there, number {sequence}; this one has number {}",
                        manifest.sequence
                    ),
                );
                return Ok(CommandOutcome::Success);
            }
            Decision::Replace(next) => {
                if !is_uploaded {
                    upload(&client, &pack_key, &content)?;
                    is_uploaded = true;
                }
                let when = there.as_ref().map_or(Condition::IsNew, |object| Condition::IsStill(&object.tag));
                let next = next.to_bytes();
                if let Written::Done(_) = client.put(&pointer_key, Content::Bytes(&next), JSON, when)? {
                    // With the pack, since somebody else may have replaced the pointer by now.
                    if when == Condition::IsNew && content.len() < SMALL {
                        check_conditions(&client, &pack_key, &content, PACK)?;
                    }
                    // Nobody named the pack until now, so that `gc` may have taken it for garbage.
                    if client.facts(&pack_key)?.is_none() {
                        client.put(&pack_key, Content::Bytes(&content), PACK, Condition::Always)?;
                    }
                    report(context, &format!("pushed {slug}: {}", bytes(content.len() as u64)));
                    return Ok(CommandOutcome::Success);
                }
                std::thread::sleep(Duration::from_millis(50 * u64::from(round)));
            }
        }
    }
    Err(Error::Storage {
        action: "write",
        address: client.address().show(&pointer_key),
        reason: "others keep replacing it".to_owned(),
        advice: "; see that this repository is pushed from one place at a time",
    })
}

fn report(context: &Context, text: &str) {
    if !context.quiet {
        say(text);
    }
}

/// Uploads a pack unless it is there; one that has been there for long is written again, so that it is young.
fn upload(client: &Client, key: &Key, content: &[u8]) -> Result<(), Error> {
    if client.put(key, Content::Bytes(content), PACK, Condition::IsNew)? == Written::Refused {
        let modified = client.facts(key)?.and_then(|facts| facts.modified);
        if modified.is_none_or(|modified| modified < now() - OLD) {
            client.put(key, Content::Bytes(content), PACK, Condition::Always)?;
        }
    }
    Ok(())
}
