/** From a default to a haircut that has moved: bank, buyer, the register and two of the staff, each at the same browser in turn. */
import assert from 'node:assert/strict';
import type { Key } from '../../src/pages/language/catalogue.ts';
import type { Journey } from './journeys.ts';
import { signIn, type Visitor } from './visitor.ts';
import type { PagesWorld } from './world.ts';

/** Far below what the patent was valued at. */
const PRICE = '2000';

export const MARKET_JOURNEY: Journey = {
  name: 'sells what was pledged after a default: listing, offer, consent, register, recovery, haircut',
  role: 'bank_a',
  async walk(visitor, world) {
    const { page, words, go } = visitor;
    const bank = await world.newPerson('bank_a');
    const buyer = await world.newPerson('buyer');
    const { pledge_id, patent_id } = await world.newDefault();

    await signIn(visitor, bank);
    await go('/market/own');
    await page
      .locator('#defaults tr', { hasText: await shownNumber(world, pledge_id) })
      .locator('button')
      .click();
    await page.waitForURL(/\/market\/listings\//);
    const listing = new URL(page.url()).pathname;
    await leave(visitor);

    await signIn(visitor, buyer);
    await go('/market?kind=sale');
    await page.locator(`a[href="${listing}"]`).click();
    assert.equal(
      (await page.locator('main').innerText()).includes('Bank A'),
      false,
      'the seller is not told',
    );
    await page.locator('#message').fill('We would buy it.');
    await press(visitor, 'listing.enquire');
    await page.waitForURL(/\/market\/deals\//);
    const deal = new URL(page.url()).pathname;
    await press(visitor, 'deal.sign');
    await page.locator('#identity_reason').fill('To sign.');
    await press(visitor, 'deal.ask_identity');
    await page.locator('#identity', { hasText: words.say('identity_state.asked') }).waitFor();
    await leave(visitor);

    await signIn(visitor, bank);
    await go(deal);
    await press(visitor, 'deal.sign');
    await press(visitor, 'deal.consent_identity');
    await page.locator('#identity', { hasText: words.say('identity_state.consented') }).waitFor();
    await leave(visitor);

    await signIn(visitor, buyer);
    await go(deal);
    await press(visitor, 'deal.use_consent');
    await page.locator('main', { hasText: 'Bank A' }).waitFor();
    await page.locator('#price').fill(PRICE);
    await press(visitor, 'do.offer');
    await page.locator('#offers tbody tr').waitFor();
    await leave(visitor);

    await signIn(visitor, bank);
    await go(deal);
    await press(visitor, 'do.ask_consent');
    await go('/market/consents');
    await press(visitor, 'consents.debt');
    await go(deal);
    await press(visitor, 'do.accept');
    await page.locator('#filing_number').fill('T2009-1');
    await press(visitor, 'do.file');
    await page.locator('#history', { hasText: words.say('step.file') }).waitFor();
    await world.publishTransfer(patent_id);
    await go(deal);
    await press(visitor, 'do.record');
    await page.locator('#costs').fill('10');
    await press(visitor, 'do.close');
    await page.locator('.done').waitFor();
    await go(`/pledges/${pledge_id}`);
    await page.locator('main', { hasText: words.say('state.disposed') }).waitFor();
    await leave(visitor);

    await signIn(visitor, await world.newPerson('staff'));
    await go('/haircuts');
    await page.locator(`a[href="/pledges/${pledge_id}"]`).waitFor();
    await press(visitor, 'haircut.propose');
    await leave(visitor);
    await signIn(visitor, await world.newPerson('staff'));
    await go('/haircuts');
    const note = page.locator('input[name=note]').first();
    await note.fill('as the sale taught');
    await press(visitor, 'haircut.decide');
    await page.locator('main', { hasText: words.say('haircut_state.adopted') }).waitFor();
  },
};

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

async function shownNumber({ service }: PagesWorld, pledge_id: string): Promise<string> {
  const [row] = await service.database.sql<{ registration_number: string }[]>`
    select registration_number from pledge where id = ${pledge_id}`;
  return row!.registration_number;
}
