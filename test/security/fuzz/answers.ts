/** What may be wrong with an answer. */
import { contractOf } from '../../http/contract.ts';

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

export interface Fault {
  kind: 'server_error' | 'undeclared' | 'leak';
  what: string;
}

/** What a process tells of its inside: stack, files, SQL, the database's own messages. */
const LEAKS: readonly RegExp[] = [
  /(\n|\\n)\s+at .+:\d+:\d+/,
  /\bnode:internal\b|\bnode_modules\b|\bfile:\/\/|\/[\w.-]+\.(ts|mjs|cjs|js)\b/,
  /\b(select|delete)\b[^"]{0,200}\bfrom\b[^"]{0,200}\bwhere\b|\binsert into \w+|\bupdate \w+ set\b/i,
  /PostgresError|syntax error at|violates \S+ constraint|relation \\?"|invalid input (syntax|value)|invalid byte sequence|out of range for type|ECONN|TypeError|RangeError/,
  /pwk_[0-9a-f]{16}_[\w-]{43}/,
];
/** The answers that show a new key. */
const SHOW_KEYS = ['createKey', 'rotateKey'];

/** @returns the first thing that is wrong, or null */
export function judgeOf(document: object) {
  const contract = contractOf(document);
  return (operation_id: string, method: string, address: string, answer: Answer): Fault | null => {
    const { status, headers, text } = answer;
    const type = String(headers['content-type'] ?? '').split(';')[0]!;
    if (status >= 500) return { kind: 'server_error', what: `${status} ${text.slice(0, 300)}` };
    const leak = LEAKS.find((pattern) => pattern.test(text))?.exec(text);
    const is_shown_key = SHOW_KEYS.includes(operation_id) && status === 201;
    if (leak && !is_shown_key) return { kind: 'leak', what: leak[0].slice(0, 300) };
    if (method === 'HEAD') return null;
    if (status >= 400 && type !== 'application/problem+json')
      return { kind: 'undeclared', what: `${status} as ${type || 'nothing'}: ${text.slice(0, 300)}` };
    try {
      const body = /^application\/(problem\+)?json$/.test(type) && text !== '' ? JSON.parse(text) : text;
      contract(method, address, { status, headers, body });
      return null;
    } catch (error) {
      return { kind: 'undeclared', what: (error as Error).message };
    }
  };
}
