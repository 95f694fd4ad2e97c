/** Who looks at a page, and how: language, theme, and where they are. */
import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Caller, findOrganisation, type OrganisationKind } from '../accounts/store.ts';
import { actFor } from '../db/tenancy.ts';
import { sessionTokenOf } from '../http/session-cookie.ts';
import { csrfTokenOf, findSession } from '../people/sessions.ts';
import type { Service } from '../service.ts';
import { cookiesOf } from './cookies.ts';
import { isLanguage, languageFrom, type Words, wordsIn } from './language/words.ts';
import type { Place } from './navigation.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** All that the navigation may lead to. */
    places: readonly Place[];
  }
}

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const LANGUAGE_COOKIE = 'language';
export const THEME_COOKIE = 'theme';

/** Where each role begins. */
export const HOMES: Record<OrganisationKind, string> = {
  bank: '/portfolio',
  firm: '/pledges',
  staff: '/reviews',
  agency: '/',
  expert: '/',
  buyer: '/',
};

export interface View {
  words: Words;
  theme: Theme;
  /** Path and query of the page. */
  address: string;
  caller: Caller | null;
  organisation: string | null;
  /** That forms of a session bring back; null without a session. */
  csrf_token: string | null;
  /** That forms of this page bring back: each is done once. */
  form_key: string;
  /** Whether all that is seen is a demonstration, in its own calendar. */
  demonstration: boolean;
  now: Date;
  places: readonly Place[];
}

const Looking = createContext<View | null>(null);
export const ViewProvider = Looking.Provider;

export function useView(): View {
  const view = useContext(Looking);
  if (!view) throw new Error('a part was rendered outside of a page');
  return view;
}

export async function viewOf(request: FastifyRequest, service: Service): Promise<View> {
  const { database, clock, calendar } = service;
  const cookies = cookiesOf(request);
  const caller = await lookerOf(request, service);
  const organisation =
    caller && (await actFor(caller, () => findOrganisation(database.sql, caller.organisation_id)));
  const token = caller?.session ? sessionTokenOf(request) : null;
  return {
    words: wordsIn(languageOf(request)),
    theme: THEMES.find((theme) => theme === cookies[THEME_COOKIE]) ?? 'system',
    address: request.url,
    caller,
    organisation: organisation?.name ?? null,
    csrf_token: token && csrfTokenOf(token),
    form_key: randomUUID(),
    demonstration: calendar !== null,
    now: clock.now(),
    places: request.server.places,
  };
}

/** A public page is for anyone, and still knows who is signed in. */
async function lookerOf(request: FastifyRequest, { system }: Service): Promise<Caller | null> {
  if (request.caller) return request.caller;
  const token = sessionTokenOf(request);
  const found = token === null ? null : await findSession(system.sql, token);
  return found?.caller ?? null;
}

/** By choice, else by browser. */
export function languageOf(request: FastifyRequest) {
  const chosen = cookiesOf(request)[LANGUAGE_COOKIE];
  return isLanguage(chosen) ? chosen : languageFrom(request.headers['accept-language']);
}
