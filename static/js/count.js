// Counting in a stocktake: a scan is sent at once and the field is free for the next; without signal scans wait their turn.
const form = document.querySelector('[data-count]');
const code = form.elements.code;
const pieces = form.elements.pieces;
const said = form.querySelector('[data-said]');
const queue = form.querySelector('[data-queue]');
const list = document.querySelector('[data-newest]');
const store = `count:${location.pathname}`;
const waiting = JSON.parse(localStorage.getItem(store) || '[]');
let sending = false;
let elsewhere = ''; // where the page goes once all is sent: a code that is on no line here

function show(text, kind) {
  said.textContent = text;
  said.dataset.kind = kind;
}

function shake(pattern) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern); // before a tap browsers only complain
}

function keep() {
  localStorage.setItem(store, JSON.stringify(waiting));
  queue.hidden = !waiting.length;
  queue.textContent = `${waiting.length} ${form.dataset.waiting}`;
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

async function send(scan) {
  const data = new FormData();
  data.set('csrf_token', form.elements.csrf_token.value);
  data.set('code', scan.code);
  data.set('pieces', scan.pieces);
  data.set('request_key', scan.key);
  data.set('delay_ms', String(Math.max(0, Date.now() - scan.at))); // how long ago, whatever this phone's clock says
  const answer = await fetch(form.action, { method: 'POST', body: data, headers: { Accept: 'application/json' } });
  if (answer.status >= 500) throw new Error('server');
  return answer.json();
}

async function work() {
  if (sending) return;
  sending = true;
  try {
    while (waiting.length) {
      const scan = waiting[0];
      const answer = await send(scan);
      waiting.shift();
      keep();
      if (answer.choices) { code.value = scan.code; pieces.value = scan.pieces; form.submit(); return; } // the page asks which lot
      if (answer.go) { elsewhere = answer.go; continue; }
      if (answer.error) { show(answer.error, 'error'); shake([80, 60, 80]); continue; }
      show(answer.text, 'ok');
      shake(30);
      note(answer);
    }
    if (elsewhere) location.assign(elsewhere);
  } catch {
    keep();
    setTimeout(work, 5000);
  } finally { sending = false; }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  const times = /^(\d+)\s*\*$/.exec(code.value.trim());
  if (times) { pieces.value = times[1]; code.value = ''; } // "3*": the next scan is of three
  if (!code.value.trim()) { code.focus(); return; }
  waiting.push({ code: code.value.trim(), pieces: pieces.value.trim() || '1', key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, at: Date.now() });
  keep();
  code.value = '';
  pieces.value = '1';
  code.focus();
  work();
}, { capture: true });
addEventListener('online', work);
addEventListener('beforeunload', (event) => { if (waiting.length && !sending) event.preventDefault(); });
keep();
work();
