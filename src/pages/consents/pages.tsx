/** Which bank may know and tell what about the own firm. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FACT_KINDS } from '../../../models/risk/borrower-facts.ts';
import { organisationNames } from '../../accounts/store.ts';
import { attemptOnFirm, giveConsent, revokeConsent } from '../../borrowers/service.ts';
import { type Consent, consentsOf } from '../../borrowers/store.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import type { Service } from '../../service.ts';
import { formsOf, Ticked, Typed } from '../forms.ts';
import type { Words } from '../language/words.ts';
import { type Faults, SendForm, TextField } from '../parts/forms.tsx';
import { Section, Table } from '../parts/parts.tsx';
import { pagesOf } from '../serve.ts';
import { useView } from '../view.ts';

const WRITE = { access: ['firm'], scope: 'write' } as const;
const KINDS = Object.fromEntries(FACT_KINDS.map((kind) => [`kind_${kind}`, Ticked]));

interface Shown {
  consents: Consent[];
  names: ReadonlyMap<string, string>;
  faults: Faults;
  typed: Readonly<Record<string, string | undefined>>;
}

export function consentPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const form = formsOf(app, service);
  const consents = async (
    request: FastifyRequest,
    words: Words,
    faults: Faults = {},
    typed: Shown['typed'] = {},
  ) => {
    const given = await consentsOf(database.sql, callerOfGuarded(request).organisation_id, null);
    const names = await organisationNames(
      database.sql,
      given.map(({ bank_id }) => bank_id),
    );
    return {
      title: words.say('consent.title'),
      body: <ConsentsPage {...{ names, faults, typed }} consents={given} />,
    };
  };

  pagesOf(app, service)('/consents', { access: ['firm'] }, ({ request, view }) =>
    consents(request, view.words),
  );

  form(
    '/consents',
    { who: WRITE, fields: { bank_id: Typed, ...KINDS } },
    async ({ body, request, view, again, goTo }) => {
      const { words } = view;
      const caller = callerOfGuarded(request);
      const { organisation_id: firm_id } = caller;
      const typed: Shown['typed'] = body;
      const bank_id = body.bank_id.trim();
      const kinds = FACT_KINDS.filter((kind) => typed[`kind_${kind}`] === 'on');
      const refuse = async (faults: Faults) => again(await consents(request, words, faults, typed));
      if (bank_id === '') return refuse({ bank_id: words.say('valuation.bank_missing') });
      if (kinds.length === 0) return refuse({ kinds: words.say('consent.kinds_missing') });
      try {
        await attemptOnFirm(service, { caller, firm_id, action: 'borrower.consent' }, () =>
          database.transaction((tx) => giveConsent(tx, firm_id, { bank_id, kinds }, caller, clock.now())),
        );
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'refused') throw error;
        return refuse({ bank_id: words.say('consent.no_bank') });
      }
      return goTo('/consents');
    },
  );

  form('/consents/revocations', { who: WRITE, fields: { id: Typed } }, async ({ body, request, goTo }) => {
    const caller = callerOfGuarded(request);
    const { organisation_id: firm_id } = caller;
    await attemptOnFirm(service, { caller, firm_id, action: 'borrower.consent' }, () =>
      database.transaction((tx) => revokeConsent(tx, firm_id, body.id, caller, clock.now())),
    );
    return goTo('/consents');
  });
}

function ConsentsPage({ consents, names, faults, typed }: Shown) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('consent.title')}</h1>
      </div>
      <Section title={words.say('consent.given')} note={words.say('consent.note')}>
        <Table<Consent>
          caption={words.say('consent.given')}
          empty={words.say('consent.none')}
          rows={consents}
          keyOf={({ id }) => id}
          columns={[
            { head: words.say('role.bank'), cell: ({ bank_id }) => names.get(bank_id) ?? bank_id },
            {
              head: words.say('consent.kinds'),
              cell: ({ kinds }) =>
                kinds.map((kind) => words.say(`fact_kind.${kind}`)).join(words.say('term.between')),
            },
            { head: words.say('consent.since'), cell: ({ given_at }) => words.instant(given_at) },
            {
              head: words.say('account.change'),
              cell: ({ id, revoked_at }) =>
                revoked_at ? (
                  words.say('consent.revoked', { at: words.instant(revoked_at) })
                ) : (
                  <SendForm
                    small
                    action="/consents/revocations"
                    told={{ id }}
                    send={words.say('consent.revoke')}
                  />
                ),
            },
          ]}
        />
      </Section>
      <Section title={words.say('consent.give')} note={words.say('consent.give_note')}>
        <SendForm action="/consents" send={words.say('consent.give')}>
          <TextField
            name="bank_id"
            label={words.say('valuation.bank')}
            fault={faults.bank_id}
            input={{ value: typed.bank_id, autocomplete: 'off' }}
          />
          <fieldset class="boxes" aria-describedby={faults.kinds && 'kinds-fault'}>
            <legend>{words.say('consent.kinds')}</legend>
            {FACT_KINDS.map((kind) => (
              <label key={kind}>
                <input type="checkbox" name={`kind_${kind}`} checked={typed[`kind_${kind}`] === 'on'} />
                {words.say(`fact_kind.${kind}`)}
              </label>
            ))}
            {faults.kinds && (
              <p class="fault" id="kinds-fault">
                {faults.kinds}
              </p>
            )}
          </fieldset>
        </SendForm>
      </Section>
    </>
  );
}
