// The dry run of a template that `playbill serve` offers: steps, log and files on the page.
/** Runs the template with these values, and shows the result. */
export async function dry({ press, template, values, secrets, results, element, icon }) {
  press.disabled = true;
  try {
    const answer = await fetch(new URL('/_playbill/new', location.href), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ template, values, secrets }),
    });
    const report = answer.headers.get('content-type')?.startsWith('application/json') ? await answer.json() : null;
    if (!report) throw new Error(await answer.text());
    const steps = report.steps.map((step) =>
      element(
        'li',
        { className: step.status === 'completed' ? 'done' : step.status },
        icon({ completed: 'check', failed: 'close' }[step.status] ?? 'next'),
        element(
          'div',
          {},
          element('b', { textContent: step.name }),
          ` ${step.status}`,
          step.error ? element('p', { className: 'bad', textContent: step.error.message }) : null,
          step.log?.length
            ? element(
                'details',
                {},
                element('summary', { textContent: `Log of ${step.name}` }),
                element(
                  'pre',
                  { className: 'code', tabIndex: 0 },
                  element('code', { textContent: step.log.join('\n') }),
                ),
              )
            : null,
        ),
      ),
    );
    const files = report.files.map((file) =>
      element(
        'li',
        {},
        typeof report.shown?.[file.path] === 'string'
          ? element(
              'details',
              {},
              element('summary', {}, element('code', { textContent: file.path })),
              element(
                'pre',
                { className: 'code', tabIndex: 0 },
                element('code', { textContent: report.shown[file.path] }),
              ),
            )
          : element('p', {}, element('code', { textContent: file.path })),
      ),
    );
    results.replaceChildren(
      element('p', {
        textContent:
          { completed: 'It works.', failed: 'A step fails.', invalid: 'The values do not fit.' }[report.status] ??
          report.status,
      }),
      element(
        'ul',
        {},
        ...report.errors.map((error) => element('li', { textContent: `${error.pointer} ${error.message}` })),
      ),
      element('ol', { className: 'run' }, ...steps),
      element('ul', { className: 'made' }, ...files),
    );
  } catch (error) {
    results.replaceChildren(
      element('p', { className: 'bad', textContent: `The server did not answer: ${error.message}` }),
    );
  } finally {
    press.disabled = false;
  }
}
