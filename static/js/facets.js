// On wide screens the filter box is open from the start.
const box = document.querySelector('[data-facets]');
if (box && matchMedia('(min-width:62rem)').matches) box.open = true;
