/** Applications step by step: what happened at the office, and the terms and fees that follow from it. */

import { filingFees } from '../../../models/claims/fees.ts';
import { parseClaims } from '../../../models/claims/parse.ts';
import { attempt } from '../../../models/failure.ts';
import { type ApplicationState, isOver, nextStates } from '../../../models/filing/procedure.ts';
import { termsOfFiling, termsOfPublication } from '../../../models/filing/terms.ts';
import { toMinor } from '../../../models/money.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import { dateOf } from '../../clock.ts';
import type { Transaction } from '../../db/client.ts';
import { Problem, requireFormula } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { patentId } from '../../patents/identity.ts';
import { readNumber } from '../../patents/numbers/read-number.ts';
import { applicationText } from '../drafts/checks.ts';
import { draftWithText } from '../drafts/store.ts';
import { say } from '../sentences.ts';
import { insertTerms, meetDeadlines, voidDeadlines } from './deadlines.ts';
import { grant } from './grant.ts';
import { type Application, findApplication, type Office, recordStep, stepsOf, whoOf } from './store.ts';

/** Of one draft. */
export const MAX_APPLICATIONS = 50;

export interface NewApplication {
  /** The latest where left out. */
  version?: number;
  office: Office;
  priority_on: CalendarDate | null;
}

/** Of which office a form is. */
const OFFICE_OF_FORM = { CN: 'CN', EP: 'EP', PCT: 'WO' } as const;

/** @throws Problem `not_found`, `refused` */
export async function prepareApplication(
  tx: Transaction,
  draft_id: string,
  { version, office, priority_on }: NewApplication,
  caller: Caller,
  now: Date,
): Promise<Application> {
  const { draft, text } = await draftWithText(tx, draft_id, version);
  if (OFFICE_OF_FORM[draft.form] !== office)
    throw new Problem(
      'refused',
      `office: the draft is written in the form of ${draft.form}, which goes to ${OFFICE_OF_FORM[draft.form]}; begin a draft in the form of the other office.`,
    );
  requirePast('priority_on', priority_on, now);
  const [held] = await tx<
    { count: number }[]
  >`select count(*) from filing_application where draft_id = ${draft_id}`;
  if (held!.count >= MAX_APPLICATIONS)
    throw new Problem('refused', say('applications_full', { count: MAX_APPLICATIONS }));
  const application: Application = {
    id: newId('fap'),
    firm_id: draft.firm_id,
    draft_id,
    version: text.version,
    office,
    right_type: draft.right_type,
    state: 'prepared',
    priority_on,
    application_number: null,
    filed_on: null,
    patent_id: null,
    granted_on: null,
    watched_at: null,
    created_at: now,
  };
  await tx`insert into filing_application ${tx({ ...application })}`;
  const prepared = { from_state: null, to_state: 'prepared', happened_on: dateOf(now) } as const;
  await recordStep(tx, application, { ...prepared, detail: { version: text.version } }, whoOf(caller), now);
  return application;
}

export interface NewStep {
  to: ApplicationState;
  happened_on: CalendarDate;
  /** Of the office; with `filed`. */
  application_number?: string;
}

/** What the register says, which staff may record as well. */
export const OF_REGISTER: readonly ApplicationState[] = ['published', 'granted', 'refused', 'lapsed'];

/**
 * Records what happened. Terms that it sets open, those that it ends close; a grant puts the patent on a watch list of the firm.
 * @throws Problem `not_found`, `conflict` for a state that cannot follow, `refused` for a day or number that cannot be
 */
export async function takeStep(
  tx: Transaction,
  application_id: string,
  step: NewStep,
  caller: Caller,
  now: Date,
): Promise<Application> {
  const application = await findApplication(tx, application_id, true);
  if (caller.kind === 'staff' && !OF_REGISTER.includes(step.to))
    throw new Problem('refused', `Staff record what the register says: ${OF_REGISTER.join(', ')}.`);
  await requireNext(tx, application, step, now);
  const next: Application = {
    ...application,
    state: step.to,
    ...(step.to === 'filed' && numberOf(application.office, step)),
    ...(step.to === 'granted' && { granted_on: step.happened_on }),
  };
  await moveTo(tx, next);
  const { to: to_state, happened_on, application_number } = step;
  const detail = application_number === undefined ? {} : { application_number };
  const taken = { from_state: application.state, to_state, happened_on, detail };
  await recordStep(tx, next, taken, whoOf(caller), now);
  await followUp(tx, next, step, now);
  return step.to === 'granted' ? grant(tx, next, now) : next;
}

