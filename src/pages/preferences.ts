/** Language and theme, kept in cookies of the browser that chose them. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { Closed, OneOf } from '../http/schemas.ts';
import { setTaste } from './cookies.ts';
import { LANGUAGES } from './language/catalogue.ts';
import { LANGUAGE_COOKIE, THEME_COOKIE, THEMES } from './view.ts';

const MAX_ADDRESS_LENGTH = 2_000;

export const Preferences = Closed({
  language: Type.Optional(OneOf(LANGUAGES, 'of the pages')),
  theme: Type.Optional(OneOf(THEMES, 'light, dark, or as the system has it')),
  return_to: Type.Optional(Type.String({ maxLength: MAX_ADDRESS_LENGTH })),
});

export function servePreferences(app: FastifyInstance): void {
  app.post(
    '/preferences',
    { config: { access: 'public' }, schema: { hide: true, body: Preferences } },
    async (request, reply) => {
      const { language, theme, return_to } = request.body as Type.Static<typeof Preferences>;
      if (language) setTaste(reply, LANGUAGE_COOKIE, language);
      if (theme) setTaste(reply, THEME_COOKIE, theme);
      return reply.redirect(ownAddress(return_to), 303);
    },
  );
}

/** An address of ours, or the title page: nobody is led away by a link that begins here. */
export function ownAddress(address = '/'): string {
  const base = 'https://here.invalid';
  if (!address.startsWith('/') || !URL.canParse(address, base)) return '/';
  const { origin, pathname, search, hash } = new URL(address, base);
  return origin === base ? pathname + search + hash : '/';
}
