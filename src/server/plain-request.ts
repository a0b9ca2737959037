/**
 * The ordinary request: one query or mutation, posted as JSON by something that is no web page of another origin. Yoga
 * would answer it as well, and answers everything else: what is asked by GET, pages of other origins, subscriptions,
 * anything malformed. But its requests, responses, headers and hooks cost three times what is done here for a query of
 * one person, and heartbeats are such requests.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { OperationTypeNode } from 'graphql';
import { z } from 'zod';
import { chosenOperation, type Engine } from '../graphql/engine.ts';
import type { ExecuteArgs } from '../graphql/execution.ts';
import type { Limits } from '../hub/limits.ts';
import type { ContextFor } from './api.ts';

export interface PlainRequestsOptions {
  readonly engine: Engine;
  readonly contextFor: ContextFor;
  readonly limits: Pick<Limits, 'message'>;
}

export interface PlainRequests {
  /** Whether it looks like one; what its body then says is another matter. */
  wants(request: IncomingMessage): boolean;
  /** False: it is none after all, and was not answered; its body is in `request.body` now, as Yoga takes it. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

const LONGEST = 65_536; // bytes; longer ones, such as calendars, take longer anyway

const BODY = z.object({
  query: z.string().nullish(),
  documentId: z.string().nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

export function createPlainRequests({ engine, contextFor, limits }: PlainRequestsOptions): PlainRequests {
  const longest = Math.min(LONGEST, limits.message);

  /** What is to be executed; null, or a rejection: it is not for here. */
  async function operationOf(text: string, authorization: string | undefined): Promise<ExecuteArgs | null> {
    const said = BODY.safeParse(parsed(text));
    if (!said.success) return null;
    const { operationName, variables } = said.data;
    const { document, errors } = engine.prepare(engine.textOf(said.data), variables);
    if (document === null || errors.length > 0) return null;
    if (chosenOperation(document, operationName).operation === OperationTypeNode.SUBSCRIPTION) return null;
    return { document, operationName, variables, context: await contextFor(authorization) };
  }

  return {
    wants({ method, headers }) {
      const { origin, 'content-type': type = '', 'content-length': length } = headers;
      return (
        method === 'POST' &&
        /^application\/json(?:; ?charset=utf-8)?$/i.test(type) &&
        answerType(headers) !== null &&
        origin === undefined &&
        headers['content-encoding'] === undefined &&
        length !== undefined &&
        Number(length) <= longest
      );
    },
    async answer(request, response) {
      const text = await textOf(request);
      if (text === null) return true;
      // Whatever is wrong before anything was executed, Yoga finds again and says.
      const operation = await operationOf(text, request.headers.authorization).catch(() => null);
      if (operation === null) {
        Object.assign(request, { body: text });
        return false;
      }
      const result = await engine.execute(operation);
      if (!('data' in result)) {
        // Values of variables that do not fit: nothing was executed.
        Object.assign(request, { body: text });
        return false;
      }
      const body = Buffer.from(JSON.stringify(result));
      const type = `${answerType(request.headers)}; charset=utf-8`;
      response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body);
      return true;
    },
  };
}

/** As Yoga chooses: by what is named first. null: neither kind of JSON. */
function answerType({ accept = '*/*' }: IncomingHttpHeaders): string | null {
  const [first = ''] = accept.split(',', 1);
  return ANSWERS.get(first.trim().toLowerCase()) ?? null;
}

const ANSWERS: ReadonlyMap<string, string> = new Map([
  ['*/*', 'application/json'],
  ['application/json', 'application/json'],
  ['application/graphql-response+json', 'application/graphql-response+json'],
]);

/** At most `content-length`, which node:http sees to. null: whoever sent it is gone. */
async function textOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
