/**
 * `npm run pages:screens`: pictures of every page, wide and narrow, into docs/screens: of a running demonstration, and, of pages that it has
 * nothing to show on, of the world that the tests build.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { progressBar } from '../../jobs/progress.ts';
import { run } from '../../src/command.ts';
import type { Visitor } from '../../src/demonstration/people.ts';
import type { Language } from '../../src/pages/language/catalogue.ts';
import { launchBrowser } from './browser.ts';
import { pagesOf } from './journeys.ts';
import { signIn, visit } from './visitor.ts';
import { buildWorld, type PagesWorld } from './world.ts';

const HELP = `npm run pages:screens -- [--service ADDRESS]

Takes a picture of every page, 1440 and 390 pixels wide, in docs/screens. A demonstration must be running: npm start. Pages that it
has nothing to show on are those of a service of their own, which this command builds.

  --service ADDRESS  where it answers (default http://127.0.0.1:8080)
  --help             this text
`;

const FOLDER = fileURLToPath(new URL('../../docs/screens', import.meta.url));
const WIDTHS = [1440, 390];
/** Of the window; more of a page is taken. */
const HEIGHT = 900;
/** The top of a long page says how it looks. */
const MAX_HEIGHT = 1300;
const QUALITY = 72;

interface Shot {
  name: string;
  /** Whom to be; null for somebody who is not signed in. */
  as: Visitor | null;
  language?: Language;
  theme?: 'light' | 'dark';
  open: (page: Page) => Promise<unknown>;
}

const worst = async (page: Page) => {
  await page.goto('/portfolio');
  await page.locator('#pledges tbody a').first().click();
  await page.locator('#flow').waitFor();
};

/** The first patent in force that the search finds, in the step where its use is declared. */
const valued = async (page: Page) => {
  await page.goto('/patents?legal_state=in_force');
  const number = await page.locator('tbody td.short').first().innerText();
  await page.goto('/valuation');
  await page.locator('#numbers').fill(number);
  await page.locator('main button.primary').click();
  await page.locator('fieldset.record').waitFor();
};

const SHOTS: readonly Shot[] = [
  { name: 'start', as: null, open: (page) => page.goto('/') },
  {
    name: 'sign-in',
    as: null,
    async open(page) {
      await page.goto('/sign-in');
      await page.locator('input[name=email]').fill('officer@bank.example');
      await page.locator('main button.primary').click();
      await page.locator('.field .fault').first().waitFor();
    },
  },
  { name: 'missing', as: null, open: (page) => page.goto('/no-such-page') },
  { name: 'portfolio', as: 'bank', open: (page) => page.goto('/portfolio') },
  {
    name: 'portfolio-zh-dark',
    as: 'bank',
    language: 'zh',
    theme: 'dark',
    open: (page) => page.goto('/portfolio'),
  },
  { name: 'pledge', as: 'bank', open: worst },
  { name: 'pledge-ru-dark', as: 'bank', language: 'ru', theme: 'dark', open: worst },
  { name: 'pledge-zh', as: 'bank', language: 'zh', open: worst },
  {
    name: 'stress',
    as: 'bank',
    open: (page) => page.goto('/portfolio/stress?value_fall=30&lapse_multiplier=2'),
  },
  {
    name: 'life',
    as: 'bank',
    async open(page) {
      await worst(page);
      await page.locator('.heading a[href$="/life"]').click();
      await page.locator('#release').waitFor();
    },
  },
  { name: 'calendar', as: 'bank', open: (page) => page.goto('/calendar') },
  { name: 'webhooks', as: 'bank', open: (page) => page.goto('/webhooks') },
  { name: 'webhook-events', as: 'bank', open: (page) => page.goto('/webhooks/events') },
  { name: 'pledges', as: 'firm', open: (page) => page.goto('/pledges') },
  { name: 'tour', as: 'bank', open: (page) => page.goto('/tour') },
  { name: 'alerts', as: 'firm', open: (page) => page.goto('/alerts') },
  { name: 'valuation', as: 'firm', open: valued },
  { name: 'consents', as: 'firm', open: (page) => page.goto('/consents') },
  { name: 'account', as: 'firm', open: (page) => page.goto('/account') },
  { name: 'organisation', as: 'staff', open: (page) => page.goto('/organisation') },
  { name: 'patents', as: 'firm', open: (page) => page.goto('/patents?legal_state=lapsed') },
  {
    name: 'patent',
    as: 'firm',
    async open(page) {
      await page.goto('/patents?legal_state=lapsed');
      await page.locator('tbody a').first().click();
    },
  },
  { name: 'knowledge-map', as: 'firm', open: (page) => page.goto('/knowledge-map') },
  { name: 'reviews', as: 'staff', open: (page) => page.goto('/reviews') },
  { name: 'case', as: 'staff', open: firstOf('/reviews') },
  { name: 'sources', as: 'staff', open: (page) => page.goto('/sources') },
  { name: 'source', as: 'staff', open: firstOf('/sources') },
  { name: 'models', as: 'staff', open: (page) => page.goto('/models') },
  { name: 'model', as: 'staff', open: firstOf('/models') },
  { name: 'jobs', as: 'staff', open: (page) => page.goto('/jobs') },
  { name: 'audit', as: 'staff', open: verifiedAudit },
  { name: 'rules', as: 'bank', open: (page) => page.goto('/rules') },
  { name: 'market', as: 'bank', open: (page) => page.goto('/market/own') },
  { name: 'network', as: 'bank', open: (page) => page.goto('/network') },
  { name: 'experts', as: 'bank', open: (page) => page.goto('/experts') },
  { name: 'plans', as: 'bank', open: (page) => page.goto('/plans') },
  { name: 'filing', as: 'firm', open: (page) => page.goto('/filing') },
  { name: 'marking', as: 'firm', open: (page) => page.goto('/marking') },
  {
    name: 'bulletins-ru-dark',
    as: 'firm',
    language: 'ru',
    theme: 'dark',
    open: (page) => page.goto('/bulletins'),
  },
  { name: 'haircuts-zh', as: 'staff', language: 'zh', open: (page) => page.goto('/haircuts') },
  { name: 'desks', as: 'staff', open: (page) => page.goto('/desks') },
];

