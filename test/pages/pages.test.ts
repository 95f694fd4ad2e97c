/** The pages: their texts in three languages, who may see them, and a part of what `npm run pages:test` walks in full. */

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { renderToString } from 'preact-render-to-string';
import t from 'tap';
import { RULES } from '../../models/risk/rules.ts';
import type { CalendarDate } from '../../models/types.ts';
import { CAUSES } from '../../models/waterfall.ts';
import type { OrganisationKind } from '../../src/accounts/store.ts';
import { MODULES } from '../../src/modules.ts';
import { actionIn } from '../../src/pages/audit/audit-page.tsx';
import { binsOf, CalibrationPlot, Histogram, StressCurves } from '../../src/pages/charts/distribution.tsx';
import { shapesOf } from '../../src/pages/charts/picture/shapes.ts';
import { chartStyle } from '../../src/pages/charts/picture/style.ts';
import { dayTicks, linear, stepBand, stepPath, ticks } from '../../src/pages/charts/scale.ts';
import {
  AREAS,
  type Entry,
  type Key,
  LANGUAGES,
  type Language,
  TEXTS,
} from '../../src/pages/language/catalogue.ts';
import { languageFrom, wordsIn } from '../../src/pages/language/words.ts';
import { CORE_PLACES, GROUPS, groupsFor } from '../../src/pages/navigation.ts';
import { ownAddress } from '../../src/pages/preferences.ts';
import { factsOf, hasChanged } from '../../src/pages/reviews/changes.ts';
import { readSettings, typedOf } from '../../src/pages/rules/settings.ts';
import { textOfPdf } from '../codes.ts';
import { addPerson, type BrowserSession, openSession, PASSWORD } from '../people.ts';
import { launchBrowser } from './browser.ts';
import { runPages } from './run.ts';
import { equip, examine, type Faults, visit } from './visitor.ts';
import { buildWorld } from './world.ts';

const PLACES = [...CORE_PLACES, ...MODULES.flatMap(({ places }) => places)];
/** What speaks the words of the catalogues. */
const SRC = fileURLToPath(new URL('../../src', import.meta.url));
const FOLDERS = ['pages', 'reports', ...MODULES.map(({ name }) => name)].map((name) => path.join(SRC, name));
const textsOf = (entry: Entry) => (typeof entry === 'string' ? [entry] : Object.values(entry));
const namesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();

const files = await Promise.all(
  FOLDERS.map(async (folder) =>
    (await readdir(folder, { recursive: true })).map((name) => path.join(folder, name)),
  ),
);
const code = await Promise.all(
  files
    .flat()
    .filter((name) => /\.tsx?$/.test(name))
    .map(async (name) => ({ name, text: await readFile(name, 'utf8') })),
);

/** What the services say by a code, from every `sentences.ts`. */
const ROOT = path.join(SRC, '..');
const SHAPE = path.join(ROOT, 'models', 'sentences.ts');
const places = await Promise.all(
  ['models', 'src'].map(async (folder) =>
    (await readdir(path.join(ROOT, folder), { recursive: true })).map((name) =>
      path.join(ROOT, folder, name),
    ),
  ),
);
const sets = await Promise.all(
  places
    .flat()
    .filter((name) => path.basename(name) === 'sentences.ts' && name !== SHAPE)
    .map(async (name) => ((await import(name)) as { SENTENCES: Record<string, string> }).SENTENCES),
);
const sentences = sets.flatMap((set) => Object.entries(set));

t.test('every text is there in every language, with the same names to fill in', async (t) => {
  const keys = Object.values(AREAS).flatMap(({ en }) => Object.keys(en));
  t.equal(new Set(keys).size, keys.length, 'no text stands in two areas');
  for (const [area, languages] of Object.entries(AREAS)) {
    const english = languages.en as Record<string, Entry>;
    for (const language of LANGUAGES) {
      const texts = languages[language] as Record<string, Entry>;
      t.same(Object.keys(texts), Object.keys(english), `${area} ${language}`);
      const odd = Object.entries(texts).flatMap(([key, entry]) =>
        textsOf(entry).filter(
          (text) => text === '' || String(namesIn(text)) !== String(namesIn(textsOf(english[key]!)[0]!)),
        ),
      );
      t.same(odd, [], `${area} ${language}`);
    }
  }
});

t.test(
  'whatever the services say by a code is said in every language, with values that it has',
  async (t) => {
    const codes = sentences.map(([code]) => code);
    t.ok(codes.length > 50);
    t.same(new Set(codes).size, codes.length, 'no code stands in two sets');
    const catalogued = Object.values(AREAS).flatMap(({ en }) => Object.keys(en));
    t.same(
      catalogued.filter((key) => key.startsWith('said.')).sort(),
      codes.map((code) => `said.${code}`).sort(),
    );
    for (const [code, text] of sentences)
      for (const language of LANGUAGES) {
        const given = new Set(namesIn(text));
        const [asked] = textsOf(TEXTS[language][`said.${code}` as Key]);
        t.same(
          namesIn(asked!).filter((name) => !given.has(name)),
          [],
          `${code} ${language}`,
        );
      }
  },
);

