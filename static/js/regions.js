// Dependent region lists: <select data-regions-from="<id of parent select>" data-regions-url="/…/"> asks url + code and
// receives [{code, name, postal_code}]. data-postal="<id>" names the input that takes the postal code.
// Without this file the server shows the next list after the form is sent.
const fill = async (list) => {
  const parent = document.getElementById(list.dataset.regionsFrom);
  if (!parent.value) { list.length = 1; list.dispatchEvent(new Event('change', { bubbles: true })); return; }
  const answer = await fetch(list.dataset.regionsUrl + encodeURIComponent(parent.value), { headers: { Accept: 'application/json' } });
  if (!answer.ok) return;
  const regions = await answer.json();
  list.length = 1;
  regions.forEach((region) => {
    const option = new Option(region.name, region.code);
    if (region.postal_code) option.dataset.postalCode = region.postal_code;
    list.add(option);
  });
  list.dispatchEvent(new Event('change', { bubbles: true }));
};
document.addEventListener('change', (event) => {
  const changed = event.target;
  if (!changed.matches?.('select')) return;
  document.querySelectorAll(`select[data-regions-from="${CSS.escape(changed.id)}"]`).forEach((list) => { fill(list).catch(() => {}); });
  const code = changed.selectedOptions[0]?.dataset.postalCode;
  const postal = changed.dataset.postal && document.getElementById(changed.dataset.postal);
  if (postal && code) postal.value = code;
});
