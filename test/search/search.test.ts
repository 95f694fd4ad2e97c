/** Patents found by what is known of them, in several scripts, and prior art held against hand-made judgements. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { reciprocalRanks } from '../../models/metrics/reciprocal-rank.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { patentId } from '../../src/patents/identity.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import type { AcceptedRecord } from '../../src/patents/sources/record.ts';
import { markEnded } from '../../src/search/derive.ts';
import { MAX_PHRASE_CANDIDATES, MAX_RANKED } from '../../src/search/find.ts';
import { mapRows } from '../../src/search/knowledge-map.ts';
import { priorArt } from '../../src/search/prior-art.ts';
import { SHARE_ENDS } from '../../src/search/sample.ts';
import { classLevels, indexedText, ownerWords, question } from '../../src/search/words.ts';
import { at, told } from '../jobs/setting.ts';
import { buildService } from '../service.ts';

const { call, bank_a, database } = await buildService(t);
const { sql } = database;
await deriveChanged(database, at('2024-01-01'));

type Listed = { patent_id: string; title: string | null; rank: number | null; legal_state: string };
interface Found {
  data: Listed[];
  next_cursor: string | null;
}

const find = async (asked: Record<string, string>) => {
  const answer = await call<Found>(bank_a.key, 'GET', `/v1/patents?${new URLSearchParams(asked)}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
};
const refused = async (asked: Record<string, string>) => {
  const answer = await call(bank_a.key, 'GET', `/v1/patents?${new URLSearchParams(asked)}`);
  return [answer.status, answer.body.detail.split(':')[0]];
};

const ALL = 1_000;
const { patents, queries } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'data', 'judged_prior_art.json'), 'utf8'),
) as { patents: string[][]; queries: string[][] };
const NAMES = new Map(patents.map(([name], place) => [name!, place]));
const numberOf = (name: string) => String(1_000_000 + NAMES.get(name)!);
const idOf = (name: string) => patentId('EP', `2000${numberOf(name)}`);

/** Filed one a day from 2001-01-01 on. */
const RECORDS: AcceptedRecord[] = patents.map(([name, title, abstract, classes, cited]) => {
  const day = new Date(Date.UTC(2001, 0, 1 + NAMES.get(name!)!)).toISOString().slice(0, 10);
  const symbols = classes!.split(' ');
  return {
    ...told(`2000${numberOf(name!)}`, { office: 'EP', title: title!, ipc: symbols, filed_on: day }),
    publication: { office: 'EP', number: numberOf(name!), kind: 'A1', published_on: '2003-01-01' },
    parties: [{ role: 'owner', name: `Firm ${name![0]!.toUpperCase()} Co., Ltd.`, country: null }],
    citations: cited === '' ? [] : [cites(cited!)],
    texts: [{ part: 'abstract', language: null, text: abstract! }],
  };
});

function cites(name: string) {
  const cited = { office: 'EP', number: numberOf(name), kind: 'A1' };
  const nothing = { cited_application: null, cited_reference: null, phase: null, by: null };
  return { cited, ...nothing, literature: false, categories: [] };
}

await ingestRecords(database, { id: 'judged', name: 'judged' }, RECORDS, at('2024-01-01'));
await deriveChanged(database, at('2024-01-01'));

t.test('a patent is found by any form of its numbers', async (t) => {
  for (const number of ['EP 1000000 A1', 'EP-1000000-A1', 'EP1000000'])
    t.same(
      (await find({ number })).data.map((one) => one.patent_id),
      [idOf('a1')],
      number,
    );
  t.same((await find({ number: 'CN00118464.4' })).data.length, 1);
  t.same((await find({ number: '00118464', office: 'CN' })).data.length, 1);
  t.same(await refused({ number: 'nonsense' }), [400, 'number']);
});

t.test('owner, class, field, state and dates each narrow the answer, and all together', async (t) => {
  const titles = async (asked: Record<string, string>) => (await find(asked)).data.map((one) => one.title);
  t.equal((await titles({ owner: 'FIRM A' })).length, 5);
  t.equal((await titles({ owner: 'firm a limited' })).length, 5, 'a legal form does not count');
  t.equal((await titles({ owner: 'nobody' })).length, 0);
  t.equal((await titles({ class: 'H01M4/38', office: 'EP' })).length, 3);
  t.equal((await titles({ class: 'h01m 4', office: 'EP' })).length, 3);
  t.equal((await titles({ class: 'H01M', office: 'EP' })).length, 4);
  t.same(await titles({ class: 'H01M', owner: 'firm a', filed_from: '2001-01-04', filed_to: '2001-01-04' }), [
    'Separator coated with ceramic particles',
  ]);
  t.equal(
    (await titles({ published_from: '2003-01-01', published_to: '2003-01-01', office: 'EP', class: 'H01M' }))
      .length,
    4,
  );
  const { data } = await find({ legal_state: 'lapsed', office: 'CN', limit: '200' });
  t.ok(data.length > 50 && data.every((one) => one.legal_state === 'lapsed'));
  t.same(await refused({ class: 'battery' }), [400, 'class']);
  t.same(await refused({ owner: '!?' }), [400, 'owner']);
});

