/**
 * GraphiQL without internet: one page with everything in it, for browsers that open the GraphQL address. Its headers
 * forbid the browser to ask any other host for anything.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphiQLOptions } from 'graphql-yoga';
import { type Asset, makeAsset, sendAsset } from './asset.ts';
import { headersWith, tabs } from './graphiql-tabs.ts';

export interface GraphiqlPage {
  /** Whether this request is a browser that opens the page, rather than a GraphQL client. */
  wantedBy(req: IncomingMessage): boolean;
  respond(req: IncomingMessage, res: ServerResponse): Promise<void>;
}

interface Options {
  /** Offer the development tokens of Ada and Grace. */
  readonly development: boolean;
  /** Where the API is, such as `/graphql`. */
  readonly path: string;
}

/** The page is made when it is first wanted: loading and rendering it takes some 200 ms and 50 MB. */
export function createGraphiqlPage({ development, path }: Options): GraphiqlPage {
  let made: Promise<Asset> | null = null;

  function wantedBy(req: IncomingMessage): boolean {
    const [asked] = (req.url ?? '').split('?');
    const reads = req.method === 'GET' || req.method === 'HEAD';
    return reads && asked === path && (req.headers.accept ?? '').includes('text/html');
  }

  async function respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    made ??= makePage(development).catch((error: unknown) => {
      made = null; // the next request tries again
      throw error;
    });
    sendAsset(await made, req, res);
  }

  return { wantedBy, respond };
}

async function makePage(development: boolean): Promise<Asset> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const rendered = renderGraphiQL(optionsFor(development)).trimStart();
  return makeAsset(Buffer.from(rendered.replace('</head>', () => `${STILL_TABS}</head>`)), HEADERS);
}

/**
 * GraphiQL's tabs can be dragged, and one that is pressed jumps to the end of the row before the button is released:
 * the click is lost (seen in Chromium 156 with @graphql-yoga/render-graphiql 5.24.1). With this it keeps its place.
 */
const STILL_TABS = '<style>.graphiql-tab { transform: none !important }</style>';

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache', // ask each time; the ETag saves the 2.4 MB
  vary: 'accept, accept-encoding',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'unsafe-inline' blob:", // blob: its editor's workers
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'font-src data:',
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
};

/** Default tabs show only where the browser has kept none of its own for this origin. */
function optionsFor(development: boolean): GraphiQLOptions {
  return {
    title: 'Presence',
    subscriptionsProtocol: 'WS',
    defaultEditorToolsVisibility: 'headers',
    // Not `defaultHeaders`: YogaGraphiQL takes the first and any new tab's headers from this one.
    headers: headersWith(development ? 'dev:ada' : ''),
    defaultTabs: tabs(development),
    shouldPersistHeaders: development, // real tokens do not stay behind in the browser
  };
}
