/** Who answers which request over HTTP. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { apiError, ERRORS, type ErrorCode } from '../graphql/errors.ts';
import type { Hub } from '../hub/hub.ts';
import type { Api } from './api.ts';
import type { BrowserFiles } from './browser-files.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import { mayBeForged } from './forged.ts';
import type { GraphiqlPage } from './graphiql.ts';
import { METRICS_PATH, type Metrics } from './metrics.ts';
import type { OriginCheck } from './origin.ts';
import type { PlainRequests } from './plain-request.ts';
import type { Tracing } from './tracing.ts';

export interface RequestsOptions {
  readonly hub: Hub;
  readonly api: Api;
  readonly plain: PlainRequests;
  readonly files: BrowserFiles;
  /** null: there is no GraphiQL. */
  readonly page: GraphiqlPage | null;
  /** null: they are not shown, or have a port of their own. */
  readonly metrics: Metrics | null;
  readonly tracing: Tracing | null;
  readonly admits: Doorkeeper;
  readonly originAllowed: OriginCheck;
  /** Where the API is. */
  readonly path: string;
  /** Whether it is stopping. */
  readonly stopping: () => boolean;
}

type Respond = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** What answers everything on the port of the API. */
export function createRequests(options: RequestsOptions): Respond {
  const { hub, api, plain, files, page, metrics, tracing, path: apiPath } = options;

  const doors: Readonly<Record<string, Respond | null>> = {
    [METRICS_PATH]: metrics?.respond ?? null,
    '/health': async (_, res) => say(res, 200, { status: 'ok' }),
    '/ready': (_, res) => readiness(res),
    [apiPath]: tracing === null ? operate : (req, res) => tracing.request(req, () => operate(req, res)),
  };

  async function respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = pathOf(req);
    const door = Object.hasOwn(doors, path) ? doors[path] : null;
    if (door != null) return door(req, res);
    if (await files.answer(req, res)) return;
    if (path === '/' && page !== null) return void res.writeHead(302, { location: apiPath }).end();
    say(res, 404, { error: `Nothing is here. The API is at ${apiPath}.` });
  }

  async function operate(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (page?.wantedBy(req)) return page.respond(req, res);
    if (mayBeForged(req, options.originAllowed)) return sayError(res, 400, 'PREFLIGHT_REQUIRED');
    if (wantsEvents(req) && !options.admits(req, res)) return sayError(res, 429, 'CONNECTION_LIMIT_EXCEEDED');
    // Yoga would answer such a request with a stack trace.
    if (!URL.canParse(`http://${req.headers.host ?? 'localhost'}`))
      return say(res, 400, { error: 'Host is malformed.' });
    if (plain.wants(req) && (await plain.answer(req, res))) return;
    await api(req, res);
  }

  async function readiness(res: ServerResponse): Promise<void> {
    const reachable = await hub.check().then(
      () => true,
      () => false,
    );
    if (!options.stopping() && reachable) return say(res, 200, { status: 'ready' });
    say(res, 503, { status: options.stopping() ? 'stopping' : 'store out of reach' });
  }

  return respond;
}

/** What answers on a port that has the metrics alone. */
export function createMetricsRequests(metrics: Metrics): Respond {
  return async (req, res) => {
    if (pathOf(req) === METRICS_PATH) return metrics.respond(req, res);
    say(res, 404, { error: `Nothing is here. The metrics are at ${METRICS_PATH}.` });
  };
}

/** For a server of node:http: a failure is logged, and ends the request. */
export function handling(respond: Respond, log: Logger): RequestListener {
  return (req, res) => {
    respond(req, res).catch((error: unknown) => {
      log.error({ err: error }, 'a request failed unexpectedly');
      if (!res.headersSent) res.writeHead(500);
      res.end();
    });
  };
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? '/';

/** Whether it is to be answered for as long as anybody listens. */
const wantsEvents = ({ headers }: IncomingMessage): boolean => (headers.accept ?? '').includes('text/event-stream');

function sayError(res: ServerResponse, status: number, code: ErrorCode): void {
  say(res, status, { errors: [apiError(code, ERRORS[code].meaning)] });
}

function say(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}
