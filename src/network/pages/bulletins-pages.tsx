/** Bulletins: the list, each as a page, and subscriptions. */
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../accounts/store.ts';
import type { Problem } from '../../errors.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, Id } from '../../http/schemas.ts';
import type { ModuleSetting } from '../../modules.ts';
import { LANGUAGES } from '../../pages/language/catalogue.ts';
import { type Words, wordsIn } from '../../pages/language/words.ts';
import { Field, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Choice, Facts, Section, Table } from '../../pages/parts/parts.tsx';
import { fieldText } from '../../pages/parts/terms.ts';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { ReportSections } from '../../pages/reports/report-page.tsx';
import { pagesOf } from '../../pages/serve.ts';
import { useView } from '../../pages/view.ts';
import type { Report } from '../../reports/report.ts';
import { CADENCES } from '../bulletins/periods.ts';
import { bulletinReport, regionText } from '../bulletins/report.ts';
import {
  type Bulletin,
  type BulletinSubscription,
  findBulletin,
  listBulletins,
  subscribe,
  subscriptionsOf,
  unsubscribe,
} from '../bulletins/store.ts';
import { regionIn } from '../desks/schemas.ts';

const SHOWN = 50;
const FIELDS = 35;
const WRITE = { access: EVERYONE, scope: 'write' } as const;
const at = () => '/bulletins';

export function bulletinPages(app: FastifyInstance, { service }: ModuleSetting): void {
  const { database, clock } = service;
  const { sql } = database;
  const page = pagesOf(app, service);
  const form = refusableFormsOf(app, service);
  const all = async (
    { organisation_id }: Caller,
    words: Words,
    problem: Problem | null = null,
    region: string | undefined = undefined,
  ) => ({
    title: words.say('nav.bulletins'),
    body: (
      <BulletinsPage
        bulletins={await listBulletins(sql, {}, '', SHOWN)}
        subscriptions={await subscriptionsOf(sql, organisation_id)}
        {...{ problem, region }}
      />
    ),
  });

  page('/bulletins', { access: EVERYONE }, ({ request, view }) => all(callerOfGuarded(request), view.words));

  page('/bulletins/:id', { access: EVERYONE, params: Closed({ id: Id }) }, async ({ params, view }) => {
    const { id, content } = await findBulletin(sql, params.id);
    const report = bulletinReport(content, view.words.language);
    return { title: `${report.title}, ${report.subject}`, body: <BulletinPage {...{ id, report }} /> };
  });

  form(
    '/bulletins/subscriptions',
    { ...WRITE, body: Closed({ region: Typed, field: Typed, cadence: Typed, language: Typed }) },
    {
      at,
      async act({ body, caller }) {
        const given = {
          region: regionIn(body.region.trim()),
          field: Math.min(FIELDS, Math.max(0, Math.trunc(Number(body.field)) || 0)),
          cadence: CADENCES.find((cadence) => cadence === body.cadence) ?? 'monthly',
          language: LANGUAGES.find((language) => language === body.language) ?? 'en',
        };
        await database.transaction((tx) => subscribe(tx, given, caller, clock.now()));
        return '/bulletins#subscriptions';
      },
      again: ({ body, caller, view }, problem) => all(caller, view.words, problem, body.region),
    },
  );

  form(
    '/bulletins/subscriptions/end',
    { ...WRITE, body: Closed({ id: Typed }) },
    {
      at,
      async act({ body, caller }) {
        await database.transaction((tx) => unsubscribe(tx, body.id, caller, clock.now()));
        return '/bulletins#subscriptions';
      },
    },
  );
}

interface Props {
  bulletins: Omit<Bulletin, 'content'>[];
  subscriptions: BulletinSubscription[];
  problem: Problem | null;
  region: string | undefined;
}

