import type { Problem } from '../../errors.ts';
import { Field, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { AskForm, Choice, type Fact, Facts, Section, Table, TextAsked } from '../../pages/parts/parts.tsx';
import { useView, type View } from '../../pages/view.ts';
import type { Engagement, ExpertProfile, RatedExpert } from '../experts/store.ts';

/** What was typed, by the name of its field. */
export type Kept = Readonly<Record<string, string | undefined>>;

interface Props {
  experts: readonly RatedExpert[];
  engagements: readonly Engagement[];
  sought: Kept;
  /** The own entry. */
  profile: ExpertProfile | null;
  mayEnter: boolean;
  kept: Kept;
  problem: Problem | null;
}

export function ExpertsPage({ experts, engagements, sought, profile, mayEnter, kept, problem }: Props) {
  const view = useView();
  const { words } = view;
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.experts')}</h1>
        <p>{words.say('expert.lead')}</p>
      </div>
      <Section title={words.say('expert.directory')}>
        <AskForm action="/experts">
          <TextAsked name="field" label={words.say('expert.field')} value={sought.field ?? ''} />
          <TextAsked name="region" label={words.say('expert.region')} value={sought.region ?? ''} />
          <Choice
            name="intermediary"
            label={words.say('expert.kind')}
            chosen={sought.intermediary ?? ''}
            options={[
              { value: '', text: words.say('expert.every_kind') },
              { value: 'on', text: words.say('expert.is_intermediary') },
            ]}
          />
        </AskForm>
        <Directory experts={experts} />
      </Section>
      {view.caller!.kind !== 'staff' && (
        <Section title={words.say('expert_engagement.own')} note={words.say('expert_engagement.own_note')}>
          <Engagements engagements={engagements} />
        </Section>
      )}
      {mayEnter && may(view, 'write') && (
        <Section title={words.say('expert.profile')} note={words.say('expert.profile_note')}>
          <ProfileForm {...{ profile, kept, problem }} />
        </Section>
      )}
    </>
  );
}

function Tick({ name, text, ticked }: { name: string; text: string; ticked: boolean }) {
  return (
    <label>
      <input type="checkbox" name={name} checked={ticked} />
      {text}
    </label>
  );
}

function Directory({ experts }: Pick<Props, 'experts'>) {
  const { words } = useView();
  return (
    <Table<RatedExpert>
      caption={words.say('expert.directory')}
      empty={words.say('expert.none')}
      rows={experts}
      keyOf={({ organisation_id }) => organisation_id}
      columns={[
        {
          head: words.say('expert.name'),
          cell: ({ organisation_id, name }) => <a href={`/experts/${organisation_id}`}>{name}</a>,
        },
        { head: words.say('expert.fields'), cell: ({ fields }) => fields.join(', ') },
        { head: words.say('expert.regions'), cell: ({ regions }) => regions.join(', ') },
        {
          head: words.say('expert.kind'),
          cell: ({ intermediary }) => words.say(intermediary ? 'expert.is_intermediary' : 'expert.is_expert'),
        },
        { head: words.say('expert.rating'), kind: 'number', cell: (each) => ratingOf(each, words) },
      ]}
    />
  );
}

function ratingOf({ rating, ratings }: RatedExpert, words: View['words']): string {
  if (rating === null) return words.say('term.none');
  return words.say('expert.rated', { mean: words.number(rating, 1), count: ratings });
}

function Engagements({ engagements }: Pick<Props, 'engagements'>) {
  const { words } = useView();
  return (
    <Table<Engagement>
      caption={words.say('expert_engagement.own')}
      empty={words.say('expert_engagement.none')}
      rows={engagements}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.say('expert_engagement.brief'),
          cell: ({ id, brief }) => <a href={`/engagements/${id}`}>{brief}</a>,
        },
        { head: words.say('expert_engagement.engager'), cell: ({ engager_name }) => engager_name },
        { head: words.say('expert_engagement.expert'), cell: ({ expert_name }) => expert_name },
        {
          head: words.say('expert_engagement.state'),
          cell: ({ state }) => words.say(`engagement_state.${state}`),
        },
        {
          head: words.say('expert_engagement.changed'),
          kind: 'short',
          cell: ({ changed_at }) => words.instant(changed_at),
        },
      ]}
    />
  );
}

function ProfileForm({ profile, kept, problem }: Pick<Props, 'profile' | 'kept' | 'problem'>) {
  const { words } = useView();
  const shown = problem
    ? kept
    : {
        summary: profile?.summary,
        fields: profile?.fields.join(', '),
        regions: profile?.regions.join(', '),
        intermediary: profile?.intermediary ? 'on' : undefined,
        open: (profile?.open ?? true) ? 'on' : undefined,
      };
  return (
    <SendForm action="/experts/profile" send={words.say('expert.publish')}>
      <Refusal problem={problem} />
      <Field
        name="summary"
        label={words.say('expert.summary')}
        input={{ value: shown.summary, maxLength: 2000 }}
        problem={problem}
      />
      <Field
        name="fields"
        label={words.say('expert.fields')}
        note={words.say('expert.fields_note')}
        input={{ value: shown.fields }}
        problem={problem}
      />
      <Field
        name="regions"
        label={words.say('expert.regions')}
        note={words.say('expert.regions_note')}
        input={{ value: shown.regions }}
        problem={problem}
      />
      <fieldset class="boxes">
        <legend>{words.say('expert.kind')}</legend>
        <Tick
          name="intermediary"
          text={words.say('expert.intermediary')}
          ticked={shown.intermediary === 'on'}
        />
        <Tick name="open" text={words.say('expert.open')} ticked={shown.open === 'on'} />
      </fieldset>
    </SendForm>
  );
}

export function ExpertPage({
  expert,
  kept,
  problem,
}: {
  expert: RatedExpert;
  kept: Kept;
  problem: Problem | null;
}) {
  const view = useView();
  const { words, caller } = view;
  const facts: Fact[] = [
    { label: words.say('expert.fields'), value: expert.fields.join(', ') },
    { label: words.say('expert.regions'), value: expert.regions.join(', ') },
    { label: words.say('expert.rating'), value: ratingOf(expert, words) },
  ];
  const mayAsk = caller!.kind !== 'staff' && caller!.organisation_id !== expert.organisation_id;
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/experts">{words.say('nav.experts')}</a>
        </p>
        <h1>{expert.name}</h1>
        <p>{expert.summary}</p>
      </div>
      <Facts facts={facts} />
      {mayAsk && may(view, 'write') && (
        <Section title={words.say('expert_engagement.ask')} note={words.say('expert_engagement.ask_note')}>
          <SendForm
            action={`/experts/${expert.organisation_id}/engagements`}
            send={words.say('expert_engagement.send')}
          >
            <Refusal problem={problem} />
            <Field
              name="patent"
              label={words.say('expert_engagement.patent')}
              note={words.say('expert_engagement.patent_note')}
              input={{ value: kept.patent, autocomplete: 'off' }}
              problem={problem}
            />
            <Field
              name="deal_id"
              label={words.say('expert_engagement.deal')}
              note={words.say('expert_engagement.deal_note')}
              input={{ value: kept.deal_id, autocomplete: 'off' }}
              problem={problem}
            />
            <Field
              name="brief"
              label={words.say('expert_engagement.brief')}
              input={{ value: kept.brief, maxLength: 2000 }}
              problem={problem}
            />
          </SendForm>
        </Section>
      )}
    </>
  );
}
