/** Forms of files and long texts: one that is larger than what is read of it is told its limit beside its field. */
import type { IncomingMessage } from 'node:http';
import type { Sentence } from '../../models/sentences.ts';
import { fieldFault, Problem } from '../errors.ts';
import { say } from './sentences.ts';

export interface LargeForm {
  /** What is read of a body. */
  body_bytes: number;
  /** Of its files, or of all that is sent where it has none; a browser that runs scripts sends no more. */
  limit_bytes: number;
  /** That holds the most. */
  field: string;
}

const MEBIBYTE = 1_048_576;
/** A browser shows no answer that comes while it still sends; beyond this the connection ends. */
const MAX_PASSED_BYTES = 64 * MEBIBYTE;

export function tooLarge({ limit_bytes }: LargeForm): Sentence {
  return say('form_too_large', { size: limit_bytes / MEBIBYTE });
}

/** Honest about what was typed: nobody has read it. */
export function unread(large: LargeForm): Problem {
  const sentence = say('form_unread', { too_large: tooLarge(large) });
  return new Problem('body_too_large', sentence, [fieldFault(`/body/${large.field}`, sentence)]);
}

/** Lets the rest of a body go by, kept nowhere. */
export function letPass(raw: IncomingMessage): Promise<void> {
  return new Promise((done) => {
    let bytes = 0;
    raw.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > MAX_PASSED_BYTES) done();
    });
    raw.once('close', done);
    raw.once('end', done);
    raw.resume();
  });
}
