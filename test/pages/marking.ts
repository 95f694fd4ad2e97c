/** Marks: from a product to whoever scans it, and the pages on the way. */
import assert from 'node:assert/strict';
import { MODULE_DERIVATIONS } from '../../src/modules.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import { patentRecord } from '../../src/patents/sources/record.ts';
import { certifiedProduct, lotOf, printedMarks } from '../marks.ts';
import type { TestService } from '../service.ts';
import type { Journey, Role } from './journeys.ts';
import { NARROW, signIn, type Visitor, WIDE } from './visitor.ts';

export interface Marked {
  /** Certified, with a lot. */
  product_id: string;
  /** Not decided yet. */
  waiting_id: string;
  /** Paths of marks: one that was seen in two places, and one that is claimed. */
  doubted: string;
  claimed: string;
}

const SCANNED_IN = ['CN-GD', 'US-CA', 'CN-ZJ', 'RU-MOW', 'CN-SC', 'DE-BE', 'CN-JS', 'RU-SPE'];
const DAYS_BETWEEN = 6;

/** With marks that were scanned, copied and claimed. */
export async function markSome(service: TestService): Promise<Marked> {
  const { app, call, clock, firm_a } = service;
  const product_id = await certifiedProduct(service, firm_a, [service.takePatent(), service.takePatent()]);
  const [doubted, copied, claimed] = await printedMarks(
    service,
    firm_a,
    await lotOf(service, firm_a, product_id, 'LOT-1', 50),
    3,
  );
  const now = clock.now();
  const scan = (uri: string, place: string) =>
    app.inject({ url: pathOf(uri), headers: { 'scan-place': place } });
  for (const place of ['CN-GD', 'RU-MOW']) await scan(doubted!.uri, place);
  for (const [n, place] of SCANNED_IN.entries()) {
    clock.set(new Date(now.getTime() - (SCANNED_IN.length - n) * DAYS_BETWEEN * 86_400_000));
    await scan(copied!.uri, place);
  }
  clock.set(now);
  await call(null, 'POST', '/v1/marks/claims', {
    mark: claimed!.uri,
    code: claimed!.claim_code,
    place: 'CN-GD',
  });
  const waiting = { name: 'Valve', territory: [], patent_ids: [service.takePatent()] };
  const { body } = await call<{ id: string }>(firm_a.key, 'POST', '/v1/marking/products', waiting);
  return { product_id, waiting_id: body.id, doubted: pathOf(doubted!.uri), claimed: pathOf(claimed!.uri) };
}

function pathOf(uri: string): string {
  return uri.replace(/^https?:\/\/[^/]+/, '');
}

/** A source tells that the right was not kept up. */
async function lapse({ database, clock }: TestService, patent_id: string): Promise<void> {
  const [row] = await database.sql<{ office: string; application_number: string; right_type: 'invention' }[]>`
    select office, application_number, right_type from patent where patent_id = ${patent_id}`;
  const today = clock.now().toISOString().slice(0, 10);
  const told = { kind: 'lapsed', category: 'H', source_code: 'lapsed', detail: {} } as const;
  const record = {
    ok: true,
    line: 1,
    patent: patentRecord(row!),
    signals: [{ ...told, effective_on: today, published_on: today }],
  } as const;
  await ingestRecords(database, { id: 'cnipa-notices', name: 'lapse.csv' }, [record as never], clock.now());
  await deriveChanged(database, clock.now(), MODULE_DERIVATIONS);
}

async function become(visitor: Visitor, email: string): Promise<void> {
  await visitor.page.getByRole('button', { name: visitor.words.say('sign_in.out') }).click();
  await visitor.page.locator('.opening').waitFor();
  await signIn(visitor, email);
}

const resultOf = async ({ page, go }: Visitor, address: string) => {
  assert.equal(await go(address), 200);
  return page.locator('main h1').innerText();
};

