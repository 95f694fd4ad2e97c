/** Parts of a draft that come as files: text, and nothing that only a word processor reads. */
import { Problem } from '../../errors.ts';

const TEXT_FILE = /\.(txt|md)$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** @throws Problem `refused` for a file of another kind */
export function textOfFile(name: string, content_base64: string): string {
  const refuse = (pointer: string, detail: string): never => {
    throw new Problem('refused', `The file was not taken: ${detail}.`, [
      { pointer: `/body/${pointer}`, detail },
    ]);
  };
  if (!TEXT_FILE.test(name))
    refuse('name', `${name} is no text file; save the text as .txt or .md in UTF-8 and send that`);
  if (!BASE64.test(content_base64))
    refuse(
      'content_base64',
      'it is no base64; encode the bytes of the file with padding and without line breaks',
    );
  const bytes = Buffer.from(content_base64, 'base64');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text.replaceAll('\r\n', '\n');
  } catch {
    // What follows says it.
  }
  return refuse(
    'content_base64',
    `${name} is no text in UTF-8; save the text as .txt in UTF-8 and send that`,
  );
}