function BulletinsPage({ bulletins, subscriptions, problem, region }: Props) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.bulletins')}</h1>
        <p>{words.say('bulletin.lead')}</p>
      </div>
      <Refusal problem={problem} />
      <Section title={words.say('nav.bulletins')}>
        <Table<Omit<Bulletin, 'content'>>
          caption={words.say('nav.bulletins')}
          empty={words.say('bulletin.none')}
          rows={bulletins}
          keyOf={({ id }) => id}
          columns={[
            {
              head: words.say('bulletin.period'),
              cell: ({ id, from_on, cadence }) => (
                <a href={`/bulletins/${id}`}>
                  {words.say(`bulletin.title_${cadence}`)}, {words.day(from_on)}
                </a>
              ),
            },
            ...aboutColumns(words),
          ]}
        />
      </Section>
      <Subscriptions {...{ subscriptions, problem, region }} />
    </>
  );
}

function aboutColumns(words: Words) {
  return [
    {
      head: words.say('desk.region'),
      cell: ({ region }: { region: string }) => regionText(region, words.language),
    },
    {
      head: words.say('bulletin.field'),
      cell: ({ field }: { field: number }) => fieldName(field, words),
    },
  ];
}

function fieldName(field: number, words: Words): string {
  return field === 0 ? words.say('bulletin.all_fields') : fieldText(field, words);
}

function Subscriptions({ subscriptions, problem, region }: Omit<Props, 'bulletins'>) {
  const view = useView();
  const { words } = view;
  const fields = Array.from({ length: FIELDS + 1 }, (_, field) => field);
  return (
    <Section id="subscriptions" title={words.say('bulletin.subscriptions')}>
      <Table<BulletinSubscription>
        caption={words.say('bulletin.subscriptions')}
        empty={words.say('bulletin.no_subscriptions')}
        rows={subscriptions}
        keyOf={({ id }) => id}
        columns={[
          ...aboutColumns(words),
          {
            head: words.say('bulletin.cadence'),
            cell: ({ cadence }) => words.say(`bulletin.cadence_${cadence}`),
          },
          {
            head: words.say('bulletin.language'),
            cell: ({ language }) => wordsIn(language).say('language.own_name'),
          },
          {
            head: words.say('bulletin.unsubscribe'),
            cell: ({ id }) =>
              may(view, 'write') && (
                <SendForm
                  small
                  action="/bulletins/subscriptions/end"
                  told={{ id }}
                  send={words.say('bulletin.unsubscribe')}
                />
              ),
          },
        ]}
      />
      {may(view, 'write') && (
        <SendForm action="/bulletins/subscriptions" send={words.say('bulletin.subscribe')}>
          <Field
            name="region"
            label={words.say('desk.region')}
            note={words.say('desk.region_hint')}
            problem={problem}
            input={{ value: region ?? 'CN' }}
          />
          <Choice
            name="field"
            label={words.say('bulletin.field')}
            chosen="0"
            options={fields.map((field) => ({ value: String(field), text: fieldName(field, words) }))}
          />
          <Choice
            name="cadence"
            label={words.say('bulletin.cadence')}
            chosen="monthly"
            options={CADENCES.map((value) => ({ value, text: words.say(`bulletin.cadence_${value}`) }))}
          />
          <Choice
            name="language"
            label={words.say('bulletin.language')}
            chosen={words.language}
            options={LANGUAGES.map((value) => ({ value, text: wordsIn(value).say('language.own_name') }))}
          />
        </SendForm>
      )}
    </Section>
  );
}

function BulletinPage({ id, report }: { id: string; report: Report }) {
  const { words } = useView();
  const link = (kind: 'pdf' | 'mail') =>
    LANGUAGES.map((language) => (
      <a
        key={`${kind} ${language}`}
        class="button"
        href={`/v1/bulletins/${id}/${kind}?language=${language}`}
        hreflang={language}
      >
        {words.say(`bulletin.${kind}`, { language: wordsIn(language).say('language.own_name') })}
      </a>
    ));
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/bulletins">{words.say('nav.bulletins')}</a>
        </p>
        <h1>{report.title}</h1>
        <p>{report.subject}</p>
      </div>
      <Facts facts={report.headline} />
      <p class="actions">
        {link('pdf')}
        {link('mail')}
      </p>
      <ReportSections report={report} />
    </>
  );
}
