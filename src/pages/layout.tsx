/** What every page stands in: head, skip link, the bar with its navigation, the notice of a demonstration, the foot. */
import type { ComponentChildren } from 'preact';
import type { Caller, OrganisationKind } from '../accounts/store.ts';
import { CSRF_FIELD } from '../http/session-cookie.ts';
import { VERSION } from '../package.ts';
import { actionsOfRole } from '../people/roles.ts';
import type { Key } from './language/catalogue.ts';
import { LANGUAGES } from './language/catalogue.ts';
import { wordsIn } from './language/words.ts';
import { THEMES, useView } from './view.ts';

interface Props {
  title: string;
  styles: readonly string[];
  islands: string;
  children: ComponentChildren;
}

const PATENTS = [
  { href: '/patents', text: 'nav.patents' },
  { href: '/knowledge-map', text: 'nav.map' },
  { href: '/market', text: 'nav.market' },
  { href: '/network', text: 'nav.network' },
  { href: '/bulletins', text: 'nav.bulletins' },
  { href: '/plans', text: 'nav.plans' },
] as const;
/** Who may sit at a regional desk. */
const DESKS = { href: '/desks', text: 'nav.desks' } as const;

const EXPERTS = { href: '/experts', text: 'nav.experts' } as const;

const NAVIGATION: Record<OrganisationKind, readonly { href: string; text: Key }[]> = {
  bank: [
    { href: '/portfolio', text: 'nav.portfolio' },
    { href: '/pledges', text: 'nav.pledges' },
    { href: '/rules', text: 'nav.rules' },
    { href: '/calendar', text: 'nav.calendar' },
    { href: '/webhooks', text: 'nav.webhooks' },
    ...PATENTS,
    EXPERTS,
    { href: '/audit', text: 'nav.audit' },
  ],
  firm: [
    { href: '/pledges', text: 'nav.pledges' },
    { href: '/alerts', text: 'nav.alerts' },
    { href: '/valuation', text: 'nav.valuation' },
    { href: '/filing', text: 'nav.filing' },
    { href: '/consents', text: 'nav.consents' },
    { href: '/marking', text: 'nav.marking' },
    { href: '/calendar', text: 'nav.calendar' },
    { href: '/webhooks', text: 'nav.webhooks' },
    ...PATENTS,
    EXPERTS,
    { href: '/audit', text: 'nav.audit' },
  ],
  agency: [{ href: '/filing', text: 'nav.filing' }, ...PATENTS, DESKS, EXPERTS],
  expert: [...PATENTS, DESKS, EXPERTS],
  buyer: [...PATENTS, EXPERTS],
  staff: [
    { href: '/reviews', text: 'nav.reviews' },
    { href: '/portfolio', text: 'nav.portfolio' },
    { href: '/pledges', text: 'nav.pledges' },
    { href: '/marking', text: 'nav.marking' },
    { href: '/sources', text: 'nav.sources' },
    { href: '/models', text: 'nav.models' },
    { href: '/haircuts', text: 'nav.haircuts' },
    { href: '/jobs', text: 'nav.jobs' },
    { href: '/filing', text: 'nav.filing' },
    DESKS,
    ...PATENTS,
    EXPERTS,
    { href: '/audit', text: 'nav.audit' },
  ],
};

export function Layout({ title, styles, islands, children }: Props) {
  const { words, theme } = useView();
  return (
    <html lang={words.language === 'zh' ? 'zh-Hans' : words.language} data-theme={theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Pledgewatch`}</title>
        {styles.map((style) => (
          <link key={style} rel="stylesheet" href={style} />
        ))}
        <script type="module" src={islands} />
      </head>
      <body>
        <a class="skip" href="#main">
          {words.say('nav.skip')}
        </a>
        <Bar />
        <DemonstrationNotice />
        <main id="main" tabIndex={-1}>
          {children}
        </main>
        <Foot />
      </body>
    </html>
  );
}

function Bar() {
  const { words, caller, organisation, address } = useView();
  const links = caller ? NAVIGATION[caller.kind] : [];
  const here = address.split('?')[0]!;
  return (
    <header class="bar">
      <a class="brand" href="/">
        <Mark />
        <span>{'Pledgewatch'}</span>
      </a>
      {!caller && here !== '/sign-in' && (
        <p class="whoami">
          <a href="/sign-in">{words.say('sign_in.title')}</a>
        </p>
      )}
      {links.length > 0 && (
        <nav aria-label={words.say('nav.main')}>
          <ul>
            {links.map(({ href, text }) => (
              <li key={href}>
                <a href={href} aria-current={here.startsWith(href) ? 'page' : undefined}>
                  {words.say(text)}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      {caller && organisation && (
        <div class="whoami">
          <p>
            {mayAdminister(caller) ? <a href="/organisation">{organisation}</a> : organisation}
            <span>{words.say(`role.${caller.kind}`)}</span>
          </p>
          {caller.session && <a href="/account">{words.say('nav.account')}</a>}
          <SignOut />
        </div>
      )}
    </header>
  );
}

function mayAdminister({ kind, session }: Caller): boolean {
  return session !== undefined && actionsOfRole(kind, session.role).includes('administer');
}

function SignOut() {
  const { words, csrf_token } = useView();
  if (csrf_token === null) return null;
  return (
    <form method="post" action="/sign-out">
      <input type="hidden" name={CSRF_FIELD} value={csrf_token} />
      <button type="submit">{words.say('sign_in.out')}</button>
    </form>
  );
}

/** The value flow in small: a step line inside its band. */
function Mark() {
  return (
    <svg viewBox="0 0 28 22" width="28" height="22" aria-hidden="true">
      <path class="mark-band" d="M1 2h9v4h9v5h8v10H19v-4h-9v-5H1Z" />
      <path class="mark-line" d="M1 7h9v4.5h9v5h8" />
    </svg>
  );
}

function DemonstrationNotice() {
  const { words, demonstration, now } = useView();
  if (!demonstration) return null;
  return (
    <aside class="notice-strip">
      {words.say('demonstration.notice', { day: words.day(now.toISOString().slice(0, 10)) })}
    </aside>
  );
}

function Foot() {
  const { words, theme, address } = useView();
  return (
    <footer class="foot">
      <form method="post" action="/preferences">
        <input type="hidden" name="return_to" value={address} />
        <fieldset>
          <legend>{words.say('foot.language')}</legend>
          {LANGUAGES.map((language) => (
            <button
              key={language}
              type="submit"
              name="language"
              value={language}
              lang={language}
              aria-pressed={language === words.language}
            >
              {wordsIn(language).say('language.own_name')}
            </button>
          ))}
        </fieldset>
        <fieldset>
          <legend>{words.say('foot.theme')}</legend>
          {THEMES.map((each) => (
            <button key={each} type="submit" name="theme" value={each} aria-pressed={each === theme}>
              {words.say(`theme.${each}`)}
            </button>
          ))}
        </fieldset>
      </form>
      <p>
        <a href="/docs">{words.say('foot.api')}</a>
        <span>{`Pledgewatch ${VERSION}`}</span>
      </p>
    </footer>
  );
}
