/** Sheets of labels as PDF with vector codes, set by the maker of the reports: faces for every script, tagged, equal bytes. */
import { buffer } from 'node:stream/consumers';
import { facesFor } from '../../reports/pdf/faces.ts';
import { HAIR, INK, QUIET, type Setting, Sheet, type Structure } from '../../reports/pdf/sheet.ts';
import { CODE, LABEL, LABELS_PER_SHEET, type Label, PANEL, placeOnSheet, WORDS } from './label.ts';

const POINTS_PER_mm = 72 / 25.4;
const LINE: Omit<Setting, 'size'> = { weight: 400, colour: INK };
const HIDDEN: Setting = { size: 9, weight: 700, colour: INK };

export interface LabelTask {
  title: string;
  labels: Label[];
  made_at: Date;
}

export async function labelsPdf({ title, labels, made_at }: LabelTask): Promise<Buffer> {
  const faces = await facesFor({
    400: labels.flatMap(({ lines }) => lines.map(({ text }) => text)).join('') + title,
    700: labels.map(({ claim_code }) => claim_code).join(''),
  });
  const sheet = new Sheet(faces, { title, language: 'en', made_at });
  const whole = sheet.document.struct('Document');
  sheet.document.addStructure(whole);
  for (const [index, label] of labels.entries()) {
    if (index > 0 && index % LABELS_PER_SHEET === 0) sheet.document.addPage();
    setLabel(sheet, whole, label, index);
  }
  whole.end();
  sheet.document.end();
  return buffer(sheet.document);
}

function setLabel(sheet: Sheet, whole: Structure, label: Label, index: number): void {
  const { document } = sheet;
  const { x, y } = placeOnSheet(index);
  const at = (left: number, top: number) => [(x + left) * POINTS_PER_mm, (y + top) * POINTS_PER_mm] as const;
  const box = (left: number, top: number, width: number, height: number) =>
    document.rect(...at(left, top), width * POINTS_PER_mm, height * POINTS_PER_mm);
  sheet.ornament(() => {
    box(0, 0, LABEL.width, LABEL.height).lineWidth(0.2).strokeColor(HAIR).stroke();
    box(PANEL.left, PANEL.top, PANEL.width, PANEL.height)
      .lineWidth(0.5)
      .dash(3, {})
      .strokeColor(QUIET)
      .stroke();
    document.undash();
  });
  const [left, top] = at(CODE.left, CODE.top);
  const size = CODE.size * POINTS_PER_mm;
  const about = { alt: `QR code of mark ${label.serial}`, bbox: [left, top, left + size, top + size] };
  const figure = document.struct('Figure', about as object);
  whole.add(figure);
  figure.add(() => {
    document
      .save()
      .translate(left, top)
      .scale(size / label.code.modules);
    document.path(label.code.path).fill('#000000');
    document.restore();
  });
  figure.end();
  const words = document.struct('P');
  whole.add(words);
  words.add(() => {
    for (const [n, { text, size }] of label.lines.entries())
      sheet.line(text, ...at(WORDS.left, WORDS.top + n * WORDS.step), { size, ...LINE });
    sheet.line(label.claim_code, ...at(PANEL.left + 2, PANEL.top + 1.4), HIDDEN);
  });
  words.end();
}
