/**
 * Reads a chart of time: a line follows pointer or arrow keys and the day's numbers stand above. They are taken from the
 * table beside the chart, so that both always say the same.
 */
interface Row {
  x: number;
  cells: { head: string; text: string }[];
}

export function readCharts(): void {
  for (const holder of document.querySelectorAll<HTMLElement>('[data-chart]')) {
    const svg = holder.querySelector('svg');
    const places = svg?.dataset.days?.split(' ').map(Number) ?? [];
    if (svg && places.length > 1) attach(holder, svg, rowsOf(holder, places));
  }
}

function rowsOf(holder: HTMLElement, places: readonly number[]): Row[] {
  const table = holder.closest('figure')?.querySelector('table');
  const lines = [...(table?.querySelectorAll('tbody tr') ?? [])].slice(-places.length);
  return lines.map((line, index) => ({
    x: places[index]!,
    cells: [...line.querySelectorAll('td')].map((cell) => ({
      head: cell.dataset.head ?? '',
      text: cell.textContent ?? '',
    })),
  }));
}

function attach(holder: HTMLElement, svg: SVGSVGElement, rows: readonly Row[]): void {
  const width = svg.viewBox.baseVal.width;
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('class', 'c-cursor');
  svg.append(line);
  const readout = document.createElement('dl');
  readout.className = 'readout';
  readout.setAttribute('aria-live', 'polite');
  holder.before(readout);
  let at = rows.length - 1;
  const show = (index: number) => {
    at = Math.min(rows.length - 1, Math.max(0, index));
    const row = rows[at]!;
    line.setAttribute('d', `M${row.x} 22V${svg.viewBox.baseVal.height - 26}`);
    readout.replaceChildren(...row.cells.map(pairOf));
  };
  svg.addEventListener('pointermove', ({ clientX }) => {
    const box = svg.getBoundingClientRect();
    const x = ((clientX - box.left) / box.width) * width;
    const next = rows.findLastIndex((row) => row.x <= x);
    show(next === -1 ? 0 : next);
  });
  holder.tabIndex = 0;
  holder.setAttribute('role', 'group');
  holder.setAttribute('aria-label', svg.getAttribute('aria-label') ?? '');
  holder.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined || event.target !== holder) return;
    event.preventDefault();
    show(at + step);
  });
  show(at);
}

function pairOf({ head, text }: { head: string; text: string }): HTMLElement {
  const pair = document.createElement('div');
  const name = document.createElement('dt');
  const value = document.createElement('dd');
  name.textContent = head;
  value.textContent = text;
  pair.append(name, value);
  return pair;
}
