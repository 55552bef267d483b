// [data-hotkey="/"] takes the focus, or is clicked when it is a link or button. Only while nobody is typing (WCAG 2.1.4).
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches('input,select,textarea,[contenteditable]')) return;
  const target = document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches('a,button')) target.click(); else target.focus();
});
// [data-check-all] ticks every checkbox of its form.
document.addEventListener('change', (event) => {
  if (!event.target.matches('[data-check-all]')) return;
  // form.elements: boxes of a table may stand outside their form and name it (form="…").
  for (const box of event.target.form.elements) if (box.matches('[type=checkbox]:not([data-check-all])')) box.checked = event.target.checked;
});