t.test('words are found in every script, as written and however wide', async (t) => {
  const first = async (q: string) => (await find({ q })).data[0]?.patent_id;
  t.equal(await first('silicon batteries'), idOf('a1'), 'English endings do not count');
  t.equal(await first('硅碳负极'), idOf('a2'));
  t.equal(await first('负'), idOf('a2'), 'one character');
  t.equal(await first('ｓｉｌｉｃｏｎ anode'), idOf('a1'));
  t.equal(await first('ﾋｰﾄﾎﾟﾝﾌﾟ'), idOf('e2'), 'half-width kana');
  t.equal(await first('착유 로봇'), idOf('f4'));
  t.equal(await first('Wärmepumpe'), idOf('e3'));
  t.equal(await first('WÄRMEPUMPE'), idOf('e3'));
  t.equal(await first('碳硅'), undefined, 'the order of characters counts');
  t.notOk((await find({ q: 'drone -winch' })).data.some((one) => one.patent_id === idOf('b1')));
  t.same(await refused({ q: '!?' }), [400, 'q']);
  t.same(await refused({ sort: 'rank' }), [400, 'sort']);
  const both = (await find({ q: 'solar cell' })).data.map((one) => one.rank!);
  t.ok(both.length > 1 && both.every((rank, place) => place === 0 || rank <= both[place - 1]!));
});

t.test(
  'a phrase is found wherever its words stand together, and looked for in so many patents',
  async (t) => {
    const ids = async (q: string, more: Record<string, string> = {}) =>
      (await find({ q, limit: '200', ...more })).data.map(({ patent_id }) => patent_id).sort();
    const plain = async (q: string) =>
      (
        await sql<{ patent_id: string }[]>`select patent_id from patent_search
        where document @@ websearch_to_tsquery('english', ${question(q).text}) order by patent_id`
      ).map(({ patent_id }) => patent_id);
    const phrases = ['"solar cell"', '"cell solar"', '硅碳负极 or "heat pump"', 'drone -"tethered drone"'];
    for (const q of [...phrases, '"of the"']) {
      t.same(await ids(q), await plain(q), q);
      t.same(await ids(q, { sort: 'filed_on' }), await plain(q), `${q}, by day`);
    }
    await database.transaction(async (tx) => {
      // Both words in each, together in one of a hundred.
      await tx`insert into patent_search (patent_id, office, application_number, right_type, numbers, owners, owner_words,
        classes, class_levels, legal_state, document)
      select gen_random_uuid(), 'XX', 'common ' || n, 'invention', '{}', '{}', '{}', '{}', '{H01M}', 'unknown',
        to_tsvector('english', case when n % 100 = 0 then 'gadget widget' else 'widget gadget' end)
      from generate_series(1, ${MAX_PHRASE_CANDIDATES + 1}) n`;
    });
    t.same(await refused({ q: '"gadget widget"' }), [400, 'q']);
    t.same(await refused({ q: '"gadget widget"', sort: 'filed_on' }), [400, 'q']);
    t.equal((await find({ q: 'gadget widget' })).data.length, 50, 'as words they are ranked');
    t.equal((await find({ q: '"widget gadget"' })).data.length, 50, 'a phrase that most of them have, too');
    await sql`delete from patent_search where application_number = 'common 1'`;
    t.equal((await ids('"gadget widget"')).length, 100);
    await sql`delete from patent_search where office = 'XX'`;
  },
);

