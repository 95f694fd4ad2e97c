/** `npm run report:samples`: writes docs/reports/. */
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { run } from '../../src/command.ts';
import { SAMPLES, sampleReports } from './samples.ts';

const HELP = `npm run -s report:samples

Writes the sample reports of docs/reports/, one a language. Run it after any change of a value, a text or the layout.
`;

await run(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help) return void process.stdout.write(HELP);
  await mkdir(SAMPLES, { recursive: true });
  for (const { name, pdf } of await sampleReports()) {
    await writeFile(new URL(name, SAMPLES), pdf);
    process.stdout.write(`docs/reports/${name}: ${pdf.length} bytes\n`);
  }
});
