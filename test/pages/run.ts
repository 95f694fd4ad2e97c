/** Walks journeys and examines pages, and counts what went wrong. */
import type { Browser } from 'playwright-core';
import type { Language } from '../../src/pages/language/catalogue.ts';
import { JOURNEYS, pagesOf } from './journeys.ts';
import { equip, examine, type Faults, signIn, type Visitor, visit } from './visitor.ts';
import type { PagesWorld } from './world.ts';

export interface PagesReport {
  journeys: number;
  journeys_failed: number;
  pages: number;
  axe_violations: number;
  console_errors: number;
  csp_violations: number;
  seconds: number;
  /** In words, one for each fault. */
  failures: string[];
}

/** Of a page on which a journey ended before its time. */
const MAX_SHOWN_CHARACTERS = 1_000;

export interface Asked {
  languages: readonly Language[];
  /** With and without scripts. */
  scripts: readonly boolean[];
  themes: readonly ('light' | 'dark')[];
}

export async function runPages(
  browser: Browser,
  world: PagesWorld,
  { languages, scripts, themes }: Asked,
  onStep: (done: number, all: number) => void = () => {},
): Promise<PagesReport> {
  const started_ms = performance.now();
  const faults: Faults = { axe: [], errors: [], policy: [] };
  const failed: string[] = [];
  const pages = pagesOf(world);
  const all = languages.length * (scripts.length * JOURNEYS.length + themes.length * pages.length);
  let done = 0;
  let walked = 0;
  for (const language of languages) {
    for (const with_scripts of scripts)
      for (const { name, walk } of JOURNEYS) {
        const visitor = await visit(browser, world.origin, { language, scripts: with_scripts }, faults);
        walked += 1;
        await walk(visitor, world).catch(async (error: Error) => {
          const where = `${language}, ${with_scripts ? 'with' : 'without'} scripts: ${name}`;
          failed.push(`${where}: ${error.message}; ${await shown(visitor)}`);
        });
        await visitor.leave();
        onStep(++done, all);
      }
    for (const theme of themes) {
      // They only look, so all roles may at once: most of it is waiting for the browser.
      const looking = [...Map.groupBy(pages, ({ role }) => role)].map(async ([role, own]) => {
        const visitor = await visit(browser, world.origin, { language, scripts: true, theme }, faults);
        await equip(visitor);
        if (role !== null) await signIn(visitor, await world.newPerson(role));
        for (const { address } of own) {
          await visitor.go(address);
          await examine(visitor, faults, theme);
          onStep(++done, all);
        }
        await visitor.leave();
      });
      await Promise.all(looking);
    }
  }
  return {
    journeys: walked,
    journeys_failed: failed.length,
    pages: pages.length,
    axe_violations: faults.axe.length,
    console_errors: faults.errors.length,
    csp_violations: faults.policy.length,
    seconds: Math.round((performance.now() - started_ms) / 100) / 10,
    failures: [...failed, ...faults.axe, ...faults.errors, ...faults.policy],
  };
}

/** Where a journey got to. */
async function shown({ page }: Visitor): Promise<string> {
  const text = await page
    .locator('main')
    .innerText()
    .catch(() => '');
  return `at ${new URL(page.url()).pathname}: ${text.slice(0, MAX_SHOWN_CHARACTERS)}`;
}

export function holds({ failures }: PagesReport): boolean {
  return failures.length === 0;
}
