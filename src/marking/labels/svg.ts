/** A sheet of labels as SVG, in millimetres, for printers that take drawings. */
import { CODE, LABEL, type Label, PANEL, PAPER, placeOnSheet, WORDS } from './label.ts';

const MM_PER_POINT = 25.4 / 72;

/** @param labels at most as many as a sheet has room for */
export function sheetSvg(labels: readonly Label[]): string {
  const { width, height } = PAPER;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}"><rect width="${width}" height="${height}" fill="#fff"/><g font-family="sans-serif" font-size="3.2" fill="#17222c">${labels.map(drawn).join('')}</g></svg>\n`;
}

function drawn({ lines, serial, claim_code, code }: Label, index: number): string {
  const { x, y } = placeOnSheet(index);
  const scale = CODE.size / code.modules;
  const words = lines.map(
    ({ text, size }, n) =>
      `<text x="${WORDS.left}" y="${round(WORDS.top + WORDS.step * (n + 0.6))}" font-size="${round(size * MM_PER_POINT)}">${escaped(text)}</text>`,
  );
  return `<g transform="translate(${x} ${round(y)})"><rect width="${LABEL.width}" height="${LABEL.height}" fill="none" stroke="#cfd8de" stroke-width="0.1"/><path transform="translate(${CODE.left} ${CODE.top}) scale(${round(scale)})" d="${code.path}" fill="#000"><title>${serial}</title></path>${words.join('')}<rect x="${PANEL.left}" y="${PANEL.top}" width="${PANEL.width}" height="${PANEL.height}" fill="none" stroke="#52606c" stroke-width="0.2" stroke-dasharray="1"/><text x="${PANEL.left + 2}" y="${PANEL.top + 4.6}">${claim_code}</text></g>`;
}

function round(value: number): string {
  return String(Number(value.toFixed(4)));
}

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (letter) => NAMED[letter]!);
}
