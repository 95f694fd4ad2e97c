/** A chart as a tagged PDF of one page, after the rules of the reports: equal charts give equal bytes. */
import { buffer } from 'node:stream/consumers';
import { facesFor } from '../../../reports/pdf/faces.ts';
import { type About, COLUMN, INK, PAPER, QUIET, Sheet } from '../../../reports/pdf/sheet.ts';
import { type Drawn, type PathShape, textsIn } from './shapes.ts';

const TITLE = { size: 15, weight: 700, colour: INK } as const;
const NOTE = { size: 9.2, weight: 400, colour: QUIET } as const;

export interface Headed extends About {
  /** Under the title. */
  note: string;
}

export async function chartPdf(drawn: Drawn, { note, ...about }: Headed): Promise<Buffer> {
  const texts = textsIn(drawn);
  const faces = await facesFor({ 400: texts[400] + note, 700: texts[700] + about.title });
  const sheet = new Sheet(faces, about);
  const { document } = sheet;
  const whole = document.struct('Document');
  document.addStructure(whole);
  sheet.text(whole, 'H1', about.title, TITLE);
  sheet.text(whole, 'P', note, NOTE);
  sheet.y += 10;
  const scale = Math.min(COLUMN / drawn.width, sheet.room / drawn.height);
  const [left, top] = [PAPER.left, sheet.y];
  const figure = document.struct('Figure', {
    alt: drawn.summary,
    bbox: [left, top, left + drawn.width * scale, top + drawn.height * scale],
  } as object);
  whole.add(figure);
  figure.add(() => {
    document.save().translate(left, top).scale(scale);
    for (const shape of drawn.shapes) if (shape.kind === 'path') drawPath(document, shape);
    document.restore();
    for (const shape of drawn.shapes)
      if (shape.kind === 'text')
        sheet.onBase(
          shape.text,
          left + shape.x * scale,
          top + shape.y * scale,
          { ...shape, size: shape.size * scale },
          shape.anchor,
        );
  });
  figure.end();
  whole.end();
  document.end();
  return buffer(document);
}

function drawPath(document: PDFKit.PDFDocument, { d, x, y, fill, stroke }: PathShape): void {
  document.save().translate(x, y);
  if (fill) document.path(d).fill(fill);
  if (stroke) {
    document.path(d).lineWidth(stroke.width).strokeOpacity(stroke.opacity);
    const [first, ...rest] = stroke.dash;
    if (first !== undefined) document.dash(first, { space: rest[0] ?? first });
    document.stroke(stroke.colour);
  }
  document.restore();
}
