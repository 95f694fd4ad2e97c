/** How what a browser sends of a form is read: fields by their names, a file as base64 with its own name beside it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../errors.ts';
import { say } from '../http/sentences.ts';

export function readForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, readParts);
}

/** A file `file` is the fields `file`, in base64, and `file_name`. */
async function readParts({ headers }: FastifyRequest, body: unknown): Promise<Record<string, string>> {
  const type = headers['content-type']!;
  const form = await new Response(body as Buffer<ArrayBuffer>, { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw new Problem('bad_request', say('form_unreadable'));
    });
  const fields: Record<string, string> = {};
  for (const [name, value] of form)
    if (typeof value === 'string') fields[name] = value;
    else {
      fields[name] = Buffer.from(await value.arrayBuffer()).toString('base64');
      fields[`${name}_name`] = value.name;
    }
  return fields;
}
