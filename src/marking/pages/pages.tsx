/** The desk of marks: products and their lots for their owner, the queue of certification for staff. */

import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { isCalendarDate } from '../../../models/calendar.ts';
import type { Problem } from '../../errors.ts';
import { Closed, Id } from '../../http/schemas.ts';
import type { ModuleSetting } from '../../modules.ts';
import { faultAt } from '../../pages/parts/fault.ts';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { say } from '../../pages/sentences.ts';
import { pagesOf } from '../../pages/serve.ts';
import type { View } from '../../pages/view.ts';
import { issueLot, listLots, MAX_MARKS_PER_LOT, revokeMarks } from '../marks/lots.ts';
import { examinePatents } from '../products/patents.ts';
import { attemptMarking, MARKING_KINDS } from '../products/routes.ts';
import { certifyProduct, findProduct, revokeProduct, submitProduct } from '../products/service.ts';
import { listProducts } from '../products/store.ts';
import { clearMark, listAnomalies, listProbes } from '../scans/store.ts';
import { say as sayOfMarks } from '../sentences.ts';
import { listClaims } from '../verification/claim.ts';
import { AnomaliesPage, ClaimsPage } from './anomalies-page.tsx';
import { ProductPage } from './product-page.tsx';
import { NO_DRAFT, ProductsPage } from './products-page.tsx';
import { publicPages } from './public-pages.tsx';

const ROWS = 50;
const ById = Closed({ id: Id });
const FIRM = { access: ['firm'], scope: 'write' } as const;
const BOTH = { access: MARKING_KINDS, scope: 'write' } as const;
const REVIEW = { access: ['staff'], scope: 'review' } as const;
const PATENT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const at = ({ id }: { id: string }) => `/marking/${id}`;

export function markingPages(app: FastifyInstance, setting: ModuleSetting): void {
  publicPages(app, setting);
  const { service } = setting;
  const { database, vault, clock } = service;
  const { sql } = database;
  const page = pagesOf(app, service);
  const form = refusableFormsOf(app, service);

  const products = async ({ words }: View, draft = NO_DRAFT, problem: Problem | null = null) => ({
    title: words.say('marking.title'),
    body: <ProductsPage products={await listProducts(sql, { limit: ROWS })} {...{ draft, problem }} />,
  });
  const product = async (id: string, problem: Problem | null = null) => {
    const found = await findProduct(sql, id);
    const [patents, lots] = await Promise.all([
      examinePatents(sql, found.patent_ids, found.owner, clock.now()),
      listLots(sql, id, ROWS, null),
    ]);
    return { title: found.name, body: <ProductPage {...{ product: found, patents, lots, problem }} /> };
  };

  page('/marking', { access: MARKING_KINDS }, ({ view }) => products(view));

  page('/marking/anomalies', { access: MARKING_KINDS }, async ({ view }) => {
    const [alarmed, warned, probes] = await Promise.all([
      listAnomalies(sql, 'alarmed', ROWS, null),
      listAnomalies(sql, 'warned', ROWS, null),
      listProbes(sql, ROWS),
    ]);
    return {
      title: view.words.say('marking.anomalies'),
      body: <AnomaliesPage {...{ alarmed, warned, probes }} />,
    };
  });

  page('/marking/claims', { access: MARKING_KINDS }, async ({ view }) => ({
    title: view.words.say('marking.claims'),
    body: <ClaimsPage claims={await listClaims(sql, ROWS, null)} />,
  }));

  page('/marking/:id', { access: MARKING_KINDS, params: ById }, ({ params }) => product(params.id));

  form(
    '/marking',
    { ...FIRM, body: Closed({ name: Typed, gtin: Typed, territory: Typed, patents: Typed }) },
    {
      at: () => '/marking',
      act: async ({ body, caller }) => {
        const { id } = await attemptMarking(
          setting,
          caller,
          'marked_product.submit',
          caller.organisation_id,
          async () => {
            const given = productOf(body);
            return database.transaction((tx) => submitProduct(tx, given, caller, clock.now()));
          },
        );
        return at({ id });
      },
      again: ({ body, view }, problem) => products(view, body, problem),
    },
  );

  form(
    '/marking/:id/certification',
    {
      ...REVIEW,
      params: ById,
      body: Closed({
        note: Typed,
        decision: Type.Union([Type.Literal('certified'), Type.Literal('refused')]),
      }),
    },
    {
      at,
      act: async ({ params, body: { note, decision }, caller }) => {
        await attemptMarking(setting, caller, 'marked_product.certify', params.id, async () => {
          const said = { decision, note: filled('note', note) };
          await database.transaction((tx) => certifyProduct(tx, params.id, said, caller, clock.now()));
        });
        return at(params);
      },
      again: ({ params }, problem) => product(params.id, problem),
    },
  );

  form(
    '/marking/:id/lots',
    { ...FIRM, params: ById, body: Closed({ code: Typed, marks: Typed, shipped_on: Typed }) },
    {
      at,
      act: async ({ params, body, caller }) => {
        await attemptMarking(setting, caller, 'mark_lot.issue', params.id, async () => {
          const given = lotOf(body);
          await database.transaction((tx) => issueLot(tx, vault, params.id, given, caller, clock.now()));
        });
        return at(params);
      },
      again: ({ params }, problem) => product(params.id, problem),
    },
  );

  form(
    '/marking/:id/revocations',
    { ...BOTH, params: ById, body: Closed({ lot_id: Typed, serial: Typed, reason: Typed }) },
    {
      at,
      act: async ({ params, body, caller }) => {
        const reason = filled('reason', body.reason);
        const serial =
          body.serial.trim() === '' ? {} : { serial: body.serial.replaceAll(/\s/g, '').toUpperCase() };
        await attemptMarking(setting, caller, 'mark.revoke', params.id, () =>
          database.transaction(async (tx) => {
            if (body.lot_id === '') await revokeProduct(tx, params.id, reason, caller, clock.now());
            else await revokeMarks(tx, body.lot_id, { reason, ...serial }, caller, clock.now());
          }),
        );
        return at(params);
      },
      again: ({ params }, problem) => product(params.id, problem),
    },
  );

  form(
    '/marking/anomalies/clearances',
    { ...FIRM, body: Closed({ lot_id: Typed, serial: Typed }) },
    {
      at: () => '/marking/anomalies',
      act: async ({ body: { lot_id, serial }, caller }) => {
        await attemptMarking(setting, caller, 'mark.clear', lot_id, () =>
          database.transaction((tx) => clearMark(tx, lot_id, serial, caller, clock.now())),
        );
        return '/marking/anomalies';
      },
    },
  );
}