t.test('whatever is tried and may be refused has a name in the audit log', async (t) => {
  const sources = await Promise.all(
    places
      .flat()
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => readFile(name, 'utf8')),
  );
  const tried = new Set(
    sources.flatMap((text) =>
      [...text.matchAll(/attempt\w*\([^;{]*?'([a-z_]+(?:\.[a-z_]+)+)'/g)].map(([, name]) => name!),
    ),
  );
  t.ok(tried.size > 35);
  const words = wordsIn('en');
  t.same(
    [...tried].filter(
      (name) => actionIn(name, words) === null || actionIn(`${name}.refused`, words) === null,
    ),
    [],
  );
});

t.test('plurals are those of the language', async (t) => {
  const needed = (language: Language) =>
    new Set(
      Array.from({ length: 30 }, (_, count) => new Intl.PluralRules(language).select(count)).concat('other'),
    );
  for (const languages of Object.values(AREAS))
    for (const language of LANGUAGES)
      for (const [key, entry] of Object.entries(languages[language] as Record<string, Entry>))
        if (typeof entry !== 'string')
          t.same(new Set(Object.keys(entry)), needed(language), `${key} ${language}`);
  const pledges = (language: Language, count: number) => wordsIn(language).say('pledges.count', { count });
  t.equal(pledges('ru', 21), '21 залог');
  t.equal(pledges('ru', 3), '3 залога');
  t.equal(pledges('ru', 11), '11 залогов');
  t.equal(pledges('en', 1), '1 pledge');
});

t.test('every text is used, and every text that is used exists', async (t) => {
  const all = code.map(({ text }) => text).join('\n');
  const spoken = new Set([...all.matchAll(/'([a-z_]+\.[\w]+)'/g)].map(([, key]) => key!));
  const families = [...all.matchAll(/`([a-z_]+\.(?:[a-z]+[._])?)\$\{/g)].map(([, start]) => start!);
  const keys = Object.values(AREAS).flatMap(({ en }) => Object.keys(en));
  // A value of a sentence is said by the set that its name is, or ends in.
  const values = sentences.flatMap(([, text]) =>
    namesIn(text).flatMap((name) => [name, name.split('_').at(-1)!]),
  );
  const starts = [...families, ...values.map((name) => `${name}.`)];
  const unused = keys.filter((key) => !spoken.has(key) && !starts.some((start) => key.startsWith(start)));
  t.same(unused, []);
});

/** Letters between tags, not after an arrow, and those of attributes that are read out. */
const BARE_TEXT = /(?<!=)>\s*([^<>{}=;()]*\p{L}[^<>{}=;()]*)\s*<\/?[\w>]/gu;
const BARE_ATTRIBUTE = /\b(?:title|alt|aria-label|placeholder|label|caption|note|empty)="([^"]+)"/g;
const NAME = 'Pledgewatch';

t.test('no text stands outside of the catalogues', async (t) => {
  const bare = (text: string) =>
    [...text.matchAll(BARE_TEXT), ...text.matchAll(BARE_ATTRIBUTE)].map(([, found]) => found!.trim());
  t.same(
    bare('<p class="x">Bare</p> <b title="Bare too">{said}</b>'),
    ['Bare', 'Bare too'],
    'it would be found',
  );
  for (const { name, text } of code.filter(({ name }) => name.endsWith('.tsx')))
    t.same(
      bare(text).filter((found) => found !== NAME),
      [],
      name,
    );
});

t.test('places and paths of the charts', async (t) => {
  t.same(ticks(0, 7, 4), [0, 2, 4, 6]);
  t.same(ticks(3, 3, 4), [3], 'a span of nothing has one tick');
  t.same(
    dayTicks('2009-11-15', '2010-08-01', 4).map(({ day }) => day),
    ['2010-01-01', '2010-04-01', '2010-07-01'],
  );
  const scale = linear(0, 10, 100, 0);
  t.equal(scale(-5), 100, 'what lies outside is held at the end');
  t.equal(scale(5), 50);
  const points = [
    { x: 0, y: 10 },
    { x: 5, y: 20 },
    { x: 8, y: null },
    { x: 9, y: 5 },
  ];
  t.equal(stepPath(points, 12), 'M0 10H5V20H8M9 5H12', 'a line breaks where there is no number');
  t.equal(
    stepBand(
      [
        { x: 0, low: 9, high: 1 },
        { x: 4, low: 8, high: 2 },
      ],
      6,
    ),
    'M0 1H4V2H6V8H4V9H0Z',
  );
  fc.assert(
    fc.property(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      (from, span) => {
        const found = ticks(from, from + span, 5);
        return (
          found.length <= 7 &&
          found.every((tick) => tick >= from - span * 1e-6 && tick <= from + span * (1 + 1e-6))
        );
      },
    ),
    { seed: 32 },
  );
});

t.test('charts of distributions say what they show, in every language', async (t) => {
  const bins = binsOf([1, 2, 2, 3, 9], 4);
  t.equal(
    bins.reduce((sum, { count }) => sum + count, 0),
    5,
    'no draw is lost',
  );
  for (const language of LANGUAGES) {
    const words = wordsIn(language);
    const plot = { words, width: 600, title: 'A title', tell: String };
    const points = [
      { value: 1, share: 0.1 },
      { value: 4, share: 1 },
    ];
    const drawn = [
      Histogram({ ...plot, bins }),
      StressCurves({ ...plot, curves: [{ name: 'calm', style: 'calm', points }] }),
      CalibrationPlot({ ...plot, bins: [{ stated: 0.2, observed: 0.25, cases: 40 }] }),
    ].map((chart) => renderToString(chart));
    for (const svg of drawn) {
      t.match(svg, /role="img".*<title>A title<\/title>/);
      t.notMatch(svg, /NaN|Infinity| style=/);
    }
  }
});

t.test('the language is the first that the browser asks for and we have', async (t) => {
  t.equal(languageFrom('de-DE,ru;q=0.5,zh-CN;q=0.8'), 'zh');
  t.equal(languageFrom('ru-RU'), 'ru');
  t.equal(languageFrom('fr,*;q=0.1'), 'en');
  t.equal(languageFrom('ru;q=0,zh;q=nonsense'), 'en');
  t.equal(languageFrom(undefined), 'en');
});

t.test('nobody is led away by an address to come back to', async (t) => {
  for (const address of [
    '//evil.example/',
    'https://evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '',
  ])
    t.equal(ownAddress(address), '/', address);
  t.equal(ownAddress('/pledges/plg_1?span=all#flow'), '/pledges/plg_1?span=all#flow');
});

t.test('every threshold has a name and a unit in every language', async (t) => {
  for (const language of LANGUAGES)
    for (const { parameters } of RULES)
      for (const [name, { unit }] of Object.entries(parameters))
        for (const key of [`threshold.${name}`, `unit.${unit.replaceAll(' ', '_')}`])
          t.ok(wordsIn(language).say(key as Key), `${language} ${key}`);
});

t.test('a rule set comes back from its form as it was, with nothing of the default in it', async (t) => {
  const changed = {
    term_short: { enabled: false },
    annuity_late: { severity: 'critical' as const, parameters: { late_days: 100, least_probability: 0.3 } },
  };
  for (const settings of [{}, changed])
    t.same(readSettings(typedOf(settings)), { settings, not_numbers: [] });
  const { settings, not_numbers } = readSettings({ ...typedOf({}), 'annuity_late.late_days': 'soon' });
  t.same({ settings, not_numbers }, { settings: {}, not_numbers: ['annuity_late.late_days'] });
});

t.test('pages of a service', async (t) => {
  const world = await buildWorld(t);
  const { service, pledge_id } = world;
  const ask = (url: string, key: string | null, headers: Record<string, string> = {}) =>
    service.app.inject({
      url,
      headers: { accept: 'text/html', ...(key !== null && { authorization: `Bearer ${key}` }), ...headers },
    });
  /** As the page of a session would, with its token where the fields bring no other. */
  const sendForm = (
    { headers }: Pick<BrowserSession, 'headers'>,
    url: string,
    fields: Record<string, string>,
    more: Record<string, string> = {},
  ) =>
    service.app.inject({
      method: 'POST',
      url,
      payload: new URLSearchParams({ csrf_token: headers['x-csrf-token']!, ...fields }).toString(),
      headers: { cookie: headers.cookie!, 'content-type': 'application/x-www-form-urlencoded', ...more },
    });

  t.test('are for those whose they are', async (t) => {
    t.equal((await ask(`/pledges/${pledge_id}`, service.bank_a.key)).statusCode, 200);
    const foreign = await ask(`/pledges/${pledge_id}`, service.bank_b.key);
    const missing = await ask('/pledges/plg_none', service.bank_b.key);
    t.equal(foreign.statusCode, 404);
    const without_id = (text: string) => text.replaceAll(/req[\w-]+|plg_\w+/g, '');
    t.equal(without_id(foreign.body), without_id(missing.body), 'foreign and missing look alike');
    t.equal((await ask('/reviews', service.bank_a.key)).statusCode, 403);
    t.equal((await ask('/portfolio', service.firm_a.key)).statusCode, 403);
    const nobody = await ask('/portfolio?sort=loan', null);
    t.equal(nobody.statusCode, 303, 'who is not signed in is shown the way');
    t.equal(nobody.headers.location, '/sign-in?return_to=%2Fportfolio%3Fsort%3Dloan');
    t.equal((await ask('/portfolio', 'pwk_wrong')).statusCode, 401);
  });

  t.test('are led to by few groups, each place by its own', async (t) => {
    const { bank_a, firm_a, staff, agency, expert, buyer } = service;
    for (const [kind, { key }] of Object.entries({
      bank: bank_a,
      firm: firm_a,
      staff,
      agency,
      expert,
      buyer,
    })) {
      const groups = groupsFor(kind as OrganisationKind, PLACES);
      t.ok(groups.length <= GROUPS.length && groups.every(({ places }) => places.length <= 7), kind);
      for (const { places } of groups)
        for (const { href } of places) {
          const { statusCode, body } = await ask(href, key);
          t.equal(statusCode, 200, `${kind} ${href}`);
          const [header] = body.match(/<header>.*?<\/header>/s)!;
          const present = [...header.matchAll(/<a href="([^"]*)" aria-current="(\w+)"/g)].map(
            (found) => found[0],
          );
          t.ok(
            present.some((link) => link.startsWith(`<a href="${href}" aria-current="page"`)),
            `${kind} ${href}`,
          );
          t.equal(present.length, places.length > 1 ? 2 : 1, 'the group and the place');
        }
    }
    const below = await ask(`/pledges/${pledge_id}`, bank_a.key);
    t.match(below.body, '<a href="/pledges" aria-current="true"', 'a page below a place is within it');
    t.notMatch(await ask('/account', bank_a.key).then(({ body }) => body), 'class="places"');
  });

  t.test('let who administers set the identity provider, and never show its secret', async (t) => {
    const { id } = await addPerson(service, service.bank_b.id, 'admin');
    const { headers } = await openSession(service, id);
    const send = (url: string, fields: Record<string, string>) => sendForm({ headers }, url, fields);
    const settings = {
      issuer: 'https://login.bank.example',
      client_id: 'pledgewatch',
      client_secret: 'hemlock sonata',
    };
    const refused = await send('/organisation/provider', { ...settings, issuer: 'http://127.0.0.1/' });
    t.equal(refused.statusCode, 422);
    t.match(refused.body, /id="issuer-fault"/);
    t.match(refused.body, /value="pledgewatch"/, 'what was typed is kept');
    t.notMatch(refused.body, settings.client_secret);
    t.match(
      (await send('/organisation/provider', { ...settings, client_id: ' ' })).body,
      /id="client_id-fault"/,
    );
    t.equal((await send('/organisation/provider', settings)).statusCode, 303);
    const shown = await service.app.inject({ url: '/organisation', headers: { cookie: headers.cookie! } });
    t.match(shown.body, /<code>https:\/\/login\.bank\.example<\/code>/);
    t.notMatch(shown.body, settings.client_secret);
    const read = () =>
      service.call<{ provider: unknown }>(service.bank_b.key, 'GET', '/v1/identity-provider');
    t.same((await read()).body.provider, {
      issuer: settings.issuer,
      client_id: 'pledgewatch',
      has_secret: true,
    });
    t.equal((await send('/organisation/provider/removal', {})).statusCode, 303);
    t.equal((await read()).body.provider, null);
  });

  t.test('change nothing for a page of somebody else', async (t) => {
    const { id } = await addPerson(service, service.bank_a.id, 'officer');
    const { headers } = await openSession(service, id);
    const post = (url: string, payload: string, more: Record<string, string> = {}) =>
      service.app.inject({
        method: 'POST',
        url,
        payload,
        headers: { cookie: headers.cookie!, 'content-type': 'application/x-www-form-urlencoded', ...more },
      });
    t.equal((await post('/sign-out', 'csrf_token=wrong')).statusCode, 403);
    const token = `csrf_token=${headers['x-csrf-token']}`;
    t.equal((await post('/sign-out', token, { 'sec-fetch-site': 'cross-site' })).statusCode, 403);
    const elsewhere = { 'sec-fetch-site': 'cross-site' };
    t.equal((await post('/sign-in', 'email=a@b.example&password=x', elsewhere)).statusCode, 403);
    t.equal((await post('/demonstration/visits', 'as=staff', elsewhere)).statusCode, 403);
    t.equal((await post('/demonstration/visits', 'as=staff')).statusCode, 404, 'this is no demonstration');
    t.equal((await post('/sign-out', token)).statusCode, 303);
  });

  t.test(
    'tell beside its field of a day that no calendar has, and keep the lines that were typed',
    async (t) => {
      const { id } = await addPerson(service, service.buyer.id, 'admin');
      const { statusCode, body } = await sendForm(await openSession(service, id), '/market/wants', {
        title: 'Cold cells',
        summary: '\nFor trams.',
        kind: 'sale',
        budget: '',
        expires_on: '2010-02-30',
      });
      t.equal(statusCode, 400);
      t.match(body, /id="expires_on-fault"/);
      // A browser drops the first line break of a textarea.
      t.match(body, />\n\nFor trams\.<\/textarea>/);
    },
  );

  t.test(
    'keep a form over a sign-in, but none with a secret, from elsewhere, or sent by a key',
    async (t) => {
      const kept = (url: string, payload: string, more: Record<string, string> = {}) =>
        service.app.inject({
          method: 'POST',
          url,
          payload,
          headers: { 'content-type': 'application/x-www-form-urlencoded', ...more },
        });
      const invitation = await kept(
        '/organisation/invitations',
        'email=a%40b.example&role=member&csrf_token=x',
      );
      t.equal(invitation.statusCode, 401);
      const [, sealed] = /name="kept" value="([^"]+)"/.exec(invitation.body)!;
      t.notMatch(invitation.body, 'a@b.example', 'nobody reads it on the way');
      const { email } = await addPerson(service, service.firm_a.id, 'owner');
      const form = { email, password: PASSWORD };
      const back = await kept('/sign-in', new URLSearchParams({ ...form, kept: sealed! }).toString());
      t.match(back.body, 'a@b.example');
      const bent = await kept('/sign-in', new URLSearchParams({ ...form, kept: `${sealed}x` }).toString());
      t.match(bent.body, wordsIn('en').say('kept.gone'), 'what is not ours is not taken up');
      const [secret, elsewhere, by_key] = await Promise.all([
        kept('/account/password', 'password=x&new_password=y'),
        kept('/consents', 'bank_id=x', { 'sec-fetch-site': 'cross-site' }),
        kept('/consents', 'bank_id=x', { authorization: 'Bearer pwk_wrong' }),
      ]);
      for (const { statusCode, body } of [secret, elsewhere, by_key]) {
        t.equal(statusCode, 401);
        t.notMatch(body, /name="kept"/);
      }
      t.equal(
        (await ask('/tour', service.bank_a.key)).statusCode,
        404,
        'the tour is of a demonstration alone',
      );
    },
  );

  t.test('mask what is secret, name it for who keeps passwords, and keep nobody from pasting', async (t) => {
    const { id } = await addPerson(service, service.bank_a.id, 'admin');
    const { headers } = await openSession(service, id);
    let found = 0;
    for (const url of ['/sign-in', '/invitation?token=any', '/account', '/account/proof', '/organisation']) {
      const { statusCode, body } = await ask(url, null, { cookie: headers.cookie! });
      t.ok(statusCode < 400, `${url} is ${statusCode}`);
      for (const [input] of body.matchAll(/<input[^>]*>/g)) {
        if (!/ name="[^"]*(password|secret)"/.test(input)) continue;
        t.match(input, / type="password"/, `${url}: ${input}`);
        t.match(input, / autocomplete="(current-password|new-password|off)"/, `${url}: ${input}`);
        found += 1;
      }
    }
    t.ok(found >= 4, `${found} fields`);
    for (const { name, text } of code) t.notMatch(text, /['"]paste['"]|onpaste/i, name);
  });

  t.test('lead out of the session from every place', async (t) => {
    const { id } = await addPerson(service, service.bank_a.id, 'officer');
    const { headers } = await openSession(service, id);
    const seen = groupsFor('bank', service.app.places).flatMap(({ places }) => places);
    t.ok(seen.length > 10, `${seen.length} places`);
    for (const { href } of seen) {
      // The API's description is a library's.
      if (href === '/docs') continue;
      const { statusCode, body } = await ask(href, null, { cookie: headers.cookie! });
      t.equal(statusCode, 200, href);
      t.match(body, /<form method="post" action="\/sign-out">/, href);
    }
  });

  t.test('keep nothing in the browser but whether single keys are off', (t) => {
    const keeping: string[] = [];
    for (const { name, text } of code) {
      t.notMatch(text, /sessionStorage|indexedDB|document\.cookie|\bcaches\.|serviceWorker/, name);
      for (const [call] of text.matchAll(/localStorage\.setItem\([^)]*\)/g)) keeping.push(call);
    }
    t.same(keeping, ["localStorage.setItem(KEPT_AS, 'off')"]);
    t.end();
  });

  t.test('hold to the policy that lets nothing foreign run', async (t) => {
    const { headers, body } = await ask('/', null);
    const policy = String(headers['content-security-policy']);
    t.match(policy, /default-src 'none'.*script-src 'self';style-src 'self'/);
    t.notMatch(policy, /unsafe|\*/);
    t.notMatch(body, / style="| on[a-z]+="/);
    t.equal(headers['cache-control'], 'no-store');
    const [, style] = /href="(\/assets\/style-[^"]+)"/.exec(body)!;
    const kept = await ask(style!, null, { 'accept-encoding': 'gzip' });
    t.match(kept.headers['cache-control'], /immutable/);
    t.equal(kept.headers['content-encoding'], 'gzip');
  });

  t.test('say what is wrong as a page, and data as before', async (t) => {
    const odd = await ask(`/pledges/${pledge_id}?as_of=yesterday`, service.bank_a.key, {
      'accept-language': 'ru',
    });
    t.equal(odd.statusCode, 400);
    t.match(odd.body, wordsIn('ru').say('problem.bad_request'));
    t.match(String((await ask('/nowhere', null)).headers['content-type']), 'text/html');
    const missing = await ask('/v1/nowhere', null);
    t.match(String(missing.headers['content-type']), 'application/problem+json');
  });

  t.test(
    'say in the reader’s language what is refused, with its values, and nothing of it in English',
    async (t) => {
      const [viewer, officer] = await Promise.all(
        (['viewer', 'officer'] as const).map(async (role) =>
          openSession(service, (await addPerson(service, service.bank_a.id, role)).id),
        ),
      );
      const look = (url: string, language: string) =>
        service.app.inject({
          url,
          headers: { cookie: viewer!.headers.cookie!, 'accept-language': language },
        });
      for (const language of ['zh', 'ru'] as const) {
        const words = wordsIn(language);
        const here = { 'accept-language': language };
        const webhook = { url: 'https://hooks.bank.example:22/', description: '' };
        const port = {
          port: '22',
          host: 'hooks.bank.example:22',
          ports: ['443', '8443'].join(words.say('term.between')),
        };
        const digit = { given: '8', number: '201710117081', right: '7' };
        const refused: [string, { body: string }, string][] = [
          [
            'role',
            await sendForm(viewer!, '/webhooks', webhook, here),
            words.say('said.role_too_low', { person_role: words.say('person_role.viewer') }),
          ],
          [
            'organisation',
            await look('/sources', language),
            words.say('said.role_unfit', { for_role: words.say('role.staff'), role: words.say('role.bank') }),
          ],
          ['address', await sendForm(officer!, '/webhooks', webhook, here), words.say('said.url_port', port)],
          [
            'password',
            await sendForm(
              officer!,
              '/account/password',
              { password: PASSWORD, new_password: 'short' },
              here,
            ),
            words.say('said.password_short', { length: 5, least: 12 }),
          ],
          [
            'number',
            await look('/patents?number=CN201710117081.8', language),
            words.say('said.search_number', { fault: words.say('said.check_digit_wrong', digit) }),
          ],
          [
            'schema',
            await look(`/patents?q=${'x'.repeat(301)}`, language),
            words.say('said.field_faulty', {
              pointer: '/querystring/q',
              fault: words.say('said.fault_long', { limit: 300 }),
            }),
          ],
        ];
        for (const [what, { body }, text] of refused) {
          t.ok(body.includes(text), `${what} in ${language}`);
          t.notMatch(/<main.*<\/main>/s.exec(body)![0], /lang="en"/, `${what} in ${language}`);
        }
      }
    },
  );

  t.test('tell what a model may be used for as it was registered', async (t) => {
    const registered = await service.database.sql<{ id: string; limits: string }[]>`
      select id, limits from model_specification order by id`;
    t.ok(registered.length > 1);
    for (const { id, limits } of registered) t.equal(TEXTS.en[`model_limits.${id}` as Key], limits, id);
  });

  t.test('what moved since a proposal is named, and nothing else', async (t) => {
    const frozen = { pledge: { ltv_bp: 1 }, patents: [{ patent_id: 'b', mid_minor: 2 }], other_flags: ['x'] };
    const now = {
      pledge: { ltv_bp: 3 },
      patents: [
        { patent_id: 'a', mid_minor: 5 },
        { patent_id: 'b', mid_minor: 2 },
      ],
      other_flags: [],
    };
    const moved = factsOf(frozen, now).filter(hasChanged);
    t.same(
      moved.map(({ place, before, now }) => [place.join(' '), before, now]),
      [
        ['pledge ltv_bp', 1, 3],
        ['patents a patent_id', undefined, 'a'],
        ['patents a mid_minor', undefined, 5],
        ['other_flags x', 'x', undefined],
      ],
    );
  });

  t.test('cases take a step for who may, once, and with the token', async (t) => {
    const { flag_id } = world;
    const [junior, senior] = await Promise.all(
      ['reviewer', 'senior_reviewer'].map(async (role) => {
        const { id } = await addPerson(service, service.staff.id, role);
        const session = await openSession(service, id);
        return (url: string, said: Record<string, string>) =>
          sendForm(session, url, said, { 'sec-fetch-site': 'same-origin' });
      }),
    );
    const steps = `/reviews/${flag_id}/steps`;
    const claimed = { version: '0', action: 'claimed' };
    t.equal((await junior!(steps, { ...claimed, csrf_token: 'x' })).statusCode, 403);
    t.equal((await junior!('/reviews/flg_none/steps', claimed)).statusCode, 404);
    const picked = await junior!('/reviews/claims', { [flag_id]: '0', flg_none: '0' });
    t.equal(picked.headers.location, '/reviews?mine=yes&claimed=1&kept_out=1');
    const late = await senior!(steps, claimed);
    t.equal(late.statusCode, 412, 'a stale page is told so');
    t.match(late.body, /A Person acted on this case/);
    const taken = await senior!(steps, { ...claimed, version: '1' });
    t.equal(taken.statusCode, 409);
    const submitted = { version: '1', action: 'submitted', decision: 'dismissed', note: 'seen' };
    t.equal((await junior!(steps, { ...submitted, note: ' ' })).statusCode, 422);
    t.equal((await junior!(steps, submitted)).statusCode, 303);
    const approved = { version: '2', action: 'approved', note: 'so it is' };
    const checks = `/reviews/${flag_id}/checks`;
    t.equal((await junior!(checks, approved)).statusCode, 403, 'a reviewer checks nothing');
    t.equal((await senior!(checks, approved)).statusCode, 303);
    t.equal((await senior!(checks, { version: '3', action: 'reopened', note: 'again' })).statusCode, 303);
  });

  t.test('keep filters of the queue by name, count what they find, and rename and delete them', async (t) => {
    const { id } = await addPerson(service, service.staff.id, 'reviewer');
    const { headers } = await openSession(service, id);
    const send = (url: string, fields: Record<string, string>) => sendForm({ headers }, url, fields);
    const queue = async (query: string) =>
      (await service.app.inject({ url: `/reviews?${query}`, headers: { cookie: headers.cookie! } })).body;
    const nameless = await send('/reviews/filters', { severity: 'critical', name: ' ' });
    t.equal(nameless.statusCode, 422);
    t.match(nameless.body, /id="name-fault"/);
    const saved = await send('/reviews/filters', { severity: 'critical', name: 'Worst <first>' });
    t.equal(saved.headers.location, '/reviews?severity=critical');
    const page = await queue('severity=critical');
    const rows = page.match(/href="\/reviews\/flg_/g)?.length ?? 0;
    t.ok(rows > 0);
    t.match(page, `href="/reviews?severity=critical" aria-current="page">Worst &lt;first> (${rows})</a>`);
    const told = { severity: 'critical', instead_of: 'Worst <first>' };
    t.equal((await send('/reviews/filters', { ...told, name: 'Worst' })).statusCode, 303);
    const renamed = await queue('severity=critical');
    t.match(renamed, '>Worst (');
    t.notMatch(renamed, 'first>');
    t.equal((await send('/reviews/filters/removal', { name: 'Worst' })).headers.location, '/reviews');
    t.notMatch(await queue('severity=critical'), '>Worst (');
  });

  t.test('take forms of roles that may, and keep what is refused', async (t) => {
    const write = async (role: string, url: string, fields: Record<string, string>) => {
      const { id } = await addPerson(service, service.bank_a.id, role);
      return sendForm(await openSession(service, id), url, fields);
    };
    const typed = { url: 'ftp://receiver.example/', description: 'Risk "desk"' };
    t.equal((await write('viewer', '/webhooks', typed)).statusCode, 403);
    const refused = await write('officer', '/webhooks', { ...typed, 'type patent.lapsed': 'on' });
    t.equal(refused.statusCode, 422);
    t.match(refused.body, /id="url-fault"/);
    t.match(refused.body, /value="Risk &quot;desk&quot;"/);
    t.match(refused.body, /<input [^>]*name="type patent.lapsed" checked/);
    const { endpoint_id } = world;
    const { statusCode, headers } = await write('officer', `/webhooks/${endpoint_id}/settings`, {
      on_dead_letter: 'skip',
      'type patent.lapsed': 'on',
    });
    t.equal(statusCode, 303);
    t.equal(headers.location, `/webhooks/${endpoint_id}`);
    const read = await service.call<{ event_types: string[]; on_dead_letter: string }>(
      service.bank_a.key,
      'GET',
      `/v1/webhooks/endpoints/${endpoint_id}`,
    );
    t.match(read.body, { event_types: ['patent.lapsed'], on_dead_letter: 'skip' });
    const changed = await service.call<{ event_types: string[] }>(
      service.bank_a.key,
      'PATCH',
      `/v1/webhooks/endpoints/${endpoint_id}`,
      { event_types: [] },
    );
    t.same(changed.body.event_types, [], 'the same over the API');
    const long_ago = { since: '2001-01-01', what: 'missing' };
    const forgotten = await write('officer', `/webhooks/${endpoint_id}/recover`, long_ago);
    t.equal(forgotten.statusCode, 400);
    t.match(forgotten.body, /id="since-fault".*days/);
    t.equal((await ask(`/webhooks/${endpoint_id}`, service.bank_b.key)).statusCode, 404);
    t.equal((await ask(`/webhooks/deliveries/${world.delivery_id}`, service.bank_b.key)).statusCode, 404);
  });

  t.test('a form that is sent again is not done again, and shows what came of it', async (t) => {
    const { id } = await addPerson(service, service.bank_b.id, 'officer');
    const [one, other] = await Promise.all([openSession(service, id), openSession(service, id)]);
    const send = (url: string, fields: Record<string, string>, session = one) =>
      sendForm(session, url, fields);
    const count = async () =>
      (await service.database.sql`select from endpoint where organisation_id = ${service.bank_b.id}`).count;
    const page = await service.app.inject({ url: '/webhooks', headers: { cookie: one.headers.cookie! } });
    const [, form_key] = /name="form_key" value="([^"]+)"/.exec(page.body)!;
    const typed = { form_key: form_key!, url: 'https://receiver.example/once', description: '' };
    const first = await Promise.all(Array.from({ length: 6 }, () => send('/webhooks', typed)));
    const [secret] = /whsec_[^"<]+/.exec(first[0]!.body)!;
    t.same(
      first.map(({ statusCode, body }) => [statusCode, body.includes(secret)]),
      first.map(() => [200, true]),
      'at once',
    );
    t.equal(first.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length, 5);
    t.match((await send('/webhooks', typed, other)).body, secret, 'and after another sign-in');
    t.equal(await count(), 1);
    const [kept] = await service.database.sql<{ body: string }[]>`
      select body from idempotency_key where organisation_id = ${service.bank_b.id}`;
    t.notMatch(kept!.body, secret, 'and is sealed meanwhile');
    t.notMatch((await send('/webhooks', { ...typed, description: 'Other' })).body, secret);
    t.equal(await count(), 2, 'other words are another form');
    const refused = { ...typed, url: 'ftp://receiver.example/' };
    for (let time = 0; time < 2; time++) t.equal((await send('/webhooks', refused)).statusCode, 422);
    await Promise.all([
      send('/webhooks', { ...typed, form_key: 'a' }),
      send('/webhooks', { ...typed, form_key: 'b' }),
    ]);
    t.equal(await count(), 4, 'each page has its own');
    const [endpoint] = await service.database.sql<{ id: string }[]>`
      select id from endpoint where organisation_id = ${service.bank_b.id} limit 1`;
    const step = `/webhooks/${endpoint!.id}/disable`;
    const steps = await Promise.all([send(step, { form_key: 'c' }), send(step, { form_key: 'c' })]);
    t.same(
      steps.map(({ statusCode, headers }) => [statusCode, headers.location]),
      steps.map(() => [303, `/webhooks/${endpoint!.id}`]),
    );
    await service.database
      .sql`update idempotency_key set body = null where organisation_id = ${service.bank_b.id}`;
    const lost = await send('/webhooks', typed);
    t.equal(lost.statusCode, 409, 'what was taken and has no answer may have been done');
    t.match(lost.body, /open its page anew/);
    t.equal(await count(), 4);
  });

  t.test('every form of a session that changes something has its key', async (t) => {
    const { id } = await addPerson(service, service.bank_a.id, 'admin');
    const { headers } = await openSession(service, id);
    for (const url of ['/webhooks', '/organisation', '/account', '/rules', `/pledges/${pledge_id}/life`]) {
      const { body, statusCode } = await service.app.inject({ url, headers: { cookie: headers.cookie! } });
      t.equal(statusCode, 200, url);
      const forms = [...body.matchAll(/<form [^>]*method="post".*?<\/form>/gs)].map(([form]) => form);
      const bare = forms.filter((form) => !form.includes('name="form_key"'));
      t.same(
        bare.map((form) => /action="([^"]+)"/.exec(form)![1]),
        ['/sign-out', '/preferences'],
        url,
      );
    }
  });

  t.test('keep what was typed beside what is wrong with it', async (t) => {
    const address = '/portfolio/stress?value_fall=400&lapse_multiplier=3';
    const { body, statusCode } = await ask(address, service.bank_a.key);
    t.equal(statusCode, 200);
    t.match(body, /id="value_fall-fault"/);
    t.match(body, /value="400"[^>]*name="value_fall"/);
    t.match(body, /value="3"[^>]*name="lapse_multiplier"/);
    t.notMatch(body, /c-curve/, 'nothing was simulated');
  });

  t.test('tell a form that is too large its limit beside its field, with what is stored', async (t) => {
    const text = { title: 'Sieve', claims: '', description: 'A sieve for rice.', abstract: '' };
    const kind = { reference: 'large', form: 'CN', right_type: 'invention', language: 'en' };
    const made = await service.call<{ draft: { id: string } }>(
      service.firm_a.key,
      'POST',
      '/v1/filing/drafts',
      { ...kind, ...text },
    );
    const { id } = await addPerson(service, service.firm_a.id, 'owner');
    const session = await openSession(service, id);
    const address = `/filing/drafts/${made.body.draft.id}`;
    for (const language of LANGUAGES) {
      const words = wordsIn(language);
      const fields = { after: '1', ...text, description: 'x'.repeat(10_485_760) };
      const { body, statusCode } = await sendForm(session, address, fields, { 'accept-language': language });
      t.equal(statusCode, 413);
      const [, fault] = /<p class="fault" id="description-fault">([^<]*)</.exec(body) ?? [];
      const too_large = words.say('said.form_too_large', { size: 10 });
      t.equal(fault, words.say('said.form_unread', { too_large }));
      t.match(body, 'A sieve for rice.', 'what is stored stands in the form');
    }
    const foreign = await addPerson(service, service.firm_b.id, 'owner');
    const theirs = await sendForm(await openSession(service, foreign.id), address, {
      description: 'x'.repeat(10_485_760),
    });
    t.equal(theirs.statusCode, 404, 'who may not see it is shown nothing of it');
    t.notMatch(theirs.body, 'A sieve for rice.');
  });

  t.test('say what is refused of a draft and of its application in the reader’s language', async (t) => {
    const { call, firm_a } = service;
    const kind = { reference: 'refused', form: 'EP', right_type: 'invention', language: 'en' };
    const text = {
      title: 'Sieve',
      claims: '1. A sieve.',
      description: 'A sieve.',
      abstract: '',
      figures: '',
    };
    const begun = await call<{ draft: { id: string } }>(firm_a.key, 'POST', '/v1/filing/drafts', {
      ...kind,
      ...text,
    });
    const draft = `/filing/drafts/${begun.body.draft.id}`;
    const prepared = await call<{ id: string }>(firm_a.key, 'POST', `/v1${draft}/applications`, {
      office: 'EP',
    });
    const session = await openSession(service, (await addPerson(service, firm_a.id, 'owner')).id);
    for (const language of ['zh', 'ru'] as const) {
      const words = wordsIn(language);
      const refusalOf = async (address: string, fields: Record<string, string>) => {
        const { body, statusCode } = await sendForm(session, address, fields, {
          'accept-language': language,
        });
        const [refusal] = /<div class="refusal" role="alert">.*?<\/div>/s.exec(body) ?? [];
        t.ok(statusCode >= 400 && refusal, `${statusCode} ${address}`);
        t.notMatch(refusal, 'lang="en"');
        return { body, refusal };
      };
      const filled = { after: '1', ...text, classes: '', cited: '', note: '' };
      const long = await refusalOf(draft, { ...filled, claims: 'x'.repeat(200_001) });
      const fault = words.say('said.draft_part_long', { length: 200_001, most: 200_000 });
      t.match(long.refusal, words.say('said.draft_part_refused', { part: words.say('part.claims'), fault }));
      t.match(long.body, `<p class="fault" id="claims-fault">${fault}</p>`);
      const odd = await refusalOf(draft, { ...filled, classes: 'rice' });
      const unknown = words.say('said.draft_class_unknown', { symbol: 'rice' });
      t.match(odd.body, `<p class="fault" id="classes-fault">${unknown}</p>`);
      const early = await refusalOf(`/filing/applications/${prepared.body.id}/steps`, {
        to: 'granted',
        happened_on: '2009-06-01',
      });
      const [application, to_application] = [
        words.say('application.prepared'),
        words.say('application.granted'),
      ];
      t.match(early.refusal, words.say('said.application_out_of_order', { application, to_application }));
      const unnamed = await refusalOf('/filing/drafts', { ...kind, reference: ' ' });
      t.match(unnamed.body, `<p class="fault" id="reference-fault">${words.say('said.field_empty')}</p>`);
      const unmade = await refusalOf(`${draft}/packages`, { despite_errors: 'on' });
      t.match(unmade.refusal, words.say('said.package_part_empty', { part: words.say('part.abstract') }));
    }
  });

  t.test('tell the same as CSV', async (t) => {
    const { body, headers } = await ask(`/pledges/${pledge_id}/value-flow.csv`, service.firm_a.key);
    t.match(String(headers['content-type']), 'text/csv');
    const [head, ...lines] = body.trim().split('\r\n');
    const flow = await service.call<{ points: unknown[] }>(
      service.firm_a.key,
      'GET',
      `/v1/pledges/${pledge_id}/value-flow`,
    );
    t.match(head, /^as_of,phase/);
    t.equal(lines.length, flow.body.points.length);
  });

  t.test('draw the value flow as PNG and as tagged PDF, the same bytes for the same day', async (t) => {
    const draw = (form: string, query: string, language: string) =>
      ask(`/pledges/${pledge_id}/value-flow.${form}?${query}`, service.bank_a.key, {
        'accept-language': language,
      });
    const png = await draw('png', 'as_of=2009-09-01', 'zh');
    t.equal(png.headers['content-type'], 'image/png');
    t.match(String(png.headers['content-disposition']), `${pledge_id}-value-flow-2009-09-01.png`);
    t.same(png.rawPayload.subarray(1, 4).toString(), 'PNG');
    t.equal(png.rawPayload.readUInt32BE(16), 2 * 1120, 'pixels across');
    t.ok((await draw('png', 'as_of=2009-09-01', 'zh')).rawPayload.equals(png.rawPayload), 'again');
    t.notOk((await draw('png', 'as_of=2009-12-01', 'zh')).rawPayload.equals(png.rawPayload), 'more is known');
    for (const language of LANGUAGES) {
      const first = await draw('pdf', 'as_of=2009-12-01&span=contract', language);
      t.equal(first.headers['content-type'], 'application/pdf');
      const second = await draw('pdf', 'as_of=2009-12-01&span=contract', language);
      t.ok(second.rawPayload.equals(first.rawPayload), `again in ${language}`);
      const text = await textOfPdf(first.rawPayload);
      const words = wordsIn(language);
      for (const key of ['chart.band', 'chart.ratio'] as const)
        t.match(text, words.say(key).replaceAll(/\s/g, ''), `${key} in ${language}`);
      t.match(text, words.day('2009-12-01').replaceAll(/\s/g, ''));
    }
    const foreign = await ask(`/pledges/${pledge_id}/value-flow.png`, service.bank_b.key);
    t.equal(foreign.statusCode, 404);
    const style = await chartStyle();
    t.throws(() => shapesOf('<svg><circle r="3"/></svg>', style), /draws no <circle>/);
    t.throws(() => shapesOf('<svg><g transform="rotate(3)"/></svg>', style), /not moved by/);
  });

  t.test('tell why the value changed as CSV, PNG and tagged PDF', async (t) => {
    const between = 'as_of=2009-12-01';
    const draw = (form: string, query = between, language = 'en') =>
      ask(`/pledges/${pledge_id}/waterfall.${form}?${query}`, service.bank_a.key, {
        'accept-language': language,
      });
    const { body } = await draw('csv');
    const [head, first, ...lines] = body
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));
    const last = lines.pop()!;
    t.same(head, ['day', 'cause', 'change', 'value', 'currency', 'rule']);
    t.same(
      lines.map(([, cause]) => cause),
      CAUSES,
      'every cause has its line',
    );
    const cents = (amount: string | undefined) => Math.round(100 * Number(amount));
    const changes = lines.reduce((sum, [, , change]) => sum + cents(change), cents(first![3]));
    t.equal(changes, cents(last[3]), 'the lines add up');
    t.equal(lines.at(-1)![3], last[3], 'what is reached is the last value');
    t.ok(cents(last[3]) !== cents(first![3]), 'it has changed');
    const png = await draw('png');
    t.equal(png.headers['content-type'], 'image/png');
    t.match(String(png.headers['content-disposition']), `${pledge_id}-waterfall-2009-12-01.png`);
    t.equal(png.rawPayload.readUInt32BE(16), 2 * 1120, 'pixels across');
    t.ok((await draw('png')).rawPayload.equals(png.rawPayload), 'again');
    for (const language of LANGUAGES) {
      const pdf = await draw('pdf', between, language);
      const text = await textOfPdf(pdf.rawPayload);
      const words = wordsIn(language);
      const day = words.day(last[0] as CalendarDate);
      for (const said of [words.say('cause.time'), day]) t.match(text, said.replaceAll(/\s/g, ''), said);
    }
    for (const form of ['csv', 'png', 'pdf'])
      t.equal((await draw(form, 'from=2009-12-01&to=2009-06-01')).statusCode, 422, `${form} backwards`);
    const foreign = await ask(`/pledges/${pledge_id}/waterfall.csv`, service.bank_b.key);
    t.equal(foreign.statusCode, 404);
  });

  t.test('no page is in the OpenAPI document', async (t) => {
    const { paths } = service.app.swagger() as { paths: Record<string, unknown> };
    for (const name of Object.keys(paths))
      t.match(name, /^\/(v1\/|\.well-known\/|health|ready|openapi)/, name);
  });

  t.test('are walked and examined in a browser', async (t) => {
    const browser = await launchBrowser();
    t.teardown(() => browser.close());
    const some = await runPages(browser, world, {
      languages: ['en'],
      scripts: [true],
      themes: ['dark'],
    });
    t.same(some.failures, []);
    const bare = await runPages(browser, world, { languages: ['zh'], scripts: [false], themes: [] });
    t.same(bare.failures, []);
    const done = await service.database.sql<{ action: string }[]>`select distinct action from audit_entry`;
    t.ok(done.length > 60, 'they have done most of what there is to do');
    const nameless = done.filter(({ action }) => actionIn(action, wordsIn('en')) === null);
    t.same(nameless, [], 'and the audit log has a name for each');

    const faults: Faults = { axe: [], errors: [], policy: [] };
    const visitor = await visit(browser, world.origin, { language: 'en', scripts: true }, faults);
    await equip(visitor);
    await visitor.go('/');
    await visitor.page.evaluate(
      "document.querySelector('main').innerHTML = '<img src=x><p style=\"color:red\">'",
    );
    await examine(visitor, faults, 'light');
    t.ok(faults.axe.length > 0 && faults.policy.length > 0, 'what is wrong would be found');
    await visitor.leave();
  });
});
