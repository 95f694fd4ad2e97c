/** The public page of a mark or a product: small, without scripts, in the reader's language. */
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { COUNTRY_CODES } from '../../../models/scans/places.ts';
import type { Sentence } from '../../../models/sentences.ts';
import { LANGUAGES } from '../../pages/language/catalogue.ts';
import { type Words, wordsIn } from '../../pages/language/words.ts';
import { saidIn } from '../../pages/parts/said.tsx';
import type { Said } from '../products/statement.ts';
import type { Shown, ShownMark } from '../verification/shown.ts';
import type { Result } from '../verification/verify.ts';

/** Where its style is served. */
export const STYLE_PATH = '/m.css';

const SHAPES: Readonly<Record<Result, string>> = {
  genuine: 'M16 2 28 7v8c0 7-5 12-12 15C9 27 4 22 4 15V7Zm-6 14 5 5 8-9',
  suspicious: 'M16 3 30 28H2Zm0 9v8m0 3.5v1',
  revoked: 'M16 3a13 13 0 1 0 .1 0ZM7 7l18 18',
  unknown: 'M16 3a13 13 0 1 0 .1 0Zm-4 9a4 4 0 1 1 5.5 4c-1 .5-1.5 1-1.5 2.5m0 4v1',
};

interface FrameProps {
  words: Words;
  title: string;
  /** What leads here besides the path, in front of the language. */
  query?: string;
  children: ComponentChildren;
}

/** The whole page as text. */
export function markHtml(page: FrameProps): string {
  return `<!doctype html>${renderToString(<Frame {...page} />)}`;
}

