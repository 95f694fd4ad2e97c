/** A product that staff have certified, and a lot of marks of it. */
import { mulberry32 } from '../models/random.ts';
import type { Party, TestService } from './service.ts';

export interface Printed {
  serial: string;
  /** The whole address. */
  uri: string;
  claim_code: string;
}

export async function certifiedProduct(
  { call, staff }: Pick<TestService, 'call' | 'staff'>,
  owner: Party,
  patent_ids: readonly string[],
  more: object = {},
): Promise<string> {
  const product = { name: 'Pump', territory: ['CN'], patent_ids, ...more };
  const { status, body, text } = await call<{ id: string }>(
    owner.key,
    'POST',
    '/v1/marking/products',
    product,
  );
  if (status !== 201) throw new Error(text);
  const decided = { decision: 'certified', note: 'seen' };
  await call(staff.key, 'POST', `/v1/marking/products/${body.id}/certification`, decided);
  return body.id;
}

export async function lotOf(
  { call }: Pick<TestService, 'call'>,
  owner: Party,
  product_id: string,
  code: string,
  marks = 100,
): Promise<string> {
  const lot = { code, marks };
  const { status, body, text } = await call<{ id: string }>(
    owner.key,
    'POST',
    `/v1/marking/products/${product_id}/lots`,
    lot,
  );
  if (status !== 201) throw new Error(text);
  return body.id;
}

export async function printedMarks(
  { app }: Pick<TestService, 'app'>,
  owner: Party,
  lot_id: string,
  count = 100,
): Promise<Printed[]> {
  const url = `/v1/marking/lots/${lot_id}/marks?count=${count}`;
  const { body } = await app.inject({ url, headers: { authorization: `Bearer ${owner.key}` } });
  const [head, ...rows] = body.trimEnd().split('\n');
  if (head !== 'serial,mark,claim_code') throw new Error(body);
  return rows.map((row) => {
    const [serial, uri, claim_code] = row.split(',');
    return { serial: serial!, uri: uri!, claim_code: claim_code! };
  });
}

/** Marks as forgers might make them: changed, cut, lengthened, put together from two, and made up. None is one of the real ones. */
export function forgeries(real: readonly string[], count: number, seed: number): string[] {
  const random = mulberry32(seed);
  const below = (most: number) => Math.floor(random() * most);
  const letters = 'ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz0123456789-_';
  const text = (length: number) => Array.from({ length }, () => letters[below(letters.length)]).join('');
  const one = () => real[below(real.length)]!;
  const ways: (() => string)[] = [
    () => {
      const mark = one();
      const at = mark.indexOf('/', 'https://'.length) + 1 + below(mark.length - 60);
      return mark.slice(0, at) + text(1) + mark.slice(at + 1);
    },
    () => one().slice(0, -1 - below(120)),
    () => one() + text(1 + below(2_000)),
    () => one().slice(0, -90) + one().slice(-90),
    () => `/m/AQAB${text(107)}`,
    () =>
      one()
        .replace(/\/21\/\w+/, `/21/${text(16).toUpperCase()}`)
        .replace(/\/m\/.{30}/, `/m/${text(30)}`),
  ];
  const known = new Set(real);
  const made: string[] = [];
  while (made.length < count) {
    const forged = ways[made.length % ways.length]!();
    if (!known.has(forged)) made.push(forged);
  }
  return made;
}
