/** Engagements of agencies by firms: all that one is a party of, and one with its messages. */
import type { OrganisationKind } from '../../accounts/store.ts';
import type { Problem } from '../../errors.ts';
import { AreaField, Field, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Facts, Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { Engagement, Message } from '../agencies/engagement-store.ts';
import { MAX_MESSAGE_CHARS } from '../agencies/schemas.ts';

export function EngagementsPage({ engagements }: { engagements: readonly Engagement[] }) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('engagement.title')}</h1>
      </div>
      <Table<Engagement>
        caption={words.say('engagement.title')}
        empty={words.say('engagement.none')}
        rows={engagements}
        keyOf={({ id }) => id}
        columns={[
          { head: words.say('engagement.firm'), cell: ({ firm_name }) => firm_name },
          { head: words.say('agency.name'), cell: ({ agency_name }) => agency_name },
          {
            head: words.say('engagement.state'),
            cell: ({ state }) => words.say(`engagement_state.${state}`),
          },
          { head: words.say('engagement.since'), cell: ({ changed_at }) => words.instant(changed_at) },
          {
            head: words.say('engagement.one'),
            cell: ({ id }) => <a href={`/filing/engagements/${id}`}>{words.say('engagement.open')}</a>,
          },
        ]}
      />
    </>
  );
}

interface Props {
  engagement: Engagement;
  messages: readonly Message[];
  typed: string;
  problem: Problem | null;
}

export function EngagementPage({ engagement, messages, typed, problem }: Props) {
  const { words, caller } = useView();
  const { id, draft_id, firm_name, agency_name, state, instruction, changed_at, score } = engagement;
  const reads_draft = caller?.kind === 'firm' || state === 'accepted';
  return (
    <>
      <div class="heading">
        <h1>{words.say('engagement.one')}</h1>
        <p>
          {firm_name}
          {words.say('term.between')}
          {agency_name}
        </p>
      </div>
      <Facts
        facts={[
          {
            label: words.say('engagement.state'),
            value: words.say(`engagement_state.${state}`),
            note: words.instant(changed_at),
          },
          {
            label: words.say('engagement.draft'),
            value: reads_draft ? (
              <a href={`/filing/drafts/${draft_id}`}>{words.say('engagement.open')}</a>
            ) : (
              '–'
            ),
          },
          ...(score === null
            ? []
            : [{ label: words.say('agency.rating'), value: words.say('engagement.rated', { score }) }]),
        ]}
      />
      <Refusal problem={problem} />
      <Section title={words.say('agency.instruction')}>
        <p>{instruction}</p>
      </Section>
      <Steps {...{ engagement, problem }} kind={caller?.kind ?? 'firm'} />
      <Section title={words.say('engagement.messages')}>
        {messages.length === 0 && <p class="empty">{words.say('engagement.no_messages')}</p>}
        <ul class="messages">
          {messages.map(({ id: message_id, organisation_id, body, sent_at }) => (
            <li key={message_id}>
              <p class="muted">
                {organisation_id === engagement.firm_id ? firm_name : agency_name} {words.instant(sent_at)}
              </p>
              <p>{body}</p>
            </li>
          ))}
        </ul>
        {(state === 'asked' || state === 'accepted') && (
          <SendForm action={`/filing/engagements/${id}/messages`} send={words.say('engagement.write')}>
            <AreaField
              name="body"
              label={words.say('engagement.message')}
              value={typed}
              rows={3}
              max_length={MAX_MESSAGE_CHARS}
            />
          </SendForm>
        )}
      </Section>
    </>
  );
}

function Steps({
  engagement,
  problem,
  kind,
}: Pick<Props, 'engagement' | 'problem'> & { kind: OrganisationKind }) {
  const { words } = useView();
  const { id, state, score } = engagement;
  const possible =
    state === 'asked'
      ? kind === 'agency'
        ? (['accepted', 'declined'] as const)
        : (['withdrawn'] as const)
      : state === 'accepted'
        ? (['ended'] as const)
        : [];
  const may_rate = state === 'ended' && score === null && kind === 'firm';
  return (
    <Section title={words.say('engagement.steps')}>
      {possible.length === 0 && !may_rate && <p class="empty">{words.say('engagement.no_step')}</p>}
      <div class="row">
        {possible.map((step) => (
          <SendForm
            key={step}
            small
            action={`/filing/engagements/${id}/steps`}
            told={{ step }}
            send={words.say(`engagement_step.${step}`)}
          />
        ))}
      </div>
      {may_rate && (
        <SendForm action={`/filing/engagements/${id}/ratings`} send={words.say('engagement.rate')}>
          <Field
            name="score"
            label={words.say('engagement.score')}
            input={{ type: 'number', min: 1, max: 5, value: '' }}
            problem={problem}
          />
          <Field name="note" label={words.say('engagement.note')} input={{ value: '' }} />
        </SendForm>
      )}
    </Section>
  );
}