/** What the first row of a list leads to. */
function firstOf(list: string) {
  return async (page: Page) => {
    await page.goto(list);
    await page.locator('tbody a').first().click();
    await page.locator('.trail').waitFor();
  };
}

async function verifiedAudit(page: Page): Promise<void> {
  await page.goto('/audit');
  await page.locator('form[action="/audit/verification"] button').click();
  await page.locator('.success').waitFor();
}

await run(async () => {
  const { values } = parseArgs({
    options: { service: { type: 'string', default: 'http://127.0.0.1:8080' }, help: { type: 'boolean' } },
  });
  if (values.help) return void process.stdout.write(HELP);
  await mkdir(FOLDER, { recursive: true });
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const browser = await launchBrowser();
    undo.unshift(() => browser.close());
    await ofDemonstration(browser, values.service);
    await ofWorld(browser, await buildWorld({ teardown: (step) => undo.unshift(step) }));
  } finally {
    for (const step of undo) await step();
  }
});

/** Who looks stays, lest the requests of a minute are used up by faces and styles that a browser keeps. */
async function ofDemonstration(browser: Browser, service: string): Promise<void> {
  const show = progressBar('demonstration');
  let done = 0;
  const looking = Map.groupBy(SHOTS, ({ as, language, theme }) => `${as} ${language} ${theme}`);
  for (const shots of looking.values()) {
    const [{ as, language = 'en', theme = 'light' }] = shots as [Shot];
    const context = await browser.newContext({ baseURL: service, colorScheme: theme, locale: language });
    const page = await context.newPage();
    if (as !== null) {
      await page.goto('/');
      await page.locator(`button[name=as][value=${as}]`).click();
      await page.locator('form[action="/sign-out"]').waitFor();
    }
    for (const { name, open } of shots) {
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: HEIGHT });
        await open(page);
        await take(page, name, width);
      }
      show(name, ++done / SHOTS.length);
    }
    await context.close();
  }
}

async function ofWorld(browser: Browser, world: PagesWorld): Promise<void> {
  const shown = new Set(SHOTS.map(({ name }) => name));
  const pages = pagesOf(world)
    .map((page) => ({ ...page, name: page.name.replaceAll(' ', '-') }))
    .filter(({ name }) => !shown.has(name));
  const show = progressBar('world');
  let done = 0;
  for (const [role, own] of Map.groupBy(pages, ({ role }) => role)) {
    const as = { language: 'en', scripts: true } as const;
    const visitor = await visit(browser, world.origin, as, { axe: [], errors: [], policy: [] });
    if (role !== null) await signIn(visitor, await world.newPerson(role));
    for (const { name, address } of own) {
      for (const width of WIDTHS) {
        await visitor.page.setViewportSize({ width, height: HEIGHT });
        await visitor.go(address);
        await take(visitor.page, name, width);
      }
      show(name, ++done / pages.length);
    }
    await visitor.leave();
  }
}

async function take(page: Page, name: string, width: number): Promise<void> {
  await page.evaluate('document.fonts.ready');
  const height = Math.min(MAX_HEIGHT, await page.evaluate<number>('document.documentElement.scrollHeight'));
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: QUALITY,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width, height, scale: 1 },
  });
  await session.detach();
  await writeFile(path.join(FOLDER, `${name}-${width}.webp`), Buffer.from(data, 'base64'));
}
