/** One engagement: what is asked, what the models say, and beside it what the expert says, in each version. */
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import type { Problem } from '../../errors.ts';
import { AreaField, Field, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Choice, DayField, Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { EngagementDetail } from '../experts/service.ts';
import type { Kept } from './experts-page.tsx';

const HASH_SHOWN_CHARS = 16;
const SCORES = ['5', '4', '3', '2', '1'];

interface Props {
  engagement: EngagementDetail;
  kept: Kept;
  problem: Problem | null;
}

export function EngagementPage({ engagement, kept, problem }: Props) {
  const view = useView();
  const { words, caller } = view;
  const { engager_id, engager_name, expert_id, expert_name, brief, state, opinions } = engagement;
  const isEngager = caller!.organisation_id === engager_id;
  const isExpert = caller!.organisation_id === expert_id;
  const isOpen = state === 'accepted' || state === 'delivered';
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/experts">{words.say('nav.experts')}</a>
        </p>
        <h1>{words.say('expert_engagement.title')}</h1>
        <p>
          {words.say('expert_engagement.between', { engager: engager_name, expert: expert_name })}
          <span>{words.say(`engagement_state.${state}`)}</span>
        </p>
      </div>
      <Section title={words.say('expert_engagement.brief')}>
        <Refusal problem={problem} />
        <p class="saying">{brief}</p>
        {may(view, 'write') && <Steps {...{ engagement, isEngager, isExpert }} />}
      </Section>
      <Section title={words.say('opinion.beside')} note={words.say('opinion.beside_note')}>
        <Ranges engagement={engagement} />
      </Section>
      {opinions.map(({ version, text, content_sha256, written_at }) => (
        <Section
          key={version}
          title={words.say('opinion.version', { count: version })}
          note={words.say('opinion.note', {
            at: words.instant(written_at),
            hash: content_sha256.slice(0, HASH_SHOWN_CHARS),
          })}
        >
          <p class="saying">{text}</p>
        </Section>
      ))}
      {isExpert && isOpen && may(view, 'write') && <Write {...{ engagement, kept, problem }} />}
      {isEngager && may(view, 'write') && <Share {...{ engagement, kept, problem }} />}
    </>
  );
}

function Steps({
  engagement: { id, state },
  isEngager,
  isExpert,
}: Pick<Props, 'engagement'> & { isEngager: boolean; isExpert: boolean }) {
  const { words } = useView();
  const isOpen = state === 'accepted' || state === 'delivered';
  const steps = [
    ...(isExpert && state === 'asked' ? (['accepted', 'declined'] as const) : []),
    ...(isEngager && state === 'asked' ? (['withdrawn'] as const) : []),
    ...((isExpert || isEngager) && isOpen ? (['ended'] as const) : []),
  ];
  return (
    <div>
      {steps.map((step) => (
        <SendForm
          key={step}
          small
          action={`/engagements/${id}/${step}`}
          send={words.say(`engagement_step.${step}`)}
        />
      ))}
    </div>
  );
}

interface RangeRow {
  who: string;
  low_minor: number | null;
  mid_minor: number | null;
  high_minor: number | null;
  as_of: string;
}

function Ranges({ engagement: { opinions, valuation, expert_name } }: Pick<Props, 'engagement'>) {
  const { words } = useView();
  const [latest] = opinions;
  const rows: RangeRow[] = [
    ...(valuation ? [{ who: words.say('opinion.models'), ...valuation }] : []),
    ...(latest ? [{ who: expert_name, ...latest }] : []),
  ];
  const money = (minor: number | null) =>
    minor === null ? words.say('term.none') : words.money(minor, VALUATION_CURRENCY);
  return (
    <Table<RangeRow>
      caption={words.say('opinion.beside')}
      empty={words.say('opinion.none')}
      rows={rows}
      keyOf={({ who }) => who}
      columns={[
        { head: words.say('opinion.whose'), cell: ({ who }) => who },
        { head: words.say('valuation.low'), kind: 'number', cell: ({ low_minor }) => money(low_minor) },
        { head: words.say('valuation.mid'), kind: 'number', cell: ({ mid_minor }) => money(mid_minor) },
        { head: words.say('valuation.high'), kind: 'number', cell: ({ high_minor }) => money(high_minor) },
        { head: words.say('opinion.as_of'), kind: 'short', cell: ({ as_of }) => words.day(as_of) },
      ]}
    />
  );
}

function Write({ engagement: { id, opinions }, kept, problem }: Props) {
  const { words, now } = useView();
  const today = now.toISOString().slice(0, 10);
  return (
    <Section title={words.say('opinion.write')} note={words.say('opinion.write_note')}>
      <SendForm
        action={`/engagements/${id}/opinions`}
        send={words.say('opinion.deliver', { count: opinions.length + 1 })}
      >
        <AreaField
          name="text"
          label={words.say('opinion.text')}
          value={kept.text ?? ''}
          rows={8}
          problem={problem}
        />
        {(['low', 'mid', 'high'] as const).map((name) => (
          <Field
            key={name}
            name={name}
            label={words.say(`opinion.${name}`, { currency: VALUATION_CURRENCY })}
            input={{ value: kept[name], inputMode: 'decimal', autocomplete: 'off' }}
            problem={problem}
          />
        ))}
        <DayField name="as_of" label={words.say('opinion.as_of')} value={kept.as_of ?? today} max={today} />
      </SendForm>
    </Section>
  );
}

function Share({ engagement: { id, opinions, shared_with }, kept, problem }: Props) {
  const { words } = useView();
  return (
    <>
      <Section title={words.say('expert_engagement.share')} note={words.say('expert_engagement.share_note')}>
        {shared_with.length > 0 && <p>{shared_with.join(', ')}</p>}
        <SendForm action={`/engagements/${id}/shares`} send={words.say('expert_engagement.share')}>
          <Field
            name="organisation_id"
            label={words.say('expert_engagement.share_with')}
            input={{ value: kept.organisation_id, autocomplete: 'off' }}
            problem={problem}
          />
        </SendForm>
      </Section>
      {opinions.length > 0 && (
        <Section title={words.say('expert.rating')} note={words.say('expert_engagement.rate_note')}>
          <SendForm row action={`/engagements/${id}/rating`} send={words.say('expert_engagement.rate')}>
            <Choice
              name="score"
              label={words.say('expert_engagement.score')}
              chosen="5"
              options={SCORES.map((value) => ({ value, text: value }))}
            />
          </SendForm>
        </Section>
      )}
    </>
  );
}
