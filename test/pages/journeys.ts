/** What each role comes for, from the first page to done. Every step is one that a person sees; none waits for a script. */
import assert from 'node:assert/strict';
import { Secret, TOTP } from 'otpauth';
import { codesOnPicture } from '../codes.ts';
import { PASSWORD } from '../people.ts';
import { AGENCY_JOURNEYS, agencyPagesOf } from './agencies.ts';
import { DESK_JOURNEYS } from './desks.ts';
import { EXPERT_JOURNEYS, expertPagesOf } from './experts.ts';
import { FILING_JOURNEYS, filingPagesOf } from './filing.ts';
import { MARKET_JOURNEY } from './market.ts';
import { MARKING_JOURNEYS, markingPagesOf } from './marking.ts';
import { NETWORK_JOURNEYS } from './network-journeys.ts';
import { enter, press, signIn, type Visitor } from './visitor.ts';
import type { PagesWorld, Party } from './world.ts';

const OTHER_PASSWORD = 'meadow sprocket violin nine';

/** Null: anybody, not signed in. */
export type Role = Party | null;

export interface Journey {
  name: string;
  role: Role;
  /** @throws AssertionError at the step that failed */
  walk: (visitor: Visitor, world: PagesWorld) => Promise<void>;
}

const heading = ({ page }: Visitor) => page.locator('h1').innerText();

/** Chooses in a form that asks; with scripts the choice alone sends it. */
async function choose(visitor: Visitor, name: string, value: string): Promise<void> {
  const { page, scripts, words } = visitor;
  const form = page.locator('form.ask', { has: page.locator(`select[name=${name}]`) });
  const gone = page.waitForURL((url) => url.searchParams.get(name) === value, { waitUntil: 'load' });
  await form.locator(`select[name=${name}]`).selectOption(value);
  if (!scripts) await form.getByRole('button', { name: words.say('form.show') }).click();
  await gone;
}

/** By key where scripts run, else by its link. */
async function zoomIn({ page, scripts, words }: Visitor): Promise<void> {
  const gone = page.waitForURL((url) => url.searchParams.has('first'), { waitUntil: 'load' });
  if (scripts) await page.locator('#flow [data-chart]').press('+');
  else await page.getByRole('link', { name: words.say('zoom.in'), exact: true }).click();
  await gone;
}

