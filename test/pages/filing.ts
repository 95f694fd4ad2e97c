/** Filing in the browser: from a draft to a watched patent, with an agency and a package on the way. */
import assert from 'node:assert/strict';
import { deriveChanged } from '../../src/patents/derived.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import { told } from '../jobs/setting.ts';
import type { TestService } from '../service.ts';
import type { Journey, Role } from './journeys.ts';
import { enter, signIn, type Visitor } from './visitor.ts';

export interface FilingWorld {
  draft_id: string;
  search_id: string;
  application_id: string;
}

const TEXT = {
  title: 'Sieve for rice',
  claims: '1. A sieve comprising a drum and a brush in the drum.\n2. The sieve according to claim 4.',
  description: 'Technical Field\nThe invention is about sieves. A sieve has a drum and a brush in the drum.',
  abstract: 'A drum with a brush in it.',
  classes: ['A01J5/017'],
};
const DOCUMENT = 'A sieve has a drum of wire. A brush in the drum keeps it clean.';

export async function buildFiling({
  call,
  database,
  clock,
  firm_a,
  staff,
  agency,
}: TestService): Promise<FilingWorld> {
  const now = clock.now();
  const known = {
    ...told('20001000009', {
      office: 'EP',
      title: 'Sieve with brush',
      ipc: ['A01J5/017'],
      filed_on: '2001-02-03',
    }),
    publication: { office: 'EP', number: '1000009', kind: 'A1', published_on: '2003-01-01' },
    texts: [{ part: 'abstract' as const, language: 'en', text: DOCUMENT }],
  };
  await ingestRecords(database, { id: 'texts', name: 'sieves' }, [known], now);
  await deriveChanged(database, now);
  const post = async (url: string, body: object, key = firm_a.key) => {
    const answer = await call<{ id: string; draft?: { id: string } }>(key, 'POST', url, body);
    if (answer.status !== 201) throw new Error(`${url}: ${answer.text}`);
    return answer.body;
  };
  const kind = { reference: 'Sieve', form: 'CN', right_type: 'invention', language: 'en' };
  const { draft } = await post('/v1/filing/drafts', { ...kind, ...TEXT });
  const url = `/v1/filing/drafts/${draft!.id}`;
  await post(`${url}/versions`, { after: 1, ...TEXT, abstract: 'A drum holds a brush.', note: 'shorter' });
  await post(`${url}/versions/2/checks`, {});
  await post(`${url}/comments`, { version: 2, part: 'claims', claim: 2, body: 'Which claim is meant?' });
  const search = await post(`${url}/searches`, {});
  await post(`${url}/searches/${search.id}/score`, {});
  const application = await post(`${url}/applications`, { office: 'CN' });
  const of_application = `/v1/filing/applications/${application.id}`;
  const number = '200910100009';
  await post(`${of_application}/steps`, {
    to: 'filed',
    happened_on: '2009-06-01',
    application_number: number,
  });
  const letter = {
    kind: 'other',
    issued_on: '2009-11-02',
    term_months: 6,
    content: 'Claim 2 names no claim.',
  };
  await post(`${of_application}/office-actions`, letter);
  const entry = {
    licence_number: 'CN-11001',
    register_names: ['Agency'],
    offices: ['CN'],
    languages: ['en', 'zh'],
    about: 'Machines for food.',
  };
  await call(agency.key, 'PUT', '/v1/agencies/own', entry);
  await call(staff.key, 'POST', `/v1/agencies/${agency.id}/decisions`, {
    state: 'admitted',
    reason: 'licence seen',
  });
  return { draft_id: draft!.id, search_id: search.id, application_id: application.id };
}

export function filingPagesOf({ draft_id, search_id, application_id }: FilingWorld): {
  name: string;
  role: Role;
  address: string;
}[] {
  const draft = `/filing/drafts/${draft_id}`;
  return [
    { name: 'filing', role: 'firm_a', address: '/filing' },
    { name: 'draft', role: 'firm_a', address: draft },
    { name: 'versions compared', role: 'firm_a', address: `${draft}/difference?from=1&to=2` },
    { name: 'searches', role: 'firm_a', address: `${draft}/prior-art` },
    { name: 'novelty matrix', role: 'firm_a', address: `${draft}/prior-art/${search_id}` },
    { name: 'application', role: 'firm_a', address: `/filing/applications/${application_id}` },
    { name: 'application for staff', role: 'staff', address: `/filing/applications/${application_id}` },
  ];
}

let references = 0;

const button = ({ page, words }: Visitor, name: Parameters<Visitor['words']['say']>[0]) =>
  page.locator('main').getByRole('button', { name: words.say(name), exact: true });

/** Fills in days and sends the form of a step. */
async function record({ page }: Visitor, to: string, on: string, number?: string): Promise<void> {
  await page.locator('#step select[name=to]').selectOption(to);
  await page.locator('#step input[name=happened_on]').fill(on);
  if (number !== undefined) await page.locator('#application_number').fill(number);
  await page.locator('#step button').click();
}

