/** Sheets of the labels of a lot. */
import { Problem } from '../../errors.ts';
import type { ModuleSetting } from '../../modules.ts';
import { onThread } from '../../thread.ts';
import type { SealedLot } from '../marks/lots.ts';
import type { MadeMark } from '../marks/make.ts';
import { marksOf, type Range } from '../marks/range.ts';
import { findProduct } from '../products/service.ts';
import { say } from '../sentences.ts';
import { LABELS_PER_SHEET } from './label.ts';
import type { SheetTask } from './thread.ts';

const LIMIT_ms = 60_000;

const setLabels = onThread<SheetTask, Uint8Array>({
  module: new URL('thread.ts', import.meta.url),
  name: 'sheet of labels',
  limit_ms: LIMIT_ms,
  remedy: say('labels_fewer'),
});

export async function sheetOf(
  setting: ModuleSetting,
  lot: SealedLot,
  range: Range,
  form: SheetTask['form'],
): Promise<Buffer> {
  if (form === 'svg' && range.count > LABELS_PER_SHEET)
    throw new Problem(
      'refused',
      `An SVG is one sheet of at most ${LABELS_PER_SHEET} labels; ask for the PDF.`,
    );
  const { database, clock } = setting.service;
  const product = await findProduct(database.sql, lot.product_id);
  const marks: MadeMark[] = [];
  for await (const batch of await marksOf(setting, lot, range)) marks.push(...batch);
  const { host } = new URL(setting.http.public_url);
  const bytes = await setLabels({
    form,
    title: `${product.name} ${lot.code}`,
    marks,
    on: { product: product.name, lot_code: lot.code, host, path: `/p/${product.id}` },
    made_at: clock.now(),
  });
  return Buffer.from(bytes);
}
