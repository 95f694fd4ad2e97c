/** Elements of an XML file as small trees, one at a time: for layouts in which a record is some kilobytes. */
import type { Readable } from 'node:stream';
import { RejectedField } from './record.ts';
import { readXml } from './xml.ts';

/** Text and attributes of one tree; the longest known dossier has some fifty thousand characters. */
const MAX_TREE_CHARS = 1_048_576;
/** What an element costs beside its text. */
const ELEMENT_CHARS = 32;

export interface XmlElement {
  name: string;
  line: number;
  attributes: ReadonlyMap<string, string>;
  /** Its own, with single spaces. */
  text: string;
  children: XmlElement[];
}

export interface XmlTree {
  root: XmlElement;
  /** Beyond the limit nothing more was kept. */
  over: boolean;
  /** Some text was not in the encoding of the file. */
  damaged: boolean;
}

/** @throws {SourceFormatError} see `readXml` */
export async function* readXmlTrees(input: Readable, name: string): AsyncGenerator<XmlTree> {
  const open: XmlElement[] = [];
  let chars = 0;
  let damaged = false;
  /** Elements that are open beyond the limit. */
  let skipped = 0;
  for await (const token of readXml(input)) {
    if (open.length === 0 && token.name !== name) continue;
    if (token.kind === 'open') {
      if (open.length === 0) [chars, damaged, skipped] = [0, false, 0];
      chars += ELEMENT_CHARS + [...token.attributes.values()].reduce((sum, value) => sum + value.length, 0);
      if (chars > MAX_TREE_CHARS && open.length > 0) skipped += 1;
      else
        open.push({
          name: token.name,
          line: token.line,
          attributes: token.attributes,
          text: '',
          children: [],
        });
    } else if (skipped > 0) skipped -= 1;
    else {
      const element = open.pop()!;
      chars += token.text.length;
      damaged ||= token.text.includes('\uFFFD');
      if (chars <= MAX_TREE_CHARS) element.text = token.text.replace(/\s+/g, ' ').trim();
      const parent = open.at(-1);
      if (parent) parent.children.push(element);
      else yield { root: element, over: chars > MAX_TREE_CHARS, damaged };
    }
  }
}

/** @throws {RejectedField} the tree is longer than the limit or damaged */
export function requireWhole({ root, over, damaged }: XmlTree): XmlElement {
  if (over) throw new RejectedField(root.name, `longer than ${MAX_TREE_CHARS} characters`, 'too_long');
  if (damaged) throw new RejectedField(root.name, 'not UTF-8', 'encoding');
  return root;
}

/** @param path names of elements with slashes between */
export function elementsAt(element: XmlElement, path: string): XmlElement[] {
  return path
    .split('/')
    .reduce(
      (found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)),
      [element],
    );
}

/** Of the first element there; empty where there is none. */
export function textAt(element: XmlElement, path: string): string {
  return elementsAt(element, path)[0]?.text ?? '';
}
