/** Which web pages may talk to the server. Programs other than browsers send no origin, and are not held back here. */
import type { Config } from './config.ts';

/** `host` is the request's own Host header: the server's own pages always may. */
export type OriginCheck = (origin: string, host: string | null) => boolean;

/**
 * The origins configured; without any, every page, since connecting takes a token and never a cookie. In development
 * mode anybody can make a token, so there only pages of this machine may, unless configured otherwise.
 */
export function createOriginCheck({ allowedOrigins, auth }: Pick<Config, 'allowedOrigins' | 'auth'>): OriginCheck {
  const listed = (origin: string) =>
    allowedOrigins === null ? auth.mode !== 'development' || isLoopback(origin) : allowedOrigins.includes(origin);
  return (origin, host) => sameHost(origin, host) || listed(origin);
}

function sameHost(origin: string, host: string | null): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

function isLoopback(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
