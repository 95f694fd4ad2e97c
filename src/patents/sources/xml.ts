/**
 * XML of strangers as a stream of opened and closed elements. Memory is bounded by the limits below; a document type
 * declaration, and with it every entity of one's own, is refused, while those of HTML are known without one.
 */
import type { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import { decode } from './decode.ts';
import { SourceFormatError } from './record.ts';
import { UNDECLARED_ENTITIES } from './xml-entities.ts';

/** The layouts read here are some seven deep. */
const MAX_ELEMENT_DEPTH = 64;
/** Text of one element, and markup between two events of the parser. */
const MAX_TEXT_CHARS = 65_536;
const MAX_TOKEN_CHARS = 1_048_576;

export type XmlToken =
  | { kind: 'open'; name: string; attributes: ReadonlyMap<string, string>; line: number }
  | { kind: 'close'; name: string; parent: string; text: string; line: number };

/**
 * Names are local names, without prefix. The text of a closed element is its own, without that of its children.
 * @throws {SourceFormatError} not well-formed, a DOCTYPE, an unknown entity, or a limit; with line and column
 */
export async function* readXml(input: Readable): AsyncGenerator<XmlToken> {
  const reader = new XmlReader();
  for await (const piece of decode(input)) yield* reader.write(piece);
  yield* reader.close();
}

class XmlReader {
  private readonly parser = new SaxesParser({ xmlns: true });
  private readonly open: { name: string; text: string }[] = [];
  private tokens: XmlToken[] = [];
  private last_position = 0;

  constructor() {
    const { parser } = this;
    Object.assign(parser.ENTITIES, UNDECLARED_ENTITIES);
    parser.on('error', (error) => this.fail(error.message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')));
    parser.on('doctype', () => this.fail('a document type declaration is not allowed'));
    parser.on('opentag', (tag) => {
      const attributes = new Map(Object.values(tag.attributes).map((a) => [a.local, a.value]));
      if (this.open.length === MAX_ELEMENT_DEPTH)
        this.fail(`elements are nested more than ${MAX_ELEMENT_DEPTH} deep`);
      this.open.push({ name: tag.local, text: '' });
      this.push({ kind: 'open', name: tag.local, attributes, line: parser.line });
    });
    parser.on('closetag', () => {
      const { name, text } = this.open.pop()!;
      const parent = this.open.at(-1)?.name ?? '';
      this.push({ kind: 'close', name, parent, text, line: parser.line });
    });
    parser.on('text', (text) => this.text(text));
    parser.on('cdata', (text) => this.text(text));
    parser.on('comment', () => this.mark());
    parser.on('processinginstruction', () => this.mark());
  }

  write(piece: string): XmlToken[] {
    this.tokens = [];
    this.parser.write(piece);
    if (this.parser.position - this.last_position > MAX_TOKEN_CHARS)
      this.fail(`one piece of markup is longer than ${MAX_TOKEN_CHARS} characters`);
    return this.tokens;
  }

  close(): XmlToken[] {
    this.tokens = [];
    this.parser.close();
    return this.tokens;
  }

  private push(token: XmlToken): void {
    this.tokens.push(token);
    this.mark();
  }

  private text(text: string): void {
    this.mark();
    const element = this.open.at(-1);
    // White space between the items of a long list is no text of the list.
    if (!element || (element.text === '' && text.trim() === '')) return;
    element.text += text;
    if (element.text.length > MAX_TEXT_CHARS)
      this.fail(`the text of ${element.name} is longer than ${MAX_TEXT_CHARS} characters`);
  }

  private mark(): void {
    this.last_position = this.parser.position;
  }

  private fail(rule: string): never {
    const { line, column } = this.parser;
    throw new SourceFormatError(
      `XML, line ${line}, column ${column}: ${rule}. Fetch the file again from its source.`,
    );
  }
}