t.test(
  'what very many patents have is looked for in a share of them, and what few of these have in all',
  async (t) => {
    const [index] = await sql`select pg_get_expr(indpred, indrelid) as predicate from pg_index
    where indexrelid = 'patent_search_share'::regclass`;
    t.equal(
      index!.predicate,
      `(patent_id < '${SHARE_ENDS}'::uuid)`,
      'the share that is asked for is the one indexed',
    );
    const insert = (application: string, ids: string, texts: string, many: number) => sql`
    insert into patent_search (patent_id, office, application_number, right_type, numbers, owners, owner_words, classes,
      class_levels, legal_state, document)
    select ${sql.unsafe(ids)}::uuid, 'XX', ${application} || n, 'invention', '{}', '{}', '{}', '{}', '{}', 'unknown',
      to_tsvector('english', ${texts}) from generate_series(1, ${many}) n`;
    const inShare = `('00' || substr(md5(n::text), 3))`;
    const outside = `('ff' || substr(md5(n::text), 3))`;
    await insert('rare ', outside, 'sprocket flywheel', 10);
    await insert('common ', inShare, 'sprocket ratchet pawl lever chain', MAX_RANKED - 5);
    const all = async (q: string, more: Record<string, string> = {}) => {
      const found: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: Found = await find({ q, limit: '200', ...more, ...(cursor && { cursor }) });
        found.push(...page.data.map(({ patent_id }) => patent_id));
        cursor = page.next_cursor;
      }
      return found;
    };
    const of = (found: readonly string[], share: boolean) =>
      found.filter((id) => id < SHARE_ENDS === share).length;
    const both = await all('sprocket');
    t.same(
      [both.length, of(both, true)],
      [MAX_RANKED, MAX_RANKED - 5],
      'the share first, and others up to the limit',
    );
    t.ok(both[0]! > SHARE_ENDS, 'in one order');
    await insert('more ', inShare.replace('00', '01'), 'sprocket', 10);
    const few = await all('sprocket');
    t.same([few.length, of(few, true)], [MAX_RANKED, MAX_RANKED], 'the share alone, where it has enough');
    t.same(await all('sprocket'), few, 'and the same again');
    t.equal((await all('sprocket flywheel')).length, 10, 'what no patent of the share has is found');
    t.equal((await find({ q: 'sprocket', application_number: 'rare 3' })).data.length, 1);
    await sql`delete from patent_search where office = 'XX'`;
  },
);

t.test('pages put together are the whole list, in every order', async (t) => {
  for (const asked of [
    { q: 'a of in with -nothing', owner: 'firm' },
    { owner: 'firm', sort: 'filed_on' },
    { owner: 'firm', sort: 'published_on' },
    { office: 'EP' },
  ].map((each) => ('q' in each ? { q: 'noise or layer or camera', sort: 'rank' } : each))) {
    const whole = (await find({ ...asked, limit: '200' } as Record<string, string>)).data;
    const parts: Listed[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Found = await find({ ...asked, limit: '3', ...(cursor && { cursor }) } as Record<
        string,
        string
      >);
      parts.push(...page.data);
      cursor = page.next_cursor;
    }
    t.ok(whole.length > 5);
    t.same(
      parts.map((one) => one.patent_id),
      whole.map((one) => one.patent_id),
    );
  }
  t.same(await refused({ owner: 'firm', sort: 'filed_on', cursor: idOf('a1') }), [400, 'cursor']);
});

t.test('news is found once it is derived, and words that are gone are not counted', async (t) => {
  const record = told('201010000099.9', { title: 'Zymurgical fluxgate' });
  const store = (title: string, day: string) =>
    ingestRecords(
      database,
      { id: 'news', name: 'news' },
      [{ ...record, patent: { ...record.patent, title } }],
      at(day),
    );
  const documents = async (term: string) =>
    (await sql<{ documents: number }[]>`select documents from search_term where term = ${term}`)[0]
      ?.documents ?? 0;
  await store('Zymurgical fluxgate', '2024-01-02');
  await deriveChanged(database, at('2024-01-02'));
  t.equal((await find({ q: 'fluxgate' })).data.length, 1);
  t.equal(await documents('fluxgat'), 1);
  await store('Zymurgical vessel', '2024-01-03');
  await deriveChanged(database, at('2024-01-03'));
  t.equal((await find({ q: 'fluxgate' })).data.length, 0);
  t.equal(await documents('fluxgat'), 0);
  const [counted] = await sql`
    select (select count(*) from patent_search) as rows, (select documents from search_term where term = '') as told`;
  t.equal(counted!.rows, counted!.told);
  const wrong = await sql`
    select term from search_term where term <> '' and documents <> (
      select count(*) from patent_search where document @@ ('''' || replace(term, '''', '''''') || '''')::tsquery)`;
  t.same([...wrong], []);
});

