/** All that an organisation can get out of the service, to be searched for what it must not know. */
import type { OrganisationKind } from '../../src/accounts/store.ts';
import { actFor } from '../../src/db/tenancy.ts';
import { type JsonSchema, sampleOf } from '../http/sample.ts';
import type { Party, TestService } from '../service.ts';
import { kindOf } from './fuzz/known.ts';

export interface Seen {
  /** Where it was seen: an address, or a table. */
  place: string;
  text: string;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: JsonSchema;
}

const ID = /\b([a-z]{3})_[0-9a-z]{26}\b/g;
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
/** More of a kind are alike. */
const MAX_IDS_A_KIND = 40;
const MAX_PATENTS = 2;

/**
 * Asks every GET operation, naming in its path every id that an answer told, until nothing new is told; then reads every
 * table as its requests may.
 */
export async function everythingSeenBy(
  service: TestService,
  party: Party & { kind: OrganisationKind },
): Promise<Seen[]> {
  const seen = new Map<string, string>();
  const ids = new Map<string, Set<string>>();
  const asked = new Set<string>();
  const { paths } = service.app.swagger() as unknown as {
    paths: Record<string, { get?: { parameters?: Parameter[] } }>;
  };
  for (let before = -1; before < asked.size; ) {
    before = asked.size;
    for (const [path, { get }] of Object.entries(paths)) {
      if (!get) continue;
      const parameters = get.parameters ?? [];
      for (const url of addressesOf(path, parameters, ids)) {
        if (asked.has(url)) continue;
        asked.add(url);
        const headers = { authorization: `Bearer ${party.key}` };
        const answer = await service.app.inject({ method: 'GET', url, headers });
        const text = `${JSON.stringify(answer.headers)} ${answer.body}`;
        seen.set(url, text);
        note(ids, text);
      }
    }
  }
  const rows = await rowsSeenBy(service, party);
  return [...[...seen].map(([place, text]) => ({ place, text })), ...rows];
}

/** Places at which any of the words stands, in whatever letters. */
export function leaksIn(seen: readonly Seen[], words: readonly string[]): string[] {
  return seen
    .filter(({ text }) => words.some((word) => text.toLowerCase().includes(word.toLowerCase())))
    .map(({ place }) => place);
}

function addressesOf(path: string, parameters: Parameter[], ids: Map<string, Set<string>>): string[] {
  const query = new URLSearchParams();
  for (const { name, in: place, required, schema } of parameters)
    if (place === 'query' && required) query.append(name, String(sampleOf(schema, 'x')));
  const end = query.size > 0 ? `?${query}` : '';
  return parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce(
      (urls, { name }) => {
        const known = [...(ids.get(kindOf({ path } as never, name)) ?? [])];
        return urls.flatMap((url) => known.map((id) => url.replace(`{${name}}`, id)));
      },
      [path],
    )
    .map((url) => url + end);
}

function note(ids: Map<string, Set<string>>, text: string): void {
  const add = (kind: string, id: string, most: number) => {
    const known = ids.get(kind) ?? new Set();
    if (known.size < most) known.add(id);
    ids.set(kind, known);
  };
  for (const [id, kind] of text.matchAll(ID)) add(kind!, id, MAX_IDS_A_KIND);
  for (const [id] of text.matchAll(UUID)) add('patent_id', id, MAX_PATENTS);
}

async function rowsSeenBy(
  { requests }: TestService,
  { id: organisation_id, kind }: Party & { kind: OrganisationKind },
): Promise<Seen[]> {
  return actFor({ organisation_id, kind }, () =>
    requests.transaction(async (tx) => {
      const tables = await tx<{ name: string }[]>`select relname as name from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and relname !~ '^patent|^signal$'
          and has_table_privilege(oid, 'select') order by 1`;
      const seen: Seen[] = [];
      for (const { name } of tables)
        for (const { text } of await tx.unsafe<{ text: string }[]>(
          `select ${name}::text as text from ${name}`,
        ))
          seen.push({ place: `table ${name}`, text });
      return seen;
    }),
  );
}
