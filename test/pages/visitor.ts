/** Somebody at a browser: of a role, with a language, a theme, with or without scripts; and what went wrong while they looked. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { MODULES } from '../../src/modules.ts';
import type { Key, Language } from '../../src/pages/language/catalogue.ts';
import { type Words, wordsIn } from '../../src/pages/language/words.ts';
import { CORE_PLACES } from '../../src/pages/navigation.ts';
import { PASSWORD } from '../people.ts';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PLACES = [...CORE_PLACES, ...MODULES.flatMap(({ places }) => places)];
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const WAIT_LIMIT_ms = 60_000;
export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

/** Faults found, each with the page it was found on. */
export interface Faults {
  axe: string[];
  errors: string[];
  policy: string[];
}

export interface Visitor {
  page: Page;
  words: Words;
  scripts: boolean;
  /** Goes to an address of the service. @returns the status */
  go(address: string): Promise<number>;
  leave(): Promise<void>;
}

interface As {
  language: Language;
  scripts: boolean;
  theme?: 'light' | 'dark';
}

export async function visit(browser: Browser, origin: string, as: As, faults: Faults): Promise<Visitor> {
  const { language, scripts, theme = 'light' } = as;
  const context = await browser.newContext({
    baseURL: origin,
    viewport: WIDE,
    colorScheme: theme,
    locale: language,
    javaScriptEnabled: scripts,
  });
  context.setDefaultTimeout(WAIT_LIMIT_ms);
  await listen(context, faults);
  const page = await context.newPage();
  return {
    page,
    words: wordsIn(language),
    scripts,
    async go(address) {
      const answer = await page.goto(address, { waitUntil: 'load' });
      return answer?.status() ?? 0;
    },
    leave: () => context.close(),
  };
}

/** Through the form, as anybody does. */
export async function signIn({ page, go, words }: Visitor, email: string): Promise<void> {
  await go('/sign-in');
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page
    .locator('main')
    .getByRole('button', { name: words.say('sign_in.title'), exact: true })
    .click();
  await page.locator('form[action="/sign-out"]').waitFor();
}

/** By the bar, through the group of the place where another is present. */
export async function enter({ page, words }: Visitor, name: Key): Promise<void> {
  const { group, href } = PLACES.find(({ text }) => text === name)!;
  const navigation = page.locator('header nav');
  const place = navigation.locator(`a[href="${href}"]`);
  if ((await place.count()) === 0)
    await navigation.getByRole('link', { name: words.say(`nav.group_${group}`), exact: true }).click();
  await place.last().click();
}

export const press = ({ page, words }: Visitor, name: Key) =>
  page
    .locator('main')
    .getByRole('button', { name: words.say(name), exact: true })
    .click();

/** A page that answers an error is told of by the browser itself: that is no fault of the page. */
const ANSWERED = /Failed to load resource: the server responded with a status of 4\d\d/;

async function listen(context: BrowserContext, faults: Faults): Promise<void> {
  context.on('console', (message) => {
    const told = `${message.page()?.url()}: ${message.text()}`;
    if (/Content Security Policy/i.test(message.text())) faults.policy.push(told);
    else if (['error', 'warning'].includes(message.type()) && !ANSWERED.test(message.text()))
      faults.errors.push(told);
  });
  context.on('weberror', (error) => faults.errors.push(`${error.page()?.url()}: ${error.error().message}`));
}

interface Violation {
  id: string;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

/** Lets the pages that are gone to from now on be examined; half a megabyte, told to the browser once. */
export const equip = ({ page }: Visitor) => page.addInitScript(AXE);

/** Holds the page against WCAG 2.2 AA and axe's own practices. */
export async function examine({ page }: Visitor, faults: Faults, theme: string): Promise<void> {
  const violations = await page.evaluate<Violation[], string[]>(async (tags) => {
    const { axe } = globalThis as unknown as Axe;
    // Where it found nothing wrong it need not say of each place.
    const told = await axe.run({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
    return told.violations;
  }, AXE_TAGS);
  for (const { id, nodes } of violations)
    for (const { target, failureSummary } of nodes)
      faults.axe.push(`${page.url()} ${theme}: ${id} ${target.join(' ')}: ${failureSummary ?? ''}`);
}

interface Axe {
  axe: { run(options: object): Promise<{ violations: Violation[] }> };
}
