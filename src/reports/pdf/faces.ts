/**
 * The faces of a report: Noto Sans for Latin and Cyrillic, Noto Sans SC for Chinese, each cut by its packages into files for
 * ranges of characters. A text is split into runs of one file each; only files that a report needs are read.
 */
import { readFile } from 'node:fs/promises';
import { unwrap } from './woff.ts';

export type Weight = 400 | 700;

export interface Face {
  /** Name in the document. */
  name: string;
  weight: Weight;
  bytes: Buffer;
}

interface Piece {
  family: 'noto-sans' | 'noto-sans-sc';
  /** How the package calls the piece. */
  name: string;
  ranges: readonly (readonly [from: number, to: number])[];
}

/** Stands for a character that no face has. */
const REPLACEMENT = '\uFFFD';

const FAMILIES = ['noto-sans', 'noto-sans-sc'] as const;
/** Left out: pieces of other scripts. */
const ALPHABETS = ['latin', 'cyrillic', 'latin-ext', 'greek'];

let known: Promise<readonly Piece[]> | null = null;

/** Which face each character of a report is set in. */
export class Faces {
  readonly faces: readonly Face[];
  readonly #names: ReadonlyMap<string, string>;

  constructor(faces: readonly Face[], names: ReadonlyMap<string, string>) {
    this.faces = faces;
    this.#names = names;
  }

  /** Characters of a text that no face has, each once; white space needs none. */
  missingIn(text: string): string[] {
    return [...new Set(text)].filter((each) => !/\s/u.test(each) && !this.#names.has(each));
  }

  /** Splits a text where the file changes. */
  runsOf(text: string, weight: Weight): { face: string; text: string }[] {
    const runs: { face: string; text: string }[] = [];
    for (const each of text) {
      const found = this.#names.get(each);
      const face = `${found ?? this.#names.get(REPLACEMENT)}-${weight}`;
      const last = runs.at(-1);
      if (last?.face === face) last.text += found ? each : REPLACEMENT;
      else runs.push({ face, text: found ? each : REPLACEMENT });
    }
    return runs;
  }
}

/** Reads what is needed to set these texts. */
export async function facesFor(texts: Readonly<Record<Weight, string>>): Promise<Faces> {
  known ??= pieces();
  const all = await known;
  const names = new Map<string, string>();
  const files = new Map<string, { piece: Piece; weight: Weight }>();
  for (const weight of [400, 700] as const)
    for (const each of new Set(texts[weight] + REPLACEMENT)) {
      const piece = all.find(({ ranges }) => holds(ranges, each.codePointAt(0)!));
      if (!piece) continue;
      names.set(each, `${piece.family}-${piece.name}`);
      files.set(`${piece.family}-${piece.name}-${weight}`, { piece, weight });
    }
  const faces = await Promise.all(
    [...files].map(async ([name, { piece, weight }]) => ({
      name,
      weight,
      bytes: unwrap(
        await readFile(addressOf(piece.family, `files/${piece.family}-${piece.name}-${weight}-normal.woff`)),
      ),
    })),
  );
  return new Faces(faces, names);
}

function addressOf(family: Piece['family'], file: string): URL {
  return new URL(import.meta.resolve(`@fontsource/${family}/${file}`));
}

async function pieces(): Promise<readonly Piece[]> {
  const [sans, chinese] = await Promise.all(FAMILIES.map(readPieces));
  const alphabets = ALPHABETS.map((name) => sans!.find((piece) => piece.name === name)!);
  return [...alphabets, ...chinese!];
}

async function readPieces(family: Piece['family']): Promise<Piece[]> {
  const ranges = JSON.parse(await readFile(addressOf(family, 'unicode.json'), 'utf8')) as Record<
    string,
    string
  >;
  return Object.entries(ranges).map(([name, list]) => ({
    family,
    name: name.replace(/[[\]]/g, ''),
    ranges: list.split(',').map(rangeOf),
  }));
}

/** From `U+9f83` or `U+9f85-9f8d`. */
function rangeOf(text: string): [number, number] {
  const [from, to = from] = text.slice(2).split('-');
  return [Number.parseInt(from!, 16), Number.parseInt(to!, 16)];
}

function holds(ranges: Piece['ranges'], code: number): boolean {
  return ranges.some(([from, to]) => code >= from && code <= to);
}
