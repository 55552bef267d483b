// The filter box is open on wide screens, and where it was just used; a filter that sends itself keeps its place.
const box = document.querySelector('[data-facets]');
const form = box?.querySelector('form');
const KEY = 'facets';
if (box) {
  if (matchMedia('(min-width:62rem)').matches) box.open = true;
  const used = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  const control = used && document.getElementById(used);
  if (control) {
    box.open = true;
    control.focus({ preventScroll: true });
    control.scrollIntoView({ block: 'center' });
  }
}
// Before form.js sends the form: remember which control it was.
form?.addEventListener('change', (event) => {
  if (event.target.id) sessionStorage.setItem(KEY, event.target.id);
});
// Empty fields do not belong into the address.
document.addEventListener('formdata', (event) => {
  if (event.target.method !== 'get') return;
  for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name);
});
