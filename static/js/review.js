// Review by keyboard: [data-key="s"] is clicked, or focused when it is something to type into, by that key. Only while
// nobody types, and only while the switch [data-keys-switch] is on (WCAG 2.1.4); the choice is remembered.
const STORE = 'galeri.kurasi.tombol';
const toggle = document.querySelector('[data-keys-switch]');

function isOn() {
  try { return localStorage.getItem(STORE) !== 'off'; } catch { return true; }
}

if (toggle) {
  toggle.checked = isOn();
  toggle.addEventListener('change', () => {
    try { localStorage.setItem(STORE, toggle.checked ? 'on' : 'off'); } catch { /* private mode: for this page only */ }
  });
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (toggle && !toggle.checked) return;
  if (event.target.closest('input:not([type=checkbox],[type=radio]),select,textarea,[contenteditable]')) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!target) return;
  event.preventDefault();
  const details = target.closest('details');
  if (details) details.open = true;
  if (target.matches('textarea,input')) target.focus(); else target.click();
});
