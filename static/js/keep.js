// form[data-keep="<what>"][data-keeper="<who>"]: what was typed stays in this tab (sessionStorage: not on the disk for
// the next person, not at the server) while the visitor looks elsewhere, so that a look into the cart loses nothing.
// With data-fresh the page knows nothing yet and takes what was kept; an answer to the form knows better. A page with
// [data-keep-done="<what>"] is where the form leads to: there what was sent is forgotten.
const MINUTES = 120;
const STORE = 'isian:';
const CHOICE = ['radio', 'checkbox'];
const read = (what) => {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORE + what));
    return kept && Date.now() - kept.at < MINUTES * 60_000 ? kept : null;
  } catch { return null; }
};
const forget = (what) => { try { sessionStorage.removeItem(STORE + what); } catch { /* nothing is kept here */ } };

// What only its owner may read, such as a NIK ([data-private]), is typed again.
const isTyped = (field) => field.name && !('private' in field.dataset)
  && !['hidden', 'submit', 'button', 'password', 'file'].includes(field.type);
export const valuesOf = (form) => {
  const values = {};
  for (const field of form.elements) {
    if (isTyped(field) && (!CHOICE.includes(field.type) || field.checked)) values[field.name] = field.value;
  }
  return values;
};

// What another keeper (a guest who has signed in since) left empty does not empty what the account fills in.
export const restore = (form, kept) => {
  const taken = (name) => name in kept.values && (kept.keeper === form.dataset.keeper || kept.values[name]);
  const regions = {};
  for (const field of form.elements) {
    if (!isTyped(field) || !taken(field.name)) continue;
    const value = kept.values[field.name];
    if (CHOICE.includes(field.type)) field.checked = field.value === value;
    else if (field.dataset.regionsFrom && field.value !== value) {
      field.length = 1; // what it offers depends on the list above: regions.js asks for it, and then chooses
      regions[field.id] = value;
    } else field.value = value;
    if (field.value && field.closest('details')) field.closest('details').open = true;
  }
  history.replaceState({ ...history.state, regions: { ...history.state?.regions, ...regions } }, '');
  form.querySelector('[type=radio]:checked')?.dispatchEvent(new Event('change', { bubbles: true }));
};

for (const form of document.querySelectorAll('form[data-keep]')) {
  const what = form.dataset.keep;
  const kept = read(what);
  let typed = !('fresh' in form.dataset);
  // Nobody else's: a guest's words go along into the account, an account's never to another visitor of this tab.
  if (kept && kept.keeper && kept.keeper !== form.dataset.keeper) forget(what);
  else if (kept && 'fresh' in form.dataset) restore(form, kept);
  const keep = (sent) => {
    if (!typed && !sent) return;
    const state = { at: Date.now(), keeper: form.dataset.keeper, sent, values: valuesOf(form) };
    try { sessionStorage.setItem(STORE + what, JSON.stringify(state)); } catch { /* full or forbidden: as without this file */ }
  };
  document.addEventListener('input', (event) => { typed ||= event.isTrusted && event.target.form === form; });
  document.addEventListener('change', (event) => { if (event.target.form === form) keep(false); });
  // While leaving is too late for what is sent: the next page may be there already.
  document.addEventListener('submit', (event) => { if (event.target === form && !event.defaultPrevented) keep(true); });
  addEventListener('pagehide', () => { if (!form.dataset.sent) keep(false); });
}
const done = document.querySelector('[data-keep-done]')?.dataset.keepDone;
if (done && read(done)?.sent) forget(done);