export const JOURNEYS: readonly Journey[] = [
  MARKET_JOURNEY,
  ...EXPERT_JOURNEYS,
  {
    name: 'reads what it is, changes language and theme, and comes back to both',
    role: null,
    async walk(visitor) {
      const { page, words, go } = visitor;
      assert.equal(await go('/'), 200);
      assert.equal(await heading(visitor), words.say('start.title'));
      await page.locator('footer button[value=ru]').click();
      await page.locator('html[lang=ru]').waitFor();
      await page.locator('footer button[value=dark]').click();
      await page.locator('html[lang=ru][data-theme=dark]').waitFor();
      assert.equal(await go('/'), 200);
      assert.equal(await page.locator('html[lang=ru][data-theme=dark]').count(), 1);
    },
  },
  {
    name: 'is led to sign in, errs, shows a second factor, comes back to where it was, and leaves',
    role: null,
    async walk({ page, words, go }, { newGuardedPerson, pledge_id }) {
      const { email, recovery_code } = await newGuardedPerson('bank_a');
      const address = `/pledges/${pledge_id}?span=contract`;
      await go(address);
      assert.equal(new URL(page.url()).pathname, '/sign-in');
      const submit = page
        .locator('main')
        .getByRole('button', { name: words.say('sign_in.title'), exact: true });
      await page.locator('input[name=email]').fill(email);
      await page.locator('input[name=password]').fill('not the password');
      await submit.click();
      await page.locator('#password-fault').waitFor();
      assert.equal(await page.locator('input[name=email]').inputValue(), email, 'what was typed is kept');
      await page.locator('input[name=password]').fill(PASSWORD);
      await submit.click();
      await page.locator('input[name=code]').fill(recovery_code);
      await submit.click();
      await page.locator('#flow').waitFor();
      assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, address);
      await page.getByRole('button', { name: words.say('sign_in.out') }).click();
      await page.locator('.opening').waitFor();
      await go('/portfolio');
      assert.equal(new URL(page.url()).pathname, '/sign-in');
    },
  },
  {
    name: 'sees why a loan is in breach',
    role: 'bank_a',
    async walk(visitor, { pledge_id, newPerson }) {
      const { page, words } = visitor;
      await signIn(visitor, await newPerson('bank_a'));
      assert.equal(await heading(visitor), words.say('nav.portfolio'), 'a bank begins at its portfolio');
      await choose(visitor, 'sort', 'loan');
      await page.locator(`a[href="/pledges/${pledge_id}"]`).click();
      await page.locator('#flow').waitFor();
      const notice = page.getByRole('link', { name: words.say('rule.right_ended') }).first();
      const flag = (await notice.getAttribute('href'))!;
      await notice.focus();
      await page.keyboard.press('Enter');
      await page.locator(`tr${flag}`).waitFor();
      assert.match(await page.locator(`tr${flag}`).innerText(), new RegExp(words.say('legal.lapsed')));
      await page.locator('#change .wide a[href^="#"]').first().focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(/#(flg_|patents)/);
      await zoomIn(visitor);
      await choose(visitor, 'span', 'contract');
      await page.locator('#flow details').first().locator('summary').click();
      assert.ok((await page.locator('#flow tbody tr').count()) > 2);
      for (const chart of ['flow', 'change'])
        for (const form of ['csv', 'png', 'pdf'] as const) {
          const [file] = await Promise.all([
            page.waitForEvent('download'),
            page
              .locator(`#${chart}`)
              .getByRole('link', { name: words.say(`file.${form}`) })
              .click(),
          ]);
          assert.ok(file.suggestedFilename().endsWith(form), file.suggestedFilename());
        }
    },
  },
  {
    name: 'asks what a fall of values would do to the portfolio',
    role: 'bank_a',
    async walk(visitor, { newPerson }) {
      const { page, words } = visitor;
      await signIn(visitor, await newPerson('bank_a'));
      await page.getByRole('link', { name: words.say('stress.title') }).click();
      await page.locator('#lapse_multiplier').fill('3');
      await page.locator('#value_fall').fill('40');
      await page.getByRole('button', { name: words.say('form.show') }).click();
      await page.locator('.facts').waitFor();
      assert.equal((await page.locator('.chart .c-curve-stressed').count()) > 1, true);
    },
  },
  {
    name: 'calls for margin, and withdraws the call with a reason',
    role: 'bank_a',
    async walk(visitor, { newPerson, pledge_id }) {
      const { page, words, go } = visitor;
      await signIn(visitor, await newPerson('bank_a'));
      await go(`/pledges/${pledge_id}`);
      await page.getByRole('link', { name: words.say('life.title') }).click();
      await page.locator('#working_days').fill('0');
      await page.getByRole('button', { name: words.say('life.call') }).click();
      await page.locator('#working_days-fault').waitFor();
      await page.locator('#working_days').fill('10');
      await page.getByRole('button', { name: words.say('life.call') }).click();
      await page.locator('select[name=outcome]').selectOption('withdrawn');
      await page.getByRole('button', { name: words.say('life.close') }).click();
      await page.locator('.refusal').waitFor();
      assert.equal(await page.locator('select[name=outcome]').inputValue(), 'withdrawn');
      await page.locator('#reason').fill('Called in error');
      await page.getByRole('button', { name: words.say('life.close') }).click();
      await page.locator('#working_days').waitFor();
      const last = page.locator('#calls tbody tr').first();
      assert.match(await last.innerText(), new RegExp(words.say('call.withdrawn')));
    },
  },
  {
    name: 'reads what falls due, opens a calendar address and takes it back',
    role: 'bank_a',
    async walk(visitor, { newPerson }) {
      const { page, words } = visitor;
      await signIn(visitor, await newPerson('bank_a'));
      await enter(visitor, 'nav.calendar');
      await page.locator('#dates .pager a').last().click();
      const due = page.locator('#dates tbody');
      assert.match(await due.innerText(), new RegExp(words.say('covenant.revaluation')));
      await page.getByRole('button', { name: words.say('calendar.open') }).click();
      const address = await page.locator('.secret input').inputValue();
      const read = await page.request.get(address);
      assert.match(await read.text(), /^BEGIN:VCALENDAR/);
      const open = page.locator('#feeds tbody tr');
      const count = await open.count();
      await open.last().getByRole('button').click();
      await page.waitForURL(/#feeds$/);
      assert.equal(await open.count(), count - 1);
      assert.equal((await page.request.get(address)).status(), 404);
    },
  },
  {
    name: 'makes a webhook endpoint, errs, sees its secret once, tries it and changes it',
    role: 'bank_a',
    async walk(visitor, { newPerson }) {
      const { page, words } = visitor;
      await signIn(visitor, await newPerson('bank_a'));
      await enter(visitor, 'nav.webhooks');
      await page.locator('#url').fill('http://user:secret@receiver.example/');
      await page.locator('#description').fill('Risk desk');
      await page.locator('.boxes summary').click();
      await page.locator('input[name="type patent.lapsed"]').check();
      await page.getByRole('button', { name: words.say('webhook.create') }).click();
      await page.locator('#url-fault').waitFor();
      assert.equal(await page.locator('#description').inputValue(), 'Risk desk', 'what was typed is kept');
      await page.locator('.boxes summary').click();
      assert.ok(await page.locator('input[name="type patent.lapsed"]').isChecked(), 'and what was chosen');
      await page.locator('#url').fill('https://receiver.example/hooks');
      await page.getByRole('button', { name: words.say('webhook.create') }).dblclick();
      const secret = await page.locator('.secret input').inputValue();
      assert.match(secret, /^whsec_/);
      await page.reload();
      assert.equal(await page.locator('.secret input').inputValue(), secret, 'sent again, and done once');
      await page.getByRole('button', { name: words.say('webhook.test') }).click();
      await page.locator('pre').waitFor();
      assert.match(await page.locator('pre').innerText(), /"type": "endpoint.test"/);
      await page.locator('.trail a').last().click();
      assert.equal(await page.locator('.secret').count(), 0, 'once');
      await page.getByRole('button', { name: words.say('webhook.disable') }).click();
      await page.getByRole('button', { name: words.say('webhook.enable') }).waitFor();
      assert.match(await page.locator('.facts').innerText(), new RegExp(words.say('webhook.is_disabled')));
    },
  },
  {
    name: 'finds its own pledge, what happened to its patent, and the report of it',
    role: 'firm_a',
    async walk(visitor, { pledge_id, newPerson }) {
      const { page, words, go } = visitor;
      await signIn(visitor, await newPerson('firm_a'));
      assert.equal(await heading(visitor), words.say('nav.pledges'), 'a firm begins at its pledges');
      await page.locator(`a[href="/pledges/${pledge_id}"]`).click();
      await page.locator('#patents').waitFor();
      assert.match(await page.locator('#patents').innerText(), new RegExp(words.say('legal.lapsed')));
      await page
        .locator('#patents')
        .getByRole('link', { name: words.say('report.open') })
        .click();
      await page.locator(`a[hreflang=${words.language}]`).waitFor();
      assert.equal(await heading(visitor), words.say('report.title'));
      assert.equal(await go('/portfolio'), 403);
      assert.equal(await heading(visitor), words.say('problem.forbidden'));
    },
  },
  {
    name: 'takes the gravest cases first',
    role: 'staff',
    async walk(visitor, { newPerson }) {
      const { page, words } = visitor;
      await signIn(visitor, await newPerson('staff'));
      assert.equal(await heading(visitor), words.say('nav.reviews'));
      await choose(visitor, 'severity', 'critical');
      const rows = page.locator('tbody tr');
      assert.equal(
        await rows.count(),
        await rows.filter({ hasText: words.say('severity.critical') }).count(),
      );
      await rows.first().getByRole('link').click();
      await page.locator('#evidence').waitFor();
    },
  },
  {
    name: 'comes to a decision with a second person, and is told when somebody was first',
    role: 'staff',
    walk: decideTogether,
  },
  {
    name: 'sees in the open queue what a colleague takes on meanwhile',
    role: 'staff',
    async walk(visitor, { newPerson, service }) {
      const { page, scripts, words } = visitor;
      await signIn(visitor, await newPerson('staff'));
      const box = page.locator('tbody input[type=checkbox]').last();
      const flag_id = (await box.getAttribute('name'))!;
      const version = Number(await box.getAttribute('value'));
      const { key } = service.staff;
      const path = `/v1/reviews/${flag_id}`;
      const claimed = await service.call<{ version: number }>(key, 'POST', `${path}/claims`, { version });
      if (!scripts) await page.reload();
      const held = page.locator('tr', { has: page.locator(`a[href="/reviews/${flag_id}"]`) });
      await held.filter({ hasText: words.say('review.claimed') }).waitFor();
      await service.call(key, 'POST', `${path}/releases`, { version: claimed.body.version });
    },
  },
  {
    name: 'errs in a threshold, and puts in force what was backtested',
    role: 'bank_a',
    async walk(visitor, { newPerson, backtest }) {
      const { page, words } = visitor;
      await signIn(visitor, await newPerson('bank_a'));
      await enter(visitor, 'nav.rules');
      const field = page.locator('input[inputmode=decimal]').first();
      await field.fill('soon');
      await page.getByRole('button', { name: words.say('rules.run') }).click();
      await page.locator('.threshold .fault').waitFor();
      assert.equal(await field.inputValue(), 'soon', 'what was typed is kept');
      await page.locator(`a[href="${backtest}"]`).click();
      await page.getByRole('button', { name: words.say('rules.enable') }).click();
      await page.locator('input[name="on.term_short"]:not(:checked)').waitFor();
    },
  },
  {
    name: 'verifies the audit chain and finds who did what',
    role: 'staff',
    async walk(visitor, { newPerson }) {
      const { page, words } = visitor;
      await signIn(visitor, await newPerson('staff'));
      await enter(visitor, 'nav.audit');
      await page.getByRole('button', { name: words.say('audit.verify') }).click();
      await page.locator('.success code').waitFor();
      await page.locator('input[name=action]').fill('person.signed_in');
      await page.getByRole('button', { name: words.say('form.show') }).click();
      await page.waitForURL((url) => url.searchParams.get('action') === 'person.signed_in');
      const actions = await page.locator('tbody td:first-child code').allInnerTexts();
      assert.ok(actions.length > 0 && actions.every((action) => action === 'person.signed_in'));
    },
  },
  {
    name: 'sees the line that a source could not bring, and sets when the source is expected',
    role: 'staff',
    async walk(visitor, { newPerson, torn_run }) {
      const { page, words } = visitor;
      await signIn(visitor, await newPerson('staff'));
      await enter(visitor, 'nav.sources');
      await page.getByRole('link', { name: 'cnipa-notices', exact: true }).click();
      await page.locator(`a[href="${torn_run}"]`).click();
      await page.locator('pre', { hasText: '7;CN;?;' }).waitFor();
      await page.locator('.trail a').last().click();
      await page.locator('#cadence_days').fill('often');
      await page.getByRole('button', { name: words.say('sources.set') }).click();
      await page.locator('#cadence_days-fault').waitFor();
      assert.equal(await page.locator('#cadence_days').inputValue(), 'often');
      await page.locator('#cadence_days').fill('9');
      await page.getByRole('button', { name: words.say('sources.set') }).click();
      await page.locator('dd', { hasText: words.say('sources.every', { count: 9 }) }).waitFor();
    },
  },
  {
    name: 'guards an account by a second factor and another password, and comes in by both',
    role: 'firm_a',
    async walk(visitor, { newPerson }) {
      const { page, words, go } = visitor;
      const email = await newPerson('firm_a');
      await signIn(visitor, email);
      await page.getByRole('link', { name: words.say('nav.account') }).click();
      await press(visitor, 'account.second_factor_add');
      const secret = (await page.locator('.shown-once code').innerText()).replaceAll(' ', '');
      const [scanned] = await codesOnPicture(await page.locator('svg.qr').screenshot());
      assert.equal(new URL(scanned!).searchParams.get('secret'), secret, 'a camera reads it');
      await page.locator('input[name=code]').fill('not one');
      await press(visitor, 'factor.confirm');
      await page.locator('#code-fault').waitFor();
      await page.locator('input[name=code]').fill(new TOTP({ secret: Secret.fromBase32(secret) }).generate());
      await press(visitor, 'factor.confirm');
      const codes = await page.locator('.shown-once code').allInnerTexts();
      await page.getByRole('link', { name: words.say('account.back') }).click();
      await page.locator('#current-password').fill(PASSWORD);
      await page.locator('#code').fill(codes[0]!);
      await page.locator('#new_password').fill('short');
      await press(visitor, 'account.change_password');
      await page.locator('#new_password-fault').waitFor();
      await page.locator('#current-password').fill(PASSWORD);
      await page.locator('#code').fill(codes[0]!);
      await page.locator('#new_password').fill(OTHER_PASSWORD);
      await press(visitor, 'account.change_password');
      assert.equal(new URL(page.url()).pathname, '/account');
      assert.equal(await page.locator('.fault:visible').count(), 0);
      await page.getByRole('button', { name: words.say('sign_in.out') }).click();
      await page.locator('.opening').waitFor();
      await go('/sign-in');
      await page.locator('input[name=email]').fill(email);
      await page.locator('input[name=password]').fill(OTHER_PASSWORD);
      await press(visitor, 'sign_in.title');
      await page.locator('input[name=code]').fill(codes[1]!);
      await press(visitor, 'sign_in.title');
      await page.locator('form[action="/sign-out"]').waitFor();
    },
  },
  {
    name: 'invites somebody, whose session ends over a form that comes back after the sign-in',
    role: 'firm_a',
    async walk(visitor, { newPerson, endSessions }) {
      const { page, words, go } = visitor;
      const owner = await newPerson('firm_a');
      await signIn(visitor, owner);
      await page.locator('.whoami a[href="/organisation"]').click();
      await page.locator('#email').fill('nobody');
      await press(visitor, 'organisation.invite');
      await page.locator('#email-fault').waitFor();
      const invited = `invited.${owner}`;
      await page.locator('#email').fill(invited);
      await endSessions(owner);
      await press(visitor, 'organisation.invite');
      assert.equal(await heading(visitor), words.say('sign_in.title'));
      await page.locator('input[name=email]').fill(owner);
      await page.locator('input[name=password]').fill(PASSWORD);
      await press(visitor, 'sign_in.title');
      assert.match(await page.locator('.kept').innerText(), new RegExp(invited));
      await press(visitor, 'kept.send');
      const address = await page.locator('.shown-once code').innerText();
      await page.locator('#label').fill('loader');
      await press(visitor, 'key.issue');
      assert.match(await page.locator('.shown-once code').innerText(), /^pwk_/);
      await page.getByRole('button', { name: words.say('sign_in.out') }).click();
      await page.locator('.opening').waitFor();
      await go(new URL(address).pathname + new URL(address).search);
      await page.locator('#name').fill('A Newcomer');
      await page.locator('#password').fill(PASSWORD);
      await press(visitor, 'invitation.send');
      await page.locator('form[action="/sign-out"]').waitFor();
      assert.equal(await go('/organisation'), 403, 'a member does not administer');
    },
  },
  {
    name: 'gives a way back to somebody who lost the password, who sets a new one and signs in with it',
    role: 'firm_a',
    async walk(visitor, { newPerson }) {
      const { page, words, go } = visitor;
      const forgetful = await newPerson('firm_a');
      await signIn(visitor, await newPerson('firm_a'));
      await page.locator('.whoami a[href="/organisation"]').click();
      const row = page.locator('tr', { hasText: forgetful });
      await row.getByRole('button', { name: words.say('organisation.end_sessions') }).click();
      await page.getByText(words.say('organisation.sessions_ended')).waitFor();
      await row.locator('select[name=lost]').selectOption('second_factor');
      await row.getByRole('button', { name: words.say('organisation.recover') }).click();
      const address = await page.locator('.shown-once code').innerText();
      await page.getByRole('button', { name: words.say('sign_in.out') }).click();
      await page.locator('.opening').waitFor();
      await go(new URL(address).pathname + new URL(address).search);
      await page.locator('#password').fill('short');
      await press(visitor, 'recovery.send');
      await page.locator('#password-fault').waitFor();
      const next = 'granite whistle under maple';
      await page.locator('#password').fill(next);
      await press(visitor, 'recovery.send');
      await page.getByText(words.say('recovery.done')).waitFor();
      await page.locator('input[name=email]').fill(forgetful);
      await page.locator('input[name=password]').fill(next);
      await press(visitor, 'sign_in.title');
      await page.locator('form[action="/sign-out"]').waitFor();
    },
  },
  {
    name: 'sees what would cure a breach, values another patent, and asks the bank',
    role: 'firm_a',
    async walk(visitor, { newPerson, newNumber, pledge_id }) {
      const { page, words } = visitor;
      await signIn(visitor, await newPerson('firm_a'));
      await enter(visitor, 'nav.alerts');
      const alert = page.locator('section.ledger', { has: page.locator(`a[href="/pledges/${pledge_id}"]`) });
      assert.match(await alert.innerText(), new RegExp(words.say('rule.right_ended')));
      assert.match(await alert.locator('.facts').innerText(), /CNY/);
      await alert.getByRole('link', { name: words.say('alert.price_patents') }).click();
      await page.locator('#numbers').fill('CN1\n');
      await press(visitor, 'valuation.next');
      await page.locator('#numbers-fault').waitFor();
      await page.locator('#numbers').fill(await newNumber());
      await press(visitor, 'valuation.next');
      await page.locator('#revenue_0').fill('much');
      await press(visitor, 'valuation.to_range');
      await page.locator('#revenue_0-fault').waitFor();
      await page.locator('#revenue_0').fill('3,000,000');
      await page.locator('select[name=industry_0]').selectOption('electronics');
      await press(visitor, 'valuation.to_range');
      assert.match(await page.locator('.facts').innerText(), /CNY/);
      await page.locator('#principal').fill('100000');
      await press(visitor, 'valuation.send_request');
      await page.locator('#matures_on-fault').waitFor();
      await page.locator('#matures_on').fill('2012-06-30');
      await press(visitor, 'valuation.send_request');
      await page.locator('#flow').waitFor();
      assert.match(new URL(page.url()).pathname, /^\/pledges\/plg_/);
    },
  },
  {
    name: 'lets a bank know something, and takes it back',
    role: 'firm_a',
    async walk(visitor, { newPerson, service }) {
      const { page, words } = visitor;
      await signIn(visitor, await newPerson('firm_a'));
      await enter(visitor, 'nav.consents');
      await page.locator('#bank_id').fill(service.bank_a.id);
      await press(visitor, 'consent.give');
      await page.locator('#kinds-fault').waitFor();
      await page.locator('input[name=kind_revenue]').check();
      await press(visitor, 'consent.give');
      await press(visitor, 'consent.revoke');
      await page.waitForLoadState();
      assert.equal(await page.getByRole('button', { name: words.say('consent.revoke') }).count(), 0);
    },
  },
  {
    name: 'looks for a patent, sees what happened to it and when that was not yet known, and where its field lies',
    role: 'firm_a',
    async walk(visitor, { newPerson, patent_id, number }) {
      const { page, words } = visitor;
      await signIn(visitor, await newPerson('firm_a'));
      await enter(visitor, 'nav.patents');
      await page.locator('input[name=number]').fill(number);
      await page.getByRole('button', { name: words.say('form.show') }).click();
      await page.locator(`a[href="/patents/${patent_id}"]`).click();
      const state = page.locator('main .facts').first();
      assert.match(await state.innerText(), new RegExp(words.say('legal.lapsed')));
      await page.locator('input[name=as_of]').fill('2009-09-01');
      await page.getByRole('button', { name: words.say('form.show') }).click();
      await page.waitForURL(/as_of=2009-09-01/);
      assert.match(await state.innerText(), new RegExp(words.say('legal.in_force')));
      await enter(visitor, 'nav.map');
      assert.ok((await page.locator('figure circle').count()) > 0);
      await page.locator('figure details').first().locator('summary').click();
      assert.ok((await page.locator('figure tbody tr').count()) > 1);
    },
  },
  ...FILING_JOURNEYS,
  ...NETWORK_JOURNEYS,
  ...DESK_JOURNEYS,
  ...AGENCY_JOURNEYS,
  ...MARKING_JOURNEYS,
];

/** Leaves the case as it was found: reopened. */
async function decideTogether(visitor: Visitor, { newPerson, service }: PagesWorld): Promise<void> {
  const { page, words } = visitor;
  const step = (action: string) => page.locator(`button[name=action][value=${action}]`).click();
  const standing = (text: string) => page.locator('.standing', { hasText: text }).waitFor();
  await signIn(visitor, await newPerson('staff'));
  const box = page.locator('tbody input[type=checkbox]').first();
  const flag_id = (await box.getAttribute('name'))!;
  await box.check();
  await page.getByRole('button', { name: words.say('reviews.claim_picked') }).click();
  await page.getByText(words.say('reviews.claimed_some', { count: 1 })).waitFor();
  await page.locator(`a[href="/reviews/${flag_id}"]`).click();
  await step('submitted');
  await page.locator('#decision-fault').waitFor();
  await page.locator('input[value=acknowledged]').check();
  await page.locator('#note').fill('seen in the gazette');
  const version = Number(await page.locator('input[name=version]').first().inputValue());
  const noted = { version, note: 'the firm has been called' };
  await service.call(service.staff.key, 'POST', `/v1/reviews/${flag_id}/notes`, noted);
  if (visitor.scripts) {
    await page.locator('[data-live-page] a').waitFor();
    assert.equal(await page.locator('#note').inputValue(), 'seen in the gazette', 'the page stays');
  }
  await step('submitted');
  await page.locator('.refusal', { hasText: words.say('problem.stale') }).waitFor();
  assert.equal(await page.locator('#note').inputValue(), 'seen in the gazette', 'what was typed is kept');
  assert.equal(await page.locator('input[value=acknowledged]').isChecked(), true);
  await step('submitted');
  await page.locator('#moved .empty').waitFor();
  assert.equal(await page.locator('button[value=approved]').count(), 0, 'nobody checks their own');
  await page.getByRole('button', { name: words.say('sign_in.out') }).click();
  await page.locator('.opening').waitFor();
  await signIn(visitor, await newPerson('staff'));
  await visitor.go(`/reviews/${flag_id}`);
  await standing(words.say('decision.acknowledged'));
  await page.locator('#note').fill('so it is');
  await step('approved');
  await page.locator('button[value=reopened]').waitFor();
  await page.locator('#note').fill('once more');
  await step('reopened');
  await standing(words.say('case.waiting'));
}

/** Every page there is, for who may see it. */
export function pagesOf({
  agencies,
  filing,
  pledge_id,
  report_address,
  flag_id,
  torn_run,
  backtest,
  endpoint_id,
  delivery_id,
  patent_id,
  network,
  desks,
  marked,
  listing_id,
  deal_id,
  engaged,
}: Pick<
  PagesWorld,
  | 'agencies'
  | 'filing'
  | 'pledge_id'
  | 'report_address'
  | 'flag_id'
  | 'torn_run'
  | 'backtest'
  | 'endpoint_id'
  | 'delivery_id'
  | 'patent_id'
  | 'network'
  | 'desks'
  | 'marked'
  | 'listing_id'
  | 'deal_id'
  | 'engaged'
>): {
  name: string;
  role: Role;
  address: string;
}[] {
  return [
    { name: 'start', role: null, address: '/' },
    { name: 'sign-in', role: null, address: '/sign-in' },
    { name: 'sign-in by organisation', role: null, address: '/sign-in/organisation' },
    { name: 'sign-in by provider', role: null, address: '/sign-in/provider?code=x&state=y' },
    { name: 'invitation', role: null, address: '/invitation?token=x' },
    { name: 'way back', role: null, address: '/recovery?token=x' },
    { name: 'account', role: 'firm_a', address: '/account' },
    { name: 'organisation', role: 'firm_a', address: '/organisation' },
    { name: 'alerts', role: 'firm_a', address: '/alerts' },
    { name: 'valuation', role: 'firm_a', address: '/valuation' },
    { name: 'consents', role: 'firm_a', address: '/consents' },
    { name: 'patents', role: 'firm_a', address: '/patents?owner=a' },
    { name: 'patent', role: 'firm_a', address: `/patents/${patent_id}` },
    { name: 'knowledge map', role: 'firm_a', address: '/knowledge-map' },
    { name: 'proof', role: 'firm_a', address: '/account/proof' },
    { name: 'missing', role: null, address: '/no-such-page' },
    { name: 'portfolio', role: 'bank_a', address: '/portfolio' },
    { name: 'pledges', role: 'firm_a', address: '/pledges' },
    { name: 'pledge', role: 'bank_a', address: `/pledges/${pledge_id}` },
    { name: 'report', role: 'bank_a', address: report_address },
    { name: 'stress', role: 'bank_a', address: '/portfolio/stress?value_fall=30&lapse_multiplier=2' },
    { name: 'life', role: 'bank_a', address: `/pledges/${pledge_id}/life` },
    { name: 'calendar', role: 'bank_a', address: '/calendar?month=2010-01' },
    { name: 'webhooks', role: 'bank_a', address: '/webhooks' },
    { name: 'webhook-events', role: 'bank_a', address: '/webhooks/events' },
    { name: 'webhook', role: 'bank_a', address: `/webhooks/${endpoint_id}` },
    { name: 'webhook-delivery', role: 'bank_a', address: `/webhooks/deliveries/${delivery_id}` },
    { name: 'reviews', role: 'staff', address: '/reviews' },
    { name: 'case', role: 'staff', address: `/reviews/${flag_id}` },
    { name: 'sources', role: 'staff', address: '/sources' },
    { name: 'source', role: 'staff', address: '/sources/cnipa-notices' },
    { name: 'quarantine', role: 'staff', address: torn_run },
    { name: 'models', role: 'staff', address: '/models' },
    { name: 'model', role: 'staff', address: '/models/pledgewatch-lapse.1' },
    { name: 'jobs', role: 'staff', address: '/jobs' },
    { name: 'audit', role: 'staff', address: '/audit' },
    { name: 'rules', role: 'bank_a', address: '/rules' },
    { name: 'backtest', role: 'bank_a', address: backtest },
    { name: 'market', role: 'buyer', address: '/market?kind=sale' },
    { name: 'listing', role: 'buyer', address: `/market/listings/${listing_id}` },
    { name: 'own listing', role: 'firm_a', address: `/market/listings/${listing_id}` },
    { name: 'own listings', role: 'bank_a', address: '/market/own' },
    { name: 'wants', role: 'firm_a', address: '/market/wants' },
    { name: 'deal', role: 'buyer', address: `/market/deals/${deal_id}` },
    { name: 'deal of the seller', role: 'firm_a', address: `/market/deals/${deal_id}` },
    { name: 'consents of the pledgee', role: 'bank_a', address: '/market/consents' },
    { name: 'audit of a bank', role: 'bank_a', address: '/audit' },
    ...filingPagesOf(filing),
    ...desks,
    { name: 'needs', role: 'firm_a', address: '/network' },
    { name: 'new need', role: 'firm_a', address: '/network/needs/new' },
    { name: 'need', role: 'firm_a', address: `/network/needs/${network.need_id}` },
    { name: 'offers', role: 'bank_a', address: '/network/offers' },
    { name: 'new offer', role: 'bank_a', address: '/network/offers/new' },
    { name: 'offer', role: 'firm_a', address: `/network/offers/${network.offer_id}` },
    { name: 'introductions', role: 'firm_a', address: '/network/introductions' },
    { name: 'introduction', role: 'bank_a', address: `/network/introductions/${network.introduction_id}` },
    ...agencyPagesOf(agencies),
    ...markingPagesOf(marked),
    ...expertPagesOf(engaged, deal_id),
  ];
}
