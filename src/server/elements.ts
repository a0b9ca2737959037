/**
 * The custom elements as one file, `/elements.js`, so that a page of any origin needs nothing but a `<script>`. It is
 * made by `npm run bundle`, which is a part of the build: where it was not made there is nothing to send.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Asset, makeAsset, sendAsset } from './asset.ts';

export interface ElementsFile {
  /** Whether this is a request for it, which is then answered. */
  answer(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
}

const TYPES: Readonly<Record<string, string>> = {
  '/elements.js': 'text/javascript; charset=utf-8',
  '/elements.js.map': 'application/json; charset=utf-8',
};

/** @param folder where the build has put it */
export function createElementsFile(folder: URL = BUILT): ElementsFile {
  const made = new Map<string, Promise<Asset | null>>();

  return {
    async answer(req, res) {
      const [path = ''] = (req.url ?? '').split('?');
      const type = Object.hasOwn(TYPES, path) ? TYPES[path] : undefined;
      if (type === undefined || (req.method !== 'GET' && req.method !== 'HEAD')) return false;
      const making = made.get(path) ?? load(new URL(`.${path}`, folder), type);
      made.set(path, making);
      const asset = await making;
      if (asset === null)
        made.delete(path); // it may be made while the server runs
      else sendAsset(asset, req, res);
      return asset !== null;
    },
  };
}

/** Beside `src` and `dist/server` alike. */
const BUILT = new URL('../../dist/browser/', import.meta.url);

async function load(file: URL, type: string): Promise<Asset | null> {
  try {
    return await makeAsset(await readFile(file), { ...HEADERS, 'content-type': type });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

const HEADERS = {
  'cache-control': 'public, max-age=300, stale-while-revalidate=86400', // the name stays the same over versions
  vary: 'accept-encoding',
  'access-control-allow-origin': '*', // module scripts are fetched with CORS
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
};
