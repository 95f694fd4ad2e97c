/** A label: what is printed on it, and where. Sheets of 3 by 8 labels of 70 by 37 mm on A4, as they are sold. No markup. */
import { type QrCode, qrCode } from '../../qr-code.ts';
import type { MadeMark } from '../marks/make.ts';

export const COLUMNS = 3;
export const ROWS = 8;
export const LABELS_PER_SHEET = COLUMNS * ROWS;

/** In millimetres. */
export const PAPER = { width: 210, height: 297 };
export const LABEL = { width: 70, height: 37 };
const TOP = (PAPER.height - ROWS * LABEL.height) / 2;
/** With the quiet zone around it, which readers need. */
export const CODE = { left: 2, top: 2, size: 33 };
/** Where words begin, and how many letters of a name stand in a line. */
export const WORDS = { left: 36, top: 3, step: 3.9 };
const NAME_LETTERS = 20;
const LINE_points = 7;
const NOTICE_points = 4.8;
/** Under what is scratched off. */
export const PANEL = { left: 36, top: 28, width: 30, height: 7 };

/** What all labels of a lot have. */
export interface OnLabels {
  product: string;
  lot_code: string;
  /** Host and path where its patents stand: the notice of 35 USC 287(a). */
  host: string;
  path: string;
}

export interface Label {
  /** Lines beside the code, in points. */
  lines: { text: string; size: number }[];
  serial: string;
  claim_code: string;
  code: QrCode;
}

export function labelOf({ uri, serial, claim_code }: MadeMark, on: OnLabels): Label {
  const name = [...on.product];
  const large = [
    name.slice(0, NAME_LETTERS).join(''),
    name
      .slice(NAME_LETTERS, 2 * NAME_LETTERS)
      .join('')
      .trim(),
    on.lot_code,
    serial.replaceAll(/(.{4})(?=.)/g, '$1 '),
  ].filter((text) => text !== '');
  const lines = [
    ...large.map((text) => ({ text, size: LINE_points })),
    ...[`Pat. ${on.host}`, on.path].map((text) => ({ text, size: NOTICE_points })),
  ];
  return { lines, serial, claim_code, code: qrCode(uri) };
}

/** Where a label stands on its sheet. */
export function placeOnSheet(index: number): { x: number; y: number } {
  const place = index % LABELS_PER_SHEET;
  return { x: (place % COLUMNS) * LABEL.width, y: TOP + Math.floor(place / COLUMNS) * LABEL.height };
}
