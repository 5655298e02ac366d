//! Invariants of every API definition, whatever its bytes are.

use playbill::api::{self, Block, Field, Reference, Shape};
use playbill::config::Config;
use playbill::diag::Sources;
use playbill::portal;
use playbill::workspace::Workspace;

/// Reads a definition as that of an API of type `kind`, and as a file of its own that ends in `ending`.
pub(crate) fn check(kind: &str, ending: &str, bytes: &[u8]) {
    let name = format!("definition.{ending}");
    let entity = format!(
        "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: a}}\n\
         spec: {{type: {kind}, lifecycle: production, owner: nobody, definition: {{$text: ./{name}}}}}\n"
    );
    let files: [(&str, &[u8]); 2] = [("catalog-info.yaml", entity.as_bytes()), (&name, bytes)];
    let workspace = Workspace::from_files(Config::default(), &files);
    let portal = portal::analyse(&workspace, &mut |_| ());
    for label in portal.diagnostics.iter().flat_map(|problem| &problem.labels) {
        let text = Sources::text(&workspace, label.span.file);
        assert!(text.is_none_or(|text| text.get(label.span.range()).is_some()), "a place in the middle of a character");
    }
    // A definition that can be read has a title or shows something.
    for api in portal.apis.all() {
        let values = values(&api.reference);
        assert!(values <= 50_000 + 40 * bytes.len(), "{values} values of {} bytes", bytes.len());
        for (part, slice, item) in api.parts.items(&api.reference) {
            assert!(part < api.parts.parts.len() && !slice.anchor.is_empty(), "{}", item.name);
        }
    }
    let (alone, _) = api::read_file(&workspace, workspace.catalog_files()[0]);
    assert!(alone.is_none(), "a catalog file is no definition");
}

/// Counts what a reference shows.
fn values(reference: &Reference) -> usize {
    fn of_shape(shape: &Shape) -> usize {
        let options = shape.choices.iter().flat_map(|choice| &choice.options);
        1 + shape.fields.iter().map(of_field).sum::<usize>()
            + options.map(|option| of_shape(&option.shape)).sum::<usize>()
    }
    fn of_field(field: &Field) -> usize {
        1 + of_shape(&field.shape) + field.arguments.iter().map(of_field).sum::<usize>()
    }
    fn of_block(block: &Block) -> usize {
        1 + block.shape.as_ref().map_or(0, of_shape)
            + block.fields.iter().map(of_field).sum::<usize>()
            + block.blocks.iter().map(of_block).sum::<usize>()
            + block.examples.len()
    }
    let items = reference.groups.iter().flat_map(|group| &group.items);
    items.map(|item| 1 + item.facts.len() + item.blocks.iter().map(of_block).sum::<usize>()).sum()
}
