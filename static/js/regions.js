// Dependent region lists: <select data-regions-from="<id of parent select>" data-regions-url="/…/"> asks url + code and
// receives [{code, name, postal_code}]. data-postal="<id>" names the input that takes the postal code.
// What was chosen is kept with the page's place in the history: the browser's back button knows the lists of the first
// answer only. Without this file the server shows the next list after the form is sent.
const regionLists = [...document.querySelectorAll('select[data-regions-from]')];
const fill = async (list) => {
  const parent = document.getElementById(list.dataset.regionsFrom);
  if (!parent.value) { list.length = 1; return; }
  const answer = await fetch(list.dataset.regionsUrl + encodeURIComponent(parent.value), { headers: { Accept: 'application/json' } });
  if (!answer.ok) return;
  const regions = await answer.json();
  list.length = 1;
  regions.forEach((region) => {
    const option = new Option(region.name, region.code);
    if (region.postal_code) option.dataset.postalCode = region.postal_code;
    list.add(option);
  });
};
const fillAnew = async (list) => { await fill(list); list.dispatchEvent(new Event('change', { bubbles: true })); };
const keepRegions = () => {
  const regions = Object.fromEntries(regionLists.map((list) => [list.id, list.value]).filter(([, code]) => code));
  history.replaceState({ ...history.state, regions }, '');
};
document.addEventListener('change', (event) => {
  const changed = event.target;
  if (!changed.matches?.('select')) return;
  regionLists.filter((list) => list.dataset.regionsFrom === changed.id).forEach((list) => { fillAnew(list).catch(() => {}); });
  const code = changed.selectedOptions[0]?.dataset.postalCode;
  const postal = changed.dataset.postal && document.getElementById(changed.dataset.postal);
  if (postal && code) postal.value = code;
  if (regionLists.includes(changed) && changed.value) keepRegions();
});
const restoreRegions = async () => {
  const kept = history.state?.regions ?? {};
  let last;
  for (const list of regionLists) { // each after the one above it
    if (list.value || !kept[list.id]) continue;
    await fill(list);
    list.value = kept[list.id];
    if (!list.value) { list.selectedIndex = 0; break; }
    last = list;
  }
  last?.dispatchEvent(new Event('change', { bubbles: true }));
};
addEventListener('pageshow', () => { restoreRegions().catch(() => {}); });
