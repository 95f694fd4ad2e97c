/** Who looks at a page, and how: language, theme, and where they are. */
import type { FastifyRequest } from 'fastify';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Caller, findOrganisation } from '../accounts/store.ts';
import type { Service } from '../service.ts';
import { cookiesOf } from './cookies.ts';
import { isLanguage, languageFrom, type Words, wordsIn } from './language/words.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const LANGUAGE_COOKIE = 'language';
export const THEME_COOKIE = 'theme';

export interface View {
  words: Words;
  theme: Theme;
  /** Path and query of the page. */
  address: string;
  caller: Caller | null;
  organisation: string | null;
  /** Whether all that is seen is a demonstration, in its own calendar. */
  demonstration: boolean;
  now: Date;
}

const Looking = createContext<View | null>(null);
export const ViewProvider = Looking.Provider;

export function useView(): View {
  const view = useContext(Looking);
  if (!view) throw new Error('a part was rendered outside of a page');
  return view;
}

export async function viewOf(request: FastifyRequest, { database, clock, calendar }: Service): Promise<View> {
  const cookies = cookiesOf(request);
  const { caller } = request;
  const organisation = caller && (await findOrganisation(database.sql, caller.organisation_id));
  return {
    words: wordsIn(languageOf(request)),
    theme: THEMES.find((theme) => theme === cookies[THEME_COOKIE]) ?? 'system',
    address: request.url,
    caller,
    organisation: organisation?.name ?? null,
    demonstration: calendar !== null,
    now: clock.now(),
  };
}

/** By choice, else by browser. */
export function languageOf(request: FastifyRequest) {
  const chosen = cookiesOf(request)[LANGUAGE_COOKIE];
  return isLanguage(chosen) ? chosen : languageFrom(request.headers['accept-language']);
}
