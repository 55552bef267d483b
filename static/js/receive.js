// Unpacking: every scan and every changed row is one small POST with a key of its own. What could not be sent waits in
// this browser and goes out in order as soon as there is a connection; the server counts each key once.
import { isSignedOut, waitingList } from './waiting.js';

const page = document.querySelector('[data-receive]');
const scanForm = page?.querySelector('[data-scan]');
if (scanForm) {
  const input = scanForm.querySelector('[name=code]');
  const out = page.querySelector('[data-scan-out]');
  const net = page.querySelector('[data-net]');
  const signIn = page.querySelector('[data-signed-out]');
  const waiting = waitingList(`receive:${page.dataset.receive}`);
  const letters = '0123456789abcdefghjkmnpqrstvwxyz';
  const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => letters[n % 32]).join('');
  let leaving = false; // on purpose: what waits is kept, and nothing more is sent from here

  function tell() {
    const count = waiting.count();
    net.textContent = count ? page.dataset.waiting.replace('{n}', count) : page.dataset.saved;
    for (const button of page.querySelectorAll('[data-finish]')) button.disabled = count > 0;
  }

  function say(text, wrong) {
    out.textContent = text;
    out.classList.toggle('error', wrong);
  }

  function show(facts) {
    const row = page.querySelector(`[data-line="${CSS.escape(facts.line)}"]`);
    if (!row) { if (!waiting.count()) location.reload(); return; } // an article that no line had: the server has one now
    for (const hit of page.querySelectorAll('.row-hit')) hit.classList.remove('row-hit');
    row.classList.add('row-hit');
    const got = row.querySelector('[data-got]');
    if (document.activeElement !== got) got.value = facts.taken;
    fill(row, facts.fields);
    row.querySelector('[name=was]').value = facts.taken;
    const total = page.querySelector('[data-total]');
    total.textContent = [...page.querySelectorAll('[name=was]')].reduce((sum, field) => sum + Number(field.value), 0);
    say(facts.text, false);
  }

  // What the server has now, also of what a colleague wrote; a field that is being typed in is left alone.
  function fill(row, fields) {
    const { elements } = row.querySelector('[data-row]');
    for (const [name, value] of Object.entries(fields)) {
      elements[`old_${name}`].value = value;
      if (document.activeElement !== elements[name]) elements[name].value = value;
    }
  }

  async function bring({ url, fields }, forget) {
    if (leaving) return;
    const body = new URLSearchParams(fields);
    body.set('csrf_token', scanForm.querySelector('[name=csrf_token]').value);
    const answer = await fetch(url, { method: 'POST', body, headers: { Accept: 'application/json' }, redirect: 'manual' });
    if (answer.status >= 500 || answer.status === 429) return; // try again later
    signIn.hidden = !isSignedOut(answer);
    if (!signIn.hidden) return;
    const facts = await answer.json();
    forget();
    tell();
    if (answer.ok) show(facts);
    else if (facts.choices > 1) { leaving = true; scanForm.dataset.plain = '1'; input.value = fields.code; scanForm.submit(); }
    else {
      say(`${page.dataset.refused} ${fields.code || ''} ${facts.error}`, true);
      if (facts.now) { // the line as it is: what was typed stands in the sentence above
        const text = facts.error;
        show(facts.now);
        say(text, true);
      } else if ('was' in fields && !waiting.count()) setTimeout(() => location.reload(), 2500); // shows what holds
    }
  }

  async function send() {
    try { await waiting.send(bring); } catch { /* no connection: what waits is kept */ } finally { tell(); }
  }

  function add(url, fields) {
    waiting.add(fields.key, { url, fields });
    tell();
    send();
  }

  scanForm.addEventListener('submit', (event) => {
    event.preventDefault();
    const code = input.value.trim();
    input.value = '';
    input.focus();
    if (code) add(scanForm.action, { code, key: key() });
  });

  page.addEventListener('change', (event) => {
    const form = event.target.form;
    if (!form?.matches('[data-row]')) return;
    const fields = Object.fromEntries(new FormData(form));
    delete fields.csrf_token;
    form.querySelector('[name=was]').value = fields.got || fields.was; // the next change counts from here
    for (const name of ['expires_on', 'lot_code', 'shelf', 'price']) form.elements[`old_${name}`].value = fields[name] ?? '';
    add(form.action, { ...fields, key: key() });
  });
  page.addEventListener('submit', (event) => {
    if (event.target.matches('[data-row]')) event.preventDefault(); // Enter in a row: the change was sent already
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target.matches('input,select,textarea');
    if (event.key === 'Escape' || (event.key === '/' && !typing)) { event.preventDefault(); input.focus(); }
  });
  signIn.addEventListener('click', (event) => { if (event.target.closest('a')) leaving = true; });
  addEventListener('online', send);
  addEventListener('storage', tell); // another tab added or sent something
  addEventListener('beforeunload', (event) => { if (waiting.count() && !leaving) event.preventDefault(); });
  setInterval(() => { if (waiting.count()) send(); }, 5000);
  tell();
  send();
}
