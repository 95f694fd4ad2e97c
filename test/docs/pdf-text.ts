/** Reads what a PDF of the house says, by the characters that its faces name: enough to hold a report against its figures. */
import { inflateSync } from 'node:zlib';

interface Thing {
  head: string;
  stream: string;
}

const numbersIn = (text: string) => [...text.matchAll(/(\d+) 0 R/g)].map(([, number]) => Number(number));

export function thingsOf(pdf: Buffer): Map<number, Thing> {
  const text = pdf.toString('latin1');
  const found = text.matchAll(/^(\d+) 0 obj\n([\s\S]*?)\nendobj$/gm);
  return new Map([...found].map(([, number, body]) => [Number(number), thingOf(body!)]));
}

function thingOf(body: string): Thing {
  const at = body.indexOf('\nstream\n');
  if (at < 0) return { head: body, stream: '' };
  const head = body.slice(0, at);
  const bytes = Buffer.from(body.slice(at + '\nstream\n'.length, body.lastIndexOf('\nendstream')), 'latin1');
  return { head, stream: (head.includes('/FlateDecode') ? inflateSync(bytes) : bytes).toString('latin1') };
}

/** The text of each page, a run after the other in the order of drawing. */
export function pageTexts(pdf: Buffer): string[] {
  const things = thingsOf(pdf);
  const kids = [...things.values()].find(({ head }) => /\/Type \/Pages\b/.test(head))!.head;
  return numbersIn(/\/Kids \[(.*?)\]/s.exec(kids)![1]!).map((number) => pageText(things, number));
}

function pageText(things: Map<number, Thing>, number: number): string {
  const { head } = things.get(number)!;
  const entry = (name: string) => numbersIn(new RegExp(`/${name} (\\[?\\d+ 0 R)`).exec(head)![1]!)[0]!;
  const fonts = /\/Font <<(.*?)>>/s.exec(things.get(entry('Resources'))!.head)![1]!;
  const maps = new Map(
    [...fonts.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, font]) => [name!, mapOf(things, Number(font))]),
  );
  let map = new Map<string, string>();
  const marks = /\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g;
  return [...things.get(entry('Contents'))!.stream.matchAll(marks)]
    .map(([, font, shown]) => {
      if (font) map = maps.get(font)!;
      return [...(shown ?? '').matchAll(/<([0-9a-f]+)>/g)]
        .flatMap(([, glyphs]) => glyphs!.match(/.{4}/g)!)
        .map((glyph) => map.get(glyph)!)
        .join('');
    })
    .join('');
}

/** From glyph to characters, both as the file writes them. */
function mapOf(things: Map<number, Thing>, font: number): Map<string, string> {
  const [number] = numbersIn(/\/ToUnicode (\d+ 0 R)/.exec(things.get(font)!.head)![1]!);
  const ranges = things.get(number!)!.stream.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g);
  return new Map(
    [...ranges].flatMap(([, first, texts]) =>
      [...texts!.matchAll(/<([0-9a-f ]*)>/g)].map(([, units], index): [string, string] => [
        (Number.parseInt(first!, 16) + index).toString(16).padStart(4, '0'),
        Buffer.from(units!.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'),
      ]),
    ),
  );
}
