/**
 * A form that was sent when its session had ended, or when its person must first show who it is, is not lost: what was typed
 * goes into the page that asks for the sign-in, sealed, and comes back after it. Nothing of it stays with the service.
 * Forms with a secret in them are not kept, nor what came from a page of somebody else.
 */
import type { FastifyRequest } from 'fastify';
import { systemClock } from '../clock.ts';
import { CSRF_FIELD, isSameOrigin } from '../http/session-cookie.ts';
import { INSTALLATION } from '../secrets/vault.ts';
import type { Service } from '../service.ts';
import { FORM_KEY_FIELD } from './once.ts';

/** How long it can be taken up again. */
export const KEPT_MINUTES = 60;
/** Sealed and in base64 it must fit into the form of a sign-in. */
const MAX_KEPT_BYTES = 180_000;
const PLACE = 'form/kept';
const FORM_TYPE = 'application/x-www-form-urlencoded';
/** Names of fields that are shown or typed once. */
const SECRET = /password|secret|code$|ticket|^token$|kept/;

export interface KeptForm {
  action: string;
  fields: Record<string, string>;
  /** By which it is done once, were it sent before too. */
  form_key: string | undefined;
  until_ms: number;
}

/** @returns sealed, for a field of a page; null when the request is no form that can be kept */
export async function keepForm(
  request: FastifyRequest,
  { vault }: Pick<Service, 'vault'>,
): Promise<string | null> {
  const { method, headers, url } = request;
  if (method !== 'POST' || !isSameOrigin(request) || !headers['content-type']?.startsWith(FORM_TYPE))
    return null;
  const text = await bodyOf(request);
  if (text === null) return null;
  const sent = new URLSearchParams(text);
  const form_key = sent.get(FORM_KEY_FIELD) ?? undefined;
  for (const own of [CSRF_FIELD, FORM_KEY_FIELD]) sent.delete(own);
  const fields = Object.fromEntries(sent);
  if (Object.keys(fields).some((name) => SECRET.test(name))) return null;
  const kept: KeptForm = {
    action: url,
    fields,
    form_key,
    until_ms: systemClock.now().getTime() + KEPT_MINUTES * 60_000,
  };
  return vault.seal(INSTALLATION, PLACE, JSON.stringify(kept));
}

/** @returns null when it is not one of ours, or past its time */
export async function openKept(sealed: string, { vault }: Pick<Service, 'vault'>): Promise<KeptForm | null> {
  const text = await vault.open(INSTALLATION, PLACE, sealed).catch(() => null);
  const kept = text === null ? null : (JSON.parse(text) as KeptForm);
  return kept && kept.until_ms > systemClock.now().getTime() ? kept : null;
}

/** The guard answers before the body is read. */
async function bodyOf({ raw }: FastifyRequest): Promise<string | null> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of raw) {
    bytes += (piece as Buffer).length;
    if (bytes > MAX_KEPT_BYTES) return null;
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces).toString();
}
