/** One receiver: how it fares, what it was sent, and what its owner can do about it. */
import { addDays } from '../../../models/calendar.ts';
import { dateOf } from '../../clock.ts';
import type { Problem } from '../../errors.ts';
import { HISTORY_DAYS } from '../../outbox/retention.ts';
import { DISABLE_AFTER_HOURS, disabledBecause } from '../../webhooks/health.ts';
import type { DeadLetter } from '../../webhooks/recovery.ts';
import { type Delivery, type Endpoint, ROTATION_OVERLAP_HOURS } from '../../webhooks/store.ts';
import type { Words } from '../language/words.ts';
import { Field, may, PostForm, Press, Refusal } from '../parts/forms.tsx';
import { Choice, type Fact, Facts, Section, Table } from '../parts/parts.tsx';
import { Said } from '../parts/said.tsx';
import { useView } from '../view.ts';
import { eventGroups, eventTitle, TypeBoxes } from './event-types.tsx';
import { HealthMarked, hostOf, OutcomeMarked } from './health.tsx';

export interface Shown {
  endpoint: Endpoint;
  public_keys: readonly string[];
  deliveries: readonly Delivery[];
  /** Of the next page of deliveries. */
  next_cursor: string | null;
  dead: readonly DeadLetter[];
}

interface Props extends Shown {
  /** A signing secret just made. */
  secret?: string;
  problem?: Problem;
  /** Typed into the form of recovery. */
  since?: string;
}

export function EndpointPage(props: Props) {
  const { endpoint, secret, problem } = props;
  const view = useView();
  const { words } = view;
  const operates = may(view, 'operate');
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/webhooks">{words.say('nav.webhooks')}</a>
        </p>
        <h1>{endpoint.description || hostOf(endpoint.url)}</h1>
        <p>
          <code>{endpoint.url}</code>
        </p>
      </div>
      {secret !== undefined && <SecretShown secret={secret} />}
      <Refusal problem={problem ?? null} />
      <Facts facts={factsOf(endpoint, words)} />
      {operates && <Actions endpoint={endpoint} />}
      <Section title={words.say('webhook.deliveries')} note={words.say('webhook.deliveries_note')}>
        <Deliveries {...props} />
      </Section>
      <Section title={words.say('webhook.dead')} note={words.say('webhook.dead_note')} id="recovery">
        <DeadLetters dead={props.dead} />
        {operates && <Recovery {...props} />}
      </Section>
      <Settings {...props} operates={operates} />
    </>
  );
}

function SecretShown({ secret }: { secret: string }) {
  const { words } = useView();
  return (
    <div class="secret" role="status">
      <p>{words.say('webhook.secret_once', { hours: ROTATION_OVERLAP_HOURS })}</p>
      <input readOnly value={secret} aria-label={words.say('webhook.secret')} />
    </div>
  );
}

function factsOf(endpoint: Endpoint, words: Words): Fact[] {
  const { failures, failing_since, disabled_reason, paused_pledge_ids, on_dead_letter } = endpoint;
  return [
    {
      label: words.say('webhook.health'),
      value: <HealthMarked endpoint={endpoint} />,
      note: disabled_reason ? (
        <Said of={disabledBecause(disabled_reason)} />
      ) : (
        words.say('webhook.health_note', { hours: DISABLE_AFTER_HOURS })
      ),
    },
    {
      label: words.say('webhook.failures'),
      value: words.number(failures),
      note: failing_since
        ? words.say('webhook.since', { instant: words.instant(failing_since) })
        : words.say('webhook.not_failing'),
    },
    {
      label: words.say('webhook.paused'),
      value: words.number(paused_pledge_ids.length),
      note: words.say(`webhook.then_${on_dead_letter}`),
    },
    {
      label: words.say('webhook.version'),
      value: endpoint.payload_version,
      note: words.say('webhook.version_note'),
    },
  ];
}

function Actions({ endpoint: { id, state } }: { endpoint: Endpoint }) {
  const { words } = useView();
  return (
    <Section title={words.say('webhook.try')} note={words.say('webhook.try_note')}>
      <div class="actions">
        <Press action={`/webhooks/${id}/test`} text={words.say('webhook.test')} kind="primary" />
        <Press
          action={`/webhooks/${id}/${state === 'enabled' ? 'disable' : 'enable'}`}
          text={words.say(state === 'enabled' ? 'webhook.disable' : 'webhook.enable')}
        />
      </div>
      <PostForm action={`/webhooks/${id}/simulate`} class="row">
        <Choice
          name="type"
          label={words.say('webhook.simulate')}
          chosen="patent.lapsed"
          options={eventGroups().flatMap(([, types]) =>
            types.map((value) => ({ value, text: `${value}: ${eventTitle(value, words)}` })),
          )}
        />
        <button type="submit" class="button">
          {words.say('webhook.send')}
        </button>
      </PostForm>
    </Section>
  );
}

