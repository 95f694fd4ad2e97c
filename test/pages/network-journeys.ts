/** How a need finds what meets it: both sides of an introduction, one after the other. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Journey } from './journeys.ts';
import { enter, press, signIn, type Visitor } from './visitor.ts';

/** The words of a need of its own, so that each walk finds its own offer. */
const inNetwork = (mark: string) => ({
  title: `Pumps for brine ${mark}`,
  body: `We look for pumps of brine that do not corrode ${mark}`,
});

async function leave({ page, words }: Visitor): Promise<void> {
  await page.getByRole('button', { name: words.say('sign_in.out') }).click();
  await page.locator('form[action="/sign-out"]').waitFor({ state: 'detached' });
}

export const NETWORK_JOURNEYS: readonly Journey[] = [
  {
    name: 'posts a need, is matched, introduced by consent of both, and makes a deal',
    role: 'firm_a',
    async walk(visitor, { newPerson, service }) {
      const { page, words, go } = visitor;
      const mark = randomBytes(4).toString('hex');
      const { title, body } = inNetwork(mark);
      const offered = {
        kind: 'technology',
        profile: 'bank',
        region: 'CN-JS',
        fields: [27],
        title: `Brine pump ${mark}`,
        body,
      };
      assert.equal(
        (await service.call(service.bank_a.key, 'POST', '/v1/network/offers', offered)).status,
        201,
      );
      const firm = await newPerson('firm_a');
      await signIn(visitor, firm);
      await enter(visitor, 'nav.network');
      await page.getByRole('link', { name: words.say('network.post_need') }).click();
      await page.locator('#title').fill(title);
      await page.locator('#body').fill(body);
      await page.locator('#region').fill('320500');
      await page.locator('select[name=field]').selectOption('27');
      await page.locator('input[name=starts_on]').fill('2009-12-01');
      await page.locator('input[name=ends_on]').fill('2010-12-31');
      await page.locator('#budget_min').fill('200');
      await page.locator('#budget_max').fill('100');
      await page.locator('select[name=pseudonym_id]').selectOption('new');
      await press(visitor, 'network.post_need');
      await page.locator('.refusal').waitFor();
      assert.equal(await page.locator('#title').inputValue(), title, 'what was typed is kept');
      await page.locator('#budget_max').fill('300');
      await press(visitor, 'network.post_need');
      const match = page.locator('#matches tr', { hasText: offered.title });
      await match.getByRole('link', { name: words.say('network.ask') }).click();
      await page.locator('#message').fill('Shall we meet?');
      await press(visitor, 'network.ask');
      await page.locator('#parties .empty').waitFor();
      const introduction = new URL(page.url()).pathname;
      await leave(visitor);
      await signIn(visitor, await newPerson('bank_a'));
      await go(introduction);
      assert.doesNotMatch(
        await page.locator('main').innerText(),
        /Firm A/,
        'the firm is under its pseudonym',
      );
      await press(visitor, 'introduction_step.consented');
      await page.locator('#parties .facts').waitFor();
      assert.match(await page.locator('#parties').innerText(), /Firm A/);
      await press(visitor, 'introduction_step.met');
      await press(visitor, 'introduction_step.deal');
      await leave(visitor);
      await signIn(visitor, firm);
      await go(introduction);
      await press(visitor, 'introduction_step.deal');
      await page.getByText(words.say('network.over')).waitFor();
      await page.getByRole('link', { name: title }).click();
      assert.match(await page.locator('.facts').innerText(), new RegExp(words.say('need_state.closed')));
    },
  },
];