t.test('a right whose term ends is shown as expired without any news', async (t) => {
  const [right] = await sql<{ patent_id: string; state_ends_on: string }[]>`
    select patent_id, state_ends_on from patent_search where state_ends_on > '2024-01-05' order by 2 limit 1`;
  if (!right) return void t.comment('no right in force has a term that ends later');
  const later = new Date(`${right.state_ends_on}T12:00:00Z`);
  await markEnded(sql, right.state_ends_on, later);
  await deriveChanged(database, later);
  const [row] = await sql`select legal_state from patent_search where patent_id = ${right.patent_id}`;
  t.equal(row!.legal_state, 'expired');
});

t.test('prior art tells its reasons and keeps to the day', async (t) => {
  interface Hit {
    patent: Listed;
    ranks: Record<string, number | null>;
    terms: string[];
    classes: string[];
    citations: { relation: string; patent_id: string | null }[];
  }
  const ask = (body: object) => call<{ data: Hit[] }>(bank_a.key, 'POST', '/v1/prior-art', body);
  const draft = { title: 'Winch of a drone', classes: ['B64D1/22'], cited: ['EP 1000005 A1'] };
  const { body } = await ask(draft);
  const hit = body.data.find(({ patent }) => patent.patent_id === idOf('b1'))!;
  t.match(hit, { ranks: { classes: 1 }, classes: ['B64D1/22'] });
  t.ok(hit.terms.includes('winch') && hit.ranks.text !== null);
  t.ok(hit.citations.some(({ relation }) => relation === 'cited_by_draft'));
  t.same((await ask(draft)).body, body, 'twice the same');
  const early = await ask({ ...draft, filed_before: '2001-01-07' });
  t.ok(early.body.data.some(({ patent }) => patent.patent_id === idOf('b1')));
  t.notOk(early.body.data.some(({ patent }) => patent.patent_id === idOf('b2')));
  t.equal((await ask({})).status, 400);
  t.equal((await ask({ classes: ['nonsense'] })).status, 400);
  t.equal((await ask({ title: 'x'.repeat(50_001) })).status, 400);
});

t.test('on the judged set, fused lists are no worse than words alone', async (t) => {
  const reciprocal = { text: 0, fused: 0 };
  for (const [title, classes, cited, relevant] of queries) {
    const wanted = new Set(relevant!.split(' ').map(idOf));
    const draft = { title: title!, abstract: '', claims: '', filed_before: null };
    const fused = await priorArt(
      sql,
      { ...draft, classes: classes!.split(' '), cited: cited === '' ? [] : [`P EP ${numberOf(cited!)}`] },
      ALL,
    );
    const by_text = fused
      .filter((one) => one.ranks.text !== null)
      .sort((a, b) => a.ranks.text! - b.ranks.text!);
    reciprocal.fused += rankOfEach(fused, wanted);
    reciprocal.text += rankOfEach(by_text, wanted);
  }
  const text = reciprocal.text / queries.length;
  const fused = reciprocal.fused / queries.length;
  t.comment(
    `mean reciprocal rank of every relevant patent, ${queries.length} queries: text ${text.toFixed(3)}, fused ${fused.toFixed(3)}`,
  );
  t.ok(fused >= text, `fused ${fused}, text ${text}`);
  t.ok(text > 0.3, 'words alone find something');
});

function rankOfEach(list: readonly { patent_id: string }[], wanted: ReadonlySet<string>): number {
  return reciprocalRanks(
    list.map(({ patent_id }) => patent_id),
    wanted,
  ).each;
}

