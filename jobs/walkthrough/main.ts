/** `npm run walkthrough`: one real patent followed from facts to number, as docs/models/walkthrough.md. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from '../../src/command.ts';
import { readSubject } from './subject.ts';
import { walkthroughText } from './text.ts';

const HELP = `npm run walkthrough

Writes docs/models/walkthrough.md: every step of the valuation of one patent of data/cn_patents.csv, as formulas with their
numbers put in. Run it after any change of models/ that moves a value.
`;

const FILE = fileURLToPath(new URL('../../docs/models/walkthrough.md', import.meta.url));

await run(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help) return void process.stdout.write(HELP);
  const text = walkthroughText(await readSubject());
  await mkdir(path.dirname(FILE), { recursive: true });
  await writeFile(FILE, text);
});
