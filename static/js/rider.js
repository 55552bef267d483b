// The rider's page: pictures are shrunk before they are sent, and a report without signal is sent again until it arrives.
async function shrunk(file, side) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    const canvas = Object.assign(document.createElement('canvas'), {
      width: Math.round(picture.width * scale), height: Math.round(picture.height * scale),
    });
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', 0.8); });
    return blob && blob.size < file.size ? blob : file;
  } catch { return file; } // the server takes the raw picture as well
}

async function contents(form) {
  const data = new FormData(form);
  for (const input of form.querySelectorAll('[data-shrink]')) {
    if (input.files[0]) data.set(input.name, await shrunk(input.files[0], Number(input.dataset.shrink)), 'foto.jpg');
  }
  return data;
}

async function send(data) {
  const answer = await fetch(location.pathname, { method: 'POST', body: data });
  if (answer.status >= 500) throw new Error('server');
  if (answer.redirected) { location.replace(answer.url); return; }
  // What is wrong with the form stands in the answer: show that page.
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const taken = [...document.querySelectorAll('[data-shrink]')];
  document.title = page.title;
  document.querySelector('main').replaceWith(page.querySelector('main'));
  for (const { id, files } of taken) { // a picture that is not what was wrong need not be taken again
    const again = document.getElementById(id);
    if (again && again.getAttribute('aria-invalid') !== 'true') again.files = files;
  }
  document.querySelector('[data-focus]')?.focus();
}

async function deliver(form, button) {
  const data = await contents(form);
  for (;;) {
    try { await send(data); return; } catch {
      document.querySelector('[data-queue]').hidden = false;
      await new Promise((again) => {
        addEventListener('online', again, { once: true });
        setTimeout(again, 8000);
      });
    }
    button?.setAttribute('aria-disabled', 'true');
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('[data-step-form]')) return;
  event.preventDefault();
  if (form.dataset.sent) return; // the key makes a second one harmless; this saves the rider's data
  form.dataset.sent = '1';
  event.submitter?.setAttribute('aria-disabled', 'true');
  deliver(form, event.submitter);
});

// The place of the hand-over, only when the rider ticks the box, and rounded before it leaves the phone.
const here = () => document.querySelector('[data-here]');
function showHere() { if (navigator.geolocation && isSecureContext && here()) here().hidden = false; }
showHere();
new MutationObserver(showHere).observe(document.body, { childList: true }); // the page of a refused form has a new one

document.addEventListener('change', (event) => {
  const box = event.target;
  if (!box.matches('[data-here] input[type=checkbox]')) return;
  const [lat, lon] = here().querySelectorAll('input[type=hidden]'), said = here().querySelector('[role=status]');
  const put = (point, text) => { [lat.value, lon.value] = point; said.textContent = text; };
  put(['', ''], '');
  if (box.checked) {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { if (box.checked) put([coords.latitude.toFixed(4), coords.longitude.toFixed(4)], said.dataset.found); },
      () => { box.checked = false; put(['', ''], said.dataset.failed); },
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
    );
  }
});
