// Filters the list of documentation by words and by owner; the choice is kept in the address.
/** @param {Tools} tools */
export function start({ all, find }) {
  const cards = all('.cards > .card');
  const input = find('[data-filter] input');
  const select = find('select[data-owner]');
  const heading = find('[data-count]');
  const texts = cards.map((card) => card.textContent.toLowerCase());

  function update() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    cards.forEach((card, at) => {
      card.hidden = !(words.every((word) => texts[at].includes(word)) && (!select.value || card.dataset.ownedBy === select.value));
      if (!card.hidden) shown += 1;
    });
    heading.textContent = shown.toLocaleString('en');
    const parts = [];
    if (select.value) parts.push(`filters[owners]=${select.value}`);
    if (words.length) parts.push(`filters[text]=${encodeURIComponent(input.value.trim())}`);
    history.replaceState(null, '', parts.length ? `?${parts.join('&')}` : location.pathname);
  }

  if (input) {
    const owners = new Map(cards.filter((card) => card.dataset.ownedBy).map((card) => [card.dataset.ownedBy, card.querySelector(`[title="${CSS.escape(card.dataset.ownedBy)}"]`)?.textContent ?? card.dataset.ownedBy]));
    for (const [ref, title] of [...owners].sort((a, b) => a[1].localeCompare(b[1]))) select.append(new Option(title, ref));
    const asked = new URLSearchParams(location.search);
    select.value = asked.get('filters[owners]') ?? '';
    if (select.selectedIndex < 0) select.value = '';
    input.value = asked.get('filters[text]') ?? '';
    select.addEventListener('change', update);
    input.addEventListener('input', update);
    if (select.value || input.value) update();
  }
}
