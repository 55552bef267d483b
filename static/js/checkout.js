// form[data-live]: when one of the named fields (or a courier, kurir-…) changes, the page is asked again for the new
// choice and every [data-part] takes its new content: parcels, couriers, delivery price, the amount on the button.
// Without this file the server does the same when the form is sent.
const form = document.querySelector('form[data-live]');
const names = new Set(form?.dataset.live.split(' '));
const counts = (name) => names.has(name) || name?.startsWith('kurir-');
let running;
const refresh = async () => {
  running?.abort();
  running = new AbortController();
  const chosen = new URLSearchParams([...new FormData(form)].filter(([name, value]) => counts(name) && value));
  const answer = await fetch(`${form.dataset.liveUrl}?${chosen}`, { signal: running.signal, headers: { 'X-Part': '1' } });
  if (!answer.ok || answer.redirected) { if (answer.redirected) location.assign(answer.url); return; }
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const focused = document.activeElement?.id;
  document.querySelectorAll('[data-part]').forEach((part) => {
    const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
    // Choices keep their inputs (and the focus): only their words change.
    if (part.dataset.part === 'ways') {
      const titles = fresh.querySelectorAll('.choice-title');
      part.querySelectorAll('.choice-title').forEach((title, n) => title.replaceChildren(...titles[n].childNodes));
    } else if (fresh) part.replaceChildren(...fresh.childNodes);
  });
  // A courier's button was replaced under the fingers: the arrow keys go on from its successor.
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
};
let waiting;
form?.addEventListener('change', (event) => {
  if (!counts(event.target.name) || form.dataset.sent) return;
  running?.abort(); // what was asked before knows nothing of this choice, and would take it back
  // A new regency empties the lists below it first (regions.js): one question for all of them.
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh().catch(() => {}), 120);
});
// Once the order is on its way the cart is empty: an answer to a question from before would lead away from the order.
form?.addEventListener('submit', () => {
  clearTimeout(waiting);
  running?.abort();
});
