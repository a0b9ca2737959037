/**
 * What browsers get: the custom elements as one file, `/elements.js`, so that a page of any origin needs nothing but a
 * `<script>`; in development the team directory at `/`; and, where it is wanted, the administrators' page at `/admin`.
 * All are made by `npm run bundle`, which is a part of the build: where it was not made there is nothing to send.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Asset, makeAsset, sendAsset } from './asset.ts';

export interface BrowserFiles {
  /** Whether this is a request for one of them, which is then answered. */
  answer(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
}

export interface BrowserFilesOptions {
  /** The team directory is there. It speaks as anybody, so only where everybody is believed. */
  readonly development: boolean;
  readonly adminPage: boolean;
}

/** @param folder where the build has put them */
export function createBrowserFiles({ development, adminPage }: BrowserFilesOptions, folder: URL = BUILT): BrowserFiles {
  const made = new Map<string, Promise<Asset | null>>();
  const files = new Map([
    ...ELEMENTS,
    ...(development || adminPage ? SHARED : []),
    ...(development ? DIRECTORY : []),
    ...(adminPage ? ADMIN : []),
  ]);

  return {
    async answer(req, res) {
      const [path = ''] = (req.url ?? '').split('?');
      const file = files.get(path);
      if (file === undefined || (req.method !== 'GET' && req.method !== 'HEAD')) return false;
      const making = made.get(path) ?? load(file, folder, development);
      made.set(path, making);
      const asset = await making;
      if (asset === null)
        made.delete(path); // it may be made while the server runs
      else sendAsset(asset, req, res);
      return asset !== null;
    },
  };
}

interface BrowserFile {
  readonly name: string;
  readonly headers: OutgoingHttpHeaders;
}

type Listed = readonly (readonly [path: string, file: BrowserFile])[];

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  css: 'text/css',
  html: 'text/html',
  map: 'application/json',
};

/** For pages of any origin. */
const ELEMENTS: Listed = ['elements.js', 'elements.js.map'].map((name) => [
  `/${name}`,
  {
    name,
    headers: {
      ...headersOf(name),
      'cache-control': 'public, max-age=300, stale-while-revalidate=86400', // the name stays the same over versions
      'access-control-allow-origin': '*', // module scripts are fetched with CORS
      'cross-origin-resource-policy': 'cross-origin',
    },
  },
]);

const SHARED = own('page.css');
const DIRECTORY = [
  ['/', page('directory.html', "'self'")] as const,
  ...own('directory.css', 'directory.js', 'directory.js.map'),
];
const ADMIN = [['/admin', page('admin.html', "'none'")] as const, ...own('admin.css', 'admin.js', 'admin.js.map')];

function own(...names: readonly string[]): Listed {
  return names.map((name) => [
    `/${name}`,
    {
      name,
      headers: { ...headersOf(name), 'cache-control': 'no-cache', 'cross-origin-resource-policy': 'same-origin' },
    },
  ]);
}

/** `frames`: which pages it may have in frames, and may be in a frame of. */
function page(name: string, frames: "'self'" | "'none'"): BrowserFile {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    `frame-src ${frames}`,
    `frame-ancestors ${frames}`,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return {
    name,
    headers: {
      ...headersOf(name),
      'cache-control': 'no-cache',
      'content-security-policy': policy.join('; '),
      'referrer-policy': 'no-referrer',
    },
  };
}

function headersOf(name: string): OutgoingHttpHeaders {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  return { 'content-type': `${type}; charset=utf-8`, 'x-content-type-options': 'nosniff', vary: 'accept-encoding' };
}

/** Beside `src` and `dist/server` alike. */
const BUILT = new URL('../../dist/browser/', import.meta.url);

async function load({ name, headers }: BrowserFile, folder: URL, development: boolean): Promise<Asset | null> {
  try {
    const plain = await readFile(new URL(name, folder));
    return await makeAsset(name.endsWith('.html') ? withMode(plain, development) : plain, headers);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** A page is told whether this is development, where it can offer a token of its own. */
function withMode(html: Buffer, development: boolean): Buffer {
  return Buffer.from(String(html).replace('data-mode=""', `data-mode="${development ? 'development' : 'production'}"`));
}