async function requireNext(
  tx: Transaction,
  { id, state, office }: Application,
  { to, happened_on, application_number }: NewStep,
  now: Date,
): Promise<void> {
  const next = nextStates(state);
  if (!next.includes(to))
    throw new Problem(
      'conflict',
      next.length === 0
        ? say('application_over', { application: state })
        : say('application_out_of_order', {
            application: state,
            next: next.join(', '),
            to_application: to,
          }),
    );
  if (office === 'WO' && ['granted', 'allowed'].includes(to))
    throw new Problem(
      'refused',
      'An international application is granted by no office; prepare national ones.',
    );
  if ((to === 'filed') !== (application_number !== undefined))
    throw new Problem('refused', say('application_number_astray'));
  requirePast('happened_on', happened_on, now);
  const last = (await stepsOf(tx, id)).at(-1);
  if (state !== 'prepared' && last && happened_on < last.happened_on)
    throw new Problem(
      'refused',
      say('application_day_before', { day: happened_on, last: last.happened_on, application: state }),
    );
}

/** @throws Problem `refused` */
export function requirePast(field: string, day: CalendarDate | null, now: Date): void {
  if (day !== null && day > dateOf(now))
    throw new Problem('refused', say('application_day_to_come', { field, day, today: dateOf(now) }));
}

/** The number as the patent database has it, and the id that it leads to. */
function numberOf(office: Office, { application_number, happened_on }: NewStep) {
  const read = requireFormula(
    () => readNumber(application_number!, { office, kind_of_number: 'application' }),
    ({ said }) => new Problem('refused', say('application_number_unread', { fault: said })),
  );
  if (read.office !== office)
    throw new Problem(
      'refused',
      say('application_number_elsewhere', { office: read.office, own_office: office }),
    );
  const { number } = read;
  return { application_number: number, filed_on: happened_on, patent_id: patentId(office, number) };
}

const UNIQUE_VIOLATION = '23505';

/** @throws Problem `conflict` for a number that another application of the firm has, seen by the caller or not */
async function moveTo(tx: Transaction, { id, ...next }: Application): Promise<void> {
  const { state, application_number, filed_on, patent_id, granted_on } = next;
  try {
    await tx`update filing_application set ${tx({ state, application_number, filed_on, patent_id, granted_on })}
      where id = ${id}`;
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    throw new Problem('conflict', say('application_number_taken'));
  }
}

async function followUp(
  tx: Transaction,
  application: Application,
  { to, happened_on }: NewStep,
  now: Date,
): Promise<void> {
  const { id, office, right_type, priority_on } = application;
  if (to === 'filed') {
    const terms = termsOfFiling({ office, right_type, filed_on: happened_on, priority_on });
    const deadlines = await insertTerms(tx, id, terms, null, now);
    await insertFees(tx, application, deadlines, now);
  }
  if (to === 'published') await insertTerms(tx, id, termsOfPublication(office, happened_on), null, now);
  if (to === 'examined') await meetDeadlines(tx, id, ['examination_request'], happened_on);
  if (isOver(to)) await voidDeadlines(tx, id);
}

/** What is due until grant whatever the examiner says, as far as the tables know it. */
async function insertFees(
  tx: Transaction,
  { id, draft_id, version }: Application,
  deadlines: ReadonlyMap<string, string>,
  now: Date,
): Promise<void> {
  const { draft, text } = await draftWithText(tx, draft_id, version);
  const claims = attempt(() => parseClaims(text.claims, draft.language));
  const lines = filingFees(applicationText(draft, text), claims.ok ? claims.value.length : 0);
  for (const { of: kind, amount, currency, verified } of lines)
    await tx`insert into filing_fee ${tx({
      id: newId('fee'),
      application_id: id,
      kind,
      amount_minor: toMinor(amount, currency),
      currency,
      verified,
      deadline_id: deadlines.get(kind === 'examination' ? 'examination_request' : 'filing_fee') ?? null,
      created_at: now,
    })}`;
}
