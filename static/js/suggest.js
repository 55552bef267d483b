// Suggestions under the search box: an ARIA combobox with a list. Without it the form searches as always.
const input = document.querySelector('form[role=search] input[type=search]');
if (input) start(input);

function start(input) {
  const form = input.form;
  const list = document.createElement('ul');
  const WAIT = 150;
  let rows = [], at = -1, timer = 0, request = null, asked = '';
  list.id = 'saran';
  list.className = 'suggest';
  list.role = 'listbox';
  list.hidden = true;
  list.setAttribute('aria-label', input.labels[0]?.textContent ?? '');
  form.append(list);
  form.classList.add('has-suggest');
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': list.id, 'aria-autocomplete': 'list' })) input.setAttribute(name, value);

  input.addEventListener('input', () => {
    clearTimeout(timer);
    request?.abort();
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener('keydown', (event) => {
    if (list.hidden) {
      if (event.key === 'ArrowDown' && rows.length) { event.preventDefault(); show(true); move(0); }
      return;
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      // One place more than rows: the box itself, with what was typed.
      move(((at + 1 + step + rows.length + 1) % (rows.length + 1)) - 1);
    } else if (event.key === 'Enter' && at >= 0) {
      event.preventDefault();
      location.assign(rows[at].url);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      show(false);
    }
  });
  input.addEventListener('blur', () => show(false));
  // A press on a row must not take the focus away before the click.
  list.addEventListener('pointerdown', (event) => event.preventDefault());
  list.addEventListener('click', (event) => {
    const row = event.target.closest('[role=option]');
    if (row) location.assign(rows[row.dataset.at].url);
  });

  async function ask() {
    const q = input.value.trim();
    if (q.length < 2) { rows = []; show(false); return; }
    if (q === asked) { show(rows.length > 0); return; }
    request = new AbortController();
    try {
      const answer = await fetch(`${form.action}saran?${new URLSearchParams({ q })}`, { signal: request.signal });
      if (!answer.ok) return;
      const most = matchMedia('(min-width:48rem)').matches ? 10 : 6;
      rows = (await answer.json()).items.slice(0, most);
      asked = q;
      draw();
    } catch (error) {
      if (error.name !== 'AbortError') show(false);
    }
  }

  function draw() {
    list.replaceChildren(...rows.map((row, n) => {
      const option = document.createElement('li');
      option.id = `saran-${n}`;
      option.role = 'option';
      option.dataset.at = n;
      option.setAttribute('aria-selected', 'false');
      for (const [cls, text] of [['suggest-text', row.text], ['suggest-note', row.note ?? row.group]]) {
        const part = document.createElement('span');
        part.className = cls;
        part.textContent = text;
        option.append(part, ' ');
      }
      return option;
    }));
    at = -1;
    show(rows.length > 0 && document.activeElement === input);
  }

  function show(yes) {
    list.hidden = !yes;
    input.setAttribute('aria-expanded', String(yes));
    if (!yes) move(-1);
  }

  function move(to) {
    at = to;
    [...list.children].forEach((option, n) => option.setAttribute('aria-selected', String(n === at)));
    if (at < 0) { input.removeAttribute('aria-activedescendant'); return; }
    input.setAttribute('aria-activedescendant', `saran-${at}`);
    list.children[at].scrollIntoView({ block: 'nearest' });
  }
}
