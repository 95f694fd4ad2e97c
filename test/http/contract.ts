/** Holds answers of the service against its own OpenAPI document. */

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
}

type Contract = (
  method: string,
  url: string,
  answer: { status: number; headers: Record<string, unknown>; body: unknown },
) => void;

/**
 * @returns a check that throws when the document has the address, but not this status, content type or body;
 *   addresses that the document does not have pass
 */
export function contractOf(given: object): Contract {
  const document = given as Document;
  const ajv = formats.default(new Ajv2020({ strict: false, allErrors: true, code: { optimize: false } }));
  ajv.addSchema({ $id: 'document', ...document });
  const paths = Object.keys(document.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  }));
  /** By the schema's text: most are of the same problems. */
  const validators = new Map<string, ValidateFunction | undefined>();
  return (method, url, { status, headers, body }) => {
    const found = paths.find(({ pattern }) => pattern.test(url.split('?')[0]!));
    const operation = found && document.paths[found.path]![method.toLowerCase()];
    if (!operation) return;
    const place = `${method} ${found.path} ${status}`;
    const code = [String(status), `${String(status)[0]}XX`].find((each) => operation.responses[each]);
    if (!code) throw new Error(`${place}: the document has no such status`);
    if (status === 204 || status === 304) return;
    const type = String(headers['content-type']).split(';')[0]!;
    const media = operation.responses[code]!.content?.[type];
    if (!media) throw new Error(`${place}: the document does not say that the answer is ${type}`);
    const pointer = ['paths', found.path, method.toLowerCase(), 'responses', code, 'content', type, 'schema'];
    const text = JSON.stringify(media.schema);
    const validate = validators.get(text) ?? ajv.getSchema(`document#/${pointer.map(escaped).join('/')}`);
    validators.set(text, validate);
    if (!validate) throw new Error(`${place}: no schema`);
    if (!validate(body)) throw new Error(`${place}: ${ajv.errorsText(validate.errors)}`);
  };
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
