/** Packages of a draft: made, downloaded, handed in. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { attempt } from '../../audit/refusal.ts';
import type { Problem } from '../../errors.ts';
import { Closed, Id } from '../../http/schemas.ts';
import { Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Section, Table } from '../../pages/parts/parts.tsx';
import { Said } from '../../pages/parts/said.tsx';
import { refusableFormsOf } from '../../pages/refusable-forms.ts';
import type { Page } from '../../pages/render.tsx';
import { pagesOf } from '../../pages/serve.ts';
import { useView, type View } from '../../pages/view.ts';
import type { Service } from '../../service.ts';
import { type Draft, findDraft } from '../drafts/store.ts';
import { keep, make, packable, submit } from '../packages/service.ts';
import { type Package, packagesOf, type Submission, submissionsOf } from '../packages/store.ts';
import type { SubmissionPort } from '../packages/submission-port.ts';
import { notTaken } from '../sentences.ts';

const PARTIES = ['firm', 'agency'] as const;
const WRITE = { access: PARTIES, scope: 'write' } as const;
const OfOne = Closed({ id: Id });
const at = ({ id }: { id: string }) => `/filing/drafts/${id}/packages`;

export function packagePages(app: FastifyInstance, service: Service, port: SubmissionPort | null): void {
  const { database, vault, clock } = service;
  const { sql } = database;
  const form = refusableFormsOf(app, service);
  const list = async (draft_id: string, { words }: View, problem: Problem | null = null): Promise<Page> => {
    const draft = await findDraft(sql, draft_id);
    const packages = await Promise.all(
      (await packagesOf(sql, draft_id)).map(async (made) => ({
        ...made,
        submissions: await submissionsOf(sql, made.id),
      })),
    );
    return {
      title: words.say('package.title'),
      body: <PackagesPage {...{ draft, packages, problem }} can_submit={port !== null} />,
    };
  };

  pagesOf(app, service)(
    '/filing/drafts/:id/packages',
    { access: PARTIES, params: OfOne },
    ({ params, view }) => list(params.id, view),
  );

  form(
    '/filing/drafts/:id/packages',
    { ...WRITE, params: OfOne, body: Closed({ despite_errors: Type.Optional(Type.Literal('on')) }) },
    {
      at,
      act: ({ params, body, caller }) =>
        attempt(
          service,
          { caller, action: 'filing.package.make', subject: params.id },
          async ({ code }) => (code === 'not_found' ? [] : [caller.organisation_id]),
          async () => {
            const asked = { despite_errors: body.despite_errors === 'on' };
            const task = await database.transaction((tx) =>
              packable(tx, params.id, asked, caller, clock.now()),
            );
            const made = await make(task);
            await database.transaction((tx) => keep(tx, vault, task, made, caller, clock.now()));
            return at(params);
          },
        ),
      again: ({ params, view }, problem) => list(params.id, view, problem),
    },
  );

  form(
    '/filing/drafts/:id/submissions',
    { ...WRITE, params: OfOne, body: Closed({ package_id: Id }) },
    {
      at,
      act: ({ params, body, caller }) =>
        attempt(
          service,
          { caller, action: 'filing.package.submit', subject: body.package_id },
          async ({ code }) => (code === 'not_found' ? [] : [caller.organisation_id]),
          async () => {
            await database.transaction((tx) => submit(tx, vault, port, body.package_id, caller, clock.now()));
            return at(params);
          },
        ),
      again: ({ params, view }, problem) => list(params.id, view, problem),
    },
  );
}

type Shown = Package & { submissions: Submission[] };

interface Props {
  draft: Draft;
  packages: readonly Shown[];
  problem: Problem | null;
  can_submit: boolean;
}

function PackagesPage({ draft, packages, problem, can_submit }: Props) {
  const { words, caller } = useView();
  const { id, reference, firm_id } = draft;
  return (
    <>
      <div class="heading">
        <h1>{words.say('package.of', { reference })}</h1>
        <p>
          <a href={`/filing/drafts/${id}`}>{words.say('engagement.draft')}</a>
        </p>
      </div>
      <Refusal problem={problem} />
      <Section title={words.say('package.title')} note={words.say('package.note')}>
        <SendForm action={at({ id })} send={words.say('package.make')}>
          {caller?.organisation_id === firm_id && (
            <label>
              <input type="checkbox" name="despite_errors" /> {words.say('package.despite')}
            </label>
          )}
        </SendForm>
        <Table<Shown>
          caption={words.say('package.title')}
          empty={words.say('package.none')}
          rows={packages}
          keyOf={(made) => made.id}
          columns={[
            {
              head: words.say('package.version'),
              cell: ({ version }) => words.number(version),
              kind: 'number',
            },
            { head: words.say('package.made'), cell: ({ made_at }) => words.instant(made_at) },
            { head: words.say('package.errors'), cell: ({ errors }) => words.number(errors), kind: 'number' },
            { head: words.say('package.digest'), cell: ({ sha256 }) => <code>{sha256.slice(0, 16)}</code> },
            { head: words.say('package.files'), cell: (made) => <Files made={made} /> },
            {
              head: words.say('package.handed'),
              cell: (made) => <Handed made={made} can_submit={can_submit} />,
            },
          ]}
        />
      </Section>
    </>
  );
}

function Files({ made: { id, files } }: { made: Shown }) {
  const { words } = useView();
  return (
    <ul class="package-files">
      <li>
        <a href={`/v1/filing/packages/${id}/archive`}>{words.say('package.archive')}</a>
      </li>
      {files.map(({ name }) => (
        <li key={name}>
          <a href={`/v1/filing/packages/${id}/files/${name}`}>{name}</a>
        </li>
      ))}
    </ul>
  );
}

function Handed({ made, can_submit }: { made: Shown; can_submit: boolean }) {
  const { words } = useView();
  const [last] = made.submissions;
  const received = made.submissions.find(({ receipt }) => receipt !== null);
  if (received) return <>{words.say('package.received', { number: received.receipt!.number })}</>;
  return (
    <>
      <p>
        {last ? words.say('package.failed') : words.say('package.not_handed')}{' '}
        {last?.reason && <Said of={notTaken(last.reason)} />}
      </p>
      {can_submit && (
        <SendForm
          small
          action={`/filing/drafts/${made.draft_id}/submissions`}
          told={{ package_id: made.id }}
          send={words.say('package.hand_in')}
        />
      )}
    </>
  );
}
