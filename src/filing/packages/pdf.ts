/** An application as tagged PDF with its faces embedded, on the sheets of the reports. Equal bodies give equal bytes. */
import { buffer } from 'node:stream/consumers';
import { Problem } from '../../errors.ts';
import { facesFor } from '../../reports/pdf/faces.ts';
import { INK, QUIET, type Setting, Sheet } from '../../reports/pdf/sheet.ts';
import { say } from '../sentences.ts';
import type { Body } from './body.ts';
import { type PartSheets, sheetsOf } from './sheets.ts';

const TITLE: Setting = { size: 18, weight: 700, colour: INK };
const PART: Setting = { size: 14, weight: 700, colour: INK };
const HEADING: Setting = { size: 11.5, weight: 700, colour: INK };
const TEXT: Setting = { size: 11, weight: 400, colour: INK };
const NOTE: Setting = { size: 8, weight: 400, colour: QUIET };
/** Least that must follow a heading on its page. */
const AFTER_HEADING = 48;

/** @throws Problem `refused` for characters that no face has: they must not go missing from what is filed */
export async function applicationPdf(body: Body): Promise<Uint8Array> {
  const { title, reference, language, written_at } = body;
  const sheets = sheetsOf(body);
  const text = [
    title,
    reference,
    ...sheets.flatMap(({ name, lines }) => [name, ...lines.map((line) => line.text)]),
  ].join('\n');
  const faces = await facesFor({ 400: `${text}0123456789/ `, 700: text });
  const missing = faces.missingIn(text);
  if (missing.length > 0)
    throw new Problem(
      'refused',
      say('package_no_face', { characters: missing.slice(0, 10).map(named).join(', ') }),
    );
  const sheet = new Sheet(faces, { title: `${title}: ${reference}`, language, made_at: written_at });
  const whole = sheet.document.struct('Document');
  sheet.document.addStructure(whole);
  sheet.text(whole, 'H1', title, TITLE);
  for (const part of sheets) setPart(sheet, whole, part);
  whole.end();
  sheet.feet((page, pages) => `${reference}  ${page} / ${pages}`, NOTE);
  sheet.document.end();
  return buffer(sheet.document);
}

function named(character: string): string {
  return `${character} (U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')})`;
}

function setPart(sheet: Sheet, whole: ReturnType<Sheet['document']['struct']>, { name, lines }: PartSheets) {
  const section = sheet.document.struct('Sect');
  whole.add(section);
  sheet.need(AFTER_HEADING);
  sheet.y += 10;
  sheet.document.outline.addItem(name);
  sheet.text(section, 'H2', name, PART);
  sheet.y += 4;
  for (const { kind, text } of lines) {
    if (kind === 'heading') {
      sheet.need(AFTER_HEADING);
      sheet.y += 6;
    }
    sheet.text(section, kind === 'heading' ? 'H3' : 'P', text, kind === 'heading' ? HEADING : TEXT);
    sheet.y += 5;
  }
  section.end();
}
