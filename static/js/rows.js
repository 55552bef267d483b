// Rows by keyboard ([data-rows] around rows [data-row] with a [data-row-link]): j and k go to the next and previous row,
// Enter opens the focused link as always, the space bar ticks the row's box. Only while nobody types, and only while
// the switch [data-keys-switch] is on (WCAG 2.1.4; js/review.js remembers the choice).
const rows = () => [...document.querySelectorAll('[data-rows] [data-row]')];

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('[data-keys-switch]:not(:checked)')) return;
  if (event.target.closest('input:not([type=checkbox]),select,textarea,[contenteditable]')) return;
  const all = rows();
  const here = all.indexOf(document.activeElement?.closest('[data-row]'));
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  if (step && all.length) {
    event.preventDefault();
    const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
    all[next].querySelector('[data-row-link]').focus();
  } else if (event.key === ' ' && here >= 0 && event.target.matches('[data-row-link]')) {
    const box = all[here].querySelector('input[type=checkbox]');
    if (!box) return;
    event.preventDefault();
    box.click();
  }
});
