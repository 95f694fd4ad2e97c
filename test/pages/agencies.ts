/** Agencies and packages in the browser: an agency that enters the directory, answers a firm, works with it and is rated. */
import assert from 'node:assert/strict';
import { engagedDraft } from '../engaged.ts';
import type { TestService } from '../service.ts';
import type { Journey, Role } from './journeys.ts';
import { signIn, type Visitor } from './visitor.ts';

export interface AgencyWorld {
  agency_id: string;
  draft_id: string;
  engagement_id: string;
}

export async function buildAgencies(service: TestService): Promise<AgencyWorld> {
  const { draft_id, engagement_id } = await engagedDraft(service);
  return { agency_id: service.agency.id, draft_id, engagement_id };
}

export function agencyPagesOf({ agency_id, draft_id, engagement_id }: AgencyWorld): {
  name: string;
  role: Role;
  address: string;
}[] {
  return [
    { name: 'agencies', role: 'firm_a', address: '/filing/agencies' },
    { name: 'agency', role: 'firm_a', address: `/filing/agencies/${agency_id}?draft_id=${draft_id}` },
    { name: 'engagements', role: 'firm_a', address: '/filing/engagements' },
    { name: 'engagement', role: 'firm_a', address: `/filing/engagements/${engagement_id}` },
    { name: 'packages', role: 'firm_a', address: `/filing/drafts/${draft_id}/packages` },
    { name: 'agencies for staff', role: 'staff', address: '/filing/agencies' },
  ];
}

let entries = 0;

const press = ({ page, words }: Visitor, name: Parameters<Visitor['words']['say']>[0]) =>
  page
    .locator('main')
    .getByRole('button', { name: words.say(name), exact: true })
    .first()
    .click();

async function changePlaces(visitor: Visitor, email: string): Promise<void> {
  await visitor.page.getByRole('button', { name: visitor.words.say('sign_in.out') }).click();
  await visitor.page.locator('.opening').waitFor();
  await signIn(visitor, email);
}

export const AGENCY_JOURNEYS: readonly Journey[] = [
  {
    name: 'enters the directory, is admitted, answers a firm over its draft, and is rated at the end',
    role: 'agency',
    async walk(visitor, { service, newPerson }) {
      const { page, words, go } = visitor;
      const { call, firm_a, agency } = service;
      await signIn(visitor, await newPerson('agency'));
      await go('/filing/agencies');
      await page.getByRole('link', { name: words.say('agency.own'), exact: true }).click();
      await page.locator('#licence_number').fill('');
      await press(visitor, 'agency.enter');
      await page.locator('.refusal').waitFor();
      const licence = `CN-${++entries}`;
      await page.locator('#licence_number').fill(licence);
      await page.locator('#offices').fill('cn, ep');
      await page.locator('#languages').fill('en zh');
      await page.locator('#register_names').fill('Agency\nThe Agency');
      await press(visitor, 'agency.enter');
      await page.getByText(words.say('agency_state.asked'), { exact: true }).waitFor();

      await changePlaces(visitor, await newPerson('staff'));
      await go('/filing/agencies');
      const waiting = page.locator('tr', { hasText: licence });
      await waiting.locator('input[name=reason]').fill('licence seen');
      await waiting.locator('button[value=admitted]').click();
      await waiting.waitFor({ state: 'detached' });

      const text = {
        title: 'Fan',
        claims: '1. A fan with a hub.',
        description: 'A fan with a hub.',
        abstract: 'A fan.',
      };
      const kind = { reference: `Fan ${entries}`, form: 'EP', right_type: 'invention', language: 'en' };
      const begun = await call<{ draft: { id: string } }>(firm_a.key, 'POST', '/v1/filing/drafts', {
        ...kind,
        ...text,
      });
      const draft_id = begun.body.draft.id;
      const firm_email = await newPerson('firm_a');
      await changePlaces(visitor, firm_email);
      await go(`/filing/agencies/${agency.id}?draft_id=${draft_id}`);
      await press(visitor, 'agency.instruct');
      await page.locator('.refusal').waitFor();
      await page.locator('#instruction').fill('File it, please.');
      const accept = page.locator('input[name=accepted]');
      if ((await accept.count()) > 0) await accept.check();
      await press(visitor, 'agency.instruct');
      await page.waitForURL(/\/filing\/engagements\//);
      const engagement = new URL(page.url()).pathname;

      await changePlaces(visitor, await newPerson('agency'));
      assert.equal(await go(`/filing/drafts/${draft_id}`), 404, 'not before it accepts');
      await go(engagement);
      await press(visitor, 'engagement_step.accepted');
      await page.getByText(words.say('engagement_state.accepted'), { exact: true }).waitFor();
      await page.locator('#body').fill('We begin with claim 1.');
      await press(visitor, 'engagement.write');
      await page.getByText('We begin with claim 1.', { exact: true }).waitFor();
      assert.equal(await go(`/filing/drafts/${draft_id}`), 200);
      await go(engagement);
      await press(visitor, 'engagement_step.ended');
      await page.getByText(words.say('engagement_state.ended'), { exact: true }).waitFor();

      await changePlaces(visitor, firm_email);
      await go(engagement);
      await page.locator('#score').fill('4');
      await press(visitor, 'engagement.rate');
      await page.getByText(words.say('engagement.rated', { score: 4 }), { exact: true }).waitFor();
    },
  },
];
