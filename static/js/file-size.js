// input[type=file][data-max-bytes][data-too-large]: a file that the server would refuse for its size is not sent first.
// The sentence stands where the server's would stand; without this file the server says it.
const tooLarge = (input) => [...input.files].some((file) => file.size > Number(input.dataset.maxBytes));
const say = (input, text) => {
  const id = `${input.id}-e`;
  document.getElementById(id)?.remove();
  input.toggleAttribute('aria-invalid', Boolean(text));
  input.closest('.field')?.classList.toggle('field-error', Boolean(text));
  const described = (input.getAttribute('aria-describedby') ?? '').split(' ').filter((one) => one && one !== id);
  if (text) {
    const error = Object.assign(document.createElement('span'), { className: 'error', id, textContent: text });
    error.setAttribute('role', 'alert');
    input.before(error);
    input.setAttribute('aria-invalid', 'true');
    described.push(id);
  }
  input.setAttribute('aria-describedby', described.join(' '));
};
// Before form.js hears of it: a form that was stopped here may be sent again.
document.addEventListener('submit', (event) => {
  const wrong = [...event.target.querySelectorAll('input[type=file][data-max-bytes]')].filter(tooLarge);
  if (!wrong.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  wrong.forEach((input) => say(input, input.dataset.tooLarge));
  wrong[0].focus();
}, { capture: true });
document.addEventListener('change', (event) => {
  if (event.target.matches('input[type=file][data-max-bytes]')) say(event.target, '');
});
