/** Sheets of paper that text is set on, from top to bottom, each part in its place in the structure that readers aloud follow. */
import { PackedDocument } from './document.ts';
import type { Faces, Weight } from './faces.ts';
import { linesOf } from './lines.ts';

export const INK = '#17222c';
export const QUIET = '#52606c';
export const HAIR = '#cfd8de';
export const ACCENT = '#0a5a78';

/** In points. */
export const PAPER = { width: 595.28, height: 841.89, left: 57, right: 57, top: 54, bottom: 62 };
export const COLUMN = PAPER.width - PAPER.left - PAPER.right;
const LEADING = 1.42;
/** From the top of a line to its base, as part of its height. */
const BASE = 0.74;

type Anchor = 'start' | 'middle' | 'end';

export interface Setting {
  size: number;
  weight: Weight;
  colour: string;
}

export type Structure = ReturnType<PDFKit.PDFDocument['struct']>;

export interface About {
  title: string;
  language: string;
  made_at: Date;
}

export class Sheet {
  readonly document: PDFKit.PDFDocument;
  readonly #faces: Faces;
  readonly #widths = new Map<string, number>();
  /** Where the next line begins, from the top. */
  y = PAPER.top;

  constructor(faces: Faces, { title, language, made_at }: About) {
    this.#faces = faces;
    this.document = new PackedDocument({
      compress: false,
      size: 'A4',
      margin: 0,
      bufferPages: true,
      pdfVersion: '1.7',
      subset: 'PDF/UA' as never,
      tagged: true,
      displayTitle: true,
      lang: language,
      // No face but ours: those of the format would not be embedded.
      font: null as never,
      info: {
        Title: title,
        Author: 'Pledgewatch',
        Producer: 'Pledgewatch',
        Creator: 'Pledgewatch',
        CreationDate: made_at,
      },
    });
    for (const { name, bytes } of faces.faces) this.document.registerFont(name, bytes);
  }

  get room(): number {
    return PAPER.height - PAPER.bottom - this.y;
  }

  /** Begins another page when less than `height` is left. @returns whether it did */
  need(height: number): boolean {
    if (this.room >= height) return false;
    this.document.addPage();
    this.y = PAPER.top;
    return true;
  }

  linesOf(text: string, width: number, { size, weight }: Setting): string[] {
    return linesOf(text, width, (piece) => this.#widthOf(piece, size, weight));
  }

  heightOf(lines: number, { size }: Setting): number {
    return lines * size * LEADING;
  }

  /** Sets one line at a place of its own. @param x its start, middle or end, as `anchor` says */
  line(text: string, x: number, top: number, setting: Setting, anchor: Anchor = 'start') {
    this.onBase(text, x, top + setting.size * LEADING * BASE, setting, anchor);
  }

  /** The same, by the line that its letters stand on. */
  onBase(text: string, x: number, base: number, { size, weight, colour }: Setting, anchor: Anchor) {
    const back = { start: 0, middle: 0.5, end: 1 }[anchor];
    let at = back === 0 ? x : x - back * this.#widthOf(text, size, weight);
    for (const run of this.#faces.runsOf(text, weight)) {
      this.document
        .font(run.face)
        .fontSize(size)
        .fillColor(colour)
        .text(run.text, at, base, { lineBreak: false, baseline: 'alphabetic' });
      at += this.#widthOf(run.text, size, weight);
    }
  }

  /** What is there for the eye alone. */
  ornament(draw: () => void) {
    this.document.markContent('Artifact', { type: 'Layout' });
    draw();
    this.document.endMarkedContent();
  }

  rule(colour: string, width = 0.5) {
    const { y } = this;
    this.ornament(() =>
      this.document
        .moveTo(PAPER.left, y)
        .lineTo(PAPER.left + COLUMN, y)
        .lineWidth(width)
        .strokeColor(colour)
        .stroke(),
    );
  }

  /** A text from edge to edge, over as many pages as it takes. */
  text(parent: Structure, tag: string, text: string, setting: Setting) {
    const { document } = this;
    const element = document.struct(tag);
    parent.add(element);
    const height = this.heightOf(1, setting);
    let rest = this.linesOf(text, COLUMN, setting);
    while (rest.length > 0) {
      this.need(Math.min(2, rest.length) * height);
      const fits = Math.max(1, Math.floor(this.room / height));
      const now = rest.slice(0, fits);
      element.add(() => {
        for (const line of now) {
          this.line(line, PAPER.left, this.y, setting);
          this.y += height;
        }
      });
      rest = rest.slice(fits);
    }
    element.end();
  }

  /** Once it is known how many pages there are. */
  feet(foot: (page: number, pages: number) => string, setting: Setting) {
    const { start, count } = this.document.bufferedPageRange();
    for (let index = 0; index < count; index++) {
      this.document.switchToPage(start + index);
      this.document.markContent('Artifact', { type: 'Pagination' });
      this.line(foot(index + 1, count), PAPER.left, PAPER.height - 40, setting);
      this.document.endMarkedContent();
    }
  }

  #widthOf(text: string, size: number, weight: Weight): number {
    const key = `${weight} ${size} ${text}`;
    const known = this.#widths.get(key);
    if (known !== undefined) return known;
    const width = this.#faces
      .runsOf(text, weight)
      .reduce((sum, run) => sum + this.document.font(run.face).fontSize(size).widthOfString(run.text), 0);
    this.#widths.set(key, width);
    return width;
  }
}
