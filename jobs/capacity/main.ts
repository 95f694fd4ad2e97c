/** `npm run capacity`: what a corpus of patents needs, from one million to a billion, and what breaks first. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { run } from '../../src/command.ts';
import { StartupError } from '../../src/errors.ts';
import { BREAKS, capacityFiles, DOCS, PLANS } from './files.ts';
import { WORLD } from './measured.ts';

const HELP = `npm run capacity -- [--check] [--json]

Computes servers, disks and hours for a corpus of one million to a billion patents from the constants of
jobs/capacity/measured.ts, and writes the tables of docs/scale.md and the chart docs/scale.svg.

  --check  write nothing; fail when they are out of date
  --json   write nothing; print the plans as one line of JSON
  --help   this text
`;

await run(async () => {
  const { values } = parseArgs({
    options: { check: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (values.json)
    return void process.stdout.write(`${JSON.stringify({ ...WORLD, plans: PLANS, breaks: BREAKS })}\n`);
  for (const { name, stored, fresh } of await capacityFiles()) {
    if (stored === fresh) continue;
    if (values.check)
      throw new StartupError(`Out of date: docs/${name}. Run npm run capacity and read what changed.`);
    await writeFile(DOCS + name, fresh);
    process.stdout.write(`docs/${name}\n`);
  }
});
