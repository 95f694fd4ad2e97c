/**
 * A report as a tagged PDF (PDF/UA-1) with its faces embedded. Equal reports give equal bytes under one version of the
 * program: the only day in it is that of the valuation, the id follows from it and the title, nothing is drawn by chance.
 */
import { buffer } from 'node:stream/consumers';
import type { Block, Drawing, Mark, Report } from '../report.ts';
import { facesFor } from './faces.ts';
import { ACCENT, COLUMN, HAIR, INK, PAPER, QUIET, type Setting, Sheet, type Structure } from './sheet.ts';
import { leastHeight, setTable } from './tables.ts';

const TITLE: Setting = { size: 20, weight: 700, colour: INK };
const SUBJECT: Setting = { size: 11, weight: 400, colour: QUIET };
const SECTION: Setting = { size: 12.5, weight: 700, colour: ACCENT };
const CAPTION: Setting = { size: 9, weight: 700, colour: INK };
const PROSE: Setting = { size: 9.2, weight: 400, colour: INK };
const FIGURE: Setting = { size: 12, weight: 700, colour: INK };
const NOTE: Setting = { size: 7.6, weight: 400, colour: QUIET };
const DRAWN: Setting = { size: 8, weight: 400, colour: INK };

/** Shares of the width: value, interval, collateral value. */
const HEADLINE = [0.28, 0.46, 0.26];

/** Least that must follow a heading on its page. */
const AFTER_HEADING = 64;

const MARKS: Readonly<Record<Mark, { fill?: string; stroke?: string; width?: number }>> = {
  grid: { stroke: HAIR, width: 0.5 },
  base: { stroke: QUIET, width: 0.8 },
  band: { fill: '#a9cbe4' },
  value: { stroke: '#0069a6', width: 2 },
  up: { fill: '#2f7d5f' },
  down: { fill: '#c8500c' },
};

export async function reportPdf(report: Report): Promise<Buffer> {
  const faces = await facesFor(textsOf(report));
  const { title, subject, language, made_at } = report;
  const sheet = new Sheet(faces, { title: `${title}: ${subject}`, language, made_at: new Date(made_at) });
  const whole = sheet.document.struct('Document');
  sheet.document.addStructure(whole);
  setHead(sheet, whole, report);
  report.sections.forEach(({ title, blocks }, index) => {
    const section = sheet.document.struct('Sect');
    whole.add(section);
    sheet.need(leastAfter(sheet, blocks[0]!));
    sheet.y += 8;
    const heading = `${index + 1}  ${title}`;
    sheet.document.outline.addItem(heading);
    sheet.text(section, 'H2', heading, SECTION);
    sheet.y += 3;
    for (const block of blocks) setBlock(sheet, section, block, title);
    section.end();
  });
  whole.end();
  sheet.feet(report.foot, NOTE);
  sheet.document.end();
  return buffer(sheet.document);
}

/** All that is set, by weight; small differences only choose files. */
function textsOf(report: Report): { 400: string; 700: string } {
  const { title, headline, sections, foot } = report;
  const captions = sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) => [
      'caption' in block ? block.caption : '',
      block.kind === 'drawing' ? block.drawing.title : '',
      ...('columns' in block ? block.columns.map(({ head }) => head) : []),
    ]),
  );
  const bold = [
    title,
    ...headline.map(({ value }) => value),
    ...sections.map((each) => each.title),
    ...captions,
  ];
  return { 400: `${JSON.stringify(report)}${foot(0, 0)}`, 700: `${bold.join('')}0123456789 ` };
}

function setHead(sheet: Sheet, whole: Structure, { title, subject, headline }: Report) {
  sheet.text(whole, 'H1', title, TITLE);
  sheet.text(whole, 'P', subject, SUBJECT);
  sheet.y += 10;
  sheet.rule(ACCENT, 1.2);
  sheet.y += 6;
  const tall = headline.map(({ value, note }, index) => [
    sheet.linesOf(value, HEADLINE[index]! * COLUMN - 12, FIGURE),
    sheet.linesOf(note, HEADLINE[index]! * COLUMN - 12, NOTE),
  ]);
  const figure_lines = Math.max(...tall.map(([value]) => value!.length));
  const note_lines = Math.max(...tall.map(([, note]) => note!.length));
  const top = sheet.y;
  headline.forEach(({ label }, index) => {
    const x = PAPER.left + COLUMN * HEADLINE.slice(0, index).reduce((sum, share) => sum + share, 0);
    const element = sheet.document.struct('P');
    whole.add(element);
    element.add(() => {
      let y = top;
      const set = (lines: readonly string[], setting: Setting) => {
        for (const line of lines) {
          sheet.line(line, x, y, setting);
          y += sheet.heightOf(1, setting);
        }
      };
      set([label], NOTE);
      set(tall[index]![0]!, FIGURE);
      y = top + sheet.heightOf(1, NOTE) + sheet.heightOf(figure_lines, FIGURE);
      set(tall[index]![1]!, NOTE);
    });
    element.end();
  });
  sheet.y = top + sheet.heightOf(1 + note_lines, NOTE) + sheet.heightOf(figure_lines, FIGURE) + 6;
  sheet.rule(ACCENT, 0.5);
  sheet.y += 4;
}

function setBlock(sheet: Sheet, section: Structure, block: Block, title: string) {
  if (block.kind === 'text') {
    sheet.text(section, 'P', block.text, PROSE);
    sheet.y += 5;
    return;
  }
  if (block.kind === 'drawing') return setDrawing(sheet, section, block.drawing);
  if (block.caption !== title) {
    sheet.need(AFTER_HEADING / 2 + leastHeight(sheet, block));
    sheet.y += 3;
    sheet.text(section, 'H3', block.caption, CAPTION);
    sheet.y += 1;
  }
  setTable(sheet, section, block);
}

/** What must follow the heading of a section on its page. */
function leastAfter(sheet: Sheet, block: Block): number {
  return 'rows' in block
    ? Math.max(AFTER_HEADING, AFTER_HEADING / 2 + leastHeight(sheet, block))
    : AFTER_HEADING;
}

function setDrawing(sheet: Sheet, section: Structure, { title, width, height, paths, texts }: Drawing) {
  const { document } = sheet;
  const heading = sheet.heightOf(1, CAPTION) + 6;
  sheet.need(heading + height + 8);
  sheet.text(section, 'P', title, CAPTION);
  sheet.y += 4;
  const [left, top] = [PAPER.left, sheet.y];
  const figure = document.struct('Figure', {
    alt: `${title}. ${texts.map(({ text }) => text).join('; ')}`,
    bbox: [left, top, left + width, top + height],
  } as object);
  section.add(figure);
  figure.add(() => {
    document.save().translate(left, top);
    for (const { d, mark } of paths) {
      const { fill, stroke, width: line = 1 } = MARKS[mark];
      document.path(d);
      if (fill) document.fill(fill);
      else document.lineWidth(line).stroke(stroke);
    }
    document.restore();
    for (const { x, y, text, anchor } of texts) sheet.line(text, left + x, top + y - 8.4, DRAWN, anchor);
  });
  figure.end();
  sheet.y = top + height + 8;
}