export const MARKING_JOURNEYS: readonly Journey[] = [
  {
    name: 'marks a product, has it certified, prints labels, scans it and a copy of it, and loses a patent',
    role: 'firm_a',
    async walk(visitor, { newPerson, service }) {
      const { page, words, go } = visitor;
      const firm = await newPerson('firm_a');
      const staff = await newPerson('staff');
      const patents = [service.takePatent(), service.takePatent()] as const;
      await signIn(visitor, firm);
      await go('/marking');
      await page.locator('#submit input[name=name]').fill('Pump X200');
      await page.locator('#submit input[name=territory]').fill('cn');
      await page.locator('#submit button').click();
      await page.locator('.refusal').waitFor();
      assert.equal(await page.locator('#submit input[name=name]').inputValue(), 'Pump X200', 'it is kept');
      await page.locator('#patents').fill(patents.join('\n'));
      await page.locator('#submit button').click();
      await page.waitForURL(/\/marking\/mpr_/);
      const product = new URL(page.url()).pathname;

      await become(visitor, staff);
      await go('/marking');
      await page.locator(`a[href="${product}"]`).first().click();
      await page.locator('input[name=note]').fill('the deeds were shown');
      await page.locator('button[value=certified]').click();
      await page.getByText('the deeds were shown').waitFor();

      await become(visitor, firm);
      await go(product);
      await page.locator('input[name=code]').fill('LOT-7');
      await page.locator('input[name=marks]').fill('24');
      await page.getByRole('button', { name: words.say('marking.issue_send'), exact: true }).click();
      const labels = page.getByRole('link', { name: words.say('marking.labels_pdf') });
      await labels.waitFor();
      const sheet = await page.request.get((await labels.getAttribute('href'))!);
      assert.equal(sheet.headers()['content-type'], 'application/pdf');
      const list = page.getByRole('link', { name: words.say('marking.list_csv') });
      const csv = await (await page.request.get((await list.getAttribute('href'))!)).text();
      const [one, two] = csv
        .trim()
        .split('\n')
        .slice(1)
        .map((row) => row.split(','));

      await page.setViewportSize(NARROW);
      const mark = pathOf(one![1]!);
      assert.equal(await resultOf(visitor, `${mark}?place=CN`), words.say('mark.genuine'));
      assert.equal(await page.locator('main ul li').count(), 2, 'both patents are claimed');
      assert.ok(((await page.evaluate('document.documentElement.scrollWidth')) as number) <= NARROW.width);
      await page.locator('input[name=code]').fill(one![2]!.toLowerCase());
      await page.getByRole('button', { name: words.say('mark.claim_send'), exact: true }).click();
      assert.match(await page.locator('textarea').inputValue(), /^eyJ/);
      assert.equal(
        await resultOf(visitor, `${mark}?place=DE`),
        words.say('mark.suspicious'),
        'a copy elsewhere',
      );
      assert.equal(await resultOf(visitor, `${mark.slice(0, -1)}_`), words.say('mark.unknown'));

      await lapse(service, patents[0]);
      assert.equal(await resultOf(visitor, pathOf(two![1]!)), words.say('mark.genuine'));
      await page.getByRole('heading', { name: words.say('mark.ended') }).waitFor();
      assert.equal(await page.locator('main s').count(), 1, 'it is not claimed any more');
      await page.setViewportSize(WIDE);
    },
  },
];

export function markingPagesOf({ product_id, waiting_id, doubted, claimed }: Marked): {
  name: string;
  role: Role;
  address: string;
}[] {
  return [
    { name: 'marking', role: 'firm_a', address: '/marking' },
    { name: 'marked product', role: 'firm_a', address: `/marking/${product_id}` },
    { name: 'suspicious marks', role: 'firm_a', address: '/marking/anomalies' },
    { name: 'claims', role: 'firm_a', address: '/marking/claims' },
    { name: 'marking of staff', role: 'staff', address: '/marking' },
    { name: 'certification', role: 'staff', address: `/marking/${waiting_id}` },
    { name: 'mark', role: null, address: doubted },
    { name: 'claimed mark', role: null, address: claimed },
    { name: 'unknown mark', role: null, address: '/m/none' },
    { name: 'public page of a product', role: null, address: `/p/${product_id}` },
  ];
}