/** @throws Problem `bad_request` naming the field */
function productOf({
  name,
  gtin,
  territory,
  patents,
}: Record<'name' | 'gtin' | 'territory' | 'patents', string>) {
  const patent_ids = [...new Set(patents.split(/[\s,;]+/).filter((id) => id !== ''))];
  const countries = [
    ...new Set(
      territory
        .toUpperCase()
        .split(/[\s,;]+/)
        .filter((code) => code !== ''),
    ),
  ];
  const wrong = patent_ids.find((id) => !PATENT_ID.test(id));
  if (patent_ids.length === 0) throw faultAt('patents', say('field_empty'));
  if (wrong !== undefined) throw faultAt('patents', sayOfMarks('field_no_patent_id', { given: wrong }));
  const country = countries.find((code) => !/^[A-Z]{2}$/.test(code));
  if (country !== undefined) throw faultAt('territory', sayOfMarks('field_no_country', { given: country }));
  return {
    name: filled('name', name).slice(0, 200),
    ...(gtin.trim() !== '' && { gtin }),
    territory: countries,
    patent_ids,
  };
}

/** @throws Problem `bad_request` naming the field */
function lotOf({ code, marks, shipped_on }: Record<'code' | 'marks' | 'shipped_on', string>) {
  const count = /^\d{1,7}$/.test(marks.trim()) ? Number(marks) : 0;
  if (!/^[A-Z0-9][A-Z0-9-]{0,19}$/.test(code.trim())) throw faultAt('code', say('field_no_lot_code'));
  if (count < 1 || count > MAX_MARKS_PER_LOT)
    throw faultAt('marks', say('field_not_whole', { least: 1, most: MAX_MARKS_PER_LOT }));
  if (shipped_on !== '' && !isCalendarDate(shipped_on)) throw faultAt('shipped_on', say('field_no_day'));
  return { code: code.trim(), marks: count, ...(shipped_on !== '' && { shipped_on }) };
}

function filled(field: string, text: string): string {
  const said = text.trim().slice(0, 500);
  if (said === '') throw faultAt(field, say('field_empty'));
  return said;
}
