/** Keys of the links that zoom, where the chart has the focus; it has it again after a step. */
export function zoomByKey(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('a[data-zoom]')];
  const chart = links[0]?.closest('section')?.querySelector<HTMLElement>('[data-chart]');
  if (!chart) return;
  if (location.hash === '#flow' && location.search.includes('first=')) chart.focus({ preventScroll: true });
  chart.addEventListener('keydown', ({ key, ctrlKey, metaKey, altKey }) => {
    if (ctrlKey || metaKey || altKey) return;
    links.find(({ dataset }) => dataset.zoom === (key === '=' ? '+' : key))?.click();
  });
}
