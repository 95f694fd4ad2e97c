/** What every page stands in: head, skip link, the bar with its navigation, the notice of a demonstration, the foot. */
import type { ComponentChildren } from 'preact';
import type { Caller } from '../accounts/store.ts';
import { CSRF_FIELD } from '../http/session-cookie.ts';
import { VERSION } from '../package.ts';
import { actionsOfRole } from '../people/roles.ts';
import { LANGUAGES } from './language/catalogue.ts';
import { wordsIn } from './language/words.ts';
import { groupsFor, isWithin, type ShownGroup } from './navigation.ts';
import { THEMES, useView } from './view.ts';

interface Props {
  title: string;
  styles: readonly string[];
  islands: string;
  children: ComponentChildren;
}

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
  const { words, caller, organisation, address, places } = useView();
  const groups = caller ? groupsFor(caller.kind, places) : [];
  const here = address.split('?')[0]!;
  const present = groups.find((shown) => shown.places.some((place) => isWithin(place, here)));
  return (
    <header>
      <div class="bar">
        <a class="brand" href="/">
          <Mark />
          <span>{'Pledgewatch'}</span>
        </a>
        {!caller && here !== '/sign-in' && (
          <p class="whoami">
            <a href="/sign-in">{words.say('sign_in.title')}</a>
          </p>
        )}
        {groups.length > 0 && <Groups {...{ groups, present, here }} />}
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
      </div>
      {present && present.places.length > 1 && <Places {...{ present, here }} />}
    </header>
  );
}

interface PlacedProps {
  present: ShownGroup | undefined;
  here: string;
}

/** A group of one place goes by the name of that place. */
function Groups({ groups, present, here }: PlacedProps & { groups: readonly ShownGroup[] }) {
  const { words } = useView();
  return (
    <nav aria-label={words.say('nav.main')}>
      <ul>
        {groups.map((shown) => {
          const [first, ...more] = shown.places;
          const { href, text } = first!;
          return (
            <li key={shown.group}>
              <a href={href} aria-current={shown === present ? currentAt(href, here) : undefined}>
                {words.say(more.length > 0 ? `nav.group_${shown.group}` : text)}
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** Where one may go within the group that one is in. */
function Places({ present, here }: { present: ShownGroup; here: string }) {
  const { words } = useView();
  return (
    <nav class="places" aria-label={words.say(`nav.group_${present.group}`)}>
      <ul>
        {present.places.map((place) => (
          <li key={place.href}>
            <a
              href={place.href}
              aria-current={isWithin(place, here) ? currentAt(place.href, here) : undefined}
            >
              {words.say(place.text)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The page itself, or one that it leads to. */
function currentAt(href: string, here: string) {
  return href === here ? 'page' : 'true';
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
