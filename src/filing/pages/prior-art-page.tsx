/** Prior art of a draft: searches that were made, and one of them with its novelty matrix and score. */
import type { Indicator } from '../../../models/filing/market.ts';
import type { Cell } from '../../../models/filing/novelty.ts';
import type { Problem } from '../../errors.ts';
import type { Words } from '../../pages/language/words.ts';
import { Done, Field, may, Press, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { DayField, type Fact, Facts, Section, Table } from '../../pages/parts/parts.tsx';
import { fieldText } from '../../pages/parts/terms.ts';
import { useView } from '../../pages/view.ts';
import type { Draft } from '../drafts/store.ts';
import type { PrefilingScore } from '../prior-art/score.ts';
import type { Repeated } from '../prior-art/service.ts';
import type {
  FoundDocument,
  ListedSearch,
  MatrixFeature,
  NoveltyMatrix,
  PriorArtSearch,
} from '../prior-art/store.ts';

/** Documents whose columns fit beside the features; all are listed below with what they were found to say. */
const MATRIX_COLUMNS = 5;

export interface TypedSearch {
  filed_before: string;
  limit: string;
}

interface SearchesProps {
  draft: Draft;
  searches: readonly ListedSearch[];
  typed: TypedSearch;
  problem: Problem | null;
}

export function SearchesPage({ draft, searches, typed, problem }: SearchesProps) {
  const view = useView();
  const { words } = view;
  return (
    <>
      <Heading draft={draft} title={words.say('filing.prior_art')} />
      <Section title={words.say('filing.searches')} note={words.say('filing.searches_note')} id="searches">
        <Table<ListedSearch>
          caption={words.say('filing.searches')}
          empty={words.say('filing.no_searches')}
          rows={searches}
          keyOf={({ id }) => id}
          columns={[
            {
              head: words.say('filing.searched'),
              cell: ({ id, searched_at }) => (
                <a href={`/filing/drafts/${draft.id}/prior-art/${id}`}>{words.instant(searched_at)}</a>
              ),
            },
            {
              head: words.say('filing.version'),
              kind: 'number',
              cell: ({ version }) => words.number(version),
            },
            {
              head: words.say('filing.found'),
              kind: 'number',
              cell: ({ found }) => words.number(found),
            },
            {
              head: words.say('filing.documents'),
              kind: 'number',
              cell: ({ corpus }) => words.number(corpus.documents),
            },
          ]}
        />
        {may(view, 'write') && (
          <>
            <Refusal problem={problem} />
            <SendForm action={`/filing/drafts/${draft.id}/prior-art`} send={words.say('filing.search')}>
              <DayField
                name="filed_before"
                label={words.say('filing.filed_before')}
                value={typed.filed_before}
              />
              <Field
                name="limit"
                label={words.say('filing.search_limit')}
                input={{ value: typed.limit, inputMode: 'numeric', maxLength: 2 }}
                problem={problem}
              />
            </SendForm>
          </>
        )}
      </Section>
    </>
  );
}

function Heading({ draft, title }: { draft: Draft; title: string }) {
  const { words } = useView();
  return (
    <div class="heading">
      <p class="trail">
        <a href="/filing">{words.say('nav.filing')}</a>
        <a href={`/filing/drafts/${draft.id}`}>{draft.reference}</a>
        <a href={`/filing/drafts/${draft.id}/prior-art`}>{words.say('filing.prior_art')}</a>
      </p>
      <h1>{title}</h1>
    </div>
  );
}

interface SearchProps {
  draft: Draft;
  search: PriorArtSearch;
  score: PrefilingScore | null;
  /** What asking again said, where it was just done. */
  repeated: Repeated | null;
  problem: Problem | null;
}

export function SearchPage({ draft, search, score, repeated, problem }: SearchProps) {
  const view = useView();
  const { words } = view;
  const { id, version, corpus, found, matrix, sha256, searched_at } = search;
  const address = `/filing/drafts/${draft.id}/prior-art/${id}`;
  return (
    <>
      <Heading draft={draft} title={words.say('filing.search_of', { version })} />
      <Refusal problem={problem} />
      <Facts
        facts={[
          { label: words.say('filing.searched'), value: words.instant(searched_at) },
          {
            label: words.say('filing.documents'),
            value: words.number(corpus.documents),
            note: words.say('filing.as_of', { day: words.day(corpus.as_of) }),
          },
          { label: words.say('filing.found'), value: words.number(found.length) },
        ]}
      />
      <Section title={words.say('filing.score')} note={words.say('filing.score_note')} id="score">
        {score === null ? <p class="empty">{words.say('filing.unscored')}</p> : <Score score={score} />}
        {score === null && may(view, 'write') && (
          <Press action={`${address}/score`} text={words.say('filing.make_score')} kind="primary" />
        )}
      </Section>
      <Section title={words.say('filing.matrix')} note={words.say('filing.matrix_note')} id="matrix">
        <Matrix matrix={matrix} found={found} language={draft.language} />
        <Quotes matrix={matrix} found={found} />
      </Section>
      <Section title={words.say('filing.found_documents')} note={words.say('filing.found_note')} id="found">
        <Found found={found} />
      </Section>
      <Section title={words.say('filing.log')} note={words.say('filing.log_note')} id="log">
        {repeated && <Again repeated={repeated} />}
        <p>
          <code>{sha256}</code>
        </p>
        {may(view, 'write') && <Press action={`${address}/repeat`} text={words.say('filing.repeat')} />}
      </Section>
    </>
  );
}

function Again({ repeated: { same, came, went, documents_then, documents_now } }: { repeated: Repeated }) {
  const { words } = useView();
  if (same) return <Done>{words.say('filing.repeat_same')}</Done>;
  return (
    <Done>
      {words.say('filing.repeat_differs', {
        came: came.length,
        went: went.length,
        before: documents_then,
        now: documents_now,
      })}
    </Done>
  );
}

function nameOf({ office, application_number }: FoundDocument): string {
  return `${office} ${application_number}`;
}

function Found({ found }: { found: readonly FoundDocument[] }) {
  const { words } = useView();
  return (
    <Table<FoundDocument>
      caption={words.say('filing.found_documents')}
      empty={words.say('filing.nothing_found')}
      rows={found}
      keyOf={({ patent_id }) => patent_id}
      columns={[
        {
          head: words.say('filing.document'),
          cell: (one) => <a href={`/patents/${one.patent_id}`}>{nameOf(one)}</a>,
        },
        { head: words.say('part.title'), cell: ({ title }) => title ?? words.say('term.unknown') },
        {
          head: words.say('filing.reasons'),
          cell: ({ terms, classes, citations }) =>
            [
              terms.length > 0 && words.say('filing.reason_words', { words: terms.join(', ') }),
              classes.length > 0 && words.say('filing.reason_classes', { classes: classes.join(', ') }),
              citations.length > 0 && words.say('filing.reason_citations', { count: citations.length }),
            ]
              .filter(Boolean)
              .join(words.say('term.between')),
        },
        { head: words.say('filing.rank_score'), kind: 'number', cell: ({ score }) => words.number(score, 4) },
      ]}
    />
  );
}

interface FeatureRow extends MatrixFeature {
  place: number;
}

function Matrix({
  matrix,
  found,
  language,
}: {
  matrix: NoveltyMatrix;
  found: readonly FoundDocument[];
  language: string;
}) {
  const { words } = useView();
  const columns = matrix.documents.slice(0, MATRIX_COLUMNS).map(({ patent_id, cells }) => ({
    head: nameOf(found.find((one) => one.patent_id === patent_id)!),
    cell: ({ place }: FeatureRow) => <Verdict cell={cells[place]!} />,
  }));
  return (
    <Table<FeatureRow>
      caption={words.say('filing.matrix')}
      empty={words.say('filing.no_features')}
      rows={matrix.features.map((feature, place) => ({ ...feature, place }))}
      keyOf={({ place }) => String(place)}
      columns={[
        {
          head: words.say('filing.feature'),
          cell: ({ claim, text }) => (
            <>
              <span class="muted beneath">{words.say('filing.claim', { number: claim })}</span>
              <span lang={language}>{text}</span>
            </>
          ),
        },
        ...columns,
      ]}
    />
  );
}

function Verdict({ cell: { verdict, similarity } }: { cell: Cell }) {
  const { words } = useView();
  return (
    <span class={`verdict verdict-${verdict}`}>
      {words.say(`filing.verdict_${verdict}`)}
      {similarity !== null && <span class="muted">{words.percent(Math.round(similarity * 10_000), 0)}</span>}
    </span>
  );
}

/** What each document was found to say of each feature that it has something of. */
function Quotes({
  matrix: { features, documents },
  found,
}: {
  matrix: NoveltyMatrix;
  found: readonly FoundDocument[];
}) {
  const { words } = useView();
  const told = documents
    .map(({ patent_id, cells }) => ({
      document: found.find((one) => one.patent_id === patent_id)!,
      quoted: cells.flatMap((cell, place) =>
        cell.quote === null ? [] : [{ cell, feature: features[place]! }],
      ),
    }))
    .filter(({ quoted }) => quoted.length > 0);
  return (
    <>
      {told.map(({ document, quoted }) => (
        <details key={document.patent_id}>
          <summary>
            {words.say('filing.quotes_of', { document: nameOf(document), count: quoted.length })}
          </summary>
          <dl class="quotes">
            {quoted.map(({ cell, feature }) => (
              <div key={`${feature.claim} ${feature.text}`}>
                <dt>
                  <span class="muted beneath">{words.say('filing.claim', { number: feature.claim })}</span>
                  {feature.text}
                </dt>
                <dd>
                  <Verdict cell={cell} />
                  <q>{cell.quote}</q>
                  <span class="muted">
                    {words.say(`filing.at_${cell.place!.part}`, { number: cell.place!.number })}
                  </span>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      ))}
    </>
  );
}

function Score({ score: { patentability, error_findings, field, market } }: { score: PrefilingScore }) {
  const { words } = useView();
  const { value, low, high, claim, compared, features } = patentability;
  const index = (of: number) => words.number(of, 0);
  return (
    <>
      <Facts
        facts={[
          {
            label: words.say('filing.patentability'),
            value: index(value),
            note: words.say('filing.from_to', { low: index(low), high: index(high) }),
          },
          {
            label: words.say('filing.threatened_claim'),
            value: words.number(claim),
            note: words.say('filing.compared', { compared, features }),
          },
          { label: words.say('filing.error_findings'), value: words.number(error_findings) },
        ]}
      />
      {market === null ? (
        <p class="empty">{words.say('filing.no_field')}</p>
      ) : (
        <>
          <p>{words.say('filing.market_of', { field: fieldText(field, words) })}</p>
          <Facts
            facts={[
              share('filing.growth', market.growth, words),
              share('filing.kept', market.kept, words),
              share('filing.granted_share', market.granted, words),
              ranged(words.say('filing.cited_by'), market.cited, (of) => words.number(of, 1), words),
            ]}
          />
        </>
      )}
    </>
  );
}

function share(
  label: 'filing.growth' | 'filing.kept' | 'filing.granted_share',
  of: Indicator,
  words: Words,
): Fact {
  return ranged(words.say(label), of, (value) => words.percent(Math.round(value * 10_000), 0), words);
}

function ranged(label: string, of: Indicator, say: (value: number) => string, words: Words): Fact {
  if (of === null) return { label, value: words.say('term.unknown') };
  const note = words.say('filing.from_to_of', { low: say(of.low), high: say(of.high), count: of.of });
  return { label, value: say(of.value), note };
}
