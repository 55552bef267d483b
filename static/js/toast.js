// A short message that goes away by itself: document.dispatchEvent(new CustomEvent('toast', {detail: 'Tautan disalin'})).
let box;
document.addEventListener('toast', (event) => {
  if (!box) {
    box = document.createElement('p');
    box.className = 'toast';
    box.setAttribute('role', 'status');
    document.body.append(box);
  }
  box.textContent = event.detail;
  box.hidden = false;
  clearTimeout(box.timer);
  box.timer = setTimeout(() => { box.hidden = true; }, 4000);
});
