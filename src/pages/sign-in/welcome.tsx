/** What follows a sign-in: the page where the person was, the form that was kept, or where the role begins. */
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { setSessionCookie } from '../../http/session-cookie.ts';
import { csrfTokenOf, findSession, type StartedSession } from '../../people/sessions.ts';
import type { Service } from '../../service.ts';
import { KeptPage } from '../account/kept-page.tsx';
import { openKept } from '../kept.ts';
import { ownAddress } from '../preferences.ts';
import { send } from '../render.tsx';
import { HOMES, type View } from '../view.ts';
import type { Onward } from './sign-in-pages.tsx';

/** Sealed, and in base64url. */
const MAX_KEPT_LENGTH = 250_000;
/** Fields of every form on the way in. */
export const ONWARD = {
  return_to: Type.Optional(Type.String({ maxLength: 2_000 })),
  kept: Type.Optional(Type.String({ maxLength: MAX_KEPT_LENGTH })),
};

export function onwardOf({ return_to, kept }: { return_to?: string; kept?: string }): Onward {
  return { ...(return_to !== undefined && { return_to }), ...(kept !== undefined && { kept }) };
}

interface Arrived {
  reply: FastifyReply;
  view: View;
  session: StartedSession;
}

export async function welcome(
  service: Service,
  { reply, view, session }: Arrived,
  onward: Onward,
): Promise<FastifyReply> {
  setSessionCookie(reply, session);
  const { caller } = (await findSession(service.system.sql, session.token))!;
  const signed_in = { ...view, caller, csrf_token: csrfTokenOf(session.token) };
  return goOn(service, reply, signed_in, onward);
}

/** For somebody who is signed in. */
export async function goOn(
  service: Service,
  reply: FastifyReply,
  view: View,
  { return_to, kept }: Onward,
): Promise<FastifyReply> {
  if (kept === undefined)
    return reply.redirect(return_to === undefined ? HOMES[view.caller!.kind] : ownAddress(return_to), 303);
  const page = {
    title: view.words.say('kept.title'),
    body: <KeptPage kept={await openKept(kept, service)} />,
  };
  return send(reply, page, { ...view, address: HOMES[view.caller!.kind] });
}
