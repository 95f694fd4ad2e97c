/** Experts from their entry to the opinion, ranges that are matched unseen, and the pages on the way. */
import assert from 'node:assert/strict';
import type { Key } from '../../src/pages/language/catalogue.ts';
import { enquire, listPatents } from '../listing.ts';
import type { TestService } from '../service.ts';
import type { Journey, Role } from './journeys.ts';
import { enter, signIn, type Visitor } from './visitor.ts';

const DAY_ms = 86_400_000;

export interface Engaged {
  /** Taken by the expert, for a bank. */
  engagement_id: string;
  expert_id: string;
}

const PROFILE = {
  summary: 'Values pumps.',
  fields: [27, 31],
  regions: ['CN'],
  intermediary: false,
  open: true,
};

export async function engageSome(service: TestService): Promise<Engaged> {
  const { call, bank_a, expert } = service;
  await call(expert.key, 'PUT', '/v1/experts/profile', PROFILE);
  const asked = { expert_id: expert.id, patent_id: service.takePatent(), brief: 'What would it bring?' };
  const { body } = await call<{ id: string }>(bank_a.key, 'POST', '/v1/experts/engagements', asked);
  await call(expert.key, 'POST', `/v1/experts/engagements/${body.id}/steps`, { step: 'accepted' });
  return { engagement_id: body.id, expert_id: expert.id };
}

export const EXPERT_JOURNEYS: readonly Journey[] = [
  {
    name: 'enters the directory, is asked for an opinion, and delivers it beside the valuation',
    role: 'expert',
    async walk(visitor, { newPerson, newNumber, engaged }) {
      const { page, go } = visitor;
      await signIn(visitor, await newPerson('expert'));
      await enter(visitor, 'nav.experts');
      await page.locator('#fields').fill('36');
      await press(visitor, 'expert.publish');
      await page.locator('#fields-fault').waitFor();
      assert.equal(await page.locator('#fields').inputValue(), '36', 'what was typed is kept');
      await page.locator('#fields').fill('27, 31');
      await press(visitor, 'expert.publish');
      await page.locator(`a[href="/experts/${engaged.expert_id}"]`).waitFor();
      await leave(visitor);

      await signIn(visitor, await newPerson('buyer'));
      await go(`/experts/${engaged.expert_id}`);
      await page.locator('#patent').fill('CN1');
      await page.locator('#brief').fill('What is it worth?');
      await press(visitor, 'expert_engagement.send');
      await page.locator('#patent-fault').waitFor();
      await page.locator('#patent').fill(await newNumber());
      await press(visitor, 'expert_engagement.send');
      await page.waitForURL(/\/engagements\//);
      const engagement = new URL(page.url()).pathname;
      await leave(visitor);

      await signIn(visitor, await newPerson('expert'));
      await go(engagement);
      await press(visitor, 'engagement_step.accepted');
      await page.locator('#text').fill('It will be copied.');
      for (const [name, amount] of [
        ['low', '3000'],
        ['mid', '2000'],
        ['high', '4000'],
      ] as const)
        await page.locator(`#${name}`).fill(amount);
      const deliver = page.locator(`form[action="${engagement}/opinions"] button`);
      await deliver.click();
      await page.locator('.refusal').waitFor();
      assert.equal(await page.locator('#text').inputValue(), 'It will be copied.');
      await page.locator('#mid').fill('3500');
      await deliver.click();
      await page.locator('.saying', { hasText: 'It will be copied.' }).waitFor();
      await leave(visitor);

      await signIn(visitor, await newPerson('buyer'));
      await go(engagement);
      assert.match(await page.locator('main table').first().innerText(), /CNY/);
      await press(visitor, 'expert_engagement.rate');
      await page.waitForLoadState();
    },
  },
  {
    name: 'matches ranges with the other side unseen, and learns the midpoint when both want to',
    role: 'firm_a',
    async walk(visitor, { newPerson, service }) {
      const { page, words, go } = visitor;
      // Walked more often than one organisation may submit ranges a day.
      service.clock.set(new Date(service.clock.now().getTime() + DAY_ms));
      const listing = await listPatents(service, service.firm_a, [service.takePatent()]);
      const { id } = await enquire(service, service.buyer, listing.id);
      const address = `/market/deals/${id}/expectations`;
      const submit = async (low: string, high: string) => {
        await page.locator('#low').fill(low);
        await page.locator('#high').fill(high);
        await press(visitor, 'expectation.submit');
      };
      await signIn(visitor, await newPerson('firm_a'));
      await go(`/market/deals/${id}`);
      await page.locator(`a[href="${address}"]`).click();
      await submit('100000', '110000');
      await page.locator('.refusal').waitFor();
      assert.equal(await page.locator('#low').inputValue(), '100000');
      await submit('100000', '150000');
      await page.getByText(words.say('expectation_state.waiting')).waitFor();
      await leave(visitor);

      await signIn(visitor, await newPerson('buyer'));
      await go(address);
      assert.equal((await page.locator('main').innerText()).includes('150'), false, 'nothing of it is told');
      await submit('50000', '120000');
      await page.getByText(words.say('expectation.yes')).waitFor();
      await press(visitor, 'expectation.consent');
      await page.getByText(words.say('expectation.consented')).waitFor();
      await leave(visitor);

      await signIn(visitor, await newPerson('firm_a'));
      await go(address);
      await press(visitor, 'expectation.consent');
      const told = words.say('expectation.midpoint', { amount: words.money(110_000_00, 'CNY') });
      await page.getByText(told).waitFor();
    },
  },
];

export function expertPagesOf(
  { engagement_id, expert_id }: Engaged,
  deal_id: string,
): { name: string; role: Role; address: string }[] {
  return [
    { name: 'experts', role: 'expert', address: '/experts' },
    { name: 'experts of a field', role: 'staff', address: '/experts?field=27&region=CN&intermediary=' },
    { name: 'expert', role: 'buyer', address: `/experts/${expert_id}` },
    { name: 'engagement', role: 'expert', address: `/engagements/${engagement_id}` },
    { name: 'engagement of who asked', role: 'bank_a', address: `/engagements/${engagement_id}` },
    { name: 'expectations', role: 'buyer', address: `/market/deals/${deal_id}/expectations` },
    { name: 'haircuts', role: 'staff', address: '/haircuts' },
  ];
}

const press = ({ page, words }: Visitor, name: Key) =>
  page
    .locator('main')
    .getByRole('button', { name: words.say(name), exact: true })
    .first()
    .click();

async function leave({ page, words }: Visitor): Promise<void> {
  await page.getByRole('button', { name: words.say('sign_in.out') }).click();
  await page.locator('form[action="/sign-out"]').waitFor({ state: 'detached' });
}