export const FILING_JOURNEYS: readonly Journey[] = [
  {
    name: 'writes a draft, has it checked and searched for, engages an agency, packs it, and watches what is granted',
    role: 'firm_a',
    async walk(visitor, world) {
      const { page, words, go } = visitor;
      const { service } = world;
      const email = await world.newPerson('firm_a');
      await signIn(visitor, email);
      await enter(visitor, 'nav.filing');
      const reference = `Sieve ${++references}`;
      await page.locator('#reference').fill(reference);
      await page.locator('#begin select[name=language]').selectOption('en');
      await button(visitor, 'filing.begin').click();
      await page.locator('#claims').fill(TEXT.claims);
      for (const part of ['title', 'description', 'abstract'] as const)
        await page.locator(`#${part}`).fill(TEXT[part]);
      await page.locator('#classes').fill('rice');
      await button(visitor, 'filing.save').click();
      await page.locator('.refusal').waitFor();
      assert.equal(await page.locator('#claims').inputValue(), TEXT.claims, 'what was typed is kept');
      await page.locator('#classes').fill('A01J5/017');
      await button(visitor, 'filing.save').click();
      await page.locator('a[href*="difference?from=1&to=2"]').waitFor();
      const address = new URL(page.url()).pathname;

      await button(visitor, 'filing.check').click();
      await page.locator('.findings').first().waitFor();
      const second = page.locator('#checks tbody tr').nth(1);
      assert.match(await second.innerText(), /claim 4/, 'beside the claim that it is about');
      await page.locator('#claims').fill(TEXT.claims.replace('claim 4', 'claim 1'));
      await button(visitor, 'filing.save').click();
      await page.locator('a[href*="difference?from=2&to=3"]').waitFor();

      await page
        .locator('.heading')
        .getByRole('link', { name: words.say('filing.prior_art'), exact: true })
        .click();
      await button(visitor, 'filing.search').click();
      await page.locator('#matrix .verdict-disclosed').first().waitFor();
      await page.locator('#matrix summary').first().click();
      assert.match(await page.locator('#matrix .quotes').first().innerText(), /brush in the drum/);
      await button(visitor, 'filing.make_score').click();
      await page.locator('#score .facts').first().waitFor();
      await button(visitor, 'filing.repeat').click();
      await page.getByText(words.say('filing.repeat_same')).waitFor();

      const engagement = await engage(visitor, service.agency.id, reference);
      await page.locator('form[action="/sign-out"] button').click();
      await page.locator('.opening').waitFor();
      await signIn(visitor, await world.newPerson('agency'));
      await go(engagement);
      await button(visitor, 'engagement_step.accepted').click();
      await go(address);
      await page.locator('#comments textarea').fill('Name the brush in claim 1.');
      await button(visitor, 'filing.add_comment').click();
      await page.locator('#comments tbody tr').waitFor();
      assert.equal(await page.locator('#text textarea').count(), 0, 'an agency does not write');
      await page.locator('form[action="/sign-out"] button').click();
      await page.locator('.opening').waitFor();

      await signIn(visitor, email);
      await go(address);
      await button(visitor, 'filing.resolve').click();
      await page
        .getByText(words.say('filing.resolved', { at: '' }).trim())
        .first()
        .waitFor();
      await page
        .locator('.heading')
        .getByRole('link', { name: words.say('package.title'), exact: true })
        .click();
      await page.locator('input[name=despite_errors]').check();
      await button(visitor, 'package.make').click();
      await page.locator('a[href$="/archive"]').waitFor();

      await go(address);
      await button(visitor, 'filing.prepare').click();
      const number = await world.newNumber();
      await record(visitor, 'filed', '2009-11-02', 'CN 12');
      await page.locator('.refusal').waitFor();
      await record(visitor, 'filed', '2009-11-02', number);
      await page.locator('#deadlines tbody tr').first().waitFor();
      assert.ok((await page.locator('#fees tbody tr').count()) >= 2);
      await record(visitor, 'granted', '2009-12-01');
      await page.getByText(words.say('application.granted'), { exact: true }).first().waitFor();
      await page.locator('.facts a[href^="/patents/"]').click();
      await page.locator('h1').waitFor();
    },
  },
  {
    name: 'comes late with a draft, is told what changed meanwhile, and loses nothing',
    role: 'firm_a',
    async walk(visitor, world) {
      const { page, words } = visitor;
      const { call, firm_a } = world.service;
      const kind = { reference: `Late ${++references}`, form: 'EP', right_type: 'invention', language: 'en' };
      const { body } = await call<{ draft: { id: string } }>(firm_a.key, 'POST', '/v1/filing/drafts', {
        ...kind,
        ...TEXT,
      });
      const { id } = body.draft;
      await signIn(visitor, await world.newPerson('firm_a'));
      await visitor.go(`/filing/drafts/${id}`);
      const other = { ...TEXT, after: 1, abstract: 'Another wrote this.' };
      await call(firm_a.key, 'POST', `/v1/filing/drafts/${id}/versions`, other);
      await page.locator('#title').fill('My own title');
      await button(visitor, 'filing.save').click();
      await page.locator('#since').waitFor();
      assert.match(await page.locator('#since ins').innerText(), /Another wrote this/);
      assert.equal(await page.locator('#title').inputValue(), 'My own title');
      await page.locator('#abstract').fill('Another wrote this.');
      await button(visitor, 'filing.save').click();
      await page
        .getByText(words.say('filing.version_of', { version: 3 }))
        .first()
        .waitFor();
    },
  },
];

/** Chooses the agency of the directory for the latest draft. @returns the address of the engagement */
async function engage(visitor: Visitor, agency_id: string, reference: string): Promise<string> {
  const { page, words } = visitor;
  await visitor.go(`/filing/agencies/${agency_id}`);
  const draft = page.locator('select[name=draft_id] option', { hasText: reference }).first();
  const value = (await draft.getAttribute('value'))!;
  await visitor.go(`/filing/agencies/${agency_id}?draft_id=${value}`);
  await page.locator('#instruction').fill('Look through the claims, please.');
  const accept = page.locator('input[name=accepted]');
  if ((await accept.count()) > 0) await accept.check();
  await page
    .locator('main')
    .getByRole('button', { name: words.say('agency.instruct'), exact: true })
    .click();
  await page.waitForURL(/\/filing\/engagements\//);
  return new URL(page.url()).pathname;
}
