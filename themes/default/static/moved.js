// Goes to where the page has moved, with the place in the page and with what is asked of it.
{
  const target = document.querySelector('link[rel=canonical]')?.getAttribute('href');
  if (target) {
    const to = new URL(target, location.href);
    to.search ||= location.search;
    to.hash ||= location.hash;
    location.replace(to.href);
  }
}