t.test('words of a run are its pairs, and a text holds every question cut from it', async () => {
  t.equal(indexedText('电池组A1').trim().replace(/\s+/g, ' '), '电池 池组 组 a1');
  t.same(question('电池组 A1'), { text: '"电池 池组" a1', beginnings: [] });
  t.same(question('"电池组 A1"').text.replace(/\s+/g, ' '), '" 电池 池组 a1"');
  t.same(ownerWords('Ｘ.Ｙ. Müller GmbH & Co. KG'), ['xy', 'müller']);
  t.same(ownerWords('宁德时代新能源科技股份有限公司').slice(0, 2), ['宁德', '德时']);
  t.same(classLevels('H01M 10/052'), ['H', 'H01', 'H01M', 'H01M10', 'H01M10/052']);
  const han = fc.array(fc.integer({ min: 0x4e00, max: 0x9fff }), { minLength: 2, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(han, fc.nat(), fc.nat(), async (codes, from, length) => {
      const text = String.fromCodePoint(...codes);
      const start = from % (codes.length - 1);
      const part = text.slice(start, start + 2 + (length % (codes.length - start)));
      const [row] = await sql`select to_tsvector('english', ${indexedText(text)})
        @@ websearch_to_tsquery('english', ${question(part).text}) as found`;
      return row!.found === true;
    }),
    { numRuns: 50 },
  );
});

t.test('the knowledge map is kept up with every piece of news, and adds up', async (t) => {
  const kept = () => sql`select field, office, filing_year, owner, filings, grants, in_force, ended
    from knowledge_cell where filings > 0 order by 1, 3, 2, 4`;
  const counted = () => sql`${mapRows(sql, sql`where`)}`;
  const [any] = await kept();
  t.ok(any, 'there is a map');
  t.same(await kept(), await counted(), 'as counted anew');
  const moved = RECORDS.slice(0, 10).map((record) => ({
    ...record,
    patent: { ...record.patent, filed_on: '1999-03-04' },
    signals: [],
  }));
  await ingestRecords(database, { id: 'judged', name: 'moved' }, moved, at('2024-02-01'));
  await deriveChanged(database, at('2024-02-01'));
  t.same(await kept(), await counted(), 'and after news');
  interface Sums {
    filings: number;
    grants: number;
  }
  interface KnowledgeMap {
    total: Sums;
    cells: (Sums & { field: number | null; filing_year: number })[];
    owners: (Sums & { owner: string | null; fields: { filings: number }[] })[];
    other: Sums;
  }
  const map = async (query = '') =>
    (await call<KnowledgeMap>(bank_a.key, 'GET', `/v1/knowledge-map${query}`)).body;
  const sum = (of: readonly Sums[]) => of.reduce((total, { filings }) => total + filings, 0);
  const whole = await map('?owners=3');
  t.equal(whole.owners.length, 3);
  t.equal(sum(whole.cells), whole.total.filings);
  t.equal(sum(whole.owners) + whole.other.filings, whole.total.filings);
  for (const { filings, fields } of whole.owners) t.equal(sum(fields as Sums[]), filings);
  const { field, filing_year } = whole.cells.at(-1)!;
  const part = await map(`?fields=${field}&from_year=${filing_year}&to_year=${filing_year}`);
  t.same(part.cells, [whole.cells.at(-1)]);
  t.equal((await map('?office=XX')).total.filings, 0);
  t.equal((await call(bank_a.key, 'GET', '/v1/knowledge-map?from_year=2001&to_year=2000')).status, 422);
});

t.test('rows and answers are the same however patents are divided among derivations', async (t) => {
  const day = at('2024-03-01');
  const ids = (
    await sql<{ patent_id: string }[]>`select patent_id from patent order by md5(patent_id::text)`
  ).map((row) => row.patent_id);
  const derive = async (patent_ids: readonly string[]) => {
    await sql`insert into patent_change select unnest(${patent_ids as string[]}::uuid[]), ${day}::timestamptz`;
    t.equal(await deriveChanged(database, day), patent_ids.length);
  };
  const rows = () => sql`select * from patent_search order by patent_id`;
  const kept = async () => ({
    rows: [...(await rows())],
    terms: [...(await sql`select * from search_term where documents > 0 order by term`)],
    map: [
      ...(await sql`select * from knowledge_cell where filings > 0 order by field, filing_year, office, owner`),
    ],
    found: await Promise.all(
      [
        { q: 'camera or noise' },
        { q: '硅碳负极' },
        { owner: 'firm', sort: 'filed_on' },
        { class: 'H01M' },
      ].map((asked) => find(asked as Record<string, string>)),
    ),
    prior_art: await priorArt(
      sql,
      {
        ...{ title: 'Winch of a drone', abstract: 'A camera without noise', claims: '', filed_before: null },
        ...{ classes: ['B64D1/22'], cited: [] },
      },
      ALL,
    ),
  });
  const anew = async (...parts: (readonly string[])[]) => {
    await sql`truncate patent_search, search_term, knowledge_cell, patent_change`;
    for (const part of parts) await derive(part);
    return kept();
  };
  const at_once = await anew(ids);
  t.ok(at_once.rows.length > 1_000 && at_once.prior_art.length > 5);
  const one_by_one = ids.slice(0, 40).map((id) => [id]);
  t.same(await anew(...one_by_one, ids.slice(40, 700), ids.slice(700)), at_once);

  const versions = () => sql`select patent_id, xmin::text from patent_search order by patent_id`;
  const before = [...(await versions())];
  await derive(ids);
  t.same([...(await versions())], before, 'a row that stays as it was is not written again');
  t.same(await kept(), at_once, 'and nothing is counted twice');
});