function Deliveries({ endpoint, deliveries, next_cursor }: Shown) {
  const { words } = useView();
  return (
    <>
      <Table<Delivery>
        caption={words.say('webhook.deliveries')}
        empty={words.say('webhook.no_deliveries')}
        rows={deliveries}
        keyOf={({ id }) => id}
        columns={[
          {
            head: words.say('webhook.event'),
            cell: ({ id, event_type }) => (
              <a href={`/webhooks/deliveries/${id}`}>{eventTitle(event_type, words)}</a>
            ),
          },
          { head: words.say('webhook.type'), cell: ({ event_type }) => <code>{event_type}</code> },
          { head: words.say('webhook.outcome'), cell: (each) => <OutcomeMarked {...each} /> },
          {
            head: words.say('webhook.attempts'),
            kind: 'number',
            cell: ({ attempts }) => words.number(attempts),
          },
          {
            head: words.say('webhook.queued'),
            kind: 'short',
            cell: ({ created_at }) => words.instant(created_at),
          },
        ]}
      />
      {next_cursor !== null && (
        <nav class="pager" aria-label={words.say('pager.label')}>
          <a href={`/webhooks/${endpoint.id}?before=${next_cursor}`}>{words.say('webhook.older')}</a>
        </nav>
      )}
    </>
  );
}

function DeadLetters({ dead }: Pick<Shown, 'dead'>) {
  const { words } = useView();
  return (
    <Table<DeadLetter>
      caption={words.say('webhook.dead')}
      empty={words.say('webhook.no_dead')}
      rows={dead}
      keyOf={({ delivery_id }) => delivery_id}
      columns={[
        {
          head: words.say('webhook.event'),
          cell: ({ delivery_id, event_type }) => (
            <a href={`/webhooks/deliveries/${delivery_id}`}>{eventTitle(event_type, words)}</a>
          ),
        },
        {
          head: words.say('pledges.pledge'),
          cell: ({ pledge_id }) =>
            pledge_id === null ? (
              words.say('term.none')
            ) : (
              <a href={`/pledges/${pledge_id}`}>
                <code>{pledge_id}</code>
              </a>
            ),
        },
        {
          head: words.say('webhook.reason'),
          cell: ({ attempts: count }) => words.say('webhook.attempts_failed', { count }),
        },
        {
          head: words.say('webhook.gave_up'),
          kind: 'short',
          cell: ({ died_at }) => words.instant(died_at),
        },
      ]}
    />
  );
}

function Recovery({ endpoint: { id }, since, problem }: Props) {
  const { words, now } = useView();
  const today = dateOf(now);
  const first = addDays(today, -HISTORY_DAYS + 1);
  return (
    <PostForm action={`/webhooks/${id}/recover`} class="row">
      <Field
        name="since"
        label={words.say('webhook.recover_since')}
        input={{ type: 'date', value: since ?? addDays(today, -1), min: first, max: today }}
        problem={problem ?? null}
      />
      <button type="submit" class="button" name="what" value="dead">
        {words.say('webhook.recover')}
      </button>
      <button type="submit" class="button" name="what" value="missing">
        {words.say('webhook.replay_missing')}
      </button>
    </PostForm>
  );
}

function Settings({ endpoint, public_keys, operates }: Props & { operates: boolean }) {
  const { words } = useView();
  const { id, event_types, on_dead_letter, header_names } = endpoint;
  return (
    <Section title={words.say('webhook.settings')} note={words.say('webhook.settings_note')}>
      <dl class="pairs">
        <dt>{words.say('webhook.headers')}</dt>
        <dd>{header_names.length === 0 ? words.say('term.none') : header_names.join(', ')}</dd>
        <dt>{words.say('webhook.public_keys')}</dt>
        <dd>
          {public_keys.map((key) => (
            <code key={key}>{key}</code>
          ))}
        </dd>
      </dl>
      {operates && (
        <>
          <PostForm action={`/webhooks/${id}/settings`} class="fill">
            <TypeBoxes chosen={event_types} />
            <Choice
              name="on_dead_letter"
              label={words.say('webhook.on_dead')}
              chosen={on_dead_letter}
              options={(['pause', 'skip'] as const).map((value) => ({
                value,
                text: words.say(`webhook.then_${value}`),
              }))}
            />
            <button type="submit" class="button primary">
              {words.say('webhook.save')}
            </button>
          </PostForm>
          <div class="actions">
            <Press action={`/webhooks/${id}/secret`} text={words.say('webhook.rotate')} />
            <details class="careful">
              <summary>{words.say('webhook.delete')}</summary>
              <p>{words.say('webhook.delete_note')}</p>
              <Press action={`/webhooks/${id}/delete`} text={words.say('webhook.delete_sure')} />
            </details>
          </div>
        </>
      )}
    </Section>
  );
}
