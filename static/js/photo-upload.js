// [data-photo-upload]: each chosen picture is made smaller here and sent at once, with its own progress, while the rest
// is being typed. What was sent comes back as a hidden field, so a mistake in the form loses no picture. Without this
// script the form sends the files themselves.
const SIDE = 1600;
const QUALITY = 0.82;
const THUMB = 80;
const MAX_BYTES = 10 * 1024 * 1024;

async function drawn(file, side) {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const ratio = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * ratio));
  canvas.height = Math.max(1, Math.round(bitmap.height * ratio));
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

// A picture that this browser can not open (HEIC, most often) goes as it is: the server can.
async function shrunk(file) {
  try {
    const canvas = await drawn(file, SIDE);
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', QUALITY); });
    const thumb = (await drawn(blob, THUMB)).toDataURL('image/jpeg', 0.7);
    if (!blob || blob.size >= file.size) return { body: file, name: file.name, thumb };
    return { body: blob, name: file.name.replace(/\.[^.]*$/, '') + '.jpg', thumb };
  } catch {
    return { body: file, name: file.name, thumb: null };
  }
}

function node(tag, props = {}, ...children) {
  const made = Object.assign(document.createElement(tag), props);
  made.append(...children);
  return made;
}

class Upload {
  constructor(box, file) {
    this.box = box;
    this.file = file;
    this.text = node('span', { textContent: `${box.dataset.sending}: ${file.name}` });
    this.bar = node('progress', { max: 1, value: 0 });
    this.bar.setAttribute('aria-label', this.text.textContent);
    this.picture = node('span');
    this.button = node('button', { type: 'button', className: 'btn btn-sm', textContent: box.dataset.remove });
    this.button.addEventListener('click', () => this.press());
    this.row = node('li', { className: 'upload-row' }, this.picture, node('div', {}, this.text, this.bar), this.button);
    box.querySelector('[data-upload-list]').append(this.row);
    this.done = this.send();
  }

  press() {
    if (this.failed === 'again') { this.done = this.send(); return; }
    this.request?.abort();
    this.row.remove();
  }

  async send() {
    this.failed = '';
    this.row.classList.remove('is-failed');
    this.bar.hidden = false;
    this.button.textContent = this.box.dataset.remove;
    this.text.textContent = `${this.box.dataset.sending}: ${this.file.name}`;
    this.ready ??= await shrunk(this.file);
    if (this.ready.thumb) {
      this.picture.replaceChildren(node('img', { src: this.ready.thumb, alt: '', width: 40, height: 40 }));
    }
    if (this.ready.body.size > MAX_BYTES) { this.fail(`${this.file.name}: ${this.box.dataset.tooLarge}`, 'for good'); return; }
    await new Promise((resolve) => { this.post(resolve); });
  }

  post(resolve) {
    const data = new FormData();
    data.append('csrf_token', this.box.closest('form').querySelector('[name=csrf_token]').value);
    data.append('usaha', this.box.dataset.business);
    data.append('photo', this.ready.body, this.ready.name);
    this.request = new XMLHttpRequest();
    this.request.open('POST', this.box.dataset.url);
    this.request.setRequestHeader('Accept', 'application/json');
    this.request.timeout = 120_000;
    this.request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) this.bar.value = event.loaded / event.total;
    });
    this.request.addEventListener('loadend', () => { this.answered(); resolve(); });
    this.request.send(data);
  }

  answered() {
    let answer = {};
    try { answer = JSON.parse(this.request.responseText); } catch { /* an error page, or nothing */ }
    if (this.request.status === 201 && answer.token) {
      this.row.append(node('input', { type: 'hidden', name: 'kept', value: answer.token }));
      this.text.textContent = this.box.dataset.sent;
      this.bar.hidden = true;
    } else if (this.row.isConnected) {
      const tooLarge = this.request.status === 413 && this.box.dataset.tooLarge;
      const text = answer.error || tooLarge || `${this.box.dataset.failed}: ${this.file.name}`;
      this.fail(text, answer.error || tooLarge ? 'for good' : 'again');
    }
  }

  // 'again': the network may let it through the next time; 'for good': this file never will be taken.
  fail(text, how) {
    this.failed = how;
    this.row.classList.add('is-failed');
    this.bar.hidden = true;
    this.text.textContent = text;
    this.button.textContent = how === 'again' ? this.box.dataset.again : this.box.dataset.drop;
  }
}

for (const box of document.querySelectorAll('[data-photo-upload]')) {
  const input = box.querySelector('input[type=file]');
  const form = box.closest('form');
  let uploads = [];
  input.addEventListener('change', () => {
    uploads = [...uploads, ...[...input.files].map((file) => new Upload(box, file))];
    input.value = ''; // what is sent already is not sent again with the form
  });
  // The form waits for what is under way.
  form.addEventListener('submit', async (event) => {
    const open = uploads.filter((one) => one.row.isConnected && !one.failed && !one.row.querySelector('[name=kept]'));
    if (!open.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    submitter?.setAttribute('aria-disabled', 'true');
    await Promise.all(open.map((one) => one.done));
    submitter?.removeAttribute('aria-disabled');
    if (!open.some((one) => one.failed === 'again')) form.requestSubmit(submitter ?? undefined);
  }, { capture: true });
}
