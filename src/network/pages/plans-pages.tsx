/** The own plan and what is used of it; for staff all plans, who is on which, and what is charged for. */
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../accounts/store.ts';
import type { Problem } from '../../errors.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed } from '../../http/schemas.ts';
import type { ModuleSetting } from '../../modules.ts';
import type { Words } from '../../pages/language/words.ts';
import { faultAt } from '../../pages/parts/fault.ts';
import { Field, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Choice, Section, Table } from '../../pages/parts/parts.tsx';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { say } from '../../pages/sentences.ts';
import { pagesOf } from '../../pages/serve.ts';
import { useView } from '../../pages/view.ts';
import { monthOf } from '../../quotas/months.ts';
import { METERS, NEAR_PERCENT, type Quotas, type Use, usesOf } from '../../quotas/use.ts';
import { listPlans, makePlan, type Plan, planOf, subscribe } from '../plans/plans.ts';

const OPERATE = { access: ['staff'], scope: 'operate' } as const;
const MAX_QUOTA = 1_000_000_000;
const at = () => '/plans';

export function planPages(app: FastifyInstance, { service }: ModuleSetting): void {
  const { database, clock } = service;
  const { sql } = database;
  const form = refusableFormsOf(app, service);
  const all = async (caller: Caller, words: Words, refused: Partial<Refused> = {}) => {
    const month = monthOf(clock.now());
    return {
      title: words.say('nav.plans'),
      body: (
        <PlansPage
          month={month}
          own={await planOf(sql, caller.organisation_id)}
          uses={await usesOf(sql, caller.organisation_id, month)}
          plans={await listPlans(sql)}
          problem={null}
          typed={{}}
          {...refused}
        />
      ),
    };
  };

  pagesOf(app, service)('/plans', { access: EVERYONE }, ({ request, view }) =>
    all(callerOfGuarded(request), view.words),
  );

  const quotas = Object.fromEntries(METERS.map((meter) => [meter, Typed]));
  form(
    '/plans',
    { ...OPERATE, body: Closed({ name: Typed, price_minor: Typed, currency: Typed, ...quotas }) },
    {
      at,
      async act({ body, caller }) {
        const typed = body as Record<string, string>;
        const given = {
          name: typed.name!.trim(),
          price_minor: wholeNumber(typed, 'price_minor', Number.MAX_SAFE_INTEGER),
          currency: typed.currency!.trim().toUpperCase(),
          quotas: quotasIn(typed),
        };
        if (given.name === '') throw faultAt('name', say('field_empty'));
        if (!/^[A-Z]{3}$/.test(given.currency)) throw faultAt('currency', say('field_no_currency'));
        await database.transaction((tx) => makePlan(tx, given, caller, clock.now()));
        return '/plans#plans';
      },
      again: ({ body, caller, view }, problem) =>
        all(caller, view.words, { problem, typed: body as Record<string, string> }),
    },
  );

  form(
    '/plans/subscriptions',
    { ...OPERATE, body: Closed({ organisation_id: Typed, plan_id: Typed }) },
    {
      at,
      async act({ body, caller }) {
        const { organisation_id, plan_id } = body;
        await database.transaction((tx) =>
          subscribe(tx, organisation_id.trim(), plan_id || null, caller, clock.now()),
        );
        return '/plans#plans';
      },
      again: ({ body, caller, view }, problem) => all(caller, view.words, { problem, typed: body }),
    },
  );
}

function quotasIn(typed: Readonly<Record<string, string>>): Quotas {
  const told = METERS.filter((meter) => typed[meter]!.trim() !== '');
  return Object.fromEntries(told.map((meter) => [meter, wholeNumber(typed, meter, MAX_QUOTA)]));
}

function wholeNumber(typed: Readonly<Record<string, string>>, field: string, most: number): number {
  const number = Number(typed[field]!.trim() || Number.NaN);
  if (Number.isSafeInteger(number) && number >= 0 && number <= most) return number;
  throw faultAt(field, say('field_not_whole', { least: 0, most }));
}

interface Refused {
  problem: Problem | null;
  typed: Readonly<Record<string, string>>;
}

interface Props extends Refused {
  month: string;
  own: (Plan & { from_on: string }) | null;
  uses: Use[];
  plans: Plan[];
}

