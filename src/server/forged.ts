/**
 * Requests that a page of another site may make a browser send without asking first: forms, and addresses that are
 * opened or loaded. Nobody is let in by a cookie here, so such a request could do little; it is refused all the same,
 * before anything is read of it.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { OriginCheck } from './origin.ts';

/** Browsers ask first (a CORS preflight) before they send one of these for a page of another origin. */
const PROOFS = [
  'authorization',
  'x-requested-with',
  'graphql-require-preflight',
  'apollo-require-preflight',
  'x-graphql-yoga-csrf',
] as const;

/** What forms send, for which browsers do not ask. */
const FORM = /^\s*(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|,|$)/i;

export function mayBeForged({ method, headers }: IncomingMessage, originAllowed: OriginCheck): boolean {
  if (PROOFS.some((name) => headers[name] !== undefined)) return false;
  if (method === 'POST') return FORM.test(headers['content-type'] ?? 'text/plain');
  return (method === 'GET' || method === 'HEAD') && fromElsewhere(headers, originAllowed);
}

/** By what browsers say of the page that the request is for; programs say nothing of the kind. */
function fromElsewhere({ origin, host, ...headers }: IncomingHttpHeaders, originAllowed: OriginCheck): boolean {
  if (origin !== undefined) return !originAllowed(origin, host ?? null);
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site' || headers.cookie !== undefined;
}
