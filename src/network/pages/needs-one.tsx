import { stateAfter, stepsFor } from '../../../models/matching/introduction.ts';
import { REASONS } from '../../../models/matching/reasons.ts';
import { SendForm } from '../../pages/parts/forms.tsx';
import { Facts, Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { Introduction } from '../introductions/store.ts';
import type { Match } from '../matching/match.ts';
import type { Need } from '../needs/need.ts';
import type { Offer } from '../needs/offer.ts';
import { Heading } from './needs-list.tsx';
import { AskIntroduction, Fields, Range, useTerm } from './needs-parts.tsx';

interface NeedProps {
  need: Need & { own: boolean };
  /** Of an own need. */
  matches: readonly Match[];
  introductions: readonly Introduction[];
  /** Own and open, to answer somebody else's need with. */
  offers: readonly Offer[];
}

export function NeedPage({ need, matches, introductions, offers }: NeedProps) {
  const { words } = useView();
  const { own, title, body, budget_min_minor, budget_max_minor, currency, kinds, state } = need;
  const posted = state === 'open' || state === 'matched';
  const kind_names = kinds.map((kind) => words.say(`network.kind.${kind}`)).join(words.say('term.between'));
  return (
    <>
      <Heading at="needs" />
      <Section title={title}>
        <p class="said">{body}</p>
        <Facts
          facts={[
            { label: words.say('network.state'), value: words.say(`need_state.${state}`) },
            ...usePostedFacts(need),
            { label: words.say('network.kind'), value: kind_names || words.say('network.any') },
            {
              label: words.say('network.wanted_regions'),
              value: need.wanted_regions.join(', ') || words.say('network.anywhere'),
            },
            {
              label: words.say('network.available'),
              value: useTerm(need.starts_on, need.ends_on),
            },
            {
              label: words.say('network.budget'),
              value: <Range least={budget_min_minor} most={budget_max_minor} currency={currency} />,
            },
          ]}
        />
        {own && posted && (
          <SendForm small action={`/network/needs/${need.id}/closure`} send={words.say('network.close')} />
        )}
      </Section>
      {own && posted && (
        <Section id="matches" title={words.say('network.matches')} note={words.say('network.matches_note')}>
          <Matches need_id={need.id} matches={matches} introductions={introductions} />
        </Section>
      )}
      {!own && posted && (
        <Section title={words.say('network.ask')} note={words.say('network.ask_note')}>
          <AskIntroduction
            told={{ need_id: need.id }}
            choose={{
              name: 'offer_id',
              label: words.say('network.with_offer'),
              options: offers.map(({ id, title: text }) => ({ value: id, text })),
            }}
          />
        </Section>
      )}
      {introductions.length > 0 && (
        <Section title={words.say('network.introductions')}>
          <IntroductionsTable introductions={introductions} />
        </Section>
      )}
    </>
  );
}

/** What is shown of needs and offers alike. */
function usePostedFacts({ display_name, profile, region, fields, posted_on }: Need | Offer) {
  const { words } = useView();
  return [
    {
      label: words.say('network.shown_as'),
      value: display_name,
      note: words.say(`network.profile.${profile}`),
    },
    { label: words.say('network.region'), value: region ?? words.say('network.anywhere') },
    { label: words.say('network.field'), value: <Fields fields={fields} /> },
    { label: words.say('network.posted'), value: words.day(posted_on) },
  ];
}

function Matches({
  need_id,
  matches,
  introductions,
}: Pick<NeedProps, 'matches' | 'introductions'> & { need_id: string }) {
  const { words } = useView();
  const asked = new Map(introductions.map((each) => [each.offer_id, each]));
  return (
    <Table<Match>
      caption={words.say('network.matches')}
      empty={words.say('network.no_matches')}
      rows={matches}
      keyOf={({ offer_id, patent_id }) => offer_id ?? patent_id!}
      columns={[
        { head: words.say('network.offer'), cell: (match) => <Offered match={match} /> },
        {
          head: words.say('network.strength'),
          kind: 'number',
          cell: ({ strength }) => words.percent(strength * 10_000, 0),
        },
        { head: words.say('network.reasons'), cell: (match) => <Why match={match} /> },
        {
          head: words.say('network.ask'),
          cell: ({ offer_id }) => {
            if (offer_id === null) return words.say('network.not_offered');
            const introduction = asked.get(offer_id);
            if (introduction)
              return (
                <a href={`/network/introductions/${introduction.id}`}>
                  <StateName introduction={introduction} />
                </a>
              );
            return (
              <a class="button" href={`/network/offers/${offer_id}?need=${need_id}`}>
                {words.say('network.ask')}
              </a>
            );
          },
        },
      ]}
    />
  );
}

function Offered({ match: { kind, offer_id, patent_id, title, display_name, region } }: { match: Match }) {
  const { words } = useView();
  const address = offer_id === null ? `/patents/${patent_id}` : `/network/offers/${offer_id}`;
  const of = [words.say(`network.kind.${kind}`), display_name, region].filter((each) => each !== null);
  return (
    <>
      <a href={address}>{title}</a>
      <span class="muted"> {of.join(words.say('term.between'))}</span>
    </>
  );
}

function Why({ match: { reasons, words: shared } }: { match: Pick<Match, 'reasons' | 'words'> }) {
  const { words } = useView();
  return (
    <>
      {REASONS.map((reason) =>
        words.say('network.reason_value', {
          reason: words.say(`network.reason.${reason}`),
          percent: words.percent(reasons[reason] * 10_000, 0),
        }),
      ).join(words.say('term.between'))}
      {shared.length > 0 && (
        <span class="muted"> {words.say('network.shared', { words: shared.join(' ') })}</span>
      )}
    </>
  );
}

interface OfferProps {
  offer: Offer & { own: boolean };
  /** Own and open, to ask for it with, and the one that it is asked for. */
  needs: readonly Need[];
  chosen: string | null;
}

export function OfferPage({ offer, needs, chosen }: OfferProps) {
  const { words } = useView();
  const { own, title, body, state, price_min_minor, price_max_minor, currency, patent_ids } = offer;
  return (
    <>
      <Heading at="offers" />
      <Section title={title}>
        <p class="said">{body}</p>
        <Facts
          facts={[
            { label: words.say('network.state'), value: words.say(`offer_state.${state}`) },
            { label: words.say('network.kind'), value: words.say(`network.kind.${offer.kind}`) },
            ...usePostedFacts(offer),
            {
              label: words.say('network.available'),
              value: useTerm(offer.available_from, offer.available_until),
            },
            {
              label: words.say('network.price'),
              value: <Range least={price_min_minor} most={price_max_minor} currency={currency} />,
            },
          ]}
        />
        {patent_ids.map((id) => (
          <p key={id}>
            <a href={`/patents/${id}`}>{words.say('patent.patent')}</a>
          </p>
        ))}
        {own && state === 'open' && (
          <SendForm
            small
            action={`/network/offers/${offer.id}/withdrawal`}
            send={words.say('network.withdraw_offer')}
          />
        )}
      </Section>
      {!own && state === 'open' && (
        <Section title={words.say('network.ask')} note={words.say('network.ask_note')}>
          <AskIntroduction
            told={{ offer_id: offer.id }}
            choose={{
              name: 'need_id',
              label: words.say('network.with_need'),
              options: needs.map(({ id, title: text }) => ({ value: id, text })),
            }}
            chosen={chosen}
          />
        </Section>
      )}
    </>
  );
}

export function IntroductionsPage({
  introductions,
  next,
}: {
  introductions: readonly Introduction[];
  next: string | null;
}) {
  const { words } = useView();
  return (
    <>
      <Heading at="introductions" />
      <Section title={words.say('network.introductions')} note={words.say('network.ask_note')}>
        <IntroductionsTable introductions={introductions} />
        {next !== null && (
          <p>
            <a class="button" href={next}>
              {words.say('pager.after')}
            </a>
          </p>
        )}
      </Section>
    </>
  );
}

function StateName({ introduction: { steps } }: { introduction: Introduction }) {
  return <>{useView().words.say(`introduction_state.${stateAfter(steps)}`)}</>;
}

function IntroductionsTable({ introductions }: { introductions: readonly Introduction[] }) {
  const { words } = useView();
  return (
    <Table<Introduction>
      caption={words.say('network.introductions')}
      empty={words.say('network.no_introductions')}
      rows={introductions}
      keyOf={({ id }) => id}
      columns={[
        { head: words.say('network.need'), cell: ({ need_title }) => need_title },
        {
          head: words.say('network.offer'),
          cell: ({ id, offer_title }) => <a href={`/network/introductions/${id}`}>{offer_title}</a>,
        },
        {
          head: words.say('network.by'),
          kind: 'short',
          cell: ({ side, asked_by }) =>
            words.say(side === asked_by ? 'network.asked_by_us' : 'network.asked_by_them'),
        },
        {
          head: words.say('network.state'),
          kind: 'short',
          cell: (each) => <StateName introduction={each} />,
        },
        {
          head: words.say('network.when'),
          kind: 'short',
          cell: ({ changed_at }) => words.instant(changed_at),
        },
      ]}
    />
  );
}

export function IntroductionPage({ introduction }: { introduction: Introduction }) {
  const { words } = useView();
  const { id, side, asked_by, steps, parties, message, need_name, need_title, offer_name, offer_title } =
    introduction;
  const next = stepsFor(side!, asked_by, steps);
  return (
    <>
      <Heading at="introductions" />
      <Section title={words.say('network.introduction')}>
        <Facts
          facts={[
            { label: words.say('network.state'), value: <StateName introduction={introduction} /> },
            {
              label: words.say('network.need'),
              value: <a href={`/network/needs/${introduction.need_id}`}>{need_title}</a>,
              note: parties?.need.name ?? need_name,
            },
            {
              label: words.say('network.offer'),
              value: <a href={`/network/offers/${introduction.offer_id}`}>{offer_title}</a>,
              note: parties?.offer.name ?? offer_name,
            },
            {
              label: words.say('network.asked'),
              value: words.instant(introduction.asked_at),
              note: words.say(side === asked_by ? 'network.asked_by_us' : 'network.asked_by_them'),
            },
          ]}
        />
        {message && <p class="said">{message}</p>}
        <p>
          <Why match={{ reasons: introduction.reasons, words: [] }} />
        </p>
      </Section>
      <Section id="parties" title={words.say('network.who')} note={words.say('network.who_note')}>
        {parties ? (
          <Facts
            facts={[
              { label: words.say('network.need'), value: parties.need.name },
              { label: words.say('network.offer'), value: parties.offer.name },
            ]}
          />
        ) : (
          <p class="empty">{words.say('network.not_yet')}</p>
        )}
      </Section>
      <Section title={words.say('network.history')}>
        <Table<Introduction['steps'][number]>
          caption={words.say('network.history')}
          empty={words.say('network.no_introductions')}
          rows={steps}
          keyOf={({ step, side: by }) => `${step} ${by}`}
          columns={[
            { head: words.say('network.state'), cell: ({ step }) => words.say(`network.said.${step}`) },
            {
              head: words.say('network.by'),
              cell: ({ side: by }) => words.say(`network.by.${by ?? 'service'}`),
            },
            { head: words.say('network.when'), kind: 'short', cell: ({ at }) => words.instant(at) },
          ]}
        />
      </Section>
      <Section title={words.say('network.what_next')}>
        {next.length === 0 && <p class="empty">{words.say('network.over')}</p>}
        {next.map((step) => (
          <SendForm
            key={step}
            small
            action={`/network/introductions/${id}/steps`}
            told={{ step }}
            send={words.say(`introduction_step.${step}`)}
          />
        ))}
      </Section>
    </>
  );
}
