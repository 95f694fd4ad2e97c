/** Parts of a draft that come as files: text, and nothing that only a word processor reads. */
import type { Sentence } from '../../../models/sentences.ts';
import { fieldFault, Problem } from '../../errors.ts';
import { say } from '../sentences.ts';

const TEXT_FILE = /\.(txt|md)$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** @throws Problem `refused` for a file of another kind */
export function textOfFile(name: string, content_base64: string): string {
  const refuse = (field: string, fault: Sentence): never => {
    throw new Problem('refused', say('draft_file_refused', { fault }), [fieldFault(`/body/${field}`, fault)]);
  };
  if (!TEXT_FILE.test(name)) refuse('name', say('draft_file_no_text', { name }));
  if (!BASE64.test(content_base64)) refuse('content_base64', say('draft_file_no_base64'));
  const bytes = Buffer.from(content_base64, 'base64');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text.replaceAll('\r\n', '\n');
  } catch {
    // What follows says it.
  }
  return refuse('content_base64', say('draft_file_no_utf8', { name }));
}
