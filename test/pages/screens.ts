/** `npm run pages:screens`: pictures of every page of a running demonstration, wide and narrow, into docs/screens. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BrowserContext, Page } from 'playwright-core';
import { progressBar } from '../../jobs/progress.ts';
import { run } from '../../src/command.ts';
import type { Visitor } from '../../src/demonstration/people.ts';
import type { Language } from '../../src/pages/language/catalogue.ts';
import { launchBrowser } from './browser.ts';

const HELP = `npm run pages:screens -- [--service ADDRESS]

Takes a picture of every page, 1440 and 390 pixels wide, in docs/screens. A demonstration must be running: npm start.

  --service ADDRESS  where it answers (default http://127.0.0.1:8080)
  --help             this text
`;

const FOLDER = fileURLToPath(new URL('../../docs/screens', import.meta.url));
const WIDTHS = [1440, 390];
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
  const browser = await launchBrowser();
  const show = progressBar('screens');
  try {
    for (const [index, shot] of SHOTS.entries()) {
      for (const width of WIDTHS) {
        const context = await browser.newContext({
          baseURL: values.service,
          viewport: { width, height: 900 },
          colorScheme: shot.theme ?? 'light',
          locale: shot.language ?? 'en',
        });
        await take(context, shot, width);
        await context.close();
      }
      show(shot.name, (index + 1) / SHOTS.length);
    }
  } finally {
    await browser.close();
  }
});

async function take(context: BrowserContext, { name, as, open }: Shot, width: number): Promise<void> {
  const page = await context.newPage();
  if (as !== null) {
    await page.goto('/');
    await page.locator(`button[name=as][value=${as}]`).click();
    await page.locator('form[action="/sign-out"]').waitFor();
  }
  await open(page);
  await page.evaluate('document.fonts.ready');
  const height = Math.min(MAX_HEIGHT, await page.evaluate<number>('document.documentElement.scrollHeight'));
  const session = await context.newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: QUALITY,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width, height, scale: 1 },
  });
  await writeFile(path.join(FOLDER, `${name}-${width}.webp`), Buffer.from(data, 'base64'));
}
