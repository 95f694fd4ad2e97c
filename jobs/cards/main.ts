/** `npm run cards`: the figures of the model cards in docs/models, from the models as they are now. */
import { parseArgs } from 'node:util';
import { run } from '../../src/command.ts';
import { freshCards, requireFresh, storeCards } from './update.ts';

const HELP = `npm run cards -- [--check]

Writes the figures of docs/models/lapse.md, valuation.md and monitoring.md: fits on data/cn_patents.csv at fixed days, so that
equal models give equal cards. Run it after any change of models/ and read what moved. Takes some ten seconds.

  --check  write nothing; fail when a card is out of date
  --help   this text
`;

await run(async () => {
  const { values } = parseArgs({
    options: { check: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) return void process.stdout.write(HELP);
  const cards = await freshCards();
  if (values.check) return requireFresh(cards);
  for (const name of await storeCards(cards)) process.stdout.write(`docs/models/${name}\n`);
});
