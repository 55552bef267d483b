// Counting in a stocktake: a scan is sent at once and the field is free for the next; without signal scans wait their turn.
import { isSignedOut, waitingList } from './waiting.js';

const form = document.querySelector('[data-count]');
const code = form.elements.code;
const pieces = form.elements.pieces;
const said = form.querySelector('[data-said]');
const queue = form.querySelector('[data-queue]');
const list = document.querySelector('[data-newest]');
const signIn = document.querySelector('[data-signed-out]');
const waiting = waitingList(`count:${location.pathname}`);
let leaving = false; // on purpose: what waits is kept, and nothing more is sent from here
let elsewhere = ''; // where the page goes once all is sent: a code that is on no line here

function show(text, kind) {
  said.textContent = text;
  said.dataset.kind = kind;
}

function shake(pattern) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern); // before a tap browsers only complain
}

function tell() {
  const count = waiting.count();
  queue.hidden = !count;
  queue.textContent = `${count} ${form.dataset.waiting}`;
}

function note(answer) {
  const row = document.createElement('li');
  const words = document.createElement('span');
  words.append(Object.assign(document.createElement('b'), { textContent: answer.name }), answer.owner);
  const number = Object.assign(document.createElement('span'), { className: 'num', textContent: `${answer.pieces > 0 ? '+' : ''}${answer.pieces} (${answer.mine})` });
  row.append(words, number);
  list.prepend(row);
  while (list.children.length > 8) list.lastElementChild.remove();
}

async function bring(scan, forget) {
  if (leaving) return;
  const data = new FormData();
  data.set('csrf_token', form.elements.csrf_token.value);
  data.set('code', scan.code);
  data.set('pieces', scan.pieces);
  data.set('request_key', scan.key);
  data.set('delay_ms', String(Math.max(0, Date.now() - scan.at))); // how long ago, whatever this phone's clock says
  const sent = await fetch(form.action, { method: 'POST', body: data, headers: { Accept: 'application/json' }, redirect: 'manual' });
  if (sent.status >= 500 || sent.status === 429) return; // try again later
  signIn.hidden = !isSignedOut(sent);
  if (!signIn.hidden) return;
  const answer = await sent.json();
  forget();
  tell();
  if (answer.choices) { leaving = true; code.value = scan.code; pieces.value = scan.pieces; form.submit(); return; } // the page asks which lot
  if (answer.go) { elsewhere = answer.go; return; }
  if (answer.error) { show(answer.error, 'error'); shake([80, 60, 80]); return; }
  show(answer.text, 'ok');
  shake(30);
  note(answer);
}

async function work() {
  try { await waiting.send(bring); } catch { /* no signal: what waits is kept */ }
  tell();
  if (elsewhere && !waiting.count()) { leaving = true; location.assign(elsewhere); }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  const times = /^(\d+)\s*\*$/.exec(code.value.trim());
  if (times) { pieces.value = times[1]; code.value = ''; } // "3*": the next scan is of three
  if (!code.value.trim()) { code.focus(); return; }
  const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  waiting.add(key, { code: code.value.trim(), pieces: pieces.value.trim() || '1', key, at: Date.now() });
  tell();
  code.value = '';
  pieces.value = '1';
  code.focus();
  work();
}, { capture: true });
signIn.addEventListener('click', (event) => { if (event.target.closest('a')) leaving = true; });
addEventListener('online', work);
addEventListener('storage', tell); // another tab added or sent something
addEventListener('beforeunload', (event) => { if (waiting.count() && !leaving) event.preventDefault(); });
setInterval(() => { if (waiting.count()) work(); }, 5000);
tell();
work();
