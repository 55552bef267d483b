// input[type=file][data-max-bytes][data-too-large]: a file that the server would refuse for its size is not sent first.
// form[data-max-bytes][data-too-large]: nor are several files that are too much together.
// The sentence stands where the server's would stand; without this file the server says it.
const FILES = 'input[type=file][data-max-bytes]';
const tooLarge = (input) => [...input.files].some((file) => file.size > Number(input.dataset.maxBytes));
const bytesOf = (inputs) => inputs.flatMap((input) => [...input.files]).reduce((sum, file) => sum + file.size, 0);
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
  const form = event.target;
  const inputs = [...form.querySelectorAll(FILES)];
  const wrong = inputs.filter(tooLarge).map((input) => [input, input.dataset.tooLarge]);
  if (!wrong.length && bytesOf(inputs) > Number(form.dataset.maxBytes)) wrong.push([inputs.at(-1), form.dataset.tooLarge]);
  if (!wrong.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  wrong.forEach(([input, text]) => say(input, text));
  wrong[0][0].focus();
}, { capture: true });
document.addEventListener('change', (event) => {
  if (event.target.matches(FILES)) say(event.target, '');
});
