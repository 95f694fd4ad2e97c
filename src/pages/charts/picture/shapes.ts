/** A chart as shapes, read from its own markup, for whoever draws it without a browser. */
import { SaxesParser } from 'saxes';
import type { Look, StyleSheet } from './style.ts';

/** In pixels of the chart, from its upper left. */
export interface PathShape {
  kind: 'path';
  /** SVG path data about a place of its own. */
  d: string;
  x: number;
  y: number;
  fill: string | null;
  stroke: { colour: string; width: number; dash: number[]; opacity: number } | null;
}

export interface TextShape {
  kind: 'text';
  text: string;
  /** Where its base line begins, is in the middle, or ends. */
  x: number;
  y: number;
  anchor: 'start' | 'middle' | 'end';
  size: number;
  weight: 400 | 700;
  colour: string;
}

export type Shape = PathShape | TextShape;

export interface Drawn {
  width: number;
  height: number;
  /** What it shows, in a sentence. */
  summary: string;
  shapes: Shape[];
}

type Attributes = Readonly<Record<string, string>>;

/** Elements that say something to a reader, and draw nothing. */
const UNDRAWN = ['svg', 'g', 'a', 'title'];
const BOLD_FROM = 600;
const DEFAULT_SIZE = '12px';

/** @throws Error on an element or a transformation that it does not know, so that nothing is left out unseen */
export function shapesOf(markup: string, style: StyleSheet): Drawn {
  const reader = new Reader(style);
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => reader.open(name, attributes as Attributes));
  parser.on('text', (text) => reader.say(text));
  parser.on('closetag', () => reader.close());
  parser.write(markup).close();
  return { ...reader.size, summary: reader.summary, shapes: reader.shapes };
}

interface Place {
  name: string;
  x: number;
  y: number;
  /** Of the text that is open here. */
  text: Omit<TextShape, 'kind' | 'text'> | null;
}

class Reader {
  readonly shapes: Shape[] = [];
  readonly #style: StyleSheet;
  readonly #open: Place[] = [];
  size = { width: 0, height: 0 };
  summary = '';

  constructor(style: StyleSheet) {
    this.#style = style;
  }

  open(name: string, attributes: Attributes): void {
    const outer = this.#open.at(-1) ?? { name: '', x: 0, y: 0, text: null };
    const place = { ...outer, ...movedBy(attributes.transform, outer), name };
    const look = this.#style.lookOf((attributes.class ?? '').split(' '));
    if (this.#open.length === 0)
      this.size = { width: Number(attributes.width), height: Number(attributes.height) };
    if (name === 'text' || name === 'tspan') place.text = textAt(attributes, look, place);
    else if (name === 'path' || name === 'rect')
      this.shapes.push(pathAt(name === 'path' ? attributes.d! : rectangle(attributes), look, place));
    else if (!UNDRAWN.includes(name)) throw new Error(`a picture draws no <${name}>`);
    this.#open.push(place);
  }

  say(text: string): void {
    const place = this.#open.at(-1);
    if (place?.text) this.shapes.push({ kind: 'text', text, ...place.text });
    else if (place?.name === 'title' && this.#open.length === 2) this.summary = text;
  }

  close(): void {
    this.#open.pop();
  }
}

function movedBy(transform: string | undefined, { x, y }: Place): { x: number; y: number } {
  if (transform === undefined) return { x, y };
  const [, across, down] = /^translate\((-?[\d.]+) (-?[\d.]+)\)$/.exec(transform) ?? [];
  if (across === undefined) throw new Error(`a picture is not moved by ${transform}`);
  return { x: x + Number(across), y: y + Number(down) };
}

function pathAt(d: string, look: Look, { x, y }: Place): PathShape {
  const colour = painted(look.stroke);
  const dash = look['stroke-dasharray'] ?? 'none';
  return {
    kind: 'path',
    d,
    x,
    y,
    fill: painted(look.fill ?? '#000000'),
    stroke:
      colour === null
        ? null
        : {
            colour,
            width: Number(look['stroke-width'] ?? 1),
            dash: dash === 'none' ? [] : dash.split(' ').map(Number),
            opacity: Number(look['stroke-opacity'] ?? 1),
          },
  };
}

function rectangle({ x = '0', y = '0', width, height }: Attributes): string {
  return `M${x} ${y}h${width}v${height}h-${width}Z`;
}

function painted(colour: string | undefined): string | null {
  return colour === undefined || colour === 'none' || colour === 'transparent' ? null : colour;
}

/** A part of a text has the look of the whole where it says nothing else, and begins a line of its own. */
function textAt(attributes: Attributes, look: Look, place: Place): Place['text'] {
  const { text: whole, x: left, y: top } = place;
  return {
    x: attributes.x === undefined ? (whole?.x ?? left) : left + Number(attributes.x),
    y:
      (attributes.y === undefined ? (whole?.y ?? top) : top + Number(attributes.y)) +
      Number(attributes.dy ?? 0),
    anchor: (attributes['text-anchor'] as TextShape['anchor'] | undefined) ?? whole?.anchor ?? 'start',
    size: look['font-size'] || !whole ? Number.parseFloat(look['font-size'] ?? DEFAULT_SIZE) : whole.size,
    weight: look['font-weight']
      ? Number(look['font-weight']) >= BOLD_FROM
        ? 700
        : 400
      : (whole?.weight ?? 400),
    colour: look.fill ?? whole?.colour ?? '#000000',
  };
}

/** All that is written, by weight, as the faces are chosen for it. */
export function textsIn({ shapes }: Drawn): { 400: string; 700: string } {
  const texts = shapes.filter((shape) => shape.kind === 'text');
  const of = (weight: 400 | 700) =>
    texts.flatMap((shape) => (shape.weight === weight ? [shape.text] : [])).join('');
  return { 400: of(400), 700: of(700) };
}
