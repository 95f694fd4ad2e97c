/** `npm run pages:test`: do people get done what they come for, and can everybody read it? */
import { parseArgs } from 'node:util';
import { progressBar } from '../../jobs/progress.ts';
import { run } from '../../src/command.ts';
import { LANGUAGES } from '../../src/pages/language/catalogue.ts';
import { launchBrowser } from './browser.ts';
import { holds, type PagesReport, runPages } from './run.ts';
import { buildWorld } from './world.ts';

const HELP = `npm run pages:test -- [--json]

Walks the journeys of each role through the pages in a browser, in all languages, with and without scripts, and examines every
page in light and dark with axe-core (WCAG 2.2 AA). The browser is a Chromium on the PATH, or else the one of the npm
package @sparticuz/chromium. Ends with 0 when every journey arrived and nothing was found.

  --json  print the report as one line of JSON
  --help  this text
`;

await run(async () => {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) return void process.stdout.write(HELP);
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const world = await buildWorld({ teardown: (step) => undo.unshift(step) });
    const browser = await launchBrowser();
    undo.unshift(() => browser.close());
    const show = progressBar('pages');
    const asked = { languages: LANGUAGES, scripts: [true, false], themes: ['light', 'dark'] as const };
    const report = await runPages(browser, world, asked, (done, all) =>
      show(`${done} of ${all}`, done / all),
    );
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : textOf(report));
    if (!holds(report)) process.exitCode = 1;
  } finally {
    for (const step of undo) await step();
  }
});

function textOf({ failures, seconds, ...counts }: PagesReport): string {
  const told = Object.entries(counts).map(([name, count]) => `${name.padEnd(18)}${count}`);
  return [...told, `in ${seconds} s`, ...failures.map((failure) => `  ${failure}`), ''].join('\n');
}
