// [data-follow-url][data-follow-tag]: asks whether something changed (If-None-Match; 304 while nothing did) and puts the
// new content into every [data-part], without loading the page again. Often at first, then less often; at once when the
// page is looked at again; not at all while it is hidden. Without this file there is "Cek status".
const page = document.querySelector('[data-follow-url]');
const SHORTEST = 8000, LONGEST = 60000;
let tag = page?.dataset.followTag, pause = SHORTEST, timer;
const typed = (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked;
const inUse = (part) => part.querySelector('details[open] form, :is(input, select, textarea):focus')
  || [...part.querySelectorAll('input, textarea')].some(typed);
const plan = () => { clearTimeout(timer); timer = setTimeout(ask, pause); };
const ask = async () => {
  if (document.hidden) return; // the next look at the page goes on
  pause = Math.min(pause * 1.4, LONGEST);
  try {
    const answer = await fetch(page.dataset.followUrl, { headers: { 'If-None-Match': `"${tag}"` }, cache: 'no-store', redirect: 'error' });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const parts = [...document.querySelectorAll('[data-part]')];
      // A form that is being filled in waits, and so does everything: half of an answer would be no truth.
      if (!parts.some(inUse)) {
        const held = document.activeElement, link = held?.getAttribute('href');
        parts.forEach((part) => {
          const newer = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
          if (newer && newer.innerHTML !== part.innerHTML) part.replaceChildren(...newer.childNodes);
        });
        if (link && !held.isConnected) [...document.links].find((one) => one.getAttribute('href') === link)?.focus({ preventScroll: true });
        tag = answer.headers.get('ETag')?.replace(/^W\/|"/g, '');
        pause = SHORTEST;
      }
    } else if (answer.status !== 304) pause = LONGEST;
  } catch { pause = LONGEST; }
  plan();
};
if (page) {
  plan();
  document.addEventListener('visibilitychange', () => { if (!document.hidden) { pause = SHORTEST; ask(); } });
}
