// form[data-lost="<what>"][data-keeper="<who>"][data-lost-text]: what is sent after the session has run out is not taken.
// A copy of what was typed stays in this tab until then; the sign-in page tells with [data-sign-in="lost"] that it is
// needed, and the form fills itself once more. Any other sign-in page forgets the copies, and so does the form itself.
import { restore, valuesOf } from './keep.js';

const STORE = 'terkirim:';
const MINUTES = 60;
const read = (key) => { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } };
const write = (key, state) => { try { sessionStorage.setItem(key, JSON.stringify(state)); } catch { /* as without this file */ } };
const forget = (key) => { try { sessionStorage.removeItem(key); } catch { /* nothing is kept here */ } };
const copies = () => { try { return Object.keys(sessionStorage).filter((key) => key.startsWith(STORE)); } catch { return []; } };

const door = document.querySelector('[data-sign-in]');
if (door) {
  for (const key of copies()) {
    const copy = read(key);
    if (copy && door.dataset.signIn === 'lost') write(key, { ...copy, lost: true });
    else if (!copy?.lost) forget(key);
  }
}

for (const form of document.querySelectorAll('form[data-lost]')) {
  const key = STORE + form.dataset.lost;
  const copy = read(key);
  forget(key);
  if (copy?.lost && copy.keeper === form.dataset.keeper && Date.now() - copy.at < MINUTES * 60_000) {
    restore(form, copy);
    const told = Object.assign(document.createElement('p'), { className: 'alert', textContent: form.dataset.lostText });
    told.setAttribute('role', 'status');
    form.prepend(told);
  }
  document.addEventListener('submit', (event) => {
    if (event.target !== form || event.defaultPrevented) return;
    write(key, { at: Date.now(), keeper: form.dataset.keeper, values: valuesOf(form) });
  });
}