function PlansPage({ month, own, uses, plans, problem, typed }: Props) {
  const view = useView();
  const { words } = view;
  const is_operator = view.caller?.kind === 'staff' && may(view, 'operate');
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.plans')}</h1>
        {own && <p>{words.say('plan.own', { name: own.name, day: words.day(own.from_on) })}</p>}
      </div>
      <Refusal problem={problem} />
      <Section title={words.say('plan.usage')} note={words.say('plan.usage_note')}>
        <Table<Use>
          caption={words.say('plan.usage')}
          empty={words.say('plan.none')}
          rows={uses}
          keyOf={({ meter }) => meter}
          columns={[
            { head: words.say('plan.meter'), cell: ({ meter }) => words.say(`plan.meter_${meter}`) },
            { head: words.say('plan.used'), kind: 'number', cell: ({ used }) => words.number(used) },
            { head: words.say('plan.quota'), kind: 'number', cell: ({ quota }) => words.number(quota) },
            {
              head: words.say('plan.left'),
              cell: ({ used, quota }) => (
                <>
                  {words.number(quota - used)}
                  {used > 0 && used * 100 >= quota * NEAR_PERCENT && (
                    <strong> {words.say('plan.near')}</strong>
                  )}
                </>
              ),
            },
          ]}
        />
      </Section>
      <Section id="plans" title={words.say('plan.plans')}>
        <Table<Plan>
          caption={words.say('plan.plans')}
          empty={words.say('plan.no_plans')}
          rows={plans}
          keyOf={({ id }) => id}
          columns={[
            { head: words.say('plan.name'), cell: ({ name }) => name },
            {
              head: words.say('plan.price'),
              kind: 'number',
              cell: ({ price_minor, currency }) => words.money(price_minor, currency),
            },
            { head: words.say('plan.quotas'), cell: ({ quotas }) => quotasText(quotas, words) },
          ]}
        />
        {view.caller?.kind === 'staff' && (
          <p class="actions">
            <a class="button" href={`/v1/plan-charges?month=${month.slice(0, 7)}&format=csv`}>
              {words.say('plan.charges', { month: words.month(month) })}
            </a>
          </p>
        )}
      </Section>
      {is_operator && <Operate {...{ plans, problem, typed }} />}
    </>
  );
}

function quotasText(quotas: Quotas, words: Words): string {
  return METERS.filter((meter) => quotas[meter] !== undefined)
    .map((meter) => `${words.say(`plan.meter_${meter}`)}: ${words.number(quotas[meter]!)}`)
    .join(words.say('term.between'));
}

function Operate({ plans, problem, typed }: Pick<Props, 'plans' | 'problem' | 'typed'>) {
  const { words } = useView();
  return (
    <>
      <Section title={words.say('plan.subscribe')}>
        <SendForm action="/plans/subscriptions" send={words.say('plan.set')}>
          <Field
            name="organisation_id"
            label={words.say('plan.organisation')}
            problem={problem}
            input={{ value: typed.organisation_id, autocomplete: 'off' }}
          />
          <Choice
            name="plan_id"
            label={words.say('plan.name')}
            chosen={typed.plan_id ?? ''}
            options={[
              { value: '', text: words.say('plan.no_plan') },
              ...plans.map(({ id, name }) => ({ value: id, text: name })),
            ]}
          />
        </SendForm>
      </Section>
      <Section title={words.say('plan.make')}>
        <SendForm action="/plans" send={words.say('plan.make')}>
          <Field name="name" label={words.say('plan.name')} problem={problem} input={{ value: typed.name }} />
          <Field
            name="price_minor"
            label={words.say('plan.price_minor')}
            problem={problem}
            input={{ value: typed.price_minor, inputMode: 'numeric' }}
          />
          <Field
            name="currency"
            label={words.say('plan.currency')}
            problem={problem}
            input={{ value: typed.currency ?? 'CNY' }}
          />
          {METERS.map((meter) => (
            <Field
              key={meter}
              name={meter}
              label={words.say(`plan.meter_${meter}`)}
              problem={problem}
              input={{ value: typed[meter], inputMode: 'numeric' }}
            />
          ))}
        </SendForm>
      </Section>
    </>
  );
}