function Frame({ words, title, query = '', children }: FrameProps) {
  return (
    <html lang={words.language === 'zh' ? 'zh-Hans' : words.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · Pledgewatch`}</title>
        <link rel="stylesheet" href={STYLE_PATH} />
      </head>
      <body>
        <header>
          <strong>{'Pledgewatch'}</strong>
          <nav aria-label={words.say('foot.language')}>
            <ul>
              {LANGUAGES.map((language) => (
                <li key={language}>
                  <a
                    href={`?${query}lang=${language}`}
                    lang={language}
                    aria-current={language === words.language ? 'true' : undefined}
                  >
                    {wordsIn(language).say('language.own_name')}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
        </header>
        <main>{children}</main>
        <footer>
          <small>
            <a href="/v1/marks/keys">{words.say('mark.keys')}</a>
          </small>
        </footer>
      </body>
    </html>
  );
}

interface MarkProps {
  words: Words;
  shown: Shown;
  /** Path of the mark, and what of it stands in the query. */
  path: string;
  told: string | null;
}

export function MarkBody({ words, shown: { result, reason, mark }, path, told }: MarkProps) {
  const about = { copied: 'mark.copied_note', scans_far_apart: 'mark.far_note' } as const;
  const note =
    reason === null ? (`mark.${result as Exclude<Result, 'suspicious'>}_note` as const) : about[reason];
  return (
    <>
      <div class={`result ${result}`}>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d={SHAPES[result]} />
        </svg>
        <h1>{words.say(`mark.${result}`)}</h1>
      </div>
      <p>{words.say(note)}</p>
      {mark && <Facts words={words} mark={mark} />}
      {mark && <Patents words={words} said={mark} said_at={mark.said_at} product_id={mark.product_id} />}
      {mark && result !== 'revoked' && (
        <Claim words={words} claimed_at={mark.claimed_at} path={path} told={told} />
      )}
      {mark && <PlaceForm words={words} path={path} told={told} />}
    </>
  );
}

function Facts({ words, mark }: { words: Words; mark: ShownMark }) {
  const facts = [
    ['mark.product', mark.product],
    ['mark.owner', mark.owner],
    ['marking.gtin', mark.gtin],
    ['mark.lot', mark.lot],
    ['mark.serial', mark.serial],
  ] as const;
  return (
    <dl>
      {facts.map(([key, value]) =>
        value === null ? null : (
          <>
            <dt>{words.say(key)}</dt>
            <dd>{value}</dd>
          </>
        ),
      )}
    </dl>
  );
}

interface PatentsProps {
  words: Words;
  said: Pick<Said, 'patents' | 'ended'>;
  said_at: Date;
  product_id: string;
}

/** What is claimed, in the form that the laws on marking ask for: category and number. */
export function Patents({ words, said: { patents, ended }, said_at, product_id }: PatentsProps) {
  return (
    <>
      <h2>{words.say('mark.patents')}</h2>
      {patents.length === 0 && <p>{words.say('mark.patents_none')}</p>}
      <ul>
        {patents.map(({ patent_id, number, right_type, granted_on }) => (
          <li key={patent_id}>
            <strong>{number}</strong> {words.say(`mark.right_${right_type}`)}
            {granted_on && <small> {words.say('mark.granted', { day: words.day(granted_on) })}</small>}
          </li>
        ))}
      </ul>
      {ended.length > 0 && <h2>{words.say('mark.ended')}</h2>}
      {ended.length > 0 && (
        <ul>
          {ended.map(({ patent_id, number, legal_state, since }) => (
            <li key={patent_id}>
              <s>{number}</s> {words.say(`legal.${legal_state}`)}
              {since && <small> {words.say('mark.since', { day: words.day(since) })}</small>}
            </li>
          ))}
        </ul>
      )}
      <p>
        <small>
          {words.say('mark.said_at', { at: words.instant(said_at) })}{' '}
          <a href={`/v1/marks/products/${product_id}/statements`}>{words.say('mark.history')}</a>
        </small>
      </p>
    </>
  );
}

interface ClaimProps {
  words: Words;
  claimed_at: Date | null;
  path: string;
  told: string | null;
}

function Claim({ words, claimed_at, path, told }: ClaimProps) {
  if (claimed_at !== null)
    return (
      <p>
        <strong>
          {words.say('mark.claimed', { day: words.day(claimed_at.toISOString().slice(0, 10)) })}
        </strong>
      </p>
    );
  return (
    <>
      <h2>{words.say('mark.claim_title')}</h2>
      <p class="note">{words.say('mark.claim_note')}</p>
      <form method="post" action="/claims">
        <input type="hidden" name="mark" value={told === null ? path : `${path}?m=${told}`} />
        <label>
          {words.say('mark.claim_code')}
          <input name="code" required maxLength={20} autocomplete="off" autocapitalize="characters" />
        </label>
        <button type="submit">{words.say('mark.claim_send')}</button>
      </form>
    </>
  );
}

function PlaceForm({ words, path, told }: { words: Words; path: string; told: string | null }) {
  const names = new Intl.DisplayNames(words.language, { type: 'region' });
  return (
    <>
      <h2>{words.say('mark.place_title')}</h2>
      <p class="note">{words.say('mark.place_note')}</p>
      <form method="get" action={path}>
        {told !== null && <input type="hidden" name="m" value={told} />}
        <label>
          {words.say('mark.place')}
          <select name="place">
            {COUNTRY_CODES.map((code) => (
              <option key={code} value={code}>
                {names.of(code)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">{words.say('mark.place_send')}</button>
      </form>
    </>
  );
}

interface ClaimedProps {
  words: Words;
  /** Or why there is none. */
  receipt: string | Sentence;
  back: string;
}

export function ClaimBody({ words, receipt, back }: ClaimedProps) {
  return (
    <>
      <h1>{words.say('mark.claim_title')}</h1>
      {typeof receipt === 'string' ? (
        <>
          <p>{words.say('mark.claim_done')}</p>
          <label>
            {words.say('mark.receipt')}
            <textarea readOnly>{receipt}</textarea>
          </label>
        </>
      ) : (
        <p role="alert">{saidIn(receipt, words)}</p>
      )}
      <p>
        <a href={back}>{words.say('mark.page_title')}</a>
      </p>
    </>
  );
}
