import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import type { LapseModel } from '../../models/lapse/types.ts';
import type { CalendarDate, DeclaredUse, PatentFacts } from '../../models/types.ts';
import type { ValuationInputs } from '../../models/valuation.ts';
import { canonicalJson } from '../canonical.ts';
import type { Sql } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import { Closed, Id } from '../http/schemas.ts';
import { findPledge } from '../pledges/store.ts';
import type { Service } from '../service.ts';
import { signingKeys } from '../webhooks/signing-keys.ts';
import {
  contentOf,
  firstDifference,
  inputSha256,
  Receipt,
  type ReceiptContent,
  signReceipt,
} from './receipt.ts';

/** A valuation as it was stored, with the model that it was made with. */
interface StoredRow {
  valuation_id: string;
  as_of: CalendarDate;
  known_at: Date;
  /** Hexadecimal. */
  input_sha256: string;
  status: string;
  currency: string;
  low_minor: number | null;
  mid_minor: number | null;
  high_minor: number | null;
  collateral_minor: number | null;
  detail: { facts: PatentFacts; declared: DeclaredUse | null } & Record<string, unknown>;
  model_version_id: string;
  parameters: LapseModel;
  /** Hexadecimal. */
  parameters_sha256: string;
}

export const valuationRoutes =
  ({ database: { sql } }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/pledges/:id/valuations/:valuation_id/receipt',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getReceipt',
          tags: ['pledges'],
          description:
            'All that went into one valuation of the value flow and came out of it, recomputed and signed; `npm run recompute` checks it without the service. 409 when code or assumptions have changed since and it cannot be reached again.',
          params: Closed({ id: Id, valuation_id: Id }),
          response: { 200: Receipt },
        },
      },
      async (request, reply) => {
        const { id, valuation_id } = request.params;
        const pledge = await findPledge(sql, id, callerOfGuarded(request));
        if (!pledge) throw new Problem('not_found', 'There is no such pledge.');
        const stored = await valuationOfPledge(sql, id, valuation_id);
        if (!stored)
          throw new Problem('not_found', 'There is no such valuation in this pledge’s value flow.');
        const [newest] = await signingKeys(sql);
        reply.type('application/json; charset=utf-8').serializer(canonicalJson);
        return signReceipt(recomputed(stored), newest!);
      },
    );
  };

async function valuationOfPledge(
  sql: Sql,
  pledge_id: string,
  valuation_id: string,
): Promise<StoredRow | undefined> {
  const [row] = await sql<StoredRow[]>`
    select valuation_id, valuation.as_of, valuation.known_at, encode(input_sha256, 'hex') as input_sha256,
      valuation.status, currency, valuation.low_minor, valuation.mid_minor, valuation.high_minor,
      valuation.collateral_minor, detail, valuation.model_version_id, parameters,
      encode(parameters_sha256, 'hex') as parameters_sha256
    from pledge_valuation
    cross join lateral jsonb_to_recordset(pledge_valuation.patents) as part (patent_id uuid, valuation_id text)
    join valuation using (patent_id, valuation_id)
    join model_version on model_version.id = valuation.model_version_id
    where pledge_id = ${pledge_id} and valuation_id = ${valuation_id} limit 1`;
  return row;
}

/** @throws Problem `conflict` when it is not, to the last bit, what was stored */
function recomputed(row: StoredRow): ReceiptContent {
  const inputs = inputsOf(row);
  if (inputSha256(inputs) !== row.input_sha256)
    throw changed(row, 'its inputs, with the assumptions of today, no longer hash to what was stored');
  const content = contentOf(inputs, row.known_at.toISOString());
  const difference = firstDifference(storedContent(row, content), content);
  if (difference === null) return content;
  const { path, stated, recomputed: now } = difference;
  throw changed(row, `${path} was stored as ${stated} and comes out as ${now} now`);
}

/** No valuation is made with deals or a calibration yet. */
function inputsOf({ as_of, detail: { facts, declared }, parameters }: StoredRow): ValuationInputs {
  const assumptions = DEFAULT_ASSUMPTIONS;
  return { as_of, facts, declared, lapse_model: parameters, market: null, calibration: null, assumptions };
}

/** The content with all that is stored of it in its place; the collateral in major units is not, its minor units are. */
function storedContent(row: StoredRow, content: ReceiptContent) {
  const { detail, valuation_id, model_version_id: id, parameters_sha256, parameters } = row;
  const { low_minor, mid_minor, high_minor, collateral_minor, status, currency } = row;
  const { facts: _facts, declared: _declared, ...kept } = detail;
  const { collateral } = content.result.valuation;
  const valuation = { collateral, ...kept, status, currency };
  return {
    ...content,
    valuation_id,
    lapse_model: { id, parameters_sha256, parameters },
    result: { valuation, low_minor, mid_minor, high_minor, collateral_minor },
  };
}

function changed({ valuation_id, known_at }: StoredRow, reason: string): Problem {
  return new Problem(
    'conflict',
    `Valuation ${valuation_id} of ${known_at.toISOString()} cannot be reached again: ${reason}. Ask for a later valuation, or the version of the program that made this one.`,
  );
}
